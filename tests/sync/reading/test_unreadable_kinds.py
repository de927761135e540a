"""One kind of record cannot be read: all others sync, what depends on it waits, and the run says which and why."""

import pytest

from bot.core.faults import UserError
from bot.core.model import Direction, Outcome, RecordType
from bot.core.runs import Flag, RedReason, Trigger
from bot.sync.engine import run_sync
from bot.sync.verify import verify
from tests.rarely import edge, rarely
from tests.sync.reading.unreadable import broken_in_released, complete_again, error_of, mirror_of
from tests.sync.world import COMPANY, IDLE_CALLS, World
from tests.sync.writing.filed import ours, theirs

WAITING = Outcome.WAITING
BAD_ADDRESS = "QueryProcessingError: To email address entered is invalid"


@pytest.mark.parametrize("code", ["4002", "10000"])
def test_invoices_that_quickbooks_does_not_give_wait_and_everything_else_syncs(busy: World, code: str) -> None:
    mirror, mark = mirror_of(busy, "quickbooks", "Invoice"), busy.company().cursors["quickbooks"]
    written = busy.count("Invoice")
    busy.books.break_reading("Invoice", code)

    finished = busy.sync_red()

    assert busy.books.entity("Customer").find("DisplayName", "Aroha Ltd") is not None
    assert busy.named("invoices", "SB-1")["kind"] == "expense"
    assert busy.count("Invoice") == written
    assert not [row for row in busy.all("invoices") if row["number"] == "SI-1"]
    assert {busy.row(number).outcome for number in ("INV-1", "INV-2")} == {WAITING}
    assert mirror_of(busy, "quickbooks", "Invoice") == mirror
    assert busy.company().cursors["quickbooks_apart"] == {"Invoice": mark}
    assert busy.company().cursors["quickbooks"] > mark
    assert finished.red_reason is RedReason.UNREADABLE
    said = error_of(busy, finished)
    assert said.startswith("Invoices could not be read from QuickBooks.")
    assert BAD_ADDRESS in said if code == "4002" else "wrong inside QuickBooks" in said
    (cause,) = busy.causes()
    assert (cause.headline, cause.count) == ("Invoices could not be read from QuickBooks", 2)

    busy.books.mend_reading("Invoice")
    complete_again(busy)
    assert busy.count("Invoice") == written + 1
    assert busy.named("invoices", "SI-1")["status"] == "approved"
    assert busy.partner("Invoice", busy.named("invoices", "INV-1"), "invoices")["DueDate"] == "2026-12-01"


def test_while_it_stays_so_the_others_cost_one_question_and_the_kind_its_own(busy: World) -> None:
    busy.books.break_reading("Invoice")
    busy.sync_red()

    with busy.nothing_written():
        calls = busy.sync_red().api_calls

    assert calls.quickbooks_reads == 4, "settings, the changes of all others, and two questions for invoices"
    assert calls.released <= IDLE_CALLS


def test_the_remedy_for_an_address_names_the_records_to_look_at(busy: World) -> None:
    busy.books.break_reading("Invoice")
    (cause,) = [cause for cause in (busy.sync_red(), busy.causes())[1] if cause.code == "unreadable-address"]
    assert "the invoices that were entered or changed since 20 Oct 2026" in cause.how
    assert BAD_ADDRESS in cause.why
    assert "in QuickBooks" in cause.move


def test_a_run_with_nothing_that_waits_is_red_all_the_same_and_says_why(paired: World) -> None:
    paired.books.break_reading("Invoice")
    finished = paired.sync_red()
    assert (finished.counts.failed, finished.red_reason) == (0, RedReason.UNREADABLE)
    assert "Invoices could not be read from QuickBooks" in error_of(paired, finished)
    paired.books.mend_reading("Invoice")
    complete_again(paired)


