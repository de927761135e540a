"""What else in QuickBooks a record of Re-Leased may be: under parents own names are shared, so all are looked at."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from bot.core.model import MirrorRecord, RecordRef, Side
from bot.core.planning.pairing import label
from bot.core.planning.steps import Candidate
from bot.core.planning.under_parents import Claim, Claimed, weigh
from bot.core.spec import Nearness, RecordSpec
from bot.store.mirror import records
from bot.store.runs import plans
from bot.store.team import decisions
from bot.store.team.decisions import RejectedPair

Subject = tuple[RecordRef, str]  # what is planned, and the QuickBooks entity that it is or could be
NOT_A_KEY = (":",)  # how the key of an empty name or number ends


def weighed(
    connection: Connection,
    company_id: str,
    spec: RecordSpec,
    found: Mapping[Subject, list[Candidate]],
    externals: Mapping[Subject, MirrorRecord],
    plan_id: str,
) -> dict[Subject, list[Candidate]]:
    """The candidates of each QuickBooks record that count, each known with its rivals. Archived ones only if alone."""
    living = {subject: _living(spec, some) for subject, some in found.items()}
    ours = {one.record.id: one.record for some in living.values() for one in some}
    near = _near(connection, company_id, spec, ours, plan_id)
    return {
        subject: weigh([_claimed(spec, one, externals[subject], near[one.record.id]) for one in some])
        for subject, some in living.items()
    }


def undecided(
    connection: Connection, company_id: str, spec: RecordSpec, ours: Mapping[str, MirrorRecord], plan_id: str
) -> dict[str, list[RecordRef]]:
    """By Re-Leased id, the records of QuickBooks without a partner that each of these may be."""
    near = _near(connection, company_id, spec, ours, plan_id)
    return {
        id_: [RecordRef.in_quickbooks(spec.type, one.entity, one.id) for one, claim in some if claim.is_free]
        for id_, some in near.items()
    }


def _living(spec: RecordSpec, found: list[Candidate]) -> list[Candidate]:
    return [one for one in found if not spec.released_gone(one.record.body)] or found


def _claimed(
    spec: RecordSpec, candidate: Candidate, external: MirrorRecord, near: Iterable[tuple[MirrorRecord, Claim]]
) -> Claimed:
    claims = [claim for record, claim in near if (record.entity, record.id) != (external.entity, external.id)]
    return Claimed(candidate, _nearness(spec, candidate.record, external), claims)


def _near(
    connection: Connection, company_id: str, spec: RecordSpec, ours: Mapping[str, MirrorRecord], plan_id: str
) -> dict[str, list[tuple[MirrorRecord, Claim]]]:
    """By Re-Leased id, what of QuickBooks it may be. What people unlinked or ruled out has no claim."""
    keys = {id_: _search_keys(spec, record) for id_, record in ours.items()}
    every = {key for some in keys.values() for key in some}
    found = {
        entity: records.find_by_keys(connection, company_id, Side.QUICKBOOKS, entity, every)
        for entity in (spec.entities if every else ())
    }
    named = {(entity, id_) for entity, ids in found.items() for some in ids.values() for id_ in some}
    bodies = records.get_mirror(connection, company_id, Side.QUICKBOOKS, named)
    taken = set(records.links_to(connection, company_id, named))
    taken |= {(pair.entity, pair.external_id) for pair in plans.pairs_to(connection, plan_id, named)}
    refs = {key: RecordRef.in_quickbooks(spec.type, *key) for key in named}
    unlinked = records.unlinked_among(connection, company_id, list(refs.values()))
    rejected = decisions.about_released(connection, company_id, spec.type, ours)
    near: dict[str, list[tuple[MirrorRecord, Claim]]] = {id_: [] for id_ in ours}
    for id_, record in ours.items():
        theirs = {(entity, one) for entity, ids in found.items() for key in keys[id_] for one in ids.get(key, ())}
        for key in sorted(theirs):
            other = bodies.get(key)
            if other is None or other.deleted or refs[key] in unlinked or _is_rejected(rejected, id_, key):
                continue
            nearness = _nearness(spec, record, other)
            if nearness:
                near[id_].append((other, Claim(f"{label(spec, other)} ({other.id})", nearness, key not in taken)))
    return near


def _is_rejected(rejected: set[RejectedPair], released_id: str, external: tuple[str, str]) -> bool:
    return (released_id, *external) in rejected


def _nearness(spec: RecordSpec, released: MirrorRecord, external: MirrorRecord) -> Nearness:
    if spec.nearness is None:
        return Nearness.NONE
    return spec.nearness(released.body, external.entity, external.body)


def _search_keys(spec: RecordSpec, record: MirrorRecord) -> set[str]:
    keys = spec.released_search_keys(record.body) if spec.released_search_keys else spec.released_keys(record.body)
    return {key for key in keys if not key.endswith(NOT_A_KEY)}
