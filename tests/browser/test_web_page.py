"""Each item of the web page that qbo-sync replaces, where it is in Slack now: docs/web-page.md names its test.

One start and one page serve the whole file, and each test begins with all results of a company in the same message.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, expect

from bot.core.model import RecordType
from bot.core.results import ResultsFilter
from bot.core.team.roles import Role
from bot.sandbox.demo_data import ALL_FAULTS, HARBOUR_CITY, TIMEZONE
from tests.browser.chromium import MARKS
from tests.browser.conftest import Sit, Stage, eventually, over_socket, seats
from tests.browser.person import Person, address_of
from tests.browser.test_pages import ROWS, STATUS, TYPE, clears, results
from tests.browser.web_page import (
    DATE,
    DETAILS,
    DIRECTION,
    KIND,
    LINK,
    OURS,
    THEIRS,
    as_calendar,
    chooses,
    column,
    everything,
    linked_invoice,
    names_for_role,
    put_right,
    said_of,
    searched,
)
from tests.patience import held

pytestmark = [*MARKS, pytest.mark.long]  # each item by itself; the stories go through most of them
HARBOUR, FAULTS = HARBOUR_CITY.name, ALL_FAULTS.name


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Harbour City Property is in sync, All Faults Ltd needs attention."""
    with over_socket(ALL_FAULTS.id) as made:
        put_right(made.demo)
        made.demo.sync(HARBOUR_CITY.id)
        eventually(lambda: made.demo.app.desk.posts.get(f"red:{ALL_FAULTS.id}"))
        yield made


@pytest.fixture(scope="module")
def ana(stage: Stage, browser: Browser) -> Iterator[Person]:
    with seats(browser) as sit:
        yield sit(stage)


@pytest.fixture(scope="module")
def message(ana: Person) -> Locator:
    return results(ana)


@pytest.fixture
def harbour(ana: Person, message: Locator) -> Locator:
    return everything(ana, message, HARBOUR_CITY)


@pytest.fixture
def faults(ana: Person, message: Locator) -> Locator:
    return everything(ana, message, ALL_FAULTS)


def test_the_blue_flag_says_that_a_company_is_in_sync(ana: Person) -> None:
    ana.types("/qbo-sync sync harbour")
    ana.reads(f"🔵 Blue · {HARBOUR} · in sync", "started by @ana")


def test_the_orange_flag_says_that_a_sync_goes_on_and_has_found_something(stage: Stage, ana: Person) -> None:
    with held(stage.demo.quickbooks, "POST", "/batch", skip=2):  # after the accounts and the contacts
        ana.types("/qbo-sync sync all faults")
        orange = ana.reads(f"🔶 Orange · {FAULTS} · syncing, ", "so far")
        expect(orange).to_contain_text(re.compile(r"syncing, \d+ problems? so far"))
    expect(orange).to_contain_text(f"🟥 Red · {FAULTS}")


def test_the_red_flag_says_how_many_records_need_attention_and_why(stage: Stage, ana: Person) -> None:
    failed = stage.demo.app.desk.companies.named(FAULTS).needs_attention
    red = ana.reads(f"🟥 Red · {FAULTS} · {failed} records need attention, ", "causes")
    for cause in stage.demo.app.desk.causes.of(ALL_FAULTS.id)[:2]:
        expect(red).to_contain_text(cause.headline)
    expect(red).to_contain_text("Next move: ")


def test_the_overview_names_each_company_with_its_status_and_opens_its_results(ana: Person) -> None:
    ana.types("/qbo-sync")
    told = ana.reads("1 of 2 companies needs attention.")
    for words in (f"🟥 Red · {FAULTS} · ", f"🔵 Blue · {HARBOUR} · in sync", "last sync today"):
        expect(told).to_contain_text(words)
    ana.chooses("View results", told, menu=0)
    ana.reads("Only visible to you", f"🟥 Red · {FAULTS}", "Refresh")