@pytest.mark.parametrize("entity", ["Invoice", *rarely("Bill", "Customer", "Account")])
def test_at_the_first_sync_nothing_is_created_that_may_be_there_already(world: World, entity: str) -> None:
    world.rent(), world.repairs(), world.gst()
    tenant, supplier = world.contact("Kiosk Ltd"), world.contact("Plumb Ltd", "supplier")
    world.qb_invoice(world.customer("Kiosk Ltd"), "INV-1", TxnDate="2026-10-05", DueDate="2026-11-20")
    world.qb_bill(world.vendor("Plumb Ltd"), "B-1", TxnDate="2026-10-05", DueDate="2026-11-20")
    world.invoice(tenant, "INV-1"), world.bill(supplier, "B-1")
    world.books.break_reading(entity)

    world.sync_red()

    assert (world.count("Invoice"), world.count("Bill"), world.count("Customer"), world.count("Vendor")) == (1, 1, 1, 1)
    world.books.mend_reading(entity)
    complete_again(world)
    assert (world.count("Invoice"), world.count("Bill"), world.count("Customer"), world.count("Vendor")) == (1, 1, 1, 1)
    assert len(world.all("invoices")) == 2


@pytest.mark.parametrize(
    ("entity", "words"),
    [
        ("TaxCode", "Tax codes"),
        ("Class", "Classes"),
        *rarely(("Account", "Accounts"), ("Item", "Products and services"), ("TaxRate", "Tax codes")),
    ],
)
def test_without_a_list_documents_that_need_it_wait_and_contacts_go(paired: World, entity: str, words: str) -> None:
    place = paired.listed("tracking-options", "12 Queen Street")
    paired.books.create("Class", {"Name": "12 Queen Street"})
    paired.sync_blue()
    tenant, supplier = paired.contact("Kiosk Ltd"), paired.contact("Plumb Ltd", "supplier")
    here = {"trackingOptionId": place["id"]}
    income, expense = paired.line(**here), paired.line(kind="expense", **here)
    paired.invoice(tenant, "INV-1", lines=[income])
    paired.bill(supplier, "B-1", lines=[expense])
    paired.invoice(tenant, "INV-2")
    paired.books.break_reading(entity)

    finished = paired.sync_red()

    assert paired.books.entity("Customer").find("DisplayName", "Kiosk Ltd") is not None
    assert f"{words} could not be read from QuickBooks" in error_of(paired, finished)
    goes = {"Class": {"INV-2"}, "Account": {"INV-1", "INV-2"}, "Item": {"B-1"}}.get(entity, set())
    rows = {number: paired.row(number).outcome for number in ("INV-1", "INV-2", "B-1")}
    assert {number for number, outcome in rows.items() if outcome is Outcome.CREATED} == goes
    paired.books.mend_reading(entity)
    complete_again(paired)
    assert (paired.count("Invoice"), paired.count("Bill")) == (2, 1)


@pytest.mark.parametrize("status", [500, 403])
def test_a_collection_that_released_does_not_give_waits_and_everything_else_syncs(busy: World, status: int) -> None:
    mirror, marks = mirror_of(busy, "released", "invoices"), busy.company().cursors["released"]
    bills, invoices = busy.count("Bill"), busy.count("Invoice")
    broken_in_released(busy, "invoices", status)

    finished = busy.sync_red()

    assert busy.books.entity("Customer").find("DisplayName", "Aroha Ltd") is not None
    assert (busy.count("Bill"), busy.count("Invoice")) == (bills, invoices)
    assert not [row for row in busy.all("invoices") if row["number"] in ("SI-1", "SB-1")]
    assert mirror_of(busy, "released", "invoices") == mirror
    assert busy.company().cursors["released"]["invoices"] == marks["invoices"]
    said = error_of(busy, finished)
    assert said.startswith("Invoices could not be read from Re-Leased.")
    assert ("Re-Leased administrator" in said) is (status == 403)

    broken_in_released(busy)
    complete_again(busy)
    assert (busy.count("Bill"), busy.count("Invoice")) == (bills, invoices + 1)
    assert busy.named("invoices", "SB-1")["kind"] == "expense"


