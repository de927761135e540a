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
from bot.core.planning.steps import Operation, Report, Settled, Step, Verb
from bot.core.spec import RecordSpec
from bot.store.mirror import records
from bot.store.results import results
from bot.store.runs import plans
from bot.sync.planning.drafting import Draft, is_approved, not_in_plan
from bot.sync.reading.attachables import unpaired_files_of
from bot.sync.reading.gather import situations
from bot.sync.run import outcome
from bot.sync.run.run import CHUNK, Run
from bot.sync.run.worker_pool import WorkerPool
from bot.sync.writing.attachments import compare
from bot.sync.writing.push import Pushed, push
from bot.sync.writing.released_writes import bring_in, rename, write_back

CARRY_FILES = frozenset({RecordType.INVOICE, RecordType.CREDIT_NOTE})
FAILURES_KEPT = 1_000  # in memory; the results of a dry run are stored nowhere else


@dataclass
class Work:
    """What planning yielded for one chunk."""

    outgoing: list[Operation] = field(default_factory=list)
    incoming: list[Operation] = field(default_factory=list)
    adopted: list[Operation] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    silent: list[RecordRef] = field(default_factory=list)
    put_off: list[RecordRef] = field(default_factory=list)


@dataclass
class Planned:
    """The results of a run that writes nothing: kept here for a dry run, stored for an observe-only company."""

    failures: list[Result] = field(default_factory=list)
    stored: bool = False
    draft: Draft = field(default_factory=Draft)


