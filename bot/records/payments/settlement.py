"""What settles a document in QuickBooks besides the payments that are synced, and what a person can do about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.core.money import decimal, formatted
from bot.core.spec import Body, Problem
from bot.records.fields.names import reference
from bot.records.payments.applied import lines_of

SYNCED = frozenset({"Invoice", "Bill", "CreditMemo", "VendorCredit", "Payment", "BillPayment"})
NOT_SETTLING = frozenset({"ReimburseCharge", "Estimate", "PurchaseOrder", "TimeActivity", "StatementCharge"})
READ_AS = {
    **{"Expense": "Purchase", "Check": "Purchase", "CreditCardCredit": "Purchase", "CashPurchase": "Purchase"},
    **{"JournalEntry": "JournalEntry", "Deposit": "Deposit", "RefundReceipt": "RefundReceipt", "Transfer": "Transfer"},
}
"""Kinds of transaction as a payment's lines name them, and the entity that each is read as.
https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/payment (LinkedTxn)"""
CALLED = {
    **{"Expense": "the expense", "Check": "the cheque", "CreditCardCredit": "the credit card credit"},
    **{"JournalEntry": "the journal entry", "Deposit": "the bank deposit", "RefundReceipt": "the refund receipt"},
}


@dataclass(frozen=True)
class Maker:
    """One reason for an open balance. `kind` is QuickBooks' word, `entity` what it is read as ("" = not by itself)."""

    kind: str
    id: str
    amount: Decimal | None = None
    entity: str = ""

    def words(self, number: str) -> str:
        """ "the expense 1042 of 115.00 in QuickBooks"; without a number its id in QuickBooks."""
        if self.kind == "":
            return f"{formatted(self.amount)} is entered as a deposit on the invoice itself"
        called = CALLED.get(self.kind, f"the {self.kind}")
        named = f"{called} {number}" if number else f"{called} with the QuickBooks id {self.id}"
        return f"{named} of {formatted(self.amount)}" if self.amount is not None else named


def makers_of(document: tuple[str, str], body: Body, paying: Iterable[Body]) -> list[Maker]:
    """What of QuickBooks pays this document, (entity, id), and is not synced.

    `paying` are the synced payments of QuickBooks that name it: one of total 0 may set off an expense against it.
    """
    found: dict[tuple[str, str], Maker] = {}
    if decimal(body.get("Deposit")):
        account = reference(body, "DepositToAccountRef")
        found["", account] = Maker("", account, decimal(body.get("Deposit")))
    for payment in paying:
        try:
            lines = list(lines_of(payment))
        except Problem:
            continue  # planning says what is wrong with it
        if document in {(kind, id_) for kind, id_, _ in lines}:
            for kind, id_, amount in lines:
                if kind not in SYNCED:
                    found[kind, id_] = Maker(kind, id_, amount, READ_AS.get(kind, ""))
    for linked in body.get("LinkedTxn") or []:
        kind, id_ = str(linked.get("TxnType")), str(linked.get("TxnId"))
        if kind not in SYNCED | NOT_SETTLING and not kind.startswith("BillPayment"):
            found.setdefault((kind, id_), Maker(kind, id_, None, READ_AS.get(kind, "")))
    return list(found.values())


def remedy_for(entity: str, makers: Sequence[Maker], difference: str) -> str:
    """What to do, by who has to do it; `difference` as an amount in words."""
    if any(maker.kind == "" for maker in makers):
        return (
            f"In Re-Leased record the {difference} as a payment of this invoice; or in QuickBooks take the deposit off "
            "the invoice and receive it as a payment, which then comes over by itself."
        )
    if entity in ("CreditMemo", "VendorCredit") and makers:
        return (
            f"The credit was given back in money: in Re-Leased record the refund of {difference} on this credit note, "
            "so that nothing of it is left to be used."
        )
    if makers:
        return (
            f"In Re-Leased enter what settles {difference} of it; or in QuickBooks undo that and receive a payment, "
            "which then comes over by itself."
        )
    return f"Compare what pays it on both sides: {difference} is missing on one of them."
