"""The story of the README, from the slash command to blue, as the accountant sees it."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.chromium import MARKS
from tests.browser.conftest import Sit, Stage
from tests.browser.person import Person, address_of
from tests.patience import held
from tests.rarely import edge

pytestmark = MARKS
BEFORE_ORANGE = 4  # batches: with the names, and with the first invoices


def test_from_the_command_over_orange_and_red_to_blue(stage: Stage, sits_down: Sit) -> None:
    ana, ben = sits_down(stage), sits_down(stage, "U0BEN")
    red = first_sync(ana, stage)
    explains_itself(red)
    expect(ben.message("26 records need attention, 3 causes")).to_be_visible()

    unlink_the_bill(ana)
    put_right_in_quickbooks(ana, stage, red)
    ana.presses("Retry 23", red)

    ana.reads("🔵 Blue", "in sync", "25 created", "started by @ana")
    quiet = ana.reads("🔵 Blue · Harbour City Property · back in sync after")
    expect(quiet).to_contain_text("It was: 26 records need attention, 3 causes")
    over = ana.reads("🟥 Red · Harbour City Property · 26 records need attention, 3 causes", "back in sync")
    expect(over.locator("s, del").first).to_contain_text("26 records need attention, 3 causes")
    expect(over.get_by_test_id("button")).to_have_count(0)


@edge
def test_what_waits_for_an_unlinked_record_comes_along_after_one_click(red_stage: Stage, sits_down: Sit) -> None:
    ana = sits_down(red_stage)
    red = ana.reads("🟥 Red · Harbour City Property · 26 records need attention, 3 causes")
    ana.chooses("Unlink…", red, menu=0)
    expect(ana.modal).to_contain_text("Unlink Kiosk Ltd?")
    expect(ana.modal).to_contain_text("It stops syncing, and 29 records that refer to it wait")
    ana.modal.get_by_text("only Kiosk Ltd: the 29 wait, shown red").click()
    ana.confirms("Unlink 1")
    red.get_by_test_id("replies").click()
    thread = ana.page.get_by_test_id("thread")
    expect(thread).to_contain_text("1 record unlinked, 29 records now wait for it by @ana")
    expect(thread.get_by_test_id("button").filter(has_text="Undo")).to_be_visible()
    ana.page.get_by_test_id("thread-close").click()

    put_right_in_quickbooks(ana, red_stage, red)
    ana.presses("Sync again", red)
    expect(red).to_contain_text("Contact Kiosk Ltd is unlinked")
    ana.presses("Relink Kiosk Ltd", red)
    ana.reads("Harbour City Property · 1 record needs attention", "started by @ana")
    expect(red).to_contain_text("1 record needs attention, 1 cause")
    expect(red.locator("s, del").filter(has_text="Kiosk")).to_be_visible()


def first_sync(ana: Person, stage: Stage) -> Locator:
    """The red message after the flags before it; QuickBooks' answers wait until each was read."""
    with held(stage.demo.quickbooks, "POST", "/batch", skip=BEFORE_ORANGE) as some_invoices:
        with held(stage.demo.quickbooks, "POST", "/batch"):
            ana.types("/qbo-sync sync harbour")
            ana.reads("Harbour City Property · syncing…")
        some_invoices.wait()
        ana.reads("🔶 Orange · Harbour City Property · syncing, ", "so far")
    ana.reads("🟥 Red · Harbour City Property · 26 records need attention", "started by @ana")
    return ana.reads("🟥 Red · Harbour City Property · 26 records need attention, 3 causes")


def explains_itself(red: Locator) -> None:
    """Three causes, each with what it holds up and what to do."""
    for words in (
        "Kiosk Ltd is inactive in QuickBooks",
        "holds up 23 invoices, NZD 48,238.22",
        "Make active",
        "holds up 2 invoices",
        "Ask whoever keeps the books to move the closing date back in QuickBooks",
        "The number 1042 is already used in QuickBooks",
        "holds up 1 invoice, NZD 1,150.00",
        "change the number of one of them, then retry",
    ):
        expect(red).to_contain_text(words)
    expect(red).to_contain_text(re.compile(r"The books are closed up to \d+ \w{3} \d{4}"))
    expect(red).not_to_contain_text("archived-contact")


def unlink_the_bill(ana: Person) -> None:
    """Results, Select rows…, Unlink…: what follows is said first, and who did it after."""
    ana.presses("View all results")
    ana.reads("needs attention · 26 of 318", "Only visible to you")
    ana.presses("Select rows…")
    expect(ana.modal).to_contain_text("All 26 rows of your filter can be chosen, also those on other pages.")
    ana.picks("1042")
    ana.presses("Unlink…", ana.modal)
    expect(ana.modal).to_contain_text("Unlink invoice 1042?")
    expect(ana.modal).to_contain_text("It stops syncing: NZD 1,150.00 open payable. Nothing is deleted on either side.")
    ana.modal.get_by_test_id("input").fill("entered by hand")
    ana.confirms("Unlink 1")
    told = ana.reads("1 record unlinked (“entered by hand”) by @ana", "needs attention · 25 of 318")
    expect(told.get_by_test_id("button").filter(has_text="Undo")).to_be_visible()
    ana.reads("🟥 Red · Harbour City Property · 25 records need attention, 2 causes")


def put_right_in_quickbooks(ana: Person, stage: Stage, red: Locator) -> None:
    tab = ana.opens("Open in QuickBooks", red)
    assert address_of(tab) == stage.demo.quickbooks_url
    expect(tab.get_by_role("heading", name="Kiosk Ltd")).to_be_visible()
    tab.get_by_role("button", name="Make active").click()
    expect(tab.get_by_role("button", name="Make inactive")).to_be_visible()
    tab.get_by_role("link", name="Settings").click()
    tab.get_by_role("button", name="Reopen the books").click()
    expect(tab.get_by_text("The books are open.")).to_be_visible()
    tab.close()
