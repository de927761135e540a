"""When a schedule is due: standard cron lines in a company's time zone, and one name for each time they are due."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from bot.core.faults import UserError
from bot.core.wall_times import INSTANT, Night, next_instant

DAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
POSSIBLE = "Minute 0-59, hour 0-23, day 1-31, month 1-12, day of week mon-sun, or * for any."
LOOK_BACK = (timedelta(hours=1), timedelta(days=1), timedelta(days=32), timedelta(days=366))
CLOCKS_DIFFER = timedelta(seconds=1)  # who wakes us may be a little ahead of our own clock
ANY_DAY = datetime(2000, 1, 1)
WallTimes = Any  # APScheduler's: it has no types


@dataclass(frozen=True)
class CronSchedule:
    """A cron line where a company is. `wall` knows its times as if there were no zones and no change of clocks."""

    wall: WallTimes
    timezone: ZoneInfo
    night: Night

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """The first instant after `previous`, or at or after `now` where there was none; None when there is none.

        As the wall there says it, with its distance from UTC: two times of one zone are not compared by their instant.
        """
        since = now.astimezone(UTC) if previous is None else previous.astimezone(UTC) + INSTANT
        found = next_instant(since, self.timezone, self._next_wall, self.night)
        return None if found is None else datetime.fromisoformat(found.astimezone(self.timezone).isoformat())

    def _next_wall(self, wall: datetime) -> datetime | None:
        found = self.wall.get_next_fire_time(None, wall.replace(tzinfo=UTC))
        return None if found is None else found.replace(tzinfo=None)


BaseTrigger.register(CronSchedule)  # what the scheduler asks of a trigger


def cron_trigger(schedule: str, timezone: str) -> CronSchedule:
    """A standard cron line in the company's time zone. Raises UserError when one of them is none.

    In the nights in which the clocks are moved it does what cron does: a time that is named comes once, also one that
    is there twice or not at all (then at the first moment after); every so many minutes, or every hour, go on.
    https://manpages.debian.org/bookworm/cron/cron.8.en.html (NOTES)

    Cron counts days of the week from Sunday = 0, APScheduler from Monday = 0: names say the same to both. Where a line
    names days of the month and of the week, cron means either: https://man7.org/linux/man-pages/man5/crontab.5.html
    """
    fields = schedule.split()
    if len(fields) != 5:
        raise UserError(f"“{schedule}” is no schedule: five fields are needed, such as 0 * * * * for every hour.")
    minute, hour, day, month, day_of_week = fields
    try:
        zone = ZoneInfo(timezone)
        when = {"minute": minute, "hour": hour, "month": month, "timezone": UTC}
        days = {"day": day, "day_of_week": _named_days(day_of_week)}
        wall = CronTrigger(**when, **days)
        night = _night(minute, wall)
        if not (day.startswith("*") or day_of_week.startswith("*")):
            wall = OrTrigger([CronTrigger(**when, **{name: value}) for name, value in days.items()])
        return CronSchedule(wall, zone, night)
    except ZoneInfoNotFoundError:
        raise UserError(f"“{timezone}” is no time zone: one such as Pacific/Auckland is needed.") from None
    except ValueError:
        raise UserError(f"“{schedule}” is no schedule: one of its five fields cannot be. {POSSIBLE}") from None


def next_due(schedule: str, timezone: str, now: datetime) -> datetime | None:
    """When a schedule is due next; None when it never is. Raises UserError when it is none."""
    return cron_trigger(schedule, timezone).get_next_fire_time(None, now)


def last_due(trigger: CronSchedule, now: datetime) -> datetime | None:
    """The latest time up to now, within a year, at which the schedule was due."""
    now += CLOCKS_DIFFER
    for back in LOOK_BACK:
        found, following = None, trigger.get_next_fire_time(None, now - back)
        while following is not None and following <= now:
            found, following = following, trigger.get_next_fire_time(following, now)
        if found is not None:
            return found
    return None


def slot_name(schedule: str, due: datetime, timezone: str) -> str:
    """The UTC minute that a run is due at; for a daily schedule the local date, so that a clock change fires once."""
    minute, hour, *_ = schedule.split()
    if minute.isdecimal() and hour.isdecimal():
        return f"{due.astimezone(ZoneInfo(timezone)):%Y-%m-%d} {int(hour):02}:{int(minute):02}"
    return due.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%MZ")


def _night(minute: str, trigger: WallTimes) -> Night:
    (hours,) = [field for field in trigger.fields if field.name == "hour"]
    if all(hours.get_next_value(ANY_DAY.replace(hour=hour)) == hour for hour in range(24)):
        return Night.ELAPSED
    return Night.STEADY if minute.startswith("*") else Night.NAMED


def _named_days(field: str) -> str:
    if field == "*":
        return field
    days = {day % 7 for part in field.split(",") for day in _days_of(part)}
    return ",".join(DAY_NAMES[day] for day in sorted(days))


def _days_of(part: str) -> range:
    """The days of one part such as 1-5, mon-fri, */2 or 0; Sunday is 0 or 7."""
    span, stepped, step = part.partition("/")
    first, ranged, last = ("0", "-", "6") if span == "*" else span.partition("-")
    start = _day(first)
    end = _day(last) if ranged else 6 if stepped else start
    if end == 0 < start:
        end = 7
    if end < start:
        raise ValueError(f"{part} ends before it starts")
    return range(start, end + 1, int(step) if stepped else 1)


def _day(mark: str) -> int:
    if mark.isdecimal() and int(mark) <= 7:
        return int(mark)
    if mark.casefold() in DAY_NAMES:
        return DAY_NAMES.index(mark.casefold())
    raise ValueError(f"{mark or 'nothing'} is no day of the week")
