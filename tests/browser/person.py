"""A person at the page of the Slack stand-in: what they type, click and read, and nothing of what lies behind."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect


@dataclass(frozen=True)
class Person:
    page: Page

    def types(self, line: str) -> None:
        composer = self.page.get_by_test_id("composer")
        composer.fill(line)
        composer.press("Enter")

    @property
    def newest(self) -> Locator:
        return self.page.get_by_test_id("message").last

    def message(self, *texts: str) -> Locator:
        """The newest message that holds all these texts."""
        found = self.page.get_by_test_id("messages").get_by_test_id("message")
        for text in texts:
            found = found.filter(has_text=text)
        return found.last

    def reads(self, *texts: str) -> Locator:
        """Waits for a message that holds all these texts; gives that very message, whatever it says later."""
        found = self.message(*texts)
        expect(found).to_be_visible()
        return self.page.get_by_test_id("messages").locator(f'[data-ts="{found.get_attribute("data-ts")}"]').first

    @property
    def modal(self) -> Locator:
        return self.page.get_by_test_id("modal")

    def presses(self, label: str, where: Locator | None = None) -> None:
        """The last button of that label (what it shows, not what a screen reader says)."""
        buttons = (where or self.page).get_by_test_id("button").filter(has_text=re.compile(f"^{re.escape(label)}$"))
        buttons.last.click()

    def chooses(self, entry: str, where: Locator, menu: int = -1) -> None:
        """An entry of a menu behind ⋯."""
        dots = where.get_by_test_id("overflow").nth(menu)
        dots.click()
        dots.get_by_text(entry, exact=True).click()

    def picks(self, query: str) -> None:
        """The first suggestion of the modal's search that holds what is looked for as a whole: 1042 is not 1042-L."""
        self.modal.get_by_test_id("combo-search").fill(query)
        whole = re.compile(rf"(?<![\w-]){re.escape(query)}(?![\d-])")
        self.modal.get_by_test_id("combo-option").filter(has_text=whole).first.click()

    def confirms(self, label: str) -> None:
        """The button at the foot of the modal, which says what it does."""
        submit = self.page.get_by_test_id("modal-submit")
        expect(submit).to_have_text(label)
        submit.click()
        expect(self.modal).to_have_count(0)

    def opens(self, label: str, where: Locator) -> Page:
        """Follows a link button into a new tab."""
        with self.page.expect_popup() as tab:
            where.get_by_role("link").filter(has_text=label).first.click()
        tab.value.wait_for_load_state()
        return tab.value

    def rows(self, where: Locator) -> list[list[str]]:
        """The cells of the results table, row by row."""
        return [
            [text.strip() for text in row.locator("th, td").all_inner_texts()]
            for row in where.get_by_test_id("row").all()
        ]


def address_of(tab: Page) -> str:
    """The host that a tab shows, as the demo names its stand-ins."""
    parts = urlsplit(tab.url)
    return f"{parts.scheme}://{parts.netloc}"
