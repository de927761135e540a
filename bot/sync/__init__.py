"""One sync of one company: claim, recover, pull, plan, push, record, finish. The one loop that does I/O."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.adapters.http import Pause
from bot.adapters.meter import Meter
from bot.adapters.quickbooks import QuickBooks
from bot.adapters.released import Released
from bot.core.faults import ApiError, UserError, explain
from bot.core.model import ApiCalls, Counts, Flag, Progress, RedReason, Result, RunState
from bot.records import SPECS
from bot.store import companies, records, results, runs
from bot.store.companies import Company
from bot.store.database import Database, to_ms
from bot.store.leases import LeaseLost
from bot.sync import pull, safety
from bot.sync.holding import held
from bot.sync.records_loop import Planned, sync_type
from bot.sync.recover import recover
from bot.sync.run import Run, SafetyStop

log = structlog.get_logger()

DEAD_GRANT = frozenset({"invalid_grant", "user_not_in_realm", "3200", "100", "110", "120"})
PLURALS = {
    "account": "accounts",
    "tax-type": "tax types",
    "tracking-option": "tracking options",
    "contact": "contacts",
    "invoice": "invoices",
    "payment": "payments",
}


@dataclass(frozen=True)
class Engine:
    """What a run needs from outside. `sides` opens both APIs for a company and counts their calls."""

    database: Database
    sides: Callable[[Company, Meter], tuple[Released, QuickBooks]]
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    pause: Pause


@dataclass(frozen=True)
class Finished:
    """How a run ended. `could_not_run` are words for a person; the flag is then still the one from before."""

    run_id: str
    company_id: str
    flag: Flag | None
    counts: Counts = field(default_factory=Counts)
    api_calls: ApiCalls = field(default_factory=ApiCalls)
    failures: list[Result] = field(default_factory=list)
    red_reason: RedReason | None = None
    could_not_run: str = ""


Advance = Callable[[Progress], None]


def run_sync(
    engine: Engine,
    company_id: str,
    run_id: str,
    *,
    dry_run: bool = False,
    accept_stop: bool = False,
    advance: Advance = lambda progress: None,
) -> Finished:
    """Sync one company once, under a run that was requested (a dry run needs none).

    Raises UserError when the company is unknown or being synced already. Everything else that keeps it from
    finishing is in the answer's `could_not_run`; the next run goes on where this one stopped.
    """
    with engine.database.read() as connection:
        company = companies.get(connection, company_id)
    if company is None:
        raise UserError(f"{company_id} is not connected. Connect it first: qbo-sync connect {company_id} …")
    owner = engine.new_id()
    with held(engine.database, company_id, company.name, owner) as fence:
        _started(engine, company, run_id, dry_run)
        meter = Meter()
        progress = _Reporter(engine, run_id, meter, dry_run, advance)
        try:
            return _run(engine, company, run_id, owner, fence, meter, progress, dry_run, accept_stop)
        except SafetyStop as stop:
            return _stopped_for_safety(engine, company, run_id, meter, str(stop), dry_run)
        except ApiError as error:
            reconnect = error.fault.code in DEAD_GRANT
            return _incomplete(engine, company, run_id, meter, _words(company, error), reconnect, dry_run)
        except UserError as error:
            return _incomplete(engine, company, run_id, meter, str(error), False, dry_run)
        except LeaseLost:
            words = "Another process has taken this company over; nothing more was written here."
            return Finished(run_id, company_id, _flag(company), could_not_run=words)
        except (InterfaceError, OperationalError) as error:
            words = f"The database cannot be used just now ({type(error.orig).__name__}). Try again in a minute."
            return Finished(run_id, company_id, _flag(company), could_not_run=words)


def _run(
    engine: Engine,
    company: Company,
    run_id: str,
    owner: str,
    fence: int,
    meter: Meter,
    progress: "_Reporter",
    dry_run: bool,
    accept_stop: bool,
) -> Finished:
    released, quickbooks = engine.sides(company, meter)
    company = pull.refresh_company(engine.database, company, released)
    run = Run(
        database=engine.database,
        company=company,
        run_id=run_id,
        owner=owner,
        fence=fence,
        released=released,
        quickbooks=quickbooks,
        facts=pull.facts_of(company, company.preferences),
        clock=engine.clock,
        new_id=engine.new_id,
        pause=engine.pause,
        writes=not dry_run and not company.observe_only,
    )
    run.answered = lambda records: progress.more(records, run)
    progress.phase("reading both sides", 0)
    settings = pull.read_settings(run)
    run.facts = pull.facts_of(company, settings.preferences)
    if run.writes:
        recover(run)
    pull.take_tax_codes(run, settings.tax_codes)
    pull.pull_quickbooks(run)
    pull.pull_released(run)
    if run.writes and not accept_stop:
        safety.check(run)
    planned = None if run.writes else Planned(stored=not dry_run)
    with engine.database.read() as connection:
        todo = records.todo_counts(connection, company.id)
    for spec in SPECS:
        progress.phase(PLURALS[spec.type], todo.get(spec.type, 0))
        sync_type(run, spec, lambda done: progress.reached(done, run), planned)
    if dry_run:
        flag = Flag.RED if run.tally.problems() else Flag.BLUE
        failures = planned.failures if planned else []
        return Finished(run_id, company.id, flag, run.tally.counts(), _calls(meter), failures)
    return _finish(engine, run, settings, meter)


def _finish(engine: Engine, run: Run, settings: pull.Settings, meter: Meter) -> Finished:
    now = to_ms(engine.clock())
    with run.ledger() as connection:
        failures = results.needing_attention(connection, run.company.id)
        waiting = results.count_needing_attention(connection, run.company.id)[1]
        counts = replace(run.tally.counts(), failed=len(failures), waiting=waiting)
        flag = Flag.RED if failures else Flag.BLUE
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
            problems=len(failures),
        )
    return Finished(run.run_id, run.company.id, flag, counts, _calls(meter), failures)


def _started(engine: Engine, company: Company, run_id: str, dry_run: bool) -> None:
    if dry_run:
        return
    now = to_ms(engine.clock())
    with engine.database.write() as connection:
        runs.abandon_others(connection, company.id, run_id, now)
        runs.change(connection, run_id, now, state=RunState.RUNNING, started_at=now)


def _stopped_for_safety(
    engine: Engine, company: Company, run_id: str, meter: Meter, words: str, dry_run: bool
) -> Finished:
    now = to_ms(engine.clock())
    if not dry_run:
        with engine.database.write() as connection:
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
    engine: Engine, company: Company, run_id: str, meter: Meter, words: str, reconnect: bool, dry_run: bool
) -> Finished:
    now = to_ms(engine.clock())
    if not dry_run:
        with engine.database.write() as connection:
            companies.change(
                connection, company.id, last_run_id=run_id, needs_reconnect=reconnect or company.needs_reconnect
            )
            state = {"state": RunState.INCOMPLETE, "flag": None, "error": words, "finished_at": now}
            runs.change(connection, run_id, now, api_calls=_calls(meter), **state)
    return Finished(run_id, company.id, _flag(company), Counts(), _calls(meter), could_not_run=words)


def _words(company: Company, error: ApiError) -> str:
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

    def __init__(self, engine: Engine, run_id: str, meter: Meter, dry_run: bool, advance: Advance) -> None:
        self.engine, self.run_id, self.meter, self.dry_run, self.tell = engine, run_id, meter, dry_run, advance
        self.progress = Progress()

    def phase(self, name: str, total: int) -> None:
        self.progress = Progress(name, 0, total)
        self._store({})

    def more(self, done: int, run: Run) -> None:
        """A batch was answered; a record that is tried twice counts twice, so not beyond what there is."""
        self.reached(min(self.progress.done + done, self.progress.total), run)

    def reached(self, done: int, run: Run) -> None:
        self.progress = replace(self.progress, done=done)
        problems = run.tally.problems()
        flag = {"flag": Flag.ORANGE, "problems": problems} if problems else {}
        self._store({"counts": run.tally.counts(), "api_calls": _calls(self.meter), **flag})

    def _store(self, values: dict[str, object]) -> None:
        self.tell(self.progress)
        if not self.dry_run:
            with self.engine.database.write() as connection:
                runs.change(connection, self.run_id, to_ms(self.engine.clock()), progress=self.progress, **values)