@edge
def test_a_kind_of_each_side_at_once_is_named_with_its_own_words(busy: World) -> None:
    busy.books.break_reading("Bill")
    broken_in_released(busy, "tracking-options", 403)
    busy.contact("Tui Ltd", "supplier")

    said = error_of(busy, busy.sync_red())

    assert "Bills could not be read from QuickBooks" in said
    assert "Tracking options could not be read from Re-Leased" in said
    assert busy.books.entity("Vendor").find("DisplayName", "Tui Ltd") is not None
    assert busy.row("INV-2").outcome is Outcome.CREATED
    busy.books.mend_reading("Bill")
    broken_in_released(busy)
    complete_again(busy)


@edge
@pytest.mark.parametrize("side", ["quickbooks", "released"])
def test_files_that_cannot_be_read_wait_and_documents_go(paired: World, side: str) -> None:
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.sync_blue()
    ours(paired, invoice, "lease.pdf", b"lease")
    theirs(paired, ("Invoice", paired.partner("Invoice", invoice, "invoices")), name="map.pdf", content=b"map")
    paired.bill(paired.contact("Plumb Ltd", "supplier"), "B-1")
    if side == "quickbooks":
        paired.books.break_reading("Attachable")
    else:
        broken_in_released(paired, "attachments", 403)

    said = error_of(paired, paired.sync_red())

    assert "Attachments could not be read from" in said
    assert paired.row("B-1").outcome is Outcome.CREATED
    assert (len(paired.all("attachments")), paired.count("Attachable")) == (1, 1)
    paired.books.mend_reading("Attachable")
    broken_in_released(paired)
    complete_again(paired)
    assert (len(paired.all("attachments")), paired.count("Attachable")) == (2, 2)


@edge
def test_an_observed_company_says_it_as_well(paired: World) -> None:
    paired.released.control("PUT", "settings", {"companies": {COMPANY: {"builtInSync": True}}})
    paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.books.break_reading("Invoice")
    with paired.nothing_written():
        assert "Invoices could not be read" in error_of(paired, paired.sync_red())
    assert paired.row("INV-1").outcome is WAITING


@edge
def test_an_approved_plan_is_carried_out_without_the_kind(busy: World) -> None:
    busy.books.break_reading("Invoice")
    planned = busy.plan()
    assert planned.plan is not None
    run, _ = busy.app.desk.runs.request(COMPANY, "", Trigger.COMMAND)
    finished = run_sync(busy.engine(), COMPANY, run.run_id, plan=planned.plan.hash)
    assert (finished.flag, finished.could_not_run) == (Flag.RED, "")
    assert busy.books.entity("Customer").find("DisplayName", "Aroha Ltd") is not None
    busy.books.mend_reading("Invoice")
    complete_again(busy)


@edge
def test_a_plan_says_what_could_not_be_read_and_plans_the_rest(busy: World) -> None:
    busy.books.break_reading("Invoice")
    with busy.nothing_written():
        planned = busy.plan()
    assert planned.flag is Flag.RED
    assert planned.plan is not None
    assert "Invoices could not be read from QuickBooks" in [one.what for one in planned.plan.findings]
    assert {(one.type, one.direction) for one in planned.plan.by_type} >= {
        (RecordType.CONTACT, Direction.OUTGOING),
        (RecordType.INVOICE, Direction.INCOMING),
    }


@edge
def test_a_verification_says_which_kind_keeps_it_from_being_done(busy: World) -> None:
    busy.books.break_reading("Invoice")
    broken_in_released(busy, "payments")
    with pytest.raises(UserError) as raised:
        verify(busy.engine(), COMPANY)
    assert "Invoices could not be read from QuickBooks" in str(raised.value)
    assert "Payments could not be read from Re-Leased" in str(raised.value)
