"""Real processes of one company: two at once, one that stood still and wakes up, one that is told to stop."""

import json
import random
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy.exc import OperationalError

from bot.core.runs import RunState, Trigger
from bot.store.database import BUSY_TIMEOUT_MS
from bot.store.runs import runs
from tests.long.office import Office, Process
from tests.patience import PATIENCE_S, Gate, eventually, held
from tests.sync.world import COMPANY

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

LATENCY_MS = 80


def slow_office(make_office: Callable[[str], Office], invoices: int = 120) -> Office:
    office = make_office("sqlite")
    office.some_work(random.Random(1), invoices)
    office.quickbooks_knobs.latency_ms = office.released_knobs.latency_ms = LATENCY_MS
    return office


def pushing(office: Office, gate: Gate) -> None:
    """Wait until its first invoices are in QuickBooks, and more are on their way."""
    gate.wait()
    assert office.count("Invoice")


def invoices_held(office: Office) -> AbstractContextManager[Gate]:
    """All batches after the first ones with invoices; parents come first, in one batch of each kind."""
    return held(office.state, "POST", "/batch", skip=3)


def stop_outside_a_transaction(office: Office, process: Process) -> None:
    """One that stands still while it writes to SQLite keeps everybody from writing: nothing could be doubled then."""
    for _ in range(200):
        process.send_signal(signal.SIGSTOP)
        with office.database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 300")
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                connection.exec_driver_sql("ROLLBACK")
                return
            except OperationalError:
                process.send_signal(signal.SIGCONT)
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        time.sleep(0.03)
    raise AssertionError("it never stood still outside a transaction")


def test_of_two_syncs_at_the_same_instant_one_runs_and_the_other_says_so(make_office: Callable[[str], Office]) -> None:
    office = slow_office(make_office, invoices=60)
    pair = [office.start_sync() for _ in range(2)]
    said = [process.communicate(timeout=PATIENCE_S) for process in pair]
    codes = [process.returncode for process in pair]
    assert sorted(codes) == [0, 2], said
    assert "being synced already" in said[codes.index(2)][1]
    office.settle()
    office.assert_exactly_once()


def test_a_sync_that_stood_still_while_another_ran_writes_nothing_more(
    make_office: Callable[[str], Office],
) -> None:
    office = slow_office(make_office)
    zombie = office.start_sync()
    with invoices_held(office) as gate:
        pushing(office, gate)
        stop_outside_a_transaction(office, zombie)
    eventually(lambda: not office.is_held())
    assert office.finished()["flag"] == "blue"
    with office.nothing_written():
        zombie.send_signal(signal.SIGCONT)
        _, err = zombie.communicate(timeout=PATIENCE_S)
    assert zombie.returncode == 2 and "taken this company over" in err
    with office.database.read() as connection:
        assert [run for run in runs.running(connection)] == []
    office.settle()
    office.assert_exactly_once()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_sync_that_is_told_to_stop_says_so_and_leaves_nothing_in_doubt(
    make_office: Callable[[str], Office], how: signal.Signals
) -> None:
    office = slow_office(make_office)
    process = office.start_sync()
    with invoices_held(office) as gate:
        pushing(office, gate)
        process.send_signal(how)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert "told to stop" in err and "told to stop" in json.loads(out)["error"]
    assert not office.is_held() and office.open_writes() == 0
    with office.database.read() as connection:
        last = runs.last(connection, COMPANY)
    assert last is not None and last.state is RunState.INCOMPLETE
    office.settle()
    office.assert_exactly_once()


def test_a_worker_that_is_told_to_stop_ends_its_run_before_its_end(make_office: Callable[[str], Office]) -> None:
    office = slow_office(make_office)
    worker = office.start("worker")
    office.app.desk.runs.request(COMPANY, "U1", Trigger.PERSON)
    with invoices_held(office) as gate:
        pushing(office, gate)
        worker.send_signal(signal.SIGTERM)
    _, err = worker.communicate(timeout=PATIENCE_S)
    assert worker.returncode == 0, err
    assert not office.is_held()
    with office.database.read() as connection:
        last = runs.last(connection, COMPANY)
    assert last is not None and last.state is RunState.INCOMPLETE and "told to stop" in last.error
    office.settle()
    office.assert_exactly_once()


def test_a_worker_does_not_wait_for_a_call_that_is_never_answered(make_office: Callable[[str], Office]) -> None:
    office = slow_office(make_office, invoices=60)
    worker = office.start("worker")
    office.app.desk.runs.request(COMPANY, "U1", Trigger.PERSON)
    with held(office.state, "POST", "/batch") as gate:
        gate.wait()
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=PATIENCE_S)
    eventually(lambda: not office.is_held())
    office.settle()
    office.assert_exactly_once()
