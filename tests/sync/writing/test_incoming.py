"""What comes in from QuickBooks: lists, contacts, documents and payments, with their changes and voids."""

from decimal import Decimal

from bot.core.model import Direction, Outcome
from tests.rarely import edge
from tests.sync.world import World


def test_what_is_imported_and_what_stays_out(world: World) -> None:
    """Design: Service and NonInventory items with an income account, three types of account, all active tax codes
    and classes; categories, inventory, inactive names and other accounts stay out without a word."""
    income = {"value": world.id_of("Account", "Services")}
    make = world.books.create
    make("Item", {"Name": "Key Deposit", "Type": "NonInventory", "IncomeAccountRef": income})
    make("Item", {"Name": "Folder", "Type": "Category"})
    make("Class", {"Name": "12 Queen Street"})
    world.books.archive("Item", make("Item", {"Name": "Gone", "Type": "Service", "IncomeAccountRef": income})["Id"])
    world.books.archive("Class", make("Class", {"Name": "Sold House"})["Id"])
    world.sync_blue()
    accounts = {row["name"]: row["kind"] for row in world.all("accounts")}
    assert {name for name, kind in accounts.items() if kind == "sales"} == {"Rent", "Services", "Key Deposit"}
    purchases = {name for name, kind in accounts.items() if kind == "purchase"}
    assert {"Repairs and Maintenance", "Cost of Goods Sold", "Other Expense"} <= purchases
    assert not purchases & {"Checking", "Credit Card", "Accounts Payable (A/P)", "Rental Income", "Inventory Asset"}
    rates = {row["name"]: row["rate"] for row in world.all("tax-types")}
    assert rates == {"15% GST": "15.00", "Zero-rated": "0.00", "No GST": "0.00"}
    assert [row["name"] for row in world.all("tracking-options")] == ["12 Queen Street"]
    assert all(row["externalId"] for name in ("accounts", "tax-types", "tracking-options") for row in world.all(name))
    assert not [row for row in world.rows() if row.name in ("Folder", "Gone", "Sold House", "Checking")]


@edge
def test_a_tax_code_of_two_rates_comes_with_their_sum(make_world) -> None:  # type: ignore[no-untyped-def]
    world = make_world(country="CA", currency="CAD")
    world.sync_blue()
    assert world.named("tax-types", "GST/QST QC - 9.975")["rate"] == "14.98"


def test_customers_and_vendors_come_in_as_tenants_and_suppliers(paired: World) -> None:
    address = {"Line1": "1 Quay Street", "City": "Auckland", "PostalCode": "1010"}
    customer = paired.customer("Aroha", PrimaryEmailAddr={"Address": "aroha@example.com"}, BillAddr=address)
    vendor = paired.vendor("Norton Lumber")
    paired.sync_blue()
    tenant, supplier = paired.named("contacts", "Aroha"), paired.named("contacts", "Norton Lumber")
    assert (tenant["roles"], supplier["roles"]) == (["tenant"], ["supplier"])
    assert (tenant["externalId"], supplier["externalId"]) == (customer["Id"], vendor["Id"])
    assert (tenant["email"], tenant["address"]["line1"]) == ("aroha@example.com", "1 Quay Street")
    row = paired.row("Aroha")
    assert (row.outcome, row.direction, row.released_id) == (Outcome.CREATED, Direction.INCOMING, tenant["id"])


def test_an_invoice_and_a_bill_come_in_to_the_cent(paired: World) -> None:
    customer, vendor = paired.customer("Aroha"), paired.vendor("Norton")
    invoice = paired.qb_invoice(customer, "SI-1", Line=[paired.sales_line("33.33"), paired.sales_line("66.65")])
    bill = paired.qb_bill(vendor, "PB-1", "57.10")
    paired.sync_blue()
    came, came_bill = paired.named("invoices", "SI-1"), paired.named("invoices", "PB-1")
    assert (came["kind"], came["total"], came["externalId"]) == ("income", "114.98", invoice["Id"])
    assert (came_bill["kind"], Decimal(came_bill["total"])) == ("expense", bill["TotalAmt"])
    assert came["contactId"] == paired.named("contacts", "Aroha")["id"]
    assert came["lines"][0]["accountId"] == paired.rent()["id"]
    assert came["lines"][0]["taxTypeId"] == paired.gst()["id"]
    assert came["status"] == "approved"


