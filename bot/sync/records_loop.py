"""Plans and carries out the records of one type, a few hundred at a time, so that a run's memory stays flat."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from bot.core.model import NEEDS_ATTENTION, Direction, Link, Outcome, RecordRef, Result
from bot.core.plan import plan
from bot.core.spec import RecordSpec
from bot.core.steps import Operation, Report, Settled, Step, Verb
from bot.store import records, results
from bot.sync import outcome
from bot.sync.gather import situations
from bot.sync.push import Pushed, push
from bot.sync.released_writes import bring_in, rename, write_back
from bot.sync.run import CHUNK, Run

FAILURES_KEPT = 1_000  # of a dry run, whose results are stored nowhere


@dataclass
class Work:
    """What planning yielded for one chunk."""

    outgoing: list[Operation] = field(default_factory=list)
    incoming: list[Operation] = field(default_factory=list)
    adopted: list[Operation] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    silent: list[RecordRef] = field(default_factory=list)


@dataclass
class Planned:
    """The results of a run that writes nothing: kept here for a dry run, stored for an observe-only company."""

    failures: list[Result] = field(default_factory=list)
    stored: bool = False


def sync_type(run: Run, spec: RecordSpec, advance: Callable[[int], None], planned: Planned | None = None) -> None:
    """Every record of this type that is to be planned. `planned` is given when the run must not write.

    `advance` is told after each chunk how many are behind us; `run.answered` has heard of its batches before that.
    """
    after, behind = "", 0
    while True:
        with run.database.read() as connection:
            keys = records.todo_keys(connection, run.company.id, spec.type, after, CHUNK)
        if not keys:
            return
        after = keys[-1]
        refs = [RecordRef(spec.type, key) for key in keys]
        work = _plan(run, spec, refs)
        if planned is None:
            _carry_out(run, spec, refs, work)
        else:
            _only_say(run, work, planned)
        behind += len(refs)
        advance(behind)


def _plan(run: Run, spec: RecordSpec, refs: Sequence[RecordRef]) -> Work:
    work = Work()
    with run.database.read() as connection:
        found = situations(connection, run.company.id, spec, refs, run.assumed)
    planned_refs = set()
    for situation in found:
        steps = plan(spec, situation, run.facts)
        for step in steps:
            _sort(work, step)
        if steps:
            planned_refs.add(situation.ref)
    work.silent = [ref for ref in refs if ref not in planned_refs]
    _one_partner_each(work)
    return work


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
            continue
        taken |= claims
        kept.append(operation)
    work.adopted = kept
    work.incoming = [
        operation
        for operation in work.incoming
        if operation.verb is not Verb.CREATE or ("external", operation.entity, operation.external_id) not in taken
    ]


def _carry_out(run: Run, spec: RecordSpec, refs: Sequence[RecordRef], work: Work) -> None:
    adopted = _record_local(run, spec, work)
    pushed = push(run, work.outgoing)
    brought = bring_in(run, work.incoming)
    again = _second_look(run, spec, [*pushed.again, *brought.again])
    _tell_other_halves(run, spec, [*brought.done, *again.done])
    done = [*adopted, *pushed.done, *brought.done, *again.done, *(step.ref for step in work.settled)]
    unwritten = write_back(run, spec, list(dict.fromkeys(done)))
    _close(run, [*refs, *done], unwritten)


def _record_local(run: Run, spec: RecordSpec, work: Work) -> list[RecordRef]:
    """What needs no call: adopted pairs, reports, and links whose sides agree."""
    now = run.clock()
    adopted = []
    with run.ledger() as connection:
        rows = [outcome.reported(report, now) for report in work.reports]
        for operation in work.adopted:
            link = Link(
                spec.type,
                operation.released_id,
                operation.entity,
                operation.external_id,
                operation.released_hash,
                operation.external_hash,
                operation.agreed,
            )
            records.put_link(connection, run.company.id, link)
            row = outcome.done(operation, now, released_id=operation.released_id)
            rename(run, connection, operation.ref, row.ref)
            rows.append(row)
            adopted.append(row.ref)
        for step in work.settled:
            records.put_link(connection, run.company.id, step.link)
        results.record(connection, run.company.id, run.run_id, [*rows, *_cleared(run, connection, work)])
    for row in rows:
        run.tally.add(row.outcome)
    return adopted


def _cleared(run: Run, connection: Connection, work: Work) -> list[Result]:
    """Errors of a record clear themselves: settled ones say so, those that are none of our business vanish."""
    busy = {operation.ref for operation in (*work.outgoing, *work.incoming, *work.adopted)}
    busy |= {report.ref for report in work.reports}
    settled = [step.ref for step in work.settled if step.ref not in busy]
    before = results.get(connection, run.company.id, [*settled, *work.silent])
    open_ = {row.ref: row for row in before if row.outcome in NEEDS_ATTENTION}
    results.forget(connection, run.company.id, [ref for ref in work.silent if ref in open_])
    run.tally.unchanged += len(settled)
    return [outcome.settled_again(open_[ref], run.clock()) for ref in settled if ref in open_]


def _second_look(run: Run, spec: RecordSpec, refs: Sequence[RecordRef]) -> Pushed:
    """Records that were refused for what we did not know, planned once more now that we do.

    What would only be sent again as before stays refused.
    """
    if not refs:
        return Pushed([], [])
    work = _plan(run, spec, list(dict.fromkeys(refs)))
    work.outgoing = [operation for operation in work.outgoing if operation.verb is not Verb.CREATE]
    work.reports = [report for report in work.reports if report.outcome is not Outcome.SKIPPED]
    for _step in (*work.outgoing, *work.incoming, *work.adopted, *work.reports, *work.settled):
        run.tally.take_back(Outcome.FAILED)
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
        work = _plan(run, spec, halved)
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


def _only_say(run: Run, work: Work, planned: Planned) -> None:
    now = run.clock()
    rows = [outcome.reported(report, now) for report in work.reports]
    for operation in (*work.adopted, *work.outgoing, *work.incoming):
        run.tally.add(operation.outcome)
        rows.append(outcome.would_be(operation, now))
        run.assumed.external.add((operation.entity, operation.external_id))
        if operation.released_id:
            run.assumed.released.add((RecordRef(operation.ref.type, operation.released_id), operation.entity))
    run.tally.unchanged += len(work.settled)
    for report in work.reports:
        run.tally.add(report.outcome)
    if planned.stored:
        with run.ledger() as connection:
            results.record(connection, run.company.id, run.run_id, rows)
    elif len(planned.failures) < FAILURES_KEPT:
        planned.failures += [row for row in rows if row.outcome in NEEDS_ATTENTION]
