"""The announcer: a thread that sees to it that Slack shows the truth about every run and every red company.

It renders what is true now and lets the outbox post or edit; nothing is queued, so an outage, a restart or a second
process only delays it. A run never waits for it.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from blocks.runs import run as pages
from bot.core.faults import UserError
from bot.core.runs import CompanyView, RunView, Trigger
from bot.desk.desk import Desk
from bot.jobs.boundary import guarded
from bot.slack.causes.episodes import Episodes
from bot.slack.home import HomePages
from bot.slack.messages.outbox import EDIT_EVERY, Outbox, Shown
from bot.slack.runs.digest import Digests
from bot.slack.runs.plan import PlanMessages
from bot.slack.runs.progress import ProgressMeter
from bot.slack.runs.verify import VerificationMessages

EVERY_S = 1.0
LOOK_BACK = timedelta(hours=24)
OVERLAP = timedelta(seconds=15)
SWEEP_EVERY = timedelta(seconds=5)
FIRST_POST = timedelta(seconds=10)
"""Whoever asked for a run gets its message where they asked; the announcer steps in when that did not happen."""
AT_ONCE = timedelta(0)
"""How a run ended is told anew where its message cannot be edited."""
ENOUGH = (Shown.YES, Shown.UNWELCOME)
"""An entry that Slack takes in no thread is left out: the message of the day says the same in short."""
log = structlog.get_logger()


@dataclass
class Announcer:
    """`start` runs `tick` every `every_s`; `default_channel` is for companies without a channel of their own."""

    desk: Desk
    outbox: Outbox
    episodes: Episodes
    digests: Digests
    homes: HomePages
    plans: PlanMessages
    verifications: VerificationMessages
    clock: Callable[[], datetime]
    default_channel: str = ""
    every_s: float = EVERY_S
    meter: ProgressMeter = field(default_factory=ProgressMeter)
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
            self._tick_or_go_on()

    def _tick_or_go_on(self) -> None:
        """Whatever goes wrong in one look is logged, and the next look comes in a moment."""
        try:
            guarded(self.tick, lambda reference: None, "the announcer stumbled; it goes on")
        except UserError as error:
            log.warning("the announcer was told why not; it goes on", why=str(error))

    def tick(self) -> None:
        """Bring every message up to date that can be; what Slack does not take now is tried again next time."""
        now = self.clock()
        since = max(self._horizon or now - LOOK_BACK, now - LOOK_BACK)
        runs = self.desk.runs.changed_since(since)
        companies = {company.id: company for company in self.desk.companies.all()} if runs or self._is_due(now) else {}
        people = [run for run in runs if run.trigger is Trigger.PERSON]
        under_way = sum(run.finished_at is None for run in people)
        every = EDIT_EVERY * max(1, under_way)  # all of them together stay within what Slack allows
        done = [self._living(run, companies, now, every) for run in people]
        done += self._days([run for run in runs if run.trigger is not Trigger.PERSON], companies)
        done += self.plans.keep(since, now)
        done += self.verifications.keep(since, now)
        if companies:
            done += [self.episodes.keep(company, self._channel(company)) for company in companies.values()]
            self._swept_at = now
            self.digests.keep([(company, self._channel(company)) for company in companies.values()])
            self.homes.keep(list(companies.values()))
        if all(done):
            self._horizon = now - OVERLAP

    def _is_due(self, now: datetime) -> bool:
        return self._swept_at is None or now - self._swept_at >= SWEEP_EVERY

    def _channel(self, company: CompanyView | None) -> str:
        return (company.channel_id if company else "") or self.default_channel

    def _living(self, run: RunView, companies: Mapping[str, CompanyView], now: datetime, every: timedelta) -> bool:
        key = f"run:{run.run_id}"
        is_new = self.desk.posts.get(key) is None
        if is_new and now - run.requested_at < FIRST_POST:
            return False
        channel = self._channel(companies.get(run.company_id))
        if is_new and not channel:
            return True
        message = pages.living(run, self.meter.pace(run, now))
        if run.finished_at is None:
            return self.outbox.show(key, channel, message, every=every) is Shown.YES
        return self.outbox.show(key, channel, message, anew_every=AT_ONCE) is Shown.YES

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
        runs = [run for run in self.desk.runs.changed_since(midnight) if _belongs(run, company, day)]
        key = self._day_key(company, day, channel)
        said = pages.day(company, day, runs)
        shown = self.outbox.show(key, channel, said, anew_every=LOOK_BACK) is Shown.YES if runs else True
        posted = self.desk.posts.get(key)
        if posted is None:
            return shown
        entries = [
            self.outbox.show(f"entry:{run.run_id}", posted.channel_id, pages.entry(run), posted.ts) in ENOUGH
            for run in runs
            if run.state in pages.ENDED
        ]
        return shown and all(entries)

    def _day_key(self, company: CompanyView, day: date, channel: str) -> str:
        """Another message where today's stands in a channel that others read by now, and another one was chosen."""
        key = f"day:{company.id}:{day.isoformat()}"
        posted = self.desk.posts.get(key)
        return f"{key}:{channel}" if posted and self.outbox.has_left(posted.channel_id, channel) else key


def _day(run: RunView, company: CompanyView) -> date:
    return run.requested_at.astimezone(ZoneInfo(company.timezone)).date()


def _belongs(run: RunView, company: CompanyView, day: date) -> bool:
    return run.company_id == company.id and run.trigger is not Trigger.PERSON and _day(run, company) == day