def test_prices_that_include_tax_come_in_with_their_total(paired: World) -> None:
    line = paired.sales_line("86.95", TaxInclusiveAmt=Decimal("99.99"))
    paired.qb_invoice(paired.customer("Aroha"), "SI-1", Line=[line], GlobalTaxCalculation="TaxInclusive")
    paired.sync_blue()
    came = paired.named("invoices", "SI-1")
    assert (came["amountsAre"], came["total"]) == ("inclusive", "99.99")


def test_documents_before_sync_from_stay_out(paired: World) -> None:
    paired.qb_invoice(paired.customer("Aroha"), "OLD", TxnDate="2026-03-31")
    paired.sync_blue()
    assert not paired.all("invoices")


def test_payments_come_in_allocated(paired: World) -> None:
    customer, vendor = paired.customer("Aroha"), paired.vendor("Norton")
    invoice, bill = paired.qb_invoice(customer, "SI-1"), paired.qb_bill(vendor, "PB-1")
    received = paired.receive(customer["Id"], "40.00", (invoice["Id"], "40.00"), PaymentRefNum="R-9")
    paid = paired.pay(vendor["Id"], "57.50", (bill["Id"], "57.50"))
    paired.sync_blue()
    by_id = {row["externalId"]: row for row in paired.all("payments")}
    receipt, payment = by_id[received["Id"]], by_id[paid["Id"]]
    assert (receipt["kind"], receipt["amount"], receipt["reference"]) == ("receipt", "40.00", "R-9")
    assert receipt["allocations"] == [{"invoiceId": paired.named("invoices", "SI-1")["id"], "amount": "40.00"}]
    assert (payment["kind"], payment["date"]) == ("paid", "2026-10-12")
    assert payment["bankAccountId"] == paired.id_of("Account", "Checking")
    assert paired.named("invoices", "SI-1")["balance"] == "75.00"
    assert paired.named("invoices", "PB-1")["status"] == "paid"
    with paired.nothing_written():
        paired.sync_blue()


def test_a_payment_of_an_outgoing_invoice_comes_in(paired: World) -> None:
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.sync_blue()
    sent = paired.partner("Invoice", invoice, "invoices")
    paired.receive(sent["CustomerRef"]["value"], "115.00", (sent["Id"], "115.00"))
    paired.sync_blue()
    assert paired.now("invoices", invoice)["status"] == "paid"
    with paired.nothing_written():
        paired.sync_blue()


