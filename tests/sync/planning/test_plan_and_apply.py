"""The plan: it says what a sync does, its hash stands for exactly that, and applying it does that or nothing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.core.model import Direction, Outcome, RecordRef, RecordType, Side
from bot.core.planning.plan_summary import Plan
from bot.core.runs import Flag, Progress, Trigger
from bot.store.tables import planned_steps, plans
from bot.sync.ending import Finished
from bot.sync.engine import run_sync
from tests.rarely import edge, rarely
from tests.sync.world import COMPANY, World


def plan_of(world: World) -> Plan:
    finished = world.plan()
    assert finished.plan is not None, finished.could_not_run
    return finished.plan


def apply(world: World, hash_: str, **options: Any) -> Finished:
    run, _ = world.app.desk.runs.request(COMPANY, "", Trigger.COMMAND, plan=hash_)
    return run_sync(world.engine(), COMPANY, run.run_id, plan=run.plan, **options)


def counts(plan: Plan, type_: RecordType, direction: Direction) -> dict[str, int]:
    rows = [row for row in plan.by_type if (row.type, row.direction) == (type_, direction)]
    return {name: number for row in rows for name, number in row.counts.items() if number}


def busy(world: World) -> None:
    """Something of everything: new and alike on both sides, edited, voided, skipped, waiting, failing."""
    tenant, supplier = world.contact("Kiosk Ltd"), world.contact("Plumb Co", "supplier")
    world.customer("kiosk ltd"), world.customer("Aroha")
    world.invoice(tenant, "INV-1"), world.bill(supplier, "B-1"), world.invoice(tenant, "DRAFT", status="draft")
    bad = world.contact("Bad: name")
    world.invoice(bad, "WAITS")
    world.qb_invoice(world.customer("Ben"), "SI-1")


@edge
def test_a_plan_says_what_the_sync_then_does(paired: World) -> None:
    busy(paired)
    before = paired.plan()
    with paired.nothing_written():
        again = paired.plan()
    done = paired.sync()
    assert before.counts == again.counts == done.counts
    plan = before.plan
    assert plan is not None and plan == again.plan
    assert counts(plan, RecordType.CONTACT, Direction.OUTGOING) == {"create": 1, "match": 1, "fail": 1}
    assert counts(plan, RecordType.CONTACT, Direction.INCOMING) == {"create": 2}
    assert counts(plan, RecordType.INVOICE, Direction.OUTGOING) == {"create": 2, "skip": 1, "wait": 1}
    assert counts(plan, RecordType.INVOICE, Direction.INCOMING) == {"create": 1}
    assert plan.operations == 1 + 1 + 2 + 2 + 1


@edge
@pytest.mark.parametrize("chunk", [1, *rarely(300)])
def test_on_the_first_connection_documents_of_matched_contacts_are_planned_as_matches(
    world: World, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their partners are not linked yet, only planned to be; and the two halves of a match may be chunks apart."""
    monkeypatch.setattr("bot.sync.writing.records_loop.CHUNK", chunk)
    world.rent(), world.repairs(), world.gst()
    tenant = world.contact("Kiosk Ltd")
    customer = world.customer("Kiosk Ltd")
    for number in range(3):
        world.invoice(tenant, f"INV-{number}", issueDate="2026-10-06")
        world.qb_invoice(customer, f"INV-{number}")
    plan = plan_of(world)
    assert counts(plan, RecordType.INVOICE, Direction.OUTGOING) == {"match": 3}
    assert counts(plan, RecordType.INVOICE, Direction.INCOMING) == {}
    finished = apply(world, plan.hash)
    assert finished.flag is Flag.BLUE, [(row.name, row.details, row.more_detail) for row in finished.failures]
    assert world.count("Invoice") == 3 and len(world.all("invoices")) == 3


@edge
def test_a_child_of_a_record_that_fails_in_the_plan_waits_in_the_plan(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "INV-1")
    paired.sync_blue()
    paired.change("contacts", tenant, name="Bad: name"), paired.change("invoices", invoice, reference="new")
    plan = plan_of(paired)
    assert counts(plan, RecordType.INVOICE, Direction.OUTGOING) == {"wait": 1}
    done = paired.sync()
    assert (done.counts.failed, done.counts.waiting, done.counts.updated) == (2, 1, 0)


