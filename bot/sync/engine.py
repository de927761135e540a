"""One sync of one company: claim, recover, pull, plan, push, record, finish. The one loop that does I/O."""

from dataclasses import replace

import structlog

from bot.adapters.meter import Meter
from bot.core.faults import ApiError, UserError
from bot.core.runs import Flag, RunState
from bot.core.unreadable import in_words
from bot.records import SPECS
from bot.store import companies
from bot.store.database import UNUSABLE
from bot.store.mirror import records
from bot.store.runs import runs
from bot.store.runs.leases import LeaseLost
from bot.sync.company_plan import approve, make
from bot.sync.ending import DEAD_GRANT, Finished, finished, flag_of, incomplete, stopped_for_safety, words_of
from bot.sync.planning import preflight
from bot.sync.reading import pull
from bot.sync.reading.changes import pull_quickbooks
from bot.sync.reading.read_again import read_again
from bot.sync.run import safety_stop
from bot.sync.run.context import Advance, Engine, RunContext, RunRequest
from bot.sync.run.lease import leased
from bot.sync.run.progress import Reporter
from bot.sync.run.run import PlanChanged, Run, SafetyStop, Stopped
from bot.sync.writing.records_loop import PlanResults, sync_type
from bot.sync.writing.recover import recover
from bot.sync.writing.unapplying import unapply_payments

log = structlog.get_logger()

STOPPED = "The sync was told to stop, and did after its last answer. Nothing is lost; the next run goes on from there."


def run_sync(
    engine: Engine,
    company_id: str,
    run_id: str,
    *,
    dry_run: bool = False,
    accept_stop: bool = False,
    plan: str = "",
    advance: Advance = lambda progress: None,
) -> Finished:
    """Sync one company once, under a run that was requested (a dry run needs none, and makes a plan).

    With the hash of a plan, exactly that is done, or nothing when it is not what would be done now.

    Raises UserError when the company is unknown or being synced already. Everything else that keeps it from
    finishing is in the answer's `could_not_run`; the next run goes on where this one stopped.
    """
    with engine.database.read() as connection:
        company = companies.get(connection, company_id)
    if company is None:
        raise UserError(f"{company_id} is not connected. Connect it first: qbo-sync connect {company_id} …")
    try:
        with leased(engine.database, company_id, company.name, engine.new_id()) as lease:
            request = RunRequest(run_id, dry_run, accept_stop, plan)
            return _run_to_end(RunContext(engine, company, request, lease, advance, Meter(lease.check)))
    except LeaseLost:
        words = "Another process has taken this company over; nothing more was written here."
    except UNUSABLE as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        words = f"The database cannot be used just now ({kind}). Nothing is lost; the next run goes on from there."
    return Finished(run_id, company_id, flag_of(company), could_not_run=words)


def _run_to_end(context: RunContext) -> Finished:
    """Raises LeaseLost, and what the store raises when it cannot be used."""
    _mark_started(context)
    try:
        return _run(context)
    except SafetyStop as stop:
        return stopped_for_safety(context, str(stop))
    except Stopped:
        return incomplete(context, STOPPED)
    except ApiError as error:
        return incomplete(context, words_of(context.company, error), reconnect=error.fault.code in DEAD_GRANT)
    except UserError as error:
        changed = isinstance(error, PlanChanged)
        return replace(incomplete(context, str(error), tells_of_company=not changed), plan_changed=changed)


def _run(context: RunContext) -> Finished:
    request, progress = context.request, Reporter(context)
    run = _begin(context)
    run.on_answers = lambda records: progress.more(records, run)
    progress.phase("reading both sides", 0)
    settings = _read(context, run)
    with context.engine.database.read() as connection:
        todo = records.todo_counts(connection, run.company.id)
    findings = [*preflight.unread(run), *preflight.before(run, settings.preferences, todo)]
    if request.plan:
        progress.phase("checking the plan", 0)
        approve(run, request.plan)
    if not run.writes:
        planned, total = PlanResults(stored=not request.dry_run), sum(todo.values())
        progress.phase("planning", total)
        made = make(run, findings, planned, lambda done: progress.reached(done, run))
        if request.dry_run:
            flag = Flag.RED if run.tally.problems() or run.unread else Flag.BLUE
            counts = run.tally.counts()
            ids, calls = (context.run_id, run.company.id), context.api_calls
            return Finished(*ids, flag, counts, calls, planned.failures, unread=in_words(run.unread_kinds), plan=made)
    else:
        unapply_payments(run)
        for spec in SPECS:
            if todo.get(spec.type):
                progress.phase(spec.type.plural, todo[spec.type])
            sync_type(run, spec, lambda done: progress.reached(done, run))
    found = preflight.as_json([*findings, *preflight.documents(run)])
    settings = replace(settings, preferences={**settings.preferences, "preflight": found})
    return finished(context, run, settings)


def _begin(context: RunContext) -> Run:
    """Opens both sides. Raises UserError when one of them is not configured."""
    engine = context.engine
    released, quickbooks = engine.sides(context.company, context.meter)
    company = pull.refresh_company(context.lease.transaction, context.company, released)
    return Run(
        database=engine.database,
        company=company,
        run_id=context.run_id,
        lease=context.lease,
        released=released,
        quickbooks=quickbooks,
        facts=pull.facts_of(company, company.preferences),
        clock=engine.clock,
        new_id=engine.new_id,
        pause=engine.pause,
        writes=not context.request.dry_run and not company.observe_only,
        writers=engine.writers,
        mixed_writes=engine.mixed_writes,
        stopping=engine.stopping,
        tally=context.tally,
    )


def _read(context: RunContext, run: Run) -> pull.Settings:
    """What an earlier run left unanswered, then both sides since their cursors. Raises SafetyStop."""
    settings = pull.read_settings(run)
    run.facts = pull.facts_of(run.company, settings.preferences)
    if run.writes and not context.request.plan:
        recover(run)
    pull.store_tax_codes(run, settings.tax_codes)
    read_again(run)
    pull_quickbooks(run)
    pull.pull_released(run)
    if run.writes and not context.request.accept_stop:
        safety_stop.check(run)
    return settings


def _mark_started(context: RunContext) -> None:
    """Raises UserError when somebody else finished this run between our wish and our claim."""
    if context.request.dry_run:
        return
    now = context.now_ms()
    with context.lease.transaction() as connection:
        existing = runs.get(connection, context.run_id)
        if existing is not None and existing.state not in runs.OPEN:
            raise UserError(f"{context.company.name}: this run has been carried out already.")
        runs.abandon_others(connection, context.company.id, context.run_id, now)
        runs.change(connection, context.run_id, now, state=RunState.RUNNING, started_at=now)
