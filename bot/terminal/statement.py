"""How a verification reads: a statement that an accountant can file, and JSON for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.table import Table

from bot.core.balance.control_totals import Sums
from bot.core.balance.verification import ContactBalance, Item, KindTotals, Sample, Verification
from bot.core.model import Side
from bot.core.money import text

KINDS = {
    **{"Invoice": "Invoices", "Bill": "Bills", "CreditMemo": "Credit notes", "VendorCredit": "Supplier credits"},
    **{"Payment": "Receipts", "BillPayment": "Payments out"},
    **{"AppliedCredit": "Credits set off", "AppliedVendorCredit": "Supplier credits set off"},
}
SIDES = {Side.RELEASED: "Re-Leased", Side.QUICKBOOKS: "QuickBooks"}
LEDGERS = {"receivable": "Receivable from contacts", "payable": "Payable to suppliers"}
AMOUNTS = ("net", "tax", "gross", "open")
SHOWN = 20  # findings of one kind on a terminal; JSON has more


def verification_json(found: Verification) -> dict[str, Any]:
    """Amounts as text. Lists hold at most 200 entries, their counts are of all."""
    calls = asdict(found.api_calls)
    return {
        "company": found.company_id,
        "name": found.name,
        "at": found.at.isoformat(),
        "agrees": found.agrees,
        "unexplained_difference": {currency: text(amount) for currency, amount in found.unexplained.items()},
        "totals": [_totals_json(line) for line in found.totals],
        "reconciling_items": [_item_json(item) for item in found.items],
        "ledgers": [_balance_json(line) for line in found.ledgers],
        "contacts": {"count": found.contact_count, "differing": [_balance_json(line) for line in found.contacts]},
        "drift": {"count": found.drift_count, "pairs": [_named(asdict(pair)) for pair in found.drift]},
        "duplicates": asdict(found.duplicates),
        "lost": asdict(found.lost),
        "repaired": {str(side): asdict(what) for side, what in found.repaired.items()},
        "gone": {str(side): asdict(what) for side, what in found.gone.items()},
        "checked": {str(side): number for side, number in found.checked.items()},
        "api_calls": calls,
    }


def title(found: Verification) -> str:
    when = found.at.astimezone(ZoneInfo(found.timezone))
    return f"Control totals of {found.name} on {when.day} {when:%b %Y}, {when:%H:%M} ({found.timezone})"


def conclusion(found: Verification) -> str:
    unexplained = ", ".join(f"{currency} {amount:,.2f}".strip() for currency, amount in found.unexplained.items())
    words = "Both sides agree." if found.agrees else "There is something to look at."
    return f"Unexplained difference: {unexplained}. {words}"


def totals(found: Verification) -> Table:
    """Each kind twice, once a side, and what is left of their difference."""
    table = _table(("Type", "Side"), ("Count", "Net", "Tax", "Gross", "Open"))
    for line in found.totals:
        name = f"{KINDS.get(line.kind, line.kind)} {line.currency}".strip()
        for side, sums in ((Side.RELEASED, line.released), (Side.QUICKBOOKS, line.quickbooks)):
            table.add_row(name if side is Side.RELEASED else "", SIDES[side], *_cells(sums))
        for word, sums in _differences(line):
            table.add_row("", word, *_cells(sums))
    return table


def items(found: Verification) -> Table:
    """What is on one side only, and why."""
    table = _table(("On one side only", "Type", "Why"), ("Count", "Gross", "Open"))
    for item in found.items:
        kind = f"{KINDS.get(item.kind, item.kind)} {item.currency}".strip()
        examples = f" ({', '.join(name for name in item.examples if name)})" if item.attention else ""
        amounts = (str(item.sums.count), f"{item.sums.gross:,.2f}", f"{item.sums.open:,.2f}")
        table.add_row(SIDES[item.side], kind, f"{item.reason}{examples}", *amounts)
    return table


def ledgers(found: Verification) -> Table:
    """The whole ledgers, then the contacts whose balances differ."""
    table = _table(("Open balances", "Contact"), ("Re-Leased", "QuickBooks", "Difference"))
    for line in (*found.ledgers, *found.contacts[:SHOWN]):
        name = f"{LEDGERS[line.ledger]} {line.currency}".strip()
        amounts = (line.released, line.quickbooks, line.released - line.quickbooks)
        table.add_row(name, line.name or "All", *(f"{amount:,.2f}" for amount in amounts))
    return table


def findings(found: Verification) -> Iterator[str]:
    """Line by line what somebody should look at."""
    if found.drift_count:
        yield f"{_counted(found.drift_count, 'linked pair does', 'linked pairs do')} not agree any more:"
        yield from (f"  {pair.ref.type} {pair.name}: {pair.moved} moved. {pair.words}" for pair in found.drift[:SHOWN])
    yield from _listed(found.duplicates, "is there twice", "are there twice")
    yield from _listed(found.lost, "was on one side only without a reason", "were on one side only without a reason")
    for side in Side:
        yield from _listed(found.repaired[side], *_were(f"put right: {SIDES[side]} had changed without our hearing"))
        yield from _listed(found.gone[side], *_were(f"marked as deleted: not in {SIDES[side]} any more"))


def effort(found: Verification) -> str:
    calls, checked = found.api_calls, found.checked
    reads = f"{calls.quickbooks_reads:,} QuickBooks reads, {calls.released:,} Re-Leased calls"
    what = f"{checked[Side.RELEASED]:,} records of Re-Leased and {checked[Side.QUICKBOOKS]:,} of QuickBooks"
    return f"Read {what} ({reads}). Nothing was written on either side."


def _differences(line: KindTotals) -> Iterator[tuple[str, Sums]]:
    if line.difference != Sums():
        yield "Difference", line.difference
        yield "Unexplained", line.unexplained


def _listed(found: Sample, one: str, more: str) -> Iterator[str]:
    if not found.count:
        return
    yield f"{_counted(found.count, f'record {one}', f'records {more}')}:"
    yield from (f"  {name}" for name in found.examples[:SHOWN])


def _were(words: str) -> tuple[str, str]:
    return f"was {words}", f"were {words}"


def _counted(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"


def _cells(sums: Sums) -> tuple[str, ...]:
    return (f"{sums.count:,}", *(f"{amount:,.2f}" for amount in sums.amounts))


def _sums_json(sums: Sums) -> dict[str, Any]:
    return {"count": sums.count, **{name: text(getattr(sums, name)) for name in AMOUNTS}}


def _totals_json(line: KindTotals) -> dict[str, Any]:
    parts = ("released", "quickbooks", "difference", "explained", "unexplained")
    return {"kind": line.kind, "currency": line.currency} | {part: _sums_json(getattr(line, part)) for part in parts}


def _item_json(item: Item) -> dict[str, Any]:
    about = {"side": item.side, "kind": item.kind, "currency": item.currency, "reason": item.reason}
    flags = {"explains": item.explains, "needs_attention": item.attention, "examples": list(item.examples)}
    return {**about, **_sums_json(item.sums), **flags}


def _balance_json(line: ContactBalance) -> dict[str, Any]:
    amounts = {"released": text(line.released), "quickbooks": text(line.quickbooks)}
    about = {"ledger": line.ledger, "contact": line.contact, "name": line.name, "currency": line.currency}
    return {**about, **amounts, "difference": text(line.released - line.quickbooks)}


def _named(pair: dict[str, Any]) -> dict[str, Any]:
    return {**pair, "ref": f"{pair['ref']['type']}:{pair['ref']['key']}"}


def _table(words: Sequence[str], amounts: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for name in words:
        table.add_column(name, overflow="fold")
    for name in amounts:
        table.add_column(name, justify="right", no_wrap=True)
    return table
