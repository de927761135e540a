"""The clock: at every company's schedule, in that company's time zone, it writes down that a run is wanted."""

import threading
from datetime import datetime

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.core.faults import UserError
from bot.core.runs import Trigger
from bot.desk.schedule import cron_trigger, last_due, slot_name
from bot.store import companies
from bot.store.companies import Company
from bot.store.database import Database, insert_if_new, to_ms
from bot.store.runs import runs
from bot.store.tables import schedule_fires
from bot.sync.run.context import Engine

log = structlog.get_logger()

RELOAD_S = 20


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
        """Raises UserError when the schedule that all companies follow by default is none."""
        cron_trigger(self.schedule, "UTC")
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
            self._follow(company)
        for gone in set(self._known) - set(found):
            del self._known[gone]
            if self.scheduler.get_job(gone) is not None:
                self.scheduler.remove_job(gone)

    def fire(self, company_id: str, due: datetime | None = None) -> bool:
        """Ask for the run of one slot; False when it was asked for already or a run is under way."""
        now = self.engine.clock()
        with self.database.write() as connection:
            company = companies.get(connection, company_id)
            if company is None or company.needs_reconnect:
                return False
            schedule = company.schedule or self.schedule
            when = due or last_due(cron_trigger(schedule, company.timezone), now) or now
            slot = slot_name(schedule, when, company.timezone)
            if not insert_if_new(connection, schedule_fires, company_id=company_id, slot=slot):
                return False
            new = runs.request(connection, self.engine.new_id(), company_id, Trigger.SCHEDULE, "", to_ms(now))
        self.wake.set()
        return new

    def _follow(self, company: Company) -> None:
        wanted = (company.schedule or self.schedule, company.timezone)
        if self._known.get(company.id) == wanted:
            return
        self._known[company.id] = wanted
        try:
            trigger = cron_trigger(*wanted)
        except UserError as error:
            log.warning("a company has no schedule that can be followed", company=company.id, why=str(error))
            return
        self.scheduler.add_job(self.fire, trigger, args=[company.id], id=company.id, replace_existing=True)
        self._catch_up(company, last_due(trigger, self.engine.clock()))

    def _catch_up(self, company: Company, due: datetime | None) -> None:
        with self.database.read() as connection:
            last = runs.last(connection, company.id)
        if last is not None and due is not None and due > last.requested_at:
            self.fire(company.id, due)
