"""How transactions name each other: by a kind of transaction, which is not always the entity, and an id."""

from decimal import Decimal
from typing import NamedTuple

from bot.sandbox.quickbooks.books.schema import Record

ZERO = Decimal(0)
CHARGE = "ReimburseCharge"
PURCHASE_TYPES = ("Expense", "Check", "CreditCardCredit")
"""The kinds under which a payment's lines name a Purchase:
https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/payment (Line)
"""


class Key(NamedTuple):
    entity: str
    id: str

    def __deepcopy__(self, memo: object) -> "Key":
        return self


def key_of(link: Record) -> Key:
    """The record that a LinkedTxn names."""
    kind = str(link.get("TxnType", ""))
    return Key("Purchase" if kind in PURCHASE_TYPES else kind, str(link.get("TxnId", "")))


def links_of(record: Record) -> dict[Key, Decimal]:
    """What a payment's lines say it settles; a document named twice counts once, with the sum."""
    links: dict[Key, Decimal] = {}
    for line in record.get("Line", ()):
        for link in line.get("LinkedTxn", ()):
            key = key_of(link)
            links[key] = links.get(key, ZERO) + line["Amount"]
    return links


def link(key: Key, record: Record | None) -> Record:
    """A LinkedTxn to a record."""
    return {"TxnId": key.id, "TxnType": txn_type(key.entity, record or {})}


def txn_type(entity: str, record: Record) -> str:
    """What QuickBooks calls a transaction in a LinkedTxn."""
    match entity:
        case "Purchase" if record.get("Credit"):
            return "CreditCardCredit"
        case "Purchase":
            return "Check" if record.get("PaymentType") == "Check" else "Expense"
        case "BillPayment":
            return "BillPaymentCreditCard" if record.get("PayType") == "CreditCard" else "BillPaymentCheck"
    return entity