def test_the_company_is_chosen_from_a_menu(harbour: Locator) -> None:
    menu = harbour.get_by_test_id("select").first
    assert sorted(menu.locator("option:not([disabled])").all_inner_texts()) == [FAULTS, HARBOUR]
    menu.select_option(label=FAULTS)
    expect(harbour).to_contain_text(f"🟥 Red · {FAULTS} · ")
    expect(harbour).to_contain_text(f"{FAULTS} · since ")


def test_the_date_begins_with_the_last_clean_sync_and_can_be_any_other(stage: Stage, sits_down: Sit) -> None:
    cleo = sits_down(stage, "U0CLEO")
    shown = results(cleo)
    today = datetime.now(ZoneInfo(TIMEZONE))
    assert stage.demo.app.desk.companies.default_since(HARBOUR_CITY.id) == today.date()
    expect(shown).to_contain_text(f"since {as_calendar(today)}")
    expect(shown.get_by_test_id("input")).to_have_value(today.date().isoformat())
    tomorrow = today + timedelta(days=1)
    shown.get_by_test_id("input").fill(tomorrow.date().isoformat())
    shown.get_by_test_id("input").press("Tab")
    expect(shown).to_contain_text(re.compile(rf"since {as_calendar(tomorrow)} · 0 of \d+"))
    clears(cleo, shown)
    expect(shown.get_by_test_id("input")).to_have_value("")
    seen = shown.get_by_test_id("input").evaluate("field => getComputedStyle(field, '::before').content")
    assert seen == '"Since…"'


def test_the_status_is_linked_unlinked_or_both(faults: Locator) -> None:
    chooses(faults, STATUS, "unlinked", f"{FAULTS} · unlinked · 1 of ")
    assert (column(faults, OURS), column(faults, LINK)) == (["Paused Tenant Ltd ↗"], ["Unlinked"])
    chooses(faults, STATUS, "linked", f"{FAULTS} · linked · ")
    assert set(column(faults, LINK)) == {"Linked"}


def test_the_entity_is_any_type_of_record(harbour: Locator) -> None:
    offered = harbour.get_by_test_id("select").nth(TYPE).locator("option:not([disabled])")
    assert offered.count() == len(RecordType) + 1
    for kind, named in ((RecordType.PAYMENT, "Payment"), (RecordType.TAX_TYPE, "Tax type")):
        chooses(harbour, TYPE, kind.value, f"{HARBOUR} · {named.lower()}s · ")
        assert set(column(harbour, KIND)) == {named}


@pytest.mark.parametrize("text", ["af-archived-2", "CLOSED UP", "cafe arch"])
def test_the_search_finds_names_numbers_and_words_of_the_details(
    stage: Stage, ana: Person, faults: Locator, text: str
) -> None:
    searched(ana, faults, text)
    expect(faults).to_contain_text(f"{FAULTS} · “{text}” · ")
    rows = stage.demo.app.desk.results.every(ResultsFilter(ALL_FAULTS.id))
    fitting = {row.name for row in rows if all(word in said_of(row) for word in text.casefold().split())}
    assert {ours.removesuffix(" ↗") for ours in column(faults, OURS)} == fitting != set()


def test_refresh_shows_in_the_same_message_what_happened_since(stage: Stage, ana: Person, harbour: Locator) -> None:
    desk = stage.demo.app.desk
    first = harbour.get_by_test_id("row").first
    expect(first).not_to_contain_text("Unlinked")
    change = desk.linking.unlink(
        HARBOUR_CITY.id, [desk.results.page(ResultsFilter(HARBOUR_CITY.id)).rows[0].ref], "U0BEN"
    )
    ana.presses("Refresh", harbour)
    expect(first).to_contain_text("Unlinked")
    desk.undo.take_back(change.undo_token, "U0BEN")
    ana.presses("Refresh", harbour)
    expect(first).not_to_contain_text("Unlinked")


def test_sync_now_starts_a_sync_of_the_company_that_is_shown(stage: Stage, ana: Person, harbour: Locator) -> None:
    before = stage.demo.app.desk.companies.named(HARBOUR).last_run
    ana.presses("Sync now", harbour)
    expect(harbour).to_contain_text("Sync started by @ana")
    eventually(lambda: stage.demo.app.desk.companies.named(HARBOUR).last_run != before)
    eventually(lambda: (run := stage.demo.app.desk.companies.named(HARBOUR).last_run) is not None and run.finished_at)
    assert before and before.company_name == HARBOUR


