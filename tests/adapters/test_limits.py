"""No window of a minute or a second ever holds more than its cap, and hardly any of the cap is wasted."""

import threading
import time
from bisect import bisect_left

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.quickbooks.rate_limits import KEPT_FOR_READS, Caps, LimitsByRealm, RealmLimits, Room
from tests.adapters.conftest import FakeTime
from tests.patience import PATIENCE_S


def most_in_any(window_s: float, starts: list[float]) -> int:
    """The largest number of starts in any half-open window of that length."""
    return max(bisect_left(starts, start + window_s) - index for index, start in enumerate(starts))


def starts_of(limits: RealmLimits, time: FakeTime, count: int, batch: bool = False) -> list[float]:
    starts = []
    for _ in range(count):
        with limits.slot(batch=batch):
            starts.append(time.now)
    return starts


@pytest.mark.parametrize(
    ("caps", "batch", "per_minute"),
    [(Caps(), False, 500), (Caps(), True, 40), (Caps(batches_per_minute=120), True, 120)],
)
def test_a_long_load_stays_below_the_cap_and_reaches_95_percent_of_it(
    fake_time: FakeTime, caps: Caps, batch: bool, per_minute: int
) -> None:
    starts = starts_of(RealmLimits(caps, fake_time.clock, fake_time.pause), fake_time, per_minute * 6, batch)

    assert most_in_any(60, starts) <= per_minute
    assert most_in_any(1, starts) <= 10
    minutes = (starts[-1] - starts[0]) / 60
    assert len(starts) / max(minutes, 1) >= 0.95 * per_minute


@settings(max_examples=50)
@given(st.lists(st.tuples(st.booleans(), st.floats(0, 30)), max_size=300))
def test_whatever_the_mix_and_the_rests_no_window_holds_more_than_its_cap(mix: list[tuple[bool, float]]) -> None:
    fake_time = FakeTime()
    caps = Caps(requests_per_minute=30, requests_per_second=4, batches_per_minute=5)
    limits = RealmLimits(caps, fake_time.clock, fake_time.pause)
    starts: list[tuple[float, bool]] = []
    for batch, rest_s in mix:
        with limits.slot(batch=batch):
            starts.append((fake_time.now, batch))
        fake_time.now += rest_s if rest_s > 20 else 0

    every, batches = [start for start, _ in starts], [start for start, batch in starts if batch]
    assert not every or most_in_any(60, every) <= 30
    assert not every or most_in_any(1, every) <= 4
    assert not batches or most_in_any(60, batches) <= 5


def test_a_request_that_arrives_late_still_fits_the_window_of_the_other_side(fake_time: FakeTime) -> None:
    """Sent first but arriving half a second later, the first of 41 batches must not meet the last in one minute."""
    starts = starts_of(RealmLimits(Caps(), fake_time.clock, fake_time.pause), fake_time, 41, batch=True)

    assert starts[40] - (starts[0] + 0.5) > 60


def test_a_request_that_arrives_late_still_fits_the_second_of_the_other_side(fake_time: FakeTime) -> None:
    starts = starts_of(RealmLimits(Caps(), fake_time.clock, fake_time.pause), fake_time, 11)

    assert starts[10] - (starts[0] + 0.05) > 1


def test_batches_at_their_cap_leave_room_for_single_requests(fake_time: FakeTime) -> None:
    limits = RealmLimits(Caps(), fake_time.clock, fake_time.pause)
    starts_of(limits, fake_time, 40, batch=True)
    before = fake_time.now

    starts_of(limits, fake_time, 10)

    assert fake_time.now - before < 5


def test_after_a_429_everybody_of_the_realm_waits(fake_time: FakeTime) -> None:
    by_realm = LimitsByRealm(Caps(), fake_time.clock, fake_time.pause)
    by_realm.of("1").hold(60)
    start = fake_time.now

    assert by_realm.of("1") is by_realm.of("1")
    assert starts_of(by_realm.of("2"), fake_time, 1) == [start], "another company is not slowed"
    assert starts_of(by_realm.of("1"), fake_time, 1) == [start + 60]


