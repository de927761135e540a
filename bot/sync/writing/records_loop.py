"""Plans and carries out the records of one type, a few hundred at a time, so that a run's memory stays flat."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection

from bot.core.model import NEEDS_ATTENTION, Direction, Link, Outcome, RecordRef, RecordType, Result, Side
from bot.core.planning.numbering import UNIQUE_AS_REFERENCE, numbers_of, with_unique_numbers
from bot.core.planning.plan import plan
from bot.core.planning.preflight import hold_back
from bot.core.planning.steps import InSync, Operation, Report, Situation, Step, Verb
from bot.core.planning.unreadable import hold_unread, waits_for
from bot.core.spec import RecordSpec
from bot.store.mirror import records
from bot.store.results import results
from bot.store.runs import plans
from bot.sync.planning.drafting import Draft, is_approved, not_in_plan
from bot.sync.reading.attachables import unpaired_files_of
from bot.sync.reading.gather import situations
from bot.sync.run import outcome
from bot.sync.run.run import CHUNK, Run
from bot.sync.run.vanished import vanished
from bot.sync.run.worker_pool import WorkerPool
from bot.sync.writing.attachments import compare
from bot.sync.writing.push import PushResult, push
from bot.sync.writing.released_writes import rekey, write_back, write_incoming

CARRY_FILES = frozenset({RecordType.INVOICE, RecordType.CREDIT_NOTE})
FAILURES_KEPT = 1_000  # in memory; the results of a dry run are stored nowhere else


@dataclass
class PlannedChunk:
    """What planning yielded for one chunk."""

    outgoing: list[Operation] = field(default_factory=list)
    incoming: list[Operation] = field(default_factory=list)
    adopted: list[Operation] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    in_sync: list[InSync] = field(default_factory=list)
    without_steps: list[RecordRef] = field(default_factory=list)
    deferred: list[RecordRef] = field(default_factory=list)


@dataclass
class PlanResults:
    """The results of a run that writes nothing: kept here for a dry run, stored for an observe-only company."""

    failures: list[Result] = field(default_factory=list)
    stored: bool = False
    draft: Draft = field(default_factory=Draft)


def sync_type(
    run: Run, spec: RecordSpec, advance: Callable[[int], None], plan_results: PlanResults | None = None
) -> int:
    """Every record of this type that is to be planned; gives their number. `plan_results`: the run must not write.

    `advance` is told after each chunk how many are behind us; `run.on_answers` was told of its batches before that.
    """
    after, behind = "", 0
    with WorkerPool(min(run.writers, 2), "write-back") as pool:
        closing: Future[None] | None = None
        while True:
            run.raise_if_stopping()
            with run.database.read() as connection:
                keys = records.todo_keys(connection, run.company.id, spec.type, after, CHUNK)
            if not keys:
                break
            after = keys[-1]
            refs = [RecordRef(spec.type, key) for key in keys]
            chunk = _plan(run, spec, refs)
            if plan_results is None:
                done = _carry_out(run, spec, chunk)
                if closing is not None:
                    closing.result()
                closing = pool.submit(partial(_write_back, run, spec, refs, chunk), done)
            else:
                _record_plan(run, spec, refs, chunk, plan_results)
            behind += len(refs)
            advance(behind)
        if closing is not None:
            closing.result()
    return behind


def _plan(run: Run, spec: RecordSpec, refs: Sequence[RecordRef], follows: bool = False) -> PlannedChunk:
    """`follows`: what comes of an operation that was carried out, and is part of it."""
    chunk = PlannedChunk()
    if spec.type is RecordType.ATTACHMENT and not any(kind.type is spec.type for kind in run.unread_kinds):
        compare(run, spec, refs)
    with run.database.read() as connection:
        found = situations(connection, run.company.id, spec, refs, run.plan_id)
    planned_refs = set()
    for situation in found:
        steps = _held_up(run, spec, situation)
        for step in steps:
            _add_step(chunk, step)
        if steps:
            planned_refs.add(situation.ref)
    chunk.without_steps = [ref for ref in refs if ref not in planned_refs]
    _one_partner_each(chunk)
    _make_numbers_unique(run, chunk)
    if run.approved_plan_id and not follows:
        _only_approved(run, refs, chunk)
    return chunk


def _held_up(run: Run, spec: RecordSpec, situation: Situation) -> list[Step]:
    """What planning says of a record, or that it waits for what cannot be sent, or could not be read."""
    if (kind := run.in_doubt.get(situation.ref)) is not None:
        return [waits_for(spec, situation, kind)]
    steps = [hold_back(step, run.facts) for step in plan(spec, situation, run.facts)]
    return hold_unread(spec, situation, steps, run.unread_kinds, run.facts)


def _make_numbers_unique(run: Run, chunk: PlannedChunk) -> None:
    if wanted := numbers_of(chunk.outgoing):
        keys = {f"number:{number}" for number in wanted}
        with run.database.read() as connection:
            found = [
                records.find_by_keys(connection, run.company.id, Side.QUICKBOOKS, entity, keys)
                for entity in UNIQUE_AS_REFERENCE
            ]
        used = {key.removeprefix("number:") for some in found for key in some}
        chunk.outgoing = with_unique_numbers(chunk.outgoing, used)


def _only_approved(run: Run, refs: Sequence[RecordRef], chunk: PlannedChunk) -> None:
    """While a plan is carried out: what it does not hold is left for the next sync, and says so."""
    with run.database.read() as connection:
        approved = plans.approved(connection, run.approved_plan_id, refs)
    for operations in (chunk.outgoing, chunk.incoming, chunk.adopted):
        for operation in list(operations):
            if not is_approved(operation, approved):
                operations.remove(operation)
                chunk.reports.append(not_in_plan(operation))


def _add_step(chunk: PlannedChunk, step: Step) -> None:
    match step:
        case Operation(verb=Verb.ADOPT):
            chunk.adopted.append(step)
        case Operation(direction=Direction.OUTGOING):
            chunk.outgoing.append(step)
        case Operation():
            chunk.incoming.append(step)
        case Report():
            chunk.reports.append(step)
        case InSync():
            chunk.in_sync.append(step)


def _one_partner_each(chunk: PlannedChunk) -> None:
    """Two records of one chunk may both want the same partner: the first has it, the others are planned next time.

    What is adopted must not come in as new as well, because its own search had less to go by (an e-mail address).
    """
    taken: set[tuple[str, str, str]] = set()
    kept = []
    for operation in chunk.adopted:
        claims = {
            ("external", operation.entity, operation.external_id),
            ("released", operation.entity, operation.released_id),
        }
        if taken & claims:
            if _own_claim(operation) not in taken:
                chunk.deferred.append(operation.ref)
            continue
        taken |= claims
        kept.append(operation)
    chunk.adopted = kept
    chunk.incoming = [
        operation
        for operation in chunk.incoming
        if operation.verb is not Verb.CREATE or ("external", operation.entity, operation.external_id) not in taken
    ]


def _own_claim(operation: Operation) -> tuple[str, str, str]:
    """The record that is planned itself, not the partner it wants."""
    if operation.ref.external is not None:
        return "external", operation.entity, operation.external_id
    return "released", operation.entity, operation.released_id


def _carry_out(run: Run, spec: RecordSpec, chunk: PlannedChunk) -> list[RecordRef]:
    """Both sides take what is planned for them; gives the records that are through."""
    adopted = _record_local(run, spec, chunk)
    pushed = push(run, chunk.outgoing)
    brought = write_incoming(run, chunk.incoming)
    chunk.deferred += brought.edited
    again = _retry(run, spec, [*pushed.retry, *brought.retry])
    _push_other_roles(run, spec, [*brought.done, *again.done])
    return [*adopted, *pushed.done, *brought.done, *again.done, *(step.ref for step in chunk.in_sync)]


def _write_back(
    run: Run, spec: RecordSpec, refs: Sequence[RecordRef], chunk: PlannedChunk, done: Sequence[RecordRef]
) -> None:
    """The last of a chunk: Re-Leased is told, while QuickBooks is busy with the next one already."""
    failing = {step.ref for step in chunk.reports if step.outcome in NEEDS_ATTENTION}.difference(done)
    unwritten = write_back(run, spec, list(dict.fromkeys(done)), failing)
    _close(run, [*refs, *done], unwritten.union(chunk.deferred))


def _record_local(run: Run, spec: RecordSpec, chunk: PlannedChunk) -> list[RecordRef]:
    """What needs no call: adopted pairs, reports, and links whose sides agree."""
    now = run.clock()
    adopted = []
    with run.ledger() as connection:
        rows = [outcome.reported(report, now) for report in chunk.reports]
        for report in chunk.reports:
            run.report_groups.add(report)
        links = [_link(spec, operation) for operation in chunk.adopted]
        records.put_links(connection, run.company.id, [*links, *(step.link for step in chunk.in_sync)])
        rekeyed = {}
        for operation in chunk.adopted:
            row = outcome.done(operation, now, released_id=operation.released_id)
            rekeyed[RecordRef.in_quickbooks(spec.type, operation.entity, operation.external_id)] = row.ref
            rows.append(row)
            adopted.append(row.ref)
        rekey(run, connection, rekeyed)  # whichever side was looked at: what it said alone is over
        results.record(connection, run.company.id, run.run_id, [*rows, *_cleared(run, connection, chunk)])
    for row in rows:
        run.tally.add(row.outcome)
    return adopted


def _link(spec: RecordSpec, operation: Operation) -> Link:
    ids = operation.released_id, operation.entity, operation.external_id
    return Link(spec.type, *ids, operation.released_hash, operation.external_hash, operation.agreed)


def _cleared(run: Run, connection: Connection, chunk: PlannedChunk) -> list[Result]:
    """Errors of a record clear themselves: those in sync say so, and what is none of our business any more says why."""
    busy = {operation.ref for operation in (*chunk.outgoing, *chunk.incoming, *chunk.adopted)}
    busy |= {report.ref for report in chunk.reports}
    in_sync = [step.ref for step in chunk.in_sync if step.ref not in busy]
    before = results.get(connection, run.company.id, [*in_sync, *chunk.without_steps])
    open_ = {row.ref: row for row in before if row.outcome in NEEDS_ATTENTION}
    without = set(chunk.without_steps)
    over = vanished(connection, run.company.id, [row for row in before if row.ref in without], run.clock())
    results.forget(connection, run.company.id, over.elsewhere)
    run.tally.unchanged += len(in_sync)
    back = {row.ref: row for row in before if row.outcome is Outcome.SKIPPED and row.linked}  # relinked by a person
    open_ |= {ref: back[ref] for ref in in_sync if ref in back}
    return [*over.rows, *(outcome.in_sync_again(open_[ref], run.clock()) for ref in in_sync if ref in open_)]


def _retry(run: Run, spec: RecordSpec, refs: Sequence[RecordRef]) -> PushResult:
    """Records that were refused for what we did not know, planned once more now that we do.

    What would only be sent again as before stays refused.
    """
    if not refs:
        return PushResult([], [])
    chunk = _plan(run, spec, list(dict.fromkeys(refs)))
    refused = {operation.ref for operation in chunk.outgoing if operation.verb is Verb.CREATE}
    chunk.outgoing = [operation for operation in chunk.outgoing if operation.verb is not Verb.CREATE]
    chunk.in_sync = [step for step in chunk.in_sync if step.ref not in refused]  # its other half hides no refusal
    chunk.reports = [report for report in chunk.reports if report.outcome is not Outcome.SKIPPED]
    for _step in (*chunk.outgoing, *chunk.incoming, *chunk.adopted, *chunk.reports, *chunk.in_sync):
        run.tally.remove(Outcome.FAILED)
    adopted = _record_local(run, spec, chunk)
    pushed, brought = push(run, chunk.outgoing), write_incoming(run, chunk.incoming)
    in_sync = [step.ref for step in chunk.in_sync]
    return PushResult([*adopted, *pushed.done, *brought.done, *in_sync], [])


def _push_other_roles(run: Run, spec: RecordSpec, refs: Sequence[RecordRef]) -> None:
    """What came in from the Customer of a contact goes out to its Vendor in the same run, and the other way round."""
    with run.database.read() as connection:
        links = records.links_of(connection, run.company.id, refs)
    halved = [ref for ref, found in links.items() if len(found) > 1]
    if halved:
        chunk = _plan(run, spec, halved, follows=True)
        push(run, [operation for operation in chunk.outgoing if operation.verb is Verb.UPDATE])


def _close(run: Run, refs: Sequence[RecordRef], unwritten: set[RecordRef]) -> None:
    """What is through needs no planning any more; what failed or waits is planned again by the next run."""
    with run.ledger() as connection:
        last_attempts = results.last_attempts(connection, run.company.id, list(dict.fromkeys(refs)))
        through = [
            ref
            for ref in dict.fromkeys(refs)
            if ref not in unwritten and (ref not in last_attempts or last_attempts[ref].outcome not in NEEDS_ATTENTION)
        ]
        records.drop_todo(connection, run.company.id, through)
        records.add_todo(connection, run.company.id, sorted(unwritten))  # some have a new id only since they came in
        if refs and refs[0].type in CARRY_FILES:
            records.add_todo(connection, run.company.id, unpaired_files_of(connection, run.company.id, through))


def _record_plan(
    run: Run, spec: RecordSpec, refs: Sequence[RecordRef], chunk: PlannedChunk, plan_results: PlanResults
) -> None:
    now = run.clock()
    rows = [outcome.reported(report, now) for report in chunk.reports]
    for operation in (*chunk.adopted, *chunk.outgoing, *chunk.incoming):
        run.tally.add(operation.outcome)
        rows.append(outcome.previewed(operation, now))
    run.tally.unchanged += len(chunk.in_sync)
    for report in chunk.reports:
        run.tally.add(report.outcome)
        run.report_groups.add(report)
    plan_results.draft.add(run, spec, refs, [*chunk.adopted, *chunk.outgoing, *chunk.incoming], chunk.reports)
    if plan_results.stored:
        with run.ledger() as connection:
            results.record(connection, run.company.id, run.run_id, rows)
    elif len(plan_results.failures) < FAILURES_KEPT:
        plan_results.failures += [row for row in rows if row.outcome in NEEDS_ATTENTION]
