"""Readers of JSON values: each takes what `json.loads` gave, returns the value to store, or raises `Invalid`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

Reader = Callable[[object], Any]

_MONEY = re.compile(r"-?(0|[1-9]\d{0,11})\.\d\d", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,11})(\.\d{1,10})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Invalid(Exception):
    """A value breaks a rule; `errors` maps where (a path below the value, "" for itself) to why."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = dict(errors)


@dataclass(frozen=True)
class Field:
    """One field of a record: `required` in a POST, else `default`; a `computed` one may be sent but must agree."""

    read: Reader
    required: bool = False
    default: Any = None
    computed: bool = False


Shape = Mapping[str, Field]


def wrong(why: str) -> Invalid:
    return Invalid({"": [why]})


def copied(value: Any) -> Any:
    """A deep copy of a JSON value."""
    if isinstance(value, dict):
        return {name: copied(item) for name, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value


def nullable(read: Reader) -> Reader:
    return lambda value: None if value is None else read(value)


def text(longest: int, *, blank: bool = True) -> Reader:
    """Any Unicode text of at most `longest` characters, without NUL and lone surrogates; kept as it is."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise wrong("must be a string")
        if len(value) > longest:
            raise wrong(f"must have at most {longest} characters")
        if _UNSTORABLE.search(value):
            raise wrong("must not hold NUL or lone surrogates")
        if not blank and not value.strip():
            raise wrong("must not be empty")
        return value

    return read


def matching(pattern: str, what: str) -> Reader:
    compiled = re.compile(pattern, re.ASCII)

    def read(value: object) -> str:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise wrong(f"must be {what}")
        return value

    return read


def money(value: object) -> str:
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        raise wrong('must be a decimal string with two decimals, such as "1250.00"')
    return value if Decimal(value) else "0.00"


def decimal(value: object) -> str:
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise wrong('must be a decimal string, such as "1.5"')
    return value


def percentage(value: object) -> str:
    rate = decimal(value)
    if not 0 <= Decimal(rate) <= 100:
        raise wrong("must be between 0 and 100")
    return rate


def day(value: object) -> str:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise wrong("must be a date YYYY-MM-DD")
    try:
        date.fromisoformat(value)
    except ValueError:
        raise wrong("is not a day of the calendar") from None
    return value


def currency(value: object) -> str:
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
        raise wrong("must be a currency of three capital letters")
    return value


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise wrong("must be true or false")
    return value


def whole_number(least: int, most: int) -> Reader:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise wrong(f"must be a whole number from {least} to {most}")
        return value

    return read


def one_of(kinds: type[StrEnum]) -> Reader:
    allowed = [str(kind) for kind in kinds]

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise wrong(f"must be one of {', '.join(allowed)}")
        return value

    return read


def list_of(item: Reader, most: int) -> Reader:
    """A list of at most `most` items; errors are said as `[2]` or `[2].field`."""

    def read(value: object) -> list[Any]:
        if not isinstance(value, list):
            raise wrong("must be a list")
        if len(value) > most:
            raise wrong(f"must have at most {most} items")
        items, errors = [], {}
        for position, each in enumerate(value):
            try:
                items.append(item(each))
            except Invalid as problem:
                errors.update({f"[{position}]{path}": why for path, why in problem.errors.items()})
        if errors:
            raise Invalid(errors)
        return items

    return read


def distinct(read_list: Reader) -> Reader:
    """A list that is not empty and names nothing twice."""

    def read(value: object) -> list[Any]:
        items: list[Any] = read_list(value)
        if not items or len(set(items)) != len(items):
            raise wrong("must name at least one and none twice")
        return items

    return read


def object_of(shape: Shape) -> Reader:
    """A whole object: what is left out takes its default."""

    def read(value: object) -> dict[str, Any]:
        given = read_given(shape, value, required=True, dot=".")
        return {name: given.get(name, copied(field.default)) for name, field in shape.items()}

    return read


def read_given(shape: Shape, value: object, *, required: bool, dot: str = "") -> dict[str, Any]:
    """The fields that `value` holds, each read; raises `Invalid` for all that is wrong at once."""
    if not isinstance(value, dict):
        raise wrong("must be a JSON object")
    given, errors = {}, {}
    for name, item in value.items():
        if name not in shape:
            errors[f"{dot}{_printable(name)}"] = ["is not a known field"]
            continue
        try:
            given[name] = shape[name].read(item)
        except Invalid as problem:
            errors.update({f"{dot}{name}{path}": why for path, why in problem.errors.items()})
    if required:
        missing = (name for name, field in shape.items() if field.required and name not in value)
        errors.update({f"{dot}{name}": ["is required"] for name in missing})
    if errors:
        raise Invalid(errors)
    return given


def _printable(name: str) -> str:
    """A field name from outside, fit to be said in an answer: lone surrogates cannot be written as UTF-8."""
    return name[:100].encode("utf-8", "backslashreplace").decode()
