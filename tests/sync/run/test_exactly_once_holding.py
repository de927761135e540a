"""Who may write: one run at a time, only while its lease is sure, and nothing more once it was told to stop."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import event

from bot.adapters.meter import Meter
from bot.core.faults import UserError
from bot.core.runs import CompanyStatus, Flag, RunState, Trigger
from bot.sandbox.http.exchange import Request, Response
from bot.store import database as database_module
from bot.store.runs import leases, ledger, runs
from bot.store.runs.leases import LeaseLost
from bot.sync.ending import Finished
from bot.sync.engine import run_sync
from bot.sync.run.lease import leased
from tests.rarely import edge, rarely
from tests.sync.world import COMPANY, World

MANY, WRITERS = 100, 2  # records for more batches than are under way at once


def sync(world: World) -> Finished:
    run, _ = world.app.desk.runs.request(COMPANY, "", Trigger.COMMAND)
    return run_sync(replace(world.engine(), writers=WRITERS), COMPANY, run.run_id)


def before_batch(world: World, act: Callable[[], None], after: bool = False, times: int = 1) -> None:
    """Do something at the moment when a batch of writes is on its way (or was carried out).

    Requests take turns: nothing else is answered, and so nothing more is prepared, until that is done.
    """
    handle, left, turn = world.state.handle, [times], threading.RLock()

    def watched(request: Request) -> Response:
        with turn:
            mine = request.path.endswith("/batch") and "requestid" in request.query and left[0] > 0
            left[0] -= mine
            if mine and not after:
                act()
            response = handle(request)
            if mine and after:
                act()
            return response

    world.state.handle = watched  # type: ignore[method-assign]


def take_over(world: World) -> None:
    """Another process takes the company, as it may when the lease of this one has run out."""
    with world.database.write() as connection:
        connection.exec_driver_sql("UPDATE leases SET until = 1 WHERE company_id = 'harbour'")
        assert leases.claim(connection, COMPANY, "another") is not None


def give_back(world: World) -> None:
    with world.database.write() as connection:
        connection.exec_driver_sql("UPDATE leases SET owner = '' WHERE company_id = 'harbour'")


# Leases


@edge
def test_a_run_that_lost_its_company_sends_and_records_nothing_more(paired: World) -> None:
    for number in range(MANY):
        paired.contact(f"Tenant {number}")
    sent: list[int] = []
    before_batch(paired, lambda: take_over(paired), after=True)
    handle = paired.state.handle

    def counted(request: Request) -> Response:
        sent.append("requestid" in request.query)
        return handle(request)

    paired.state.handle = counted  # type: ignore[method-assign]
    finished = sync(paired)
    assert "taken this company over" in finished.could_not_run
    assert sum(sent) <= WRITERS + 1  # what was under way already: as many as there are writers
    assert all(not row["externalId"] for row in paired.all("contacts"))
    give_back(paired)
    paired.sync_blue()
    assert paired.count("Customer") == MANY


def test_a_write_is_refused_when_the_last_renewal_is_old_and_the_company_is_gone(
    paired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "HEARTBEAT_S", 60.0)
    with leased(paired.database, COMPANY, "Harbour", "me") as lease:
        meter = Meter(lease.check)
        meter.count_write()
        take_over(paired)
        meter.count_write()  # the last renewal is young: nobody else can have the company yet
        monkeypatch.setattr(leases, "TRUSTED_S", 0.0)
        for count in (meter.count_write, meter.count_released):
            with pytest.raises(LeaseLost):
                count()
        assert (meter.quickbooks_writes, meter.released) == (2, 0)


def test_a_renewal_is_trusted_for_a_shorter_time_than_a_lease_lasts(paired: World) -> None:
    with leased(paired.database, COMPANY, "Harbour", "me") as lease:
        take_over(paired)
        lease.check()
        with pytest.raises(LeaseLost):
            replace(lease, _renewed_s=time.monotonic() - 6).check()
        give_back(paired)


def test_a_lease_is_not_renewed_more_often_than_it_needs(paired: World) -> None:
    asked: list[str] = []
    event.listen(paired.database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    with leased(paired.database, COMPANY, "Harbour", "me"):
        time.sleep(0.3)
    assert 0 < len([one for one in asked if one.startswith("UPDATE leases")]) <= 2


def test_a_late_heartbeat_is_made_up_for_before_the_write(paired: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "HEARTBEAT_S", 60.0)
    monkeypatch.setattr(leases, "TRUSTED_S", 0.0)
    with leased(paired.database, COMPANY, "Harbour", "me") as lease:
        with paired.database.write() as connection:
            connection.exec_driver_sql("UPDATE leases SET until = 1 WHERE company_id = 'harbour'")
        Meter(lease.check).count_write()
        with paired.database.read() as connection:
            assert leases.is_held(connection, COMPANY)


def test_two_syncs_at_once_one_runs_and_the_other_is_told_so(paired: World) -> None:
    paired.contact("Kiosk Ltd")
    said: list[str] = []

    def second() -> None:
        with pytest.raises(UserError, match="being synced already"):
            run_sync(paired.engine(), COMPANY, "another-run")
        said.append("refused")

    before_batch(paired, second)
    paired.sync_blue()
    assert said == ["refused"] and paired.count("Customer") == 1


def test_a_worker_that_claims_a_run_too_late_does_not_carry_it_out_again(paired: World) -> None:
    run, _ = paired.app.desk.runs.request(COMPANY, "", Trigger.COMMAND)
    first = run_sync(paired.engine(), COMPANY, run.run_id)
    calls = len(paired.books.write_log), paired.released.meter
    with pytest.raises(UserError, match="already"):
        run_sync(paired.engine(), COMPANY, run.run_id)
    assert first.flag is Flag.BLUE and calls[0] == len(paired.books.write_log)
    with paired.database.read() as connection:
        view = runs.get(connection, run.run_id)
    assert view is not None and view.state is RunState.FINISHED


# Told to stop


@pytest.mark.parametrize("writers", [WRITERS, *rarely(1)])
def test_a_run_that_is_told_to_stop_records_what_is_answered_and_begins_nothing_new(
    paired: World, writers: int
) -> None:
    for number in range(MANY):
        paired.contact(f"Tenant {number}")
    stopping = threading.Event()
    before_batch(paired, stopping.set)
    run, _ = paired.app.desk.runs.request(COMPANY, "", Trigger.COMMAND)
    engine = replace(paired.engine(), writers=writers, stopping=stopping.is_set)
    finished = run_sync(engine, COMPANY, run.run_id)
    assert "told to stop" in finished.could_not_run and finished.flag is Flag.BLUE
    made = paired.count("Customer")
    assert finished.counts.created == made > 0 and f"Before that: {made} created." in finished.could_not_run
    assert 30 <= made <= 30 * writers
    assert len([row for row in paired.rows() if row.external_id and row.ref.type == "contact"]) == made
    with paired.database.read() as connection:
        assert ledger.open_batches(connection, COMPANY) == []
        assert not leases.is_held(connection, COMPANY)
        view = runs.get(connection, run.run_id)
    assert view is not None and view.state is RunState.INCOMPLETE and "next run goes on" in view.error
    assert paired.app.desk.companies.named(COMPANY).status is CompanyStatus.INCOMPLETE_RUN
    paired.sync_blue()
    assert paired.count("Customer") == MANY


@edge
def test_waiting_ends_at_once_when_the_process_is_told_to_stop(paired: World) -> None:
    """A throttle of a minute, a limit that is used up, a retry: none of them keeps a process alive."""
    paired.contact("Kiosk Ltd")
    busy = {"kind": "reply", "status": 429, "body": ""}
    paired.quickbooks_knobs.add({"match": {"method": "POST", "path": "/batch", "body": "create"}, "effect": busy})
    run, _ = paired.app.desk.runs.request(COMPANY, "", Trigger.COMMAND)
    timer = threading.Timer(1.5, paired.app.stopping.set)
    timer.start()
    finished = run_sync(paired.app.engine, COMPANY, run.run_id)  # the real one, with real waits
    assert "told to stop" in finished.could_not_run
    paired.sync_blue()
    assert paired.count("Customer") == 1


# A database that fails


def fill_up(world: World) -> Callable[[], None]:
    """No page more for the database; gives what makes room again."""
    engine = world.database.engine
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(dbapi: object, _record: object, _proxy: object) -> None:
        dbapi.execute(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]

    def free(dbapi: object, _record: object, _proxy: object) -> None:
        dbapi.execute("PRAGMA max_page_count=1073741823")  # type: ignore[attr-defined]

    event.listen(engine, "checkout", limit)

    def make_room() -> None:
        event.remove(engine, "checkout", limit)
        event.listen(engine, "checkout", free)

    return make_room


@edge
def test_a_full_database_stops_the_run_before_the_next_call(paired: World) -> None:
    for number in range(MANY):
        paired.contact(f"Tenant {number}")
    make_room: list[Callable[[], None]] = []
    before_batch(paired, lambda: make_room.append(fill_up(paired)))
    finished = sync(paired)
    assert "database" in finished.could_not_run
    made = paired.count("Customer")
    assert made <= WRITERS * 30  # what was frozen before
    make_room[0]()
    paired.sync_blue()
    assert paired.count("Customer") == MANY
    assert len({row["DisplayName"] for row in paired.books.entity("Customer").values()}) == MANY


def test_a_locked_database_stops_the_run_before_the_next_call(paired: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 200)
    paired.app.close()
    paired.app = paired.new_app()
    for number in range(MANY):
        paired.contact(f"Tenant {number}")
    blocker = paired.new_app().database.engine.connect()
    before_batch(paired, lambda: blocker.exec_driver_sql("BEGIN IMMEDIATE") and None, after=True)  # type: ignore[func-returns-value]
    finished = sync(paired)
    assert "database" in finished.could_not_run
    assert paired.count("Customer") <= WRITERS * 30
    blocker.exec_driver_sql("ROLLBACK")
    blocker.close()
    monkeypatch.undo()
    paired.app.close()
    paired.app = paired.new_app()
    with paired.database.write() as connection:  # it could not be given back
        connection.exec_driver_sql("UPDATE leases SET until = 1 WHERE company_id = 'harbour'")
    paired.sync_blue()
    assert paired.count("Customer") == MANY


def test_nothing_is_sent_when_the_intent_cannot_be_written(paired: World) -> None:
    paired.contact("Kiosk Ltd")
    refuse = [True]

    def no_batches(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if refuse[0] and statement.startswith("INSERT INTO batches"):
            raise database_module.OperationalError(statement, None, Exception("disk I/O error"))

    event.listen(paired.database.engine, "before_cursor_execute", no_batches)
    assert "database" in paired.sync().could_not_run
    assert paired.count("Customer") == 0
    refuse[0] = False
    paired.sync_blue()
    assert paired.count("Customer") == 1
