"""Filters, orders and previews of results in memory, as the store has them, and posted messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.causes.grouping import held_up_by
from bot.core.links import cascade
from bot.core.model import NEEDS_ATTENTION, LinkChange, RecordRef, RecordType, Result
from bot.core.planning.pairing import Suggestion
from bot.core.results import Cause, LinkStatus, ResultsFilter, ResultsOrder


@dataclass(frozen=True)
class Posted:
    key: str
    channel_id: str
    ts: str
    digest: str


def preview_of(
    rows: Sequence[Result], parents: Mapping[RecordRef, RecordRef], refs: Sequence[RecordRef], linked: bool
) -> LinkChange:
    known = {row.ref: row for row in rows}
    changed = tuple(ref for ref in refs if ref in known and known[ref].linked is not linked)

    def children(level: list[RecordRef]) -> list[RecordRef]:
        return sorted(child for child, parent in parents.items() if parent in level)

    found = cascade(refs, children)
    unlinked = frozenset(ref for ref in (*refs, *found) if ref in known and not known[ref].linked)
    return LinkChange(changed, found, found, names={ref: row.name for ref, row in known.items()}, unlinked=unlinked)


def matching(rows: Sequence[Result], wanted: ResultsFilter) -> list[Result]:
    held = held_up_by([row for row in rows if row.outcome in NEEDS_ATTENTION], wanted.cause) if wanted.cause else []

    def fits(row: Result) -> bool:
        said = " ".join((row.name, row.released_id, row.external_id, row.details)).casefold()
        return (
            (wanted.status is LinkStatus.ALL or row.linked == (wanted.status is LinkStatus.LINKED))
            and wanted.type in (None, row.ref.type)
            and all(word in said for word in wanted.text.casefold().split())
            and (wanted.since is None or row.at.date() >= wanted.since)
            and (not wanted.needs_attention or row.outcome in NEEDS_ATTENTION)
            and (not wanted.cause or row.ref in held)
            and wanted.outcome in (None, row.outcome)
        )

    return [row for row in rows if fits(row)]


def in_order(rows: Sequence[Result], order: ResultsOrder) -> list[Result]:
    newest = sorted(rows, key=lambda row: row.at, reverse=True)
    match order:
        case ResultsOrder.NEWEST:
            return newest
        case ResultsOrder.OLDEST:
            return newest[::-1]
        case ResultsOrder.TYPE:
            return sorted(newest, key=lambda row: list(RecordType).index(row.ref.type))
        case ResultsOrder.CAUSE:
            return sorted(newest, key=lambda row: str(row.cause or ""), reverse=True)


def cause_of(ref: RecordRef, row: Result | None, rows: Sequence[Result], fix: str, partners: int) -> Cause:
    """`row` is that of the record which holds up these `rows`."""
    name = row.name if row else ref.key
    held: dict[RecordType, int] = {}
    for one in rows:
        held[one.ref.type] = held.get(one.ref.type, 0) + 1
    is_unlinked = row is not None and not row.linked
    return Cause(
        ref=ref,
        code="unlinked-parent" if is_unlinked else "6240",
        name=name,
        headline=f"{name} is unlinked" if is_unlinked else f"{name} is inactive in QuickBooks",
        why="Records that refer to it cannot sync without it.",
        how="Relink it." if is_unlinked else "Make it active again in QuickBooks, then retry.",
        fix="relink" if is_unlinked else fix,
        partners=partners,
        held_up=held,
        refs=tuple(one.ref for one in rows),
    )


def fixed(cause: Cause, fixes: Mapping[RecordRef, str], may_be: Mapping[RecordRef, Sequence[Suggestion]]) -> Cause:
    """As its card shows it."""
    if cause.ref is None or cause.fix == "relink":
        return cause
    return replace(cause, fix=fixes.get(cause.ref, cause.fix), partners=len(may_be.get(cause.ref, ())))
