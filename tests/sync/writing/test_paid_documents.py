"""Edits and voids of documents that money is on: payments first, so that one run is enough for both sides."""

from decimal import Decimal

import pytest

from bot.core.model import Outcome
from tests.rarely import edge, rarely
from tests.sync.world import Json, World
from tests.sync.writing.test_payments_out import applied, paid_by


def paid_in_quickbooks(world: World, paid: str = "115.00") -> tuple[Json, Json, Json]:
    """(customer, invoice, payment) of QuickBooks, in both ledgers."""
    customer = world.customer("Aroha")
    invoice = world.qb_invoice(customer, "SI-1")
    payment = world.receive(customer["Id"], paid, (invoice["Id"], paid))
    world.sync_blue()
    return customer, invoice, payment


def quiet(world: World) -> None:
    with world.nothing_written():
        world.sync_blue()


def test_a_payment_and_its_invoice_voided_in_quickbooks_are_voided_here_in_one_run(paired: World) -> None:
    _, invoice, payment = paid_in_quickbooks(paired)
    paired.books.void("Payment", payment["Id"])
    paired.books.void("Invoice", invoice["Id"])
    finished = paired.sync_blue()
    assert finished.counts.voided == 2
    assert paired.all("payments")[0]["status"] == "reversed"
    assert paired.named("invoices", "SI-1")["status"] == "voided"
    quiet(paired)


@edge
def test_a_payment_deleted_in_quickbooks_frees_its_voided_invoice(paired: World) -> None:
    _, invoice, payment = paid_in_quickbooks(paired)
    paired.books.delete("Payment", payment["Id"])
    paired.books.void("Invoice", invoice["Id"])
    paired.sync_blue()
    assert paired.all("payments")[0]["status"] == "reversed"
    assert paired.named("invoices", "SI-1")["status"] == "voided"
    quiet(paired)


def test_an_invoice_voided_in_quickbooks_leaves_its_payment_unallocated(paired: World) -> None:
    """QuickBooks voids it once the payment is taken off it."""
    _, invoice, payment = paid_in_quickbooks(paired)
    paired.books.update("Payment", payment["Id"], {"TotalAmt": Decimal(115), "Line": []})
    paired.books.void("Invoice", invoice["Id"])
    finished = paired.sync_blue()
    assert (finished.counts.updated, finished.counts.voided) == (1, 1)
    payment = paired.all("payments")[0]
    assert (payment["status"], payment["unallocated"]) == ("active", "115.00")
    assert paired.named("invoices", "SI-1")["status"] == "voided"
    quiet(paired)


@edge
@pytest.mark.parametrize("is_new", [True, *rarely(False)], ids=["to a new invoice", "to a known invoice"])
def test_a_payment_moved_in_quickbooks_off_an_invoice_that_is_voided_then(paired: World, is_new: bool) -> None:
    customer, invoice, payment = paid_in_quickbooks(paired)
    other = paired.qb_invoice(customer, "SI-2")
    if not is_new:
        paired.sync_blue()
    line = {"Amount": Decimal(115), "LinkedTxn": [{"TxnId": other["Id"], "TxnType": "Invoice"}]}
    paired.books.update("Payment", payment["Id"], {"TotalAmt": Decimal(115), "Line": [line]})
    paired.books.void("Invoice", invoice["Id"])
    finished = paired.sync_blue()
    assert (finished.counts.updated, finished.counts.voided, finished.counts.failed) == (1, 1, 0)
    assert paired.named("invoices", "SI-1")["status"] == "voided"
    assert paired.named("invoices", "SI-2")["status"] == "paid"
    quiet(paired)


@edge
@pytest.mark.parametrize("is_new", [False, *rarely(True)], ids=["to a known invoice", "to a new invoice"])
def test_a_payment_moved_here_off_an_invoice_that_is_voided_then(paired: World, is_new: bool) -> None:
    tenant = paired.contact("Kiosk Ltd")
    first = paired.invoice(tenant, "INV-1")
    ours = paid_by(paired, tenant, "115.00", (first, "115.00"))
    paired.sync_blue()
    second = paired.invoice(tenant, "INV-2")
    if not is_new:
        paired.sync_blue()
    paired.change("payments", ours, allocations=[{"invoiceId": second["id"], "amount": "115.00"}])
    paired.change("invoices", first, status="voided")
    finished = paired.sync_blue()
    assert (finished.counts.updated, finished.counts.voided, finished.counts.failed) == (1, 1, 0)
    assert paired.partner("Invoice", first, "invoices")["TotalAmt"] == 0
    sent = paired.partner("Payment", ours, "payments")
    assert applied(sent) == {paired.now("invoices", second)["externalId"]: Decimal("115.00")}
    assert paired.now("payments", ours)["allocations"] == [{"invoiceId": second["id"], "amount": "115.00"}]
    quiet(paired)


