"""Says what the losing side of a conflict had, so that a person can still see it when the other side has won."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from bot.core.content import contains
from bot.core.model import Direction
from bot.core.money import formatted
from bot.core.planning.steps import Operation, Verb
from bot.core.spec import RecordSpec

NOT_COMPARED = frozenset({"Id", "SyncToken", "sparse", "TxnTaxDetail", "GlobalTaxCalculation", "CurrencyRef"})
LINES = frozenset({"Line", "lines"})
VALUE_LENGTH = 80
Body = Mapping[str, Any]


def losing_words(spec: RecordSpec, entity: str, released: Body, external: Body, step: Operation) -> str:
    """One sentence with the losing values. `step` is what carries the winner's values over."""
    outgoing = step.direction is Direction.OUTGOING
    loser, lost = ("QuickBooks", external) if outgoing else ("Re-Leased", released)
    totals = spec.external_amount(entity, external), spec.amount(released)
    if step.verb is Verb.VOID:
        values = [f"total: {formatted(totals[0] if outgoing else totals[1])}"]
    else:
        values = [*_fields(lost, step.body), *_total(totals[0], totals[1], outgoing), *_lines(lost, step.body)]
    return f"Both sides had changed since the last sync; {loser} had said {'; '.join(values) or 'something else'}."


def _fields(lost: Body, won: Body) -> Iterator[str]:
    for key, value in won.items():
        if key not in NOT_COMPARED | LINES and key in lost and not contains(lost[key], value):
            yield f"{key}: {_short(lost[key])}"


def _total(external: Decimal | None, released: Decimal | None, outgoing: bool) -> Iterator[str]:
    """QuickBooks adds up its total itself, so that what goes out does not name it."""
    if outgoing and external is not None and external != released:
        yield f"total: {formatted(external)}"


def _lines(lost: Body, won: Body) -> Iterator[str]:
    for key in sorted(LINES & set(won)):
        lines = [line for line in lost.get(key) or [] if not _is_total(line)]
        if not contains(lines, won[key]):
            yield f"lines: {', '.join(map(_line, lines)) or 'none'}"


def _line(line: Body) -> str:
    amount = line.get("Amount", line.get("netAmount"))
    return f"{_short(line.get('Description') or line.get('description') or 'no description')} {formatted(amount)}"


def _is_total(line: Body) -> bool:
    return line.get("DetailType") in ("SubTotalLineDetail", "TaxLineDetail")


def _short(value: Any) -> str:
    if isinstance(value, list):
        parts = (f"{formatted(part.get('amount'))} to invoice {part.get('invoiceId')}" for part in value)
        value = ", ".join(parts) or "nothing allocated"
    if isinstance(value, Mapping):
        named = value.get("value") or value.get("Address") or value.get("FreeFormNumber")
        value = named or ", ".join(str(part) for part in value.values() if part)
    return str(value)[:VALUE_LENGTH] or "nothing"
