"""How often a write is repeated, how long it is waited for, and by how much two clocks may differ."""

from datetime import datetime, timedelta

import pytest

from bot.core.model import Direction, Outcome, RecordRef, RecordType
from bot.core.planning.steps import Operation, Verb
from bot.core.runs import Flag
from bot.sandbox.http.exchange import Request, Response
from bot.store.runs import ledger
from bot.sync.writing import in_doubt
from tests.sync.world import COMPANY, Json, World
from tests.sync.writing.test_exactly_once import (
    HTML,
    LOST_AFTER,
    LOST_BEFORE,
    QUICKBOOKS_TAKES_S,
    leave_open,
    poison,
    writes_of,
)

CREATE_CUSTOMER = (Verb.CREATE, Direction.OUTGOING, "Customer", Outcome.CREATED, "Kiosk Ltd")


@pytest.mark.parametrize(("headers", "waits_s"), [({}, [2, 4, 8]), ({"retry-after": "7200"}, [60, 60, 60])])
def test_a_batch_is_sent_four_times_with_growing_waits_and_then_looked_up(
    paired: World, headers: Json, waits_s: list[int]
) -> None:
    paired.contact("Kiosk Ltd")
    seen = writes_of(paired)
    poison(paired, "Kiosk Ltd", {"kind": "after_reply", "status": 503, "headers": headers})
    finished = paired.sync()
    assert len({one.query["requestid"] for one in seen}) == 1 and len(seen) == 4
    assert paired.patience.waits_s[:3] == waits_s
    assert finished.flag is Flag.BLUE and paired.count("Customer") == 1


def test_a_batch_in_doubt_falls_apart_into_single_records_in_two_steps() -> None:
    """Each part is asked for by itself: neither for ever, nor at the price of a request a record at once."""
    some = [Operation(RecordRef(RecordType.CONTACT, str(place)), *CREATE_CUSTOMER) for place in range(30)]
    first = in_doubt.split(some, 30)
    assert [one for part in first for one in part] == some
    assert 1 < len(first) < 10
    assert all(len(part) == 1 for group in first for part in in_doubt.split(group, len(group)))


def test_a_batch_in_doubt_is_looked_up_only_once_quickbooks_must_be_done_with_it(paired: World) -> None:
    """A gateway gives up at once, and what is behind it may still book the record a minute later."""
    paired.contact("Kiosk Ltd")
    poison(paired, "Kiosk Ltd", HTML)
    paired.sync_red()
    assert QUICKBOOKS_TAKES_S < max(paired.patience.waits_s) < QUICKBOOKS_TAKES_S + 60
    paired.patience.waits_s.clear()
    fault = {"Fault": {"Error": [{"code": "10000"}], "type": "SystemFault"}}
    paired.quickbooks_knobs.clear()
    poison(paired, "Kiosk Ltd", {"kind": "reply", "status": 500, "body": fault})
    paired.sync_red()
    assert max(paired.patience.waits_s) < QUICKBOOKS_TAKES_S  # QuickBooks said itself that it had failed


def test_what_a_batch_may_have_made_is_asked_for_by_one_question(paired: World) -> None:
    """Reads are what QuickBooks charges for."""
    for place in range(5):
        paired.contact(f"Tenant {place}")
    asked: list[str] = []
    handle = paired.state.handle

    def hear(request: Request) -> Response:
        asked.append(request.query.get("query", ""))
        return handle(request)

    paired.state.handle = hear  # type: ignore[method-assign]
    poison(paired, "Tenant", LOST_AFTER)
    paired.sync_blue()
    assert len([question for question in asked if "DisplayName" in question]) == 1 and paired.count("Customer") == 5


def test_a_void_whose_answer_was_lost_with_the_run_is_settled_by_the_next_one(paired: World) -> None:
    """It went alone, as no batch takes a void."""
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.sync_blue()
    paired.change("invoices", invoice, status="voided")
    leave_open(paired, LOST_AFTER, "SyncToken", "/invoice")
    paired.sync_blue()
    assert paired.partner("Invoice", invoice, "invoices")["TotalAmt"] == 0
    with paired.database.read() as connection:
        assert ledger.open_batches(connection, COMPANY) == []


# Whose record it is, by the time it was entered


def numbered_there(world: World) -> World:
    """Documents carry no number of ours, so that what is found after a lost answer has nothing to be known by."""
    world.books.set_preference("SalesFormsPrefs", "CustomTxnNumbers", False)
    world.contact("Kiosk Ltd")
    world.sync_blue()
    return world


def entered_minutes_earlier(world: World, minutes: float) -> None:
    """As the other clock has it."""
    (invoice,) = world.books.entity("Invoice").values()
    entered = datetime.fromisoformat(invoice["MetaData"]["CreateTime"]) - timedelta(minutes=minutes)
    invoice["MetaData"]["CreateTime"] = entered.isoformat()


def test_a_write_is_recognised_although_the_clock_there_is_minutes_behind(paired: World) -> None:
    world = numbered_there(paired)
    world.invoice(world.named("contacts", "Kiosk Ltd"), "INV-1")
    leave_open(world, LOST_AFTER, "CustomerRef")
    entered_minutes_earlier(world, 8)
    world.clock.advance(hours=2)
    world.sync_blue()
    assert world.count("Invoice") == 1


def test_what_was_entered_for_another_customer_is_not_taken_for_our_write(paired: World) -> None:
    world = numbered_there(paired)
    other = world.customer("Aroha")
    invoice = world.invoice(world.named("contacts", "Kiosk Ltd"), "INV-1")
    leave_open(world, LOST_BEFORE, "CustomerRef")
    body = {"CustomerRef": {"value": other["Id"]}, "TxnDate": invoice["issueDate"]}
    theirs = world.books.create("Invoice", {**body, "Line": [world.sales_line()]})
    world.clock.advance(hours=2)
    world.sync_blue()
    assert world.partner("Invoice", invoice, "invoices")["Id"] != theirs["Id"] and world.count("Invoice") == 2


def test_what_people_had_entered_before_is_not_taken_for_our_write(paired: World) -> None:
    world = numbered_there(paired)
    invoice = world.invoice(world.named("contacts", "Kiosk Ltd"), "INV-1")
    leave_open(world, LOST_BEFORE, "CustomerRef")
    customer = world.partner("Customer", world.named("contacts", "Kiosk Ltd"), "contacts")
    body = {"CustomerRef": {"value": customer["Id"]}, "TxnDate": invoice["issueDate"]}
    world.books.create("Invoice", {**body, "Line": [world.sales_line()]})
    entered_minutes_earlier(world, 15)
    world.clock.advance(hours=2)
    world.sync_red()
    assert world.row("INV-1").code == "suggested-match"
