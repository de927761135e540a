"""Writes to Re-Leased: what comes in from QuickBooks, and the QuickBooks ids (and numbers) of what went out."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from bot.core.content import content_hash
from bot.core.faults import Action, ApiError
from bot.core.model import Link, MirrorRecord, RecordRef, Result, Side
from bot.core.money import NotMoney
from bot.core.planning.steps import Operation, Verb
from bot.core.spec import RecordSpec, released_hash
from bot.records import BY_COLLECTION, BY_TYPE
from bot.records.allocation import PAYMENT_OF, REVERSED, SPEC, payment_id
from bot.records.attachment import ENTITY
from bot.records.documents.document import SALES_FORMS
from bot.records.documents.sales_tax import computed_tax
from bot.store.mirror import records
from bot.store.results import results
from bot.store.runs import ledger
from bot.store.runs.ledger import Intent
from bot.sync.reading import normalise
from bot.sync.reading.allocations import put_with_parts, written_part
from bot.sync.reading.following import now_of
from bot.sync.run import outcome
from bot.sync.run.run import Run
from bot.sync.run.worker_pool import map_concurrently
from bot.sync.writing.attachments import import_file
from bot.sync.writing.push import PushResult
from bot.sync.writing.set_off import set_off

T = TypeVar("T")
Answer = dict[str, Any] | ApiError
STALE = "http-412"


def write_incoming(run: Run, operations: Sequence[Operation]) -> PushResult:
    """Carry incoming operations out, several at a time, each recorded with its answer."""
    pushed = PushResult([], [])
    at_once = run.writers * 4
    for start in range(0, len(operations), at_once):
        group = operations[start : start + at_once]
        run.raise_if_stopping()
        intents = [Intent(run.new_id(), "", str(place), operation) for place, operation in enumerate(group, start=1)]
        with run.ledger() as connection:
            ledger.write_intents(connection, run.company.id, run.run_id, intents, run.now_ms())
        answers = _attempt_all(run, lambda intent: _write(run, intent.operation), intents)
        _raise_if_not_recordable(answers)
        fresh = _reread_stale(run, intents, answers)
        _record(run, intents, answers, fresh, pushed)
    return pushed


def write_back(
    run: Run, spec: RecordSpec, refs: Sequence[RecordRef], failing: Collection[RecordRef] = frozenset()
) -> set[RecordRef]:
    """Tell Re-Leased the QuickBooks ids of these records, numbers that QuickBooks gave, and the sales tax of the US.

    Of those that fail or wait, the id alone: a pair is known on both sides whatever else is wrong with it.
    Gives the records for which that could not be done (their result says why), or that people edited meanwhile.
    """
    if spec.part_of:
        return set()
    with run.database.read() as connection:
        links = records.links_of(connection, run.company.id, [*refs, *failing])
        mirrored = records.get_mirror(
            connection, run.company.id, Side.RELEASED, [(spec.collection, ref.key) for ref in links]
        )
        externals = records.get_mirror(
            connection,
            run.company.id,
            Side.QUICKBOOKS,
            [(link.entity, link.external_id) for found in links.values() for link in found],
        )
    wanted: list[tuple[RecordRef, MirrorRecord, dict[str, Any]]] = []
    for ref, found in links.items():
        record = mirrored.get((spec.collection, ref.key))
        patch = _ids_patch(run, spec, record, found, externals) if record else {}
        if ref in failing:
            patch = {name: value for name, value in patch.items() if name == "externalId"}
        if record is not None and patch:
            wanted.append((ref, record, patch))
    edited: set[str] = set()
    answers = _attempt_all(run, lambda one: _patch(run, spec, one[1], one[2], edited), wanted)
    _raise_if_not_recordable(answers)
    return _record_write_backs(run, spec, wanted, answers, edited, failing)


def external_id_text(links: Sequence[Link]) -> str:
    """The bare QuickBooks id; both, named, for a contact that is Customer and Vendor."""
    if len(links) == 1:
        return payment_id(links[0].external_id)
    return " ".join(f"{link.entity.lower()}:{link.external_id}" for link in sorted(links, key=lambda one: one.entity))


def _ids_patch(
    run: Run,
    spec: RecordSpec,
    record: MirrorRecord,
    links: Sequence[Link],
    externals: dict[tuple[str, str], MirrorRecord],
) -> dict[str, Any]:
    patch: dict[str, Any] = {}
    text = external_id_text(links)
    if str(record.body.get("externalId") or "") != text:
        patch["externalId"] = text
    entity = links[0].entity if links[0].entity in SALES_FORMS else ""
    external = externals.get((entity, links[0].external_id))
    number = str(external.body.get("DocNumber") or "") if external else ""
    ours = str(record.body.get("number") or "")
    if not run.facts.custom_numbers and number and number != ours:
        patch["number"] = number
    if external is not None and entity in run.facts.taxed_there:
        patch |= computed_tax(record.body, external.body, entity)
    return patch


def _write(run: Run, operation: Operation) -> dict[str, Any]:
    if operation.entity in PAYMENT_OF:
        return set_off(run, operation)
    if operation.entity == ENTITY and operation.verb is Verb.CREATE:
        return import_file(run, operation)
    collection = BY_TYPE[operation.ref.type].collection
    if operation.verb is Verb.CREATE:
        body = {**operation.body, "externalId": operation.external_id}
        key = f"{run.company.id}|{operation.entity}|{operation.external_id}"
        return run.released.create(run.company.id, collection, body, hashlib.sha256(key.encode()).hexdigest()[:32])
    version = int(operation.version or 0)
    return run.released.patch(run.company.id, collection, operation.released_id, operation.body, version)


def _patch(run: Run, spec: RecordSpec, record: MirrorRecord, patch: dict[str, Any], edited: set[str]) -> dict[str, Any]:
    """Over an edit of people's that we have not seen as well: it is noted in `edited`, to be planned."""
    try:
        return run.released.patch(run.company.id, spec.collection, record.id, patch, int(record.version or 0))
    except ApiError as error:
        if error.fault.code != STALE:
            if error.action is Action.RECORD and "externalId" in patch and len(patch) > 1:
                ours = {"externalId": patch["externalId"]}  # the pair must not be lost with what was refused
                run.released.patch(run.company.id, spec.collection, record.id, ours, int(record.version or 0))
            raise
        fresh = run.released.get(run.company.id, spec.collection, record.id)
        if fresh is None:
            raise
    if "lines" in patch or released_hash(spec, fresh) != released_hash(spec, record.body):
        edited.add(record.id)
        patch = {name: value for name, value in patch.items() if name != "lines"}  # made of the lines as they were
    if not patch:
        return fresh
    return run.released.patch(run.company.id, spec.collection, record.id, patch, int(fresh.get("version") or 0))


