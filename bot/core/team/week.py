"""What a company's week was like: the causes that came and went, how long they took, and how its syncs ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from bot.core.runs import Flag, RunView

DAYS = 7
TOP = 5


@dataclass(frozen=True)
class CauseSpan:
    """From when to when something held records up; `closed_at` is None while it lasts."""

    headline: str
    records: int
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True)
class DayOfCauses:
    day: date
    opened: int
    closed: int


@dataclass(frozen=True)
class Week:
    """`fixed_in_s` is the median time from opened to closed; `top` holds up most, whether it lasts still or not."""

    until: datetime
    days: tuple[DayOfCauses, ...]
    lasting: tuple[CauseSpan, ...]
    top: tuple[CauseSpan, ...]
    fixed_in_s: float | None
    blue: int
    red: int
    incomplete: int
    days_out_of_balance: int = 0

    @property
    def opened(self) -> int:
        return sum(day.opened for day in self.days)

    @property
    def closed(self) -> int:
        return sum(day.closed for day in self.days)

    @property
    def oldest(self) -> CauseSpan | None:
        return min(self.lasting, key=lambda span: span.opened_at, default=None)

    @property
    def runs(self) -> int:
        return self.blue + self.red + self.incomplete


def begin_of(until: datetime, timezone: str) -> datetime:
    """The same hour of the company's clock a week before, so that each moment is in one week and no other."""
    return until.astimezone(ZoneInfo(timezone)) - timedelta(days=DAYS)


def week(
    until: datetime,
    timezone: str,
    spans: Sequence[CauseSpan],
    runs: Sequence[RunView],
    days_out_of_balance: int = 0,
) -> Week:
    """From a week before `until` up to it, `until` itself left out; days are those of the company, cut at both ends."""
    zone, start = ZoneInfo(timezone), begin_of(until, timezone).astimezone(UTC)
    known = [_as_of(until, span) for span in spans if span.opened_at < until]
    recent = [span for span in known if span.closed_at is None or span.closed_at >= start]
    opened = [span.opened_at.astimezone(zone).date() for span in recent if span.opened_at >= start]
    closed = [span for span in recent if span.closed_at is not None]
    ends = [span.closed_at.astimezone(zone).date() for span in closed if span.closed_at]
    first, last = start.astimezone(zone).date(), (until - timedelta.resolution).astimezone(zone).date()
    dates = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    lasted = [(span.closed_at - span.opened_at).total_seconds() for span in closed if span.closed_at]
    flags = [run.flag for run in runs if run.finished_at is not None and start <= run.finished_at < until]
    return Week(
        until=until,
        days=tuple(DayOfCauses(day, opened.count(day), ends.count(day)) for day in dates),
        lasting=tuple(span for span in recent if span.closed_at is None),
        top=tuple(sorted(recent, key=lambda span: -span.records)[:TOP]),
        fixed_in_s=median(lasted) if lasted else None,
        blue=flags.count(Flag.BLUE),
        red=flags.count(Flag.RED),
        incomplete=len(flags) - flags.count(Flag.BLUE) - flags.count(Flag.RED),
        days_out_of_balance=days_out_of_balance,
    )


def _as_of(until: datetime, span: CauseSpan) -> CauseSpan:
    """What came to its end later is told in the next week."""
    return replace(span, closed_at=None) if span.closed_at is not None and span.closed_at >= until else span
