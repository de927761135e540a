"""Schedules and the queue: what is requested is carried out, one run of a company at a time, in this process."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import DBAPIError

from bot.core.faults import UserError
from bot.core.model import Progress, RunState, RunView, Trigger
from bot.store import companies, leases, runs
from bot.store.companies import Company
from bot.store.database import Database, insert_into, to_ms
from bot.store.tables import schedule_fires
from bot.sync import Engine, Finished, run_sync

log = structlog.get_logger()

SYNCS_AT_ONCE = 4
POLL_S = 1.0
RELOAD_S = 20
DAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
ABANDONED_AFTER = timedelta(seconds=20)


def carry_out_one(
    engine: Engine, run: RunView, advance: Callable[[Progress], None] = lambda progress: None
) -> Finished:
    """Carry out a requested run here and now. Raises UserError when somebody else syncs the company.

    The job boundary: a bug ends this run only, is logged with a reference, and the reference is what people see.
    """
    try:
        return run_sync(engine, run.company_id, run.run_id, accept_stop=run.accepts_stop, advance=advance)
    except UserError:
        raise
    except Exception:
        reference = engine.new_id()[-8:]
        log.exception("a run failed", run_id=run.run_id, company=run.company_id, reference=reference)
        words = f"The run stopped because of an error in qbo-sync (reference {reference} in its log)."
        end_incomplete(engine, run, words)
        return Finished(run.run_id, run.company_id, None, could_not_run=words)


def end_incomplete(engine: Engine, run: RunView, words: str) -> None:
    now = to_ms(engine.clock())
    with engine.database.write() as connection:
        state = {"state": RunState.INCOMPLETE, "flag": None, "error": words, "finished_at": now}
        runs.change(connection, run.run_id, now, **state)


class Worker:
    """Carries requested runs out in a pool of its own. Losing or doubling a wake-up is harmless: the store is asked."""

    def __init__(self, engine: Engine, wake: threading.Event) -> None:
        self.engine, self.wake = engine, wake
        self._pool = ThreadPoolExecutor(SYNCS_AT_ONCE, "sync")
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self.wake.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _loop(self) -> None:
        while not self._stop.is_set():
            self.wake.wait(POLL_S)
            self.wake.clear()
            try:
                self._take_up()
            except DBAPIError:
                log.exception("the worker cannot read the database; it tries again")

    def _take_up(self) -> None:
        with self.engine.database.read() as connection:
            wanted = [run for run in runs.requested(connection) if not self._is_somebody_elses(run)]
            wanted += [
                run
                for run in runs.running(connection)
                if not leases.is_held(connection, run.company_id)
                and run.started_at
                and self.engine.clock() - run.started_at > ABANDONED_AFTER
            ]
        for run in wanted:
            with self._lock:
                if run.run_id in self._busy or self._stop.is_set():
                    continue
                self._busy.add(run.run_id)
            self._pool.submit(self._carry_out, run)

    def _is_somebody_elses(self, run: RunView) -> bool:
        """The command line carries out its own runs; one that it left lying is ours."""
        return run.trigger is Trigger.COMMAND and self.engine.clock() - run.requested_at < ABANDONED_AFTER

    def _carry_out(self, run: RunView) -> None:
        try:
            carry_out_one(self.engine, run)
        except UserError as error:
            log.info("a run was not carried out", run_id=run.run_id, why=str(error))
            if not self._is_under_way(run):
                end_incomplete(self.engine, run, str(error))
        finally:
            with self._lock:
                self._busy.discard(run.run_id)

    def _is_under_way(self, run: RunView) -> bool:
        """Somebody else may have taken the very same run up in the meantime."""
        with self.engine.database.read() as connection:
            return leases.is_held(connection, run.company_id)


class Clock:
    """Wakes at every company's schedule, in that company's time zone, and writes down that a run is wanted.

    APScheduler only wakes; the row of the slot decides, so that several clocks never ask for one run twice.
    """

    def __init__(self, database: Database, schedule: str, engine: Engine, wake: threading.Event) -> None:
        self.database, self.schedule, self.engine, self.wake = database, schedule, engine, wake
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self.scheduler = BackgroundScheduler(job_defaults=defaults, timezone="UTC")
        self._known: dict[str, tuple[str, str]] = {}

    def start(self) -> None:
        self.reload()
        self.scheduler.add_job(self.reload, IntervalTrigger(seconds=RELOAD_S), id="reload")
        self.scheduler.start()

    def stop(self) -> None:
        self.scheduler.shutdown(wait=False)

    def reload(self) -> None:
        """Follow the companies as they are connected and rescheduled; what was missed while down runs once."""
        with self.database.read() as connection:
            found = {company.id: company for company in companies.all_companies(connection)}
        for company in found.values():
            wanted = (company.schedule or self.schedule, company.timezone)
            if self._known.get(company.id) == wanted:
                continue
            self._known[company.id] = wanted
            trigger = cron_trigger(*wanted)
            self.scheduler.add_job(self.fire, trigger, args=[company.id], id=company.id, replace_existing=True)
            self._catch_up(company, trigger)
        for gone in set(self._known) - set(found):
            del self._known[gone]
            self.scheduler.remove_job(gone)

    def fire(self, company_id: str, slot: datetime | None = None) -> bool:
        """Ask for the run of one slot; False when it was asked for already or a run is under way."""
        when = slot or self.engine.clock()
        now = to_ms(self.engine.clock())
        with self.database.write() as connection:
            company = companies.get(connection, company_id)
            if company is None or company.needs_reconnect:
                return False
            statement = insert_into(connection, schedule_fires).values(
                company_id=company_id, slot=slot_name(company.schedule or self.schedule, when, company.timezone)
            )
            if connection.execute(statement.on_conflict_do_nothing()).rowcount == 0:
                return False
            new = runs.request(connection, self.engine.new_id(), company_id, Trigger.SCHEDULE, "", now)
        self.wake.set()
        return new

    def _catch_up(self, company: Company, trigger: CronTrigger) -> None:
        with self.database.read() as connection:
            last = runs.last(connection, company.id)
        if last is None:
            return
        missed = trigger.get_next_fire_time(None, last.requested_at)
        if missed is not None and missed < self.engine.clock():
            self.fire(company.id)


def cron_trigger(schedule: str, timezone: str) -> CronTrigger:
    """A standard cron line in the company's time zone. Raises UserError when it is none.

    Cron counts days of the week from Sunday = 0, APScheduler from Monday = 0: names say the same to both.
    """
    fields = schedule.split()
    if len(fields) != 5:
        raise UserError(f"“{schedule}” is no schedule: five fields are needed, such as 0 * * * * for every hour.")
    fields[4] = _named_days(fields[4])
    minute, hour, day, month, day_of_week = fields
    try:
        return CronTrigger(
            minute=minute, hour=hour, day=day, month=month, day_of_week=day_of_week, timezone=ZoneInfo(timezone)
        )
    except ValueError as error:
        raise UserError(f"“{schedule}” is no schedule: {error}") from None


def slot_name(schedule: str, when: datetime, timezone: str) -> str:
    """The minute a run was scheduled for; for a daily schedule the local date, so that a clock change fires once."""
    local = when.astimezone(ZoneInfo(timezone))
    minute, hour, *_ = schedule.split()
    daily = minute.isdecimal() and hour.isdecimal()
    return local.strftime("%Y-%m-%d") if daily else when.strftime("%Y-%m-%dT%H:%MZ")


def _named_days(field: str) -> str:
    if field == "*" or "/" in field:
        return field
    names = [DAY_NAMES[int(mark) % 7] if mark.isdecimal() else mark for mark in field.replace("-", ",-,").split(",")]
    return ",".join(names).replace(",-,", "-")
