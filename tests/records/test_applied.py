"""What a payment is applied to: credits first come first served, money pays the rest, and no cent is counted twice."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.spec import Problem
from bot.records.payments.applied import split

Json = dict[str, Any]


def line(kind: str, id_: str, amount: str) -> Json:
    return {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]}


def test_money_alone_pays_each_document_with_its_line() -> None:
    found = split("Payment", {"Line": [line("Invoice", "1", "60.00"), line("Invoice", "2", "40.00")]})
    assert (found.cash, found.credits) == ([("1", 60), ("2", 40)], [])


def test_a_credit_pays_the_first_documents_and_money_the_rest() -> None:
    lines = [line("Invoice", "1", "60.00"), line("Invoice", "2", "40.00"), line("CreditMemo", "9", "75.00")]
    found = split("Payment", {"TotalAmt": Decimal(25), "Line": lines})
    assert found.credits == [("9", "1", Decimal(60)), ("9", "2", Decimal(15))]
    assert found.cash == [("2", Decimal(25))]


def test_several_credits_fill_one_document_after_the_other() -> None:
    lines = [line("VendorCredit", "8", "30.00"), line("VendorCredit", "9", "50.00"), line("Bill", "1", "60.00")]
    found = split("BillPayment", {"Line": [*lines, line("Bill", "2", "20.00")]})
    assert found.credits == [("8", "1", Decimal(30)), ("9", "1", Decimal(30)), ("9", "2", Decimal(20))]
    assert found.cash == []


def test_a_document_named_twice_counts_once_and_other_kinds_stay_apart() -> None:
    lines = [line("Invoice", "1", "10.00"), line("JournalEntry", "7", "5.00"), line("Invoice", "1", "2.50")]
    found = split("Payment", {"Line": lines})
    assert found.cash == [("1", Decimal("12.50"))] and found.others == [("JournalEntry", "7", Decimal(5))]


def test_a_line_that_says_no_amount_is_a_problem_in_words() -> None:
    with pytest.raises(Problem, match="incomplete-record"):
        split("Payment", {"Line": [{**line("Invoice", "1", "1.00"), "Amount": "one"}]})


AMOUNTS = st.decimals(Decimal("0.01"), Decimal("999.99"), places=2)
LINES = st.lists(st.tuples(st.sampled_from(["Invoice", "CreditMemo"]), st.integers(1, 4), AMOUNTS), max_size=8)


@given(LINES)
def test_every_cent_of_the_documents_is_paid_once(told: list[tuple[str, int, Decimal]]) -> None:
    found = split("Payment", {"Line": [line(kind, str(id_), str(part)) for kind, id_, part in told]})
    for id_ in {str(id_) for kind, id_, _ in told if kind == "Invoice"}:
        said = sum((part for kind, one, part in told if kind == "Invoice" and str(one) == id_), Decimal(0))
        paid = sum((part for one, part in found.cash if one == id_), Decimal(0))
        set_off = sum((part for _, one, part in found.credits if one == id_), Decimal(0))
        assert paid + set_off == said
    for id_ in {one for one, _, _ in found.credits}:
        said = sum((part for kind, one, part in told if kind == "CreditMemo" and str(one) == id_), Decimal(0))
        assert sum((part for one, _, part in found.credits if one == id_), Decimal(0)) <= said
