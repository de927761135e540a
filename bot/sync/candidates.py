"""Finds the records of the other side that may be the same: what adopt before create looks at."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy import Connection

from bot.core.model import Direction, Link, MirrorRecord, RecordRef, Side
from bot.core.money import NotMoney
from bot.core.spec import Lookup, RecordSpec
from bot.core.steps import Candidate
from bot.store import records
from bot.sync import hear

BY_STORED_ID = 4
CERTAIN = 3


class Subject(Protocol):
    @property
    def ref(self) -> RecordRef: ...
    @property
    def released(self) -> MirrorRecord | None: ...
    @property
    def links(self) -> tuple[Link, ...]: ...
    @property
    def externals(self) -> Mapping[str, MirrorRecord]: ...


Found = dict[tuple[RecordRef, str], list[Candidate]]


def for_released(
    connection: Connection, company_id: str, spec: RecordSpec, subjects: Sequence[Subject], lookup: Lookup
) -> Found:
    """QuickBooks records that may be these Re-Leased ones, for every entity in which they have no partner yet."""
    found: Found = {}
    if Direction.OUTGOING not in spec.directions:
        return found
    for entity in spec.entities:
        open_ = [one for one in subjects if _lacks(spec, one, entity)]
        keys = {one.ref: _keys_of(spec, one) for one in open_}
        ids = records.find_by_keys(
            connection, company_id, Side.QUICKBOOKS, entity, {key for some in keys.values() for key in some}
        )
        stored = {one.ref: hear.stored_id(one.released.body if one.released else {}, entity) for one in open_}
        wanted = {(entity, id_) for some in ids.values() for id_ in some}
        wanted |= {(entity, id_) for id_ in stored.values() if id_}
        taken = records.links_to(connection, company_id, wanted)
        bodies = records.get_mirror(connection, company_id, Side.QUICKBOOKS, wanted - set(taken))
        parties = _party_lookup(connection, company_id, spec, entity, bodies, lookup)
        for one in open_:
            near = {id_ for key in keys[one.ref] for id_ in ids.get(key, ())} | {stored[one.ref]}
            scored = [
                _score_external(spec, one, entity, bodies.get((entity, id_)), stored[one.ref], parties) for id_ in near
            ]
            kept = [candidate for candidate in scored if candidate is not None]
            found[one.ref, entity] = _without_claimed(connection, company_id, spec, entity, kept, one.ref)
    return found


def for_external(
    connection: Connection, company_id: str, spec: RecordSpec, subjects: Sequence[Subject], lookup: Lookup
) -> Found:
    """Re-Leased records without a living partner that may be these QuickBooks ones."""
    found: Found = {}
    pairs = [(one, entity, record) for one in subjects for entity, record in one.externals.items()]
    search = spec.search_keys or spec.external_keys
    keys = {
        (one.ref, entity): search(entity, record.body) | {hear.stored_as(entity, record.id)}
        for one, entity, record in pairs
    }
    every = {key for some in keys.values() for key in some}
    ids = records.find_by_keys(connection, company_id, Side.RELEASED, spec.collection, every)
    wanted = {id_ for some in ids.values() for id_ in some}
    taken = _taken(connection, company_id, spec, wanted)
    bodies = records.get_mirror(connection, company_id, Side.RELEASED, [(spec.collection, id_) for id_ in wanted])
    for one, entity, record in pairs:
        near = {id_ for key in keys[one.ref, entity] for id_ in ids.get(key, ())}
        free = [bodies[spec.collection, id_] for id_ in sorted(near) if (id_, entity) not in taken]
        is_money = spec.external_amount(entity, record.body) is not None
        scored = [Candidate(other, _score_released(spec, other, entity, record, lookup, is_money)) for other in free]
        kept = [candidate for candidate in scored if candidate.score > 0]
        found[one.ref, entity] = [candidate for candidate in kept if candidate.score >= CERTAIN or is_money]
    return found


def _taken(connection: Connection, company_id: str, spec: RecordSpec, ids: set[str]) -> set[tuple[str, str]]:
    """(Re-Leased id, entity) of pairs whose QuickBooks record is still there. One that was deleted and entered again
    there is the same document to people, and must not come in a second time.
    """
    found = records.links_of(connection, company_id, [RecordRef(spec.type, id_) for id_ in ids])
    links = [link for some in found.values() for link in some]
    partners = [(link.entity, link.external_id) for link in links]
    mirrored = records.get_mirror(connection, company_id, Side.QUICKBOOKS, partners)
    gone = {key for key, record in mirrored.items() if record.deleted}
    return {(link.released_id, link.entity) for link in links if (link.entity, link.external_id) not in gone}


def _lacks(spec: RecordSpec, subject: Subject, entity: str) -> bool:
    return (
        subject.released is not None
        and entity in spec.entities_of(subject.released.body)
        and all(link.entity != entity for link in subject.links)
    )


def _keys_of(spec: RecordSpec, subject: Subject) -> set[str]:
    body = subject.released.body if subject.released else {}
    try:
        return spec.released_keys(body)
    except NotMoney:
        return set()


def _party_lookup(
    connection: Connection,
    company_id: str,
    spec: RecordSpec,
    entity: str,
    bodies: Mapping[tuple[str, str], MirrorRecord],
    lookup: Lookup,
) -> Lookup:
    """Who the candidates' counterparties are in Re-Leased."""
    parties = {
        named
        for record in bodies.values()
        for named in hear.external_references(spec, entity, record.body)
        if named[0] in ("Customer", "Vendor")
    }
    links = records.links_to(connection, company_id, parties)
    released = {key: link.released_id for key, link in links.items()}
    return Lookup(lookup.external, {**lookup.released, **released}, lookup.bodies)


