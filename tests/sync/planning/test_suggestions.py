"""What only may be the same: one cause for a pair, names instead of ids, reasons in words, and never a guess."""

from bot.core.model import Outcome, RecordRef, RecordType
from bot.store.mirror import records
from bot.sync.reading.lookup import entity_of
from tests.rarely import edge
from tests.sync.world import COMPANY, Json, World, invoice_ref


def paired_tenant(world: World) -> tuple[Json, Json]:
    tenant = world.contact("Kiosk Ltd")
    world.sync_blue()
    return tenant, world.partner("Customer", tenant, "contacts")


def test_a_pair_that_may_be_the_same_is_one_cause_with_both_records(paired: World) -> None:
    tenant, customer = paired_tenant(paired)
    ours = paired.invoice(tenant, "INV-1", "100.00")
    there = paired.qb_invoice(customer, "INV-1", "120.00", TxnDate="2026-10-05")
    finished = paired.sync_red()
    assert len(finished.failures) == 2
    (cause,) = paired.causes()
    assert cause.ref == invoice_ref(ours) and cause.count == 2
    assert cause.headline == "INV-1 looks like INV-1 of 5 Oct 2026, 138.00, but not exactly"
    assert cause.fix == "adopt"
    detail = paired.row(ours["id"]).more_detail
    assert "same number, contact and date" in detail and f"{there['Id']} in QuickBooks" in detail
    assert "total differs: 115.00 in Re-Leased, 138.00 in QuickBooks" in detail


def test_invoices_that_quickbooks_numbered_itself_are_not_entered_twice(paired: World) -> None:
    tenant, customer = paired_tenant(paired)
    paired.books.set_preference("SalesFormsPrefs", "CustomTxnNumbers", False)
    paired.sync_blue()
    ours = [paired.invoice(tenant, f"INV-{number}", "100.00") for number in (1, 2)]
    for _ in ours:
        paired.qb_invoice(customer, "", "100.00", TxnDate="2026-10-05")
    finished = paired.sync_red()
    assert finished.counts.waiting == 4 and finished.counts.created == 0
    assert len(paired.books.entity("Invoice")) == 2
    assert "no number" not in paired.row(ours[0]["id"]).details
    assert "other number: INV-1 in Re-Leased" in paired.row(ours[0]["id"]).more_detail


@edge
def test_suggestions_can_be_asked_for_from_either_side(paired: World) -> None:
    tenant, customer = paired_tenant(paired)
    ours = paired.invoice(tenant, "INV-1", "100.00")
    there = paired.qb_invoice(customer, "INV-1", "120.00", TxnDate="2026-10-08")
    paired.sync_red()
    (out,) = paired.app.desk.matching.suggestions(COMPANY, invoice_ref(ours))
    assert (out.side, out.entity, out.id, out.name) == (
        "quickbooks",
        "Invoice",
        there["Id"],
        "INV-1 of 8 Oct 2026, 138.00",
    )
    assert out.reasons[0] == "same number and contact" and "3 days apart" in out.reasons
    incoming = RecordRef.in_quickbooks(RecordType.INVOICE, "Invoice", there["Id"])
    (back,) = paired.app.desk.matching.suggestions(COMPANY, incoming)
    assert (back.side, back.id, back.name) == ("released", ours["id"], "INV-1 of 5 Oct 2026, 115.00")
    assert paired.app.desk.matching.suggestions(COMPANY, RecordRef(RecordType.CONTACT, tenant["id"])) == ()


@edge
def test_correcting_the_side_that_is_wrong_settles_both_rows_in_one_run(paired: World) -> None:
    tenant, customer = paired_tenant(paired)
    ours = paired.invoice(tenant, "INV-1", "100.00")
    there = paired.qb_invoice(customer, "INV-1", "120.00", TxnDate="2026-10-05")
    paired.sync_red()
    paired.books.update("Invoice", there["Id"], {"Line": [paired.sales_line("100.00")]})
    paired.sync_blue()
    assert paired.now("invoices", ours)["externalId"] == there["Id"]
    assert [row.outcome for row in paired.rows(type=RecordType.INVOICE)] == [Outcome.ADOPTED]


def test_a_document_that_stands_twice_in_quickbooks_is_adopted_by_neither(paired: World) -> None:
    """Whichever of the two came first used to be taken, and the other entered in Re-Leased a second time."""
    paired.books.books.settings.refuse_duplicate_numbers = False
    tenant, customer = paired_tenant(paired)
    ours = paired.invoice(tenant, "INV-1", issueDate="2026-10-06")
    pair = [paired.qb_invoice(customer, "INV-1") for _ in range(2)]
    paired.sync_red()
    assert not paired.now("invoices", ours)["externalId"] and len(paired.all("invoices")) == 1
    assert {row.code for row in paired.rows(needs_attention=True)} == {"ambiguous-match"}
    (cause,) = paired.causes()
    assert (cause.ref, cause.count) == (invoice_ref(ours), 3)
    assert all(one["Id"] in paired.row(ours["id"]).more_detail for one in pair)


