"""Filters and orders of results in memory, as the store has them."""

from collections.abc import Sequence

from bot.core.model import NEEDS_ATTENTION, LinkStatus, RecordType, Result, ResultsFilter, ResultsOrder


def matching(rows: Sequence[Result], wanted: ResultsFilter) -> list[Result]:
    def fits(row: Result) -> bool:
        said = " ".join((row.name, row.released_id, row.external_id, row.details)).casefold()
        return (
            (wanted.status is LinkStatus.ALL or row.linked == (wanted.status is LinkStatus.LINKED))
            and wanted.type in (None, row.ref.type)
            and all(word in said for word in wanted.text.casefold().split())
            and (wanted.since is None or row.at.date() >= wanted.since)
            and (not wanted.needs_attention or row.outcome in NEEDS_ATTENTION)
            and wanted.cause in (None, row.cause, row.ref)
            and wanted.outcome in (None, row.outcome)
            and wanted.code in ("", row.code)
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
