"""What else is asked of the bot on the page: results, help, refusals, hostile names, a phone."""

import re

import pytest
from playwright.sync_api import Locator, expect

from bot.sandbox.all_faults import HOSTILE, HOSTILE_AND_REFUSED
from tests.browser.chromium import MARKS
from tests.browser.conftest import Sit, Stage
from tests.browser.person import Person

pytestmark = [*MARKS, pytest.mark.long]  # what each page does alone; the stories use them all
STATUS, TYPE, ROWS, ORDER = 1, 2, 3, 4
SHOW = 1


@pytest.fixture
def ana(synced: Stage, sits_down: Sit) -> Person:
    return sits_down(synced)


def results(person: Person, company: str = "harbour") -> Locator:
    """A new message: those of earlier tests are still on the page."""
    old = person.message("Only visible to you", "Refresh")
    before = old.get_attribute("data-ts") if old.count() else ""
    person.types(f"/qbo-sync results {company}")
    expect(old).not_to_have_attribute("data-ts", before or "")
    return person.reads("Only visible to you", "Refresh")


def every_row(person: Person) -> Locator:
    shown = results(person)
    clears(person, shown)
    expect(shown).to_contain_text("all records · 318 of 318")
    return shown


def searches(person: Person, text: str, show: str = "everything") -> None:
    """In the modal with all filters; its first menu is the company's."""
    person.modal.get_by_test_id("input").first.fill(text)
    person.modal.get_by_test_id("select").nth(SHOW).select_option(show)


def clears(person: Person, shown: Locator) -> None:
    person.presses("Clear", shown)
    expect(shown).to_contain_text(re.compile(r"all records · (\d+) of \1"))


def test_results_turn_their_pages_and_change_how_many_rows_a_page_has(ana: Person) -> None:
    shown = every_row(ana)
    expect(shown).to_contain_text("page 1 of 13 · rows 1 to 25 of 318")
    first = ana.rows(shown)
    ana.presses("Next ›", shown)
    expect(shown).to_contain_text("page 2 of 13 · rows 26 to 50 of 318")
    assert len(first) == 25 and not {tuple(row) for row in first} & {tuple(row) for row in ana.rows(shown)}
    shown.get_by_test_id("select").nth(ROWS).select_option("50")
    expect(shown).to_contain_text("page 1 of 7 · rows 1 to 50 of 318")
    shown.get_by_test_id("select").nth(ROWS).select_option("all")
    expect(shown).to_contain_text("because Slack takes no more of these in one message")


def test_each_filter_narrows_the_results_and_clear_takes_all_of_them_away(ana: Person) -> None:
    shown = every_row(ana)
    shown.get_by_test_id("select").nth(TYPE).select_option("payment")
    expect(shown).to_contain_text("payments · 67 of 318")
    shown.get_by_test_id("select").nth(STATUS).select_option("unlinked")
    expect(shown).to_contain_text("unlinked · payments · 0 of 318")
    expect(shown).to_contain_text("No record matches this filter. Clear shows all 318.")
    shown.get_by_test_id("select").nth(STATUS).select_option("all")
    expect(shown).to_contain_text("payments · 67 of 318")
    clears(ana, shown)
    shown.get_by_test_id("input").fill("2099-01-31")
    shown.get_by_test_id("input").press("Tab")
    expect(shown).to_contain_text("since 31 Jan 2099 · 0 of 318")
    clears(ana, shown)
    ana.presses("Filter…", shown)
    searches(ana, "KIOSK", "attention")
    ana.confirms("Show results")
    expect(shown).to_contain_text("needs attention · “KIOSK” · 23 of 318")
    assert all("Kiosk Ltd is inactive in QuickBooks" in row[5] for row in ana.rows(shown))
    shown.get_by_test_id("select").first.select_option("all-faults")
    expect(shown).to_contain_text("Red · All Faults Ltd")


def test_more_detail_says_what_why_and_how_and_keeps_the_code_for_support(ana: Person) -> None:
    shown = every_row(ana)
    ana.chooses("More detail…", shown)
    ana.picks("INV-1223")
    detail = ana.modal
    for words in ("What happened", "Kiosk Ltd is inactive in QuickBooks", "Why", "How to fix it", "Make active"):
        expect(detail).to_contain_text(words)
    expect(detail).to_contain_text("Re-Leased says (it is not in QuickBooks yet)")
    expect(detail).to_contain_text("Attempts")
    expect(detail).to_contain_text("Code archived-contact")
    assert detail.inner_text().count("How to fix it") == 1


def test_a_shared_copy_is_seen_by_all_and_each_opens_a_view_of_their_own(
    synced: Stage, sits_down: Sit, ana: Person
) -> None:
    ben = sits_down(synced, "U0BEN")
    shown = results(ana)
    ana.presses("Filter…", shown)
    searches(ana, "kauri")
    ana.confirms("Show results")
    expect(shown).to_contain_text("“kauri”")
    ana.chooses("Share in this channel", shown)
    copy = ben.reads("shared by @ana", "“kauri”")
    expect(copy.get_by_test_id("select")).to_have_count(0)
    ben.presses("Open as my own view", copy)
    own = ben.reads("Only visible to you", "“kauri”")
    assert ben.rows(own) == ben.rows(copy) != []


