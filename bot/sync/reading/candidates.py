"""Finds the records of the other side that may be the same: what adopt before create looks at."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from sqlalchemy import Connection

from bot.core.model import Direction, Link, MirrorRecord, RecordRef, RecordType, Side
from bot.core.money import NotMoney
from bot.core.planning.pairing import BY_STORED_ID, CERTAIN, MOST_SHOWN, label, reasons
from bot.core.planning.steps import Candidate
from bot.core.spec import Lookup, RecordSpec
from bot.records.contact import apart_keys, external_apart_keys
from bot.store.mirror import records
from bot.store.runs import plans
from bot.store.team import decisions
from bot.sync.reading import claims, normalise

NAMED_BY_CANDIDATES = frozenset({"Customer", "Vendor", "Invoice", "Bill", "CreditMemo", "VendorCredit"})


class Subject(Protocol):
    @property
    def ref(self) -> RecordRef: ...
    @property
    def released(self) -> MirrorRecord | None: ...
    @property
    def links(self) -> tuple[Link, ...]: ...
    @property
    def externals(self) -> Mapping[str, MirrorRecord]: ...


CandidatesByEntity = dict[tuple[RecordRef, str], list[Candidate]]


def for_released(
    connection: Connection,
    company_id: str,
    spec: RecordSpec,
    subjects: Sequence[Subject],
    lookup: Lookup,
    plan_id: str = "",
) -> CandidatesByEntity:
    """QuickBooks records that may be these Re-Leased ones, for every entity in which they have no partner yet.

    `plan_id` is the plan that is being made, whose pairs count as if they were linked.
    """
    found: CandidatesByEntity = {}
    if Direction.OUTGOING not in spec.directions:
        return found
    for entity in spec.entities:
        open_ = [one for one in subjects if _lacks(spec, one, entity)]
        keys = {one.ref: _keys_of(spec, one) | _apart_keys(spec, one, entity, lookup) for one in open_}
        ids = records.find_by_keys(
            connection, company_id, Side.QUICKBOOKS, entity, {key for some in keys.values() for key in some}
        )
        stored = {one.ref: normalise.stored_id(one.released.body if one.released else {}, entity) for one in open_}
        wanted = {(entity, id_) for some in ids.values() for id_ in some}
        wanted |= {(entity, id_) for id_ in stored.values() if id_}
        taken = set(records.links_to(connection, company_id, wanted))
        taken |= {(pair.entity, pair.external_id) for pair in plans.pairs_to(connection, plan_id, wanted)}
        bodies = records.get_mirror(connection, company_id, Side.QUICKBOOKS, wanted - taken)
        parties = _party_lookup(connection, company_id, spec, entity, bodies, lookup, plan_id)
        unlinked = _unlinked(connection, company_id, spec, bodies)
        rejected = decisions.about_released(connection, company_id, spec.type, [one.ref.key for one in open_])
        for one in open_:
            near = {id_ for key in keys[one.ref] for id_ in ids.get(key, ())} | {stored[one.ref]}
            near = {id_ for id_ in near if (one.ref.key, entity, id_) not in rejected}
            scored = [
                _score_external(spec, one, entity, bodies.get((entity, id_)), stored[one.ref], parties)
                for id_ in sorted(near)
            ]
            kept = [candidate for candidate in scored if candidate is not None]
            kept = [candidate for candidate in kept if candidate.record.id not in unlinked] or kept
            sure = _without_claimed(connection, company_id, spec, entity, kept, one.ref)
            found[one.ref, entity] = [
                _shared(connection, company_id, spec, candidate, one.ref, lookup, plan_id) for candidate in sure
            ]
    return found


def for_external(
    connection: Connection,
    company_id: str,
    spec: RecordSpec,
    subjects: Sequence[Subject],
    lookup: Lookup,
    plan_id: str = "",
) -> CandidatesByEntity:
    """Re-Leased records without a living partner that may be these QuickBooks ones."""
    found: CandidatesByEntity = {}
    pairs = [(one, entity, record) for one in subjects for entity, record in one.externals.items()]
    search = spec.search_keys or spec.external_keys
    keys = {
        (one.ref, entity): search(entity, record.body) | {normalise.stored_as(entity, record.id)}
        for one, entity, record in pairs
    }
    if spec.type is RecordType.CONTACT:
        for one, entity, record in pairs:
            keys[one.ref, entity] |= external_apart_keys(entity, record.body, lookup)
    every = {key for some in keys.values() for key in some}
    ids = records.find_by_keys(connection, company_id, Side.RELEASED, spec.collection, every)
    wanted = {id_ for some in ids.values() for id_ in some}
    taken = _taken(connection, company_id, spec, wanted)
    pairs_planned = plans.pairs_of(connection, plan_id, [RecordRef(spec.type, id_) for id_ in wanted])
    taken |= {(pair.released_id, pair.entity) for pair in pairs_planned}
    bodies = records.get_mirror(connection, company_id, Side.RELEASED, [(spec.collection, id_) for id_ in wanted])
    rejected = decisions.about_released(connection, company_id, spec.type, wanted)
    for one, entity, record in pairs:
        near = {id_ for key in keys[one.ref, entity] for id_ in ids.get(key, ())}
        near = {id_ for id_ in near if (id_, entity, record.id) not in rejected}
        free = [bodies[spec.collection, id_] for id_ in sorted(near) if (id_, entity) not in taken]
        is_money = spec.external_amount(entity, record.body) is not None
        scored = [_scored_released(spec, other, entity, record, lookup, is_money) for other in free]
        kept = [candidate for candidate in scored if candidate.score > 0]
        asked = is_money or spec.nearness is not None
        found[one.ref, entity] = [candidate for candidate in kept if candidate.score >= CERTAIN or asked]
        if is_money:
            found[one.ref, entity] = [
                _with_rivals(connection, company_id, spec, candidate, entity, record, lookup, plan_id)
                for candidate in found[one.ref, entity]
            ]
    if spec.nearness is None:
        return found
    externals = {(one.ref, entity): record for one, entity, record in pairs}
    return claims.weighed(connection, company_id, spec, found, externals, plan_id)


def _shared(
    connection: Connection,
    company_id: str,
    spec: RecordSpec,
    candidate: Candidate,
    ref: RecordRef,
    lookup: Lookup,
    plan_id: str,
) -> Candidate:
    """A sub-customer has two names, "Sub" and "Parent:Sub": two contacts may have one each, and neither is first."""
    there = candidate.record
    if candidate.score != CERTAIN or not there.body.get("ParentRef"):
        return candidate
    ids = records.find_by_keys(
        connection, company_id, Side.RELEASED, spec.collection, spec.external_keys(there.entity, there.body)
    )
    near = {id_ for some in ids.values() for id_ in some} - {ref.key}
    rejected = decisions.about_released(connection, company_id, spec.type, near)
    taken = _taken(connection, company_id, spec, near)
    taken |= {
        (pair.released_id, pair.entity)
        for pair in plans.pairs_of(connection, plan_id, [RecordRef(spec.type, id_) for id_ in near])
    }
    unlinked = records.unlinked_among(connection, company_id, [RecordRef(spec.type, id_) for id_ in near])
    bodies = records.get_mirror(connection, company_id, Side.RELEASED, [(spec.collection, id_) for id_ in near])
    rivals = [
        f"{label(spec, other)} ({other.id})"
        for (_, id_), other in sorted(bodies.items())
        if not other.deleted
        and (id_, there.entity) not in taken
        and (id_, there.entity, there.id) not in rejected
        and RecordRef(spec.type, id_) not in unlinked
        and _same(spec, other, there.entity, there, lookup) >= CERTAIN
    ]
    return replace(candidate, rivals=tuple(rivals[:MOST_SHOWN]))


def _with_rivals(
    connection: Connection,
    company_id: str,
    spec: RecordSpec,
    candidate: Candidate,
    entity: str,
    external: MirrorRecord,
    lookup: Lookup,
    plan_id: str,
) -> Candidate:
    """A document that stands twice in QuickBooks must not be adopted by whichever of the two is looked at first."""
    if candidate.score != CERTAIN:
        return candidate
    keys = spec.released_keys(candidate.record.body)
    ids = records.find_by_keys(connection, company_id, Side.QUICKBOOKS, entity, keys)
    near = {(entity, id_) for some in ids.values() for id_ in some} - {(entity, external.id)}
    ours = candidate.record.id
    rejected = decisions.about_released(connection, company_id, spec.type, [ours])
    near = {key for key in near if (ours, *key) not in rejected}
    taken = set(records.links_to(connection, company_id, near))
    taken |= {(pair.entity, pair.external_id) for pair in plans.pairs_to(connection, plan_id, near)}
    bodies = records.get_mirror(connection, company_id, Side.QUICKBOOKS, near - taken)
    unlinked = _unlinked(connection, company_id, spec, bodies)
    alike = _party_lookup(connection, company_id, spec, entity, bodies, lookup, plan_id)
    rivals = [
        record
        for record in bodies.values()
        if not record.deleted
        and record.id not in unlinked
        and _same(spec, candidate.record, entity, record, alike) >= CERTAIN
    ]
    names = [f"{label(spec, rival)} ({rival.id})" for rival in sorted(rivals, key=lambda one: one.id)]
    return replace(candidate, rivals=tuple(names[:MOST_SHOWN]))


def _unlinked(
    connection: Connection, company_id: str, spec: RecordSpec, bodies: Mapping[tuple[str, str], MirrorRecord]
) -> set[str]:
    """Ids of QuickBooks records that somebody unlinked: where there is another candidate, they are not meant."""
    refs = [RecordRef.in_quickbooks(spec.type, entity, id_) for entity, id_ in bodies]
    unlinked = records.unlinked_among(connection, company_id, refs)
    return {ref.external[1] for ref in unlinked if ref.external}


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
        return (spec.released_search_keys or spec.released_keys)(body)
    except NotMoney:
        return set()


def _apart_keys(spec: RecordSpec, subject: Subject, entity: str, lookup: Lookup) -> set[str]:
    """By the name that a person chose for it there, it is found again after a lost answer."""
    if spec.type is not RecordType.CONTACT or subject.released is None:
        return set()
    return apart_keys(subject.released.body, entity, lookup)


def _party_lookup(
    connection: Connection,
    company_id: str,
    spec: RecordSpec,
    entity: str,
    bodies: Mapping[tuple[str, str], MirrorRecord],
    lookup: Lookup,
    plan_id: str,
) -> Lookup:
    """Who the candidates' counterparties are in Re-Leased, and which documents they name."""
    parties = {
        named
        for record in bodies.values()
        for named in normalise.external_references(spec, entity, record.body)
        if named[0] in NAMED_BY_CANDIDATES
    }
    links = records.links_to(connection, company_id, parties)
    planned = plans.pairs_to(connection, plan_id, parties)
    released = {(pair.entity, pair.external_id): pair.released_id for pair in planned}
    released |= {key: link.released_id for key, link in links.items()}
    return replace(lookup, released={**lookup.released, **released}, ours={})


def _score_external(
    spec: RecordSpec, subject: Subject, entity: str, record: MirrorRecord | None, stored: str, lookup: Lookup
) -> Candidate | None:
    if record is None or record.deleted or subject.released is None:
        return None
    score = _same(spec, subject.released, entity, record, lookup)
    is_money = spec.amount(subject.released.body) is not None
    is_stored = stored == record.id and (score > 0 or not is_money)
    if not is_stored and score <= 0:
        return None
    words = reasons(spec, entity, subject.released.body, record.body)
    return Candidate(record, BY_STORED_ID if is_stored else score, label(spec, record), words)


def _scored_released(
    spec: RecordSpec, released: MirrorRecord, entity: str, external: MirrorRecord, lookup: Lookup, is_money: bool
) -> Candidate:
    score = _same(spec, released, entity, external, lookup)
    is_stored = entity in spec.entities_of(released.body) and normalise.stored_id(released.body, entity) == external.id
    score = BY_STORED_ID if is_stored and (score > 0 or not is_money) else score
    if score <= 0:
        return Candidate(released, 0)
    return Candidate(released, score, label(spec, released), reasons(spec, entity, released.body, external.body))


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
