"""The demo's records as values: what stands in Re-Leased, in QuickBooks or in both when the demo begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Flag, auto

GST = "15% GST"


class Where(Flag):
    """The ledgers that hold a record. What both hold agrees to the cent, so that the first sync matches it."""

    RELEASED = auto()
    QUICKBOOKS = auto()
    BOTH = RELEASED | QUICKBOOKS


@dataclass(frozen=True)
class Property:
    """A tracking option in Re-Leased, a class in QuickBooks."""

    name: str
    where: Where = Where.BOTH


@dataclass(frozen=True)
class Account:
    """`code` is its number in Re-Leased; in QuickBooks a sales account is an Item, a purchase account an Account."""

    code: str
    name: str
    sales: bool
    where: Where = Where.BOTH


@dataclass(frozen=True)
class TaxType:
    name: str
    percent: Decimal
    where: Where = Where.BOTH


@dataclass(frozen=True)
class Contact:
    """`roles` as in Re-Leased: tenant, owner, supplier. `archived` is so in QuickBooks only."""

    name: str
    roles: tuple[str, ...]
    email: str = ""
    phone: str = ""
    street: str = ""
    where: Where = Where.RELEASED
    archived: bool = False


@dataclass(frozen=True)
class Line:
    """`amount` is for one, as the document's amounts are: without tax, with it, or of no tax at all."""

    text: str
    account: str
    amount: str
    tax: str | None = GST
    property: str | None = None
    quantity: str = "1"


@dataclass(frozen=True)
class Document:
    """An invoice (`income`) or a bill. `amounts_are` is exclusive, inclusive or noTax; what QuickBooks holds is
    exclusive or noTax. A draft stands in Re-Leased only. `file` is the name of a file attached to it, on one side."""

    number: str
    contact: str
    issued: date
    due: date
    lines: tuple[Line, ...]
    income: bool = True
    amounts_are: str = "exclusive"
    where: Where = Where.RELEASED
    draft: bool = False
    reference: str = ""
    currency: str | None = None
    file: str = ""


@dataclass(frozen=True)
class Payment:
    """Pays the documents named, of one contact and kind, in full; or `part` of the only one."""

    reference: str
    paid: date
    numbers: tuple[str, ...]
    where: Where = Where.QUICKBOOKS
    part: str | None = None


@dataclass(frozen=True)
class Ledger:
    """All records of one company, in the order in which they are written."""

    properties: Sequence[Property]
    accounts: Sequence[Account]
    tax_types: Sequence[TaxType]
    contacts: Sequence[Contact]
    documents: Sequence[Document]
    payments: Sequence[Payment]
    closed_up_to: date
