"""The condition that some columns together are one of many keys, such that every database answers it from an index."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_


def among(columns: Sequence[ColumnElement[Any]], keys: Iterable[Sequence[Any]], *first: Any) -> ColumnElement[bool]:
    """True where the columns are equal to `first` (as far as that goes) and then to one of the keys.

    Give all columns that an index begins with, the one that varies most last. SQLite reads the whole table for
    `(a, b) IN ((1, 2), …)`, and all of `c` for `c = 1 AND (a = 1 AND b IN (2) OR …)`, but looks
    `c = 1 AND a = 1 AND b IN (2) OR c = 1 AND …` up in an index of the three.
    """
    by_start: dict[tuple[Any, ...], set[Any]] = {}
    for *start, last in keys:
        by_start.setdefault((*first, *start), set()).add(last)
    same = [
        and_(*(column == value for column, value in zip(columns, start, strict=False)), columns[-1].in_(sorted(lasts)))
        for start, lasts in by_start.items()
    ]
    return or_(*same) if same else false()
