"""Names as both sides write them: how they compare, and what QuickBooks allows in them."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from bot.core.invisible import cleaned
from bot.core.spec import Problem

DELETED_SUFFIX = " (deleted)"  # QuickBooks appends it to the name of what is made inactive
NAME_LENGTH = 500  # developer.intuit.com, customer: DisplayName
LIGHT_MARKS = re.compile(r"[.,'’](?!\d)")
FORBIDDEN = (":", "\t", "\n", "\r")


def normalised(name: Any) -> str:
    """Case, encoding, spacing and QuickBooks' mark of the inactive do not tell two names apart."""
    folded = unicodedata.normalize("NFKC", cleaned(str(name or ""))).casefold()
    joined = " ".join(folded.split())
    return joined.removesuffix(DELETED_SUFFIX)


def alike(name: str) -> str:
    """A normalised name without full stops, commas and apostrophes: "Beta, Ltd." and "Beta Ltd" are likely one. Marks
    before a digit stay: "Unit 1.1" is not "Unit 11".
    """
    return " ".join(LIGHT_MARKS.sub("", name).split())


def shown(name: Any) -> str:
    return str(name or "").removesuffix(DELETED_SUFFIX)


def check_name(name: str, but: str = "") -> None:
    """Raises Problem for a name that QuickBooks is known to refuse. What is in `but` is looked at elsewhere."""
    if not name.strip():
        raise Problem("incomplete-record", name=name, more="It has no name.")
    if len(name) > NAME_LENGTH:
        raise Problem("name-too-long", name=name, length=str(len(name)), limit=str(NAME_LENGTH))
    if any(mark in name for mark in FORBIDDEN if mark not in but):
        raise Problem("name-forbidden-characters", name=name)


def reference(body: Mapping[str, Any], name: str) -> str:
    """The id in a QuickBooks reference such as CustomerRef, or ""."""
    value = body.get(name)
    return str(value.get("value") or "") if isinstance(value, Mapping) else ""


def is_active(body: Mapping[str, Any]) -> bool:
    return body.get("Active", True) is not False
