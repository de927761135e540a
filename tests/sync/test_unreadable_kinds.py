"""One kind of record cannot be read: all others sync, what depends on it waits, and the run says which and why."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.core.faults import UserError
from bot.core.model import Direction, Outcome, RecordType
from bot.core.runs import Flag, RedReason
from bot.sandbox.http.exchange import json_response
from bot.sync.ending import Finished
from bot.sync.reading.pull import CDC_ENTITIES, READ_SPECS
from bot.sync.verify import verify
from tests.rarely import edge, rarely
from tests.sync.filed import ours, theirs
from tests.sync.world import COMPANY, IDLE_CALLS, World

Json = dict[str, Any]
BAD_ADDRESS = "QueryProcessingError: To email address entered is invalid"
WAITING = Outcome.WAITING


def broken_in_released(world: World, collection: str = "", status: int = 500) -> None:
    """Breaks the readings of a collection; of none: mends them all."""
    unreadable = {collection: status} if collection else {}
    world.released.control("PUT", "settings", {"companies": {COMPANY: {"unreadable": unreadable}}})


def error_of(world: World, finished: Finished) -> str:
    run = world.app.desk.runs.get(finished.run_id)
    assert run is not None
    return str(run.error)


def mirror_of(world: World, side: str, entity: str) -> list[Any]:
    statement = "SELECT id, version, body, deleted FROM mirror WHERE side = ? AND entity = ? ORDER BY id"
    with world.database.read() as connection:
        return list(connection.exec_driver_sql(statement, (side, entity)))


def complete_again(world: World) -> None:
    """The next run is blue by itself; the one after it costs as little as any, and has nothing to do."""
    world.sync_blue()
    assert not world.causes()
    with world.nothing_written():
        calls = world.sync_blue().api_calls
    assert calls.quickbooks_reads + calls.quickbooks_writes <= 2
    assert calls.released <= IDLE_CALLS
    assert not world.company().cursors.get("quickbooks_apart")


@pytest.fixture
def busy(paired: World) -> World:
    """An invoice and a bill are linked, and then both sides change in every way."""
    tenant, supplier = paired.contact("Kiosk Ltd"), paired.contact("Plumb Ltd", "supplier")
    paired.invoice(tenant, "INV-1")
    paired.bill(supplier, "B-1")
    paired.sync_blue()
    paired.contact("Aroha Ltd")
    paired.invoice(tenant, "INV-2")
    paired.change("invoices", paired.named("invoices", "INV-1"), dueDate="2026-12-01")
    paired.qb_bill(paired.partner("Vendor", supplier, "contacts"), "SB-1")
    paired.qb_invoice(paired.partner("Customer", tenant, "contacts"), "SI-1")
    return paired


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


Answers = Callable[[Any], Json | None]


def answering(world: World, fault: Answers) -> None:
    """QuickBooks answers 400 with the fault that is given for a request; None = as ever."""
    handle = world.state.handle

    def answer(request: Any) -> Any:
        said = fault(request)
        return handle(request) if said is None else json_response(400, said)

    world.state.handle = answer  # type: ignore[method-assign]


def fault_of(code: str, detail: str = "it is so") -> Json:
    return {"Fault": {"Error": [{"code": code, "Message": "refused", "Detail": detail}], "type": "ValidationFault"}}


def test_a_kind_that_only_change_data_capture_does_not_give_is_read_by_its_pages(busy: World) -> None:
    broken = [True]

    def fault(request: Any) -> Json | None:
        is_meant = request.path.endswith("/cdc") and "Invoice" in request.query["entities"].split(",")
        return fault_of("4002", BAD_ADDRESS) if is_meant and broken else None

    answering(busy, fault)
    busy.sync_blue()
    assert busy.named("invoices", "SI-1")["status"] == "approved"
    gone = busy.partner("Invoice", busy.named("invoices", "INV-2"), "invoices")
    busy.books.delete("Invoice", gone["Id"])
    assert busy.sync_red().api_calls.quickbooks_reads == 4, "settings, all others, invoices refused, their one page"
    assert busy.row("INV-2").code == "deleted-in-quickbooks"
    broken.clear()
    busy.sync_red()
    assert not busy.company().cursors["quickbooks_apart"]


@edge
def test_a_page_of_a_kind_that_cannot_be_read_calls_nothing_gone(busy: World) -> None:
    busy.sync_blue()
    busy.clock.advance(days=40)  # too long for change data capture: all pages are read
    broken = [True]

    def fault(request: Any) -> Json | None:
        asked = request.query.get("query", "")
        if "FROM Invoice" not in asked or not broken:
            return None
        if not asked.endswith("MAXRESULTS 1"):
            return fault_of("10100")  # too much at once: page by page, one record each
        return fault_of("4002", BAD_ADDRESS) if "Id > " in asked else None

    answering(busy, fault)
    busy.contact("Tui Ltd")
    finished = busy.sync_red()
    assert "Invoices could not be read from QuickBooks" in error_of(busy, finished)
    assert busy.books.entity("Customer").find("DisplayName", "Tui Ltd") is not None
    assert not any(row.deleted for row in mirror_of(busy, "quickbooks", "Invoice"))
    broken.clear()
    complete_again(busy)


@edge
def test_an_answer_of_released_that_has_no_form_is_the_matter_of_its_collection(busy: World) -> None:
    effect = {"kind": "reply", "status": 200, "body": {"data": "?"}}
    rule = {"match": {"method": "GET", "path": "/payments"}, "times": None, "effect": effect}
    busy.released_knobs.add(rule)
    assert "Payments could not be read from Re-Leased" in error_of(busy, busy.sync_red())
    assert busy.row("INV-2").outcome is Outcome.CREATED
    busy.released_knobs.clear()
    complete_again(busy)


def test_payments_wait_for_invoices_and_no_balance_is_called_wrong(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "INV-1")
    paired.sync_blue()
    customer, there = paired.partner("Customer", tenant, "contacts"), paired.partner("Invoice", invoice, "invoices")
    paired.receive(customer["Id"], "115.00", (there["Id"], "115.00"), PaymentRefNum="R-1")
    for entity in ("Invoice", "Payment"):
        paired.books.break_reading(entity)
        finished = paired.sync_red()
        assert finished.control is not None
        assert "were not checked" in finished.control.statement
        assert not paired.all("payments")
        assert {row.code for row in paired.rows() if row.outcome in (WAITING, Outcome.FAILED)} <= {"unreadable-address"}
        paired.books.mend_reading(entity)
    complete_again(paired)
    assert paired.now("invoices", invoice)["status"] == "paid"


@pytest.mark.parametrize("later_min", [0, *rarely(90)])
def test_what_an_earlier_run_left_unanswered_is_not_sent_twice(paired: World, later_min: int) -> None:
    tenant, supplier = paired.contact("Kiosk Ltd"), paired.contact("Plumb Ltd", "supplier")
    paired.sync_blue()
    paired.invoice(tenant, "INV-1")
    paired.bill(supplier, "B-1")
    batch = {"match": {"path": "/batch", "body": "DocNumber"}, "times": None, "effect": {"kind": "drop_after"}}
    paired.quickbooks_knobs.add(batch, {"match": {"path": "/query"}, "times": None, "effect": {"kind": "drop_before"}})
    assert paired.sync().could_not_run
    paired.quickbooks_knobs.clear()
    paired.clock.advance(minutes=later_min)
    paired.books.break_reading("Invoice")
    paired.contact("Aroha Ltd")

    paired.sync_red()

    assert (paired.count("Invoice"), paired.count("Bill")) == (1, 1)
    assert paired.books.entity("Customer").find("DisplayName", "Aroha Ltd") is not None
    assert paired.row("INV-1").code == "unreadable-address"
    paired.books.mend_reading("Invoice")
    complete_again(paired)
    assert (paired.count("Invoice"), paired.count("Bill")) == (1, 1)


@edge
def test_a_number_that_an_unreadable_record_holds_is_said_and_stops_nobody(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    holder = paired.qb_invoice(paired.partner("Customer", tenant, "contacts"), "N-1")
    paired.books.break_reading("Invoice")
    handle, words = (
        paired.state.handle,
        f"You must specify a different number. TxnType=Invoice with TxnId={holder['Id']}",
    )

    def one_number_for_all_sales(request: Any) -> Any:
        if not request.path.endswith("/batch") or b"CreditMemo" not in request.body or b"bId" not in request.body:
            return handle(request)
        items = json.loads(request.body)["BatchItemRequest"]
        return json_response(
            200, {"BatchItemResponse": [{"bId": one["bId"], **fault_of("6140", words)} for one in items]}
        )

    paired.state.handle = one_number_for_all_sales  # type: ignore[method-assign]
    note = {"kind": "income", "status": "approved", "contactId": tenant["id"], "issueDate": "2026-10-06"}
    paired.create("credit-notes", number="N-1", amountsAre="exclusive", lines=[paired.line("10.00")], **note)
    paired.contact("Tui Ltd")
    paired.sync_red()
    assert paired.row("N-1").code == "6140"
    assert holder["Id"] in paired.row("N-1").more_detail


def outage(world: World) -> None:
    page = {"kind": "reply", "status": 503, "body": "<html><title>Service Unavailable</title></html>"}
    world.quickbooks_knobs.add({"match": {"path": "/cdc"}, "times": None, "effect": page})


def network(world: World) -> None:
    world.quickbooks_knobs.add({"match": {"path": "/cdc"}, "times": None, "effect": {"kind": "drop_before"}})


def all_of_quickbooks(world: World) -> None:
    for entity in CDC_ENTITIES:
        world.books.break_reading(entity)


def all_of_released(world: World) -> None:
    unreadable = dict.fromkeys((spec.collection for spec in READ_SPECS), 403)
    world.released.control("PUT", "settings", {"companies": {COMPANY: {"unreadable": unreadable}}})


def key(world: World) -> None:
    world.released.api_key = "another"


def settings(world: World) -> None:
    world.books.break_reading("Preferences")


@pytest.mark.parametrize("trouble", [outage, all_of_quickbooks, settings, *rarely(network, all_of_released, key)])
def test_what_is_no_matter_of_one_kind_stops_the_whole_run_as_before(
    busy: World, trouble: Callable[[World], None]
) -> None:
    marks = busy.company().cursors
    trouble(busy)
    with busy.nothing_written():
        said = busy.sync().could_not_run
    assert said
    if trouble is settings:
        assert "settings could not be read from QuickBooks" in said
    assert busy.company().cursors["quickbooks"] == marks["quickbooks"] or trouble in (all_of_released,)


@edge
def test_a_throttle_is_waited_for_and_no_kind_is_blamed(busy: World) -> None:
    body = {"fault": {"error": [{"code": "3001", "message": "ThrottleExceeded"}]}}
    rule = {"match": {"path": "/cdc"}, "times": 2, "effect": {"kind": "reply", "status": 429, "body": body}}
    busy.quickbooks_knobs.add(rule)
    busy.sync_blue()


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
