"""Undo of an unlink brings back what needed attention, and a preview counts only what still moves."""

from decimal import Decimal

from bot.core.model import Outcome, RecordRef, RecordType
from tests.sync.world import COMPANY, World, contact_ref, invoice_ref

ANA, BEN = "U0ANA", "U0BEN"


def test_undo_of_an_unlink_brings_the_red_row_back_without_a_sync(paired: World) -> None:
    lines = [paired.line("50.00", taxTypeId=None)]
    ours = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1", lines=lines)
    paired.sync_red()
    desk, ref = paired.app.desk, invoice_ref(ours)
    done = desk.linking.unlink(COMPANY, [ref], ANA)
    assert paired.row("INV-1").outcome is Outcome.SKIPPED
    desk.undo.take_back(done.undo_token, ANA)
    row = paired.row("INV-1")
    assert (row.outcome, row.code, row.linked) == (Outcome.FAILED, "tax-missing", True)
    assert desk.companies.named(COMPANY).needs_attention == 1


def test_a_preview_does_not_count_what_stays_out_anyway(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.invoice(tenant, "INV-1")
    paired.sync_blue()
    customer = paired.partner("Customer", tenant, "contacts")
    paired.qb_invoice(customer, "OLD-1", TxnDate="2019-01-05")
    paired.sync()
    change = paired.app.desk.linking.preview(COMPANY, [contact_ref(tenant)])
    assert [ref.type for ref in change.cascade] == [RecordType.INVOICE] and len(change.cascade) == 1


def test_a_payment_of_a_linked_document_takes_part_in_the_cascade(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    ours = paired.invoice(tenant, "INV-1")
    paired.sync_blue()
    sent = paired.partner("Invoice", ours, "invoices")
    paired.unlink(contact_ref(tenant), propagate=True)
    payment = paired.receive(sent["CustomerRef"]["value"], "15.00", (sent["Id"], "15.00"))
    paired.sync()
    change = paired.app.desk.linking.preview(COMPANY, [contact_ref(tenant)], unlinking=False)
    assert RecordRef.in_quickbooks(RecordType.PAYMENT, "Payment", payment["Id"]) in change.cascade


def test_the_open_amount_of_a_preview_leaves_out_what_somebody_unlinked_before(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    first, second = (invoice_ref(paired.invoice(tenant, f"INV-{number}")) for number in (1, 2))
    paired.sync_blue()
    paired.app.desk.linking.unlink(COMPANY, [first], BEN)
    (owed,) = paired.app.desk.linking.preview(COMPANY, [first, second]).open_amounts
    assert owed.receivable == Decimal("115.00")