def _attempt_all(run: Run, call: Callable[[T], dict[str, Any]], values: Sequence[T]) -> list[Answer]:
    """Call for every value, several at once; an ApiError is an answer too. Order is kept."""

    def attempt(value: T) -> Answer:
        try:
            return call(value)
        except ApiError as error:
            return error

    return map_concurrently(run.writers, attempt, values)


def _raise_if_not_recordable(answers: Sequence[Answer]) -> None:
    """A side that is down or has locked us out ends the run; what it answered meanwhile is found again by its key."""
    for answer in answers:
        if isinstance(answer, ApiError) and answer.action is not Action.RECORD:
            raise answer


def _reread_stale(run: Run, intents: Sequence[Intent], answers: Sequence[Answer]) -> dict[str, dict[str, Any]]:
    """What changed in Re-Leased while we wrote: today's body by intent id."""
    fresh = {}
    for intent, answer in zip(intents, answers, strict=True):
        operation = intent.operation
        if isinstance(answer, ApiError) and answer.fault.code == STALE and operation.entity not in PAYMENT_OF:
            collection = BY_TYPE[operation.ref.type].collection
            body = run.released.get(run.company.id, collection, operation.released_id)
            if body is not None:
                fresh[intent.id] = body
    return fresh


def _record(
    run: Run,
    intents: Sequence[Intent],
    answers: Sequence[Answer],
    fresh: dict[str, dict[str, Any]],
    pushed: PushResult,
) -> None:
    rows: list[Result] = []
    with run.ledger() as connection:
        changed = put_with_parts(connection, run.company.id, _normalised_answers(intents, answers, fresh))
        for intent, answer in zip(intents, answers, strict=True):
            operation = intent.operation
            spec = BY_TYPE[operation.ref.type]
            if isinstance(answer, ApiError):
                rows.append(outcome.refused(connection, run.company.id, run.facts, operation, answer, run.clock()))
                if intent.id in fresh:
                    pushed.retry.append(operation.ref)
            else:
                written = written_part(operation, answer) if spec.part_of else answer
                released_id = str(written["id"])
                edited = operation.verb is Verb.CREATE and _edited_since(spec, operation, written)
                agreed = "" if edited else released_hash(spec, written)
                external = operation.external_hash
                ids = released_id, operation.entity, operation.external_id
                link = Link(spec.type, *ids, agreed, external, operation.agreed)
                records.put_link(connection, run.company.id, link)
                row = outcome.done(_as_it_is_now(spec, operation, written), run.clock(), released_id=released_id)
                rows.append(row)
                run.tally.add_conflict(operation)
                pushed.done.append(row.ref)
                pushed.edited += [row.ref] if edited else []
                rekey(run, connection, {operation.ref: row.ref})
            state = ledger.REFUSED if isinstance(answer, ApiError) else ledger.DONE
            ledger.close_intents(connection, [intent.id], state)
        results.record(connection, run.company.id, run.run_id, rows)
        _note_set_off(run, connection, changed, {row.ref for row in rows})
    for row in rows:
        run.tally.add(row.outcome)
    run.on_answers(len(rows))


