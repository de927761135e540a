"""What a record says in money, read alike on both sides, so that totals can be added up and held against each other."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bot.core.content import content_hash
from bot.core.model import RecordType
from bot.core.money import ZERO, NotMoney, cents, decimal, text
from bot.core.spec import Body, Problem, RecordSpec
from bot.core.totals import Totals

RECEIVABLE = {"Invoice": 1, "CreditMemo": -1, "Payment": -1}
PAYABLE = {"Bill": 1, "VendorCredit": -1, "BillPayment": -1}
"""What counts how in what contacts owe us, and in what we owe: an open balance less credits and payments left over."""

MONEY = frozenset({RecordType.INVOICE, RecordType.CREDIT_NOTE, RecordType.PAYMENT, RecordType.ALLOCATION})
PAYMENTS = ("Payment", "BillPayment")
OPEN_RELEASED = ("remaining", "unallocated", "balance")  # a credit note has a balance as well
OPEN_QUICKBOOKS = {
    **{"Invoice": "Balance", "Bill": "Balance", "CreditMemo": "RemainingCredit", "VendorCredit": "Balance"},
    **{"Payment": "UnappliedAmt"},
}
CENTS = 100


@dataclass(frozen=True)
class Figures:
    """One record in money. `kind` is the QuickBooks entity that it is or would be, `party` its contact on its own side.

    `open` is what is still to be paid, credited or applied. What is voided, reversed or deleted is not `counted` and
    all zero. `currency` is "" where the side does not say. `same_key` is equal for records that look like one entered
    twice, and "" where that cannot be told (no number, no reference).
    """

    type: RecordType
    kind: str
    name: str
    party: str
    date: str
    currency: str
    net: Decimal = ZERO
    tax: Decimal = ZERO
    gross: Decimal = ZERO
    open: Decimal = ZERO
    counted: bool = False
    same_key: str = ""

    @property
    def totals(self) -> tuple[Decimal, Decimal, Decimal]:
        return self.net, self.tax, self.gross


@dataclass(frozen=True)
class Sums:
    """Figures added up; all of one currency."""

    count: int = 0
    net: Decimal = ZERO
    tax: Decimal = ZERO
    gross: Decimal = ZERO
    open: Decimal = ZERO

    def __add__(self, other: "Sums") -> "Sums":
        count = self.count + other.count
        net, tax, gross = self.net + other.net, self.tax + other.tax, self.gross + other.gross
        return Sums(count, net, tax, gross, self.open + other.open)

    def __neg__(self) -> "Sums":
        return Sums(-self.count, -self.net, -self.tax, -self.gross, -self.open)

    def __sub__(self, other: "Sums") -> "Sums":
        return self + -other

    @property
    def amounts(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        return self.net, self.tax, self.gross, self.open


def released_figures(spec: RecordSpec, body: Body, deleted: bool = False) -> Figures | None:
    """None for a record type without money. Amounts that are none count as nothing: planning says what is wrong."""
    if spec.type not in MONEY:
        return None
    kind = spec.entities_of(body)[0]
    who, when = _text(body, "contactId"), _text(body, spec.dates[0])
    about = Figures(spec.type, kind, spec.released_name(body), who, when, spec.currency(body))
    try:
        gross = spec.amount(body)
        if deleted or spec.released_gone(body) or gross is None:
            return about
        totals = spec.totals(body) if spec.totals else Totals(gross, ZERO, gross)
        draft = body.get("status") == "draft"
        left = ZERO if draft else _open_released(body)
        applied = sorted((_text(part, "invoiceId"), text(part.get("amount"))) for part in body.get("allocations") or [])
        number = "" if draft else _text(body, "reference" if kind in PAYMENTS else "number")
        return _counted(about, totals, left, number, applied if kind in PAYMENTS else [])
    except (NotMoney, Problem):
        return about


def external_figures(spec: RecordSpec, entity: str, body: Body, deleted: bool = False) -> Figures | None:
    """As `released_figures`, of a QuickBooks record. A payment of zero only applies a credit: it counts as nothing."""
    if spec.type not in MONEY:
        return None
    who = _text(_object(body, "CustomerRef") or _object(body, "VendorRef"), "value")
    when, currency = _text(body, "TxnDate"), _text(_object(body, "CurrencyRef"), "value")
    about = Figures(spec.type, entity, spec.external_name(entity, body), who, when, currency)
    try:
        gross = spec.external_amount(entity, body)
        if deleted or spec.external_gone(entity, body) or gross is None or (entity in PAYMENTS and not gross):
            return about
        totals = spec.external_totals(entity, body) if spec.external_totals else Totals(gross, ZERO, gross)
        number = "" if spec.part_of else _text(body, "PaymentRefNum" if entity == "Payment" else "DocNumber")
        left = _open_quickbooks(entity, body, gross)
        return _counted(about, totals, left, number, _applied(body) if entity in PAYMENTS else [])
    except (NotMoney, Problem):
        return about


def agree(released: Figures, quickbooks: Figures) -> bool:
    """Net, tax and gross apart. Open balances move with payments, which have figures of their own."""
    return released.totals == quickbooks.totals


def to_cents(value: Decimal) -> int:
    return int(cents(value) * CENTS)


def from_cents(value: int) -> Decimal:
    return cents(Decimal(int(value)) / CENTS)


def _counted(about: Figures, totals: Totals, left: Decimal, number: str, applied: list[Any]) -> Figures:
    gross = cents(totals.gross)
    same = [about.kind, number.casefold(), about.party, about.date, text(gross), applied]
    return replace(
        about,
        net=cents(totals.net),
        tax=cents(totals.tax),
        gross=gross,
        open=cents(left),
        counted=True,
        same_key=content_hash(same) if number.strip() else "",
    )


def _open_released(body: Body) -> Decimal:
    return next((decimal(body[name]) for name in OPEN_RELEASED if body.get(name) not in (None, "")), ZERO)


def _open_quickbooks(entity: str, body: Body, gross: Decimal) -> Decimal:
    """A BillPayment does not say what it has left: what its lines do not apply."""
    if entity == "BillPayment":
        signs = {"Bill": 1, "VendorCredit": -1}
        applied = (signs.get(kind, 1) * amount for kind, _, amount in _lines(body))
        return gross - sum(applied, ZERO)
    name = OPEN_QUICKBOOKS.get(entity, "")
    if entity == "CreditMemo" and name not in body:
        name = "Balance"
    return decimal(body.get(name)) if name else ZERO


def _applied(body: Body) -> list[list[str]]:
    return sorted([kind, id_, text(amount)] for kind, id_, amount in _lines(body))


def _lines(body: Body) -> list[tuple[str, str, Decimal]]:
    return [
        (_text(linked, "TxnType"), _text(linked, "TxnId"), decimal(line.get("Amount")))
        for line in body.get("Line") or []
        for linked in line.get("LinkedTxn") or []
    ]


def _object(body: Body, name: str) -> Body:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(body: Mapping[str, Any], name: str) -> str:
    return str(body.get(name) or "")
