"""Statements about many keys at once, such that every database answers them from an index; built once, asked often."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, or_

from bot.core.model import RecordRef

CHUNK = 400  # keys in one statement
SHAPES = 512  # statements that are kept
T = TypeVar("T")


def rows_among(
    connection: Connection,
    statement: Any,
    columns: Sequence[ColumnElement[Any]],
    keys: Iterable[Sequence[Any]],
    *first: Any,
) -> Iterator[Row[Any]]:
    """The rows where the columns are equal to `first` (as far as that goes) and then to one of the keys.

    Give all columns that an index begins with, the one that varies most last, and a statement that lives as long as
    its module: it is kept. SQLite reads the whole table for `(a, b) IN ((1, 2), …)`, and all of `c` for
    `c = 1 AND (a = 1 AND b IN (2) OR …)`, but looks `c = 1 AND a = 1 AND b IN (2) OR c = 1 AND …` up in an index of
    the three.
    """
    for group in chunks(keys):
        yield from _execute(connection, statement, columns, group, first)


def change_among(
    connection: Connection,
    statement: Any,
    columns: Sequence[ColumnElement[Any]],
    keys: Iterable[Sequence[Any]],
    *first: Any,
    **given: Any,
) -> None:
    """Like `rows_among`, for an UPDATE or a DELETE; `given` are what the statement itself asks for."""
    for group in chunks(keys):
        _execute(connection, statement, columns, group, first, given)


def record_keys(refs: Iterable[RecordRef]) -> list[tuple[str, str]]:
    """(type, key) of each record once, in order."""
    return sorted({(str(ref.type), ref.key) for ref in refs})


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """As many as go into one statement."""
    rest = iter(values)
    while group := list(islice(rest, CHUNK)):
        yield group


def _execute(
    connection: Connection,
    statement: Any,
    columns: Sequence[ColumnElement[Any]],
    keys: Iterable[Sequence[Any]],
    first: Sequence[Any],
    others: Mapping[str, Any] = {},
) -> Any:
    by_start: dict[tuple[Any, ...], set[Any]] = {}
    for *start, last in keys:
        by_start.setdefault((*first, *start), set()).add(last)
    given = dict(others)
    for place, (starts, lasts) in enumerate(by_start.items()):
        given |= {_name(place, position): value for position, value in enumerate(starts)}
        given[_name(place, len(starts))] = sorted(lasts)
    return connection.execute(_shape(statement, tuple(columns), len(by_start)), given)


@lru_cache(SHAPES)
def _shape(statement: Any, columns: tuple[ColumnElement[Any], ...], starts: int) -> Any:
    return statement.where(or_(*(_one_start(columns, place) for place in range(starts))))


def _one_start(columns: Sequence[ColumnElement[Any]], place: int) -> ColumnElement[bool]:
    *start, last = columns
    same = [column == bindparam(_name(place, position)) for position, column in enumerate(start)]
    return and_(*same, last.in_(bindparam(_name(place, len(start)), expanding=True)))


def _name(place: int, position: int) -> str:
    return f"key_{place}_{position}"