def _as_it_is_now(spec: RecordSpec, operation: Operation, written: Mapping[str, Any]) -> Operation:
    """With the name and the amount that Re-Leased has now; the plan was made with those from before."""
    if operation.verb is not Verb.UPDATE or written.get("status") == REVERSED:
        return operation
    try:
        now = now_of(spec, written)
    except NotMoney:
        return operation  # the next run says what is wrong with it
    return replace(operation, name=now.name or operation.name, amount=now.amount, currency=now.currency)


def _note_set_off(run: Run, connection: Any, changed: Sequence[MirrorRecord], by_us: Collection[RecordRef]) -> None:
    """What people set off meanwhile came with the answer, in the same credit note, and nobody planned it yet."""
    parts = {RecordRef(SPEC.type, record.id) for record in changed if record.entity == SPEC.collection}
    records.add_todo(connection, run.company.id, sorted(parts.difference(by_us)))


def _edited_since(spec: RecordSpec, operation: Operation, answer: Mapping[str, Any]) -> bool:
    """A create that is repeated is answered with the record as it is today, and people may have changed it already."""
    if answer.get("createdAt") == answer.get("modifiedAt"):
        return False
    sent = spec.released_content({**answer, **operation.body})
    return content_hash(sent) != content_hash(spec.released_content(answer))


def _normalised_answers(
    intents: Sequence[Intent], answers: Sequence[Answer], fresh: dict[str, dict[str, Any]]
) -> list[records.NormalisedRecord]:
    """What Re-Leased said of each record; of one that several writes were answered about, the latest of them."""
    newest: dict[tuple[str, str], records.NormalisedRecord] = {}
    for intent, answer in zip(intents, answers, strict=True):
        spec = BY_TYPE[intent.operation.ref.type]
        body = fresh.get(intent.id) if isinstance(answer, ApiError) else answer
        if body is None:
            continue
        normalised = normalise.released(BY_COLLECTION.get(spec.part_of, spec), body)
        key = normalised.record.entity, normalised.record.id
        if key not in newest or int(normalised.record.version or 0) >= int(newest[key].record.version or 0):
            newest[key] = normalised
    return list(newest.values())


def rekey(run: Run, connection: Any, rekeyed: Mapping[RecordRef, RecordRef]) -> None:
    """Records that existed in QuickBooks only have their Re-Leased ids now: they go on under those."""
    before = [ref for ref, after in rekeyed.items() if ref != after]
    results.forget(connection, run.company.id, before)
    records.drop_todo(connection, run.company.id, before)
    unlinked = sorted(records.unlinked_among(connection, run.company.id, before))
    records.set_linked(connection, run.company.id, unlinked)
    records.set_unlinked(connection, run.company.id, [rekeyed[ref] for ref in unlinked], "", run.now_ms())


def _record_write_backs(
    run: Run,
    spec: RecordSpec,
    wanted: Sequence[tuple[RecordRef, MirrorRecord, dict[str, Any]]],
    answers: Sequence[Answer],
    edited: set[str],
    failing: Collection[RecordRef],
) -> set[RecordRef]:
    refused: set[RecordRef] = {ref for ref, record, _ in wanted if record.id in edited}
    if not wanted:
        return refused
    with run.ledger() as connection:
        normalised = [normalise.released(spec, answer) for answer in answers if not isinstance(answer, ApiError)]
        _note_set_off(run, connection, put_with_parts(connection, run.company.id, normalised), ())
        for (ref, _, patch), answer in zip(wanted, answers, strict=True):
            if not isinstance(answer, ApiError):
                if patch.keys() - {"externalId"} and ref not in refused:
                    _agree_on(run, connection, spec, ref, answer)
                continue
            refused.add(ref)
            if ref in failing:
                continue  # its result says what is wrong already
            for row in results.get(connection, run.company.id, [ref]):
                failed = outcome.not_written_back(row, answer, run.clock())
                results.record(connection, run.company.id, run.run_id, [failed])
                run.tally.add(failed.outcome)
    return refused


def _agree_on(run: Run, connection: Any, spec: RecordSpec, ref: RecordRef, body: dict[str, Any]) -> None:
    """A number or tax that QuickBooks gave is agreed on, not an edit of Re-Leased's that would have to go out."""
    agreed = released_hash(spec, body)
    for link in records.links_of(connection, run.company.id, [ref]).get(ref, ()):
        records.put_link(connection, run.company.id, replace(link, released_hash=agreed))
