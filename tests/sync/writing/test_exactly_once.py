"""Exactly once: what is in doubt is asked again unchanged or looked up, and never simply sent once more."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.quickbooks.rate_limits import Caps, LimitsByRealm
from bot.core.runs import Flag, Trigger
from bot.sandbox.http.exchange import Request, Response
from bot.store.database import now_ms
from bot.store.runs import leases, ledger
from bot.store.tables import leases as lease_table
from bot.sync.engine import run_sync
from tests.rarely import edge, rarely
from tests.sync.world import COMPANY, Json, World

HTML = {"kind": "reply", "status": 502, "body": "<html><title>Bad Gateway</title></html>"}
LOST_AFTER = {"kind": "drop_after"}
LOST_BEFORE = {"kind": "drop_before"}
QUICKBOOKS_TAKES_S = 120
"""So long it works on a request: https://developer.intuit.com/app/developer/qbo/docs/learn/limits-and-throttles"""
BATCH = {"method": "POST", "path": "/batch", "body": "create"}


def poison(world: World, mark: str, effect: Json, path: str = "/batch") -> None:
    world.quickbooks_knobs.add({"match": {"path": path, "body": mark}, "effect": effect, "times": None})


def names(world: World, entity: str, field: str) -> Counter[str]:
    return Counter(str(row.get(field)) for row in world.books.entity(entity).values())


def writes_of(world: World) -> list[Request]:
    """Every write that reaches QuickBooks from now on."""
    seen: list[Request] = []
    handle = world.state.handle

    def heard(request: Request) -> Response:
        if "requestid" in request.query:
            seen.append(request)
        return handle(request)

    world.state.handle = heard  # type: ignore[method-assign]
    return seen


# The request that is sent


def test_a_batch_is_resent_byte_for_byte_under_one_request_id(paired: World) -> None:
    paired.contact("Kiosk Ltd")
    seen = writes_of(paired)
    paired.quickbooks_knobs.add({"match": BATCH, "effect": {**HTML, "kind": "after_reply"}, "times": 2})
    paired.sync_blue()
    creates = [request for request in seen if b"Kiosk Ltd" in request.body]
    assert len(creates) >= 2 and len({(one.body, one.query["requestid"]) for one in creates}) == 1
    assert 20 <= len(creates[0].query["requestid"]) <= 50 - len("30")  # room for the bId of the thirtieth


@edge
def test_a_void_is_resent_byte_for_byte_too(paired: World) -> None:
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.sync_blue()
    paired.change("invoices", invoice, status="voided")
    seen = writes_of(paired)
    rule = {"match": {"method": "POST", "path": "/invoice"}, "effect": LOST_AFTER, "times": 2}
    paired.quickbooks_knobs.add(rule)
    paired.sync_blue()
    voids = [request for request in seen if request.path.endswith("/invoice")]
    assert len(voids) == 3 and len({(one.body, one.query["requestid"]) for one in voids}) == 1


def test_what_is_changed_after_a_refusal_goes_under_another_request_id(paired: World) -> None:
    employee = paired.books.create("Employee", {"DisplayName": "Dup Name"})
    paired.contact("Dup Name")
    seen = writes_of(paired)
    paired.sync_red()
    paired.books.update("Employee", employee["Id"], {"DisplayName": "Somebody"})
    paired.sync_blue()
    ids = [request.query["requestid"] for request in seen if b"Dup Name" in request.body]
    assert len(ids) == len(set(ids)) == 2


# A record that QuickBooks chokes on