def _score_external(
    spec: RecordSpec, subject: Subject, entity: str, record: MirrorRecord | None, stored: str, lookup: Lookup
) -> Candidate | None:
    if record is None or record.deleted or subject.released is None:
        return None
    score = _same(spec, subject.released, entity, record, lookup)
    is_money = spec.amount(subject.released.body) is not None
    if stored == record.id and (score > 0 or not is_money):
        return Candidate(record, BY_STORED_ID)
    return Candidate(record, score) if score > 0 else None


def _score_released(
    spec: RecordSpec, released: MirrorRecord, entity: str, external: MirrorRecord, lookup: Lookup, is_money: bool
) -> int:
    score = _same(spec, released, entity, external, lookup)
    is_stored = entity in spec.entities_of(released.body) and hear.stored_id(released.body, entity) == external.id
    return BY_STORED_ID if is_stored and (score > 0 or not is_money) else score


def _same(spec: RecordSpec, released: MirrorRecord, entity: str, external: MirrorRecord, lookup: Lookup) -> int:
    try:
        return spec.same(released.body, entity, external.body, lookup)
    except NotMoney:
        return 0


def _without_claimed(
    connection: Connection,
    company_id: str,
    spec: RecordSpec,
    entity: str,
    candidates: list[Candidate],
    ref: RecordRef,
) -> list[Candidate]:
    """An e-mail address or tax number proves nothing when somebody else has the candidate's name, or shares it."""
    weak = [
        candidate
        for candidate in candidates
        if candidate.score < CERTAIN and spec.amount(candidate.record.body) is None
    ]
    if not weak:
        return candidates
    keys = {key for candidate in weak for key in spec.external_keys(entity, candidate.record.body)}
    claims = records.find_by_keys(connection, company_id, Side.RELEASED, spec.collection, keys)
    contested = {
        candidate.record.id
        for candidate in weak
        for key in spec.external_keys(entity, candidate.record.body)
        if claims.get(key, set()) - {ref.key}
    }
    return [candidate for candidate in candidates if candidate.record.id not in contested or candidate not in weak]
