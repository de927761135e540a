"""The demo without its Slack page: both companies in both stand-ins over HTTP, and the bot connected to them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import requests

from bot.core.model import Result
from bot.core.results import Cause, ResultsFilter
from bot.sandbox.demo import Demo
from bot.sandbox.demo_data import ALL_FAULTS, HARBOUR_CITY, TIMEZONE, DemoCompany
from bot.sync.ending import Finished
from tests.demo.copies import copied, how_it_ended
from tests.patience import PATIENCE_S


@dataclass(frozen=True)
class Story:
    """What a person sees and does: syncs, reads what needs attention, clicks on the pages of the stand-ins."""

    demo: Demo
    company: DemoCompany

    def sync(self) -> Finished:
        return self.demo.sync(self.company.id)

    def causes(self) -> dict[str, Cause]:
        desk, company_id = self.demo.app.desk, self.company.id
        return {cause.headline: cause for cause in desk.causes.with_fixes(company_id, desk.causes.of(company_id))}

    def results(self) -> list[Result]:
        return list(self.demo.app.desk.results.page(ResultsFilter(self.company.id), rows=None).rows)

    def result(self, name: str) -> Result:
        """The one result of that name, or among several the one that needs attention."""
        found = [row for row in self.results() if row.name == name]
        assert found, f"no result is named {name}"
        return next((row for row in found if row.code), found[0])

    def writes(self) -> list[dict]:
        """What was written in either ledger so far, the refused attempts left out."""
        quickbooks = requests.get(
            f"{self.demo.quickbooks_url}/_control/writes/{self.company.realm}", timeout=PATIENCE_S
        )
        released = requests.get(f"{self.demo.released_url}/_control/writes", timeout=PATIENCE_S)
        ours = [row for row in released.json()["writes"] if row["company"] == self.company.id]
        return [row for row in quickbooks.json() if row["code"] is None] + ours

    def press_in_quickbooks(self, page: str, button: str, **form: str) -> None:
        """Presses a button that the page shows; the page is an address or a path of the stand-in."""
        address = page if page.startswith("http") else f"{self.demo.quickbooks_url}{page}"
        shown = requests.get(address, timeout=PATIENCE_S)
        action = _action_of(shown.text, button) or shown.url.removeprefix(self.demo.quickbooks_url)
        assert button in shown.text, f"{page} has no button {button}"
        requests.post(f"{self.demo.quickbooks_url}{action}", form, timeout=PATIENCE_S).raise_for_status()

    def renumber_in_released(self, record_id: str, number: str) -> None:
        page = f"{self.demo.released_url}/invoices/{record_id}"
        version = re.search(r'name="version" value="(\d+)"', requests.get(page, timeout=PATIENCE_S).text)
        assert version
        form = {"deed": "number", "number": number, "version": version[1]}
        requests.post(page, form, timeout=PATIENCE_S).raise_for_status()


def _action_of(page: str, button: str) -> str:
    """Where the form that holds this button is sent to; "" = to the page itself."""
    for form in re.findall(r"<form.*?</form>", page, re.DOTALL):
        if button in form:
            action = re.search(r'action="([^"]*)"', form)
            return action[1] if action else ""
    return ""


@pytest.fixture
def harbour() -> Iterator[Story]:
    """Harbour City Property after its first sync, for one test to change."""
    with copied(HARBOUR_CITY.id) as demo:
        yield Story(demo, HARBOUR_CITY)


@dataclass(frozen=True)
class FirstSync:
    story: Story
    finished: Finished
    today: date


@pytest.fixture(scope="module")
def first_sync() -> Iterator[FirstSync]:
    """Harbour City Property and its first sync, to look at only."""
    today = datetime.now(ZoneInfo(TIMEZONE)).date()
    with copied(HARBOUR_CITY.id) as demo:
        yield FirstSync(Story(demo, HARBOUR_CITY), how_it_ended(HARBOUR_CITY.id), today)


@pytest.fixture(scope="module")
def faults() -> Iterator[Story]:
    """All Faults Ltd after its first sync, to look at only."""
    with copied(ALL_FAULTS.id) as demo:
        yield Story(demo, ALL_FAULTS)
