"""Both sides moved: the rule of the record type decides, and what the loser had said can still be read."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.core.model import Direction, RecordType
from bot.core.planning.steps import Verb
from tests.core.planning.situations import (
    CONTACT,
    INVOICE,
    PAYMENT,
    VOIDED,
    customer,
    gone_of,
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
    assert operation.more == (
        "Both sides had changed since the last sync: name Kiosk & Sons in QuickBooks gave way to Kiosk Limited; "
        "address 2 Mill Lane, Napier in QuickBooks gave way to 1 Quay Street, Auckland."
    )
    assert not any(change.weighs for change in operation.changes)


def test_archiving_wins_over_an_edit_in_released() -> None:
    archived = customer(Active=False)
    operation = operation_of(linked(CONTACT, "Customer", tenant(name="Kiosk Limited"), archived, tenant(), customer()))
    assert (operation.direction, operation.body) == (Direction.INCOMING, {"archived": True})


def test_released_wins_for_an_unpaid_document_and_the_losing_amounts_are_kept() -> None:
    theirs = quickbooks_invoice(sales_line("80.00"), tax="12.00", DueDate="2027-01-31")
    body = invoice(line("90.00", "13.50"))
    operation = operation_of(linked(INVOICE, "Invoice", body, theirs, invoice(), quickbooks_invoice()))
    assert (operation.direction, operation.body["Line"][0]["Amount"]) == (Direction.OUTGOING, Decimal("90.00"))
    for value in ("due date 31 Jan 2027 in", "amount 92.00 in QuickBooks gave way to 103.50", "lines Rent 80.00 in"):
        assert value in operation.more
    assert "SyncToken" not in operation.more and "TxnTaxDetail" not in operation.more
    assert {one.field for one in operation.changes if one.is_lost and one.weighs} >= {"amount", "due date", "lines"}


def test_what_both_sides_agree_on_is_no_loss() -> None:
    before = held(invoice())
    before["Line"].append({"DetailType": "SubTotalLineDetail", "Amount": Decimal("100.00"), "SubTotalLineDetail": {}})
    theirs = {**before, "DueDate": "2027-01-31"}
    more = operation_of(linked(INVOICE, "Invoice", invoice(dueDate="2026-12-24"), theirs, invoice(), before)).more
    assert more.endswith("sync: due date 31 Jan 2027 in QuickBooks gave way to 24 Dec 2026.")


def test_what_only_the_winner_changed_is_no_loss() -> None:
    theirs = {**held(invoice()), "PrivateNote": "agreed by phone"}
    operation = operation_of(
        linked(INVOICE, "Invoice", invoice(dueDate="2026-12-24"), theirs, invoice(), held(invoice()))
    )
    assert operation.more.endswith("sync: note agreed by phone in QuickBooks gave way to nothing.")
    due = next(one for one in operation.changes if one.field == "due date")
    assert (due.after, due.is_lost, due.weighs) == ("24 Dec 2026", False, True)


def test_where_a_link_has_no_marks_all_that_differs_counts_as_lost() -> None:
    theirs = {**held(invoice()), "PrivateNote": "agreed by phone"}
    situation = linked(INVOICE, "Invoice", invoice(dueDate="2026-12-24"), theirs, invoice(), held(invoice()))
    slot = situation.slots[0]
    assert slot.link is not None
    old = replace(slot.link, external_hash=slot.link.external_hash.partition(";")[0])
    operation = operation_of(replace(situation, slots=(replace(slot, link=old),)))
    assert {one.field for one in operation.changes if one.is_lost} == {"due date", "note"}


def test_quickbooks_wins_for_what_is_paid_already() -> None:
    paid = invoice(status="paid", dueDate="2026-12-24")
    theirs = {**held(invoice()), "DueDate": "2027-01-31"}
    operation = operation_of(linked(INVOICE, "Invoice", paid, theirs, invoice(), held(invoice())))
    assert (operation.direction, operation.body) == (Direction.INCOMING, {"dueDate": "2027-01-31"})
    assert operation.more.endswith("sync: due date 24 Dec 2026 in Re-Leased gave way to 31 Jan 2027.")


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
    assert operation.more.endswith("sync: reference cash in Re-Leased gave way to EFT 9.")


@pytest.mark.parametrize("ours_too", [False, True])
def test_a_void_in_quickbooks_wins_and_two_voids_agree(ours_too: bool) -> None:
    body = invoice(status="voided" if ours_too else "approved", reference="x")
    situation = linked(INVOICE, "Invoice", body, {**quickbooks_invoice(), **VOIDED}, invoice(), quickbooks_invoice())
    if ours_too:
        assert gone_of(situation).context["here"] == "voided"
        return
    operation = operation_of(situation)
    assert (operation.verb, operation.direction) == (Verb.VOID, Direction.INCOMING)
    assert "amount 115.00 in Re-Leased gave way to 0.00, as it was voided in QuickBooks" in operation.more


def test_a_void_in_released_wins_over_an_edit_in_quickbooks() -> None:
    edited = quickbooks_invoice(sales_line("80.00"), tax="12.00")
    operation = operation_of(
        linked(INVOICE, "Invoice", invoice(status="voided"), edited, invoice(), quickbooks_invoice())
    )
    assert (operation.verb, operation.direction) == (Verb.VOID, Direction.OUTGOING)
    assert "amount 92.00 in QuickBooks gave way to 0.00, as it was voided in Re-Leased" in operation.more
    assert [(one.is_lost, one.weighs) for one in operation.changes] == [(True, True)]


def test_both_sides_changed_to_the_same_is_no_conflict() -> None:
    body = invoice(dueDate="2026-12-24")
    assert settled_of(linked(INVOICE, "Invoice", body, held(body), invoice(), held(invoice())))


def test_the_allocations_that_gave_way_are_said_in_words() -> None:
    theirs = payment(Line=[])
    body = receipt(allocations=[{"invoiceId": "inv-1", "amount": "90.00"}])
    more = operation_of(linked(PAYMENT, "Payment", body, theirs, receipt(), payment())).more
    assert more.endswith("sync: what it pays 90.00 to inv-1 in Re-Leased gave way to nothing.")


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