@pytest.mark.parametrize(
    "effect",
    [
        HTML,
        {"kind": "reply", "status": 200, "body": {"Fault": {"Error": [{"code": "2010"}], "type": "ValidationFault"}}},
        *rarely(
            LOST_BEFORE,
            {"kind": "reply", "status": 500, "body": {"Fault": {"Error": [{"code": "10000"}], "type": "SystemFault"}}},
        ),
    ],
    ids=["502", "a refusal with 200", "lost", "500 of its own"],
)
def test_a_record_that_quickbooks_chokes_on_fails_alone_and_twenty_nine_go_through(paired: World, effect: Json) -> None:
    for number in range(30):
        paired.contact(f"Tenant {number}" if number != 17 else "Poison")
    poison(paired, "Poison", effect)
    finished = paired.sync_red()
    assert (finished.counts.created, finished.counts.failed) == (29, 1)
    row = paired.row("Poison")
    assert row.code == "keeps-failing" and "Poison" in row.details and row.more_detail
    assert set(names(paired, "Customer", "DisplayName").values()) == {1}

    paired.contact("Newcomer")
    finished = paired.sync_red()
    assert (finished.counts.created, finished.counts.failed) == (1, 1)
    tries = 1 if effect.get("status") == 200 else 4
    assert finished.api_calls.quickbooks_writes == 1 + tries  # it goes by itself: nobody else waits for it again

    paired.quickbooks_knobs.clear()
    paired.sync_blue()
    assert names(paired, "Customer", "DisplayName")["Poison"] == 1


