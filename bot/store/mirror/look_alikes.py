"""Named queries for the pre-flight checks: which records of one list share a name, and whether there are any."""

from sqlalchemy import Connection, func, select

from bot.core.balance.control_totals import from_cents
from bot.core.model import Side
from bot.core.planning.plan_summary import Total
from bot.store.tables import figures, mirror, mirror_keys


def shared_names(connection: Connection, company_id: str, side: Side, entity: str) -> list[list[str]]:
    """Groups of ids of the records of this list that are called alike; deleted ones have no keys."""
    mine = (mirror_keys.c.company_id == company_id, mirror_keys.c.side == side, mirror_keys.c.entity == entity)
    named = (*mine, mirror_keys.c.key.like("name:%"))
    several = select(mirror_keys.c.key).where(*named).group_by(mirror_keys.c.key).having(func.count() > 1)
    rows = connection.execute(select(mirror_keys.c.key, mirror_keys.c.id).where(*mine, mirror_keys.c.key.in_(several)))
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(row.key, []).append(row.id)
    return list(groups.values())


def has_any(connection: Connection, company_id: str, side: Side, entity: str) -> bool:
    where = (mirror.c.company_id == company_id, mirror.c.side == side, mirror.c.entity == entity)
    return connection.execute(select(mirror.c.id).where(*where).limit(1)).first() is not None


def totals(connection: Connection, company_id: str, since: str) -> list[Total]:
    """What each side has of each kind of document dated from `since` on."""
    columns = (figures.c.side, figures.c.kind, figures.c.currency)
    where = (figures.c.company_id == company_id, figures.c.counted, figures.c.date >= since)
    statement = select(*columns, func.count(), func.sum(figures.c.gross)).where(*where).group_by(*columns)
    found = []
    for side, kind, currency, count, gross in connection.execute(statement.order_by(*columns)):
        amount = from_cents(gross)
        found.append(Total(kind, currency, Side(side), count, amount, count, amount))
    return found
