"""The results message as the tests of docs/web-page.md use it: begun anew, filtered, read column by column."""

import re
from datetime import datetime

from playwright.sync_api import Locator, expect

from bot.core.model import Result
from bot.core.team.roles import Role
from bot.sandbox.demo import Demo
from bot.sandbox.demo_data import HARBOUR_CITY, DemoCompany
from bot.sandbox.harbour_months import CLASHING_NUMBER
from tests.browser.person import Person
from tests.browser.test_pages import TYPE, clears, searches

DATE, KIND, OURS, THEIRS, DIRECTION, DETAILS, LINK = range(7)


def put_right(demo: Demo) -> None:
    """Harbour City's three causes, settled in QuickBooks before its first sync."""
    books = demo.quickbooks.companies[HARBOUR_CITY.realm]
    (kiosk,) = books.query("SELECT * FROM Customer WHERE Active = false")
    (bill,) = books.query(f"SELECT * FROM Bill WHERE DocNumber = '{CLASHING_NUMBER}'")
    books.activate("Customer", kiosk["Id"])
    books.update("Bill", bill["Id"], {"DocNumber": f"{CLASHING_NUMBER}-L"})
    books.close_books(None)


def everything(ana: Person, message: Locator, company: DemoCompany) -> Locator:
    """Without any filter, whatever was looked at before."""
    while ana.modal.count():
        ana.page.get_by_test_id("modal-x").click()
        expect(ana.modal).to_have_count(0)
    if f"{company.name} · " not in message.inner_text():
        message.get_by_test_id("select").first.select_option(company.id)
        expect(message).to_contain_text(f"{company.name} · ")
    if message.get_by_test_id("button").filter(has_text=re.compile("^Clear$")).count():
        clears(ana, message)
    return message


def column(shown: Locator, place: int) -> list[str]:
    cells = [row.locator("th, td").nth(place) for row in shown.get_by_test_id("row").all()]
    return [cell.inner_text().strip() for cell in cells]


def chooses(shown: Locator, menu: int, value: str, words: str) -> None:
    shown.get_by_test_id("select").nth(menu).select_option(value)
    expect(shown).to_contain_text(words)


def searched(ana: Person, shown: Locator, text: str) -> None:
    ana.presses("Filter…", shown)
    searches(ana, text)
    ana.confirms("Show results")
    expect(shown).to_contain_text(f"“{text}” · ")


def as_calendar(day: datetime) -> str:
    return f"{day.day} {day:%b %Y}"


def linked_invoice(shown: Locator) -> tuple[str, Locator]:
    """One that both sides have: its number and its row."""
    chooses(shown, TYPE, "invoice", "invoices · ")
    names = zip(column(shown, OURS), column(shown, DETAILS), strict=True)
    name = next(ours for ours, said in names if said.startswith("Created in QuickBooks"))
    header = shown.page.get_by_role("rowheader", name=name, exact=True)
    return name.removesuffix(" ↗"), shown.get_by_test_id("row").filter(has=header)


def names_for_role(admin: Person, role: Role, person: str) -> None:
    chooser = admin.modal.locator(f'[data-name="people.{role}|people"]')
    chooser.get_by_test_id("combo-search").fill(person)
    chooser.get_by_test_id("combo-option").filter(has_text=person).click()


def said_of(row: Result) -> str:
    """What can be searched and is read by people."""
    return f"{row.name} {row.details} {row.more_detail}".casefold()
