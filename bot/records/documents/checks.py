"""What keeps a document out of the sync or from crossing: said before anything is sent."""

import re
from collections.abc import Mapping
from decimal import Decimal

from bot.core.model import Outcome
from bot.core.money import ZERO, decimal, formatted
from bot.core.spec import Body, Facts, Lookup, Problem
from bot.records.documents.line_kinds import detail_of, money_lines, refuse_special
from bot.records.documents.lines import net_of
from bot.records.fields.absent import require
from bot.records.fields.amounts import amount, day
from bot.records.fields.parties import check_currency, party_of

PAYING = frozenset(
    {
        *("Payment", "BillPayment", "BillPaymentCheck", "BillPaymentCreditCard", "CreditMemo", "VendorCredit"),
        *("JournalEntry", "Deposit", "Check", "Expense", "CreditCardCredit"),
    }
)
"""Kinds of transaction that QuickBooks links to a document because they settle it."""
NUMBER_LENGTH = 21  # developer.intuit.com, invoice: DocNumber
VOIDED_NOTE = re.compile(r"\bVoided\b")  # QuickBooks puts it into the memo when it brings every line to zero


def check(body: Body, facts: Facts) -> None:
    """Raises Problem for a Re-Leased document that stays out, or that would not cross as it stands."""
    if body.get("status") == "draft":
        raise Problem("not-approved", outcome=Outcome.SKIPPED)
    if day(body.get("issueDate")) < facts.sync_from:
        raise Problem("before-sync-from", outcome=Outcome.SKIPPED, sync_from=facts.sync_from.isoformat())
    if not body.get("contactId"):
        raise Problem("incomplete-record", more="It names no contact.")
    if not body.get("lines"):
        raise Problem("incomplete-record", more="It has no lines.")
    if body.get("dueDate"):
        day(body["dueDate"])
    for line in body["lines"]:
        require(line, "netAmount", "A line does not say its amount")
        require(line, "taxAmount", "A line does not say its tax")
    require(body, "total", "It does not say its total")
    check_sums(
        sum((amount(line.get("netAmount"), "net amount") for line in body["lines"]), ZERO),
        sum((amount(line.get("taxAmount"), "tax amount") for line in body["lines"]), ZERO),
        amount(body.get("total"), "total"),
    )
    check_number(body)
    check_currency(body, facts)


def check_external(entity: str, body: Body, facts: Facts, lookup: Lookup) -> None:
    """Likewise for a QuickBooks document."""
    if day(body.get("TxnDate")) < facts.sync_from:
        raise Problem("before-sync-from", outcome=Outcome.SKIPPED, sync_from=facts.sync_from.isoformat())
    if external_gone(entity, body):
        raise Problem("voided-elsewhere", outcome=Outcome.SKIPPED)
    check_complete(entity, body)


def check_complete(entity: str, body: Body) -> None:
    """Raises Problem for a document that lacks what Re-Leased must have, or whose lines do not make its total."""
    if not party_of(entity, body)[1]:
        raise Problem("incomplete-record", more="It names no customer or supplier.")
    refuse_special(body.get("Line") or [])
    lines = money_lines(body.get("Line") or [])
    if not lines:
        raise Problem("incomplete-record", more="It has no lines.")
    for line in lines:
        amount(line.get("Amount"), "line amount")
    check_sums(sum(map(net_of, lines), ZERO), tax_total(body), amount(body.get("TotalAmt"), "total"))


def check_sums(net: Decimal, tax: Decimal, total: Decimal) -> None:
    """A total that its lines do not make would differ on the other side, which adds the lines up itself."""
    if net + tax != total:
        raise Problem(
            "incomplete-record",
            more=f"Its lines and tax make {formatted(net + tax)}, but its total says {formatted(total)}.",
        )


def check_number(body: Body) -> None:
    number = str(body.get("number") or "")
    if len(number) > NUMBER_LENGTH:
        raise Problem("number-too-long", number=number, length=str(len(number)), limit=str(NUMBER_LENGTH))


def tax_total(body: Body) -> Decimal:
    detail = body.get("TxnTaxDetail")
    return amount(detail.get("TotalTax"), "tax") if isinstance(detail, Mapping) else ZERO


def external_gone(entity: str, body: Body) -> bool:
    """Voided: QuickBooks has no field for it. It empties every line and puts its own word into the memo.

    A document of 0.00 that still has quantities, or lines that cancel out, is alive, whatever its memo says.
    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice (void an invoice)
    """
    if not VOIDED_NOTE.search(str(body.get("PrivateNote") or "")) or decimal(body.get("TotalAmt")):
        return False
    return not any(
        decimal(line.get("Amount")) or decimal(detail_of(line).get("Qty")) for line in body.get("Line") or []
    )


def settled_by(body: Body) -> str:
    """What pays a QuickBooks document, in words: "Payment 145 and 50.00 as its own deposit"; "" when nothing does.

    The balance counts as well: a set-off need not be among its linked transactions.
    """
    named = [
        f"{linked.get('TxnType')} {linked.get('TxnId')}"
        for linked in body.get("LinkedTxn") or []
        if linked.get("TxnType") in PAYING
    ]
    deposit = decimal(body.get("Deposit"))
    if deposit:
        named.append(f"{formatted(deposit)} as its own deposit")
    total = decimal(body.get("TotalAmt"))
    settled = total - decimal(body.get("Balance")) if "Balance" in body else ZERO
    if not named and settled > ZERO:
        named.append(f"{formatted(settled)} that is paid already")
    return " and ".join(named)
