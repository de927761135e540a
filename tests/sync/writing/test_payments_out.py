"""Payments of Re-Leased in QuickBooks: entered once, on the right account, for the right documents."""

from decimal import Decimal
from typing import Any

import pytest

from bot.core.model import Outcome, RecordRef, RecordType
from tests.rarely import edge, rarely
from tests.sync.world import Json, World, invoice_ref


def paid_by(world: World, contact: Json, amount: str, *parts: tuple[Json, str], **more: Any) -> Json:
    """A payment of Re-Leased; each part is (invoice, amount)."""
    allocations = [{"invoiceId": document["id"], "amount": part} for document, part in parts]
    body = {"kind": "receipt", "contactId": contact["id"], "date": "2026-10-12", "amount": amount}
    return world.create("payments", **{**body, "allocations": allocations, **more})


def applied(payment: Json) -> dict[str, Decimal]:
    return {line["LinkedTxn"][0]["TxnId"]: line["Amount"] for line in payment["Line"]}


def bill_payer(world: World, number: str = "B-1") -> tuple[Json, Json]:
    supplier = world.contact("Plumb Ltd", "supplier")
    return supplier, world.bill(supplier, number, "100.00")


def test_one_payment_of_several_invoices_goes_out_with_a_line_for_each(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    first, second = paired.invoice(tenant, "INV-1"), paired.invoice(tenant, "INV-2")
    ours = paid_by(paired, tenant, "200.00", (first, "115.00"), (second, "60.00"), reference="EFT 7")
    paired.sync_blue()
    sent = paired.partner("Payment", ours, "payments")
    ids = [paired.now("invoices", one)["externalId"] for one in (first, second)]
    assert applied(sent) == {ids[0]: Decimal("115.00"), ids[1]: Decimal("60.00")}
    assert (sent["TotalAmt"], sent["UnappliedAmt"], sent["PaymentRefNum"]) == (200, 25, "EFT 7")
    assert sent["TxnDate"] == "2026-10-12"
    assert [paired.books.read("Invoice", id_)["Balance"] for id_ in ids] == [0, Decimal("55.00")]
    with paired.nothing_written():
        paired.sync_blue()


def test_a_receipt_goes_to_its_own_account_else_to_the_companys(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    savings = paired.books.create("Account", {"Name": "Trust Account", "AccountType": "Bank"})
    own = paid_by(paired, tenant, "10.00", bankAccountId=savings["Id"])
    usual = paid_by(paired, tenant, "20.00")
    paired.sync_blue()
    assert paired.partner("Payment", own, "payments")["DepositToAccountRef"]["value"] == savings["Id"]
    default = paired.company().bank_account_id
    assert default and paired.partner("Payment", usual, "payments")["DepositToAccountRef"]["value"] == default


@pytest.mark.parametrize(
    ("kind", "pay_type", "section"),
    [("Credit Card", "CreditCard", "CreditCardPayment"), *rarely(("Bank", "Check", "CheckPayment"))],
)
def test_a_bill_is_paid_from_the_kind_of_account_that_it_is(
    paired: World, kind: str, pay_type: str, section: str
) -> None:
    account = paired.books.create("Account", {"Name": "Paying", "AccountType": kind})
    supplier, bill = bill_payer(paired)
    part = (bill, "50.00")
    ours = paid_by(paired, supplier, "50.00", part, kind="paid", bankAccountId=account["Id"], reference="CHQ 12")
    paired.sync_blue()
    sent = paired.partner("BillPayment", ours, "payments")
    assert (sent["PayType"], sent["DocNumber"], sent["TotalAmt"]) == (pay_type, "CHQ 12", 50)
    assert next(iter(sent[section].values()))["value"] == account["Id"] or account["Id"] in str(sent[section])
    assert paired.now("invoices", bill)["balance"] == "65.00"
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_an_account_that_bills_cannot_be_paid_from_fails_with_the_remedy_and_clears(paired: World) -> None:
    wrong = paired.id_of("Account", "Repairs and Maintenance")
    supplier, bill = bill_payer(paired)
    ours = paid_by(paired, supplier, "115.00", (bill, "115.00"), kind="paid", bankAccountId=wrong)
    paired.sync_red()
    row = paired.row(ours["id"])
    assert row.code == "bank-account-unusable"
    assert "Repairs and Maintenance" in row.more_detail and "bank or credit card" in row.more_detail
    paired.change("payments", ours, bankAccountId=paired.id_of("Account", "Checking"))
    paired.sync_blue()
    assert paired.count("BillPayment") == 1


def test_money_to_a_supplier_that_pays_no_bill_says_so(paired: World) -> None:
    supplier = paired.contact("Plumb Ltd", "supplier")
    ours = paid_by(paired, supplier, "50.00", kind="paid")
    paired.sync_red()
    assert paired.row(ours["id"]).code == "pays-no-bill"


@edge
def test_edits_of_a_payment_go_out_as_a_whole(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    first, second = paired.invoice(tenant, "INV-1"), paired.invoice(tenant, "INV-2")
    ours = paid_by(paired, tenant, "100.00", (first, "100.00"), reference="EFT 7")
    paired.sync_blue()
    parts = [{"invoiceId": first["id"], "amount": "20.00"}, {"invoiceId": second["id"], "amount": "90.00"}]
    paired.change("payments", ours, amount="110.00", allocations=parts, reference="EFT 8", date="2026-10-13")
    paired.sync_blue()
    sent = paired.partner("Payment", ours, "payments")
    assert (sent["TotalAmt"], sent["PaymentRefNum"], sent["TxnDate"]) == (110, "EFT 8", "2026-10-13")
    assert sorted(applied(sent).values()) == [20, 90]
    paired.change("payments", ours, reference=None)
    paired.sync_blue()
    assert not paired.partner("Payment", ours, "payments").get("PaymentRefNum")
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_a_payment_reversed_here_fails_with_steps_until_it_is_voided_in_quickbooks(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "INV-1")
    ours = paid_by(paired, tenant, "115.00", (invoice, "115.00"))
    paired.sync_blue()
    sent = paired.partner("Payment", ours, "payments")
    paired.change("payments", ours, status="reversed")
    with paired.nothing_written():
        paired.sync_red()
    row = paired.row(ours["id"])
    assert (row.outcome, row.code) == (Outcome.FAILED, "reverse-in-quickbooks") and "Void" in row.more_detail
    paired.books.update("Payment", sent["Id"], {"PaymentRefNum": "touched", "TotalAmt": sent["TotalAmt"]})
    paired.sync_red()
    assert paired.row(ours["id"]).code == "reverse-in-quickbooks"
    paired.books.void("Payment", sent["Id"])
    paired.sync_blue()


def test_quickbooks_wins_a_conflict_and_the_losing_values_stay_readable(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    ours = paid_by(paired, tenant, "100.00", reference="EFT 7")
    paired.sync_blue()
    sent = paired.partner("Payment", ours, "payments")
    paired.books.update("Payment", sent["Id"], {"TotalAmt": Decimal(120), "Line": []})
    paired.change("payments", ours, amount="90.00", reference="cash")
    paired.sync_blue()
    now = paired.now("payments", ours)
    assert (now["amount"], now["reference"]) == ("120.00", "EFT 7")
    row = paired.row(ours["id"])
    assert "amount 90.00 in Re-Leased gave way to 120.00" in row.details
    assert "reference cash in Re-Leased gave way to EFT 7" in row.more_detail


@edge
def test_a_payment_in_a_deposit_is_frozen_and_says_how_to_take_it_out(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    undeposited = paired.id_of("Account", "Undeposited Funds")
    ours = paid_by(paired, tenant, "100.00", bankAccountId=undeposited)
    paired.sync_blue()
    sent = paired.partner("Payment", ours, "payments")
    deposit = paired.books.deposit([sent["Id"]], paired.id_of("Account", "Checking"))
    paired.sync_blue()
    paired.change("payments", ours, reference="EFT 9")
    paired.sync_red()
    row = paired.row(ours["id"])
    assert row.code == "6540" and "deposit" in row.details and "take the payment out" in row.more_detail
    paired.books.delete("Deposit", deposit["Id"])
    paired.sync_blue()


@edge
def test_a_payment_waits_for_its_unlinked_invoice_and_follows_it(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "INV-1")
    paired.sync_blue()
    paired.unlink(invoice_ref(invoice))
    ours = paid_by(paired, tenant, "115.00", (invoice, "115.00"))
    paired.sync_red()
    row = paired.row(ours["id"])
    assert (row.outcome, row.code, row.cause) == (Outcome.WAITING, "unlinked-parent", invoice_ref(invoice))
    paired.relink(invoice_ref(invoice))
    paired.sync_blue()
    assert applied(paired.partner("Payment", ours, "payments"))


@edge
def test_a_payment_waits_for_its_failing_invoice(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "N" * 22)
    ours = paid_by(paired, tenant, "115.00", (invoice, "115.00"))
    paired.sync_red()
    assert paired.row(ours["id"]).code == "failing-parent" and not paired.count("Payment")
    paired.change("invoices", invoice, number="INV-1")
    paired.sync_blue()
    assert paired.count("Payment") == 1


@edge
def test_a_payment_of_old_invoices_only_is_skipped_and_a_mixed_one_goes_whole(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    old = paired.invoice(tenant, "OLD-1", issueDate="2026-02-10", dueDate="2026-03-10")
    new = paired.invoice(tenant, "INV-1")
    only_old = paid_by(paired, tenant, "15.00", (old, "15.00"))
    mixed = paid_by(paired, tenant, "215.00", (old, "100.00"), (new, "115.00"))
    paired.sync_blue()
    skipped = paired.row(only_old["id"])
    assert (skipped.outcome, skipped.code) == (Outcome.SKIPPED, "paid-before-sync-from")
    sent = paired.partner("Payment", mixed, "payments")
    assert (sent["TotalAmt"], sent["UnappliedAmt"]) == (215, 100)
    assert "100.00 of it pays documents from before" in paired.row(mixed["id"]).more_detail
    paired.books.update("Payment", sent["Id"], {"PaymentRefNum": "EFT 1", "TotalAmt": sent["TotalAmt"]})
    paired.sync_blue()
    now = paired.now("payments", mixed)
    assert now["reference"] == "EFT 1" and len(now["allocations"]) == 2, "what QuickBooks was never told stays"


@edge
def test_a_long_reference_is_shortened_there_and_kept_here(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    reference = "Rent for October and the parking space"
    ours = paid_by(paired, tenant, "10.00", reference=reference)
    paired.sync_blue()
    sent = paired.partner("Payment", ours, "payments")
    assert reference.startswith(sent["PaymentRefNum"]) and sent["PrivateNote"] == reference
    paired.books.update("Payment", sent["Id"], {"TotalAmt": Decimal(12)})
    paired.sync_blue()
    now = paired.now("payments", ours)
    assert (now["amount"], now["reference"]) == ("12.00", reference)


def test_a_payment_in_a_closed_period_is_not_sent(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    ours = paid_by(paired, tenant, "10.00", date="2026-05-01")
    paired.books.set_preference("AccountingInfoPrefs", "BookCloseDate", "2026-06-30")
    paired.sync_red()
    assert paired.row(ours["id"]).code == "6210" and not paired.count("Payment")


@edge
def test_an_edit_here_leaves_what_a_credit_pays_in_quickbooks(paired: World) -> None:
    customer = paired.customer("Aroha")
    invoice = paired.qb_invoice(customer, "SI-1")
    line = paired.sales_line("20.00")
    memo = {"CustomerRef": {"value": customer["Id"]}, "DocNumber": "CM-1", "TxnDate": "2026-10-07", "Line": [line]}
    credit = paired.books.create("CreditMemo", memo)
    links = [("Invoice", invoice["Id"], "115.00"), ("CreditMemo", credit["Id"], "23.00")]
    lines = [{"Amount": Decimal(part), "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]} for kind, id_, part in links]
    payment = paired.receive(customer["Id"], "92.00", Line=lines)
    paired.sync_blue()
    came = next(one for one in paired.all("payments") if one["externalId"] == payment["Id"])
    assert came["allocations"] == [{"invoiceId": paired.named("invoices", "SI-1")["id"], "amount": "92.00"}]
    paired.change("payments", came, reference="EFT 3")
    paired.sync_blue()
    now = paired.books.read("Payment", payment["Id"])
    assert now["PaymentRefNum"] == "EFT 3"
    assert applied(now) == {invoice["Id"]: Decimal("115.00"), credit["Id"]: Decimal("23.00")}


@edge
def test_a_payment_in_another_currency_than_its_customers_is_refused_before_it_is_sent(paired: World) -> None:
    ours = paid_by(paired, paired.contact("Kiosk Ltd"), "10.00", currency="AUD")
    paired.sync_red()
    assert paired.row(ours["id"]).code == "currency-not-enabled" and not paired.count("Payment")


@edge
def test_an_unlinked_payment_is_left_alone(paired: World) -> None:
    ours = paid_by(paired, paired.contact("Kiosk Ltd"), "10.00")
    paired.sync_blue()
    paired.unlink(RecordRef(RecordType.PAYMENT, ours["id"]))
    paired.change("payments", ours, amount="12.00")
    with paired.nothing_written():
        paired.sync_blue()