def test_rows_are_selected_one_by_one_or_all_that_match_the_filter(stage: Stage, ana: Person, harbour: Locator) -> None:
    total = stage.demo.app.desk.results.count(ResultsFilter(HARBOUR_CITY.id))
    ana.presses("Select rows…", harbour)
    expect(ana.modal).to_contain_text(f"All {total} rows of your filter can be chosen, also those on other pages.")
    for number in ("INV-1223", "INV-1222"):
        ana.picks(number)
    ana.modal.get_by_test_id("combo-search").fill("")
    expect(ana.modal.get_by_test_id("combo-option").first).to_have_text(f"All {total} rows of this filter")
    expect(ana.modal.locator(".chip-label")).to_have_text(["Invoice INV-1223", "Invoice INV-1222"])
    ana.presses("Unlink…", ana.modal)
    expect(ana.modal).to_contain_text("Unlink 2 records?")


def test_a_row_is_unlinked_after_what_follows_was_said_and_that_is_undone(ana: Person, harbour: Locator) -> None:
    name, row = linked_invoice(harbour)
    ana.presses("Select rows…", harbour)
    ana.picks(name)
    ana.presses("Unlink…", ana.modal)
    expect(ana.modal).to_contain_text(f"Unlink invoice {name}?")
    expect(ana.modal).to_contain_text("It stops syncing")
    expect(ana.modal).to_contain_text("Nothing is deleted on either side.")
    ana.confirms("Unlink 1")
    expect(harbour).to_contain_text("1 record unlinked by @ana")
    expect(row).to_contain_text("Unlinked")
    ana.presses("Undo", harbour)
    expect(harbour).to_contain_text("Undone: 1 record linked again by @ana")
    expect(row).not_to_contain_text("Unlinked")


def test_a_row_is_relinked_and_that_is_undone(ana: Person, faults: Locator) -> None:
    chooses(faults, STATUS, "unlinked", "unlinked · 1 of ")
    ana.presses("Select rows…", faults)
    ana.picks("Paused")
    ana.presses("Relink…", ana.modal)
    expect(ana.modal).to_contain_text("Relink Paused Tenant Ltd?")
    ana.confirms("Relink 1")
    expect(faults).to_contain_text("1 record relinked by @ana")
    expect(faults).to_contain_text("unlinked · 0 of ")
    ana.presses("Undo", faults)
    expect(faults).to_contain_text("Undone: 1 record unlinked again by @ana")


def test_the_column_date_is_the_last_attempt_where_the_company_is(stage: Stage, harbour: Locator) -> None:
    rows = stage.demo.app.desk.results.page(ResultsFilter(HARBOUR_CITY.id)).rows
    local = [row.at.astimezone(ZoneInfo(TIMEZONE)) for row in rows]
    assert column(harbour, DATE) == [f"{as_calendar(at)} {at:%H:%M}" for at in local]
    assert local == sorted(local, reverse=True)


def test_the_column_type_names_what_each_record_is(ana: Person, faults: Locator) -> None:
    searched(ana, faults, "metro glass")
    assert set(zip(column(faults, KIND), column(faults, OURS), strict=True)) == {
        ("Contact", "Metro Glass Ltd ↗"),
        ("Invoice", "AF-NAME-1 ↗"),
    }


def test_the_column_re_leased_leads_to_the_record_there(stage: Stage, ana: Person, harbour: Locator) -> None:
    name, row = linked_invoice(harbour)
    tab = ana.opens(name, row.locator("th, td").nth(OURS))
    assert address_of(tab) == stage.demo.released_url
    expect(tab.get_by_role("heading").filter(has_text=name).first).to_be_visible()
    tab.close()


def test_the_column_quickbooks_leads_to_the_record_there(stage: Stage, ana: Person, harbour: Locator) -> None:
    name, row = linked_invoice(harbour)
    theirs = row.locator("th, td").nth(THEIRS)
    expect(theirs).to_have_text(re.compile(r"^(Invoice|Bill) \d+ ↗$"))
    tab = ana.opens("↗", theirs)
    assert address_of(tab) == stage.demo.quickbooks_url
    expect(tab.get_by_role("heading").filter(has_text=name).first).to_be_visible()
    tab.close()


