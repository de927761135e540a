"""Gathers, a few hundred records at a time, what planning needs of them: bodies, links, parents, candidates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from bot.core.choosing import LISTS
from bot.core.model import NEEDS_ATTENTION, Link, MirrorRecord, RecordRef, RecordType, Side
from bot.core.planning.steps import Parent, ParentState, Situation, Slot
from bot.core.spec import Lookup, RecordSpec, Reference
from bot.records import BY_ENTITY, BY_TYPE
from bot.records.documents.document import SALES_FORMS
from bot.store import companies
from bot.store.mirror import records
from bot.store.results import results
from bot.store.results.results import LastAttempt as LastAttempt
from bot.store.runs import plans
from bot.store.team import name_suffixes
from bot.sync.reading import claims, normalise
from bot.sync.reading.candidates import for_external, for_released
from bot.sync.run.run import AssumedLinks

PLANNED_ID = "(new)"  # stands for an id that a dry run does not get
NAMED_APART = frozenset({RecordType.CONTACT})  # whose names people may choose for QuickBooks


@dataclass(frozen=True)
class Subject:
    """One record to plan: its Re-Leased body and links, or its QuickBooks body alone."""

    ref: RecordRef
    released: MirrorRecord | None
    links: tuple[Link, ...] = ()
    externals: Mapping[str, MirrorRecord] = field(default_factory=dict)  # by entity


@dataclass(frozen=True)
class RelatedRecords:
    """What is known of the records that the subjects refer to."""

    links: Mapping[RecordRef, Sequence[Link]]
    links_to: Mapping[tuple[str, str], Link]
    released: Mapping[tuple[str, str], MirrorRecord]
    externals: Mapping[tuple[str, str], MirrorRecord]
    attempts: Mapping[RecordRef, LastAttempt]
    unlinked: set[RecordRef]
    undecided: Mapping[RecordRef, RecordRef]  # without a partner until a person answers -> where that is asked
    assumed: AssumedLinks


def situations(
    connection: Connection,
    company_id: str,
    spec: RecordSpec,
    refs: Sequence[RecordRef],
    plan_id: str = "",
    with_dead_links: bool = True,
) -> list[Situation]:
    """What planning needs to know of these records. `plan_id` is a plan in the making: what it holds counts as done.

    Without dead links, a record whose partner is gone from QuickBooks counts as one that has none.
    """
    subjects = _subjects(connection, company_id, spec, refs, plan_id)
    if not with_dead_links:
        subjects = [_without_dead_links(one) for one in subjects]
    related = _related_records(connection, company_id, spec, subjects, plan_id)
    assumed = related.assumed
    lookup = _lookup(related, assumed, subjects)
    lookup = replace(lookup, numbered_there=_numbered_there(connection, company_id))
    if spec.type in NAMED_APART:
        lookup = replace(lookup, suffixes=name_suffixes.of_company(connection, company_id, spec.type))
    out = for_released(connection, company_id, spec, [one for one in subjects if one.released], lookup, plan_id)
    in_ = for_external(connection, company_id, spec, [one for one in subjects if not one.released], lookup, plan_id)
    return [
        Situation(
            ref=one.ref,
            released=one.released,
            slots=tuple(
                Slot(
                    entity=entity,
                    link=next((link for link in one.links if link.entity == entity), None),
                    external=one.externals.get(entity),
                    candidates=tuple((out if one.released else in_).get((one.ref, entity), ())),
                    parents=_external_parents(spec, entity, one.externals.get(entity), related, assumed),
                )
                for entity in _entities(spec, one)
            ),
            unlinked=one.ref in related.unlinked,
            parents=_parents(spec, one.released, related, assumed),
            lookup=lookup,
        )
        for one in subjects
    ]


def _entities(spec: RecordSpec, subject: Subject) -> tuple[str, ...]:
    return spec.entities_of(subject.released.body) if subject.released else tuple(subject.externals)


def _subjects(
    connection: Connection, company_id: str, spec: RecordSpec, refs: Sequence[RecordRef], plan_id: str
) -> list[Subject]:
    ours = [(spec.collection, ref.key) for ref in refs if ref.external is None]
    known = records.get_mirror(connection, company_id, Side.RELEASED, ours)
    released = {key: record for key, record in known.items() if not record.deleted}  # gone there: nothing to plan
    links = records.links_of(connection, company_id, refs)
    theirs = [(link.entity, link.external_id) for found in links.values() for link in found]
    theirs += [ref.external for ref in refs if ref.external is not None]
    externals = records.get_mirror(connection, company_id, Side.QUICKBOOKS, theirs)
    unpaired = [ref.external for ref in refs if ref.external is not None]
    paired = set(records.links_to(connection, company_id, unpaired))
    paired |= {(pair.entity, pair.external_id) for pair in plans.pairs_to(connection, plan_id, unpaired)}
    subjects = []
    for ref in refs:
        if ref.external is None:
            mine = tuple(links.get(ref, ()))
            found = {link.entity: externals.get((link.entity, link.external_id)) for link in mine}
            bodies = {entity: record for entity, record in found.items() if record is not None}
            if (spec.collection, ref.key) in released:
                subjects.append(Subject(ref, released[spec.collection, ref.key], mine, bodies))
        elif ref.external in externals and ref.external not in paired:
            subjects.append(Subject(ref, None, (), {ref.external[0]: externals[ref.external]}))
    return subjects


def _without_dead_links(subject: Subject) -> Subject:
    living = {entity: record for entity, record in subject.externals.items() if not record.deleted}
    links = tuple(link for link in subject.links if link.entity in living)
    return replace(subject, links=links, externals=living)


def _related_records(
    connection: Connection, company_id: str, spec: RecordSpec, subjects: Sequence[Subject], plan_id: str
) -> RelatedRecords:
    referred = {reference.ref for one in subjects if one.released for reference in spec.references(one.released.body)}
    external = {
        named
        for one in subjects
        for entity, record in one.externals.items()
        for named in normalise.external_references(spec, entity, record.body)
    }
    pairs = [(entity, record) for one in subjects for entity, record in one.externals.items()]
    named = {key for entity, record in pairs for key in normalise.also_named(spec, entity, record.body)}
    read = _also_read(connection, company_id, spec, subjects)
    links = records.links_of(connection, company_id, referred)
    links_to = records.links_to(connection, company_id, external | named)
    tax_codes = {(link.entity, link.external_id) for found in links.values() for link in found}
    parents = {RecordRef(link.type, link.released_id) for link in links_to.values()}
    unpaired = {
        RecordRef.in_quickbooks(BY_ENTITY[entity].type, entity, id_)
        for entity, id_ in external
        if entity in BY_ENTITY and (entity, id_) not in links_to
    }
    known = referred | parents
    collections = [(BY_TYPE[ref.type].collection, ref.key) for ref in known if ref.type in BY_TYPE]
    released = records.get_mirror(connection, company_id, Side.RELEASED, collections)
    return RelatedRecords(
        links=links,
        links_to=links_to,
        released=released,
        externals=records.get_mirror(connection, company_id, Side.QUICKBOOKS, external | tax_codes | read),
        attempts=_attempts(connection, company_id, known | unpaired, plan_id),
        undecided=_undecided(connection, company_id, released, referred - set(links), plan_id),
        assumed=_assumed(connection, plan_id, referred, external),
        unlinked=records.unlinked_among(connection, company_id, known | unpaired | {one.ref for one in subjects}),
    )


def _numbered_there(connection: Connection, company_id: str) -> frozenset[str]:
    """By what QuickBooks said of itself when it was read last."""
    company = companies.get(connection, company_id)
    said = (company.preferences.get("preferences") or {}) if company else {}
    custom = (said.get("SalesFormsPrefs") or {}).get("CustomTxnNumbers") is not False
    return frozenset() if custom else SALES_FORMS


def _also_read(
    connection: Connection, company_id: str, spec: RecordSpec, subjects: Sequence[Subject]
) -> set[tuple[str, str]]:
    company = companies.get(connection, company_id)
    bank_account_id = company.bank_account_id if company else ""
    return {key for one in subjects if one.released for key in spec.also_read(one.released.body, bank_account_id)}


def _attempts(
    connection: Connection, company_id: str, refs: set[RecordRef], plan_id: str
) -> dict[RecordRef, LastAttempt]:
    """How their last attempts went; while a plan is made, how they will go: what failed has been planned anew."""
    found = results.last_attempts(connection, company_id, sorted(refs))
    if not plan_id:
        return found
    before = {ref: last for ref, last in found.items() if last.outcome not in NEEDS_ATTENTION}
    return before | plans.planned_attempts(connection, plan_id, refs)


def _undecided(
    connection: Connection,
    company_id: str,
    released: Mapping[tuple[str, str], MirrorRecord],
    alone: set[RecordRef],
    plan_id: str,
) -> dict[RecordRef, RecordRef]:
    """Which of these without a partner may be an entry of QuickBooks that waits for an answer: none of them is missing.

    With it, the record that the answer is asked for.
    """
    found: dict[RecordRef, RecordRef] = {}
    for spec in (BY_TYPE[type_] for type_ in sorted({ref.type for ref in alone if ref.type in LISTS})):
        keys = {ref.key: (spec.collection, ref.key) for ref in alone if ref.type is spec.type}
        ours = {id_: released[key] for id_, key in keys.items() if key in released}
        near = claims.undecided(connection, company_id, spec, ours, plan_id) if spec.nearness and ours else {}
        asked = _attempts(connection, company_id, {one for some in near.values() for one in some}, plan_id)
        for id_, entries in near.items():
            waiting = [one for one in entries if one in asked and asked[one].outcome in NEEDS_ATTENTION]
            if waiting:
                found[RecordRef(spec.type, id_)] = asked[waiting[0]].cause or waiting[0]
    return found


def _assumed(
    connection: Connection, plan_id: str, referred: set[RecordRef], external: set[tuple[str, str]]
) -> AssumedLinks:
    here = plans.pairs_of(connection, plan_id, referred)
    there = plans.pairs_to(connection, plan_id, external)
    return AssumedLinks(
        {(pair.entity, pair.external_id): pair.released_id or PLANNED_ID for pair in there},
        {(RecordRef(pair.ref.type, pair.released_id), pair.entity): pair.external_id or PLANNED_ID for pair in here},
    )


def _lookup(related: RelatedRecords, assumed: AssumedLinks, subjects: Sequence[Subject]) -> Lookup:
    """What the subjects refer to, and their own partners: a part of another body is written with the rest of it."""
    external = {
        (ref.type, ref.key, link.entity): link.external_id for ref, found in related.links.items() for link in found
    }
    own = {(entity, record.id): record.body for one in subjects for entity, record in one.externals.items()}
    external |= {(one.ref.type, one.ref.key, link.entity): link.external_id for one in subjects for link in one.links}
    external |= {(ref.type, ref.key, entity): id_ for (ref, entity), id_ in assumed.released.items()}
    released = {key: link.released_id for key, link in related.links_to.items()}
    released |= assumed.external
    bodies = own | {key: record.body for key, record in related.externals.items()}
    types = {BY_TYPE[type_].collection: type_ for type_ in BY_TYPE}
    ours = {(types[collection], id_): record.body for (collection, id_), record in related.released.items()}
    return Lookup(external, released, bodies, ours)


def _parents(
    spec: RecordSpec, released: MirrorRecord | None, related: RelatedRecords, assumed: AssumedLinks
) -> tuple[Parent, ...]:
    if released is None:
        return ()
    return tuple(_parent(reference, related, assumed) for reference in spec.references(released.body))


def _parent(reference: Reference, related: RelatedRecords, assumed: AssumedLinks) -> Parent:
    ref = reference.ref
    last = related.attempts.get(ref)
    body = related.released.get((BY_TYPE[ref.type].collection, ref.key)) if ref.type in BY_TYPE else None
    name = BY_TYPE[ref.type].released_name(body.body) if body else (last.name if last else ref.key)
    entities = {link.entity for link in related.links.get(ref, ())}
    entities |= {entity for planned, entity in assumed.released if planned == ref}
    paired = reference.entity in entities if reference.entity else bool(entities)
    state = _parent_state(ref, paired, body is not None, last, related)
    if ref in related.undecided and not paired and state is not ParentState.UNLINKED:
        return Parent(ref, name, ParentState.FAILING, related.undecided[ref])
    return Parent(ref, name, state, last.cause if last else None)


def _external_parents(
    spec: RecordSpec, entity: str, external: MirrorRecord | None, related: RelatedRecords, assumed: AssumedLinks
) -> tuple[Parent, ...]:
    if external is None:
        return ()
    found = []
    for key in normalise.external_references(spec, entity, external.body):
        kind, id_ = key
        if kind not in BY_ENTITY:
            continue
        link, there = related.links_to.get(key), related.externals.get(key)
        ref = (
            RecordRef(link.type, link.released_id) if link else RecordRef.in_quickbooks(BY_ENTITY[kind].type, kind, id_)
        )
        last = related.attempts.get(ref)
        name = BY_ENTITY[kind].external_name(kind, there.body) if there else f"{kind} {id_}"
        paired = link is not None or key in assumed.external
        state = _parent_state(ref, paired, there is not None, last, related)
        found.append(Parent(ref, name, state, last.cause if last else None))
    return tuple(found)


def _parent_state(
    ref: RecordRef, paired: bool, known: bool, last: LastAttempt | None, related: RelatedRecords
) -> ParentState:
    if ref in related.unlinked:
        return ParentState.UNLINKED
    if last is not None and last.outcome in NEEDS_ATTENTION:
        return ParentState.FAILING
    if paired:
        return ParentState.READY
    return ParentState.OUTSIDE if known else ParentState.ABSENT
