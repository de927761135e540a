"""Counters behind a reference that many payments carry: enough of them, each within QuickBooks' length."""

import pytest

from bot.core.planning.numbering import candidates, is_counted


@pytest.mark.parametrize("reference", ["PAYRUN 15 Nov", "PAYRUN of 15 November 2026, suppliers"])
def test_a_pay_run_of_a_hundred_payments_has_a_number_for_each(reference: str) -> None:
    """https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/billpayment: 21 characters."""
    first, *counted = candidates(reference)
    assert first == reference and len(set(counted)) >= 100
    assert all(len(number) <= 21 and is_counted(number, reference) for number in counted)
    assert len(counted[0]) == min(len(reference) + len(" (2)"), 21)
