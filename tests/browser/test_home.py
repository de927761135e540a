"""The App Home, settings, the shortcuts, find and audit on the page, as people use them."""

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import MARKS
from tests.browser.conftest import Sit, Stage
from tests.browser.person import Person

pytestmark = [*MARKS, pytest.mark.long]  # tests/slack has the same without a browser in the fast set


@pytest.fixture
def ana(synced: Stage, sits_down: Sit) -> Person:
    return sits_down(synced)


def at_home(stage: Stage, person: Person, user: str) -> None:
    person.page.goto(f"{stage.page_url}?user={user}&channel=D{user[1:]}&tab=home")
    expect(person.page.get_by_test_id("home")).to_contain_text("My items")


def test_the_home_shows_all_companies_and_opens_their_results(synced: Stage, ana: Person) -> None:
    at_home(synced, ana, "U0ANA")
    home = ana.page.get_by_test_id("home")
    for words in ("🟥", "Harbour City Property", "26 records need attention", "3 open causes", "next sync", "My items"):
        expect(home).to_contain_text(words.replace("🟥", "Red"))
    home.get_by_test_id("button").filter(has_text="View results").first.click()
    expect(ana.modal).to_contain_text("are in the Messages tab")
    ana.page.get_by_test_id("modal-x").click()
    ana.page.get_by_test_id("tab-messages").click()
    ana.reads("Only visible to you", "Select rows…")


def test_who_may_only_look_is_refused_at_home_and_told_whom_to_ask(synced: Stage, sits_down: Sit) -> None:
    ben = sits_down(synced, "U0BEN")
    at_home(synced, ben, "U0BEN")
    ben.presses("Sync again", ben.page.get_by_test_id("home").get_by_test_id("block").nth(3))
    expect(ben.modal).to_contain_text("only workspace admins can start a sync. Ask @")


def test_settings_are_checked_where_they_are_entered(ana: Person) -> None:
    ana.types("/qbo-sync settings harbour")
    expect(ana.modal).to_contain_text("syncs every hour · next sync")
    ana.modal.get_by_test_id("select").nth(1).select_option("cron")
    ana.modal.get_by_test_id("input").first.fill("every day")
    ana.page.get_by_test_id("modal-submit").click()
    expect(ana.modal).to_contain_text("five fields are needed")
    ana.modal.get_by_test_id("input").first.fill("30 7 * * mon-fri")
    ana.page.get_by_test_id("modal-submit").click()
    expect(ana.modal).to_contain_text("Saved.")
    expect(ana.modal).to_contain_text("syncs weekdays at 7:30")


def test_the_shortcut_opens_the_overview_and_a_message_can_be_looked_up(ana: Person) -> None:
    ana.page.get_by_text("QuickBooks sync").click()
    expect(ana.modal).to_contain_text("Harbour City Property")
    ana.page.get_by_test_id("modal-x").click()
    ana.types("Has anybody seen INV-1223 of Kiosk Ltd?")
    asked = ana.message("Has anybody seen")
    asked.hover()
    asked.get_by_text("Look up in qbo-sync").click()
    ana.reads("Only visible to you", "what this message names", "with “INV-1223”", "with “Kiosk Ltd”")


def test_find_and_audit_answer_only_their_reader(synced: Stage, sits_down: Sit, ana: Person) -> None:
    ben = sits_down(synced, "U0BEN")
    ana.types("/qbo-sync find kiosk")
    found = ana.reads("Only visible to you", "fit “kiosk”")
    ana.presses("Show the 30", found)
    ana.reads("Only visible to you", "“kiosk” · 30 of")
    ana.types("/qbo-sync audit")
    ana.reads("Only visible to you", "Who did what", "unlinked Paused Tenant Ltd")
    assert ben.page.get_by_text("Who did what").count() == 0
