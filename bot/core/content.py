"""What a record says, reduced to what we sync: a hash to see change by, and whether one body says all of another."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.core.money import NotMoney, decimal, plain

HASH_LENGTH = 20
FIELD_HASH_LENGTH = 8


def content_hash(content: Any) -> str:
    """Equal content gives an equal hash, however its numbers are written (1, 1.0, 1.00)."""
    written = json.dumps(_canonical(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()[:HASH_LENGTH]


def hash_with_fields(content: Mapping[str, Any]) -> str:
    """A hash of the content, and behind it one of each field, so that `changed_fields` can tell what moved."""
    marks = (f"{name}={content_hash(value)[:FIELD_HASH_LENGTH]}" for name, value in sorted(content.items()))
    return ";".join((content_hash(content), *marks))


def marked_hash(content: Any) -> str:
    """A hash with a mark for each field, of what has fields; of anything else the hash alone."""
    return hash_with_fields(content) if isinstance(content, Mapping) else content_hash(content)


def has_changed(before: str, now: str) -> bool:
    """Whether two hashes are of different content; their marks may be missing."""
    return before[:HASH_LENGTH] != now[:HASH_LENGTH]


def changed_fields(before: str, content: Mapping[str, Any]) -> frozenset[str] | None:
    """The fields that moved since `before`, a marked hash; None where that has no marks, so that nobody knows."""
    if ";" not in before:
        return None
    known = dict(mark.split("=", 1) for mark in before.split(";")[1:])
    now = dict(mark.split("=", 1) for mark in hash_with_fields(content).split(";")[1:])
    return frozenset(name for name in known.keys() | now.keys() if known.get(name) != now.get(name))


def contains(got: Any, wanted: Any) -> bool:
    """True when `got` holds everything that `wanted` says.

    Objects: every key of `wanted` (missing = None = ""); references ({"value": ...}) by their value;
    arrays element by element; numbers by value, also where one side writes them as strings.
    """
    if isinstance(wanted, Mapping):
        got = got if isinstance(got, Mapping) else {}
        if "value" in wanted:
            return contains(got.get("value"), wanted["value"])
        return all(contains(got.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list | tuple):
        got = got if isinstance(got, list | tuple) else []
        return len(got) == len(wanted) and all(contains(one, other) for one, other in zip(got, wanted, strict=True))
    if wanted is None or wanted == "":
        return got is None or got == ""
    if isinstance(wanted, bool) or isinstance(got, bool):
        return got is wanted
    if isinstance(wanted, int | Decimal) or isinstance(got, int | Decimal):
        return _same_number(got, wanted)
    return bool(got == wanted)


def pick(body: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """The named fields of a body; a dotted name goes into objects. What is missing or empty is left out."""
    found: dict[str, Any] = {}
    for name in fields:
        value: Any = body
        for step in name.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        if value not in (None, "", [], {}):
            found[name] = value
    return found


def _same_number(one: Any, other: Any) -> bool:
    try:
        return one is not None and decimal(one) == decimal(other)
    except NotMoney:
        return False


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _canonical(item) for key, item in value.items() if item not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"={plain(Decimal(value))}"
    return value if isinstance(value, bool | None) else str(value)
