"""Draws the pictures of the documents anew: `python -m tests.browser.screenshots`."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Locator, sync_playwright

from bot.sandbox.demo_data import ALL_FAULTS, HARBOUR_CITY
from bot.sandbox.slack.workspace.workspace import ACCOUNTS
from tests.browser import test_story_books as books
from tests.browser.chromium import ARGUMENTS, CHROMIUM
from tests.browser.conftest import Stage, over_socket
from tests.browser.person import Person
from tests.browser.png import smaller
from tests.browser.test_story import BEFORE_ORANGE
from tests.patience import held

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
WIDTH, PHONE_WIDTH, TABLE_WIDTH = 1000, 400, 1240
HEIGHT, PHONE_HEIGHT = 1000, 800
TOP_PX, TABLE_PX, FOOT_PX = 380, 420, 130
"""How much is shown of a long message: its menus, its first rows, what stands below its table."""
RING = "3px solid #e8912d"
COMPANY, STATUS, TYPE, ROWS = range(4)


@dataclass(frozen=True)
class Gallery:
    browser: Browser
    stage: Stage

    def person(self, user: str = "U0ANA", width: int = WIDTH, height: int = HEIGHT, place: str = ACCOUNTS) -> Person:
        page = self.browser.new_page(viewport={"width": width, "height": height})
        page.goto(f"{self.stage.page_url}?user={user}&channel={place}")
        return Person(page)


def main() -> None:
    with sync_playwright() as playwright, over_socket() as stage:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        gallery = Gallery(browser, stage)
        ana = gallery.person()
        _flags(ana, stage)
        _on_a_phone(gallery)
        _filters(gallery.person())
        _table(gallery)
        _windows(gallery.person())
        _access(gallery)
        _blue(gallery, ana)
        _overviews(gallery, ana)
        _stories(browser)
        browser.close()


def _stories(browser: Browser) -> None:
    """How each story of bookkeepers ends; the last one on a phone."""
    for name, story, width in (
        ("conflict", books.conflict, WIDTH),
        ("renamed", books.rename, TABLE_WIDTH),
        ("gone", books.deleted_then_voided, TABLE_WIDTH),
        ("refund", books.refund, WIDTH),
        ("deposit", books.deposit, books.PHONE_WIDTH_PX),
    ):
        with books.in_sync() as made:
            ana = Gallery(browser, made.stage).person(width=width)
            _keep(ana, name, story(made, ana))
            ana.page.close()


def _flags(ana: Person, stage: Stage) -> None:
    with held(stage.demo.quickbooks, "POST", "/batch", skip=BEFORE_ORANGE):
        ana.types("/qbo-sync sync harbour")
        _keep(ana, "flag-orange", ana.reads("🔶 Orange"))
    _keep(ana, "flag-red", ana.reads("🟥 Red", "started by @ana"))
    _keep(ana, "red", ana.reads("26 records need attention, 3 causes"))


def _on_a_phone(gallery: Gallery) -> None:
    phone = gallery.person(width=PHONE_WIDTH, height=PHONE_HEIGHT)
    phone.reads("26 records need attention, 3 causes").evaluate("message => message.scrollIntoView({block: 'start'})")
    _keep(phone, "phone")
    phone.page.close()


def _filters(ana: Person) -> None:
    """Each with its control ringed, and with what it leads to."""
    shown = _everything(ana)
    selects = shown.get_by_test_id("select")
    _keep_part(ana, "company", shown, TOP_PX, selects.nth(COMPANY))
    shown.get_by_test_id("input").fill("2026-01-31")
    shown.get_by_test_id("input").press("Tab")
    ana.reads("since 31 Jan 2026")
    _keep_part(ana, "date", shown, TOP_PX, shown.get_by_test_id("input"))
    ana.presses("Clear", shown)
    ana.reads("all records · ")
    selects.nth(TYPE).select_option("payment")
    ana.reads(f"{HARBOUR_CITY.name} · payments")
    _keep_part(ana, "entity", shown, TOP_PX, selects.nth(TYPE))
    ana.presses("Filter…", shown)
    ana.modal.get_by_test_id("input").first.fill("kiosk")
    _keep(ana, "search", ana.modal)
    ana.page.get_by_test_id("modal-x").click()
    ana.presses("Next ›", shown)
    ana.reads("page 2 of ")
    _keep_part(ana, "pages", shown, -FOOT_PX, _button(shown, "‹ Previous"), _button(shown, "Next ›"))
    _keep_part(ana, "rows", shown, -FOOT_PX, selects.nth(ROWS))
    _keep_part(ana, "refresh", shown, -FOOT_PX, _button(shown, "Refresh"))
    _keep_part(ana, "sync", shown, -FOOT_PX, _button(shown, "Sync now"))
    ana.page.close()


def _table(gallery: Gallery) -> None:
    """Wide enough for every column."""
    ana = gallery.person(width=TABLE_WIDTH)
    shown = _everything(ana)
    ana.presses("Filter…", shown)
    ana.modal.get_by_test_id("input").first.fill("105")
    ana.confirms("Show results")
    _keep_part(ana, "columns", ana.reads("“105” · "), TABLE_PX)
    ana.page.close()


def _windows(ana: Person) -> None:
    shown = _everything(ana)
    ana.presses("Select rows…", shown)
    ana.picks("INV-1223")
    ana.picks("INV-1222")
    ana.page.keyboard.press("Tab")
    _keep(ana, "select", ana.modal)
    ana.page.get_by_test_id("modal-x").click()
    ana.chooses("More detail…", shown)
    ana.picks("INV-1223")
    ana.modal.get_by_text("Attempts").wait_for()
    _keep(ana, "detail", ana.modal)
    ana.page.get_by_test_id("modal-x").click()
    ana.chooses("Unlink…", ana.message("26 records need attention, 3 causes"), menu=0)
    ana.modal.get_by_text("Unlink Kiosk Ltd?").wait_for()
    _keep(ana, "unlink", ana.modal)
    ana.modal.get_by_text("all 30").click()
    ana.confirms("Unlink 30")
    _relink(ana, shown)
    ana.page.close()


def _relink(ana: Person, shown: Locator) -> None:
    shown.get_by_test_id("select").nth(STATUS).select_option("unlinked")
    ana.reads("unlinked · 30 of ")
    _keep_part(ana, "status", shown, TOP_PX, shown.get_by_test_id("select").nth(STATUS))
    ana.presses("Select rows…", shown)
    ana.picks("Kiosk Ltd")
    ana.presses("Relink…", ana.modal)
    ana.modal.get_by_text("Relink Kiosk Ltd?").wait_for()
    _keep(ana, "relink", ana.modal)
    ana.page.get_by_test_id("modal-x").click()


def _access(gallery: Gallery) -> None:
    ben, ana = gallery.person("U0BEN"), gallery.person()
    ben.types("/qbo-sync sync harbour")
    _keep(ben, "refused", ben.reads("You can look at everything"))
    ana.types("/qbo-sync settings harbour")
    ana.presses("Who may do what…", ana.modal)
    ana.modal.get_by_text("Each role may do all").wait_for()
    _keep(ana, "roles", ana.modal)
    while ana.modal.count():
        ana.page.get_by_test_id("modal-x").click()
        ana.page.wait_for_timeout(300)


def _blue(gallery: Gallery, ana: Person) -> None:
    """With Kiosk Ltd left out, what else is red is left out too."""
    desk = gallery.stage.demo.app.desk
    for cause in desk.causes.of(HARBOUR_CITY.id):
        desk.linking.unlink(HARBOUR_CITY.id, cause.refs, "U0ANA")
    ana.types("/qbo-sync sync harbour")
    _keep(ana, "flag-blue", ana.reads("🔵 Blue", "started by @ana"))


def _overviews(gallery: Gallery, ana: Person) -> None:
    """One company blue, the other red."""
    gallery.stage.demo.sync(ALL_FAULTS.id)
    ana.types("/qbo-sync")
    _keep(ana, "overview", ana.reads("1 of 2 companies needs attention."))
    home = gallery.person(place="D0ANA&tab=home")
    home.page.get_by_text("My items").wait_for()
    _keep(home, "home", home.page.locator(".home-kit"))


def _everything(ana: Person) -> Locator:
    ana.types("/qbo-sync results harbour")
    shown = ana.reads("Only visible to you", "Refresh")
    ana.presses("Clear", shown)
    ana.reads("all records · 318 of 318")
    return shown


def _button(where: Locator, label: str) -> Locator:
    return where.get_by_test_id("button").filter(has_text=label).last


def _keep_part(person: Person, name: str, message: Locator, height_px: int, *ringed: Locator) -> None:
    """The upper part of a long message, or with a negative height its lower part; `ringed` is what it is about."""
    for one in ringed:
        one.evaluate("(element, ring) => { element.style.outline = ring; }", RING)
    message.evaluate("(element, block) => element.scrollIntoView({block})", "start" if height_px > 0 else "end")
    box = message.bounding_box()
    assert box is not None
    bottom = min(box["y"] + box["height"], HEIGHT)
    top = box["y"] if height_px > 0 else bottom + height_px
    part = FloatRect(x=box["x"], y=top, width=box["width"], height=min(abs(height_px), bottom - top))
    _write(person, name, person.page.screenshot(clip=part, animations="disabled"))
    for one in ringed:
        one.evaluate("element => { element.style.outline = ''; }")


def _keep(person: Person, name: str, whole: Locator | None = None) -> None:
    """All of `whole`, or of the page."""
    person.page.mouse.move(0, 0)
    picture = (whole or person.page).screenshot(animations="disabled")
    _write(person, name, picture)


def _write(person: Person, name: str, picture: bytes) -> None:
    (FOLDER / f"{name}.png").write_bytes(smaller(person.page, picture))


if __name__ == "__main__":
    main()
