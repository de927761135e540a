"""Times on the wall of a company as instants, also in the two nights a year in which the clocks are moved.

A wall time is a naive datetime, an instant an aware one. Pure: the zone is passed in.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

SECOND = timedelta(seconds=1)
INSTANT = timedelta(microseconds=1)
NextWall = Callable[[datetime], datetime | None]  # the first wall time at or after this one that is wanted; None = none


class Night(StrEnum):
    """What a schedule does while the clocks are moved."""

    NAMED = "named"  # each named time once: the first of two; the first moment after a gap for those in it
    STEADY = "steady"  # every so many minutes of some hours: both of two, and the first moment after a gap
    ELAPSED = "elapsed"  # every hour or oftener, all day: the clock as it goes; what is in a gap does not exist


def next_instant(since: datetime, zone: tzinfo, next_wall: NextWall, night: Night) -> datetime | None:
    """The first instant at or after `since` that stands on the wall at a wanted time; None when there is none.

    A wall time that is there twice: https://docs.python.org/3/library/datetime.html#datetime.datetime.fold
    """
    here = since.astimezone(zone)
    found = _first(since, here, zone, next_wall, night)
    if here.fold or not is_twice(here.replace(tzinfo=None), zone):
        return found
    again = _moment_of_change(here.replace(tzinfo=None), zone)  # the hour is about to begin anew
    return found if found is not None and found < again else next_instant(again, zone, next_wall, night)


def is_twice(wall: datetime, zone: tzinfo) -> bool:
    first, second = _offsets(wall, zone)
    return first > second


def is_missing(wall: datetime, zone: tzinfo) -> bool:
    first, second = _offsets(wall, zone)
    return first < second


def _first(since: datetime, here: datetime, zone: tzinfo, next_wall: NextWall, night: Night) -> datetime | None:
    just_before = (since - INSTANT).astimezone(zone).replace(tzinfo=None, fold=0) + INSTANT
    wall = next_wall(min(here.replace(tzinfo=None, fold=0), just_before))  # a gap may end at this very instant
    while wall is not None:
        first, second = _offsets(wall, zone)
        if first < second and night is not Night.ELAPSED:
            return _moment_of_change(wall, zone)
        if first >= second and (instant := (wall - first).replace(tzinfo=UTC)) >= since:
            return instant
        if first > second and night is not Night.NAMED and (instant := (wall - second).replace(tzinfo=UTC)) >= since:
            return instant
        wall = next_wall(wall + SECOND)
    return None


def _moment_of_change(wall: datetime, zone: tzinfo) -> datetime:
    """The instant at which the clocks are moved that make this wall time missing or twice there."""
    first, second = _offsets(wall, zone)
    before, after = ((wall - max(first, second)).replace(tzinfo=UTC), (wall - min(first, second)).replace(tzinfo=UTC))
    while after - before > SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == first:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def _offsets(wall: datetime, zone: tzinfo) -> tuple[timedelta, timedelta]:
    """What the wall is ahead of UTC: before and after a change, if one makes this time missing or twice there."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    if first is None or second is None:
        raise ValueError(f"{zone} is no time zone")
    return first, second
