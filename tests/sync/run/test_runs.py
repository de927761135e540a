"""A run as a whole: dry, observing, stopped for safety, one at a time, and killed at any moment."""

import random
import threading

import pytest

from bot.core.faults import UserError
from bot.core.model import Outcome
from bot.core.results import LinkStatus
from bot.core.runs import CompanyStatus, Flag, RedReason
from bot.store.database import Database
from bot.store.runs import leases
from bot.sync.writing import outgoing_batches, push, released_writes
from tests.patience import held
from tests.rarely import edge, rarely
from tests.sync.stories.test_faults import assert_in_step, some_work
from tests.sync.world import COMPANY, World

CRASHES = 12


class Crash(Exception):
    """Stands for the end of the process."""


def test_a_dry_run_says_what_would_be_done_and_writes_nothing_anywhere(world: World) -> None:
    world.rent(), world.repairs(), world.gst()
    some_work(world)
    world.contact("Bad: name")
    with world.nothing_written():
        finished = world.sync(dry_run=True)
    assert finished.flag is Flag.RED and [row.name for row in finished.failures] == ["Bad: name"]
    assert not world.rows()
    assert world.app.desk.companies.named(COMPANY).flag is None
    real = world.sync_red()
    assert (finished.counts.created, finished.counts.adopted) == (real.counts.created, real.counts.adopted)
    assert finished.counts.failed == real.counts.failed == 1


@edge
def test_a_dry_run_changes_neither_links_nor_results_of_a_company_in_step(paired: World) -> None:
    some_work(paired)
    paired.sync_blue()
    rows = [(row.ref, row.at) for row in paired.rows()]
    paired.change("contacts", paired.named("contacts", "Tenant 0"), phone="09 9")
    with paired.nothing_written():
        assert paired.sync(dry_run=True).counts.updated == 1
    assert [(row.ref, row.at) for row in paired.rows()] == rows
    assert paired.sync_blue().counts.updated == 1


def test_an_observe_only_company_is_read_and_explained_and_never_written_to(make_world) -> None:  # type: ignore[no-untyped-def]
    world = make_world(connected=False)
    world.released.control("PUT", "settings", {"companies": {COMPANY: {"builtInSync": True}}})
    world.connect()
    world.rent(), world.repairs(), world.gst()
    some_work(world)
    with world.nothing_written():
        world.sync()
        world.sync()
    assert world.company().observe_only
    tenant = world.row("Tenant 0")
    assert tenant.outcome is Outcome.PLANNED and "QuickBooks" in tenant.details
    assert world.row("SI-0").outcome is Outcome.PLANNED
    assert not world.rows(status=LinkStatus.UNLINKED)


def test_switching_the_built_in_sync_on_stops_our_writes_with_the_next_run(paired: World) -> None:
    some_work(paired)
    paired.released.control("PUT", "settings", {"companies": {COMPANY: {"builtInSync": True}}})
    with paired.nothing_written():
        paired.sync()


@edge
def test_switching_the_built_in_sync_off_again_carries_out_what_was_planned(paired: World) -> None:
    some_work(paired)
    for on in (True, False):
        paired.released.control("PUT", "settings", {"companies": {COMPANY: {"builtInSync": on}}})
        paired.sync()
    paired.sync_blue()
    assert_in_step(paired)


def many_invoices(world: World, number: int) -> list[str]:
    tenant = world.contact("Kiosk Ltd")
    made = [world.invoice(tenant, f"INV-{count}", "10.00") for count in range(number)]
    world.sync_blue()
    return [record["id"] for record in made]


@edge
def test_too_many_voids_at_once_stop_the_run_before_the_first_write(paired: World) -> None:
    ids = many_invoices(paired, 60)
    for id_ in ids[:55]:
        paired.released.patch(COMPANY, "invoices", id_, {"status": "voided"})
    paired.contact("Somebody New")
    with paired.nothing_written():
        stopped = paired.sync()
    assert (stopped.flag, stopped.red_reason) == (Flag.RED, RedReason.SAFETY_STOP)
    assert paired.app.desk.companies.named(COMPANY).status is CompanyStatus.HAS_ERRORS
    with paired.nothing_written():
        assert paired.sync().red_reason is RedReason.SAFETY_STOP
    finished = paired.sync(accept_stop=True)
    assert (finished.flag, finished.counts.voided, finished.counts.created) == (Flag.BLUE, 55, 1)
    assert sum(1 for row in paired.books.entity("Invoice").values() if not row["TotalAmt"]) == 55


@edge
def test_a_few_voids_do_not_stop_a_run(paired: World) -> None:
    ids = many_invoices(paired, 60)
    for id_ in ids[:20]:
        paired.released.patch(COMPANY, "invoices", id_, {"status": "voided"})
    assert paired.sync_blue().counts.voided == 20


@edge
def test_archiving_most_of_a_company_in_quickbooks_stops_the_run(paired: World) -> None:
    for number in range(80):
        paired.contact(f"Tenant {number}")
    paired.sync_blue()
    for id_ in list(paired.books.entity("Customer"))[:60]:
        paired.books.archive("Customer", id_)
    with paired.nothing_written():
        assert paired.sync().red_reason is RedReason.SAFETY_STOP