def test_a_filter_is_found_again_and_the_order_stays(ana: Person) -> None:
    shown = every_row(ana)
    shown.get_by_test_id("select").nth(TYPE).select_option("payment")
    expect(shown).to_contain_text("Harbour City Property · payments · ")
    shown.get_by_test_id("select").nth(ORDER).select_option("oldest")
    expect(shown).to_contain_text("oldest first")
    oldest = ana.rows(shown)
    again = results(ana)
    expect(again).to_contain_text("This is your last filter here.")
    expect(again).to_contain_text("oldest first")
    clears(ana, again)
    ana.presses("Refresh", shown)
    assert ana.rows(shown) == oldest
    again.get_by_test_id("select").nth(ORDER).select_option("newest")
    expect(again).not_to_contain_text("oldest first")


def test_all_rows_come_as_an_excel_file_in_the_direct_messages(synced: Stage, ana: Person) -> None:
    shown = every_row(ana)
    ana.chooses("Excel file of all rows", shown)
    expect(shown).to_contain_text(re.compile(r"The Excel file of \d+ rows is in your direct messages with qbo-sync\."))
    ana.page.get_by_test_id("app-link").click()
    ana.page.get_by_test_id("tab-messages").click()
    with ana.page.expect_download() as file:
        ana.page.get_by_test_id("file").last.click()
    assert file.value.suggested_filename == "harbour-city-results.xlsx"
    assert file.value.path().read_bytes().startswith(b"PK")


def test_who_may_only_look_is_told_who_may_act(synced: Stage, sits_down: Sit) -> None:
    ben = sits_down(synced, "U0BEN")
    ben.types("/qbo-sync sync harbour")
    ben.reads("You can look at everything, but only workspace admins can start a sync.", "Ask ")
    shown = results(ben)
    ben.presses("Select rows…", shown)
    ben.reads("only workspace admins can unlink or relink records")
    expect(ben.modal).to_have_count(0)


def test_an_unknown_word_gets_help_on_one_screen(ana: Person) -> None:
    ana.types("/qbo-sync blance harbour")
    told = ana.reads("I do not know “blance”.", "for example", "/qbo-sync sync harbour")
    box = told.bounding_box()
    assert box is not None and box["height"] < 480  # of 800: what was typed and the box to type in stay in sight
    ana.types("/qbo-sync results nobody")
    ana.reads("There is no company “nobody”. There are: All Faults Ltd, Harbour City Property.")


def test_the_overview_names_every_company_with_its_flag(ana: Person) -> None:
    ana.types("/qbo-sync")
    told = ana.reads("Both companies need attention.")
    expect(told).to_contain_text("🟥 Red · Harbour City Property · 26 records need attention")
    expect(told).to_contain_text("🟥 Red · All Faults Ltd · 23 records need attention")


def test_hostile_names_are_shown_as_they_are_and_do_nothing(ana: Person) -> None:
    red = ana.reads("🟥 Red · All Faults Ltd · 23 records need attention, ")
    expect(red).to_contain_text("<https://evil.example|x>")
    shown = results(ana, "all faults")
    clears(ana, shown)
    shown.get_by_test_id("select").nth(TYPE).select_option("contact")
    expect(shown).to_contain_text("contacts ·")
    names = {row[2].removesuffix(" ↗").strip() for row in ana.rows(shown)}
    assert {HOSTILE_AND_REFUSED, *HOSTILE[:-1]} <= names
    for page in (red, shown):
        assert page.locator("a[href*='evil.example']").count() == 0
    expect(ana.page.locator(".is-mention")).to_have_count(0)


def test_a_company_without_trouble_says_so_in_one_line(ana: Person) -> None:
    shown = results(ana)
    ana.presses("Filter…", shown)
    searches(ana, "nothing is called this", "attention")
    ana.confirms("Show results")
    expect(shown).to_contain_text("Nothing that needs attention matches this filter. Clear shows everything.")
    expect(shown.get_by_test_id("button").filter(has_text="Select rows…")).to_have_count(0)


def test_on_a_phone_everything_fits_the_width_and_can_be_pressed(synced: Stage, sits_down: Sit) -> None:
    ana = sits_down(synced, width=400, height=800)
    red = ana.reads("🟥 Red · Harbour City Property · 26 records need attention, 3 causes")
    ana.presses("Show the 23", red)
    shown = ana.reads("Only visible to you", "held up by one cause · 23 of 318")
    assert ana.page.evaluate("document.documentElement.scrollWidth") == 400
    ana.presses("Select rows…", shown)
    ana.picks("INV-1223")
    ana.presses("Unlink…", ana.modal)
    expect(ana.modal).to_contain_text("Unlink invoice INV-1223?")
    submit = ana.page.get_by_test_id("modal-submit").bounding_box()
    assert submit is not None and submit["x"] + submit["width"] <= 400 and submit["y"] + submit["height"] <= 800
    ana.page.get_by_test_id("modal-x").click()
    expect(ana.modal).to_have_count(0)
