"""In which order results are asked for: each order is an index, or a few parts of which each is one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

from sqlalchemy import ColumnElement, func

from bot.core.model import NEEDS_ATTENTION, RecordType
from bot.core.results import ResultsFilter, ResultsOrder
from bot.store.results.cause_records import Conditions
from bot.store.tables import results

Ordered = Sequence[ColumnElement[Any]]


@dataclass(frozen=True)
class Part:
    """What is asked for in one go; `ordered` ends with the key, so that no page shows a row of another."""

    wanted: ResultsFilter
    held: Conditions
    ordered: Ordered


def parts(wanted: ResultsFilter, order: ResultsOrder, held: Conditions = ()) -> list[Part]:
    """By type: one type after the other, in the order of the types. By cause: what needs attention, then the rest."""
    at, type_, key = results.c.at, results.c.type, results.c.key
    newest_first: Ordered = (at.desc(), type_, key)
    match order:
        case ResultsOrder.NEWEST:
            return [Part(wanted, held, newest_first)]
        case ResultsOrder.OLDEST:
            return [Part(wanted, held, (at, type_, key))]
        case ResultsOrder.TYPE:
            types = RecordType if wanted.type is None else [wanted.type]
            return [Part(replace(wanted, type=one), held, (at.desc(), key.desc())) for one in types]
        case ResultsOrder.CAUSE:
            troubled = results.c.outcome.in_(NEEDS_ATTENTION)
            whose = (func.coalesce(results.c.cause_type, type_), func.coalesce(results.c.cause_key, key))
            by_cause = (*whose, at.desc(), type_, key)
            return [Part(wanted, (*held, troubled), by_cause), Part(wanted, (*held, ~troubled), newest_first)]
        case _:
            assert_never(order)
