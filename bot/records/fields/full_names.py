"""Names that stand under parents in QuickBooks, such as "Property:12 Queen Street": own name, full name, what fits.

QuickBooks takes no colon in a name, so the last part of a full name is the own name and the rest are its parents.
https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/class (FullyQualifiedName)
"""

from collections.abc import Mapping
from typing import Any

from bot.core.spec import Nearness
from bot.records.fields.names import normalised, shown

PARTED_BY = ":"


def path(name: Any) -> tuple[str, ...]:
    """The parts of a name as they compare, the topmost parent first: ("property", "12 queen street")."""
    return tuple(normalised(part) for part in normalised(name).split(PARTED_BY))


def joined(parts: tuple[str, ...]) -> str:
    return PARTED_BY.join(parts)


def below_parents(full_name: Any) -> list[str]:
    """What else it may be called: its full name without one parent, without two, down to the own name alone."""
    parts = path(full_name)
    return [joined(parts[start:]) for start in range(1, len(parts))]


def nearness(ours: Any, full_name: Any) -> Nearness:
    """How well a name of Re-Leased fits one of QuickBooks: it may have all the parents in it, some, or none."""
    mine = path(ours)
    if not any(mine):
        return Nearness.NONE
    if mine == path(full_name):
        return Nearness.FULL_NAME
    return Nearness.OWN_NAME if joined(mine) in below_parents(full_name) else Nearness.NONE


def shown_in_full(full_name: Any) -> str:
    """Without QuickBooks' mark of the inactive, on a parent too."""
    return PARTED_BY.join(shown(part) for part in str(full_name or "").split(PARTED_BY))


def kept_plain(wanted: dict[str, Any], released: Mapping[str, Any]) -> dict[str, Any]:
    """What Re-Leased is to say, with the name in the form that it has there: parents only where it has them already."""
    if "name" not in wanted or PARTED_BY in str(released.get("name") or ""):
        return wanted
    return {**wanted, "name": wanted["name"].rpartition(PARTED_BY)[2]}


def own_part(name: str, full_name: Any) -> str:
    """The own name in a name of Re-Leased that says the parents of this entry as well; else the name as it is."""
    lead, _, own = name.rpartition(PARTED_BY)
    parts = path(full_name)
    is_of_it = lead and len(parts) > 1 and (path(lead) == parts[:-1] or normalised(own) == parts[-1])
    return own.strip() if is_of_it else name


def released_keys(name: Any) -> set[str]:
    return {f"name:{joined(path(name))}"}


def external_keys(full_name: Any) -> set[str]:
    """Its names below its parents have keys of their own: those that share one are not called alike."""
    return released_keys(full_name) | {f"below:{name}" for name in below_parents(full_name)}


def search_keys(full_name: Any) -> set[str]:
    """By these it is found in Re-Leased, whatever of its name stands there."""
    return released_keys(full_name) | {f"name:{name}" for name in below_parents(full_name)}


def released_search_keys(name: Any) -> set[str]:
    """By these everything in QuickBooks is found that has this name, in full or below its parents."""
    return released_keys(name) | {f"below:{joined(path(name))}"}
