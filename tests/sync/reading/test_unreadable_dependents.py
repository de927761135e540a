"""What depends on a kind that cannot be read waits: nothing is paid, set off, sent twice or called wrong meanwhile."""

import json
from typing import Any

import pytest

from bot.core.model import Outcome
from bot.sandbox.http.exchange import json_response
from bot.sync.reading.pull import CDC_ENTITIES
from tests.rarely import edge, rarely
from tests.sync.reading.unreadable import broken_in_released, complete_again, fault_of
from tests.sync.world import World
from tests.sync.writing.test_allocations import allocate, credit_note

WAITING = Outcome.WAITING
BAD_ADDRESS = "QueryProcessingError: To email address entered is invalid"


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


@edge
@pytest.mark.parametrize("kind", ["Payment", "CreditMemo", "Invoice", "credit-notes", "invoices"])
def test_a_credit_is_set_off_only_once_all_that_it_touches_can_be_read(paired: World, kind: str) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice, note = paired.invoice(tenant, "INV-1"), credit_note(paired, tenant, "CN-1")
    paired.sync_blue()
    allocate(paired, note, (invoice, "46.00"))
    paired.contact("Tui Ltd")
    if kind in CDC_ENTITIES:
        paired.books.break_reading(kind)
    else:
        broken_in_released(paired, kind)

    paired.sync_red()

    assert paired.count("Payment") == 0
    assert paired.books.entity("Customer").find("DisplayName", "Tui Ltd") is not None
    if kind in CDC_ENTITIES:
        paired.books.mend_reading(kind)
    broken_in_released(paired)
    complete_again(paired)
    assert paired.count("Payment") == 1
    assert paired.now("invoices", invoice)["balance"] == "69.00"


@edge
def test_a_payment_that_was_reversed_waits_for_the_invoice_that_it_is_taken_off(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "INV-1")
    paired.sync_blue()
    customer, there = paired.partner("Customer", tenant, "contacts"), paired.partner("Invoice", invoice, "invoices")
    paid = paired.receive(customer["Id"], "115.00", (there["Id"], "115.00"))
    paired.sync_blue()
    paired.books.void("Payment", paid["Id"])
    paired.books.break_reading("Invoice")
    paired.sync_red()
    assert paired.now("invoices", invoice)["status"] == "paid"
    paired.books.mend_reading("Invoice")
    complete_again(paired)
    assert paired.now("invoices", invoice)["balance"] == "115.00"


@pytest.mark.parametrize(
    ("kind", "later_min", "bills"), [("drop_after", 0, 1), ("drop_before", 90, 0), *rarely(("drop_after", 90, 1))]
)
def test_what_an_earlier_run_left_unanswered_is_not_sent_twice(
    paired: World, kind: str, later_min: int, bills: int
) -> None:
    """A bill of the same batch goes nowhere either: whether the batch was carried out is not known."""
    tenant, supplier = paired.contact("Kiosk Ltd"), paired.contact("Plumb Ltd", "supplier")
    paired.sync_blue()
    paired.invoice(tenant, "INV-1")
    paired.bill(supplier, "B-1")
    batch = {"match": {"path": "/batch", "body": "DocNumber"}, "times": None, "effect": {"kind": kind}}
    paired.quickbooks_knobs.add(batch, {"match": {"path": "/query"}, "times": None, "effect": {"kind": "drop_before"}})
    assert paired.sync().could_not_run
    paired.quickbooks_knobs.clear()
    paired.clock.advance(minutes=later_min)
    paired.books.break_reading("Invoice")
    paired.contact("Aroha Ltd")

    paired.sync_red()

    assert (paired.count("Invoice"), paired.count("Bill")) == (bills, bills)
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
