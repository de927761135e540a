"""The control at the end of a run: nothing twice, totals equal, and it costs what changed."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, text

from bot.core.model import Outcome, RecordRef, RecordType
from bot.core.runs import RedReason
from bot.sync.control import end_of_run
from tests.rarely import edge
from tests.sync.world import Json, World


def two_invoices(world: World) -> tuple[Json, Json]:
    tenant = world.contact("Kiosk Ltd")
    world.invoice(tenant, "INV-1"), world.invoice(tenant, "INV-2", "200.00")
    world.sync_blue()
    return world.partner("Customer", tenant, "contacts"), tenant


def allow_equal_numbers(world: World) -> None:
    """The company warns its people of a number used twice, but does not stop them."""
    world.books.books.settings.refuse_duplicate_numbers = False


def copy_in_quickbooks(world: World, number: str) -> Json:
    """Somebody enters an invoice once more by hand, to the letter."""
    allow_equal_numbers(world)
    original = next(row for row in world.books.entity("Invoice").values() if row["DocNumber"] == number)
    fields = ("CustomerRef", "DocNumber", "TxnDate", "DueDate", "Line", "TxnTaxDetail", "GlobalTaxCalculation")
    return world.books.create("Invoice", {name: original[name] for name in fields if name in original})


def test_a_run_says_how_many_documents_and_payments_it_checked_and_pairs_count_once(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.invoice(tenant, "INV-1"), paired.invoice(tenant, "INV-2", "200.00")
    finished = paired.sync_blue()
    assert finished.control is not None and finished.control.checked == 2
    words = "No duplicates: 2 new or changed documents and payments were checked on both sides."
    assert finished.control.statement == words
    assert paired.app.desk.runs.get(finished.run_id).control == words


@edge
def test_a_pair_counts_once_though_its_sides_are_pages_apart(paired: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(end_of_run, "PAGE", 1)
    tenant = paired.contact("Kiosk Ltd")
    paired.invoice(tenant, "INV-1"), paired.invoice(tenant, "INV-2", "200.00")
    finished = paired.sync_blue()
    assert finished.control is not None and finished.control.checked == 2


def test_a_run_without_changes_checks_nothing_again(paired: World) -> None:
    two_invoices(paired)
    paired.sync_blue()
    finished = paired.sync_blue()
    assert finished.control is not None and finished.control.checked == 0
    assert "no document or payment is new or changed" in finished.control.statement


def test_a_duplicate_that_somebody_entered_by_hand_is_named_with_both_ids_until_it_is_voided(paired: World) -> None:
    two_invoices(paired)
    twin = copy_in_quickbooks(paired, "INV-2")
    finished = paired.sync_red()
    (row,) = finished.failures
    assert (row.code, row.outcome, row.name) == ("suspected-duplicate", Outcome.FAILED, "INV-2")
    assert row.external_id == twin["Id"] and "twice" in row.details
    original = paired.partner("Invoice", first(paired, "INV-2"), "invoices")
    assert original["Id"] in row.more_detail and twin["Id"] in row.more_detail
    assert finished.control is not None and finished.control.statement == "1 suspected duplicate: INV-2."
    paired.sync_red()
    paired.books.void("Invoice", twin["Id"])
    finished = paired.sync_blue()
    assert finished.control is not None and finished.control.statement.startswith("No duplicates")


@edge
def test_a_suspected_duplicate_holds_up_neither_its_own_pair_nor_what_refers_to_it(paired: World) -> None:
    customer, _ = two_invoices(paired)
    twin = copy_in_quickbooks(paired, "INV-2")
    paired.sync_red()
    paired.receive(customer["Id"], "50.00", (twin["Id"], "50.00"))
    finished = paired.sync_red()
    assert [row.code for row in finished.failures] == ["suspected-duplicate"]
    assert len(paired.all("payments")) == 1


@edge
def test_a_person_may_leave_a_suspected_duplicate_as_it_is(paired: World) -> None:
    two_invoices(paired)
    twin = copy_in_quickbooks(paired, "INV-2")
    paired.sync_red()
    paired.unlink(RecordRef.in_quickbooks(RecordType.INVOICE, "Invoice", twin["Id"]))
    paired.sync_blue()
    paired.books.update("Invoice", twin["Id"], {"PrivateNote": "right as it is"})
    paired.sync_blue()


@edge
@pytest.mark.parametrize("reference", ["", "EFT 9"])
def test_two_equal_receipts_of_one_day_are_no_duplicate_without_a_reference(paired: World, reference: str) -> None:
    customer, _ = two_invoices(paired)
    more: dict[str, Any] = {"PaymentRefNum": reference} if reference else {}
    for _count in range(2):
        paired.receive(customer["Id"], "20.00", **more)
    finished = paired.sync()
    codes = [row.code for row in finished.failures]
    assert codes == (["suspected-duplicate"] if reference else [])


@edge
def test_equal_receipts_with_one_reference_for_two_invoices_are_no_duplicate(paired: World) -> None:
    customer, _ = two_invoices(paired)
    for id_ in list(paired.books.entity("Invoice")):
        paired.receive(customer["Id"], "20.00", (id_, "20.00"), PaymentRefNum="DEBIT RUN 7")
    paired.sync_blue()


def first(world: World, number: str) -> Json:
    return next(row for row in world.all("invoices") if row["number"] == number)


def alter_mirror(world: World, number: str, **fields: Decimal) -> None:
    """As if a defect of ours had let the two sides part without a word, long enough ago not to be read again."""
    for _run in range(2):
        world.clock.advance(hours=1)
        world.sync_blue()
    names = ", ".join(f"{name} = {int(value * 100)}" for name, value in fields.items())
    with world.database.write() as connection:
        where = f"name = '{number}' AND side = 'quickbooks'"
        assert connection.execute(text(f"UPDATE figures SET {names}, fresh = TRUE WHERE {where}")).rowcount == 1


def test_totals_that_differ_without_a_word_make_the_run_red_and_are_named_with_both_figures(paired: World) -> None:
    two_invoices(paired)
    alter_mirror(paired, "INV-1", gross=Decimal("114.99"), tax=Decimal("14.99"))
    finished = paired.sync_red()
    assert finished.red_reason is RedReason.OUT_OF_BALANCE and not finished.failures
    run = paired.app.desk.runs.get(finished.run_id)
    assert run.red_reason is RedReason.OUT_OF_BALANCE
    assert "INV-1: Re-Leased NZD 115.00 (tax 15.00), QuickBooks NZD 114.99 (tax 14.99)" in run.error
    assert "INV-2" not in run.error


@edge
def test_a_difference_in_tax_alone_is_a_difference(paired: World) -> None:
    two_invoices(paired)
    alter_mirror(paired, "INV-1", net=Decimal("100.01"), tax=Decimal("14.99"))
    assert paired.sync_red().red_reason is RedReason.OUT_OF_BALANCE


@edge
def test_a_difference_is_remembered_by_runs_in_which_nothing_changed_and_clears_itself(paired: World) -> None:
    two_invoices(paired)
    alter_mirror(paired, "INV-1", gross=Decimal("114.99"))
    paired.sync_red()
    paired.sync_red()
    paired.change("invoices", paired.named("invoices", "INV-1"), reference="looked at")
    paired.sync_blue()


def test_a_difference_of_a_pair_that_was_left_out_or_has_a_failing_row_is_explained(paired: World) -> None:
    two_invoices(paired)
    alter_mirror(paired, "INV-1", gross=Decimal("114.99"))
    paired.unlink(RecordRef(RecordType.INVOICE, paired.named("invoices", "INV-1")["id"]))
    paired.sync_blue()


@edge
def test_the_control_of_a_run_without_changes_asks_few_questions_however_much_there_is(paired: World) -> None:
    two_invoices(paired)
    paired.sync_blue()
    asked: list[str] = []
    event.listen(paired.database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    paired.sync_blue()
    questions = [one for one in asked if ("figures" in one or "differences" in one) and not one.startswith("INSERT")]
    assert 1 <= len(questions) <= 3