def test_what_an_archived_contact_holds_up_is_foreseen_and_not_sent(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    paired.books.update("Customer", paired.now("contacts", tenant)["externalId"], {"Active": False})
    paired.invoice(tenant, "INV-1"), paired.invoice(tenant, "INV-2")
    writes = paired.writes()[0]
    planned = paired.plan()
    assert planned.counts.failed == 2 and planned.plan is not None and planned.plan.operations == 1  # archived here too
    assert paired.sync_red().counts.failed == 2 and paired.writes()[0] == writes
    row = paired.row("INV-1")
    assert (row.code, row.cause) == ("archived-contact", RecordRef(RecordType.CONTACT, tenant["id"]))
    assert row.details == "Kiosk Ltd is inactive in QuickBooks" and "Make active" in row.more_detail
    paired.books.update("Customer", paired.now("contacts", tenant)["externalId"], {"Active": True})
    assert paired.sync_blue().counts.created == 2


@edge
def test_a_child_of_a_record_that_failed_before_and_is_right_now_goes_out_in_the_plan(paired: World) -> None:
    tenant = paired.contact("Bad: name")
    paired.invoice(tenant, "INV-1")
    paired.sync_red()
    paired.change("contacts", tenant, name="Good name")
    assert counts(plan_of(paired), RecordType.INVOICE, Direction.OUTGOING) == {"create": 1}


@edge
def test_a_planned_change_of_a_parent_is_no_change_of_its_children(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "INV-1")
    paired.sync_blue()
    paired.change("contacts", tenant, phone="09 1"), paired.change("invoices", invoice, reference="new")
    paired.change("invoices", invoice, reference=None)
    plan = plan_of(paired)
    assert counts(plan, RecordType.CONTACT, Direction.OUTGOING) == {"update": 1}
    assert counts(plan, RecordType.INVOICE, Direction.OUTGOING) == {}


@edge
def test_a_plan_leaves_everything_for_the_run_that_follows(paired: World) -> None:
    busy(paired)
    for _ in range(3):
        plan_of(paired)
    assert paired.rows(type=RecordType.INVOICE) == []
    paired.sync_red()
    assert paired.named("invoices", "INV-1")["externalId"] and paired.named("contacts", "Aroha")["externalId"]


def test_nothing_to_do_is_a_plan_as_well(paired: World) -> None:
    plan = plan_of(paired)
    assert (plan.operations, plan.by_type, plan.totals) == (0, (), ())
    with paired.nothing_written():
        assert apply(paired, plan.hash).flag is Flag.BLUE


# Totals and calls


@edge
def test_control_totals_before_and_after_are_those_before_and_after(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    first = paired.invoice(tenant, "INV-1")
    voided = paired.invoice(tenant, "INV-2", "10.00")
    paired.sync_blue()
    paired.invoice(tenant, "INV-3", "20.00")
    paired.change("invoices", voided, status="voided")
    paired.change("invoices", first, lines=[paired.line("200.00")])
    paired.qb_invoice(paired.partner("Customer", tenant, "contacts"), "SI-1", "40.00")
    totals = {(one.entity, one.side): one for one in plan_of(paired).totals}
    there, here = totals["Invoice", Side.QUICKBOOKS], totals["Invoice", Side.RELEASED]
    assert (there.count_before, there.amount_before) == (3, Decimal("172.50"))  # 115.00, 11.50 and 46.00
    assert (here.count_before, here.amount_before) == (2, Decimal("253.00"))  # 230.00 and 23.00
    assert (there.count_after, there.amount_after) == (here.count_after, here.amount_after) == (3, Decimal("299.00"))
    paired.sync_blue()
    after = {(one.entity, one.side): one for one in plan_of(paired).totals}
    for side in Side:
        assert (after["Invoice", side].count_before, after["Invoice", side].amount_before) == (3, Decimal("299.00"))


@edge
def test_the_calls_of_the_plan_are_those_that_applying_it_takes(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    for number in range(65):
        paired.invoice(tenant, f"INV-{number}")
    paired.customer("Aroha")
    plan = plan_of(paired)
    before = paired.writes()
    done = apply(paired, plan.hash)
    calls = plan.calls
    assert (calls.quickbooks_batches, calls.quickbooks_singles) == (1 + 3, 0)
    assert (calls.released_writes, calls.released_write_backs) == (1, 66)
    assert done.api_calls.quickbooks_writes == calls.quickbooks_batches + calls.quickbooks_singles
    assert done.api_calls.quickbooks_reads == calls.quickbooks_reads
    assert done.api_calls.released == calls.released_reads + calls.released_writes + calls.released_write_backs
    assert paired.writes()[1] - before[1] == calls.released_writes + calls.released_write_backs
    assert calls.seconds == 6  # four batches at forty a minute


# The hash


@pytest.mark.parametrize(
    "deed",
    [
        lambda world: world.customer("Newcomer"),
        lambda world: world.change("invoices", world.named("invoices", "INV-1"), reference="other"),
        *rarely(
            lambda world: world.contact("Newcomer"),
            lambda world: world.change("invoices", world.named("invoices", "INV-1"), status="voided"),
            lambda world: world.change("contacts", world.named("contacts", "Bad: name"), name="Good name"),
            lambda world: world.change("invoices", world.named("invoices", "DRAFT"), status="approved"),
        ),
    ],
)
def test_whatever_changes_what_would_be_done_changes_the_hash_and_nothing_is_written(
    paired: World, deed: Callable[[World], object]
) -> None:
    busy(paired)
    plan = plan_of(paired)
    deed(paired)
    before = paired.company().flag
    with paired.nothing_written():
        said = apply(paired, plan.hash)
    assert "The plan changed since" in said.could_not_run and "Make a new plan" in said.could_not_run
    assert "Before that" not in said.could_not_run and not said.counts.created
    assert plan_of(paired).hash != plan.hash
    assert paired.company().flag == before
    assert apply(paired, plan_of(paired).hash).could_not_run == ""


@edge
def test_a_change_that_changes_nothing_to_do_leaves_the_hash(paired: World) -> None:
    busy(paired)
    plan = plan_of(paired)
    paired.clock.advance(hours=30)
    paired.invoice(paired.named("contacts", "Kiosk Ltd"), "DRAFT-2", status="draft")
    assert plan_of(paired).hash == plan.hash


def test_what_changed_is_said_by_name(paired: World) -> None:
    busy(paired)
    plan = plan_of(paired)
    tenant = paired.named("contacts", "Kiosk Ltd")
    paired.invoice(tenant, "INV-7"), paired.invoice(tenant, "INV-8")
    paired.change("invoices", paired.named("invoices", "B-1"), status="voided")
    paired.change("invoices", paired.named("invoices", "INV-1"), reference="other")
    said = apply(paired, plan.hash).could_not_run
    assert "2 more to create (invoice INV-7, invoice INV-8)" in said
    assert "1 to create gone (invoice B-1)" in said and "1 to create changed (invoice INV-1)" in said


def test_a_hash_that_nobody_knows_writes_nothing_and_says_so(paired: World) -> None:
    busy(paired)
    with paired.nothing_written():
        assert "No plan" in apply(paired, "0123456789abcdef").could_not_run


@edge
def test_the_order_does_not_hang_on_how_records_fall_into_chunks(
    paired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(paired)
    for number in range(9):
        paired.contact(f"Tenant {number}"), paired.customer(f"Tenant {number}"), paired.customer(f"Other {number}")
    whole = plan_of(paired)
    monkeypatch.setattr("bot.sync.writing.records_loop.CHUNK", 2)
    parts = plan_of(paired)
    assert (parts.hash, parts.by_type) == (whole.hash, whole.by_type)


def test_the_last_five_plans_are_kept_and_older_ones_make_room(paired: World) -> None:
    for number in range(7):
        paired.contact(f"Tenant {number}")
        plan_of(paired)
    with paired.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(plans)).scalar_one() == 5
        kept = set(connection.execute(select(plans.c.id)).scalars())
        assert set(connection.execute(select(planned_steps.c.plan_id)).scalars()) <= kept


# Applying


def test_an_applied_plan_does_everything_it_said(paired: World) -> None:
    busy(paired)
    plan = plan_of(paired)
    done = apply(paired, plan.hash)
    assert not done.could_not_run
    assert done.counts.created == sum(row.counts["create"] for row in plan.by_type)
    assert done.counts.adopted == sum(row.counts["match"] for row in plan.by_type)
    assert plan_of(paired).operations == 0


@edge
def test_what_changes_while_a_plan_is_carried_out_is_left_for_the_next_sync(paired: World) -> None:
    """Somebody edits the customer between our reading it and our writing it."""
    tenant = paired.contact("Kiosk Ltd", phone="09 111")
    paired.sync_blue()
    paired.change("contacts", tenant, phone="09 222")
    customer = paired.partner("Customer", tenant, "contacts")
    plan = plan_of(paired)
    number = {"PrimaryPhone": {"FreeFormNumber": "09 333"}}

    def meanwhile(progress: Progress) -> None:
        if progress == Progress("contacts", 0, 1):
            paired.books.update("Customer", customer["Id"], number)

    done = apply(paired, plan.hash, advance=meanwhile)
    assert paired.books.read("Customer", customer["Id"])["PrimaryPhone"]["FreeFormNumber"] == "09 333"
    assert (done.flag, paired.row("Kiosk Ltd").outcome, paired.row("Kiosk Ltd").code) == (
        Flag.RED,
        Outcome.WAITING,
        "not-in-plan",
    )
    paired.sync_blue()
    assert paired.books.read("Customer", customer["Id"])["PrimaryPhone"]["FreeFormNumber"] == "09 222"


def test_a_company_that_is_only_observed_takes_no_plan(make_world: Callable[..., World]) -> None:
    world = make_world(connected=False)
    world.released.control("PUT", "settings", {"companies": {COMPANY: {"builtInSync": True}}})
    world.connect()
    world.contact("Kiosk Ltd")
    plan = plan_of(world)
    with world.nothing_written():
        assert "only observed" in apply(world, plan.hash).could_not_run
