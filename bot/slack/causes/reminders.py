"""What was given to a person, for their App Home, and the one reminder a working day in the thread of a red message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from blocks.home import MyItem
from bot.core.causes.grouping import key, plain_headline
from bot.core.causes.work import really_resolved
from bot.core.results import Cause
from bot.desk.desk import Desk

REMINDED_FROM = time(9)
SATURDAY = 5


@dataclass(frozen=True)
class AssignedItems:
    """The causes of all companies that this person looks after; last what was put right, for a day."""

    desk: Desk

    def of(self, user_id: str) -> Sequence[MyItem]:
        mine, ended = self.desk.team.work.of_person(user_id), self.desk.team.work.ended_of(user_id)
        companies = dict.fromkeys([work.company_id for work in mine] + [company_id for company_id, _ in ended])
        causes = {company_id: self._causes(company_id) for company_id in companies}
        names = {company.id: company.name for company in self.desk.companies.all()} if mine or ended else {}
        items = []
        for work in mine:
            cause = causes[work.company_id].get(work.key)
            if cause is not None and work.company_id in names:
                value = f"{work.company_id}|{work.key}"
                items.append(MyItem(names[work.company_id], plain_headline(cause), work.note, value))
        for company_id, gone in ended:
            if company_id in names and really_resolved([gone], list(causes[company_id].values())):
                items.append(MyItem(names[company_id], gone.headline, ended=gone))
        return items

    def _causes(self, company_id: str) -> dict[str, Cause]:
        return {key(cause): cause for cause in self.desk.causes.of(company_id)}


def is_reminder_due(since: datetime, now: datetime, timezone: str) -> bool:
    """On working days from nine o'clock on, where the company is, but not on the day the message itself was posted."""
    here = now.astimezone(ZoneInfo(timezone))
    began = since.astimezone(ZoneInfo(timezone)).date()
    return here.weekday() < SATURDAY and here.time() >= REMINDED_FROM and here.date() > began


def days_open(since: datetime, now: datetime, timezone: str) -> int:
    zone = ZoneInfo(timezone)
    return max(1, (now.astimezone(zone).date() - since.astimezone(zone).date()) // timedelta(days=1))