@edge
def test_leaving_the_wrong_one_out_decides_between_two(paired: World) -> None:
    paired.books.books.settings.refuse_duplicate_numbers = False
    tenant, customer = paired_tenant(paired)
    ours = paired.invoice(tenant, "INV-1", issueDate="2026-10-06")
    wanted, wrong = (paired.qb_invoice(customer, "INV-1") for _ in range(2))
    paired.sync_red()
    paired.unlink(RecordRef.in_quickbooks(RecordType.INVOICE, "Invoice", wrong["Id"]))
    paired.sync()
    assert paired.now("invoices", ours)["externalId"] == wanted["Id"]
    assert len(paired.all("invoices")) == 1 and paired.count("Invoice") == 2


@edge
def test_deleting_one_of_two_in_quickbooks_decides_as_well(paired: World) -> None:
    paired.books.books.settings.refuse_duplicate_numbers = False
    tenant, customer = paired_tenant(paired)
    ours = paired.invoice(tenant, "INV-1", issueDate="2026-10-06")
    wanted, wrong = (paired.qb_invoice(customer, "INV-1") for _ in range(2))
    paired.sync_red()
    paired.books.delete("Invoice", wrong["Id"])
    paired.sync_blue()
    assert paired.now("invoices", ours)["externalId"] == wanted["Id"]
    assert paired.row(wanted["Id"]).outcome is Outcome.ADOPTED


def test_a_missing_parent_is_named(paired: World) -> None:
    """A tax type that Re-Leased has and QuickBooks has not."""
    gone = paired.create("tax-types", name="Old GST 12.5%", rate="12.50")
    tenant = paired.contact("Kiosk Ltd")
    paired.invoice(tenant, "INV-1", lines=[paired.line(taxTypeId=gone["id"], taxAmount="12.50")])
    paired.sync_red()
    (cause,) = paired.causes()
    assert "tax type Old GST 12.5%" in cause.headline
    assert cause.fix == "retry", "there is nothing to choose from"


def test_the_bill_that_holds_the_number_for_another_supplier_is_named_and_can_be_opened(paired: World) -> None:
    holder = paired.qb_bill(paired.vendor("Other Vendor"), "USED-1", "57.50")
    ours = paired.bill(paired.contact("Plumb Co", "supplier"), "USED-1", "50.00")
    paired.sync_red()
    (cause,) = paired.causes()
    assert (cause.ref, cause.fix, cause.partners) == (invoice_ref(ours), "retry", 0)
    assert cause.partner == (
        "QuickBooks has it on USED-1 of 6 Oct 2026, 66.13, of Other Vendor; "
        "it is linked to USED-1 of 6 Oct 2026, 66.13 in Re-Leased."
    )
    assert f"txnId%3D{holder['Id']}" in cause.external_url


@edge
def test_a_free_bill_that_holds_the_number_is_suggested_with_what_speaks_against_it(paired: World) -> None:
    vendor = paired.vendor("Other Vendor")
    holder = paired.qb_bill(vendor, "USED-1", "50.00", TxnDate="2026-10-05")
    paired.sync()
    unpaired(paired, holder)
    ours = paired.bill(paired.contact("Plumb Co", "supplier"), "USED-1", "50.00")
    paired.sync_red()
    (cause,) = [one for one in paired.causes() if one.ref == invoice_ref(ours)]
    assert (cause.fix, cause.partners) == ("adopt", 1)
    assert "other contact: Plumb Co in Re-Leased, Other Vendor in QuickBooks" in cause.partner
    said = {label: (one, other) for label, one, other in paired.app.desk.results.compared(COMPANY, *pair(ours, holder))}
    assert said["Contact"] == ("Plumb Co", "Other Vendor")


@edge
def test_linked_by_hand_to_another_contacts_bill_quickbooks_takes_over_what_re_leased_says(paired: World) -> None:
    """Nobody may see two different contacts on one document, and both sides blue."""
    vendor = paired.vendor("Other Vendor")
    holder = paired.qb_bill(vendor, "USED-1", "50.00", TxnDate="2026-10-05")
    paired.sync()
    unpaired(paired, holder)
    ours = paired.bill(paired.contact("Plumb Co", "supplier"), "USED-1", "50.00")
    paired.sync_red()
    with paired.nothing_written():
        paired.app.desk.matching.link_to(COMPANY, invoice_ref(ours), "Bill", holder["Id"], "U0ANA")
    paired.sync()
    now = paired.partner("Bill", ours, "invoices")
    assert (now["Id"], now["VendorRef"]["name"]) == (holder["Id"], "Plumb Co") and paired.count("Bill") == 1


def test_a_credit_memo_that_holds_a_number_is_read_and_adopted(paired: World) -> None:
    """QuickBooks calls it “Credit Memo”, with a space."""
    assert [entity_of(name) for name in ("Credit Memo", "Bill", "BillPaymentCheck")] == [
        *("CreditMemo", "Bill", "BillPayment"),
    ]


def pair(ours: Json, there: Json) -> tuple[RecordRef, tuple[str, str]]:
    return invoice_ref(ours), ("Bill", there["Id"])


def unpaired(world: World, there: Json) -> None:
    """It came in once, and Re-Leased has it no more: as after a restored backup."""
    with world.database.write() as connection:
        for link in records.links_to(connection, COMPANY, [("Bill", there["Id"])]).values():
            records.drop_links(connection, COMPANY, [link])
            body = world.named("invoices", there["DocNumber"])
            world.change("invoices", body, status="voided")
