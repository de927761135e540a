"""Odd values of one record are said in its own row; they end no run and cost no minutes."""

from decimal import Decimal

import pytest

from bot.core.content import content_hash
from bot.core.faults import explain, planned
from bot.core.money import NotMoney, decimal, plain
from bot.records.payments.matching import search_keys
from tests.sync.world import World


def test_a_number_that_looks_like_a_date_which_does_not_exist_is_a_number(paired: World) -> None:
    lines = [paired.line("50.00", "expense", taxTypeId=None)]
    paired.bill(paired.contact("Plumb Ltd", "supplier"), "2026-02-30", lines=lines)
    paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    finished = paired.sync_red()
    assert [row.name for row in finished.failures] == ["2026-02-30"] and finished.counts.created == 3
    assert "2026-02-30" in paired.row("2026-02-30").details
    assert not paired.sync().could_not_run, "nor does the next run stumble on it"


def test_only_dates_are_said_as_dates() -> None:
    said = explain(
        planned("closed-period"), {"record": "2026-11-03", "closing_date": "2026-10-31", "date": "2026-02-30"}
    )
    assert "31 Oct 2026" in said.what and "2026-11-03" in said.what + said.why and "2026-02-30" in said.why


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-05", "9999-12-31"])
def test_a_payment_at_the_end_of_the_calendar_has_fewer_days_around_it(day: str) -> None:
    keys = search_keys("Payment", {"TxnDate": day, "TotalAmt": Decimal("115.00")})
    assert f"payment:{day}|115.00" in keys and 8 <= len(keys) < 15


@pytest.mark.parametrize("written", ["1E-999999999", "1E+999999999", "-1E-400"])
def test_an_amount_with_a_huge_exponent_is_none_and_is_never_spelled_out(written: str) -> None:
    with pytest.raises(NotMoney):
        decimal(Decimal(written))
    assert len(plain(Decimal(written))) < 50 and content_hash({"Amount": Decimal(written)})
