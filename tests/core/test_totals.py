"""Net, tax and gross apart: a difference of one must not hide behind the other two."""

from decimal import Decimal

import pytest

from bot.core.totals import Totals, differ, difference, words


def totals(net: str, tax: str, gross: str) -> Totals:
    return Totals(Decimal(net), Decimal(tax), Decimal(gross))


OURS = totals("100.00", "15.00", "115.00")


@pytest.mark.parametrize(
    ("theirs", "apart"),
    [
        (totals("100.0", "15", "115"), "0"),
        (totals("100.00", "15.01", "115.01"), "0.01"),
        (totals("99.99", "15.01", "115.00"), "0.01"),
    ],
)
def test_what_differs_is_seen_and_measured(theirs: Totals, apart: str) -> None:
    assert differ(OURS, theirs) is bool(Decimal(apart))
    assert difference(OURS, theirs) == Decimal(apart)


def test_tax_that_quickbooks_computes_is_its_own() -> None:
    assert not differ(OURS, totals("100.00", "8.25", "108.25"), net_only=True)
    assert differ(OURS, totals("99.00", "16.00", "115.00"), net_only=True)


def test_what_one_side_does_not_say_differs_from_nothing() -> None:
    assert not differ(None, OURS) and not differ(OURS, None)


def test_both_figures_are_said_with_their_cents() -> None:
    said = words(OURS, totals("100", "15.01", "115.01"))
    assert said == "QuickBooks: net 100.00, tax 15.01, gross 115.01; Re-Leased: net 100.00, tax 15.00, gross 115.00."
