"""A week of a company: each moment is in exactly one, also where the clock is put forward or back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.runs import Flag
from bot.core.team.week import CauseSpan, Week, begin_of, week
from tests.blocks import samples

AUCKLAND = "Pacific/Auckland"  # puts its clock forward on 27 Sep 2026 and back on 5 Apr 2026
FIRST = datetime(2026, 3, 16, 9, tzinfo=ZoneInfo(AUCKLAND))
WEEKS = 32
ENDS = [(FIRST + timedelta(days=7 * place)).astimezone(UTC) for place in range(WEEKS + 1)]
MOMENTS = st.datetimes(datetime(2026, 3, 16), datetime(2026, 10, 19), timezones=st.just(UTC))


def weeks(spans: list[CauseSpan]) -> list[Week]:
    """As the digests of these weeks show them, one after the other."""
    return [week(end, AUCKLAND, spans, []) for end in ENDS[1:]]


def test_a_cause_of_the_digest_day_before_the_hour_is_in_the_digest_of_that_day_only() -> None:
    early = ENDS[4] - timedelta(hours=2)
    found = weeks([CauseSpan("x", 1, early, early + timedelta(hours=1))])
    assert [(one.opened, one.closed) for one in found[2:6]] == [(0, 0), (1, 1), (0, 0), (0, 0)]


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=20)))
def test_each_opening_and_closing_is_told_in_one_week(opened_at: datetime, lasted: timedelta) -> None:
    closed_at = opened_at + lasted
    found = weeks([CauseSpan("x", 1, opened_at, closed_at)])
    assert sum(one.opened for one in found) == (ENDS[0] <= opened_at < ENDS[-1])
    assert sum(one.closed for one in found) == (ENDS[0] <= closed_at < ENDS[-1])


@given(MOMENTS)
def test_each_sync_is_told_in_one_week(finished_at: datetime) -> None:
    run = samples.run(flag=Flag.BLUE, finished_at=finished_at)
    told = sum(week(end, AUCKLAND, [], [run]).runs for end in ENDS[1:])
    assert told == (ENDS[0] <= finished_at < ENDS[-1])


@pytest.mark.parametrize("place", range(1, WEEKS + 1))
def test_a_week_begins_where_the_one_before_ended(place: int) -> None:
    assert begin_of(ENDS[place], AUCKLAND) == ENDS[place - 1]


@pytest.mark.parametrize(("hour", "days"), [(9, 8), (0, 7)])
def test_the_days_are_those_that_the_week_touches(hour: int, days: int) -> None:
    made = week(datetime(2026, 11, 23, hour, tzinfo=UTC), "UTC", [], [])
    assert len(made.days) == days and made.days[0].day.isoformat() == "2026-11-16"


def test_what_ended_after_the_week_still_lasts_in_it() -> None:
    end = ENDS[4]
    made = week(end, AUCKLAND, [CauseSpan("x", 1, end - timedelta(days=1), end + timedelta(minutes=1))], [])
    assert len(made.lasting) == 1 and made.closed == 0 and made.fixed_in_s is None


def test_what_began_after_the_week_is_not_in_it() -> None:
    made = week(ENDS[4], AUCKLAND, [CauseSpan("x", 1, ENDS[4])], [])
    assert (made.opened, made.lasting, made.top) == (0, (), ())
