"""The weekly digest: when it is due, in the company's channel, once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from blocks.digest import digest
from bot.core.model import CompanyView
from bot.schedule import cron_trigger, last_due
from bot.slack.desk import Desk
from bot.slack.outbox import Outbox, Shown

LOOK_EVERY = timedelta(seconds=30)
LATE_FOR = timedelta(hours=24)
"""After an outage this long nobody needs last week's digest any more."""


@dataclass
class Digests:
    """Asked often; looks at the schedules now and then. What Slack does not take now is tried at the next look."""

    desk: Desk
    outbox: Outbox
    clock: Callable[[], datetime]
    _looked_at: datetime | None = None
    _done: set[str] = field(default_factory=set)

    def keep(self, companies: Sequence[tuple[CompanyView, str]]) -> None:
        """`companies` with the channel of each, "" = it has none."""
        now = self.clock()
        if self._looked_at is not None and now - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = now
        for company, channel in companies:
            if channel:
                self._post_if_due(company, channel, now)

    def _post_if_due(self, company: CompanyView, channel: str, now: datetime) -> None:
        settings = self.desk.team.settings(company.id)
        if not settings.has_digest:
            return
        due = last_due(cron_trigger(settings.digest_schedule, company.timezone), now)
        connected = company.connected_at
        if due is None or now - due > LATE_FOR or (connected is not None and connected > due):
            return
        key = f"digest:{company.id}:{due.date().isoformat()}"
        if key in self._done:
            return
        week = self.desk.team.week(company.id, due, company.days_out_of_balance)
        shown = self.outbox.show_once(key, channel, digest(company, week), digest(company, week, has_chart=False))
        if shown is Shown.YES:
            self._done.add(key)
