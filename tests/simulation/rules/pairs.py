"""Both sides as the judge reads them: which records are pairs, by the ids that Re-Leased keeps; never by our store."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Any

from bot.core.model import RecordRef, RecordType
from tests.simulation.stage import COMPANY, Sides

Json = dict[str, Any]
Key = tuple[str, str]

TYPES = {
    "accounts": RecordType.ACCOUNT,
    "tax-types": RecordType.TAX_TYPE,
    "tracking-options": RecordType.TRACKING_OPTION,
    "contacts": RecordType.CONTACT,
    "invoices": RecordType.INVOICE,
    "credit-notes": RecordType.CREDIT_NOTE,
    "payments": RecordType.PAYMENT,
    "attachments": RecordType.ATTACHMENT,
}
BY_KIND = {
    "accounts": {"sales": "Item", "purchase": "Account"},
    "invoices": {"income": "Invoice", "expense": "Bill"},
    "credit-notes": {"income": "CreditMemo", "expense": "VendorCredit"},
    "payments": {"receipt": "Payment", "paid": "BillPayment"},
}
ONE = {"tax-types": "TaxCode", "tracking-options": "Class", "attachments": "Attachable"}
DOCUMENTS = ("Invoice", "Bill", "CreditMemo", "VendorCredit")
PAYMENTS = ("Payment", "BillPayment")
NAMES = ("Customer", "Vendor")
NO_MONEY = ("SubTotalLineDetail", "TaxLineDetail", "DescriptionOnly")
DELETED_SUFFIX, SUPPLIER_SUFFIX = " (deleted)", " (Supplier)"


def kinds_of(collection: str) -> set[str]:
    """All that a record of this collection may be in QuickBooks."""
    if collection == "contacts":
        return set(NAMES)
    return {ONE[collection]} if collection in ONE else set(BY_KIND[collection].values())


def entities_of(collection: str, row: Json) -> tuple[str, ...]:
    if collection in ONE:
        return (ONE[collection],)
    if collection == "contacts":
        customer = ("Customer",) if {"tenant", "owner"} & set(row["roles"]) else ()
        return (*customer, "Vendor") if "supplier" in row["roles"] else customer
    return (BY_KIND[collection][row["kind"]],)


@dataclass(frozen=True)
class Pair:
    collection: str
    released: Json
    entity: str
    external: Json | None  # None when it was deleted in QuickBooks

    @property
    def ref(self) -> RecordRef:
        return RecordRef(TYPES[self.collection], self.released["id"])

    def __str__(self) -> str:
        number = self.released.get("number") or self.released.get("name") or ""
        return f"{self.ref} {number!r} = {self.entity} {self.external['Id'] if self.external else '(deleted)'}"


class Picture:
    """Both sides at one moment."""

    def __init__(self, sides: Sides) -> None:
        self.books = sides.books
        self.rows = {collection: sides.released.rows(COMPANY, collection) for collection in TYPES}
        self.released = {(collection, row["id"]): row for collection, rows in self.rows.items() for row in rows}

    @cached_property
    def claims(self) -> list[tuple[str, Json, Key]]:
        """Every QuickBooks id that a Re-Leased record keeps."""
        return [(name, row, key) for name, rows in self.rows.items() for row in rows for key in self._keys(name, row)]

    @cached_property
    def partner(self) -> dict[Key, tuple[str, Json]]:
        """(entity, QuickBooks id) -> (collection, Re-Leased record)."""
        return {key: (collection, row) for collection, row, key in self.claims}

    def pairs(self) -> Iterator[Pair]:
        for collection, row, (entity, id_) in self.claims:
            yield Pair(collection, row, entity, self.external(entity, id_))

    def external(self, entity: str, id_: str) -> Json | None:
        return self.books.entity(entity).get(id_.partition(":")[0])  # a file is one record a document it hangs on

    def ref_of(self, entity: str, id_: str) -> RecordRef:
        found = self.partner.get((entity, id_))
        if found is None:
            return RecordRef(_type_of(entity), f"@{entity}:{id_}")
        return RecordRef(TYPES[found[0]], found[1]["id"])

    def _keys(self, collection: str, row: Json) -> list[Key]:
        stored = str(row["externalId"] or "")
        if not stored:
            return []
        entities = entities_of(collection, row)
        if entities == ("Attachable",):
            return [("Attachable", f"{stored.partition(':')[0]}:{self._document_of(row)}")]
        if ":" in stored:
            named = dict(part.split(":", 1) for part in stored.split())
            return [(entity, named[entity.lower()]) for entity in ("Customer", "Vendor") if entity.lower() in named]
        known = [entity for entity in entities if stored in self.books.entity(entity)]
        return [(known[0] if known else entities[0], stored)]

    def _document_of(self, row: Json) -> str:
        """The document that a file hangs on, as QuickBooks knows it: a file of two is one record each of Re-Leased."""
        collection = "invoices" if row["ownerType"] == "invoice" else "credit-notes"
        owner = self.released[collection, row["ownerId"]]
        return f"{entities_of(collection, owner)[0][0]}{owner['externalId']}"


def _type_of(entity: str) -> RecordType:
    for collection, kinds in BY_KIND.items():
        if entity in kinds.values():
            return TYPES[collection]
    if entity in NAMES:
        return RecordType.CONTACT
    if entity == "Attachable":
        return RecordType.ATTACHMENT
    return RecordType.TAX_TYPE if entity == "TaxCode" else RecordType.TRACKING_OPTION


def is_void(record: Json) -> bool:
    return "voided" in str(record.get("PrivateNote", "")).lower() and not record["TotalAmt"]


def is_set_off(record: Json) -> bool:
    """A payment of nothing that applies a credit: an entry of a credit note in Re-Leased, and no record of its own.

    Once its credit was deleted in QuickBooks, the invoice alone is left of it, and its result says so.
    """
    return not record["TotalAmt"] and any(line["LinkedTxn"] for line in record.get("Line", ()))


def gone(pair: Pair) -> tuple[bool, bool]:
    """Whether each side shows it as voided, reversed or deleted."""
    there = pair.external is None or is_void(pair.external)
    return pair.released["status"] in ("voided", "reversed"), there


def differences(picture: Picture, pair: Pair) -> Iterator[str]:
    """What both sides of a pair do not agree on, field by field."""
    row, record = pair.released, pair.external
    if pair.entity in (*DOCUMENTS, *PAYMENTS):
        here, there = gone(pair)
        if here != there:
            yield f"{pair}: gone in {'Re-Leased' if here else 'QuickBooks'} only"
        elif not here and record is not None:
            facts = _document if pair.entity in DOCUMENTS else _payment
            yield from _unequal(pair, facts(picture, pair, row, record))
    elif pair.entity == "Attachable" and record is not None:
        content = picture.books.files.get(record["Id"], b"")
        yield from _unequal(pair, {"content": (row["sha256"], sha256(content).hexdigest())})
    elif pair.entity in NAMES and record is not None:
        yield from _unequal(pair, _name(row, record))


def _unequal(pair: Pair, facts: dict[str, tuple[Any, Any]]) -> Iterator[str]:
    for name, (ours, theirs) in facts.items():
        if ours != theirs:
            yield f"{pair}: {name} is {ours} in Re-Leased and {theirs} in QuickBooks"


def _document(picture: Picture, pair: Pair, row: Json, record: Json) -> dict[str, tuple[Any, Any]]:
    tax = record.get("TxnTaxDetail", {}).get("TotalTax", Decimal(0))
    lines = [line for line in record["Line"] if line["DetailType"] not in NO_MONEY]
    return {
        "date": (row["issueDate"], record["TxnDate"]),
        "total": (Decimal(row["total"]), record["TotalAmt"]),
        "tax": (Decimal(row["taxTotal"]), tax),
        "number": (row["number"] or "", record.get("DocNumber") or _stand_in_number(row, record)),
        "lines": (
            sorted(Decimal(line["netAmount"]) for line in row["lines"]),
            sorted(line["Amount"] for line in lines),
        ),
        "contact": (row["contactId"], contact_of(picture, record)),
    }


def _stand_in_number(row: Json, record: Json) -> str:
    """What came in without a number has one made of its id, or none."""
    return row["number"] if row["number"] == f"QB-{record['Id']}" else ""


def _payment(picture: Picture, pair: Pair, row: Json, record: Json) -> dict[str, tuple[Any, Any]]:
    there = {row["id"] for collection, row, _ in picture.claims if collection == "invoices"}  # others stay out
    ours = {part["invoiceId"]: Decimal(part["amount"]) for part in row["allocations"] if part["invoiceId"] in there}
    theirs: dict[str, Decimal] = {}
    for line in record.get("Line", ()):
        for link in line["LinkedTxn"]:
            found = picture.partner.get((link["TxnType"], link["TxnId"]))
            if found and found[0] == "invoices":
                theirs[found[1]["id"]] = theirs.get(found[1]["id"], Decimal(0)) + line["Amount"]
    return {
        "date": (row["date"], record["TxnDate"]),
        "amount": (Decimal(row["amount"]), record["TotalAmt"]),
        "allocations": (ours, theirs),
        "contact": (row["contactId"], contact_of(picture, record)),
    }


def contact_of(picture: Picture, record: Json) -> str | None:
    entity, field = ("Customer", "CustomerRef") if "CustomerRef" in record else ("Vendor", "VendorRef")
    found = picture.partner.get((entity, record[field]["value"]))
    return found[1]["id"] if found else None


def email_of(record: Json) -> str:
    """Of a contact of either side."""
    return str(record.get("email") or record.get("PrimaryEmailAddr", {}).get("Address") or "")


def _name(row: Json, record: Json) -> dict[str, tuple[Any, Any]]:
    if not record["Active"]:
        return {}
    plain = str(record["DisplayName"]).removesuffix(DELETED_SUFFIX).removesuffix(SUPPLIER_SUFFIX)
    return {"name": (row["name"].strip(), plain), "email": (email_of(row), email_of(record))}
