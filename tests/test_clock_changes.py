"""The nights in which the clocks are moved: a named local time comes once, and every so many minutes goes on."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.base import BaseTrigger
from hypothesis import given
from hypothesis import strategies as st

from bot.core.wall_times import is_missing, is_twice
from bot.desk.schedule import cron_trigger, last_due

AUCKLAND, LONDON, SANTIAGO = "Pacific/Auckland", "Europe/London", "America/Santiago"
DENVER, LORD_HOWE, HAVANA = "America/Denver", "Australia/Lord_Howe", "America/Havana"
SPRING = {
    **{AUCKLAND: date(2026, 9, 27), LONDON: date(2026, 3, 29), SANTIAGO: date(2026, 9, 6)},
    **{DENVER: date(2026, 3, 8), LORD_HOWE: date(2026, 10, 4)},
}
AUTUMN = {
    **{AUCKLAND: date(2026, 4, 5), LONDON: date(2026, 10, 25), SANTIAGO: date(2026, 4, 4)},
    **{DENVER: date(2026, 11, 1), LORD_HOWE: date(2026, 4, 5)},
}


def instants(schedule: str, timezone: str, day: date, days: int = 1) -> list[datetime]:
    """When a schedule is due in some days of a place, as a scheduler asks for it."""
    zone, trigger = ZoneInfo(timezone), cron_trigger(schedule, timezone)
    start = datetime.combine(day, time.min, zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=days), time.min, zone).astimezone(UTC)
    found, due = [], trigger.get_next_fire_time(None, start)
    while due is not None and due < end:
        assert not found or due > found[-1]
        found.append(due)
        due = trigger.get_next_fire_time(due, due)
    return found


def local(schedule: str, timezone: str, day: date, days: int = 1) -> str:
    """ "02:30 14:30", on the wall there."""
    zone = ZoneInfo(timezone)
    return " ".join(f"{due.astimezone(zone):%H:%M}" for due in instants(schedule, timezone, day, days))


@pytest.mark.parametrize(
    ("schedule", "timezone", "expected"),
    [
        ("30 2 * * *", AUCKLAND, "02:30"),
        ("30 2,14 * * *", AUCKLAND, "02:30 14:30"),
        ("15 0-6 * * *", AUCKLAND, "00:15 01:15 02:15 03:15 04:15 05:15 06:15"),
        ("0,30 2 * * *", AUCKLAND, "02:00 02:30"),
        ("0 */2 * * *", AUCKLAND, "00:00 02:00 04:00 06:00 08:00 10:00 12:00 14:00 16:00 18:00 20:00 22:00"),
        ("30 1,13 * * *", LONDON, "01:30 13:30"),
        ("0 0-3 * * *", DENVER, "00:00 01:00 02:00 03:00"),
        ("45 23 * * *", SANTIAGO, "23:45"),
        ("45 1 * * *", LORD_HOWE, "01:45"),
        ("30 2 1-7 * sun", AUCKLAND, "02:30"),
    ],
)
def test_in_autumn_each_named_time_comes_once_and_the_first_of_two(schedule: str, timezone: str, expected: str) -> None:
    day, zone = AUTUMN[timezone], ZoneInfo(timezone)
    assert local(schedule, timezone, day) == expected
    twice = [due for due in instants(schedule, timezone, day) if is_twice(_wall(due, zone), zone)]
    assert twice, "the schedule has no time in the hour that is there twice"
    assert {due.astimezone(zone).fold for due in twice} == {0}


@pytest.mark.parametrize(
    ("schedule", "timezone", "expected"),
    [
        ("30 2 * * *", AUCKLAND, "03:00"),
        ("30 2,14 * * *", AUCKLAND, "03:00 14:30"),
        ("15 0-6 * * *", AUCKLAND, "00:15 01:15 03:00 03:15 04:15 05:15 06:15"),
        ("0,30 2 * * *", AUCKLAND, "03:00"),
        ("0 2,3 * * *", AUCKLAND, "03:00"),
        ("0 */2 * * *", AUCKLAND, "00:00 03:00 04:00 06:00 08:00 10:00 12:00 14:00 16:00 18:00 20:00 22:00"),
        ("*/20 2 * * *", AUCKLAND, "03:00"),
        ("30 1,13 * * *", LONDON, "02:00 13:30"),
        ("59 2 * * *", DENVER, "03:00"),
        ("0 0 * * *", SANTIAGO, "01:00"),
        ("15 2 * * *", LORD_HOWE, "02:30"),
    ],
)
def test_in_spring_a_time_that_is_not_there_comes_once_at_the_first_moment_after(
    schedule: str, timezone: str, expected: str
) -> None:
    assert local(schedule, timezone, SPRING[timezone]) == expected


@pytest.mark.parametrize(
    ("schedule", "minutes"), [("* * * * *", 1), ("*/20 * * * *", 20), ("0,30 * * * *", 30), ("7 * * * *", 60)]
)
@pytest.mark.parametrize("timezone", [AUCKLAND, LONDON, DENVER, SANTIAGO])
@pytest.mark.parametrize("nights", [AUTUMN, SPRING])
def test_every_so_many_minutes_goes_on_through_both_nights(
    schedule: str, minutes: int, timezone: str, nights: dict[str, date]
) -> None:
    found = instants(schedule, timezone, nights[timezone] - timedelta(days=1), days=3)
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=minutes)}


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("*/20 2 * * *", "02:00 02:20 02:40 02:00 02:20 02:40"),
        ("*/30 1-2 * * *", "01:00 01:30 02:00 02:30 02:00 02:30"),
        ("*/40 2,3 * * *", "02:00 02:40 02:00 02:40 03:00 03:40"),
    ],
)
def test_every_so_many_minutes_of_some_hours_goes_on_in_the_hour_that_is_there_twice(
    schedule: str, expected: str
) -> None:
    assert local(schedule, AUCKLAND, AUTUMN[AUCKLAND]) == expected


@given(
    minute=st.lists(st.integers(0, 59), min_size=1, max_size=3, unique=True),
    hour=st.lists(st.integers(0, 23), min_size=1, max_size=6, unique=True),
    timezone=st.sampled_from([*SPRING, HAVANA]),
    months=st.integers(0, 11),
)
def test_over_any_month_each_named_time_comes_once_a_day_and_in_order(
    minute: list[int], hour: list[int], timezone: str, months: int
) -> None:
    zone, start = ZoneInfo(timezone), date(2025, 1 + months, 1)
    schedule = f"{','.join(map(str, minute))} {','.join(map(str, hour))} * * *"
    expected = set()
    for wall in (
        datetime.combine(start + timedelta(days=day), time(one, other))
        for day in range(31)
        for one in hour
        for other in minute
    ):
        while is_missing(wall, zone):
            wall = wall.replace(second=0) + timedelta(minutes=1)
        expected.add(wall.replace(tzinfo=zone).astimezone(UTC))
    found = instants(schedule, timezone, start, days=31)
    assert found == sorted(expected)


def test_a_scheduler_takes_it_and_a_clock_that_looks_back_finds_what_it_fired() -> None:
    trigger, zone = cron_trigger("30 2,14 * * *", AUCKLAND), ZoneInfo(AUCKLAND)
    assert isinstance(trigger, BaseTrigger)
    first = datetime(2026, 4, 5, 2, 30, tzinfo=zone).astimezone(UTC)
    for later in (timedelta(0), timedelta(hours=1), timedelta(hours=11)):  # also at the second half past two
        assert last_due(trigger, first + later) == first
    gap = datetime(2026, 9, 27, 3, 0, tzinfo=zone).astimezone(UTC)
    assert last_due(trigger, gap + timedelta(minutes=30)) == gap


def test_a_schedule_of_one_day_a_year_in_the_gap_is_due_then() -> None:
    assert local("30 2 27 9 *", AUCKLAND, date(2026, 9, 1), days=60) == "03:00"
    assert local("30 2 28 9 *", AUCKLAND, date(2026, 9, 1), days=60) == "02:30"


def _wall(due: datetime, zone: ZoneInfo) -> datetime:
    return due.astimezone(zone).replace(tzinfo=None, fold=0)
