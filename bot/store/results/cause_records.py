"""Which records a cause holds up now, as a condition on results: exactly those that its card counts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ARRAY, ColumnElement, Connection, Text, any_, false, func, literal, or_, select

from bot.core.causes.grouping import held_up_by
from bot.core.model import NEEDS_ATTENTION, RecordRef, RecordType
from bot.core.results import ResultsFilter
from bot.store.tables import results

Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class CauseRow:
    """The little of a row by which it is known to which cause it belongs."""

    ref: RecordRef
    cause: RecordRef | None
    code: str
    details: str


def held_up(connection: Connection, wanted: ResultsFilter) -> Conditions:
    """What a filter by a cause leaves. Empty when it asks for no cause; nothing is left when that cause is gone."""
    if not wanted.cause:
        return ()
    refs = held_up_by(_cause_rows(connection, wanted.company_id), wanted.cause)
    by_type: dict[RecordType, list[str]] = {}
    for ref in refs:
        by_type.setdefault(ref.type, []).append(ref.key)
    among = [(results.c.type == type_) & _is_one_of(connection, keys) for type_, keys in by_type.items()]
    return (or_(*among) if among else false(),)


def _cause_rows(connection: Connection, company_id: str) -> list[CauseRow]:
    """Of everything that needs attention."""
    columns = (results.c.type, results.c.key, results.c.cause_type, results.c.cause_key)
    where = [results.c.company_id == company_id, results.c.outcome.in_(NEEDS_ATTENTION), results.c.linked]
    rows = connection.execute(select(*columns, results.c.code, results.c.details).where(*where))
    return [
        CauseRow(
            RecordRef(RecordType(row.type), row.key),
            RecordRef(RecordType(row.cause_type), row.cause_key) if row.cause_type else None,
            row.code,
            row.details,
        )
        for row in rows
    ]


def _is_one_of(connection: Connection, keys: Sequence[str]) -> ColumnElement[bool]:
    """Any number of keys as one parameter: neither database takes as many as closed books can hold up.

    PostgreSQL looks an array up by hash; the rows of a function it would go through once for each result.
    """
    if connection.dialect.name == "sqlite":
        values = func.json_each(literal(json.dumps(keys))).table_valued("value")
        return results.c.key.in_(select(values.c.value))
    return results.c.key == any_(literal(keys, ARRAY(Text)))
