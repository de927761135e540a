"""Which records of the other side may be this one: worked out anew from the mirror whenever somebody asks."""

from sqlalchemy import Connection

from bot.core.faults import NUMBER_TAKEN, Fault, duplicate_of
from bot.core.model import NEEDS_ATTENTION, MirrorRecord, RecordRef, Side
from bot.core.planning.pairing import Suggestion, label, rank, reasons, suggestion
from bot.core.planning.steps import Situation
from bot.core.spec import RecordSpec
from bot.records import BY_ENTITY, BY_TYPE
from bot.records.fields.parties import PARTY, party_of
from bot.store.mirror import records
from bot.store.results import results
from bot.store.team import decisions
from bot.sync.reading.gather import situations
from bot.sync.reading.lookup import entity_of


def suggestions(connection: Connection, company_id: str, ref: RecordRef) -> tuple[Suggestion, ...]:
    """The likeliest first. Empty for a record that has its partner, or of which nothing like it is there.

    A partner that is gone from QuickBooks is none. What holds the number that QuickBooks refused this one for comes
    last, unless it has a partner of its own.
    """
    spec = BY_TYPE.get(ref.type)
    if spec is None:
        return ()
    gathered = situations(connection, company_id, spec, [ref], with_dead_links=False)
    slots = [slot for situation in gathered for slot in situation.slots if slot.link is None]
    found = [suggestion(candidate) for slot in slots for candidate in rank(slot.candidates)]
    for situation in gathered:
        holder = _holder(connection, company_id, situation) if slots else None
        if holder is not None and (holder.entity, holder.id) not in {(one.entity, one.id) for one in found}:
            found.append(_suggested(connection, company_id, spec, situation, holder))
    return tuple(found)


def _holder(connection: Connection, company_id: str, situation: Situation) -> MirrorRecord | None:
    """The document that QuickBooks named when it refused this number, if it is of the same kind and free."""
    released = situation.released
    row = next(iter(results.get(connection, company_id, [situation.ref])), None)
    if released is None or row is None or row.code != NUMBER_TAKEN or row.outcome not in NEEDS_ATTENTION:
        return None
    named = duplicate_of(Fault(NUMBER_TAKEN, detail=row.more_detail))
    key = (entity_of(named[0]), named[1]) if named else ("", "")
    if key[0] not in {slot.entity for slot in situation.slots} or key[0] not in PARTY:
        return None
    rejected = decisions.about_released(connection, company_id, situation.ref.type, [situation.ref.key])
    taken = records.links_to(connection, company_id, [key])
    record = records.get_mirror(connection, company_id, Side.QUICKBOOKS, [key]).get(key)
    is_free = record is not None and not record.deleted and not taken and (situation.ref.key, *key) not in rejected
    return record if is_free else None


def _suggested(
    connection: Connection, company_id: str, spec: RecordSpec, situation: Situation, holder: MirrorRecord
) -> Suggestion:
    ours = situation.released.body if situation.released else {}
    contact = _contacts(connection, company_id, situation, holder)
    why = reasons(spec, holder.entity, ours, holder.body, contact)
    return Suggestion(Side.QUICKBOOKS, holder.entity, holder.id, label(spec, holder), 0, why)


def _contacts(connection: Connection, company_id: str, situation: Situation, holder: MirrorRecord) -> str:
    """Its number was found, not its counterparty: "other contact: Kiosk Ltd in Re-Leased, Plumb Co in QuickBooks"."""
    party = party_of(holder.entity, holder.body)
    there = records.get_mirror(connection, company_id, Side.QUICKBOOKS, [party]).get(party)
    theirs = BY_ENTITY[party[0]].external_name(party[0], there.body) if there else "nobody known"
    ours = next((parent.name for parent in situation.parents if parent.ref.type == BY_ENTITY[party[0]].type), "nobody")
    return f"other contact: {ours} in Re-Leased, {theirs} in QuickBooks"
