"""What only one side holds: emptied on purpose, which is carried over, or never told to the other, which is kept."""

from collections.abc import Mapping, Sequence
from typing import Any

Body = Mapping[str, Any]
FieldPairs = Sequence[tuple[str, str]]
"""(Re-Leased field, QuickBooks field) of what a record may lack; a dotted name goes into an object."""


def agree(pairs: FieldPairs, released: Body, external: Body) -> bool:
    """Whether each side holds what the other holds, so that what is missing later was emptied."""
    return all(_is_held(released, ours) == _is_held(external, theirs) for ours, theirs in pairs)


def with_emptied(pairs: FieldPairs, body: Body, released: Body, external: Body) -> dict[str, Any]:
    """The QuickBooks body with "" for what Re-Leased does not hold any more; leaving a field out keeps it there."""
    result = dict(body)
    for ours, theirs in pairs:
        if not _is_held(released, ours) and _is_held(external, theirs):
            _set(result, theirs, "")
    return result


def with_kept(pairs: FieldPairs, wanted: Body, released: Body, external: Body) -> dict[str, Any]:
    """What Re-Leased is to say, with its own values where QuickBooks was never told any."""
    result = dict(wanted)
    for ours, theirs in pairs:
        if _is_held(released, ours) and not _is_held(external, theirs):
            _set(result, ours, _value(released, ours))
    return result


def _is_held(body: Body, name: str) -> bool:
    return _value(body, name) not in (None, "")


def _value(body: Body, name: str) -> Any:
    value: Any = body
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _set(body: dict[str, Any], name: str, value: Any) -> None:
    outer, dot, inner = name.partition(".")
    body[outer] = {**(body.get(outer) or {}), inner: value} if dot else value