def test_the_column_direction_says_from_which_side_it_came(harbour: Locator) -> None:
    chooses(harbour, TYPE, "tax-type", "tax types · ")
    assert set(column(harbour, DIRECTION)) == {"Incoming"}
    chooses(harbour, TYPE, "invoice", "invoices · ")
    assert set(column(harbour, DIRECTION)) == {"Outgoing", "Incoming"}


def test_the_column_details_says_in_a_sentence_what_happened(ana: Person, faults: Locator) -> None:
    searched(ana, faults, "af-")
    said = dict(zip(column(faults, OURS), column(faults, DETAILS), strict=True))
    assert said["AF-GOOD ↗"] == "Created in QuickBooks as invoice AF-GOOD."
    assert said["AF-ARCHIVED-1 ↗"] == "🟥 Closed Cafe Ltd is inactive in QuickBooks"


def test_the_column_link_says_whether_the_record_syncs(faults: Locator) -> None:
    chooses(faults, TYPE, "contact", "contacts · ")
    links = dict(zip(column(faults, OURS), column(faults, LINK), strict=True))
    assert [name for name, link in links.items() if link == "Unlinked"] == ["Paused Tenant Ltd ↗"]
    assert links["Steady Tenant Ltd ↗"] == "Linked"


def test_more_detail_says_what_happened_why_and_how_to_fix_it(ana: Person, faults: Locator) -> None:
    ana.chooses("More detail…", faults)
    ana.picks("AF-ARCHIVED-1")
    said = ("What happened", "Closed Cafe Ltd is inactive", "Why", "How to fix it", "Re-Leased says", "Attempts")
    for words in said:
        expect(ana.modal).to_contain_text(words)


def test_pages_hold_each_row_once(ana: Person, harbour: Locator) -> None:
    first = ana.rows(harbour)
    expect(harbour).to_contain_text(re.compile(r"page 1 of 13 · rows 1 to 25 of \d+"))
    ana.presses("Next ›", harbour)
    expect(harbour).to_contain_text("page 2 of 13 · rows 26 to 50 of ")
    assert not {tuple(row) for row in first} & {tuple(row) for row in ana.rows(harbour)}
    ana.presses("‹ Previous", harbour)
    expect(harbour).to_contain_text("page 1 of 13")
    assert ana.rows(harbour) == first


def test_the_rows_of_a_page_are_25_50_100_or_all(harbour: Locator) -> None:
    offered = harbour.get_by_test_id("select").nth(ROWS).locator("option:not([disabled])")
    assert offered.all_inner_texts() == ["25 rows", "50 rows", "100 rows", "All rows"]
    for choice, pages in (("100", 4), ("50", 7), ("25", 13)):
        chooses(harbour, ROWS, choice, f"page 1 of {pages} · rows 1 to {choice} of ")
        assert harbour.get_by_test_id("row").count() == int(choice)


def test_access_is_given_by_an_admin_and_whoever_has_none_is_told_whom_to_ask(
    stage: Stage, ana: Person, harbour: Locator, sits_down: Sit
) -> None:
    ben = sits_down(stage, "U0BEN")
    ben.types("/qbo-sync sync harbour")
    ben.reads("You can look at everything, but only workspace admins can start a sync.", "Ask ")
    ana.types("/qbo-sync settings harbour")
    ana.presses("Who may do what…", ana.modal)
    names_for_role(ana, Role.ADMIN, "Ana Accountant")
    names_for_role(ana, Role.OPERATOR, "Ben Bookkeeper")
    ana.page.get_by_test_id("modal-submit").click()
    team = stage.demo.app.desk.team
    eventually(lambda: team.roles().named == {"U0ANA": Role.ADMIN, "U0BEN": Role.OPERATOR})
    ben.types("/qbo-sync sync harbour")
    ben.reads(f"🔵 Blue · {HARBOUR} · in sync", "started by @ben")
    team.name_for_roles({}, team.roles(), "U0ANA")
