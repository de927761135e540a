"""Draws the pictures of the README anew: `python -m tests.browser.screenshots`."""

from pathlib import Path

from playwright.sync_api import Browser, Locator, sync_playwright

from bot.sandbox.slack.workspace import ACCOUNTS
from tests.browser.chromium import ARGUMENTS, CHROMIUM
from tests.browser.conftest import Stage, over_socket
from tests.browser.person import SYNC_TIMEOUT_MS, Person

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
WIDTH, PHONE_WIDTH, HEIGHT = 1000, 400, 800


def main() -> None:
    with sync_playwright() as playwright, over_socket() as stage:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        ana = _person(browser, stage, WIDTH)
        red = _red(ana)
        _on_a_phone(browser, stage)
        _home(browser, stage)
        _results(ana)
        _unlink(ana, red)
        browser.close()


def _person(browser: Browser, stage: Stage, width: int) -> Person:
    page = browser.new_page(viewport={"width": width, "height": HEIGHT})
    page.goto(f"{stage.page_url}?user=U0ANA&channel={ACCOUNTS}")
    return Person(page)


def _red(ana: Person) -> Locator:
    ana.types("/qbo-sync sync harbour")
    ana.reads("🔶 Orange", within_ms=SYNC_TIMEOUT_MS)
    _keep(ana, "orange")
    ana.reads("🟥 Red", "started by @ana", within_ms=SYNC_TIMEOUT_MS)
    red = ana.reads("26 records need attention, 3 causes")
    _keep(ana, "red")
    return red


def _on_a_phone(browser: Browser, stage: Stage) -> None:
    phone = _person(browser, stage, PHONE_WIDTH)
    _keep(phone, "phone", phone.reads("26 records need attention, 3 causes"))
    phone.page.close()


def _home(browser: Browser, stage: Stage) -> None:
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(f"{stage.page_url}?user=U0ANA&channel=D0ANA&tab=home")
    page.get_by_text("My items").wait_for()
    _keep(Person(page), "home")
    page.close()


def _results(ana: Person) -> None:
    ana.presses("View all results")
    _keep(ana, "results", ana.reads("Only visible to you", "Select rows…"))
    ana.chooses("More detail…", ana.newest)
    ana.picks("INV-1223")
    ana.modal.get_by_text("Attempts").wait_for()
    _keep(ana, "detail")
    ana.page.get_by_test_id("modal-x").click()


def _unlink(ana: Person, red: Locator) -> None:
    ana.chooses("Unlink…", red, menu=0)
    ana.modal.get_by_text("Unlink Kiosk Ltd?").wait_for()
    _keep(ana, "unlink")


def _keep(person: Person, name: str, top: Locator | None = None) -> None:
    """`top` is what should stand at the top of the picture."""
    if top is not None:
        top.evaluate("element => element.scrollIntoView({block: 'start'})")
    person.page.mouse.move(0, 0)
    person.page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    main()