@edge
def test_lines_edited_in_quickbooks_of_a_part_paid_invoice_come_in(paired: World) -> None:
    _, invoice, _ = paid_in_quickbooks(paired, "40.00")
    paired.books.update("Invoice", invoice["Id"], {"Line": [paired.sales_line("80.00")]})
    paired.sync_blue()
    now = paired.named("invoices", "SI-1")
    assert (now["total"], now["amountPaid"], now["balance"]) == ("92.00", "40.00", "52.00")
    quiet(paired)


@edge
def test_an_invoice_made_smaller_in_quickbooks_than_what_was_paid_frees_the_rest_first(paired: World) -> None:
    _, invoice, _ = paid_in_quickbooks(paired)
    paired.books.update("Invoice", invoice["Id"], {"Line": [paired.sales_line("80.00")]})
    paired.sync_blue()
    now = paired.named("invoices", "SI-1")
    assert (now["total"], now["amountPaid"]) == ("92.00", "92.00")
    assert paired.all("payments")[0]["unallocated"] == "23.00"
    quiet(paired)


@edge
def test_an_invoice_and_its_payment_made_larger_together_come_in_in_one_run(paired: World) -> None:
    _, invoice, payment = paid_in_quickbooks(paired, "40.00")
    paired.books.update("Invoice", invoice["Id"], {"Line": [paired.sales_line("200.00")]})
    line = {"Amount": Decimal(230), "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    paired.books.update("Payment", payment["Id"], {"TotalAmt": Decimal(230), "Line": [line]})
    paired.sync_blue()
    assert paired.named("invoices", "SI-1")["status"] == "paid"
    quiet(paired)


@edge
def test_a_part_paid_invoice_edited_here_goes_out_and_keeps_its_payment(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "INV-1")
    paid_by(paired, tenant, "40.00", (invoice, "40.00"))
    paired.sync_blue()
    paired.change("invoices", invoice, lines=[paired.line("80.00")])
    paired.sync_blue()
    sent = paired.partner("Invoice", invoice, "invoices")
    assert (sent["TotalAmt"], sent["Balance"]) == (92, 52)
    quiet(paired)


def test_a_paid_document_that_re_leased_cannot_change_fails_with_both_figures_and_clears(paired: World) -> None:
    _, invoice, _ = paid_in_quickbooks(paired)
    paired.books.update("Invoice", invoice["Id"], {"Line": [paired.sales_line("200.00")]})
    with paired.nothing_written():
        paired.sync_red()
    row = paired.row("SI-1")
    assert (row.outcome, row.code) == (Outcome.FAILED, "paid-document-changed")
    assert "QuickBooks: net 200.00, tax 30.00, gross 230.00" in row.more_detail
    assert "Re-Leased: net 100.00, tax 15.00, gross 115.00" in row.more_detail
    paired.books.update("Invoice", invoice["Id"], {"Line": [paired.sales_line("100.00")]})
    paired.sync_blue()


@edge
def test_what_re_leased_still_takes_on_a_paid_document_goes_both_ways(paired: World) -> None:
    _, invoice, _ = paid_in_quickbooks(paired)
    paired.books.update("Invoice", invoice["Id"], {"DueDate": "2026-12-24"})
    paired.sync_blue()
    ours = paired.named("invoices", "SI-1")
    assert (ours["status"], ours["dueDate"]) == ("paid", "2026-12-24")
    paired.change("invoices", ours, reference="see file 9")
    paired.sync_blue()
    assert paired.books.read("Invoice", invoice["Id"])["PrivateNote"] == "see file 9"
    quiet(paired)


@edge
def test_a_bill_voided_by_a_person_frees_in_the_same_run(paired: World) -> None:
    """QuickBooks has no void for bills: zero and the word, entered on the page, is what a void looks like."""
    vendor = paired.vendor("Plumb Ltd")
    bill = paired.qb_bill(vendor, "B-1")
    payment = paired.pay(vendor["Id"], "57.50", (bill["Id"], "57.50"))
    paired.sync_blue()
    paired.books.void("BillPayment", payment["Id"])
    paired.books.update("Bill", bill["Id"], {"Line": [paired.expense_line("0.00")], "PrivateNote": "Voided"})
    paired.sync_blue()
    assert paired.named("invoices", "B-1")["status"] == "voided"
    quiet(paired)


def test_an_invoice_that_is_voided_here_and_paid_there_meanwhile_is_touched_on_neither_side(paired: World) -> None:
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.sync_blue()
    sent = paired.partner("Invoice", invoice, "invoices")
    payment = paired.receive(sent["CustomerRef"]["value"], "115.00", (sent["Id"], "115.00"))
    paired.change("invoices", invoice, status="voided")
    paired.sync_red()
    row = paired.row("INV-1")
    assert row.code == "void-meets-payment" and "voided in Re-Leased but paid in QuickBooks" in row.details
    assert paired.books.read("Invoice", sent["Id"])["TotalAmt"] == Decimal("115.00")
    assert paired.books.read("Payment", payment["Id"])["Line"][0]["LinkedTxn"][0]["TxnId"] == sent["Id"]
