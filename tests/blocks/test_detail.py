"""More detail: what it leads with, both sides in the reader's own way of writing, attempts, and what is folded."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from blocks.results import detail
from bot.core.model import Outcome
from bot.core.results import Attempt
from bot.core.runs import Trigger
from tests.blocks import samples
from tests.blocks.checks import check_modal

TEXTS = samples.TEXTS
SIDES: list[detail.Side] = [
    ("Name", "Kiosk Ltd", "Kiosk Ltd"),
    ("Date", date(2026, 11, 3), date(2026, 11, 3)),
    ("Total", Decimal("1150"), Decimal("1140.00")),
    ("Tax", Decimal("150"), Decimal("150.00")),
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("count", [0, 1, 12, 60])
def test_it_is_safe_whatever_it_holds(count: int, text: str | None) -> None:
    row = samples.results(1, text)[0]
    sides: list[detail.Side] = [
        (text or f"F {place}", text or "Kiosk", f"{text or 'Kiosk'} {place % 2}") for place in range(count)
    ]
    tried = [Attempt(row, trigger, text or "U0ANA") for trigger in (None, *Trigger) for _ in range(count)]
    for cause in (None, samples.cause(0, text), replace(samples.cause(0, text), ref=row.ref)):
        for shown in (row, replace(row, outcome=Outcome.UPDATED)):
            check_modal(detail.detail(shown, cause, sides, tried, "view-1"))
            check_modal(detail.detail(shown, cause, sides, tried, "view-1", choosing=False, unfolded=True))
    check_modal(detail.choose("view-1", text or ""))
    check_modal(detail.about_cause(samples.cause(0, text), "view-1"))


def test_differences_come_first_and_the_code_last() -> None:
    view = detail.detail(samples.result(0), samples.cause(), SIDES, [Attempt(samples.result(0))], "view-1")
    said = str(view["blocks"])
    assert said.index("Total ≠") < said.index("Name\\n")
    assert said.index("What happened") < said.index("How to fix it") < said.index("Total ≠") < said.index("Code 6240")


def test_amounts_and_dates_are_written_as_the_reader_is_used_to_and_compared_as_what_they_are() -> None:
    said = str(detail.detail(samples.result(0), None, SIDES, [], "view-1"))
    assert "*NZD 1,150.00*" in said and "*NZD 1,140.00*" in said
    assert "Date\\n3 Nov 2026" in said
    assert "Tax\\nNZD 150.00" in said and "Tax ≠" not in said


def test_attempts_say_when_who_and_how_it_went() -> None:
    failed, fine = samples.result(0), samples.result(1)
    tried = [
        Attempt(failed, Trigger.PERSON, "U0ANA"),
        Attempt(failed, Trigger.COMMAND),
        Attempt(fine, Trigger.SCHEDULE),
    ]
    view = detail.detail(failed, None, [], tried, "view-1")
    lines = next(one["text"]["text"] for one in view["blocks"] if "*Attempts*" in str(one)).splitlines()
    assert "<@U0ANA> · 🟥 Waits · Waits for contact Kiosk Ltd (archived)" in lines[1]
    assert "command line" in lines[2]
    assert lines[3].endswith("schedule · Created")


def test_a_record_that_is_fine_but_holds_others_up_leads_with_those() -> None:
    kiosk = samples.result(3, name="Kiosk Ltd", outcome=Outcome.UPDATED, details="Updated in QuickBooks.", linked=True)
    cause = replace(samples.cause(), ref=kiosk.ref)
    first, *others = (str(block) for block in detail.detail(kiosk, cause, [], [], "v", choosing=False)["blocks"])
    assert "🟥 It holds up 23 invoices and 5 payments, NZD 48,210.00." in first
    assert "Updated in QuickBooks" not in first and "Its own last sync was fine: Updated in QuickBooks" in str(others)


def test_the_raw_answer_is_folded_until_it_is_asked_for_and_the_trace_id_is_at_hand() -> None:
    row = samples.result(0, more_detail="Why.\nQuickBooks answered code 6240: Duplicate. Trace id 1-abc-2.")
    folded = str(detail.detail(row, None, [], [], "view-1"))
    assert "Code 6240 · QuickBooks trace id 1-abc-2" in folded
    assert "Show raw answer" in folded and "Duplicate" not in folded
    unfolded = str(detail.detail(row, None, [], [], "view-1", unfolded=True))
    assert "Hide raw answer" in unfolded and "QuickBooks answered code 6240: Duplicate" in unfolded


def test_nothing_for_support_is_no_empty_heading() -> None:
    row = samples.result(0, code="", more_detail="")
    assert "For support" not in str(detail.detail(row, None, [], [], "view-1"))
