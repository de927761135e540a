"""Runs: one open run a company however many ask for it, and a row that says where it is."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.core.runs import ApiCalls, Counts, Flag, Progress, RedReason, RunState, RunView, Trigger
from bot.store import companies
from bot.store.database import Database, to_ms
from bot.store.runs import runs
from tests.store.conftest import COMPANY


def request(connection: Connection, run_id: str, company: str = COMPANY, at: int = 5_000) -> bool:
    return runs.request(connection, run_id, company, Trigger.PERSON, "U1", at)


def change(connection: Connection, run_id: str, at: int = 6_000, **values: Any) -> None:
    runs.change(connection, run_id, at, **values)


def get(connection: Connection, run_id: str) -> RunView:
    run = runs.get(connection, run_id)
    assert run is not None
    return run


def test_a_run_is_asked_for_once_until_it_is_over(database: Database) -> None:
    with database.write() as connection:
        assert request(connection, "run-1")
        assert not request(connection, "run-2")
        change(connection, "run-1", state=RunState.RUNNING)
        assert not request(connection, "run-3")
        change(connection, "run-1", state=RunState.FINISHED)
        assert request(connection, "run-4")
        assert runs.get(connection, "run-2") is None


def test_after_being_turned_down_the_same_transaction_still_works(database: Database) -> None:
    with database.write() as connection:
        assert request(connection, "run-1")
        assert not request(connection, "run-2")
        companies.change(connection, COMPANY, name="Renamed")
        open_run = runs.open_run(connection, COMPANY)
    assert open_run is not None and (open_run.run_id, open_run.company_name) == ("run-1", "Renamed")


def test_of_twenty_who_ask_at_once_one_starts_it_and_all_see_the_same_run(database: Database) -> None:
    start = threading.Barrier(20)

    def ask(number: int) -> tuple[bool, str]:
        start.wait()
        with database.write() as connection:
            new = request(connection, f"run-{number}")
            run = runs.open_run(connection, COMPANY)
            return new, run.run_id if run else ""

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask, range(20)))
    assert [new for new, _ in answers].count(True) == 1
    assert len({run_id for _, run_id in answers}) == 1 and "" not in {run_id for _, run_id in answers}


def test_another_company_has_a_run_of_its_own(database: Database) -> None:
    with database.write() as connection:
        companies.add(connection, "other", name="Other", sync_from="2026-04-01", realm="1", connected_at=0)
        assert request(connection, "run-1") and request(connection, "run-2", "other")


def test_a_run_comes_back_as_it_was_changed(database: Database) -> None:
    counts, calls, progress = Counts(created=3, failed=1), ApiCalls(1, 2, 3), Progress("invoices", 4, 9)
    with database.write() as connection:
        request(connection, "run-1")
        change(connection, "run-1", at=7_000, state=RunState.FINISHED, flag=Flag.RED, finished_at=7_000)
        change(connection, "run-1", at=7_001, counts=counts, api_calls=calls, progress=progress)
        change(connection, "run-1", at=7_002, red_reason=RedReason.SAFETY_STOP, error="“Stop” 100 %", problems=1)
        run = get(connection, "run-1")
    assert (run.counts, run.api_calls, run.progress) == (counts, calls, progress)
    assert (run.state, run.flag, run.red_reason) == (RunState.FINISHED, Flag.RED, RedReason.SAFETY_STOP)
    assert (run.trigger, run.requested_by, run.error, run.problems) == (Trigger.PERSON, "U1", "“Stop” 100 %", 1)
    assert to_ms(run.requested_at) == 5_000 and run.finished_at is not None and to_ms(run.finished_at) == 7_000


def test_whoever_follows_the_runs_sees_each_change(database: Database) -> None:
    with database.write() as connection:
        request(connection, "run-1", at=5_000)
        assert [run.run_id for run in runs.changed_since(connection, 5_000)] == ["run-1"]
        assert runs.changed_since(connection, 5_001) == []
        change(connection, "run-1", at=6_000, problems=1)
        assert [run.run_id for run in runs.changed_since(connection, 5_001)] == ["run-1"]


def test_runs_whose_process_is_gone_are_given_up_and_the_others_are_not(database: Database) -> None:
    with database.write() as connection:
        companies.add(connection, "other", name="Other", sync_from="2026-04-01", realm="1", connected_at=0)
        for run_id, company in (("dead", COMPANY), ("theirs", "other")):
            request(connection, run_id, company)
            change(connection, run_id, state=RunState.RUNNING)
        runs.abandon_others(connection, COMPANY, "mine", 9_000)
        assert get(connection, "dead").state is RunState.INCOMPLETE and "went away" in get(connection, "dead").error
        assert get(connection, "theirs").state is RunState.RUNNING
        runs.abandon_others(connection, "other", "theirs", 9_000)
        assert get(connection, "theirs").state is RunState.RUNNING


@pytest.mark.parametrize("same_instant", [False, True])
def test_the_last_run_is_the_one_asked_for_last(database: Database, same_instant: bool) -> None:
    with database.write() as connection:
        for number in (1, 2, 3):
            request(connection, f"run-{number}", at=5_000 if same_instant else 5_000 + number)
            change(connection, f"run-{number}", state=RunState.FINISHED, finished_at=6_000)
        last = runs.last(connection, COMPANY)
        assert last is not None and last.run_id == "run-3"
        assert runs.last(connection, "nobody") is None


def test_what_waits_and_what_runs_are_told_apart(database: Database) -> None:
    with database.write() as connection:
        companies.add(connection, "other", name="Other", sync_from="2026-04-01", realm="1", connected_at=0)
        request(connection, "waits")
        request(connection, "goes", "other")
        change(connection, "goes", state=RunState.RUNNING)
        assert [run.run_id for run in runs.requested(connection)] == ["waits"]
        assert [run.run_id for run in runs.running(connection)] == ["goes"]
