"""What mends a cause and whose move it is, as the row of faults.toml says that its result was explained with."""

import re
from enum import StrEnum

from bot.core.faults import Fault, Fix, Side, explain
from bot.core.model import Outcome, Result

UNLINKED = frozenset({"unlinked-parent"})
MADE_INACTIVE = frozenset({"610", "2500", "6250"})
"""What QuickBooks calls a document whose contact is archived: the row then blames that contact."""
_ANSWERED = re.compile(
    r"^(?P<side>QuickBooks|Re-Leased|The other side) answered code [^:]*: (?P<said>.*)$", re.MULTILINE
)
_SIDES = {"QuickBooks": Side.QUICKBOOKS, "Re-Leased": Side.RELEASED}


class NextActor(StrEnum):
    """Who acts next, in words that end a line; several may, then the one that is named first."""

    SYNC = "the sync, by itself"
    BOOKKEEPER = "whoever keeps the books"
    ADMINISTRATOR = "a company administrator of QuickBooks"
    CARETAKER = "whoever looks after the sync"
    RELEASED_ADMINISTRATOR = "an administrator of Re-Leased"
    OWNER = "the owner of the company in QuickBooks"
    IN_QUICKBOOKS = "you, in QuickBooks"
    IN_RELEASED = "you, in Re-Leased"
    YOU = "you"


_NAMED = (
    ("whoever keeps the books", NextActor.BOOKKEEPER),
    ("company administrator", NextActor.ADMINISTRATOR),
    ("whoever looks after the sync", NextActor.CARETAKER),
    ("re-leased administrator", NextActor.RELEASED_ADMINISTRATOR),
    ("the owner of the company", NextActor.OWNER),
    ("the sync tries it again by itself", NextActor.SYNC),
    ("in quickbooks", NextActor.IN_QUICKBOOKS),
    ("in re-leased", NextActor.IN_RELEASED),
)


def fix_of(row: Result) -> Fix:
    """The button that suits. RELINK only for what is unlinked: what lost its partner is to be given one (ADOPT)."""
    if row.code in UNLINKED:
        return Fix.RELINK
    fix = explain(_fault(row)).fix
    if fix is Fix.RELINK:
        return Fix.ADOPT
    return Fix.RETRY if fix is Fix.NONE and row.outcome is Outcome.WAITING else fix


def next_actor(how: str) -> str:
    """Read from the sentences that say how to fix it; "" when there are none."""
    if not how:
        return ""
    text = how.casefold()
    if text.startswith("nothing to do:"):
        return NextActor.SYNC
    found = [(text.index(words), mover) for words, mover in _NAMED if words in text]
    return min(found)[1] if found else NextActor.YOU


def _fault(row: Result) -> Fault:
    answered = _ANSWERED.search(row.more_detail)
    if answered is None:
        return Fault(row.code, side=Side.PLAN)
    if row.code in MADE_INACTIVE and row.cause not in (None, row.ref):
        return Fault("archived-contact", side=Side.PLAN)
    return Fault(row.code, detail=answered["said"], side=_SIDES.get(answered["side"], Side.INTUIT))
