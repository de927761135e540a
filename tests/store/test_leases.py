"""Leases: one holder at a time by the database's clock, and one who lost it can write nothing more."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import update

from bot.store.database import Database, now_ms
from bot.store.runs import leases
from bot.store.runs.leases import LeaseLost
from bot.store.tables import leases as table
from tests.patience import PATIENCE_S
from tests.store.conftest import COMPANY


def claim(database: Database, owner: str, company: str = COMPANY) -> int | None:
    with database.write() as connection:
        return leases.claim(connection, company, owner)


def renew(database: Database, owner: str, fence: int) -> None:
    with database.write() as connection:
        leases.renew(connection, COMPANY, owner, fence)


def release(database: Database, owner: str, fence: int) -> None:
    with database.write() as connection:
        leases.release(connection, COMPANY, owner, fence)


def let_run_out(database: Database) -> None:
    with database.write() as connection:
        connection.execute(update(table).values(until=now_ms(connection) - 1))


def is_held(database: Database) -> bool:
    with database.read() as connection:
        return leases.is_held(connection, COMPANY)


def test_a_second_claim_is_turned_down_while_the_first_lease_runs(database: Database) -> None:
    assert not is_held(database)
    assert claim(database, "a") == 1
    assert is_held(database)
    assert claim(database, "b") is None and claim(database, "a") is None
    assert claim(database, "b", "other company") == 1


def test_what_is_given_back_can_be_claimed_at_once_under_a_higher_fence(database: Database) -> None:
    release(database, "a", claim(database, "a") or 0)
    assert not is_held(database)
    assert claim(database, "b") == 2


def test_the_lease_of_a_dead_holder_runs_out_by_itself(database: Database) -> None:
    assert claim(database, "a") == 1
    let_run_out(database)
    assert not is_held(database)
    assert claim(database, "b") == 2


def test_a_holder_that_is_late_may_go_on_as_long_as_nobody_took_over(database: Database) -> None:
    claim(database, "a")
    let_run_out(database)
    renew(database, "a", 1)
    assert is_held(database) and claim(database, "b") is None


@pytest.mark.parametrize("successor", ["b", "a"])
def test_whoever_lost_the_lease_is_told_and_can_neither_renew_nor_give_back(database: Database, successor: str) -> None:
    claim(database, "a")
    let_run_out(database)
    assert claim(database, successor) == 2
    with pytest.raises(LeaseLost):
        renew(database, "a", 1)
    release(database, "a", 1)
    assert is_held(database)
    renew(database, successor, 2)


def test_a_lease_outlives_two_lost_beats_and_a_killed_process_holds_nobody_up_for_ten_seconds(
    database: Database,
) -> None:
    with database.write() as connection:
        leases.claim(connection, COMPANY, "a")
        lasts_ms = connection.execute(table.select()).one().until - now_ms(connection)
    assert 3 * leases.HEARTBEAT_S * 1000 < lasts_ms < 10_000


def test_a_lease_can_be_asked_for_a_longer_time(database: Database) -> None:
    with database.write() as connection:
        leases.claim(connection, COMPANY, "a", for_ms=60_000)
        until = connection.execute(table.select()).one().until
        assert 59_000 < until - now_ms(connection) <= 60_000


def test_of_twenty_at_once_one_gets_it(database: Database) -> None:
    start = threading.Barrier(20)

    def try_it(number: int) -> int | None:
        start.wait()
        return claim(database, f"owner {number}")

    with ThreadPoolExecutor(20) as pool:
        fences = list(pool.map(try_it, range(20)))
    assert sorted(fence for fence in fences if fence is not None) == [1]


def test_while_a_person_decides_no_run_of_the_company_writes_and_nobody_else_decides(database: Database) -> None:
    fence = claim(database, "one")
    assert fence is not None
    assert is_kept_waiting(database, COMPANY, lambda: renew(database, "one", fence))
    assert is_kept_waiting(database, "another", lambda: decide(database, "another"))


def is_kept_waiting(database: Database, company: str, other: Callable[[], None]) -> bool:
    """Whether somebody else's deed ends only after ours."""
    with ThreadPoolExecutor(1) as pool:
        with database.write() as connection:
            leases.lock_company(connection, company)
            done = pool.submit(other)
            waits = wait([done], timeout=0.2).not_done == {done}
        done.result(timeout=PATIENCE_S)
    return waits


def decide(database: Database, company: str) -> None:
    with database.write() as connection:
        leases.lock_company(connection, company)
