"""How a plan and what was found before it look: tables and lines for people, JSON for programs."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from rich import box
from rich.table import Table

from bot.core.model import Direction, Side
from bot.core.money import text
from bot.core.planning.plan_summary import COLUMNS, Calls, Plan
from bot.core.planning.preflight import Finding, Severity
from bot.core.team.requested_plan import PlannedChange

KINDS = {
    **{"Invoice": "invoices", "Bill": "bills", "CreditMemo": "credit notes", "VendorCredit": "supplier credit notes"},
    **{"Payment": "receipts", "BillPayment": "payments out"},
}
SIDES = {Side.RELEASED: "Re-Leased", Side.QUICKBOOKS: "QuickBooks"}


def plan_json(made: Plan, changes: Iterable[PlannedChange] = ()) -> dict[str, Any]:
    """Amounts as text, as everywhere in our JSON. `updates` are old and new of each record that is updated."""
    return {
        "hash": made.hash,
        "operations": made.operations,
        "by_type": [{"type": row.type, "direction": row.direction, **row.counts} for row in made.by_type],
        "totals": [_plain(asdict(row)) for row in made.totals],
        "calls": asdict(made.calls),
        "preflight": [finding_json(one) for one in made.findings],
        "conflicts": made.conflicts,
        "updates": [asdict(one) for one in changes],
    }


def finding_json(one: Finding) -> dict[str, Any]:
    return _plain(asdict(one))


def by_type(made: Plan) -> Table:
    table = _table("Type", "Direction", *COLUMNS)
    for row in made.by_type:
        numbers = (str(row.counts[name]) if row.counts[name] else "–" for name in COLUMNS)
        table.add_row(str(row.type).replace("-", " "), str(row.direction), *numbers)
    return table


def totals(made: Plan) -> Table:
    table = _table("Total of", "Side", "Now", "Amount now", "After", "Amount after")
    for row in made.totals:
        before, after = (f"{amount:,.2f} {row.currency}" for amount in (row.amount_before, row.amount_after))
        cells = (str(row.count_before), before, str(row.count_after), after)
        table.add_row(KINDS.get(row.entity, row.entity), SIDES[row.side], *cells)
    return table


def calls_in_words(calls: Calls) -> str:
    batches, singles = calls.quickbooks_batches, calls.quickbooks_singles
    takes = f"at least {timedelta(seconds=calls.seconds)} at QuickBooks' limits" if calls.seconds else "a moment"
    return (
        f"Calls: QuickBooks {batches + singles} to write ({batches} batches, {singles} single) and "
        f"{calls.quickbooks_reads} to read; Re-Leased {calls.released_writes} to write, "
        f"{calls.released_write_backs} to note ids and {calls.released_reads} to read. That takes {takes}."
    )


def finding_lines(findings: tuple[Finding, ...]) -> Iterator[tuple[str, str]]:
    """(words, colour): what was found before anything is written, each with what to do about it."""
    for one in findings:
        stops = one.severity is Severity.STOPS
        yield f"{'Stops writing' if stops else 'Check'}: {one.what}.", "red" if stops else "dark_orange"
        yield f"  {one.why} {one.how}", ""


def change_lines(change: PlannedChange) -> Iterator[tuple[str, str]]:
    """(words, colour): a record that is updated, and below it each field, old → new."""
    side = "QuickBooks" if change.direction is Direction.OUTGOING else "Re-Leased"
    yield f"Changes in {side}: {change.type.noun} {change.name}", ""
    for one in change.changes:
        said = f"  {one.field}: {one.before or 'nothing'} → {one.after or 'nothing'}"
        lost = f" (changed in {side} too: that value is lost)"
        yield (f"{said}{lost}", "dark_orange") if one.is_lost else (said, "")


def to_apply(made: Plan) -> str:
    return f"Plan {made.hash}. To do exactly this: qbo-sync sync {made.company_id} --plan {made.hash}"


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(names):
        table.add_column(name, justify="left" if place < 2 else "right")
    return table


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: text(value) if isinstance(value, Decimal) else value for name, value in row.items()}
