"""What a QuickBooks Payment or BillPayment is applied to: what of each document money pays, and what a credit."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from bot.core.money import ZERO, NotMoney, decimal
from bot.core.spec import Body, Problem

DOCUMENT = {"Payment": "Invoice", "BillPayment": "Bill"}
CREDIT = {"Payment": "CreditMemo", "BillPayment": "VendorCredit"}


@dataclass(frozen=True)
class Applied:
    """Amounts are above zero, each pair once, in the order of the lines.

    cash     (Invoice or Bill id, amount that money pays)
    credits  (CreditMemo or VendorCredit id, Invoice or Bill id, amount)
    others   (type, id, amount) of what is neither, such as a JournalEntry
    """

    cash: list[tuple[str, Decimal]] = field(default_factory=list)
    credits: list[tuple[str, str, Decimal]] = field(default_factory=list)
    others: list[tuple[str, str, Decimal]] = field(default_factory=list)


def lines_of(body: Body) -> Iterator[tuple[str, str, Decimal]]:
    """(type, id, amount) of what a QuickBooks payment names, in its order. Raises Problem for what is no amount."""
    for line in body.get("Line") or []:
        for linked in line.get("LinkedTxn") or []:
            try:
                part = decimal(line.get("Amount"))
            except NotMoney:
                more = f"Its line amount is not an amount: {line.get('Amount')!r}."
                raise Problem("incomplete-record", more=more) from None
            yield str(linked.get("TxnType")), str(linked.get("TxnId")), part


def split(entity: str, body: Body) -> Applied:
    """Shares the credits out over the documents, first come first served; money pays the rest of each.

    QuickBooks does not say which credit pays which document: an Invoice line carries all that was applied to it.
    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/payment (Line)
    """
    lines = list(lines_of(body))
    open_ = _sums((id_, part) for kind, id_, part in lines if kind == DOCUMENT[entity])
    credits: list[tuple[str, str, Decimal]] = []
    for credit_id, credit in _sums((id_, part) for kind, id_, part in lines if kind == CREDIT[entity]).items():
        left = credit
        for document_id, unpaid in open_.items():
            part = min(left, unpaid)
            if part > ZERO:
                credits.append((credit_id, document_id, part))
                open_[document_id], left = unpaid - part, left - part
    return Applied(
        cash=[(document_id, part) for document_id, part in open_.items() if part > ZERO],
        credits=credits,
        others=[line for line in lines if line[0] not in (DOCUMENT[entity], CREDIT[entity])],
    )


def _sums(parts: Iterator[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for id_, part in parts:
        sums[id_] = sums.get(id_, ZERO) + part
    return sums
