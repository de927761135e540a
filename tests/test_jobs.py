"""The clock asks for a run once however many clocks there are; the worker carries out what was asked for."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import pytest

from bot.adapters.meter import Meter
from bot.core.faults import UserError
from bot.core.runs import Flag, RunState, RunView, Trigger
from bot.desk.verifications import Verifying
from bot.jobs.clock import Clock
from bot.jobs.worker import Worker
from bot.store import companies
from bot.store.companies import Company
from bot.store.database import Database, to_ms
from bot.store.runs import leases, runs
from bot.sync.run.context import Engine
from tests.patience import eventually
from tests.store.thrift import lay_out
from tests.sync.world import COMPANY, World, serving

HOURLY, DAILY = "0 * * * *", "30 1 * * *"
TEN = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def refuse(company: Company, meter: Meter) -> NoReturn:
    raise UserError("QBO_CLIENT_ID is not set.")


@dataclass
class Office:
    """A store with one company, and a time that stands still until it is moved."""

    database: Database
    now: datetime = TEN
    sides: Callable[[Company, Meter], Any] = refuse
    wake: threading.Event = field(default_factory=threading.Event)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def engine(self) -> Engine:
        return Engine(self.database, lambda *given: self.sides(*given), lambda: self.now, self.new_id, lambda _: None)

    def new_id(self) -> str:
        return f"id-{next(self.numbers):08}"

    def clock(self, schedule: str = HOURLY) -> Clock:
        return Clock(self.database, schedule, self.engine, self.wake)

    def change(self, **values: Any) -> None:
        with self.database.write() as connection:
            companies.change(connection, COMPANY, **values)

    def run(self) -> RunView | None:
        with self.database.read() as connection:
            return runs.last(connection, COMPANY)

    def ask(self, trigger: Trigger = Trigger.PERSON, state: RunState = RunState.REQUESTED) -> str:
        run_id = self.new_id()
        with self.database.write() as connection:
            assert runs.request(connection, run_id, COMPANY, trigger, "", to_ms(self.now))
            if state is not RunState.REQUESTED:
                runs.change(connection, run_id, to_ms(self.now), state=state, started_at=to_ms(self.now))
        self.wake.set()
        return run_id

    def finish(self) -> None:
        run = self.run()
        assert run is not None
        with self.database.write() as connection:
            runs.change(connection, run.run_id, to_ms(self.now), state=RunState.FINISHED, flag=Flag.BLUE)

    def until(self, state: RunState, run_id: str) -> RunView:
        """Waits for a worker; fails the test when it does not get there."""

        def look() -> RunView | None:
            with self.database.read() as connection:
                run = runs.get(connection, run_id)
            return run if run is not None and run.state is state else None

        return eventually(look)  # type: ignore[no-any-return]

    def looked_round(self, worker: Worker) -> None:
        """The worker has looked at everything once more, and has ended what it began then."""
        for _ in range(2):
            self.wake.set()
            eventually(lambda: not self.wake.is_set())
        eventually(lambda: not worker._busy)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    lay_out(tmp_path / "store.sqlite3")
    database = Database(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    with database.write() as connection:
        place = {"sync_from": "2026-04-01", "timezone": "Europe/London", "connected_at": 0}
        companies.add(connection, COMPANY, name="Harbour", realm="9341", **place)
    yield Office(database)
    database.close()


@pytest.fixture
def worker(office: Office) -> Iterator[Worker]:
    worker = Worker(office.engine, office.wake)
    worker.start()
    yield worker
    worker.stop()


# The clock


def test_what_is_to_be_verified_is_taken_up_by_the_worker(office: Office) -> None:
    desk = Verifying(office.database, lambda: office.now, office.new_id, office.wake.set)
    worker = Worker(office.engine, office.wake)
    worker.start()
    asked, _ = desk.request(COMPANY, "U0ANA")
    eventually(lambda: desk.get(asked.id).error)
    worker.stop()
    assert desk.get(asked.id).error == "QBO_CLIENT_ID is not set."


def test_when_it_is_due_a_run_is_asked_for_and_somebody_woken(office: Office) -> None:
    assert office.clock().fire(COMPANY)
    run = office.run()
    assert run is not None and (run.state, run.trigger) == (RunState.REQUESTED, Trigger.SCHEDULE)
    assert office.wake.is_set()


def test_two_clocks_ask_for_one_run_even_when_one_of_them_is_late(office: Office) -> None:
    first, second = office.clock(), office.clock()
    assert first.fire(COMPANY)
    office.finish()
    office.now = TEN + timedelta(minutes=2)
    assert not second.fire(COMPANY)
    office.now = TEN + timedelta(hours=1)
    assert second.fire(COMPANY)


def test_many_clocks_at_once_ask_for_one_run(office: Office) -> None:
    start, answers = threading.Barrier(8), []

    def fire() -> None:
        start.wait()
        answers.append(office.clock().fire(COMPANY))

    threads = [threading.Thread(target=fire) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(True) == 1


def test_while_a_run_is_under_way_no_other_is_asked_for(office: Office) -> None:
    running = office.ask()
    assert not office.clock().fire(COMPANY)
    run = office.run()
    assert run is not None and run.run_id == running


def test_a_daily_run_happens_once_on_the_night_the_clocks_go_back(office: Office) -> None:
    clock = office.clock(DAILY)
    for at, asked in ((0, True), (1, False)):
        office.now = datetime(2026, 10, 25, at, 30, tzinfo=UTC)
        assert clock.fire(COMPANY) is asked
        office.finish()


def test_a_company_that_must_be_reconnected_is_left_alone(office: Office) -> None:
    office.change(needs_reconnect=True)
    assert not office.clock().fire(COMPANY)
    assert not office.clock().fire("nobody")


def test_what_was_missed_while_down_runs_once_however_much_was_missed(office: Office) -> None:
    office.now = TEN - timedelta(hours=5)
    office.ask()
    office.finish()
    office.now = TEN + timedelta(minutes=20)
    for clock in (office.clock(), office.clock()):
        clock.reload()
    run = office.run()
    assert run is not None and run.trigger is Trigger.SCHEDULE
    office.finish()
    office.clock().reload()
    assert office.run() == replaced(run)


def replaced(run: RunView) -> RunView:
    """The same run, finished."""
    return RunView(**{**vars(run), "state": RunState.FINISHED, "flag": Flag.BLUE})


def test_nothing_was_missed_when_the_last_run_came_after_it_was_due(office: Office) -> None:
    office.now = TEN + timedelta(seconds=1)
    asked = office.ask()
    office.finish()
    office.now = TEN + timedelta(minutes=59)
    office.clock().reload()
    run = office.run()
    assert run is not None and run.run_id == asked


def test_a_company_that_was_never_synced_is_not_caught_up_with(office: Office) -> None:
    office.clock().reload()
    assert office.run() is None


def test_each_company_follows_its_own_schedule_and_time_zone_and_follows_changes(office: Office) -> None:
    clock = office.clock()
    clock.start()
    assert "minute='0'" in str(clock.scheduler.get_job(COMPANY).trigger)
    office.change(schedule=DAILY, timezone="Pacific/Auckland")
    clock.reload()
    trigger = clock.scheduler.get_job(COMPANY).trigger
    clock.stop()
    assert "hour='1'" in str(trigger) and str(trigger.timezone) == "Pacific/Auckland"


@pytest.mark.parametrize("wrong", [{"schedule": "whenever"}, {"timezone": "Mars/Olympus"}])
def test_a_company_with_a_wrong_schedule_does_not_keep_the_others_from_theirs(
    office: Office, wrong: dict[str, str]
) -> None:
    office.change(**wrong)
    with office.database.write() as connection:
        companies.add(connection, "other", name="Other", sync_from="2026-04-01", realm="1", connected_at=0)
    clock = office.clock()
    clock.reload()
    assert clock.scheduler.get_job("other") is not None and clock.scheduler.get_job(COMPANY) is None


def test_a_wrong_default_schedule_is_said_at_the_start(office: Office) -> None:
    with pytest.raises(UserError, match="whenever"):
        office.clock("whenever").start()


# The worker


def test_what_cannot_be_carried_out_ends_with_the_words_for_it(office: Office, worker: Worker) -> None:
    run = office.until(RunState.INCOMPLETE, office.ask())
    assert run.error == "QBO_CLIENT_ID is not set."


def test_a_bug_ends_its_run_with_a_reference_and_the_next_run_is_carried_out(office: Office, worker: Worker) -> None:
    def bug(company: Company, meter: Meter) -> NoReturn:
        raise ZeroDivisionError("a bug")

    office.sides = bug
    run = office.until(RunState.INCOMPLETE, office.ask())
    assert "reference" in run.error and "a bug" not in run.error
    office.sides = refuse
    assert office.until(RunState.INCOMPLETE, office.ask()).error == "QBO_CLIENT_ID is not set."


def test_a_run_that_its_process_left_lying_is_taken_up_again(office: Office, worker: Worker) -> None:
    abandoned = office.ask(state=RunState.RUNNING)
    office.now += timedelta(seconds=30)
    assert office.until(RunState.INCOMPLETE, abandoned).error == "QBO_CLIENT_ID is not set."


def test_a_run_of_the_command_line_is_left_to_it_for_a_while(office: Office, worker: Worker) -> None:
    theirs = office.ask(Trigger.COMMAND)
    office.looked_round(worker)
    assert office.until(RunState.REQUESTED, theirs)
    office.now += timedelta(seconds=30)
    office.wake.set()
    assert office.until(RunState.INCOMPLETE, theirs)


def test_a_run_that_somebody_else_carries_out_is_not_ended_by_us(office: Office, worker: Worker) -> None:
    with office.database.write() as connection:
        fence = leases.claim(connection, COMPANY, "another process")
    asked = office.ask()
    office.looked_round(worker)
    assert office.until(RunState.REQUESTED, asked).error == ""
    with office.database.write() as connection:
        runs.change(connection, asked, to_ms(office.now), state=RunState.FINISHED, flag=Flag.BLUE)
        leases.release(connection, COMPANY, "another process", fence or 0)
    office.looked_round(worker)
    assert office.until(RunState.FINISHED, asked).flag is Flag.BLUE


def test_a_requested_run_is_carried_out_to_its_end(tmp_path: Path) -> None:
    with serving() as servers:
        world = World(tmp_path, servers)
        world.connect()
        tenant = world.contact("Kiosk Ltd")
        wake = threading.Event()
        worker = Worker(world.engine(), wake)
        worker.start()
        office = Office(world.database, wake=wake)
        run, _ = world.app.desk.runs.request(COMPANY, "U1", Trigger.PERSON)
        wake.set()
        finished = office.until(RunState.FINISHED, run.run_id)
        worker.stop()
        assert finished.flag is Flag.BLUE and finished.counts.created >= 1
        assert world.partner("Customer", tenant, "contacts")["DisplayName"] == "Kiosk Ltd"
        world.app.close()
