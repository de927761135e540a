"""What holds for a whole company is read soundly or not at all: nobody guesses a closing date or a currency."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.answers.shape import is_nameless, marks_of
from bot.core.faults import ApiError, Fault, Side

INDISPENSABLE = frozenset({"id", "builtInSync", "currency"})  # of a company in Re-Leased; of others the known one holds


def refuse_unreadable(*settings: Mapping[str, Any], side: Side = Side.QUICKBOOKS) -> None:
    """Raises ApiError (STOP) naming the first field that cannot be read."""
    for one in settings:
        if marks := marks_of(one):
            raise ApiError(Fault("unreadable-settings", detail=marks[0], side=side))


def company_among(rows: Sequence[Mapping[str, Any]], company_id: str) -> Mapping[str, Any] | None:
    """The company of this id as Re-Leased shows it; None where it shows none. Raises ApiError (STOP)."""
    found = next((one for one in rows if str(one.get("id")) == company_id), None)
    suspects = [one for one in rows if is_nameless(one.get("id"))] if found is None else _without_what_matters(found)
    refuse_unreadable(*suspects, side=Side.RELEASED)
    return found


def known_zone(name: str, otherwise: str) -> str:
    """A time zone that nobody has heard of leaves the one that is known."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return otherwise


def _without_what_matters(company: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return [company] if {mark.split()[0] for mark in marks_of(company)} & INDISPENSABLE else []
