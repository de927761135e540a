"""Amounts keep every cent: rounding at the tie, sharing out, and what is no amount at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.money import NotMoney, cents, decimal, formatted, is_exact_product, plain, share, text

CENTS = st.decimals(Decimal("-999999.99"), Decimal("999999.99"), places=2)
WEIGHTS = st.lists(st.decimals(Decimal("-1000"), Decimal("1000"), places=3), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.005", "0.01"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("0.0049999", "0.00"), ("9.7308", "9.73")],
)
def test_half_a_cent_is_rounded_away_from_zero(value: str, rounded: str) -> None:
    assert cents(Decimal(value)) == Decimal(rounded)


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, "0.00"), ("", "0.00"), (1250, "1250.00"), ("1250.5", "1250.50"), (Decimal("-0.001"), "0.00")],
)
def test_amounts_are_written_with_two_decimals_and_no_minus_zero(value: object, written: str) -> None:
    assert text(value) == written


@pytest.mark.parametrize(
    ("value", "written"), [("1.50", "1.5"), ("3", "3"), ("100", "100"), ("1E+2", "100"), ("-0.0", "0"), ("0.10", "0.1")]
)
def test_plain_numbers_have_no_exponent_no_trailing_zeros_and_no_minus_zero(value: str, written: str) -> None:
    assert plain(Decimal(value)) == written


@pytest.mark.parametrize("value", ["abc", "1,250.00", "NaN", "Infinity", True, [], {}, "1e15", Decimal("1E+30")])
def test_what_is_no_amount_is_refused(value: object) -> None:
    with pytest.raises(NotMoney):
        decimal(value)


def test_the_largest_amount_that_quickbooks_takes_is_one() -> None:
    assert text("999999999999999.99") == "999999999999999.99"
    assert decimal(Decimal("0E+20")) == 0


@given(CENTS, WEIGHTS)
def test_shares_always_add_up(total: Decimal, weights: list[Decimal]) -> None:
    parts = share(total, weights)
    assert len(parts) == len(weights)
    assert sum(parts) == total
    assert all(part == cents(part) for part in parts)


@given(CENTS, st.lists(st.decimals(Decimal("0.01"), Decimal("1000"), places=2), min_size=1, max_size=12))
def test_a_share_is_off_by_no_more_than_the_rounding_of_all(total: Decimal, weights: list[Decimal]) -> None:
    for part, weight in zip(share(total, weights), weights, strict=True):
        assert abs(part - total * weight / sum(weights)) <= Decimal("0.005") * (len(weights) + 1)


def test_without_anybody_to_share_with_there_are_no_shares() -> None:
    assert share(Decimal("1.00"), []) == []
    assert share(Decimal("1.00"), [Decimal(0), Decimal(0)]) == [Decimal("1.00"), Decimal(0)]


@pytest.mark.parametrize(
    ("quantity", "unit", "amount", "exact"),
    [
        ("3", "33.33", "99.99", True),
        ("3", "33.333", "100.00", True),
        ("1", "0.005", "0.01", False),
        ("1", "0.005", "0.00", False),
        ("3", "33.34", "100.00", False),
    ],
)
def test_a_product_is_exact_only_where_no_rounding_could_change_it(
    quantity: str, unit: str, amount: str, exact: bool
) -> None:
    assert is_exact_product(Decimal(quantity), Decimal(unit), Decimal(amount)) is exact


@pytest.mark.parametrize(
    ("value", "words"), [("1150", "1,150.00"), ("-48210.005", "-48,210.01"), (None, "0.00"), ("999.5", "999.50")]
)
def test_people_read_amounts_with_thousands_apart(value: str | None, words: str) -> None:
    assert formatted(value) == words
