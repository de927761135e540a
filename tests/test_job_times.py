"""How soon the clock and the worker do things, how many at once, and how long they wait for what does not end."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn

import pytest

from bot.adapters.meter import Meter
from bot.core.faults import UserError
from bot.core.runs import RunState, Trigger
from bot.jobs import worker as worker_module
from bot.jobs.worker import Worker
from bot.store import companies
from bot.store.companies import Company
from bot.store.database import to_ms
from bot.store.runs import runs
from tests.patience import PATIENCE_S, Standing, eventually
from tests.sync.world import COMPANY
from tests.test_jobs import Office, office

__all__ = ["office"]  # a fixture


class Held:
    """Runs that stay where they open the two sides, until they are let go."""

    def __init__(self) -> None:
        self.companies: list[str] = []
        self.may_end = threading.Event()

    def __call__(self, company: Company, meter: Meter) -> NoReturn:
        self.companies.append(company.id)
        assert self.may_end.wait(PATIENCE_S)
        raise UserError("It was let go.")

    def wait_for(self, number: int) -> None:
        eventually(lambda: len(self.companies) >= number)


@pytest.fixture
def held(office: Office) -> Iterator[Held]:
    office.sides = held = Held()
    yield held
    held.may_end.set()


def ask_for_all(office: Office, number: int) -> None:
    with office.database.write() as connection:
        for place in range(number):
            id_ = f"company-{place}"
            companies.add(connection, id_, name=id_, sync_from="2026-04-01", realm=str(place), connected_at=0)
            assert runs.request(connection, office.new_id(), id_, Trigger.PERSON, "", to_ms(office.now))
    office.wake.set()


def test_a_slow_company_does_not_keep_the_others_waiting_and_a_few_are_synced_at_once(
    office: Office, held: Held
) -> None:
    worker = Worker(office.engine, office.wake)
    worker.start()
    ask_for_all(office, 8)
    held.wait_for(2)
    time.sleep(0.3)
    at_once = len(held.companies)
    held.may_end.set()
    held.wait_for(8)
    worker.stop()
    assert 2 <= at_once <= 6


def test_what_another_process_asks_for_is_found_within_seconds_and_the_store_is_not_asked_all_the_time(
    office: Office,
) -> None:
    """A wake-up reaches one process only."""
    asleep_s: list[float] = []
    office.wake = Unwoken(asleep_s.append)  # type: ignore[assignment]
    worker = Worker(office.engine, office.wake)
    worker.start()
    run_id = office.new_id()
    with office.database.write() as connection:
        assert runs.request(connection, run_id, COMPANY, Trigger.PERSON, "", to_ms(office.now))
    office.until(RunState.INCOMPLETE, run_id)
    worker.stop()
    assert {0.3 <= seconds <= 3 for seconds in asleep_s} == {True}


@dataclass(frozen=True)
class Unwoken:
    """A wake-up that goes to somebody else: whoever waits for it sleeps to the end, and `slept` is told how long."""

    slept: Callable[[float], None]

    def wait(self, seconds: float) -> bool:
        self.slept(seconds)
        time.sleep(0.01)
        return False

    def set(self) -> None: ...

    def clear(self) -> None: ...


def test_a_process_that_is_told_to_end_waits_for_its_runs_but_not_until_it_is_killed(
    office: Office, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten seconds after it was told: https://docs.docker.com/reference/cli/docker/container/stop/ (--timeout)"""
    worker = Worker(office.engine, office.wake)
    worker.start()
    office.ask()
    held.wait_for(1)
    monkeypatch.setattr(worker_module, "time", clock := Standing())
    worker.stop()
    assert 3 <= clock.now_s <= 9


def test_a_company_that_is_connected_elsewhere_is_followed_within_a_minute(office: Office) -> None:
    clock = office.clock()
    clock.start()
    trigger: Any = clock.scheduler.get_job("reload").trigger
    clock.stop()
    assert timedelta(seconds=5) <= trigger.interval <= timedelta(minutes=1)