def test_what_was_done_although_it_was_never_answered_is_adopted_and_not_sent_again(paired: World) -> None:
    """The worst case: QuickBooks carries everything out, and every answer is lost for good."""
    paired.books.books.settings.refuse_duplicate_numbers = False
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    for number in range(12):
        paired.invoice(tenant, f"INV-{number}")
    poison(paired, "DocNumber", LOST_AFTER)
    paired.sync_blue()
    assert names(paired, "Invoice", "DocNumber") == Counter(f"INV-{number}" for number in range(12))
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_documents_that_quickbooks_numbers_itself_are_found_by_date_total_and_customer(paired: World) -> None:
    paired.books.set_preference("SalesFormsPrefs", "CustomTxnNumbers", False)
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    for number in range(4):
        paired.invoice(tenant, f"INV-{number}", amount=f"{100 + number}.00")
    poison(paired, "CustomerRef", LOST_AFTER)
    finished = paired.sync()
    assert not finished.could_not_run
    paired.quickbooks_knobs.clear()
    paired.sync_blue()
    assert len(paired.books.entity("Invoice")) == 4
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_an_update_that_was_done_but_never_answered_is_not_refused_for_ever(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    paired.change("contacts", tenant, phone="09 222")
    paired.quickbooks_knobs.add({"match": {"path": "/batch", "body": '"update"'}, "effect": LOST_AFTER, "times": None})
    paired.sync()
    paired.quickbooks_knobs.clear()
    paired.sync_blue()
    assert paired.partner("Customer", tenant, "contacts")["PrimaryPhone"]["FreeFormNumber"] == "09 222"
    with paired.nothing_written():
        paired.sync_blue()


def test_a_quickbooks_that_is_down_altogether_ends_the_run_and_blames_no_record(paired: World) -> None:
    paired.contact("Kiosk Ltd")
    paired.sync_blue()
    paired.contact("Newcomer")
    rules: list[Json] = []

    def down(request: Request) -> Response:
        if b"Newcomer" in request.body:
            rules.append({"match": {"path": "/v3/company"}, "effect": HTML, "times": None})
            paired.quickbooks_knobs.add(*rules[-1:])
        return handle(request)

    handle = paired.state.handle
    paired.state.handle = down  # type: ignore[method-assign]
    paired.quickbooks_knobs.add({"match": {"path": "/batch", "body": "Newcomer"}, "effect": LOST_AFTER, "times": None})
    finished = paired.sync()
    assert "QuickBooks" in finished.could_not_run and finished.flag is Flag.BLUE
    assert paired.row("Kiosk Ltd").code == ""
    paired.state.handle = handle  # type: ignore[method-assign]
    paired.quickbooks_knobs.clear()
    paired.sync_blue()
    assert names(paired, "Customer", "DisplayName") == Counter(["Kiosk Ltd", "Newcomer"])


# What an earlier run left behind


def leave_open(world: World, effect: Json, body: str = "create", path: str = "/batch") -> None:
    """A run that ends with a batch nobody answered: QuickBooks goes down with it."""
    handle = world.state.handle

    def down(request: Request) -> Response:
        if request.path.endswith(path) and body.encode() in request.body:
            response = handle(request) if effect is LOST_AFTER else None
            world.quickbooks_knobs.add({"match": {"path": "/v3/company"}, "effect": HTML, "times": None})
            return response or Response(503, b"")
        return handle(request)

    world.state.handle = down  # type: ignore[method-assign]
    world.quickbooks_knobs.add({"match": {"path": path, "body": body}, "effect": LOST_AFTER})
    assert world.sync().could_not_run
    world.state.handle = handle  # type: ignore[method-assign]
    world.quickbooks_knobs.clear()
    with world.database.read() as connection:
        assert ledger.open_batches(connection, COMPANY)


@pytest.mark.parametrize("hours", [0.5, 2], ids=["soon", "hours later"])
@pytest.mark.parametrize("effect", [LOST_AFTER, *rarely(LOST_BEFORE)], ids=["done", "not done"])
def test_what_a_run_left_open_is_settled_by_the_next_one(paired: World, effect: Json, hours: float) -> None:
    paired.books.books.settings.refuse_duplicate_numbers = False
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    for number in range(3):
        paired.invoice(tenant, f"INV-{number}")
    leave_open(paired, effect, "DocNumber")
    paired.clock.advance(hours=hours)
    seen = writes_of(paired)
    paired.sync_blue()
    assert names(paired, "Invoice", "DocNumber") == Counter(["INV-0", "INV-1", "INV-2"])
    if hours > 1 and effect is LOST_AFTER:  # its request id may be forgotten: nothing of it may be sent again
        assert not [request for request in seen if b"INV-" in request.body]
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_an_old_batch_that_somebody_may_have_sent_a_moment_ago_is_given_time_to_arrive(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    paired.invoice(tenant, "INV-0")
    leave_open(paired, LOST_AFTER, "DocNumber")
    paired.clock.advance(hours=2)
    paired.patience.waits_s.clear()
    paired.sync_blue()
    assert QUICKBOOKS_TAKES_S - 20 < max(paired.patience.waits_s) < QUICKBOOKS_TAKES_S + 60


@edge
def test_an_old_batch_that_nobody_touched_for_minutes_is_looked_up_at_once(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    paired.invoice(tenant, "INV-0")
    leave_open(paired, LOST_AFTER, "DocNumber")
    paired.clock.advance(hours=2)
    with paired.database.write() as connection:
        minutes_ago = now_ms(connection) - int(timedelta(minutes=10).total_seconds() * 1000)
        connection.execute(lease_table.update().values(until=minutes_ago))
        assert (leases.free_for_ms(connection, COMPANY) or 0) >= 600_000
    paired.patience.waits_s.clear()
    paired.sync_blue()
    assert max(paired.patience.waits_s, default=0) < QUICKBOOKS_TAKES_S / 2


@edge
def test_a_batch_left_open_that_quickbooks_chokes_on_does_not_hold_up_the_company(paired: World) -> None:
    for name in ("Kiosk Ltd", "Poison"):
        paired.contact(name)
    leave_open(paired, LOST_BEFORE, "DisplayName")
    poison(paired, "Poison", HTML)
    finished = paired.sync_red()
    assert (finished.counts.created, finished.counts.failed) == (1, 1)
    assert names(paired, "Customer", "DisplayName") == Counter(["Kiosk Ltd"])


def test_a_replayed_answer_is_never_taken_for_todays_state(paired: World) -> None:
    """Between the write and its replay somebody changed the record in QuickBooks."""
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    paired.invoice(tenant, "INV-0")
    leave_open(paired, LOST_AFTER, "DocNumber")
    (invoice,) = paired.books.entity("Invoice").values()
    paired.books.update("Invoice", invoice["Id"], {"DueDate": "2027-01-31"})
    finished = paired.sync_blue()
    assert finished.counts.failed == 0
    assert str(paired.named("invoices", "INV-0")["dueDate"]) == "2027-01-31"


@edge
def test_the_records_of_a_batch_are_looked_up_by_one_question(paired: World) -> None:
    from_lookup: list[Any] = []
    handle = paired.state.handle

    def heard(request: Request) -> Response:
        if "DocNumber IN" in request.query.get("query", ""):
            from_lookup.append(request.query["query"])
        return handle(request)

    paired.books.books.settings.refuse_duplicate_numbers = False
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    for number in range(40):
        paired.invoice(tenant, f"INV-{number}")
    paired.state.handle = heard  # type: ignore[method-assign]
    poison(paired, "DocNumber", LOST_AFTER)
    paired.sync_blue()
    assert len(from_lookup) == 2  # one question for each batch, not one for each record
    assert set(names(paired, "Invoice", "DocNumber").values()) == {1}


# Batches and single writes together


def mixed(world: World) -> Any:
    caps = Caps(requests_per_minute=80, requests_per_second=1_000, batches_per_minute=2)
    world.limits = LimitsByRealm(caps, world.patience.monotonic_s, world.patience.pause)
    run, _ = world.app.desk.runs.request(COMPANY, "", Trigger.COMMAND)
    return run_sync(replace(world.engine(), mixed_writes=True), COMPANY, run.run_id)


@edge
def test_while_the_batches_of_a_minute_are_used_up_records_go_one_by_one(paired: World) -> None:
    for number in range(110):
        paired.contact(f"Tenant {number}")
    seen = writes_of(paired)
    finished = mixed(paired)
    assert finished.flag is Flag.BLUE and finished.counts.created == 110
    batches = [request for request in seen if request.path.endswith("/batch")]
    singles = [request for request in seen if request.path.endswith("/customer")]
    assert len(batches) >= 2 and len(singles) >= 30
    assert len({request.query["requestid"] for request in seen}) == len(seen)
    assert set(names(paired, "Customer", "DisplayName").values()) == {1}
    with paired.nothing_written():
        paired.sync_blue()


def test_the_last_record_waits_for_no_batch_where_it_may_go_alone(paired: World) -> None:
    for number in range(31):
        paired.contact(f"Tenant {number}")
    seen, before_s = writes_of(paired), paired.patience.monotonic_s()
    assert mixed(paired).counts.created == 31
    batches = [request for request in seen if request.path.endswith("/batch")]
    assert len(batches) == 1 and len(seen) == 2  # the other batch of this minute read the settings
    assert paired.patience.monotonic_s() - before_s < 30


@pytest.mark.parametrize("effect", [LOST_AFTER, *rarely(LOST_BEFORE, {**HTML, "kind": "after_reply"})], ids=str)
def test_single_writes_are_resent_byte_for_byte_under_their_own_request_id(paired: World, effect: Json) -> None:
    for number in range(80):
        paired.contact(f"Tenant {number}")
    seen = writes_of(paired)
    paired.quickbooks_knobs.add({"match": {"method": "POST", "path": "/customer"}, "effect": effect, "times": 3})
    finished = mixed(paired)
    assert finished.flag is Flag.BLUE
    assert set(names(paired, "Customer", "DisplayName").values()) == {1} and paired.count("Customer") == 80
    by_id: dict[str, set[bytes]] = {}
    for request in seen:
        by_id.setdefault(request.query["requestid"], set()).add(request.body)
    assert all(len(bodies) == 1 for bodies in by_id.values())


@edge
def test_a_single_write_that_was_left_open_is_settled_by_the_next_run(paired: World) -> None:
    for number in range(80):
        paired.contact(f"Tenant {number}")
    handle = paired.state.handle

    def down(request: Request) -> Response:
        response = handle(request)
        if request.path.endswith("/customer"):
            paired.quickbooks_knobs.add({"match": {"path": "/v3/company"}, "effect": HTML, "times": None})
            return Response(503, b"")
        return response

    paired.state.handle = down  # type: ignore[method-assign]
    assert mixed(paired).could_not_run
    paired.state.handle = handle  # type: ignore[method-assign]
    paired.quickbooks_knobs.clear()
    paired.sync_blue()
    assert set(names(paired, "Customer", "DisplayName").values()) == {1} and paired.count("Customer") == 80
