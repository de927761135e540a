"""Named queries over what people have said about pairs: these two are not the same record."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, select

from bot.core.model import RecordType
from bot.store.database import insert_missing
from bot.store.keysets import change_among, chunks
from bot.store.team.tables import decisions

_c = decisions.c
TAKEN_BACK = delete(decisions)
RejectedPair = tuple[str, str, str]  # Re-Leased id, entity, QuickBooks id


def add(
    connection: Connection, company_id: str, type_: RecordType, pairs: Iterable[RejectedPair], by: str, at: int
) -> None:
    rows = [
        {"company_id": company_id, "type": type_, "released_id": ours, "entity": entity, "external_id": theirs}
        for ours, entity, theirs in pairs
    ]
    if rows:
        told = [{**row, "by": by, "at": at} for row in rows]
        connection.execute(insert_missing(connection, decisions), told)


def drop(connection: Connection, company_id: str, type_: RecordType, pairs: Iterable[RejectedPair]) -> None:
    columns = (_c.company_id, _c.type, _c.released_id, _c.entity, _c.external_id)
    change_among(connection, TAKEN_BACK, columns, sorted(set(pairs)), company_id, type_)


def about_released(connection: Connection, company_id: str, type_: RecordType, ids: Iterable[str]) -> set[RejectedPair]:
    """What was said about these Re-Leased records."""
    found: set[RejectedPair] = set()
    mine = (_c.company_id == company_id, _c.type == type_)
    for group in chunks(sorted(set(ids))):
        columns = select(_c.released_id, _c.entity, _c.external_id)
        found |= {tuple(row) for row in connection.execute(columns.where(*mine, _c.released_id.in_(group)))}
    return found
