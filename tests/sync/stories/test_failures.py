"""A bad record stops nobody else, says why in plain words, holds up its children by name, and clears itself."""

from datetime import date
from decimal import Decimal

from bot.core.model import Outcome, RecordRef, RecordType
from tests.rarely import edge
from tests.sync.world import World, contact_ref, invoice_ref


def test_one_bad_record_never_stops_the_others(paired: World) -> None:
    for number in range(35):
        paired.contact("Bad: name" if number == 17 else f"Tenant {number}")
    finished = paired.sync_red()
    assert (finished.counts.created, finished.counts.failed) == (34, 1)
    assert paired.count("Customer") == 34


@edge
def test_a_name_that_another_list_holds_is_refused_and_explained(paired: World) -> None:
    paired.books.create("Employee", {"DisplayName": "Dup Name"})
    tenant = paired.contact("Dup Name")
    finished = paired.sync_red()
    (row,) = finished.failures
    assert (row.ref, row.code, row.outcome) == (contact_ref(tenant), "6240", Outcome.FAILED)
    assert "Dup Name" in row.details + row.more_detail and "6240" in row.more_detail


def test_a_failing_contact_holds_up_its_documents_and_they_follow_in_the_run_that_mends_it(paired: World) -> None:
    tenant = paired.contact("Bad: name")
    invoice = paired.invoice(tenant, "INV-1")
    finished = paired.sync_red()
    assert (finished.counts.failed, finished.counts.waiting) == (2, 1)
    row = paired.row("INV-1")
    assert (row.outcome, row.code, row.cause) == (Outcome.WAITING, "failing-parent", contact_ref(tenant))
    assert tenant["id"] in row.details
    paired.change("contacts", tenant, name="Good name")
    finished = paired.sync_blue()
    assert finished.counts.created == 2
    assert paired.partner("Invoice", invoice, "invoices")["CustomerRef"]["name"] == "Good name"
    assert not paired.rows(needs_attention=True)


