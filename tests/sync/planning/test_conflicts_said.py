"""Both sides changed one record: which value won and which was lost is said, before it is done and afterwards."""

from decimal import Decimal

import pytest

from blocks.runs import plan as pages
from blocks.runs.run import living
from bot.core.runs import Flag
from bot.core.team.requested_plan import PlannedChange
from bot.jobs import planner
from bot.store.runs import plans
from bot.sync.ending import Finished
from bot.terminal import plan_table
from tests.sync.world import COMPANY, Json, World


def outgoing(world: World, **more: object) -> tuple[Json, Json]:
    """An invoice of 100.00 and 15.00 tax that both sides agree on: as each has it."""
    ours = world.invoice(world.contact("Kiosk Ltd"), "INV-7", **more)
    world.sync_blue()
    return ours, world.partner("Invoice", ours, "invoices")


def planned(world: World) -> tuple[Finished, list[PlannedChange]]:
    """What a plan would update, field by field."""
    made = world.plan()
    assert made.plan is not None
    with world.database.read() as connection:
        stored = plans.named(connection, made.company_id, made.plan.hash)
        assert stored is not None
        return made, list(plans.every_change(connection, stored))


def told(world: World) -> str:
    """The message of the last run, as a person reads it."""
    run = world.app.desk.companies.all()[0].last_run
    assert run is not None
    return living(run).text


def edited_there(world: World, theirs: Json, amount: str) -> None:
    tax = {"TotalTax": Decimal(amount) * 15 / 100}
    world.books.update("Invoice", theirs["Id"], {"Line": [world.sales_line(amount)], "TxnTaxDetail": tax})


def test_an_amount_that_gave_way_is_said_and_needs_a_look(paired: World) -> None:
    ours, theirs = outgoing(paired)
    edited_there(paired, theirs, "80.00")
    paired.change("invoices", ours, lines=[paired.line("90.00")])
    finished = paired.sync_blue()
    row = paired.row("INV-7")
    assert row.details.startswith("Updated in QuickBooks. Both sides had changed: ")
    assert "amount 92.00 in QuickBooks gave way to 103.50" in row.details
    assert "lines Rent 80.00 in QuickBooks gave way to Rent 90.00" in row.details
    assert (finished.flag, finished.counts.conflicts) == (Flag.BLUE, 1)
    assert finished.conflicts[0].startswith("Invoice INV-7: ")
    said = told(paired)
    assert "🔶 *1 conflict settled*" in said and "🔵 Blue" in said
    assert "amount 92.00 in QuickBooks gave way to 103.50" in said
    paired.sync_blue()
    assert "🔶" not in told(paired)


def test_a_due_date_that_gave_way_is_said_and_needs_a_look(paired: World) -> None:
    ours, theirs = outgoing(paired)
    paired.books.update("Invoice", theirs["Id"], {"DueDate": "2026-11-30"})
    paired.change("invoices", ours, dueDate="2026-12-04")
    finished = paired.sync_blue()
    words = "due date 30 Nov 2026 in QuickBooks gave way to 4 Dec 2026"
    assert paired.row("INV-7").details == f"Updated in QuickBooks. Both sides had changed: {words}."
    assert finished.conflicts == (f"Invoice INV-7: {words}",)


def test_a_name_and_an_address_that_gave_way_are_said_and_nobody_has_to_look(paired: World) -> None:
    ours = paired.contact("Kiosk Ltd", address={"line1": "1 Quay Street", "city": "Auckland"})
    paired.sync_blue()
    theirs = paired.partner("Customer", ours, "contacts")
    moved = {"DisplayName": "Kiosk & Sons", "BillAddr": {"Line1": "2 Mill Lane", "City": "Napier"}}
    paired.books.update("Customer", theirs["Id"], moved)
    paired.change("contacts", ours, name="Kiosk Limited", address={"line1": "9 Beach Road", "city": "Auckland"})
    finished = paired.sync_blue()
    details = paired.row("Kiosk Limited").details
    assert "name Kiosk & Sons in QuickBooks gave way to Kiosk Limited" in details
    assert "address 2 Mill Lane, Napier in QuickBooks gave way to 9 Beach Road, Auckland" in details
    assert finished.counts.conflicts == 0 and "🔶" not in told(paired)


def test_lines_that_gave_way_are_said_though_the_amount_is_the_same(paired: World) -> None:
    ours, theirs = outgoing(paired, lines=[paired.line("60.00"), paired.line("40.00", description="Parking")])
    lines = [paired.sales_line("70.00"), {**paired.sales_line("30.00"), "Description": "Parking"}]
    paired.books.update("Invoice", theirs["Id"], {"Line": lines, "TxnTaxDetail": None})
    paired.change("invoices", ours, lines=[paired.line("50.00"), paired.line("50.00", description="Parking")])
    finished = paired.sync_blue()
    words = "lines Rent 70.00, Parking 30.00 in QuickBooks gave way to Rent 50.00, Parking 50.00"
    assert paired.row("INV-7").details.endswith(f"Both sides had changed: {words}.")
    assert finished.counts.conflicts == 1


