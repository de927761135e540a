"""Named queries over how long causes last: written when what needs attention changes, read by the weekly digest."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select, update

from bot.core.causes import grouping
from bot.core.model import Result
from bot.store.tables import cause_spans


@dataclass(frozen=True)
class Span:
    """`records` is the most it held up; `closed_at` is None while it lasts. Instants in ms since 1970."""

    headline: str
    records: int
    opened_at: int
    closed_at: int | None


def note(connection: Connection, company_id: str, at: int, failures: Iterable[Result]) -> None:
    """Write down which causes came and went, in the transaction that changed results or links.

    `failures` is everything of the company that needs attention now, newest first; it is gone through several times.
    """
    found = {grouping.key(cause): cause for cause in grouping.summaries(failures)}
    still = (cause_spans.c.company_id == company_id) & cause_spans.c.closed_at.is_(None)
    known = {row.key: row for row in connection.execute(select(cause_spans).where(still))}
    gone = [row.id for key, row in known.items() if key not in found]
    if gone:
        connection.execute(update(cause_spans).where(cause_spans.c.id.in_(gone)).values(closed_at=at))
    for key, cause in found.items():
        if key not in known:
            headline = grouping.plain_headline(cause)
            about = {"company_id": company_id, "key": key, "headline": headline, "records": cause.count}
            connection.execute(cause_spans.insert().values(opened_at=at, **about))
        elif cause.count > known[key].records:
            larger = update(cause_spans).where(cause_spans.c.id == known[key].id)
            connection.execute(larger.values(records=cause.count, headline=grouping.plain_headline(cause)))


def since(connection: Connection, company_id: str, at: int) -> list[Span]:
    """Those that last still, and those that ended at or after that moment; the longest first."""
    lately = or_(cause_spans.c.closed_at.is_(None), cause_spans.c.closed_at >= at)
    statement = select(cause_spans).where(cause_spans.c.company_id == company_id, lately)
    rows = connection.execute(statement.order_by(cause_spans.c.opened_at, cause_spans.c.id))
    return [Span(row.headline, row.records, row.opened_at, row.closed_at) for row in rows]