def test_an_archived_customer_is_named_as_the_cause(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    customer = paired.partner("Customer", tenant, "contacts")
    paired.books.archive("Customer", customer["Id"])
    paired.sync_blue()
    paired.invoice(tenant, "INV-1")
    paired.sync_red()
    row = paired.row("INV-1")
    assert "inactive" in row.details and "Kiosk Ltd" in row.details
    assert row.cause == contact_ref(tenant)
    assert tenant["id"] in row.details + row.more_detail
    paired.books.activate("Customer", customer["Id"])
    paired.sync_blue()
    assert paired.count("Invoice") == 1


@edge
def test_an_unmatched_tenant_whose_customer_is_archived_is_explained(paired: World) -> None:
    """The customer was inactive before it was ever paired: adopting is right, its documents say why they fail."""
    customer = paired.customer("Kiosk Ltd")
    paired.books.archive("Customer", customer["Id"])
    tenant = paired.contact("Kiosk Ltd")
    paired.invoice(tenant, "INV-1")
    paired.sync_red()
    row = paired.row("INV-1")
    assert row.outcome in (Outcome.FAILED, Outcome.WAITING)
    assert "Kiosk Ltd" in row.details + row.more_detail and "inactive" in row.details + row.more_detail
    assert paired.count("Customer") == 1


def test_a_closed_period_is_seen_beforehand_and_never_touched(paired: World) -> None:
    paired.books.close_books(date(2026, 4, 30))
    tenant = paired.contact("Kiosk Ltd")
    paired.invoice(tenant, "CLOSED-1", issueDate="2026-04-15"), paired.invoice(tenant, "OPEN-1", issueDate="2026-05-01")
    paired.sync_red()
    row = paired.row("CLOSED-1")
    assert (row.outcome, row.code) == (Outcome.FAILED, "6210")
    assert "30 Apr 2026" in row.details + row.more_detail
    assert not [write for write in paired.books.write_log if write["entity"] == "Invoice" and write["code"]]
    paired.books.close_books(None)
    paired.sync_blue()
    assert paired.count("Invoice") == 2


@edge
def test_a_document_in_a_period_closed_since_is_not_moved_out_of_it(paired: World) -> None:
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1", issueDate="2026-04-15")
    paired.sync_blue()
    paired.books.close_books(date(2026, 4, 30))
    paired.change("invoices", invoice, issueDate="2026-06-01")
    paired.sync_red()
    assert paired.row("INV-1").code == "6210"
    assert paired.partner("Invoice", invoice, "invoices")["TxnDate"] == "2026-04-15"


def test_the_number_of_another_suppliers_bill_is_not_adopted(paired: World) -> None:
    holder = paired.qb_bill(paired.vendor("Other Vendor"), "USED-1", "57.50")
    ours = paired.bill(paired.contact("Plumb Co", "supplier"), "USED-1", "50.00")
    finished = paired.sync_red()
    (row,) = finished.failures
    assert (row.ref, row.code, row.outcome) == (invoice_ref(ours), "6140", Outcome.FAILED)
    assert holder["Id"] in row.more_detail
    assert paired.now("invoices", ours)["externalId"] is None


@edge
def test_the_number_of_exactly_the_same_bill_is_adopted(paired: World) -> None:
    """The bill came into QuickBooks after we had read it: the refusal points at it, and it is the same."""
    supplier = paired.contact("Plumb Co", "supplier")
    paired.sync_blue()
    vendor = paired.partner("Vendor", supplier, "contacts")
    ours = paired.bill(supplier, "B-1", "50.00", issueDate="2026-10-06")
    made: list[str] = []
    perform = paired.books.perform

    def perform_after_the_bookkeeper(operation: str, name: str, *rest: object, **more: object) -> object:
        if name == "Bill" and not made:
            made.append("")
            made[0] = paired.qb_bill(vendor, "B-1", "50.00")["Id"]
        return perform(operation, name, *rest, **more)  # type: ignore[arg-type]

    paired.books.perform = perform_after_the_bookkeeper  # type: ignore[method-assign,assignment]
    finished = paired.sync_blue()
    assert finished.counts.adopted == 1 and finished.counts.failed == 0
    assert paired.now("invoices", ours)["externalId"] == made[0]
    assert paired.count("Bill") == 1


@edge
def test_a_line_without_a_tax_code_is_explained(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "INV-1", lines=[{**paired.line(), "taxTypeId": None, "taxAmount": "0.00"}])
    paired.sync_red()
    row = paired.row("INV-1")
    assert (row.outcome, row.code) == (Outcome.FAILED, "tax-missing") and "tax" in row.details
    paired.change("invoices", invoice, lines=[paired.line()])
    paired.sync_blue()


@edge
def test_an_account_that_has_no_partner_holds_the_document_up_and_is_named(paired: World) -> None:
    strange = paired.create("accounts", name="Only Here", code="999", kind="sales")
    paired.invoice(paired.contact("Kiosk Ltd"), "INV-1", lines=[paired.line(accountId=strange["id"])])
    paired.sync_red()
    row = paired.row("INV-1")
    assert row.outcome in (Outcome.FAILED, Outcome.WAITING)
    assert strange["id"] in row.details + row.more_detail
    paired.books.create(
        "Item",
        {"Name": "Only Here", "Type": "Service", "IncomeAccountRef": {"value": paired.id_of("Account", "Services")}},
    )
    paired.sync_blue()


def test_characters_that_quickbooks_forbids_are_explained(paired: World) -> None:
    tenants = [paired.contact(name) for name in ("Bad: name", "Tab\tname", "Line\nbreak")]
    paired.sync_red()
    for number, tenant in enumerate(tenants):
        row = paired.row(tenant["id"])
        assert row.code == "name-forbidden-characters" and "Remove them in Re-Leased" in row.more_detail
        paired.change("contacts", tenant, name=f"Good name {number}")
    paired.sync_blue()


@edge
def test_a_number_that_is_too_long_is_explained(paired: World) -> None:
    paired.invoice(paired.contact("Kiosk Ltd"), "INV-" + "1" * 30)
    paired.sync_red()
    assert [row.code for row in paired.rows(needs_attention=True)] == ["2050"]


@edge
def test_a_foreign_currency_is_explained(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd", currency="USD")
    paired.sync_red()
    assert paired.row(tenant["id"]).code == "currency-not-enabled"


def test_resolved_failures_vanish_from_the_results(paired: World) -> None:
    tenant = paired.contact("Bad: name")
    paired.sync_red()
    assert [row.ref for row in paired.rows(needs_attention=True)] == [contact_ref(tenant)]
    paired.change("contacts", tenant, name="Good name")
    paired.sync_blue()
    assert not paired.rows(needs_attention=True)
    assert paired.row("Good name").outcome is Outcome.CREATED


@edge
def test_a_failure_that_is_taken_back_on_its_own_side_vanishes(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "INV-" + "1" * 30)
    paired.sync_red()
    paired.change("invoices", invoice, status="voided")
    paired.sync_blue()
    assert not paired.rows(needs_attention=True)


def test_a_failure_stays_red_while_it_stays(paired: World) -> None:
    paired.contact("Bad: name")
    for _ in range(3):
        finished = paired.sync_red()
        assert (finished.counts.failed, len(finished.failures)) == (1, 1)


def test_an_unlinked_parent_holds_up_its_documents_until_it_is_relinked(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    paired.unlink(contact_ref(tenant))
    invoice = paired.invoice(tenant, "INV-1")
    finished = paired.sync_red()
    assert (finished.counts.failed, finished.counts.waiting) == (1, 1)
    row = paired.row("INV-1")
    assert (row.outcome, row.code, row.cause) == (Outcome.WAITING, "unlinked-parent", contact_ref(tenant))
    assert tenant["id"] in row.details
    paired.relink(contact_ref(tenant))
    paired.sync_blue()
    assert paired.partner("Invoice", invoice, "invoices")
    assert "agree" in paired.row(tenant["id"]).details


@edge
def test_documents_that_are_paired_already_wait_for_their_unlinked_contact_too(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.invoice(tenant, "INV-1")
    paired.sync_blue()
    paired.unlink(contact_ref(tenant))
    with paired.nothing_written():
        finished = paired.sync_red()
    assert [(row.name, row.code) for row in finished.failures] == [("INV-1", "unlinked-parent")]
    paired.relink(contact_ref(tenant))
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_unlinking_with_its_dependents_is_not_red_and_relinking_brings_all_back(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "INV-1")
    paired.sync_blue()
    sent = paired.partner("Invoice", invoice, "invoices")
    payment = paired.receive(sent["CustomerRef"]["value"], "15.00", (sent["Id"], "15.00"))
    change = paired.unlink(contact_ref(tenant), propagate=True)
    assert set(change.changed) == {contact_ref(tenant), invoice_ref(invoice)}
    paired.change("invoices", invoice, reference="not to go out")
    with paired.nothing_written():
        finished = paired.sync()
    assert finished.flag == "red"  # the payment is new: nobody unlinked it
    ref = RecordRef.in_quickbooks(RecordType.PAYMENT, "Payment", payment["Id"])
    paired.unlink(ref)
    with paired.nothing_written():
        paired.sync_blue()
    paired.relink(contact_ref(tenant), propagate=True)
    paired.sync_blue()
    assert paired.partner("Invoice", invoice, "invoices")["PrivateNote"] == "not to go out"
    assert len(paired.all("payments")) == 1


@edge
def test_what_quickbooks_alone_gets_wrong_has_its_external_id_and_no_released_id(paired: World) -> None:
    discount = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10}}
    invoice = paired.qb_invoice(paired.customer("Aroha"), "SI-1", Line=[paired.sales_line(), discount])
    paired.sync_red()
    row = paired.row("SI-1")
    assert (row.released_id, row.external_id, row.direction) == ("", invoice["Id"], "incoming")


@edge
def test_released_refuses_what_is_fixed_there_and_the_row_says_so(paired: World) -> None:
    customer = paired.customer("Aroha")
    invoice = paired.qb_invoice(customer, "SI-1")
    paired.sync_blue()
    other = paired.customer("Ben")
    paired.books.update("Invoice", invoice["Id"], {"CustomerRef": {"value": other["Id"]}})
    paired.sync_red()
    row = paired.row("SI-1")
    assert (row.outcome, row.code) == (Outcome.FAILED, "released-refused") and "contact" in row.more_detail
    paired.books.update("Invoice", invoice["Id"], {"CustomerRef": {"value": customer["Id"]}})
    paired.sync_blue()


@edge
def test_totals_that_differ_are_said_until_they_agree(paired: World) -> None:
    """Nothing is booked to hide a cent; the record is there on both sides and stays red."""
    handle = paired.books.perform

    def off_by_a_cent(operation: str, name: str, body: object, *rest: object, **more: object) -> object:
        record = handle(operation, name, body, *rest, **more)  # type: ignore[arg-type]
        if name == "Invoice":
            record = {**record, "TotalAmt": record["TotalAmt"] + Decimal("0.01")}
            paired.books.books.tables["Invoice"].put({**paired.books.entity(name)[record["Id"]], **record})
        return record

    paired.books.perform = off_by_a_cent  # type: ignore[method-assign,assignment]
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    for _ in range(2):
        finished = paired.sync_red()
        assert [(row.code, row.outcome) for row in finished.failures] == [("totals-differ", Outcome.FAILED)]
        assert "0.01" in finished.failures[0].more_detail
    paired.books.perform = handle  # type: ignore[method-assign]
    sent = paired.partner("Invoice", invoice, "invoices")
    paired.books.update("Invoice", sent["Id"], {"Line": [paired.sales_line("100.00")]})
    paired.sync_blue()
