"""Fields that a real system may not have: left out of every answer, or null in it, as a test or a demo asks."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class How(StrEnum):
    ABSENT = "absent"
    NULL = "null"


Lacks = Mapping[str, Mapping[str, How]]
"""Of `companies` or a collection: the path of each field that it lacks ("sha256", "address.city", "lines.id")."""


def lacks_from(told: Any) -> dict[str, dict[str, How]]:
    """Raises ValueError for what is none."""
    if not isinstance(told, dict) or not all(isinstance(fields, dict) for fields in told.values()):
        raise ValueError("lacks are fields by collection, each absent or null")
    return {name: {path: How(how) for path, how in fields.items()} for name, fields in told.items()}


def shown(lacks: Lacks, name: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as the system answers it; the one that it keeps has all its fields."""
    answered: dict[str, Any] = dict(record)
    for path, how in lacks.get(name, {}).items():
        answered = _without(answered, path.split("."), how)
    return answered


def _without(value: Any, steps: list[str], how: How) -> Any:
    if isinstance(value, list):
        return [_without(item, steps, how) for item in value]
    if not isinstance(value, dict) or steps[0] not in value:
        return value
    if len(steps) > 1:
        return {**value, steps[0]: _without(value[steps[0]], steps[1:], how)}
    if how is How.NULL:
        return {**value, steps[0]: None}
    return {name: item for name, item in value.items() if name != steps[0]}
