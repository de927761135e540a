"""What goes out to QuickBooks: contacts by role, invoices, bills, their updates and voids."""

from decimal import Decimal

from bot.core.model import Direction, Outcome
from tests.rarely import edge
from tests.sync.world import World


def test_a_tenant_becomes_a_customer_and_carries_its_bare_id(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd", "tenant", email="kiosk@example.com", phone="09 555 1234")
    paired.sync_blue()
    customer = paired.partner("Customer", tenant, "contacts")
    assert paired.now("contacts", tenant)["externalId"] == customer["Id"]
    assert customer["DisplayName"] == "Kiosk Ltd"
    assert customer["PrimaryEmailAddr"] == {"Address": "kiosk@example.com"}
    row = paired.row("Kiosk Ltd")
    assert (row.outcome, row.direction, row.external_id) == (Outcome.CREATED, Direction.OUTGOING, customer["Id"])


def test_a_supplier_becomes_a_vendor_and_an_owner_a_customer(paired: World) -> None:
    supplier, owner = paired.contact("Plumb Co", "supplier"), paired.contact("Olive Owner", "owner")
    paired.sync_blue()
    assert paired.partner("Vendor", supplier, "contacts")["DisplayName"] == "Plumb Co"
    assert paired.partner("Customer", owner, "contacts")["DisplayName"] == "Olive Owner"


def test_a_contact_of_both_roles_is_two_names_and_carries_both_ids(paired: World) -> None:
    both = paired.contact("Both Ltd", "tenant", "supplier")
    paired.sync_blue()
    customer, vendor = (paired.partner(entity, both, "contacts") for entity in ("Customer", "Vendor"))
    assert customer["DisplayName"] == "Both Ltd" != vendor["DisplayName"]
    assert paired.now("contacts", both)["externalId"] == f"customer:{customer['Id']} vendor:{vendor['Id']}"


def test_an_approved_invoice_goes_out_to_the_cent(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    lines = [paired.line("33.33"), paired.line("66.65")]
    invoice = paired.invoice(tenant, "INV-1", lines=lines)
    paired.sync_blue()
    sent = paired.partner("Invoice", invoice, "invoices")
    assert (sent["DocNumber"], sent["TxnDate"], sent["DueDate"]) == ("INV-1", "2026-10-05", "2026-11-20")
    assert str(sent["TotalAmt"]) == paired.now("invoices", invoice)["total"] == "114.98"
    assert sent["CustomerRef"]["name"] == "Kiosk Ltd"


def test_prices_that_include_tax_keep_their_total(paired: World) -> None:
    line = {**paired.line("99.99"), "netAmount": "86.95", "taxAmount": "13.04"}
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1", lines=[line], amountsAre="inclusive")
    paired.sync_blue()
    sent = paired.partner("Invoice", invoice, "invoices")
    assert (sent["TotalAmt"], sent["TxnTaxDetail"]["TotalTax"]) == (Decimal("99.99"), Decimal("13.04"))


def test_an_invoice_without_tax_goes_out_without_tax(paired: World) -> None:
    line = {**paired.line("80.00"), "taxTypeId": None, "taxAmount": "0.00"}
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1", lines=[line], amountsAre="noTax")
    paired.sync_blue()
    assert paired.partner("Invoice", invoice, "invoices")["TotalAmt"] == Decimal(80)


def test_an_expense_invoice_becomes_a_bill(paired: World) -> None:
    bill = paired.bill(paired.contact("Plumb Co", "supplier"), "B-7", "50.10")
    paired.sync_blue()
    sent = paired.partner("Bill", bill, "invoices")
    assert (sent["DocNumber"], sent["TotalAmt"]) == ("B-7", Decimal("57.62"))
    assert sent["Line"][0]["AccountBasedExpenseLineDetail"]["AccountRef"]["name"] == "Repairs and Maintenance"


@edge
def test_the_class_of_a_property_goes_along(world: World) -> None:
    world.books.create("Class", {"Name": "12 Queen Street"})
    world.rent(), world.repairs(), world.gst()
    world.sync_blue()
    option = world.named("tracking-options", "12 Queen Street")
    line = world.line("10.00", trackingOptionId=option["id"])
    invoice = world.invoice(world.contact("Kiosk Ltd"), "INV-1", lines=[line])
    world.sync_blue()
    sent = world.partner("Invoice", invoice, "invoices")
    assert sent["Line"][0]["SalesItemLineDetail"]["ClassRef"]["name"] == "12 Queen Street"


def test_what_changes_in_released_is_updated_in_quickbooks(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "INV-1")
    paired.sync_blue()
    paired.change("contacts", tenant, name="Kiosk Limited", phone="021 1")
    paired.change("invoices", invoice, dueDate="2026-12-24", lines=[paired.line("100.00"), paired.line("20.00")])
    finished = paired.sync_blue()
    assert finished.counts.updated == 2
    assert paired.partner("Customer", tenant, "contacts")["DisplayName"] == "Kiosk Limited"
    sent = paired.partner("Invoice", invoice, "invoices")
    assert (sent["DueDate"], sent["TotalAmt"]) == ("2026-12-24", Decimal(138))
    assert [line["Amount"] for line in sent["Line"][:2]] == [Decimal(100), Decimal(20)]


@edge
def test_what_is_emptied_in_released_is_emptied_in_quickbooks(paired: World) -> None:
    address = {"line1": "1 Quay Street", "city": "Auckland"}
    tenant = paired.contact("Kiosk Ltd", email="kiosk@example.com", phone="09 555", address=address)
    invoice = paired.invoice(tenant, "INV-1", reference="Lease 12")
    paired.sync_blue()
    paired.change("contacts", tenant, email=None, phone=None, address=None)
    paired.change("invoices", invoice, reference=None)
    paired.sync_blue()
    customer = paired.partner("Customer", tenant, "contacts")
    assert not (customer.get("PrimaryEmailAddr") or {}).get("Address")
    assert not (customer.get("PrimaryPhone") or {}).get("FreeFormNumber")
    assert not (customer.get("BillAddr") or {}).get("Line1")
    assert not paired.partner("Invoice", invoice, "invoices").get("PrivateNote")
    with paired.nothing_written():
        paired.sync_blue()


def test_a_voided_invoice_is_voided_in_quickbooks(paired: World) -> None:
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.sync_blue()
    paired.change("invoices", invoice, status="voided")
    assert paired.sync_blue().counts.voided == 1
    sent = paired.partner("Invoice", invoice, "invoices")
    assert (sent["TotalAmt"], sent["Balance"], sent["PrivateNote"]) == (0, 0, "Voided")
    with paired.nothing_written():
        paired.sync_blue()


def test_a_voided_bill_asks_a_person_until_quickbooks_shows_it_gone(paired: World) -> None:
    bill = paired.bill(paired.contact("Plumb Co", "supplier"), "B-1")
    paired.sync_blue()
    paired.change("invoices", bill, status="voided")
    paired.sync_red()
    row = paired.row("B-1")
    assert (row.outcome, row.code) == (Outcome.FAILED, "void-not-possible") and "Delete" in row.more_detail
    paired.books.delete("Bill", paired.partner("Bill", bill, "invoices")["Id"])
    paired.sync_blue()


@edge
def test_a_draft_stays_until_it_is_approved(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    draft = paired.invoice(tenant, "INV-1", status="draft")
    finished = paired.sync_blue()
    assert finished.counts.skipped >= 1 and paired.row("INV-1").outcome is Outcome.SKIPPED
    assert paired.count("Invoice") == 0
    paired.change("invoices", draft, status="approved")
    paired.sync_blue()
    assert paired.partner("Invoice", draft, "invoices")["DocNumber"] == "INV-1"


def test_documents_before_sync_from_stay_out_and_say_so(paired: World) -> None:
    paired.invoice(paired.contact("Kiosk Ltd"), "OLD-1", issueDate="2026-03-31")
    paired.sync_blue()
    assert paired.row("OLD-1").code == "before-sync-from"
    assert paired.count("Invoice") == 0


def test_numbers_come_back_where_quickbooks_numbers(paired: World) -> None:
    paired.books.set_preference("SalesFormsPrefs", "CustomTxnNumbers", False)
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "OURS-1")
    bill = paired.bill(paired.contact("Plumb Co", "supplier"), "B-1")
    paired.sync_blue()
    sent = paired.partner("Invoice", invoice, "invoices")
    assert sent["DocNumber"] != "OURS-1"
    assert paired.now("invoices", invoice)["number"] == sent["DocNumber"]
    assert paired.partner("Bill", bill, "invoices")["DocNumber"] == "B-1"
    with paired.nothing_written():
        paired.sync_blue()


def test_the_documents_of_a_contact_are_found_by_its_name_on_whichever_side_they_began(paired: World) -> None:
    tenant = paired.contact("Quay Florist Ltd")
    paired.invoice(tenant, "INV-1")
    paired.invoice(paired.contact("Somebody Else"), "INV-2")
    paired.sync_blue()
    paired.qb_invoice(paired.partner("Customer", tenant, "contacts"), "Q-7")
    paired.sync_blue()
    assert sorted(row.name for row in paired.rows(text="quay flor")) == ["INV-1", "Q-7", "Quay Florist Ltd"]
