"""Cron lines in words, and the schedules that can be chosen without writing one."""

import re
from dataclasses import dataclass

from blocks.kit.words import listed

DAY_NAMES = {"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday"} | {
    "sat": "Saturday",
    "sun": "Sunday",
}
NUMBERED = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAYS = frozenset({"1-5", "mon-fri"})


@dataclass(frozen=True)
class Choice:
    """`cron` "" = the default of all companies."""

    label: str
    cron: str


CHOICES = (
    Choice("Every 15 minutes", "*/15 * * * *"),
    Choice("Every hour", "0 * * * *"),
    Choice("Every 4 hours", "0 */4 * * *"),
    Choice("Every day at 6:00", "0 6 * * *"),
    Choice("Weekdays at 6:00", "0 6 * * mon-fri"),
)


def schedule_words(cron: str) -> str:
    """ "every hour", "weekdays at 6:00"; a line that has no plain words stays as it is."""
    fields = cron.casefold().split()
    if len(fields) != 5 or fields[2:4] != ["*", "*"]:
        return f"“{cron}”"
    minute, hour, _, _, days = fields
    when = _when(minute, hour)
    if not when:
        return f"“{cron}”"
    on = _on(days)
    if hour.isdecimal():
        return f"{on or 'every day'} {when}"
    return f"{when}, {on}" if on else when


def _when(minute: str, hour: str) -> str:
    if every := re.fullmatch(r"\*/(\d+)", minute):
        return f"every {every[1]} minutes" if hour == "*" else ""
    if not minute.isdecimal():
        return ""
    if hour.isdecimal():
        return f"at {int(hour)}:{int(minute):02}"
    past = "" if minute == "0" else f", {int(minute)} minutes past"
    if hour == "*":
        return f"every hour{past}"
    hours = re.fullmatch(r"\*/(\d+)", hour)
    return f"every {hours[1]} hours{past}" if hours else ""


def _on(days: str) -> str:
    if days == "*":
        return ""
    if days in WEEKDAYS:
        return "weekdays"
    named = [NUMBERED[int(day)] if day in "01234567" else day for day in days.split(",")]
    return f"every {listed([DAY_NAMES[day] for day in named])}" if set(named) <= DAY_NAMES.keys() else f"on {days}"
