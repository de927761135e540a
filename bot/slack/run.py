"""The announcer: a thread that sees to it that Slack shows the truth about every run and every red company.

It renders what is true now and lets the outbox post or edit; nothing is queued, so an outage, a restart or a second
process only delays it. A run never waits for it.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from blocks import run as pages
from bot.core.model import CompanyView, RunView, Trigger
from bot.slack.desk import Desk
from bot.slack.episodes import Episodes
from bot.slack.outbox import Outbox, Shown

EVERY_S = 1.0
LOOK_BACK = timedelta(hours=24)
OVERLAP = timedelta(seconds=15)
SWEEP_EVERY = timedelta(seconds=5)
FIRST_POST = timedelta(seconds=10)
"""Whoever asked for a run gets its message where they asked; the announcer steps in when that did not happen."""
log = logging.getLogger(__name__)


@dataclass
class Announcer:
    """`start` runs `tick` every `every_s`; `default_channel` is for companies without a channel of their own."""

    desk: Desk
    outbox: Outbox
    episodes: Episodes
    clock: Callable[[], datetime]
    default_channel: str = ""
    every_s: float = EVERY_S
    _horizon: datetime | None = None
    _swept_at: datetime | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.wait(self.every_s):
            try:
                self.tick()
            except Exception:
                log.exception("the announcer stumbled; it goes on")

    def tick(self) -> None:
        """Bring every message up to date that can be; what Slack does not take now is tried again next time."""
        now = self.clock()
        runs = self.desk.runs_since(max(self._horizon or now - LOOK_BACK, now - LOOK_BACK))
        companies = {company.id: company for company in self.desk.companies()} if runs or self._is_due(now) else {}
        people = [run for run in runs if run.trigger is Trigger.PERSON]
        done = [self._living(run, companies, now) for run in people]
        done += self._days([run for run in runs if run.trigger is not Trigger.PERSON], companies)
        if companies:
            done += [self.episodes.keep(company, self._channel(company)) for company in companies.values()]
            self._swept_at = now
        if all(done):
            self._horizon = now - OVERLAP

    def _is_due(self, now: datetime) -> bool:
        return self._swept_at is None or now - self._swept_at >= SWEEP_EVERY

    def _channel(self, company: CompanyView | None) -> str:
        return (company.channel_id if company else "") or self.default_channel

    def _living(self, run: RunView, companies: Mapping[str, CompanyView], now: datetime) -> bool:
        key = f"run:{run.run_id}"
        is_new = self.desk.posted(key) is None
        if is_new and now - run.requested_at < FIRST_POST:
            return False
        channel = self._channel(companies.get(run.company_id))
        return (is_new and not channel) or self.outbox.show(key, channel, pages.living(run)) is Shown.YES

    def _days(self, runs: Sequence[RunView], companies: Mapping[str, CompanyView]) -> list[bool]:
        """One message per company and day, and each ended run in its thread."""
        known = [run for run in runs if run.company_id in companies]
        days = dict.fromkeys((run.company_id, _day(run, companies[run.company_id])) for run in known)
        return [self._day(companies[company_id], day) for company_id, day in days]

    def _day(self, company: CompanyView, day: date) -> bool:
        channel = self._channel(company)
        if not channel:
            return True
        midnight = datetime.combine(day, time.min, ZoneInfo(company.timezone))
        runs = [run for run in self.desk.runs_since(midnight) if _belongs(run, company, day)]
        key = f"day:{company.id}:{day.isoformat()}"
        shown = self.outbox.show(key, channel, pages.day(company, day, runs)) is Shown.YES if runs else True
        posted = self.desk.posted(key)
        if posted is None:
            return shown
        entries = [
            self.outbox.show(f"entry:{run.run_id}", posted.channel_id, pages.entry(run), posted.ts) is Shown.YES
            for run in runs
            if run.state in pages.ENDED
        ]
        return shown and all(entries)


def _day(run: RunView, company: CompanyView) -> date:
    return run.requested_at.astimezone(ZoneInfo(company.timezone)).date()


def _belongs(run: RunView, company: CompanyView, day: date) -> bool:
    return run.company_id == company.id and run.trigger is not Trigger.PERSON and _day(run, company) == day
