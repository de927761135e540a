"""A stored record as the API shows it: today's names of its customer or vendor, and the read-only extension blocks."""

from typing import Any

from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.links import key_of
from bot.sandbox.quickbooks.books.receivables import party_key
from bot.sandbox.quickbooks.books.schema import EntityType, Record
from bot.sandbox.quickbooks.books.wire import pacific_date
from bot.sandbox.quickbooks.rules.references import name_of
from bot.sandbox.quickbooks.rules.tax import percent_on

JAXB = {
    "name": "{http://schema.intuit.com/finance/v3}NameValue",
    "declaredType": "com.intuit.schema.finance.v3.NameValue",
    "scope": "javax.xml.bind.JAXBElement$GlobalScope",
    "nil": False,
    "globalScope": True,
    "typeSubstituted": False,
}
PURCHASE_KIND = "54"
"""The number by which QuickBooks itself knows a Purchase."""


def presented(books: Books, entity: EntityType, record: Record) -> Record:
    shown = dict(record)
    for field in {entity.party, "EntityRef"} & record.keys():
        key = party_key(books.tables, record[field])
        if key is not None:
            shown[field] = {**record[field], "name": name_of(key.entity, books.tables[key.entity][key.id])}
    if entity.name == "Payment":
        shown["Line"] = [_with_extension(books, line) for line in record.get("Line", ())]
    if entity.name == "TaxRate":
        shown["RateValue"] = percent_on(record, pacific_date(books.clock()).isoformat())
    if entity.name == "Purchase":
        shown["PurchaseEx"] = {"any": [_name_value("TxnType", PURCHASE_KIND)]}
    return shown


def _with_extension(books: Books, line: Record) -> Record:
    """Payment lines carry `LineEx`, which may be read but not written."""
    link = line["LinkedTxn"][0]
    document = books.get(key_of(link)) or {}
    values = {
        "txnId": link["TxnId"],
        "txnOpenBalance": f"{document.get('TotalAmt', 0):.2f}",
        "txnReferenceNumber": document.get("DocNumber"),
    }
    return {**line, "LineEx": {"any": [_name_value(name, value) for name, value in values.items() if value]}}


def _name_value(name: str, value: Any) -> Record:
    return {**JAXB, "value": {"Name": name, "Value": str(value)}}
