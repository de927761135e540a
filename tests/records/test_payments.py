"""Payments come in as they stand in QuickBooks, are matched only when nothing differs, and are never booked twice."""

from decimal import Decimal
from typing import Any

import pytest

from bot.core.model import Outcome
from bot.core.spec import Lookup, Problem
from bot.records import payment as payments
from bot.records.payments import matching
from tests.records.samples import FACTS, LOOKUP, Json


def paid(amount: str, document: str, kind: str = "Invoice") -> Json:
    return {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": document, "TxnType": kind}]}


def payment(*lines: Json, **fields: Any) -> Json:
    usual = {"Id": "301", "CustomerRef": {"value": "1"}, "TxnDate": "2026-10-20", "TotalAmt": Decimal("115.00")}
    return {**usual, "PaymentRefNum": "EFT 9", "Line": list(lines), **fields}


def receipt(**fields: Any) -> Json:
    usual = {"id": "p1", "kind": "receipt", "contactId": "kiosk", "date": "2026-10-20", "amount": "115.00"}
    allocations = [{"invoiceId": "inv-1", "amount": "115.00"}]
    return {**usual, "currency": "NZD", "reference": "EFT 9", "allocations": allocations, "status": "active", **fields}


@pytest.mark.parametrize(
    ("body", "code", "outcome"),
    [
        (payment(TxnDate="2026-03-31"), "before-sync-from", Outcome.SKIPPED),
        (payment(paid("115.00", "999")), "paid-before-sync-from", Outcome.SKIPPED),
        (payment(TotalAmt=0, PrivateNote="Voided"), "voided-elsewhere", Outcome.SKIPPED),
        (payment(CustomerRef=None), "incomplete-record", Outcome.FAILED),
        (payment(TxnDate="yesterday"), "incomplete-record", Outcome.FAILED),
        (payment(TotalAmt="much"), "incomplete-record", Outcome.FAILED),
        (payment({**paid("1.00", "101"), "Amount": "one"}), "incomplete-record", Outcome.FAILED),
        (payment(paid("100.00", "101"), paid("15.01", "102")), "incomplete-record", Outcome.FAILED),
        (payment(paid("115.01", "101"), paid("0.01", "7", "JournalEntry")), "incomplete-record", Outcome.FAILED),
    ],
)
def test_a_payment_that_stays_out_says_why(body: Json, code: str, outcome: Outcome) -> None:
    with pytest.raises(Problem) as raised:
        payments.check_external("Payment", body, FACTS, LOOKUP)
    assert (raised.value.code, raised.value.outcome) == (code, outcome)


@pytest.mark.parametrize(
    "body",
    [
        payment(),
        payment(paid("115.00", "101")),
        payment(paid("65.00", "101"), paid("50.00", "999")),
        payment(paid("100.00", "101")),
        payment(paid("130.00", "101"), paid("15.00", "8", "CreditMemo")),
    ],
    ids=["on account", "one document", "partly of an older one", "partly unallocated", "together with a credit"],
)
def test_a_payment_of_the_time_of_the_sync_comes_in(body: Json) -> None:
    payments.check_external("Payment", body, FACTS, LOOKUP)


def test_a_document_that_was_read_but_is_older_counts_as_outside() -> None:
    old = Lookup(LOOKUP.external, LOOKUP.released, {("Invoice", "999"): {"TxnDate": "2026-03-31"}})
    new = Lookup(LOOKUP.external, LOOKUP.released, {("Invoice", "999"): {"TxnDate": "2026-04-01"}})
    with pytest.raises(Problem):
        payments.check_external("Payment", payment(paid("115.00", "999")), FACTS, old)
    payments.check_external("Payment", payment(paid("115.00", "999")), FACTS, new)


def test_what_is_applied_to_documents_outside_comes_as_unallocated() -> None:
    body = payment(paid("65.00", "101"), paid("50.00", "999"))
    brought = payments.to_released("Payment", body, LOOKUP, FACTS)
    assert brought["amount"] == "115.00"
    assert brought["allocations"] == [{"invoiceId": "inv-1", "amount": "65.00"}]


@pytest.mark.parametrize(
    ("change", "score"),
    [
        ({}, 3),
        ({"amount": "115.0"}, 3),
        ({"date": "2026-10-22"}, 1),
        ({"reference": None}, 1),
        ({"allocations": []}, 1),
        ({"allocations": [{"invoiceId": "inv-1", "amount": "100.00"}]}, 1),
        ({"allocations": [{"invoiceId": "inv-2", "amount": "115.00"}]}, 0),
        ({"amount": "115.01"}, 0),
        ({"contactId": "both"}, 0),
        ({"kind": "paid"}, 0),
        ({"status": "reversed"}, 0),
    ],
)
def test_a_payment_is_the_same_only_when_all_that_tells_it_agrees(change: dict[str, Any], score: int) -> None:
    assert matching.same({**receipt(), **change}, "Payment", payment(paid("115.00", "101")), LOOKUP) == score


@pytest.mark.parametrize(
    ("kind", "entity", "field", "document"),
    [("receipt", "Payment", "PaymentRefNum", "inv-1"), ("paid", "BillPayment", "DocNumber", "bill-1")],
)
def test_a_long_reference_goes_as_21_characters_and_whole_in_a_note_of_4000(
    kind: str, entity: str, field: str, document: str
) -> None:
    """https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/payment"""
    paid = [{"invoiceId": document, "amount": "115.00"}]
    body = receipt(kind=kind, contactId="both", bankAccountId="35", reference="R" * 5_000, allocations=paid)
    sent = payments.to_quickbooks(body, entity, LOOKUP, FACTS)
    assert sent[field] == "R" * 21 and sent["PrivateNote"] == "R" * 4_000
    whole = payments.to_quickbooks({**body, "reference": "R" * 21}, entity, LOOKUP, FACTS)
    assert whole[field] == "R" * 21 and "PrivateNote" not in whole


def test_a_loose_match_is_looked_for_a_week_around_and_no_further() -> None:
    keys = matching.search_keys("Payment", payment())
    near = [next(iter(matching.released_keys(receipt(date=day)))) for day in ("2026-10-13", "2026-10-27")]
    far = [next(iter(matching.released_keys(receipt(date=day)))) for day in ("2026-10-12", "2026-10-28")]
    assert keys.issuperset(near) and keys.isdisjoint(far)


def test_an_unreadable_amount_or_date_is_looked_for_nowhere() -> None:
    assert matching.search_keys("Payment", payment(TotalAmt="much")) == set()
    assert matching.search_keys("Payment", payment(TxnDate=None)) == set()
    assert matching.external_keys("Payment", payment(TotalAmt="much")) == set()


def test_a_void_is_a_change_and_a_deposit_is_none() -> None:
    before = payment(paid("115.00", "101"))
    deposited = {**before, "SyncToken": "2", "LinkedTxn": [{"TxnId": "9", "TxnType": "Deposit"}]}
    voided = payment(TotalAmt=0, PrivateNote="Voided")
    assert payments.external_content("Payment", before) == payments.external_content("Payment", deposited)
    assert payments.external_content("Payment", before) != payments.external_content("Payment", voided)


def test_payments_refer_to_their_contact_and_to_the_documents_of_their_own_kind() -> None:
    body = payment(paid("65.00", "101"), paid("50.00", "7", "JournalEntry"))
    assert payments.external_references("Payment", body) == (("Customer", "1"), ("Invoice", "101"))
    assert [str(one.ref) for one in payments.references(receipt())] == ["contact:kiosk", "invoice:inv-1"]
