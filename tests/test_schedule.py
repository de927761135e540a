"""Schedules mean what cron says, in the company's time zone, and each time they are due has one name."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.faults import UserError
from bot.desk.schedule import cron_trigger, last_due, slot_name

SUNDAY = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
NAMES = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
AUCKLAND, LONDON = "Pacific/Auckland", "Europe/London"


def due(schedule: str, count: int, timezone: str = "UTC", after: datetime = SUNDAY) -> list[datetime]:
    """The next times a schedule is due, as APScheduler will fire it."""
    trigger, found = cron_trigger(schedule, timezone), []
    last, now = None, after
    for _ in range(count):
        last = trigger.get_next_fire_time(last, now)
        found.append(last)
        now = last
    return found


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("0", "Sun"),
        ("7", "Sun"),
        ("1", "Mon"),
        ("6", "Sat"),
        ("1-5", "Mon Tue Wed Thu Fri"),
        ("0-2", "Sun Mon Tue"),
        ("5-7", "Sun Fri Sat"),
        ("fri-sun", "Sun Fri Sat"),
        ("0-6", "Sun Mon Tue Wed Thu Fri Sat"),
        ("0,3", "Sun Wed"),
        ("*/2", "Sun Tue Thu Sat"),
        ("1-5/2", "Mon Wed Fri"),
        ("3/2", "Wed Fri"),
        ("MON,thu", "Mon Thu"),
        ("sun-tue", "Sun Mon Tue"),
        ("*", "Sun Mon Tue Wed Thu Fri Sat"),
    ],
)
def test_days_of_the_week_are_those_of_cron_where_sunday_is_0(field: str, days: str) -> None:
    week = [when for when in due(f"30 6 * * {field}", 7) if when - SUNDAY < timedelta(days=7)]
    assert sorted({f"{when:%a}" for when in week}, key=NAMES.index) == days.split()
    assert {(when.hour, when.minute) for when in week} == {(6, 30)}


def test_a_day_of_the_month_and_one_of_the_week_mean_either() -> None:
    found = {f"{when:%d}" for when in due("0 0 25 * 1", 4)}
    assert found == {"23", "25", "30", "07"}


def test_hours_are_those_of_the_companys_time_zone() -> None:
    assert due("0 9 * * *", 1, AUCKLAND)[0] == datetime(2026, 11, 22, 20, 0, tzinfo=UTC)  # the 23rd there


@pytest.mark.parametrize(
    "schedule",
    [
        *("", "hourly", "0 * * *", "0 * * * * *", "61 * * * *", "0 25 * * *", "0 0 32 * *", "x * * * *"),
        *("0 0 * * 8", "0 0 * * funday", "0 0 * * 3-1", "0 0 * * 1-", "0 0 * * */0", "0 0 * * ,"),
    ],
)
def test_what_is_no_schedule_is_refused_in_words(schedule: str) -> None:
    with pytest.raises(UserError, match="is no schedule"):
        cron_trigger(schedule, "UTC")


@pytest.mark.parametrize("timezone", ["Mars/Olympus", "New Zealand Standard Time", "../etc/passwd"])
def test_what_is_no_time_zone_is_refused_in_words(timezone: str) -> None:
    with pytest.raises(UserError):
        cron_trigger("0 * * * *", timezone)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("0 * * * *", "2026-11-22T10:00+00:00"),
        ("*/15 * * * *", "2026-11-22T10:15+00:00"),
        ("20 10 * * *", "2026-11-22T10:20+00:00"),
        ("21 10 * * *", "2026-11-21T10:21+00:00"),
        ("0 0 1 * *", "2026-11-01T00:00+00:00"),
        ("0 0 1 12 *", "2025-12-01T00:00+00:00"),
    ],
)
def test_the_last_time_a_schedule_was_due_is_known(schedule: str, expected: str) -> None:
    now = datetime(2026, 11, 22, 10, 20, tzinfo=UTC)
    assert last_due(cron_trigger(schedule, "UTC"), now) == datetime.fromisoformat(expected)


def test_a_clock_that_wakes_a_moment_early_still_means_the_time_it_was_woken_for() -> None:
    trigger = cron_trigger("0 * * * *", "UTC")
    woken = datetime(2026, 11, 22, 9, 59, 59, 900_000, tzinfo=UTC)
    assert last_due(trigger, woken) == datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    assert last_due(trigger, woken - timedelta(seconds=5)) == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_a_schedule_that_never_comes_was_never_due() -> None:
    assert last_due(cron_trigger("0 0 30 2 *", "UTC"), SUNDAY) is None


def test_a_daily_run_has_one_name_on_the_day_the_clocks_go_back_whoever_wakes_us_and_when() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert first.astimezone(ZoneInfo(LONDON)).time() == second.astimezone(ZoneInfo(LONDON)).time()
    assert slot_name("30 1 * * *", first, LONDON) == slot_name("30 1 * * *", second, LONDON)


def test_half_hourly_runs_have_names_of_their_own_all_night() -> None:
    night = due("*/30 * * * *", 6, LONDON, datetime(2026, 10, 25, 0, 0, tzinfo=UTC))
    assert len({slot_name("*/30 * * * *", when, LONDON) for when in night}) == 6


def test_a_daily_run_that_is_moved_to_a_later_hour_runs_again_that_day() -> None:
    nine = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    assert slot_name("0 9 * * *", nine, "UTC") != slot_name("0 15 * * *", nine + timedelta(hours=6), "UTC")


def test_the_date_of_a_daily_run_is_the_companys_own() -> None:
    evening = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    assert slot_name("0 9 * * *", evening, AUCKLAND) == "2026-11-23 09:00"
    same = evening.astimezone(ZoneInfo(LONDON))
    assert slot_name("0 * * * *", same, AUCKLAND) == slot_name("0 * * * *", evening, AUCKLAND)
