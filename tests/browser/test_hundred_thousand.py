"""A company of 100,000 results: a page, a filter and a search are answered while the person looks on.

The aim is 300 ms from click to answer on a machine that does nothing else, and that is printed; what fails here is an
answer that reads everything, which takes many seconds.
"""

import statistics
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.chromium import MARKS
from tests.browser.conftest import Sit, Stage, over_socket
from tests.browser.person import Person
from tests.store.many_results import MANY, fill

pytestmark = [*MARKS, pytest.mark.long]
ANSWER_S = 4.0
TIMES = 5
TYPE, ROWS, ORDER = 2, 3, 4
OF_ALL = f"{MANY:,}"


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
    return ana, message


def seconds(ana: Person, message: Locator, act: Callable[[], object], words: str) -> float:
    """From the click to the frame in which the message says `words`."""
    ts = message.get_attribute("data-ts")
    begin = time.perf_counter()
    act()
    ana.page.wait_for_function(
        "([ts, words]) => document.querySelector(`[data-ts='${ts}']`).innerText.includes(words)", arg=[ts, words]
    )
    return time.perf_counter() - begin


def answered(took: list[float]) -> None:
    """The median: other work on the machine may hold one of them up."""
    print(f"median {statistics.median(took) * 1000:.0f} ms")
    assert statistics.median(took) < ANSWER_S, [f"{one:.3f} s" for one in took]


def test_a_page_is_turned_in_time(shown: tuple[Person, Locator]) -> None:
    ana, message = shown
    took = [
        seconds(ana, message, lambda: ana.presses("Next ›", message), f"page {number} of 4,000")
        for number in range(2, 2 + TIMES)
    ]
    answered(took)


def test_a_filter_and_an_order_are_answered_in_time(shown: tuple[Person, Locator]) -> None:
    ana, message = shown
    took = []
    for _ in range(TIMES):
        for value, words in (
            ("payment", f"payments · 30,000 of {OF_ALL}"),
            ("all-types", f"all records · {OF_ALL} of"),
        ):
            choose = message.get_by_test_id("select").nth(TYPE)
            took.append(seconds(ana, message, lambda c=choose, v=value: c.select_option(v), words))  # type: ignore[misc]
        for value, words in (("oldest", "oldest first"), ("cause", "by cause"), ("newest", "page 1 of 4,000 · rows")):
            choose = message.get_by_test_id("select").nth(ORDER)
            took.append(seconds(ana, message, lambda c=choose, v=value: c.select_option(v), words))  # type: ignore[misc]
    answered(took)


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
    took = []
    for _ in range(TIMES):
        ana.presses("Filter…", message)
        ana.modal.get_by_test_id("input").first.fill(text)
        took.append(seconds(ana, message, lambda: ana.confirms("Show results"), words))
        ana.presses("Clear", message)
        expect(message).to_contain_text(f"all records · {OF_ALL} of {OF_ALL}")
    answered(took)