def test_a_shorter_hold_does_not_shorten_a_longer_one(fake_time: FakeTime) -> None:
    limits = RealmLimits(Caps(), fake_time.clock, fake_time.pause)
    limits.hold(60)
    limits.hold(1)

    assert starts_of(limits, fake_time, 1) == [1_060.0]


@pytest.mark.parametrize(("caps", "at_once"), [(Caps(requests_per_second=1000), 10), (Caps(500, 1000, 3), 3)])
def test_never_more_than_ten_requests_are_under_way_at_once(caps: Caps, at_once: int) -> None:
    """https://developer.intuit.com/app/developer/qbo/docs/learn/limits-and-throttles"""
    limits, meeting, lock = RealmLimits(caps), threading.Barrier(at_once), threading.Lock()
    under_way, most = 0, 0

    def work() -> None:
        nonlocal under_way, most
        with limits.slot():
            with lock:
                under_way += 1
                most = max(most, under_way)
            time.sleep(0.02)
            meeting.wait(timeout=PATIENCE_S)
            with lock:
                under_way -= 1

    threads = [threading.Thread(target=work) for _ in range(3 * at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE_S)

    assert not any(thread.is_alive() for thread in threads) and not meeting.broken
    assert most == at_once


def test_threads_share_one_window() -> None:
    """Each start is the moment that its thread last read, which is when it was let through."""
    time, lock, read, starts = FakeTime(), threading.Lock(), threading.local(), list[float]()

    def clock() -> float:
        read.last = time.now
        return time.now

    def pause(seconds: float) -> None:
        with lock:
            time.pause(seconds)

    limits = RealmLimits(Caps(requests_per_second=20, concurrent=50), clock, pause)

    def work() -> None:
        for _ in range(5):
            with limits.slot():
                starts.append(read.last)

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE_S)

    assert len(starts) == 50
    assert most_in_any(1, sorted(starts)) <= 20


def test_a_request_that_breaks_gives_its_place_back(fake_time: FakeTime) -> None:
    limits = RealmLimits(Caps(concurrent=1), fake_time.clock, fake_time.pause)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), limits.slot():
            raise ZeroDivisionError


def test_there_is_room_for_as_many_batches_as_the_minute_has_left(fake_time: FakeTime) -> None:
    limits = RealmLimits(Caps(), fake_time.clock, fake_time.pause)
    assert limits.room() == Room(batches=40, singles=500 - 40 - KEPT_FOR_READS)
    starts_of(limits, fake_time, 40, batch=True)
    assert limits.room() == Room(batches=0, singles=500 - 40 - KEPT_FOR_READS)
    fake_time.now += 61.5
    assert limits.room().batches == 40


def test_single_writes_never_take_what_the_next_minutes_batches_and_the_reads_need(fake_time: FakeTime) -> None:
    """Sent only while there is room, they keep 27 records a second going, and a batch never waits for them."""
    limits = RealmLimits(Caps(), fake_time.clock, fake_time.pause)
    records, waited_s, ends = 0, 0.0, fake_time.now + 600
    while fake_time.now < ends:
        room = limits.room()
        if not room.batches and not room.singles:
            fake_time.pause(0.2)
            continue
        before = fake_time.now
        with limits.slot(batch=room.batches > 0):
            records += 30 if room.batches else 1
        if room.batches:
            waited_s = max(waited_s, fake_time.now - before)
    assert waited_s < 1.2  # for the ten a second only
    assert records / 600 > 0.9 * 27.7


def test_a_minute_full_of_writes_leaves_twenty_reads_room(fake_time: FakeTime) -> None:
    limits = RealmLimits(Caps(), fake_time.clock, fake_time.pause)
    starts_of(limits, fake_time, 40, batch=True)
    starts_of(limits, fake_time, limits.room().singles)
    before = fake_time.now

    starts_of(limits, fake_time, 20)

    assert fake_time.now - before < 3  # for the ten a second only


def test_after_a_429_there_is_room_for_nothing(fake_time: FakeTime) -> None:
    limits = RealmLimits(Caps(), fake_time.clock, fake_time.pause)
    limits.hold(60)
    assert limits.room() == Room(0, 0)
    fake_time.now += 60
    assert limits.room().batches == 40
