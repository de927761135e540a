"""A filter of results as conditions, and the quick way through all results of a company for a text."""

import json
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Integer, func, literal, literal_column, select

from bot.core.invisible import cleaned
from bot.core.model import NEEDS_ATTENTION
from bot.core.results import LinkStatus, ResultsFilter
from bot.store.database import to_ms
from bot.store.results.cause_records import Conditions
from bot.store.tables import results

ROWID = literal_column("results.rowid", Integer)
MOSTLY = 4
"""A company with this part of the table is found sooner by reading all of it than row by row."""


def conditions(
    wanted: ResultsFilter, timezone: str, held: Conditions, through: bool = False
) -> list[ColumnElement[bool]]:
    """`held` is what the cause of the filter holds up, looked up once for all that is asked.

    `through`: no index of the company is used.
    """
    company = results.c.company_id.concat("") if through else results.c.company_id
    where: list[ColumnElement[bool]] = [company == wanted.company_id, *held]
    if wanted.status is not LinkStatus.ALL:
        where.append(results.c.linked if wanted.status is LinkStatus.LINKED else ~results.c.linked)
    if wanted.type is not None:
        where.append(results.c.type == wanted.type)
    if wanted.needs_attention:
        where.append(results.c.outcome.in_(NEEDS_ATTENTION))
    if wanted.outcome is not None:
        where.append(results.c.outcome == wanted.outcome)
    if wanted.since is not None:
        start = datetime.combine(wanted.since, time.min, ZoneInfo(timezone))
        where.append(results.c.at >= to_ms(start))
    for word in cleaned(wanted.text).casefold().split():
        where.append(results.c.search.contains(word, autoescape=True))
    return where


def is_read_through(connection: Connection, wanted: ResultsFilter) -> bool:
    """Whether SQLite finds a text sooner in the table as it lies than by an index, which jumps about in the file.

    PostgreSQL knows by itself, and what needs attention is few rows of an index of their own.
    """
    if connection.dialect.name != "sqlite" or wanted.needs_attention or wanted.outcome or wanted.cause:
        return False
    everyones = connection.execute(select(func.max(ROWID)).select_from(results)).scalar_one() or 0
    company = results.c.company_id == wanted.company_id
    own = connection.execute(select(func.count()).select_from(results).where(company)).scalar_one()
    return bool(own * MOSTLY >= everyones)


def those_with(
    connection: Connection, wanted: ResultsFilter, timezone: str, held: Conditions, most: int
) -> Conditions | None:
    """Just the rows that the filter leaves; None when they are more than `most`. For SQLite only."""
    where = conditions(wanted, timezone, held, through=True)
    found = connection.execute(select(ROWID).select_from(results).where(*where).limit(most + 1)).scalars().all()
    if len(found) > most:
        return None
    values = func.json_each(literal(json.dumps(list(found)))).table_valued("value")
    return (ROWID.in_(select(values.c.value)),)
