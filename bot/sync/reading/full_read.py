"""Reads both sides whole, page by page, and corrects the mirror: what it missed, and what is gone.

Nothing is called gone before every page of both sides was read, and then only what its own side does not know by id.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.adapters.quickbooks.wire import quote
from bot.core.answers.shape import instant, is_nameless
from bot.core.balance.control_totals import released_figures
from bot.core.balance.verification import LISTED, Sample
from bot.core.content import content_hash
from bot.core.faults import ApiError, UserError
from bot.core.model import MirrorRecord, RecordRef, Side
from bot.core.spec import RecordSpec
from bot.records import BY_COLLECTION, BY_ENTITY
from bot.records.attachment import ENTITY as FILE
from bot.store.mirror import control_sums, records
from bot.store.mirror.records import NormalisedRecord
from bot.sync.reading import normalise, pull
from bot.sync.reading.allocations import put_with_parts
from bot.sync.reading.attachables import whole_id
from bot.sync.reading.changes import NOT_OFFERED, mark_of
from bot.sync.reading.unreadable import as_sentence, require_any, tried
from bot.sync.run.run import Run
from bot.sync.run.safety_stop import LEAST, SHARE_PERCENT

IDS_PER_QUERY = 50
UNSEEN = 300  # ids looked at together


@dataclass
class FullRead:
    """What came of it, by side: how many records were read, which were put right, which are gone."""

    checked: dict[Side, int] = field(default_factory=lambda: dict.fromkeys(Side, 0))
    repaired: dict[Side, Sample] = field(default_factory=lambda: dict.fromkeys(Side, Sample()))
    gone: dict[Side, Sample] = field(default_factory=lambda: dict.fromkeys(Side, Sample()))


def read_everything(run: Run) -> FullRead:
    """Raises ApiError, LeaseLost, and UserError where far too much would be gone; then nothing is marked as gone."""
    found = FullRead()
    read: list[str] = []
    for spec in pull.READ_SPECS:
        tried(run, Side.RELEASED, spec.collection, partial(_read_released, run, spec, found))
    for entity in pull.CDC_ENTITIES:
        if tried(run, Side.QUICKBOOKS, entity, partial(_read_quickbooks, run, entity, found)):
            read.append(entity)
    require_any(run, Side.RELEASED, [spec.collection for spec in pull.READ_SPECS])
    require_any(run, Side.QUICKBOOKS, pull.CDC_ENTITIES)
    if run.unread:
        why = " ".join(as_sentence(kind) for kind in run.unread_kinds)
        raise UserError(f"{run.company.name} cannot be verified. {why}")
    lost = [(spec, _missing_in_released(run, spec)) for spec in pull.READ_SPECS]
    deleted = [(entity, _missing_in_quickbooks(run, entity)) for entity in read]
    for spec, gone in lost:
        _mark_released(run, spec, gone, found)
    for entity, ids in deleted:
        _mark_quickbooks(run, entity, ids, found)
    return found


def _read_released(run: Run, spec: RecordSpec, found: FullRead) -> None:
    cursor = (run.company.cursors.get("released") or {}).get(spec.collection)
    until = run.clock() + pull.CLOCKS_APART
    for page in run.released.changed(run.company.id, spec.collection, None, until):
        normalised = [normalise.released(spec, body) for body in page]
        missed = _missed(
            run, normalised, [bool(cursor) and _instant(body, "modifiedAt") < _at(cursor) for body in page]
        )
        with run.ledger() as connection:
            changed = put_with_parts(connection, run.company.id, normalised)
            refs = [RecordRef(BY_COLLECTION[record.entity].type, record.id) for record in changed]
            records.add_todo(connection, run.company.id, refs)
            records.add_todo(connection, run.company.id, [RecordRef(spec.type, one.id) for one in missed])
            ids = [(one.record.entity, one.record.id) for one in normalised]
            control_sums.mark_seen(connection, run.company.id, Side.RELEASED, ids, run.lease.fence)
        _note(found, Side.RELEASED, len(page), [spec.released_name(one.body) for one in missed])


def _read_quickbooks(run: Run, entity: str, found: FullRead) -> bool:
    """False where a company does not give its files."""
    mark, spec = mark_of(run.company, entity), BY_ENTITY[entity]
    try:
        for reply in run.quickbooks.pages(entity, pull.scope_condition(run, entity)):
            normalised = [normalise.quickbooks(entity, body) for body in reply.rows]
            old = [mark is not None and _updated(body) < mark - pull.OVERLAP for body in reply.rows]
            missed = _missed(run, normalised, old)
            pull.store_bodies(run, entity, reply.rows)
            pull.mark_seen(run, entity, [one.record.id for one in normalised])
            _plan_again(run, spec, missed)
            _note(found, Side.QUICKBOOKS, len(normalised), [spec.external_name(entity, one.body) for one in missed])
    except ApiError as error:
        if entity != FILE or error.fault.code not in NOT_OFFERED:
            raise
        return False
    return True


def _missed(run: Run, normalised: Sequence[NormalisedRecord], old: Sequence[bool]) -> list[MirrorRecord]:
    """Records that differ from the mirror although everything up to then had been read."""
    ids = [(one.record.entity, one.record.id) for one in normalised if one.record.entity != FILE]
    if not ids or not any(old):
        return []
    side = normalised[0].record.side
    with run.database.read() as connection:
        known = records.get_mirror(connection, run.company.id, side, ids)
    return [
        one.record
        for one, is_old in zip(normalised, old, strict=True)
        if is_old
        and one.record.entity != FILE
        and not _says_the_same(one, known.get((one.record.entity, one.record.id)))
    ]


def _says_the_same(normalised: NormalisedRecord, known: MirrorRecord | None) -> bool:
    if known is None or known.deleted != normalised.record.deleted:
        return False
    if known.side is Side.RELEASED:
        before = normalise.released(BY_COLLECTION[known.entity], known.body)
    else:
        before = normalise.quickbooks(known.entity, known.body)
    return content_hash(before.content) == content_hash(normalised.content) and before.figures == normalised.figures


def _plan_again(run: Run, spec: RecordSpec, missed: Sequence[MirrorRecord]) -> None:
    if not missed:
        return
    with run.ledger() as connection:
        links = records.links_to(connection, run.company.id, [(one.entity, one.id) for one in missed])
        refs = [
            RecordRef(spec.type, links[one.entity, one.id].released_id)
            if (one.entity, one.id) in links
            else RecordRef.in_quickbooks(spec.type, one.entity, one.id)
            for one in missed
        ]
        records.add_todo(connection, run.company.id, refs)


def _missing_in_released(run: Run, spec: RecordSpec) -> list[MirrorRecord]:
    gone: list[MirrorRecord] = []
    for known in _unseen(run, Side.RELEASED, spec.collection):
        if run.released.get(run.company.id, spec.collection, known.id) is None:
            gone.append(known)
            _refuse_mass_deletion(run, Side.RELEASED, spec.collection, len(gone))
    return gone


def _missing_in_quickbooks(run: Run, entity: str) -> list[str]:
    """Ids that QuickBooks does not know any more; what only moved out of our dates is read again."""
    gone: list[str] = []
    waiting: list[str] = []
    for known in _unseen(run, Side.QUICKBOOKS, entity):
        if str(known.body.get("TxnDate") or run.company.sync_from) < run.company.sync_from:
            continue  # older documents were not asked for
        waiting.append(known.id)
        if len(waiting) == IDS_PER_QUERY:
            gone += _not_known(run, entity, waiting)
            waiting = []
            _refuse_mass_deletion(run, Side.QUICKBOOKS, entity, len(gone))
    gone += _not_known(run, entity, waiting)
    _refuse_mass_deletion(run, Side.QUICKBOOKS, entity, len(gone))
    return gone


def _unseen(run: Run, side: Side, entity: str) -> Iterator[MirrorRecord]:
    after = ""
    while True:
        with run.database.read() as connection:
            ids = control_sums.unseen(connection, run.company.id, side, entity, run.lease.fence, after, UNSEEN)
            known = records.get_mirror(connection, run.company.id, side, [(entity, id_) for id_ in ids])
        if not ids:
            return
        after = ids[-1]
        yield from (known[entity, id_] for id_ in ids if (entity, id_) in known)


def _not_known(run: Run, entity: str, ids: Sequence[str]) -> list[str]:
    if not ids:
        return []
    whole = sorted({whole_id(entity, id_) for id_ in ids})
    listed = f"({', '.join(map(quote, whole))}){pull.including_inactive(entity)}"
    rows = run.quickbooks.query(f"SELECT * FROM {entity} WHERE Id IN {listed} MAXRESULTS 1000").rows
    pull.store_bodies(run, entity, rows)
    there = {str(body["Id"]) for body in rows}
    if any(map(is_nameless, there)):
        return []  # one of these may be the one whose id could not be read
    return [id_ for id_ in ids if whole_id(entity, id_) not in there]


def _refuse_mass_deletion(run: Run, side: Side, entity: str, gone: int) -> None:
    if gone < LEAST:
        return
    with run.database.read() as connection:
        _, living = control_sums.count_unseen(connection, run.company.id, side, entity, run.lease.fence)
    if gone * 100 > living * SHARE_PERCENT:
        system, spec = ("QuickBooks", BY_ENTITY) if side is Side.QUICKBOOKS else ("Re-Leased", BY_COLLECTION)
        kind = str(spec[entity].type).replace("-", " ")
        raise UserError(
            f"{system} does not show {gone:,} or more of {living:,} {kind} records any more. Nothing was marked as "
            "deleted. Find out first whether this is the right company, and whether our access to it is still complete."
        )


def _mark_released(run: Run, spec: RecordSpec, gone: Sequence[MirrorRecord], found: FullRead) -> None:
    if not gone:
        return
    normalised = [
        replace(
            normalise.released(spec, record.body),
            record=replace(record, deleted=True),
            figures=released_figures(spec, record.body, deleted=True),
        )
        for record in gone
    ]
    with run.ledger() as connection:
        put_with_parts(connection, run.company.id, normalised)
        records.add_todo(connection, run.company.id, [RecordRef(spec.type, record.id) for record in gone])
    found.gone[Side.RELEASED] = _more(found.gone[Side.RELEASED], [spec.released_name(one.body) for one in gone])


def _mark_quickbooks(run: Run, entity: str, ids: Sequence[str], found: FullRead) -> None:
    for start in range(0, len(ids), UNSEEN):
        some = [(entity, id_) for id_ in ids[start : start + UNSEEN]]
        with run.database.read() as connection:
            known = records.get_mirror(connection, run.company.id, Side.QUICKBOOKS, some)
        pull.mark_deleted(run, some)
        names = [BY_ENTITY[entity].external_name(entity, record.body) for record in known.values()]
        found.gone[Side.QUICKBOOKS] = _more(found.gone[Side.QUICKBOOKS], names)


def _note(found: FullRead, side: Side, checked: int, names: Sequence[str]) -> None:
    found.checked[side] += checked
    found.repaired[side] = _more(found.repaired[side], names)


def _more(found: Sample, names: Sequence[str]) -> Sample:
    return Sample(found.count + len(names), (*found.examples, *names)[:LISTED])


def _updated(body: Any) -> datetime:
    return _instant(body.get("MetaData") or {}, "LastUpdatedTime")


def _instant(body: Any, name: str) -> datetime:
    """When it was last changed; without that it counts as new."""
    return instant(body.get(name)) or datetime.max.replace(tzinfo=UTC)


def _at(cursor: str | None) -> datetime:
    return instant(cursor) or datetime.max.replace(tzinfo=UTC)