def test_quickbooks_wins_a_payment_and_what_was_lost_in_released_is_said(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "INV-7")
    ours = paired.create(
        "payments",
        **{"kind": "receipt", "contactId": tenant["id"], "date": "2026-10-12", "amount": "100.00", "currency": "NZD"},
        **{"reference": "EFT 7", "allocations": [{"invoiceId": invoice["id"], "amount": "100.00"}]},
    )
    paired.sync_blue()
    theirs = paired.partner("Payment", ours, "payments")
    paired.books.update("Payment", theirs["Id"], {"TxnDate": "2026-10-14", "TotalAmt": Decimal(100)})
    paired.change("payments", ours, date="2026-10-13")
    finished = paired.sync_blue()
    words = "date 13 Oct 2026 in Re-Leased gave way to 14 Oct 2026"
    assert paired.row(ours["id"]).details == f"Updated in Re-Leased. Both sides had changed: {words}."
    assert finished.conflicts == (f"Payment EFT 7: {words}",)


def test_what_was_edited_on_one_side_and_voided_on_the_other_is_said(paired: World) -> None:
    ours, theirs = outgoing(paired)
    edited_there(paired, theirs, "80.00")
    paired.change("invoices", ours, status="voided")
    finished = paired.sync_blue()
    words = "amount 92.00 in QuickBooks gave way to 0.00, as it was voided in Re-Leased"
    assert paired.row("INV-7").details.endswith(f"Both sides had changed: {words}.")
    assert finished.conflicts == (f"Invoice INV-7: {words}",)


def test_what_only_the_winner_changed_was_not_lost(paired: World) -> None:
    ours, theirs = outgoing(paired)
    paired.books.update("Invoice", theirs["Id"], {"PrivateNote": "agreed by phone"})
    paired.change("invoices", ours, dueDate="2026-12-04")
    finished = paired.sync_blue()
    details = paired.row("INV-7").details
    assert "note agreed by phone in QuickBooks gave way to nothing" in details and "due date" not in details
    assert finished.counts.conflicts == 0


def test_both_sides_changed_alike_is_no_conflict(paired: World) -> None:
    ours, theirs = outgoing(paired)
    paired.books.update("Invoice", theirs["Id"], {"DueDate": "2026-12-04"})
    paired.change("invoices", ours, dueDate="2026-12-04")
    assert paired.sync_blue().counts.conflicts == 0
    assert "gave way" not in paired.row("INV-7").details


@pytest.mark.parametrize("is_conflict", [False, True])
def test_a_plan_says_old_and_new_of_each_update_before_it_is_applied(paired: World, is_conflict: bool) -> None:
    ours, theirs = outgoing(paired)
    other = paired.partner("Customer", paired.named("contacts", "Kiosk Ltd"), "contacts")
    paired.books.update("Customer", other["Id"], {"PrimaryPhone": {"FreeFormNumber": "09 555 0100"}})
    paired.change("invoices", ours, dueDate="2026-12-04")
    if is_conflict:
        paired.books.update("Invoice", theirs["Id"], {"DueDate": "2026-11-30"})
    with paired.nothing_written():
        made, changes = planned(paired)
    before = "30 Nov 2026" if is_conflict else "20 Nov 2026"
    lines = [words for change in changes for words, _ in plan_table.change_lines(change)]
    lost = " (changed in QuickBooks too: that value is lost)" if is_conflict else ""
    due = ["Changes in QuickBooks: invoice INV-7", f"  due date: {before} → 4 Dec 2026{lost}"]
    phone = ["Changes in Re-Leased: contact Kiosk Ltd", "  phone number: nothing → 09 555 0100"]
    assert lines == ([*due, *phone] if is_conflict else [*phone, *due])
    assert made.plan is not None and made.plan.conflicts == is_conflict
    assert plan_table.plan_json(made.plan, changes)["updates"][0]["changes"]


def test_a_plan_in_slack_says_conflicts_on_its_message_and_old_and_new_in_its_window(paired: World) -> None:
    ours, theirs = outgoing(paired)
    paired.books.update("Invoice", theirs["Id"], {"DueDate": "2026-11-30"})
    paired.change("invoices", ours, dueDate="2026-12-04")
    desk = paired.app.desk.plans
    asked, _ = desk.request(COMPANY, "U0ANA")
    for wanted in planner.wanted(paired.engine()):
        planner.make(paired.engine(), wanted)
    ready = desk.get(asked.id)
    assert "🔶 1 record has changed on both sides" in str(pages.asked(ready).blocks)
    window = str(pages.contents(ready, desk.contents(asked.id), desk.changes(asked.id)))
    assert "🔶 Due date: 30 Nov 2026 → 4 Dec 2026 (changed in QuickBooks too: that value is lost)" in window


def test_every_update_of_a_plan_is_on_one_of_its_pages_conflicts_first(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoices = [paired.invoice(tenant, f"INV-{place:02}") for place in range(22)]
    paired.sync_blue()
    for invoice in invoices:
        paired.change("invoices", invoice, dueDate="2026-12-04")
    theirs = paired.partner("Invoice", invoices[-1], "invoices")
    paired.books.update("Invoice", theirs["Id"], {"DueDate": "2026-11-30"})
    desk = paired.app.desk.plans
    asked, _ = desk.request(COMPANY, "U0ANA")
    for wanted in planner.wanted(paired.engine()):
        planner.make(paired.engine(), wanted)
    first, second = desk.changes(asked.id), desk.changes(asked.id, 2)
    assert (first.total, first.pages, len(first.rows), len(second.rows)) == (22, 2, 20, 2)
    assert first.rows[0].name == "INV-21" and {row.name for row in (*first.rows, *second.rows)} == {
        invoice["number"] for invoice in invoices
    }
    assert "plan.next" in str(pages.contents(desk.get(asked.id), [], first))
    assert "plan.previous" in str(pages.contents(desk.get(asked.id), [], second))
