"""Both sides moved: the rule of the record type decides, and what the loser had said can still be read."""

from decimal import Decimal

import pytest

from bot.core.model import Direction, RecordType
from bot.core.planning.steps import Verb
from tests.core.situations import (
    CONTACT,
    INVOICE,
    PAYMENT,
    VOIDED,
    customer,
    held,
    linked,
    operation_of,
    payment,
    receipt,
    report_of,
    settled_of,
    tenant,
)
from tests.records.samples import invoice, line, quickbooks_invoice, sales_line


def test_released_wins_for_a_contact_and_the_name_in_quickbooks_is_kept_in_words() -> None:
    theirs = customer(DisplayName="Kiosk & Sons", BillAddr={"Line1": "2 Mill Lane", "City": "Napier"})
    body = tenant(name="Kiosk Limited", address={"line1": "1 Quay Street", "city": "Auckland"})
    operation = operation_of(linked(CONTACT, "Customer", body, theirs, tenant(), customer()))
    assert (operation.direction, operation.body["DisplayName"]) == (Direction.OUTGOING, "Kiosk Limited")
    assert "QuickBooks had said" in operation.more
    assert "Kiosk & Sons" in operation.more and "2 Mill Lane, Napier" in operation.more


def test_archiving_wins_over_an_edit_in_released() -> None:
    archived = customer(Active=False)
    operation = operation_of(linked(CONTACT, "Customer", tenant(name="Kiosk Limited"), archived, tenant(), customer()))
    assert (operation.direction, operation.body) == (Direction.INCOMING, {"archived": True})


def test_released_wins_for_an_unpaid_document_and_the_losing_amounts_are_kept() -> None:
    theirs = quickbooks_invoice(sales_line("80.00"), tax="12.00", DueDate="2027-01-31")
    body = invoice(line("90.00", "13.50"))
    operation = operation_of(linked(INVOICE, "Invoice", body, theirs, invoice(), quickbooks_invoice()))
    assert (operation.direction, operation.body["Line"][0]["Amount"]) == (Direction.OUTGOING, Decimal("90.00"))
    for value in ("2027-01-31", "total: 92.00", "Rent 80.00"):
        assert value in operation.more
    assert "SyncToken" not in operation.more


def test_what_both_sides_agree_on_is_no_loss() -> None:
    before = held(invoice())
    before["Line"].append({"DetailType": "SubTotalLineDetail", "Amount": Decimal("100.00"), "SubTotalLineDetail": {}})
    theirs = {**before, "DueDate": "2027-01-31"}
    more = operation_of(linked(INVOICE, "Invoice", invoice(dueDate="2026-12-24"), theirs, invoice(), before)).more
    assert more.endswith("QuickBooks had said DueDate: 2027-01-31.")


def test_quickbooks_wins_for_what_is_paid_already() -> None:
    paid = invoice(status="paid", dueDate="2026-12-24")
    theirs = {**held(invoice()), "DueDate": "2027-01-31"}
    operation = operation_of(linked(INVOICE, "Invoice", paid, theirs, invoice(), held(invoice())))
    assert (operation.direction, operation.body) == (Direction.INCOMING, {"dueDate": "2027-01-31"})
    assert operation.more.endswith("Re-Leased had said dueDate: 2026-12-24.")


def test_a_paid_document_that_moved_in_both_may_still_be_refused() -> None:
    theirs = quickbooks_invoice(sales_line("80.00"), tax="12.00")
    paid = invoice(status="paid", dueDate="2026-12-24")
    report = report_of(linked(INVOICE, "Invoice", paid, theirs, invoice(), quickbooks_invoice()))
    assert report.code == "paid-document-changed"
    assert (
        "QuickBooks: net 80.00, tax 12.00, gross 92.00; Re-Leased: net 100.00, tax 15.00, gross 115.00." in report.more
    )


def test_quickbooks_wins_for_payments() -> None:
    theirs = payment(TotalAmt=Decimal("120.00"))
    body = receipt(reference="cash")
    operation = operation_of(linked(PAYMENT, "Payment", body, theirs, receipt(), payment()))
    assert operation.direction is Direction.INCOMING
    assert (operation.body["amount"], operation.body["reference"]) == ("120.00", "EFT 9")
    assert "amount: 115.00" in operation.more and "reference: cash" in operation.more


@pytest.mark.parametrize("ours_too", [False, True])
def test_a_void_in_quickbooks_wins_and_two_voids_agree(ours_too: bool) -> None:
    body = invoice(status="voided" if ours_too else "approved", reference="x")
    situation = linked(INVOICE, "Invoice", body, {**quickbooks_invoice(), **VOIDED}, invoice(), quickbooks_invoice())
    if ours_too:
        assert settled_of(situation)
        return
    operation = operation_of(situation)
    assert (operation.verb, operation.direction) == (Verb.VOID, Direction.INCOMING)
    assert "Re-Leased had said total: 115.00" in operation.more


def test_a_void_in_released_wins_over_an_edit_in_quickbooks() -> None:
    edited = quickbooks_invoice(sales_line("80.00"), tax="12.00")
    operation = operation_of(
        linked(INVOICE, "Invoice", invoice(status="voided"), edited, invoice(), quickbooks_invoice())
    )
    assert (operation.verb, operation.direction) == (Verb.VOID, Direction.OUTGOING)
    assert "QuickBooks had said total: 92.00" in operation.more


def test_both_sides_changed_to_the_same_is_no_conflict() -> None:
    body = invoice(dueDate="2026-12-24")
    assert settled_of(linked(INVOICE, "Invoice", body, held(body), invoice(), held(invoice())))


def test_the_allocations_that_gave_way_are_said_in_words() -> None:
    theirs = payment(Line=[])
    body = receipt(reference="cash")
    more = operation_of(linked(PAYMENT, "Payment", body, theirs, receipt(), payment())).more
    assert "allocations: 115.00 to invoice inv-1" in more


@pytest.mark.parametrize("settled", [False, True], ids=["open", "set off to the last cent"])
def test_released_wins_for_a_credit_note_until_it_is_set_off(settled: bool) -> None:
    """What is used up is as good as paid: its figures are QuickBooks' to change."""
    spent = {"allocations": [{"invoiceId": "inv-1", "amount": "115.00"}], "remaining": "0.00"} if settled else {}
    before = invoice(id="cn-1", **spent)
    theirs = {key: value for key, value in quickbooks_invoice(Id="401").items() if key != "DueDate"}
    ours = {**before, "reference": "Lease 7"}
    edited = {**theirs, "PrivateNote": "agreed by phone"}
    operation = operation_of(linked(RecordType.CREDIT_NOTE, "CreditMemo", ours, edited, before, theirs))
    assert operation.direction is (Direction.INCOMING if settled else Direction.OUTGOING)
    assert ("Lease 7" if settled else "agreed by phone") in operation.more