def test_a_side_that_is_suddenly_empty_stops_the_run(paired: World) -> None:
    some_work(paired)
    paired.sync_blue()
    empty = {"kind": "reply", "status": 200, "body": {"data": [], "page": 1, "pageSize": 200, "totalPages": 0}}
    paired.released_knobs.add({"match": {"path": "/contacts"}, "effect": empty, "times": None})
    with paired.nothing_written():
        assert paired.sync().red_reason is RedReason.SAFETY_STOP
    paired.released_knobs.clear()
    paired.sync_blue()


@edge
def test_a_second_run_of_a_company_is_refused_while_the_first_goes_on(paired: World) -> None:
    some_work(paired)
    first = threading.Thread(target=paired.sync_blue)
    with held(paired.state, path="/cdc") as gate:
        first.start()
        gate.wait()
        with pytest.raises(UserError, match="already"):
            paired.sync()
    first.join()
    assert_in_step(paired)


@edge
def test_a_run_that_lost_its_company_to_another_writes_nothing_more(paired: World) -> None:
    some_work(paired)
    handle, thief = paired.state.handle, Database(paired.app.settings.database)

    def stolen(request):  # type: ignore[no-untyped-def]
        if request.path.endswith("/cdc"):
            paired.state.handle = handle  # type: ignore[method-assign]
            with thief.write() as connection:
                leases.release(connection, COMPANY, *_holder(thief))
                leases.claim(connection, COMPANY, "thief")
        return handle(request)

    paired.state.handle = stolen  # type: ignore[method-assign]
    with paired.nothing_written():
        assert "taken" in paired.sync().could_not_run
    with thief.write() as connection:
        leases.release(connection, COMPANY, *_holder(thief))
    thief.close()
    paired.sync_blue()
    assert_in_step(paired)


def _holder(database: Database) -> tuple[str, int]:
    with database.read() as connection:
        row = connection.exec_driver_sql("SELECT owner, fence FROM leases WHERE company_id = 'harbour'").one()
    return row.owner, row.fence


@pytest.mark.parametrize("seed", [0, *rarely(1, 2)])
def test_killed_at_any_moment_nothing_is_doubled_or_lost(
    paired: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before or after any answer is recorded and before or after any call: then a clean run, by the stand-ins' data."""
    some_work(paired)
    dice, crashes = random.Random(seed), 0

    def fragile(call):  # type: ignore[no-untyped-def]
        def called(*given, **named):  # type: ignore[no-untyped-def]
            nonlocal crashes
            fate = dice.random() if crashes < CRASHES else 1.0
            if fate < 0.15:
                crashes += 1
                raise Crash
            answer = call(*given, **named)
            if fate < 0.3:
                crashes += 1
                raise Crash
            return answer

        return called

    for module, name in (
        (push, "record_answers"),
        (outgoing_batches, "_send_once"),
        (push, "prepare_batch"),
        (released_writes, "_write"),
        (released_writes, "_record"),
        (released_writes, "_patch"),
        (released_writes, "_record_write_backs"),
    ):
        monkeypatch.setattr(module, name, fragile(getattr(module, name)))
    for _ in range(CRASHES + 2):
        try:
            if paired.sync().flag is Flag.BLUE:
                break
        except Crash:
            continue
    assert crashes >= 3
    paired.sync_blue()
    assert_in_step(paired)
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_a_batch_that_arrives_after_its_process_died_and_the_next_run_went_on_does_nothing_twice(
    paired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_work(paired)
    late: list[tuple[object, ...]] = []
    send = outgoing_batches._send_once

    def on_its_way(*sent: object) -> object:
        if len(late) == 2:  # the contacts are through; this one is on its way when the process dies
            late.append(sent)
            raise Crash
        late.append(sent)
        return send(*sent)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(outgoing_batches, "_send_once", on_its_way)
        with pytest.raises(Crash):
            while paired.sync().flag:
                paired.invoice(paired.named("contacts", "Tenant 0"), f"MORE-{len(late)}")
    paired.sync_blue()
    invoices = paired.count("Invoice")
    send(*late[-1])  # type: ignore[arg-type]
    assert paired.count("Invoice") == invoices
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_a_record_edited_between_a_crash_and_the_next_run_ends_as_it_is_today(
    paired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The replayed answer of the resent batch is yesterday's: what both sides say now must win."""
    tenant = paired.contact("Kiosk Ltd", phone="09 111")

    def crash(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(push, "record_answers", crash)
        with pytest.raises(Crash):
            paired.sync()
    (customer,) = paired.books.entity("Customer").values()
    paired.books.update("Customer", customer["Id"], {"PrimaryEmailAddr": {"Address": "new@example.com"}})
    paired.change("contacts", tenant, phone="09 222")
    paired.sync_blue()
    paired.sync_blue()
    assert paired.count("Customer") == 1
    now = paired.partner("Customer", tenant, "contacts")
    assert now["PrimaryPhone"]["FreeFormNumber"] == "09 222" == paired.now("contacts", tenant)["phone"]
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_a_batch_that_lay_unanswered_for_days_is_looked_up_before_anything_is_sent(
    paired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows how long QuickBooks replays a request id, so an old one is not trusted."""
    some_work(paired)

    def crash(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(push, "record_answers", crash)
        with pytest.raises(Crash):
            paired.sync()
    paired.clock.advance(days=3)
    paired.books.replies.clear()
    paired.sync()
    paired.sync_blue()
    assert_in_step(paired)
