"""Lets the results follow what both sides say now: rows of what changed, and of all documents of a renamed contact."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from bot.core.model import MirrorRecord, RecordRef, Side
from bot.core.money import NotMoney, cents
from bot.core.spec import RecordSpec
from bot.records import BY_COLLECTION, BY_ENTITY, contact
from bot.store.mirror import records
from bot.store.mirror.parties import COLLECTIONS
from bot.store.results.following import Now, follow
from bot.sync.reading.normalise import referring_to, referring_to_external

Key = tuple[Side, str, str]
CONTACTS = {(Side.RELEASED, contact.SPEC.collection), *((Side.QUICKBOOKS, entity) for entity in contact.SPEC.entities)}


def contact_names(connection: Connection, company_id: str, said: Iterable[MirrorRecord]) -> dict[Key, str]:
    """What the contacts among these were called until now, as the mirror has them. Ask before it takes the new ones."""
    found: dict[Key, str] = {}
    named = [record for record in said if (record.side, record.entity) in CONTACTS]
    for side in Side:
        ids = [(record.entity, record.id) for record in named if record.side is side]
        if ids:
            known = records.get_mirror(connection, company_id, side, ids)
            found |= {(side, *key): _name(record) for key, record in known.items()}
    return found


def follow_records(
    connection: Connection, company_id: str, changed: Sequence[MirrorRecord], names_before: Mapping[Key, str]
) -> None:
    """The rows of these records, and those of what belongs to a contact that is called otherwise now.

    The name in Re-Leased is the one that a row shows; that of QuickBooks only where it stands alone.
    """
    unpaired = _unpaired(connection, company_id, [record for record in changed if record.side is Side.QUICKBOOKS])
    current: dict[RecordRef, Now | None] = {}
    for record in changed:
        before = names_before.get((record.side, record.entity, record.id))
        if before is not None and before != _name(record):
            current |= dict.fromkeys(_belonging_to(connection, company_id, record))
    for record in changed:
        if record.side is Side.RELEASED:
            spec = BY_COLLECTION[record.entity]
            current[RecordRef(spec.type, record.id)] = _now(spec, record)
        elif (record.entity, record.id) in unpaired:
            spec = BY_ENTITY[record.entity]
            current[RecordRef.in_quickbooks(spec.type, record.entity, record.id)] = _now(spec, record)
    follow(connection, company_id, current)


def now_of(spec: RecordSpec, body: Mapping[str, Any]) -> Now:
    """What a Re-Leased record is called and comes to. Raises NotMoney."""
    amount = spec.amount(body)
    return Now(spec.released_name(body), None if amount is None else cents(amount), spec.currency(body))


def _now(spec: RecordSpec, record: MirrorRecord) -> Now | None:
    try:
        if record.side is Side.RELEASED:
            return now_of(spec, record.body)
        amount = spec.external_amount(record.entity, record.body)
    except NotMoney:
        return None  # planning says what is wrong with it
    currency = record.body.get("CurrencyRef")
    said = str(currency.get("value") or "") if isinstance(currency, Mapping) else ""
    return Now(spec.external_name(record.entity, record.body), None if amount is None else cents(amount), said)


def _name(record: MirrorRecord) -> str:
    if record.side is Side.RELEASED:
        return contact.SPEC.released_name(record.body)
    return contact.SPEC.external_name(record.entity, record.body)


def _belonging_to(connection: Connection, company_id: str, party: MirrorRecord) -> list[RecordRef]:
    """The documents, payments and credits of a contact, found by an index. Of QuickBooks those without a partner."""
    if party.side is Side.RELEASED:
        key = referring_to(RecordRef(contact.SPEC.type, party.id))
        types = {collection: type_ for type_, collection in COLLECTIONS.items()}
        found = records.dependents(connection, company_id, Side.RELEASED, [key])
        return [RecordRef(types[collection], id_) for collection, id_ in found if collection in types]
    found = records.dependents(connection, company_id, Side.QUICKBOOKS, [referring_to_external(party.entity, party.id)])
    paired = records.links_to(connection, company_id, found)
    return [
        RecordRef.in_quickbooks(BY_ENTITY[entity].type, entity, id_)
        for entity, id_ in found
        if (entity, id_) not in paired and BY_ENTITY[entity].type in COLLECTIONS
    ]


def _unpaired(connection: Connection, company_id: str, theirs: Sequence[MirrorRecord]) -> set[tuple[str, str]]:
    ids = [(record.entity, record.id) for record in theirs]
    return set(ids).difference(records.links_to(connection, company_id, ids)) if ids else set()
