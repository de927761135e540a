"""One cause is put right and everything it held up turns good; whoever may not act is told who may."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.chromium import MARKS
from tests.browser.conftest import Sit, Stage
from tests.browser.person import Person
from tests.browser.test_pages import ROWS
from tests.browser.web_page import DETAILS, OURS

pytestmark = [*MARKS, pytest.mark.long]  # tests/slack has the same without a browser in the fast set


def red_after_the_first_sync(ana: Person) -> Locator:
    return ana.reads("🟥 Red · Harbour City Property · 26 records need attention, 3 causes")


def test_one_cause_is_fixed_and_23_records_turn_good(red_stage: Stage, sits_down: Sit) -> None:
    ana = sits_down(red_stage)
    red = red_after_the_first_sync(ana)
    for words in ("Kiosk Ltd is inactive in QuickBooks", "holds up 23 invoices", "Next move: you, in QuickBooks"):
        expect(red).to_contain_text(words)
    expect(red).to_contain_text("Next move: whoever keeps the books")
    ana.presses("Show the 23", red)
    shown = ana.reads("Only visible to you", "held up by one cause · 23 of 318")
    waiting = details_by_name(ana, shown)
    assert set(waiting.values()) == {"🟥 Kiosk Ltd is inactive in QuickBooks"} and len(waiting) == 23
    tab = ana.opens("Open in QuickBooks", red)
    tab.get_by_role("button", name="Make active").click()
    expect(tab.get_by_role("button", name="Make inactive")).to_be_visible()
    ana.presses("Retry 23", red)

    expect(red).to_contain_text("3 records need attention, 2 causes")
    struck = red.locator("s, del").filter(has_text="Kiosk Ltd is inactive in QuickBooks")
    expect(struck).to_be_visible()
    expect(red).to_contain_text("23 records · put right with the sync that @ana started")
    expect(red.get_by_test_id("button").filter(has_text="Retry 23")).to_have_count(0)
    ana.presses("Refresh", shown)
    expect(shown).to_contain_text("held up by one cause · 0 of ")
    assert turned_good(ana, shown, waiting) == {name: created(name) for name in waiting}

    tab.get_by_role("link", name="Settings").click()
    tab.get_by_role("button", name="Reopen the books").click()
    expect(tab.get_by_text("The books are open.")).to_be_visible()
    tab.close()
    ana.chooses("Unlink…", red)
    ana.confirms("Unlink 1")
    expect(red).to_contain_text("2 records need attention, 1 cause")
    expect(red).to_contain_text("unlinked by @ana")
    ana.presses("Retry 2", red)
    over = ana.reads("🟥 Red · Harbour City Property · 26 records", "back in sync")
    ana.reads("🔵 Blue · Harbour City Property · back in sync after")
    expect(over.locator("s, del")).to_have_count(4)
    expect(over.get_by_test_id("button")).to_have_count(0)


def turned_good(ana: Person, shown: Locator, before: dict[str, str]) -> dict[str, str]:
    """What the same rows say now, among all that were touched last."""
    ana.presses("Clear", shown)
    expect(shown).to_contain_text("all records")
    shown.get_by_test_id("select").nth(ROWS).select_option("50")
    expect(shown).to_contain_text("rows 1 to 50 of ")
    return {name: said for name, said in details_by_name(ana, shown).items() if name in before}


def details_by_name(ana: Person, shown: Locator) -> dict[str, str]:
    return {row[OURS].removesuffix(" ↗"): row[DETAILS] for row in ana.rows(shown)}


def created(number: str) -> str:
    return f"Created in QuickBooks as invoice {number}."


def test_a_viewer_is_refused_and_told_who_may(red_stage: Stage, sits_down: Sit) -> None:
    ana, ben = sits_down(red_stage), sits_down(red_stage, "U0BEN")
    red_after_the_first_sync(ana)
    red = ben.reads("26 records need attention, 3 causes")
    before = red_stage.demo.app.desk.companies.named("harbour").last_run
    ben.presses("Retry 23", red)
    ben.reads("can retry", "workspace admin")
    ben.chooses("Assign, snooze, note…", red, menu=0)
    ben.reads("can settle who looks after what", "workspace admin")
    expect(ben.modal).to_have_count(0)
    assert red_stage.demo.app.desk.companies.named("harbour").last_run == before
