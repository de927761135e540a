"""When a schedule is due: standard cron lines in a company's time zone, and one name for each time they are due."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from bot.core.faults import UserError

DAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
POSSIBLE = "Minute 0-59, hour 0-23, day 1-31, month 1-12, day of week mon-sun, or * for any."
LOOK_BACK = (timedelta(hours=1), timedelta(days=1), timedelta(days=32), timedelta(days=366))
CLOCKS_DIFFER = timedelta(seconds=1)  # who wakes us may be a little ahead of our own clock
Trigger = Any  # APScheduler has no types


def cron_trigger(schedule: str, timezone: str) -> Trigger:
    """A standard cron line in the company's time zone. Raises UserError when one of them is none.

    Cron counts days of the week from Sunday = 0, APScheduler from Monday = 0: names say the same to both. Where a line
    names days of the month and of the week, cron means either: https://man7.org/linux/man-pages/man5/crontab.5.html
    """
    fields = schedule.split()
    if len(fields) != 5:
        raise UserError(f"“{schedule}” is no schedule: five fields are needed, such as 0 * * * * for every hour.")
    minute, hour, day, month, day_of_week = fields
    try:
        when = {"minute": minute, "hour": hour, "month": month, "timezone": ZoneInfo(timezone)}
        days = {"day": day, "day_of_week": _named_days(day_of_week)}
        if day.startswith("*") or day_of_week.startswith("*"):
            return CronTrigger(**when, **days)
        return OrTrigger([CronTrigger(**when, **{name: value}) for name, value in days.items()])
    except ZoneInfoNotFoundError:
        raise UserError(f"“{timezone}” is no time zone: one such as Pacific/Auckland is needed.") from None
    except ValueError:
        raise UserError(f"“{schedule}” is no schedule: one of its five fields cannot be. {POSSIBLE}") from None


def next_due(schedule: str, timezone: str, now: datetime) -> datetime | None:
    """When a schedule is due next; None when it never is. Raises UserError when it is none."""
    found = cron_trigger(schedule, timezone).get_next_fire_time(None, now)
    return None if found is None else datetime.fromisoformat(found.isoformat())


def last_due(trigger: Trigger, now: datetime) -> datetime | None:
    """The latest time up to now, within a year, at which the schedule was due."""
    now += CLOCKS_DIFFER
    for back in LOOK_BACK:
        found, following = None, trigger.get_next_fire_time(None, now - back)
        while following is not None and following <= now:
            found, following = following, trigger.get_next_fire_time(following, now)
        if found is not None:
            return datetime.fromisoformat(found.isoformat())
    return None


def slot_name(schedule: str, due: datetime, timezone: str) -> str:
    """The UTC minute that a run is due at; for a daily schedule the local date, so that a clock change fires once."""
    minute, hour, *_ = schedule.split()
    if minute.isdecimal() and hour.isdecimal():
        return f"{due.astimezone(ZoneInfo(timezone)):%Y-%m-%d} {int(hour):02}:{int(minute):02}"
    return due.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%MZ")


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
