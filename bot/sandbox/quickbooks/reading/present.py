"""A stored record as the API shows it: today's names of its customer or vendor, and the read-only extension blocks."""

from typing import Any

from bot.sandbox.quickbooks.books.books import Books, Key
from bot.sandbox.quickbooks.books.schema import EntityType, Record

JAXB = {
    "name": "{http://schema.intuit.com/finance/v3}NameValue",
    "declaredType": "com.intuit.schema.finance.v3.NameValue",
    "scope": "javax.xml.bind.JAXBElement$GlobalScope",
    "nil": False,
    "globalScope": True,
    "typeSubstituted": False,
}


def presented(books: Books, entity: EntityType, record: Record) -> Record:
    shown = dict(record)
    if entity.party and entity.party in record:
        owner = books.tables[entity.party_type].get(record[entity.party]["value"])
        if owner is not None:
            shown[entity.party] = {"value": owner["Id"], "name": owner["DisplayName"]}
    if entity.name == "Payment":
        shown["Line"] = [_with_extension(books, line) for line in record.get("Line", ())]
    return shown


def _with_extension(books: Books, line: Record) -> Record:
    """Payment lines carry `LineEx`, which may be read but not written."""
    link = line["LinkedTxn"][0]
    document = books.get(Key(link["TxnType"], link["TxnId"])) or {}
    values = {
        "txnId": link["TxnId"],
        "txnOpenBalance": f"{document.get('TotalAmt', 0):.2f}",
        "txnReferenceNumber": document.get("DocNumber"),
    }
    return {**line, "LineEx": {"any": [_name_value(name, value) for name, value in values.items() if value]}}


def _name_value(name: str, value: Any) -> Record:
    return {**JAXB, "value": {"Name": name, "Value": str(value)}}
