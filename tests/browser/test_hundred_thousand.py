"""A company of 100,000 results: a page, a filter and a search are answered soon after the click, not after seconds.

The page itself takes the time, from the click to the frame that shows the answer, and prints it: 300 ms are aimed at,
on a machine that does nothing else. What is asserted holds on a busy one too: no answer reads everything.
"""

import statistics
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.chromium import MARKS
from tests.browser.conftest import Sit, Stage, over_socket
from tests.browser.person import Person
from tests.store.many_results import MANY, fill

pytestmark = [*MARKS, pytest.mark.long, pytest.mark.timeout(600)]  # to fill the store takes half a minute
AIM_MS = 300
BUSY_MS = 4_000
TIMES = 5
TYPE, ORDER = 2, 4
OF_ALL = f"{MANY:,}"
WATCH = """() => ["click", "change"].forEach(
    kind => document.addEventListener(kind, () => { window.began ??= performance.now(); }, true))"""
ANSWERED = """([ts, words]) => document.querySelector(`[data-ts='${ts}']`).innerText.includes(words)
    && performance.now() - window.began"""


@pytest.fixture(scope="module")
def large() -> Iterator[Stage]:
    with over_socket() as stage:
        fill(stage.demo.app.database, "harbour-city")
        yield stage


@pytest.fixture
def shown(large: Stage, sits_down: Sit) -> tuple[Person, Locator]:
    ana = sits_down(large)
    ana.types("/qbo-sync results harbour")
    message = ana.reads("Only visible to you", "Refresh")
    if message.get_by_test_id("button").filter(has_text="Clear").count():
        ana.presses("Clear", message)
    expect(message).to_contain_text(f"{OF_ALL} of {OF_ALL}")
    ana.page.evaluate(WATCH)
    return ana, message


def milliseconds(message: Locator, act: Callable[[], object], words: str) -> float:
    """From the click to the frame in which the message says `words`."""
    page, ts = message.page, message.get_attribute("data-ts")
    page.evaluate("window.began = undefined")
    act()
    return float(page.wait_for_function(ANSWERED, arg=[ts, words]).json_value())


def answers_in_time(once: Callable[[int], float]) -> None:
    took = [once(turn) for turn in range(TIMES)]
    told = f"{_in_order(took)} ms, {AIM_MS} are aimed at"
    print(told)
    assert statistics.median(took) < BUSY_MS, told


def _in_order(took: list[float]) -> list[int]:
    return sorted(map(round, took))


def test_a_page_is_turned_in_time(shown: tuple[Person, Locator]) -> None:
    ana, message = shown
    answers_in_time(
        lambda turn: milliseconds(message, lambda: ana.presses("Next ›", message), f"page {turn + 2} of 4,000")
    )


@pytest.mark.parametrize(
    ("menu", "value", "words", "back"),
    [
        (TYPE, "payment", f"payments · 30,000 of {OF_ALL}", "all-types"),
        (ORDER, "oldest", "oldest first", "newest"),
        (ORDER, "cause", "by cause", "newest"),
    ],
)
def test_a_filter_and_an_order_are_answered_in_time(
    shown: tuple[Person, Locator], menu: int, value: str, words: str, back: str
) -> None:
    _, message = shown
    chooser = message.get_by_test_id("select").nth(menu)

    def once(_turn: int) -> float:
        took = milliseconds(message, lambda: chooser.select_option(value), words)
        chooser.select_option(back)
        expect(message).not_to_contain_text(words)
        return took

    answers_in_time(once)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("inv-77777", f"“inv-77777” · 1 of {OF_ALL}"),
        ("kiosk", f"“kiosk” · 2,000 of {OF_ALL}"),
        ("created", f"“created” · 98,000 of {OF_ALL}"),
        ("nobody", f"“nobody” · 0 of {OF_ALL}"),
    ],
)
def test_a_search_is_answered_in_time(shown: tuple[Person, Locator], text: str, words: str) -> None:
    ana, message = shown

    def once(_turn: int) -> float:
        ana.presses("Filter…", message)
        ana.modal.get_by_test_id("input").first.fill(text)
        took = milliseconds(message, ana.page.get_by_test_id("modal-submit").click, words)
        ana.presses("Clear", message)
        expect(message).to_contain_text(f"all records · {OF_ALL} of {OF_ALL}")
        return took

    answers_in_time(once)
