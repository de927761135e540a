"""One sync of one company: claim, recover, pull, plan, push, record, finish. The one loop that does I/O."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from bot.adapters.http import Pause
from bot.adapters.meter import Meter
from bot.adapters.quickbooks.client import QuickBooks
from bot.adapters.released.client import Released
from bot.core.faults import ApiError, UserError, explain
from bot.core.model import ApiCalls, Counts, Flag, Progress, RedReason, Result, RunState
from bot.core.planning.plan_summary import Plan
from bot.records import SPECS
from bot.store import companies
from bot.store.companies import Company
from bot.store.database import UNUSABLE, Database, to_ms
from bot.store.mirror import records
from bot.store.results import cause_spans, results
from bot.store.runs import runs
from bot.store.runs.leases import LeaseLost
from bot.sync.company_plan import approve, make
from bot.sync.control.end_of_run import Control, check_control
from bot.sync.planning import preflight
from bot.sync.reading import pull
from bot.sync.run import safety_stop
from bot.sync.run.lease import Hold, held
from bot.sync.run.run import WRITERS, PlanChanged, Run, SafetyStop, Stopped, Tally, counts_in_words, never
from bot.sync.writing.freeing import free_documents
from bot.sync.writing.records_loop import FAILURES_KEPT, Planned, sync_type
from bot.sync.writing.recover import recover

log = structlog.get_logger()

STOPPED = "The sync was told to stop, and did after its last answer. Nothing is lost; the next run goes on from there."
WORTH_TELLING = 5  # records of single writes that the store hears of together
DEAD_GRANT = frozenset({"invalid_grant", "user_not_in_realm", "3200", "100", "110", "120"})
PLURALS = {
    "account": "accounts",
    "tax-type": "tax types",
    "tracking-option": "tracking options",
    "contact": "contacts",
    "invoice": "invoices",
    "credit-note": "credit notes",
    "payment": "payments",
    "credit-allocation": "credit allocations",
    "attachment": "attachments",
}


@dataclass(frozen=True)
class Engine:
    """What a run needs from outside. `sides` opens both APIs for a company and counts their calls.

    `writers` requests are under way at once on one side (1 = no threads); with `mixes`, operations go one by one too
    while QuickBooks takes no more batches in this minute. A run ends early once `stopping` says so.
    """

    database: Database
    sides: Callable[[Company, Meter], tuple[Released, QuickBooks]]
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    pause: Pause
    writers: int = WRITERS
    mixes: bool = False
    stopping: Callable[[], bool] = never


@dataclass(frozen=True)
class Finished:
    """How a run ended. `could_not_run` are words for a person; the flag is then still the one from before.

    `failures` are the newest FAILURES_KEPT of what needs attention; `counts` has the number of all, the store the rest.
    """

    run_id: str
    company_id: str
    flag: Flag | None
    counts: Counts = field(default_factory=Counts)
    api_calls: ApiCalls = field(default_factory=ApiCalls)
    failures: list[Result] = field(default_factory=list)
    red_reason: RedReason | None = None
    could_not_run: str = ""
    control: Control | None = None  # what the end of the run checked; None for one that did not get there
    plan: Plan | None = None  # of a run that writes nothing
    plan_changed: bool = False  # it was to do exactly a plan, and would now do something else: nothing was written


Advance = Callable[[Progress], None]


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
        with held(engine.database, company_id, company.name, engine.new_id()) as hold:
            return _held_run(engine, company, run_id, hold, dry_run, accept_stop, plan, advance)
    except LeaseLost:
        words = "Another process has taken this company over; nothing more was written here."
    except UNUSABLE as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        words = f"The database cannot be used just now ({kind}). Nothing is lost; the next run goes on from there."
    return Finished(run_id, company_id, _flag(company), could_not_run=words)


def _held_run(
    engine: Engine,
    company: Company,
    run_id: str,
    hold: Hold,
    dry_run: bool,
    accept_stop: bool,
    plan: str,
    advance: Advance,
) -> Finished:
    """Raises LeaseLost, and what the store raises when it cannot be used."""
    _started(engine, company, run_id, hold, dry_run)
    meter, tally = Meter(hold.check), Tally()
    progress = _Reporter(engine, run_id, hold, meter, dry_run, advance)
    try:
        return _run(engine, company, run_id, hold, meter, tally, progress, dry_run, accept_stop, plan)
    except SafetyStop as stop:
        return _stopped_for_safety(engine, company, run_id, hold, meter, str(stop), dry_run)
    except Stopped:
        return _incomplete(engine, company, run_id, hold, meter, tally, STOPPED, False, dry_run)
    except ApiError as error:
        reconnect = error.fault.code in DEAD_GRANT
        return _incomplete(engine, company, run_id, hold, meter, tally, words_of(company, error), reconnect, dry_run)
    except UserError as error:
        changed = isinstance(error, PlanChanged)
        ended = _incomplete(engine, company, run_id, hold, meter, tally, str(error), False, dry_run, not changed)
        return replace(ended, plan_changed=changed)


def _run(
    engine: Engine,
    company: Company,
    run_id: str,
    hold: Hold,
    meter: Meter,
    tally: Tally,
    progress: "_Reporter",
    dry_run: bool,
    accept_stop: bool,
    plan: str,
) -> Finished:
    released, quickbooks = engine.sides(company, meter)
    company = pull.refresh_company(hold.transaction, company, released)
    run = Run(
        database=engine.database,
        company=company,
        run_id=run_id,
        hold=hold,
        released=released,
        quickbooks=quickbooks,
        facts=pull.facts_of(company, company.preferences),
        clock=engine.clock,
        new_id=engine.new_id,
        pause=engine.pause,
        writes=not dry_run and not company.observe_only,
        writers=engine.writers,
        mixes=engine.mixes,
        stopping=engine.stopping,
        tally=tally,
    )
    run.answered = lambda records: progress.more(records, run)
    progress.phase("reading both sides", 0)
    settings = pull.read_settings(run)
    run.facts = pull.facts_of(company, settings.preferences)
    if run.writes and not plan:
        recover(run)
    pull.take_tax_codes(run, settings.tax_codes)
    pull.pull_quickbooks(run)
    pull.pull_released(run)
    if run.writes and not accept_stop:
        safety_stop.check(run)
    with engine.database.read() as connection:
        todo = records.todo_counts(connection, company.id)
    findings = preflight.before(run, settings.preferences, todo)
    if plan:
        progress.phase("checking the plan", 0)
        approve(run, plan)
    if not run.writes:
        planned, total = Planned(stored=not dry_run), sum(todo.values())
        progress.phase("planning", total)
        made = make(run, findings, planned, lambda done: progress.reached(done, run))
        if dry_run:
            flag = Flag.RED if run.tally.problems() else Flag.BLUE
            counts = run.tally.counts()
            return Finished(run_id, company.id, flag, counts, _calls(meter), planned.failures, plan=made)
    else:
        free_documents(run)
        for spec in SPECS:
            if todo.get(spec.type):
                progress.phase(PLURALS[spec.type], todo[spec.type])
            sync_type(run, spec, lambda done: progress.reached(done, run))
    found = preflight.as_json([*findings, *preflight.documents(run)])
    settings = replace(settings, preferences={**settings.preferences, "preflight": found})
    return _finish(engine, run, settings, meter)


def _finish(engine: Engine, run: Run, settings: pull.Settings, meter: Meter) -> Finished:
    found = check_control(run)
    now = to_ms(engine.clock())
    with run.ledger() as connection:
        cause_spans.note(connection, run.company.id, now, results.NeedingAttention(connection, run.company.id))
        failures = list(results.NeedingAttention(connection, run.company.id, FAILURES_KEPT))
        failed, waiting = results.count_needing_attention(connection, run.company.id)
        counts = replace(run.tally.counts(), failed=failed, waiting=waiting)
        reason = RedReason.OUT_OF_BALANCE if found.out_of_balance else None
        flag = Flag.RED if failed or reason else Flag.BLUE
        clean = {"last_clean_at": now} if flag is Flag.BLUE else {}
        facts = {"preferences": dict(settings.preferences), "needs_reconnect": False}
        companies.change(connection, run.company.id, flag=flag, last_run_id=run.run_id, **facts, **clean)
        runs.change(
            connection,
            run.run_id,
            now,
            state=RunState.FINISHED,
            flag=flag,
            finished_at=now,
            counts=counts,
            api_calls=_calls(meter),
            problems=failed,
            red_reason=reason,
            error=found.out_of_balance,
            control=found.statement,
        )
    return Finished(run.run_id, run.company.id, flag, counts, _calls(meter), failures, reason, control=found)


def _started(engine: Engine, company: Company, run_id: str, hold: Hold, dry_run: bool) -> None:
    """Raises UserError when somebody else finished this run between our wish and our claim."""
    if dry_run:
        return
    now = to_ms(engine.clock())
    with hold.transaction() as connection:
        asked = runs.get(connection, run_id)
        if asked is not None and asked.state not in runs.OPEN:
            raise UserError(f"{company.name}: this run has been carried out already.")
        runs.abandon_others(connection, company.id, run_id, now)
        runs.change(connection, run_id, now, state=RunState.RUNNING, started_at=now)


def _stopped_for_safety(
    engine: Engine, company: Company, run_id: str, hold: Hold, meter: Meter, words: str, dry_run: bool
) -> Finished:
    now = to_ms(engine.clock())
    if not dry_run:
        with hold.transaction() as connection:
            companies.change(connection, company.id, flag=Flag.RED, last_run_id=run_id)
            reason = {"red_reason": RedReason.SAFETY_STOP, "error": words}
            runs.change(
                connection,
                run_id,
                now,
                state=RunState.FINISHED,
                flag=Flag.RED,
                finished_at=now,
                api_calls=_calls(meter),
                **reason,
            )
    counts = Counts()
    return Finished(run_id, company.id, Flag.RED, counts, _calls(meter), [], RedReason.SAFETY_STOP)


def _incomplete(
    engine: Engine,
    company: Company,
    run_id: str,
    hold: Hold,
    meter: Meter,
    tally: Tally,
    words: str,
    reconnect: bool,
    dry_run: bool,
    tells_of_company: bool = True,
) -> Finished:
    """What was done before it stopped is done: the run says so. What fails or waits, a run that ends will say.

    Unless it `tells_of_company`, the company's last run stays the one before: a plan that was refused changed nothing.
    """
    now = to_ms(engine.clock())
    counts = Counts() if dry_run else replace(tally.counts(), failed=0, waiting=0)
    done = counts_in_words(counts)
    words = f"{words} Before that: {done}." if done else words
    if not dry_run:
        with hold.transaction() as connection:
            last = {"last_run_id": run_id} if tells_of_company else {}
            companies.change(connection, company.id, needs_reconnect=reconnect or company.needs_reconnect, **last)
            state = {"state": RunState.INCOMPLETE, "flag": None, "error": words, "finished_at": now}
            runs.change(connection, run_id, now, counts=counts, api_calls=_calls(meter), **state)
    return Finished(run_id, company.id, _flag(company), counts, _calls(meter), could_not_run=words)


def words_of(company: Company, error: ApiError) -> str:
    """Why a side could not be used, for a person."""
    explanation = explain(error.fault, {"company": company.name, "record": company.name, "name": company.name})
    words = " ".join(f"{part.rstrip('.')}." for part in (explanation.what, explanation.how) if part)
    if error.fault.code in DEAD_GRANT and "reconnect" not in words.casefold():
        words += " Reconnect QuickBooks."
    return f"{company.name}: {words}"


def _flag(company: Company) -> Flag | None:
    return Flag(company.flag) if company.flag else None


def _calls(meter: Meter) -> ApiCalls:
    return ApiCalls(meter.quickbooks_reads, meter.quickbooks_writes, meter.released)


class _Reporter:
    """Tells where the run is: to the caller at once, to the store for Slack at every batch."""

    def __init__(self, engine: Engine, run_id: str, hold: Hold, meter: Meter, dry_run: bool, advance: Advance) -> None:
        self.engine, self.run_id, self.hold, self.meter = engine, run_id, hold, meter
        self.dry_run, self.tell = dry_run, advance
        self.progress = Progress()
        self.untold = 0

    def phase(self, name: str, total: int) -> None:
        self.progress = Progress(name, 0, total)
        self._store({})

    def more(self, done: int, run: Run) -> None:
        """A batch was answered; a record that is tried twice counts twice, so not beyond what there is."""
        done_now = min(self.progress.done + done, self.progress.total)
        self.untold += done
        if self.untold >= WORTH_TELLING:
            self.reached(done_now, run)
        else:
            self.progress = replace(self.progress, done=done_now)
            self.tell(self.progress)

    def reached(self, done: int, run: Run) -> None:
        self.progress, self.untold = replace(self.progress, done=done), 0
        problems = run.tally.problems()
        flag = {"flag": Flag.ORANGE, "problems": problems} if problems else {}
        self._store({"counts": run.tally.counts(), "api_calls": _calls(self.meter), **flag})

    def _store(self, values: dict[str, object]) -> None:
        self.tell(self.progress)
        if not self.dry_run:
            with self.hold.transaction() as connection:
                runs.change(connection, self.run_id, to_ms(self.engine.clock()), progress=self.progress, **values)
