"""What does not fit a record's shape is taken out and named; what is left can be used by everybody."""

from decimal import Decimal
from typing import Any

import pytest

from bot.core.answers import quickbooks, released, required
from bot.core.answers.shape import ID_CHARS, MOST_NESTED, UNREADABLE, WHOLE_BITS, is_nameless, marks_of

INVOICE = {
    **{"Id": "12", "SyncToken": "0", "DocNumber": "INV-1", "TxnDate": "2026-10-05", "TotalAmt": Decimal("115.00")},
    "Line": [{"Id": "1", "Amount": Decimal("100.00"), "DetailType": "SalesItemLineDetail"}],
}
PAYMENT = {
    **{"id": "p1", "version": 1, "kind": "receipt", "status": "active", "amount": "50.00", "unallocated": "20.00"},
    "allocations": [{"invoiceId": "i1", "amount": "30.00"}],
}


def test_a_sound_record_is_given_as_it_came() -> None:
    assert quickbooks.record_of("Invoice", INVOICE) == INVOICE
    assert released.record_of("payments", PAYMENT) == PAYMENT == required.of_released("payments", PAYMENT)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("TotalAmt", "NaN", "TotalAmt is “NaN”, not an amount"),
        ("TotalAmt", Decimal("1e999999"), "TotalAmt is the number 1E+999999, not a number of this world"),
        ("TotalAmt", True, "TotalAmt is true, not an amount"),
        ("TotalAmt", "", "TotalAmt is empty, not an amount"),
        ("TxnDate", "2026-02-30", "TxnDate is “2026-02-30”, not a date"),
        ("DocNumber", 7, "DocNumber is the number 7, not a text"),
        ("CustomerRef", ["5"], "CustomerRef is a list, not an object"),
        ("CustomerRef", {"value": {}}, "CustomerRef, value is an object, not an id"),
        ("Line", {}, "Line is an object, not a list"),
        ("Line", [{}, 5], "Line 2 is the number 5, not an object"),
        ("Line", [{"Amount": "x" * 99}], "Line 1, Amount is “xxxxxxxxxxxxxxxxxxxxxxxx…”, not an amount"),
        ("MetaData", {"LastUpdatedTime": "soon"}, "MetaData, LastUpdatedTime is “soon”, not a point in time"),
        ("Odd", {"deep": [Decimal("-1e-999999")]}, "Odd, deep 1 is the number -1E-999999, not a number of this world"),
    ],
)
def test_what_does_not_fit_is_named_and_taken_out(field: str, value: Any, said: str) -> None:
    found = quickbooks.record_of("Invoice", {**INVOICE, field: value})
    assert marks_of(found) == [said]
    again = quickbooks.record_of("Invoice", {name: kept for name, kept in found.items() if name != UNREADABLE})
    assert not marks_of(again), "what is left is sound"


def test_an_id_has_a_length_and_no_blank() -> None:
    assert not marks_of(quickbooks.record_of("Invoice", {**INVOICE, "Id": "9" * ID_CHARS}))
    assert quickbooks.record_of("Invoice", {**INVOICE, "Id": "9" * 50})["Id"] == "9" * 50
    for odd in ("9" * 51, "1 2", "?1", "@Invoice:1", None, "", [], True):
        found = quickbooks.record_of("Invoice", {**INVOICE, "Id": odd})
        assert is_nameless(found["Id"]) and marks_of(found)[0].startswith("Id is "), odd


def test_a_whole_number_fits_where_json_promises_it() -> None:
    for version, fits in ((2**53 - 1, True), (2**53, False), (-1, False), (True, False), ("1", False)):
        found = released.record_of("payments", {**PAYMENT, "version": version})
        assert (found.get("version") == version and not marks_of(found)) is fits, version
    assert WHOLE_BITS == 53


def nested(levels: int) -> Any:
    return {"deep": nested(levels - 1)} if levels else {}


def test_what_is_nested_too_deeply_is_named_and_left_out() -> None:
    assert not marks_of(quickbooks.record_of("Invoice", {**INVOICE, "Odd": nested(MOST_NESTED - 1)}))
    assert not marks_of(quickbooks.record_of("Invoice", {**INVOICE, "Odd": nested(39)}))
    for levels in (40, 300):
        (mark,) = marks_of(quickbooks.record_of("Invoice", {**INVOICE, "Odd": nested(levels)}))
        assert mark.endswith("is nested too deeply")


def test_nobody_but_us_says_that_a_record_cannot_be_read() -> None:
    assert not marks_of(quickbooks.record_of("Invoice", {**INVOICE, UNREADABLE: ["all of it"]}))


def test_two_records_that_claim_one_id_are_both_unreadable_and_the_same_one_twice_is_none() -> None:
    first, second = quickbooks.records_of("Invoice", [INVOICE, {**INVOICE, "DocNumber": "INV-2"}])
    assert first["Id"] == "12" and is_nameless(second["Id"]) and marks_of(first) == marks_of(second) != []
    assert [marks_of(one) for one in quickbooks.records_of("Invoice", [INVOICE, INVOICE])] == [[], []]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"allocations": None}, "allocations make 0.00 and unallocated is 20.00, together not amount 50.00"),
        ({"allocations": []}, "allocations make 0.00 and unallocated is 20.00, together not amount 50.00"),
        ({"allocations": [{"invoiceId": "i1"}]}, "allocations 1 lacks its invoiceId or amount"),
    ],
)
def test_without_what_it_must_say_a_payment_is_not_understood(changed: dict[str, Any], said: str) -> None:
    read = released.record_of("payments", {**PAYMENT, **changed})
    assert marks_of(required.of_released("payments", read)) == [said]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"LinkedTxn": []}, "Line 1, Amount is missing"),
        ({"Amount": Decimal(50)}, "Line 1, LinkedTxn is missing"),
        ({"Amount": Decimal(50), "LinkedTxn": [{"TxnType": "Invoice"}]}, "Line 1, LinkedTxn, TxnId is missing"),
    ],
)
def test_a_payment_of_quickbooks_that_does_not_say_what_it_pays_is_not_taken_for_unapplied(
    line: dict[str, Any], said: str
) -> None:
    body = {"Id": "1", "SyncToken": "0", "TotalAmt": Decimal(50), "Line": [line]}
    assert marks_of(required.of_quickbooks("Payment", quickbooks.record_of("Payment", body))) == [said]
    whole = {"Id": "1", "SyncToken": "0", "TotalAmt": Decimal(50), "UnappliedAmt": Decimal(0)}
    assert marks_of(required.of_quickbooks("Payment", whole)) == ["Line is missing"]


@pytest.mark.parametrize("line", [7, {"JournalEntryLineDetail": {"AccountRef": []}}])
def test_the_lines_of_a_type_without_a_shape_of_its_own_are_looked_at_all_the_same(line: Any) -> None:
    (read,) = quickbooks.records_of("JournalEntry", [{"Id": "1", "SyncToken": "0", "Line": [line]}])
    assert any("Line 1" in mark for mark in marks_of(read))
