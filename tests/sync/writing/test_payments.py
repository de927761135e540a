"""Payments: never booked twice, and what they pay decides whether they come."""

from decimal import Decimal

from bot.core.model import Outcome
from tests.rarely import edge
from tests.sync.world import Json, World


def old_invoice(world: World, customer: Json, number: str = "OLD-1") -> Json:
    return world.qb_invoice(customer, number, TxnDate="2026-02-10")


def released_receipt(world: World, contact: Json, amount: str, **more: object) -> Json:
    body = {"kind": "receipt", "contactId": contact["id"], "date": "2026-10-12", "amount": amount, **more}
    return world.create("payments", **body)


def test_a_payment_of_old_documents_only_is_skipped_and_not_red(paired: World) -> None:
    customer = paired.customer("Aroha")
    old = old_invoice(paired, customer)
    payment = paired.receive(customer["Id"], "115.00", (old["Id"], "115.00"))
    paired.sync_blue()
    assert not paired.all("payments")
    row = paired.row(payment["Id"])
    assert (row.outcome, row.code) == (Outcome.SKIPPED, "paid-before-sync-from")


@edge
def test_a_mixed_payment_comes_whole_with_the_old_part_unallocated_and_says_so(paired: World) -> None:
    customer = paired.customer("Aroha")
    old, new = old_invoice(paired, customer), paired.qb_invoice(customer, "SI-1")
    payment = paired.receive(customer["Id"], "230.00", (old["Id"], "115.00"), (new["Id"], "115.00"))
    paired.sync_blue()
    came = paired.all("payments")[0]
    assert (came["amount"], came["unallocated"]) == ("230.00", "115.00")
    assert paired.named("invoices", "SI-1")["status"] == "paid"
    row = paired.row(payment["Id"])
    assert "115.00" in row.more_detail and "2026-04-01" in row.more_detail
    with paired.nothing_written():
        paired.sync_blue()


def test_a_payment_before_sync_from_stays_out(paired: World) -> None:
    customer = paired.customer("Aroha")
    paired.receive(customer["Id"], "10.00", TxnDate="2026-03-01")
    paired.sync_blue()
    assert not paired.all("payments")


def test_a_payment_that_applies_nothing_comes_unallocated(paired: World) -> None:
    customer = paired.customer("Aroha")
    paired.receive(customer["Id"], "10.00")
    paired.sync_blue()
    assert paired.all("payments")[0]["unallocated"] == "10.00"


def test_an_equal_payment_is_adopted_not_created(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "INV-1")
    paired.sync_blue()
    allocation = [{"invoiceId": invoice["id"], "amount": "115.00"}]
    ours = released_receipt(paired, tenant, "115.00", reference="R-1", allocations=allocation)
    sent = paired.partner("Invoice", invoice, "invoices")
    theirs = paired.receive(sent["CustomerRef"]["value"], "115.00", (sent["Id"], "115.00"), PaymentRefNum="R-1")
    finished = paired.sync_blue()
    assert finished.counts.adopted == 1
    assert paired.now("payments", ours)["externalId"] == theirs["Id"]
    assert len(paired.all("payments")) == 1


def test_a_loosely_matching_payment_waits_as_a_suggestion(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    ours = released_receipt(paired, tenant, "115.00", date="2026-10-10")
    customer = paired.partner("Customer", tenant, "contacts")
    theirs = paired.receive(customer["Id"], "115.00")
    finished = paired.sync_red()
    assert (finished.counts.failed, finished.counts.waiting) == (2, 2)
    for one, other in ((theirs["Id"], ours["id"]), (ours["id"], theirs["Id"])):
        row = paired.row(one)
        assert (row.outcome, row.code) == (Outcome.WAITING, "suggested-match") and other in row.more_detail
    assert len(paired.all("payments")) == paired.count("Payment") == 1


@edge
def test_payments_that_pay_different_documents_are_different(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    first, second = paired.invoice(tenant, "INV-1"), paired.invoice(tenant, "INV-2")
    paired.sync_blue()
    allocation = [{"invoiceId": first["id"], "amount": "115.00"}]
    released_receipt(paired, tenant, "115.00", allocations=allocation)
    sent = paired.partner("Invoice", second, "invoices")
    paired.receive(sent["CustomerRef"]["value"], "115.00", (sent["Id"], "115.00"))
    paired.sync_blue()
    assert len(paired.all("payments")) == 2


@edge
def test_a_payment_more_than_a_week_away_is_another_one(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    released_receipt(paired, tenant, "115.00", date="2026-10-01")
    paired.receive(paired.partner("Customer", tenant, "contacts")["Id"], "115.00")
    paired.sync_blue()
    assert len(paired.all("payments")) == 2


def test_a_payment_moved_to_another_invoice_follows(paired: World) -> None:
    customer = paired.customer("Aroha")
    first, second = paired.qb_invoice(customer, "SI-1"), paired.qb_invoice(customer, "SI-2")
    payment = paired.receive(customer["Id"], "50.00", (first["Id"], "50.00"))
    paired.sync_blue()
    line = {"Amount": Decimal(50), "LinkedTxn": [{"TxnId": second["Id"], "TxnType": "Invoice"}]}
    paired.books.update("Payment", payment["Id"], {"TotalAmt": Decimal(50), "Line": [line]})
    paired.sync_blue()
    assert paired.named("invoices", "SI-1")["balance"] == "115.00"
    assert paired.named("invoices", "SI-2")["balance"] == "65.00"


@edge
def test_a_payment_waits_for_its_failing_invoice_and_follows_in_the_same_run(paired: World) -> None:
    """An allocation must never be dropped silently because its document failed."""
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    customer = paired.partner("Customer", tenant, "contacts")
    discount = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10}}
    invoice = paired.qb_invoice(customer, "SI-1", Line=[paired.sales_line("100.00"), discount])
    payment = paired.receive(customer["Id"], "20.00", (invoice["Id"], "20.00"))
    paired.sync_red()
    assert paired.row("SI-1").outcome is Outcome.FAILED
    assert paired.row(payment["Id"]).outcome is Outcome.WAITING
    assert not paired.all("payments")
    paired.books.update("Invoice", invoice["Id"], {"Line": [paired.sales_line("90.00")]})
    paired.sync_blue()
    assert paired.named("invoices", "SI-1")["amountPaid"] == "20.00"
