"""The whole demo, over Socket Mode or signed HTTP, and Chromium for the people who use it."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page
from pydantic import SecretStr

from bot.sandbox import slack
from bot.sandbox.demo import Demo
from bot.sandbox.http.serving import HOST, ServerThread
from bot.sandbox.slack.workspace.workspace import ACCOUNTS
from bot.server import start
from tests.browser.chromium import new_page
from tests.browser.person import Person
from tests.demo.copies import WITHOUT_CLOCK, copied, running_copy
from tests.patience import eventually, unhurried


@dataclass(frozen=True)
class Stage:
    """The demo and the address of its Slack page."""

    demo: Demo
    page_url: str


@contextmanager
def over_socket(*synced: str) -> Iterator[Stage]:
    """`synced` are the companies that had their first sync."""
    with running_copy(*synced) as (demo, page_url):
        yield Stage(demo, page_url)


@contextmanager
def over_http() -> Iterator[Stage]:
    """The bot without an app token: Slack delivers signed requests to its /slack/events."""
    workspace = slack.SlackState(seed=1)
    with unhurried(workspace), ExitStack() as stack:
        page = stack.enter_context(ServerThread(slack.app(workspace)))
        details = slack.connection_details(workspace, page.url)
        port = _free_port()
        slack_settings = {
            "slack_bot_token": SecretStr(details["bot_token"]),
            "slack_signing_secret": SecretStr(details["signing_secret"]),
            "slack_api_url": details["api_url"],
            "slack_channel": ACCOUNTS,
            "port": port,
        }
        demo = stack.enter_context(copied(slack_settings=slack_settings))
        stack.callback(start(demo.app, WITHOUT_CLOCK, HOST))
        workspace.request_url = f"http://{HOST}:{port}/slack/events"
        yield Stage(demo, details["page_url"])


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as taken:
        return int(taken.getsockname()[1])


Sit = Callable[..., Person]


@contextmanager
def seats(browser: Browser) -> Iterator[Sit]:
    """A function that seats a person before the page; an error in the page's console fails the test."""
    pages: list[Page] = []
    troubles: list[str] = []

    def sit(stage: Stage, user: str = "U0ANA", width: int = 1000, height: int = 800) -> Person:
        page = new_page(browser, width, height)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console", lambda said: troubles.append(f"{said.text} {said.location}") if said.type == "error" else None
        )
        page.goto(f"{stage.page_url}?user={user}&channel={ACCOUNTS}")
        pages.append(page)
        return Person(page)

    yield sit
    for page in pages:
        if page.get_by_test_id("modal").count():
            page.get_by_test_id("modal-x").click()
        page.close()
    assert troubles == []


@pytest.fixture
def sits_down(browser: Browser) -> Iterator[Sit]:
    with seats(browser) as sit:
        yield sit


@pytest.fixture(
    params=[
        pytest.param(over_socket, id="socket mode"),
        pytest.param(over_http, id="signed http", marks=pytest.mark.long),  # tests/slack is all over signed HTTP
    ]
)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The demo before its first sync, for one test."""
    with request.param() as made:
        yield made


@pytest.fixture
def one_stage() -> Iterator[Stage]:
    """The same where one way of delivery is enough and nobody looks at what a sync says on its way."""
    with over_socket() as made:
        yield made


@pytest.fixture(scope="module")
def synced() -> Iterator[Stage]:
    """Both companies after their first sync, for the short tests, which change nothing that another one reads."""
    with over_socket("harbour-city", "all-faults") as made:
        eventually(
            lambda: made.demo.app.desk.posts.get("red:all-faults") and made.demo.app.desk.posts.get("red:harbour-city")
        )
        yield made


@pytest.fixture
def red_stage() -> Iterator[Stage]:
    """Harbour City after its first sync, for one test."""
    with over_socket("harbour-city") as made:
        eventually(lambda: made.demo.app.desk.posts.get("red:harbour-city"))
        yield made