def sync_type(run: Run, spec: RecordSpec, advance: Callable[[int], None], planned: Planned | None = None) -> int:
    """Every record of this type that is to be planned; gives their number. `planned`: the run must not write.

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
            work = _plan(run, spec, refs)
            if planned is None:
                done = _carry_out(run, spec, work)
                if closing is not None:
                    closing.result()
                closing = pool.submit(partial(_write_back, run, spec, refs, work), done)
            else:
                _only_say(run, spec, refs, work, planned)
            behind += len(refs)
            advance(behind)
        if closing is not None:
            closing.result()
    return behind


def _plan(run: Run, spec: RecordSpec, refs: Sequence[RecordRef], follows: bool = False) -> Work:
    """`follows`: what comes of an operation that was carried out, and is part of it."""
    work = Work()
    if spec.type is RecordType.ATTACHMENT:
        compare(run, spec, refs)
    with run.database.read() as connection:
        found = situations(connection, run.company.id, spec, refs, run.plan_id)
    planned_refs = set()
    for situation in found:
        steps = [hold_back(step, run.facts) for step in plan(spec, situation, run.facts)]
        for step in steps:
            _sort(work, step)
        if steps:
            planned_refs.add(situation.ref)
    work.silent = [ref for ref in refs if ref not in planned_refs]
    _one_partner_each(work)
    _number_apart(run, work)
    if run.approved_plan_id and not follows:
        _only_approved(run, refs, work)
    return work


def _number_apart(run: Run, work: Work) -> None:
    if wanted := numbers_of(work.outgoing):
        keys = {f"number:{number}" for number in wanted}
        with run.database.read() as connection:
            found = [
                records.find_by_keys(connection, run.company.id, Side.QUICKBOOKS, entity, keys)
                for entity in UNIQUE_AS_REFERENCE
            ]
        used = {key.removeprefix("number:") for some in found for key in some}
        work.outgoing = with_unique_numbers(work.outgoing, used)


def _only_approved(run: Run, refs: Sequence[RecordRef], work: Work) -> None:
    """While a plan is carried out: what it does not hold is left for the next sync, and says so."""
    with run.database.read() as connection:
        approved = plans.approved(connection, run.approved_plan_id, refs)
    for operations in (work.outgoing, work.incoming, work.adopted):
        for operation in list(operations):
            if not is_approved(operation, approved):
                operations.remove(operation)
                work.reports.append(not_in_plan(operation))


def _sort(work: Work, step: Step) -> None:
    match step:
        case Operation(verb=Verb.ADOPT):
            work.adopted.append(step)
        case Operation(direction=Direction.OUTGOING):
            work.outgoing.append(step)
        case Operation():
            work.incoming.append(step)
        case Report():
            work.reports.append(step)
        case Settled():
            work.settled.append(step)


def _one_partner_each(work: Work) -> None:
    """Two records of one chunk may both want the same partner: the first has it, the others are planned next time.

    What is adopted must not come in as new as well, because its own search had less to go by (an e-mail address).
    """
    taken: set[tuple[str, str, str]] = set()
    kept = []
    for operation in work.adopted:
        claims = {
            ("external", operation.entity, operation.external_id),
            ("released", operation.entity, operation.released_id),
        }
        if taken & claims:
            if _own_claim(operation) not in taken:
                work.put_off.append(operation.ref)
            continue
        taken |= claims
        kept.append(operation)
    work.adopted = kept
    work.incoming = [
        operation
        for operation in work.incoming
        if operation.verb is not Verb.CREATE or ("external", operation.entity, operation.external_id) not in taken
    ]


def _own_claim(operation: Operation) -> tuple[str, str, str]:
    """The record that is planned itself, not the partner it wants."""
    if operation.ref.external is not None:
        return "external", operation.entity, operation.external_id
    return "released", operation.entity, operation.released_id


def _carry_out(run: Run, spec: RecordSpec, work: Work) -> list[RecordRef]:
    """Both sides take what is planned for them; gives the records that are through."""
    adopted = _record_local(run, spec, work)
    pushed = push(run, work.outgoing)
    brought = bring_in(run, work.incoming)
    work.put_off += brought.edited
    again = _second_look(run, spec, [*pushed.again, *brought.again])
    _tell_other_halves(run, spec, [*brought.done, *again.done])
    return [*adopted, *pushed.done, *brought.done, *again.done, *(step.ref for step in work.settled)]


def _write_back(run: Run, spec: RecordSpec, refs: Sequence[RecordRef], work: Work, done: Sequence[RecordRef]) -> None:
    """The last of a chunk: Re-Leased is told, while QuickBooks is busy with the next one already."""
    failing = {step.ref for step in work.reports if step.outcome in NEEDS_ATTENTION}.difference(done)
    unwritten = write_back(run, spec, list(dict.fromkeys(done)), failing)
    _close(run, [*refs, *done], unwritten.union(work.put_off))


def _record_local(run: Run, spec: RecordSpec, work: Work) -> list[RecordRef]:
    """What needs no call: adopted pairs, reports, and links whose sides agree."""
    now = run.clock()
    adopted = []
    with run.ledger() as connection:
        rows = [outcome.reported(report, now) for report in work.reports]
        for report in work.reports:
            run.noticed.note(report)
        links = [_link(spec, operation) for operation in work.adopted]
        records.put_links(connection, run.company.id, [*links, *(step.link for step in work.settled)])
        renamed = {}
        for operation in work.adopted:
            row = outcome.done(operation, now, released_id=operation.released_id)
            renamed[RecordRef.in_quickbooks(spec.type, operation.entity, operation.external_id)] = row.ref
            rows.append(row)
            adopted.append(row.ref)
        rename(run, connection, renamed)  # whichever side was looked at: what it said alone is over
        results.record(connection, run.company.id, run.run_id, [*rows, *_cleared(run, connection, work)])
    for row in rows:
        run.tally.add(row.outcome)
    return adopted


def _link(spec: RecordSpec, operation: Operation) -> Link:
    ids = operation.released_id, operation.entity, operation.external_id
    return Link(spec.type, *ids, operation.released_hash, operation.external_hash, operation.agreed)


def _cleared(run: Run, connection: Connection, work: Work) -> list[Result]:
    """Errors of a record clear themselves: settled ones say so, those that are none of our business vanish."""
    busy = {operation.ref for operation in (*work.outgoing, *work.incoming, *work.adopted)}
    busy |= {report.ref for report in work.reports}
    settled = [step.ref for step in work.settled if step.ref not in busy]
    before = results.get(connection, run.company.id, [*settled, *work.silent])
    open_ = {row.ref: row for row in before if row.outcome in NEEDS_ATTENTION}
    results.forget(connection, run.company.id, [ref for ref in work.silent if ref in open_])
    run.tally.unchanged += len(settled)
    back = {row.ref: row for row in before if row.outcome is Outcome.SKIPPED and row.linked}  # relinked by a person
    open_ |= {ref: back[ref] for ref in settled if ref in back}
    return [outcome.settled_again(open_[ref], run.clock()) for ref in settled if ref in open_]


def _second_look(run: Run, spec: RecordSpec, refs: Sequence[RecordRef]) -> Pushed:
    """Records that were refused for what we did not know, planned once more now that we do.

    What would only be sent again as before stays refused.
    """
    if not refs:
        return Pushed([], [])
    work = _plan(run, spec, list(dict.fromkeys(refs)))
    refused = {operation.ref for operation in work.outgoing if operation.verb is Verb.CREATE}
    work.outgoing = [operation for operation in work.outgoing if operation.verb is not Verb.CREATE]
    work.settled = [step for step in work.settled if step.ref not in refused]  # its other half hides no refusal
    work.reports = [report for report in work.reports if report.outcome is not Outcome.SKIPPED]
    for _step in (*work.outgoing, *work.incoming, *work.adopted, *work.reports, *work.settled):
        run.tally.remove(Outcome.FAILED)
    adopted = _record_local(run, spec, work)
    pushed, brought = push(run, work.outgoing), bring_in(run, work.incoming)
    settled = [step.ref for step in work.settled]
    return Pushed([*adopted, *pushed.done, *brought.done, *settled], [])


def _tell_other_halves(run: Run, spec: RecordSpec, refs: Sequence[RecordRef]) -> None:
    """What came in from the Customer of a contact goes out to its Vendor in the same run, and the other way round."""
    with run.database.read() as connection:
        links = records.links_of(connection, run.company.id, refs)
    halved = [ref for ref, found in links.items() if len(found) > 1]
    if halved:
        work = _plan(run, spec, halved, follows=True)
        push(run, [operation for operation in work.outgoing if operation.verb is Verb.UPDATE])


def _close(run: Run, refs: Sequence[RecordRef], unwritten: set[RecordRef]) -> None:
    """What is through needs no planning any more; what failed or waits is planned again by the next run."""
    with run.ledger() as connection:
        standing = results.standings(connection, run.company.id, list(dict.fromkeys(refs)))
        through = [
            ref
            for ref in dict.fromkeys(refs)
            if ref not in unwritten and (ref not in standing or standing[ref].outcome not in NEEDS_ATTENTION)
        ]
        records.drop_todo(connection, run.company.id, through)
        records.add_todo(connection, run.company.id, sorted(unwritten))  # some have a new id only since they came in
        if refs and refs[0].type in CARRY_FILES:
            records.add_todo(connection, run.company.id, unpaired_files_of(connection, run.company.id, through))


def _only_say(run: Run, spec: RecordSpec, refs: Sequence[RecordRef], work: Work, planned: Planned) -> None:
    now = run.clock()
    rows = [outcome.reported(report, now) for report in work.reports]
    for operation in (*work.adopted, *work.outgoing, *work.incoming):
        run.tally.add(operation.outcome)
        rows.append(outcome.previewed(operation, now))
    run.tally.unchanged += len(work.settled)
    for report in work.reports:
        run.tally.add(report.outcome)
        run.noticed.note(report)
    planned.draft.take(run, spec, refs, [*work.adopted, *work.outgoing, *work.incoming], work.reports)
    if planned.stored:
        with run.ledger() as connection:
            results.record(connection, run.company.id, run.run_id, rows)
    elif len(planned.failures) < FAILURES_KEPT:
        planned.failures += [row for row in rows if row.outcome in NEEDS_ATTENTION]
