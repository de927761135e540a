"""Holds a record of an answer against its shape: what does not fit is taken out and named, so that nothing stumbles.

What is left is sound: whoever reads a field of it finds a value of the right kind, or nothing. `UNREADABLE` in the body
says what was taken out; planning then reports the record and leaves it as it is (bot/core/planning/plan.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.core.content import content_hash
from bot.core.money import NotMoney, decimal

UNREADABLE = "_unreadable"  # joined in where the answer is read; the marks are sentences without a full stop
NAMELESS = "?"  # begins the id of a record whose own id cannot be read
ID_CHARS = 50  # three ids in a row name a part of a payment, in 160 characters
WHOLE_BITS = 53  # https://www.rfc-editor.org/rfc/rfc8259#section-6
MOST_NESTED = 40  # no record of either side comes near; our own reading goes three times as deep
MOST_QUOTED = 24  # characters of a value in a sentence
MOST_MARKS = 5


class Kind(StrEnum):
    """What may stand in a field, as it is said of one that holds something else."""

    TEXT = "a text"
    ID = "an id"
    AMOUNT = "an amount"
    WHOLE = "a whole number"
    FLAG = "true or false"
    DATE = "a date"
    INSTANT = "a point in time"


@dataclass(frozen=True)
class Each:
    """A list of things of one shape."""

    of: "Shape"


Shape = Kind | Each | frozenset[str] | Mapping[str, "Shape"]
"""A kind of value, a list, one of several words, or an object with its fields; others are taken as they come."""


@dataclass(frozen=True)
class Rules:
    """How one side writes its records: the field of their ids ("" = they have none), and what a null says there.

    `keeps_nulls` is False where an explicit null says no more than a field that is left out.
    """

    id_field: str
    keeps_nulls: bool


def read(shape: Mapping[str, Shape], rules: Rules, value: Any) -> dict[str, Any]:
    """A record as it can be used; with `UNREADABLE` where something was taken out of it.

    One whose id cannot be read is given an id that begins with `NAMELESS` and follows from its content.
    """
    marks: list[str] = []
    if not isinstance(value, dict):
        marks.append(_misfit("the record", value, "an object"))
        value = {}
    body = {name: item for name, item in _sane(value, "", marks, 0).items() if name != UNREADABLE}
    body = _object(shape, rules.keeps_nulls, body, "", marks)
    if rules.id_field and body.get(rules.id_field) in (None, ""):
        marks = marks or [f"{rules.id_field} is missing"]
        body[rules.id_field] = f"{NAMELESS}{content_hash([marks, body])}"
    return marked(body, marks)


def apart(rows: Sequence[dict[str, Any]], id_field: str) -> list[dict[str, Any]]:
    """Records of one answer; of two that differ and claim one id, nobody knows which it is."""
    first: dict[str, int] = {}
    found: list[dict[str, Any]] = []
    for row in rows:
        id_ = str(row.get(id_field))
        if id_ not in first:
            first[id_] = len(found)
            found.append(row)
        elif content_hash(row) == content_hash(found[first[id_]]):
            found.append(row)  # the same once more; how many came tells whether there are more
        else:
            mark = [f"{id_field} {id_[:MOST_QUOTED]} stands in two different records of one answer"]
            found[first[id_]] = marked(found[first[id_]], mark)
            found.append(marked({**row, id_field: f"{NAMELESS}{content_hash(row)}"}, mark))
    return found


def marked(body: Mapping[str, Any], marks: Sequence[str]) -> dict[str, Any]:
    """The body with these marks added to those that it has."""
    every = list(dict.fromkeys([*marks_of(body), *marks]))[:MOST_MARKS]
    return {**body, UNREADABLE: every} if every else dict(body)


def marks_of(body: Mapping[str, Any]) -> list[str]:
    """What of this record could not be read; nothing for one that is sound."""
    return list(body.get(UNREADABLE) or [])


def is_nameless(id_: object) -> bool:
    """Whether this id stands for one that could not be read."""
    return str(id_).startswith(NAMELESS)


def instant(value: Any) -> datetime | None:
    """An aware instant (UTC where it does not say), or None."""
    if not isinstance(value, str) or value[10:11] not in ("T", "t", " "):
        return None  # a mere date is none: as a mark to go on from, no side takes it
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _object(
    fields: Mapping[str, Shape], nulls: bool, value: Mapping[str, Any], path: str, marks: list[str]
) -> dict[str, Any]:
    found = dict(value)
    for name in fields.keys() & value.keys():
        where = f"{path}, {name}" if path else name
        kept = list(_fitting(fields[name], nulls, value[name], where, marks)) if value[name] is not None else []
        if value[name] is None and nulls:
            continue
        if kept:
            found[name] = kept[0]
        else:
            del found[name]
    return found


def _fitting(shape: Shape, nulls: bool, value: Any, path: str, marks: list[str]) -> Iterator[Any]:
    """The value, with what fits of it; nothing where it does not fit at all."""
    if isinstance(shape, Each) and isinstance(value, list):
        yield [
            item
            for place, one in enumerate(value, start=1)
            for item in _fitting(shape.of, nulls, one, f"{path} {place}", marks)
        ]
    elif isinstance(shape, Mapping) and isinstance(value, dict):
        yield _object(shape, nulls, value, path, marks)
    elif (isinstance(shape, Kind) and _is_of_kind(shape, value)) or (
        isinstance(shape, frozenset) and isinstance(value, str) and value in shape
    ):
        yield value
    else:
        marks.append(_misfit(path, value, _wanted(shape)))


def _is_of_kind(kind: Kind, value: Any) -> bool:
    match kind:
        case Kind.TEXT:
            return isinstance(value, str)
        case Kind.ID:
            is_number = isinstance(value, int) and not isinstance(value, bool)
            return is_number or (isinstance(value, str) and _is_id(value))
        case Kind.AMOUNT:
            return value not in (None, "") and _is_amount(value)
        case Kind.WHOLE:
            return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << WHOLE_BITS
        case Kind.FLAG:
            return isinstance(value, bool)
        case Kind.DATE:
            return isinstance(value, str) and _is_date(value)
        case Kind.INSTANT:
            return instant(value) is not None


def _is_id(value: str) -> bool:
    return len(value) <= ID_CHARS and value[:1] not in (NAMELESS, "@") and not any(map(str.isspace, value))


def _is_amount(value: Any) -> bool:
    if not isinstance(value, int | Decimal | str):
        return False
    try:
        decimal(value)
    except NotMoney:
        return False
    return True


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return value == ""  # nothing was entered; who needs a date says so
    return True


def _sane(value: Any, path: str, marks: list[str], depth: int) -> Any:
    """Without numbers that would fill the memory when spelled out, and without a nesting that ends in no stack.

    This is looked for in all fields, since what we do not know is kept and sent back as well.
    """
    if isinstance(value, dict | list) and depth > MOST_NESTED:
        marks.append(f"{path[:MOST_QUOTED]}… is nested too deeply")
        return None
    if isinstance(value, dict):
        return {
            key: _sane(item, f"{path}, {key}" if path else key, marks, depth + 1)
            for key, item in value.items()
            if not _is_absurd(item, f"{path}, {key}" if path else key, marks)
        }
    if isinstance(value, list):
        return [
            _sane(item, f"{path} {place}", marks, depth + 1)
            for place, item in enumerate(value, start=1)
            if not _is_absurd(item, f"{path} {place}", marks)
        ]
    return value


def _is_absurd(value: Any, path: str, marks: list[str]) -> bool:
    if not isinstance(value, int | Decimal) or isinstance(value, bool) or _is_amount(value):
        return False
    if isinstance(value, int) and abs(value) < 1 << 2 * WHOLE_BITS:
        return False
    marks.append(_misfit(path, value, "a number of this world"))
    return True


def _misfit(path: str, value: Any, wanted: str) -> str:
    return f"{path} is {_found(value)}, not {wanted}"


def _found(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | Decimal():
            return f"the number {_short(value)}"
        case str():
            said = value if len(value) <= MOST_QUOTED else f"{value[:MOST_QUOTED]}…"
            return f"“{said}”" if value else "empty"
        case list():
            return "a list"
    return "an object"


def _short(number: int | Decimal) -> str:
    """Its exponent as it stands: neither an int nor a Decimal may be spelled out before it is known to be small."""
    if isinstance(number, Decimal):
        said = str(number)
        return said if len(said) <= MOST_QUOTED else f"{said[:MOST_QUOTED]}…"
    return str(number) if number.bit_length() <= 2 * WHOLE_BITS else f"of {number.bit_length()} bits"


def _wanted(shape: Shape) -> str:
    if isinstance(shape, Kind):
        return str(shape)
    if isinstance(shape, Each):
        return "a list"
    return "an object" if isinstance(shape, Mapping) else f"one of {', '.join(sorted(shape))}"