def test_what_changes_in_quickbooks_is_updated_in_released(paired: World) -> None:
    customer = paired.customer("Aroha")
    invoice = paired.qb_invoice(customer, "SI-1")
    account = paired.id_of("Account", "Utilities")
    paired.sync_blue()
    paired.books.update("Customer", customer["Id"], {"DisplayName": "Aroha Ngata"})
    paired.books.update("Invoice", invoice["Id"], {"DueDate": "2026-12-24", "Line": [paired.sales_line("200.00")]})
    paired.books.update("Account", account, {"Name": "Power and Water"})
    paired.sync_blue()
    assert paired.named("contacts", "Aroha Ngata")["externalId"] == customer["Id"]
    came = paired.named("invoices", "SI-1")
    assert (came["dueDate"], came["total"]) == ("2026-12-24", "230.00")
    assert paired.named("accounts", "Power and Water")["externalId"] == account
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_voids_and_deletions_in_quickbooks_come_in(paired: World) -> None:
    customer, vendor = paired.customer("Aroha"), paired.vendor("Norton")
    invoice, bill = paired.qb_invoice(customer, "SI-1"), paired.qb_bill(vendor, "PB-1")
    received = paired.receive(customer["Id"], "40.00", (invoice["Id"], "40.00"))
    paid = paired.pay(vendor["Id"], "10.00", (bill["Id"], "10.00"))
    paired.sync_blue()
    paired.books.void("Payment", received["Id"])
    paired.books.delete("BillPayment", paid["Id"])
    paired.sync_blue()
    assert {row["status"] for row in paired.all("payments")} == {"reversed"}
    assert paired.named("invoices", "SI-1")["balance"] == "115.00"
    paired.books.void("Invoice", invoice["Id"])
    finished = paired.sync_blue()
    assert finished.counts.voided == 1
    assert paired.named("invoices", "SI-1")["status"] == "voided"
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_a_payment_and_its_invoice_voided_at_once_both_come_in(paired: World) -> None:
    """Re-Leased refuses to void an invoice that has payments, and invoices are planned before payments."""
    customer = paired.customer("Aroha")
    invoice = paired.qb_invoice(customer, "SI-1")
    received = paired.receive(customer["Id"], "115.00", (invoice["Id"], "115.00"))
    paired.sync_blue()
    paired.books.void("Payment", received["Id"])
    paired.books.void("Invoice", invoice["Id"])
    paired.sync()
    paired.sync_blue()
    assert paired.named("invoices", "SI-1")["status"] == "voided"
    assert paired.all("payments")[0]["status"] == "reversed"


@edge
def test_a_document_deleted_in_quickbooks_asks_a_person(paired: World) -> None:
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.sync_blue()
    paired.books.delete("Invoice", paired.partner("Invoice", invoice, "invoices")["Id"])
    paired.sync_red()
    assert paired.row("INV-1").code == "deleted-in-quickbooks"
    assert paired.count("Invoice") == 0
    paired.change("invoices", invoice, status="voided")
    paired.sync_blue()


@edge
def test_archiving_and_reactivating_come_in(paired: World) -> None:
    customer, tenant = paired.customer("Aroha"), paired.contact("Kiosk Ltd")
    item = paired.id_of("Item", "Services")
    paired.sync_blue()
    mine = paired.partner("Customer", tenant, "contacts")["Id"]
    for entity, id_ in (("Customer", customer["Id"]), ("Customer", mine), ("Item", item)):
        paired.books.archive(entity, id_)
    paired.sync_blue()
    assert paired.named("contacts", "Aroha")["archived"] and paired.now("contacts", tenant)["archived"]
    assert paired.now("contacts", tenant)["name"] == "Kiosk Ltd"
    assert paired.named("accounts", "Services")["archived"]
    with paired.nothing_written():
        paired.sync_blue()
    for entity, id_ in (("Customer", customer["Id"]), ("Customer", mine), ("Item", item)):
        paired.books.activate(entity, id_)
    paired.sync_blue()
    assert not paired.named("contacts", "Aroha")["archived"] and not paired.now("contacts", tenant)["archived"]
    assert not paired.named("accounts", "Services")["archived"]


@edge
def test_a_contact_of_both_roles_is_archived_only_when_both_its_names_are(paired: World) -> None:
    both = paired.contact("Both Ltd", "tenant", "supplier")
    paired.sync_blue()
    paired.books.archive("Customer", paired.partner("Customer", both, "contacts")["Id"])
    paired.sync_blue()
    assert not paired.now("contacts", both)["archived"]
    paired.books.archive("Vendor", paired.partner("Vendor", both, "contacts")["Id"])
    paired.sync_blue()
    assert paired.now("contacts", both)["archived"]


@edge
def test_an_inactive_tax_code_is_archived_in_released(paired: World) -> None:
    code = paired.id_of("TaxCode", "Zero-rated")
    paired.books.archive("TaxCode", code)
    paired.sync_blue()
    assert paired.named("tax-types", "Zero-rated")["archived"]
    with paired.nothing_written():
        paired.sync_blue()
