"""Which records of the other side may be this one: worked out anew from the mirror whenever somebody asks."""

from sqlalchemy import Connection

from bot.core.model import RecordRef
from bot.core.pairing import Suggestion, rank, suggestion
from bot.records import BY_TYPE
from bot.sync.gather import situations


def suggestions(connection: Connection, company_id: str, ref: RecordRef) -> tuple[Suggestion, ...]:
    """The likeliest first. Empty for a record that has its partner, or of which nothing like it is there.

    A partner that is gone from QuickBooks is none.
    """
    spec = BY_TYPE.get(ref.type)
    if spec is None:
        return ()
    found = situations(connection, company_id, spec, [ref], with_dead_links=False)
    slots = [slot for situation in found for slot in situation.slots if slot.link is None]
    return tuple(suggestion(candidate) for slot in slots for candidate in rank(slot.candidates))
