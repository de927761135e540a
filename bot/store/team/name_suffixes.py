"""Named queries over what people chose to add to names in QuickBooks, where the name itself is taken."""

from sqlalchemy import Connection, delete, select

from bot.core.model import RecordType
from bot.store.database import insert_into
from bot.store.team.tables import name_suffixes

_c = name_suffixes.c
Named = tuple[str, str]  # Re-Leased id, QuickBooks entity


def put(
    connection: Connection, company_id: str, type_: RecordType, named: Named, suffix: str, by: str, at: int
) -> None:
    """In place of what was chosen before; "" = its own name again."""
    mine = (_c.company_id == company_id, _c.type == type_, _c.released_id == named[0], _c.entity == named[1])
    connection.execute(delete(name_suffixes).where(*mine))
    if suffix:
        about = {"company_id": company_id, "type": type_, "released_id": named[0], "entity": named[1]}
        connection.execute(insert_into(connection, name_suffixes).values(**about, suffix=suffix, by=by, at=at))


def of_company(connection: Connection, company_id: str, type_: RecordType) -> dict[Named, str]:
    """All of them: each was chosen by a person, so there are few."""
    rows = connection.execute(select(name_suffixes).where(_c.company_id == company_id, _c.type == type_))
    return {(row.released_id, row.entity): row.suffix for row in rows}
