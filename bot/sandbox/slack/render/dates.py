"""Slack's date tokens (`{date_short} at {time}`) in the reader's time zone.

Source: https://docs.slack.dev/messaging/formatting-message-text#date-formatting
"""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

TOKEN = re.compile(r"\{(\w+)\}")


def format_date(template: str, timestamp: int, timezone: str, now: datetime) -> str:
    """The template with its tokens replaced; raises ValueError for an unknown token or an impossible time."""
    try:
        moment = datetime.fromtimestamp(timestamp, ZoneInfo(timezone))
    except (OverflowError, OSError) as problem:
        raise ValueError(f"no such time: {timestamp}") from problem
    return TOKEN.sub(lambda match: _token(match.group(1), moment, now.astimezone(moment.tzinfo)), template)


def clock_time(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M} {'AM' if moment.hour < 12 else 'PM'}"


def _token(name: str, moment: datetime, now: datetime) -> str:
    long = f"{moment:%B} {_ordinal(moment.day)}, {moment.year}"
    short = f"{moment:%b} {moment.day}, {moment.year}"
    weekday = f"{moment:%A}, {long}"
    known = {
        "date_num": f"{moment:%Y-%m-%d}",
        "date_slash": f"{moment:%m/%d/%Y}",
        "date": long,
        "date_short": short,
        "date_long": weekday,
        "date_pretty": _nearby(moment, now) or long,
        "date_short_pretty": _nearby(moment, now) or short,
        "date_long_pretty": _nearby(moment, now) or weekday,
        "day_divider_pretty": _nearby(moment, now) or weekday,
        "time": clock_time(moment),
        "time_secs": clock_time(moment).replace(" ", f":{moment:%S} "),
        "ago": _ago(now - moment),
    }
    if name not in known:
        raise ValueError(f"unknown date token {name}")
    return known[name]


def _ordinal(day: int) -> str:
    suffix = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix}"


def _nearby(moment: datetime, now: datetime) -> str:
    return {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((moment.date() - now.date()).days, "")


def _ago(age: timedelta) -> str:
    seconds = int(age.total_seconds())
    size, unit = next(
        ((size, unit) for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")) if abs(seconds) >= size),
        (1, "second"),
    )
    count = abs(seconds) // size
    words = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"in {words}" if seconds < 0 else f"{words} ago"
