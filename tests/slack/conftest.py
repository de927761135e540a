"""A real Bolt app against the Slack stand-in, over signed HTTP, over a real desk; people act through /_control."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from blocks.limits.check import NEWER, TableLimits
from bot.core.team.company_settings import AuditEntry
from bot.desk.companies.web_links import WebLinks
from bot.desk.desk import Desk, desk_over
from bot.desk.runs import Runs
from bot.sandbox.http.serving import ServerThread
from bot.sandbox.slack.app import app as slack_app
from bot.sandbox.slack.app import connection_details
from bot.sandbox.slack.workspace.state import SlackState
from bot.slack.announcer import Announcer
from bot.slack.build import build_announcer, build_app, web_client
from bot.slack.plumbing.app_settings import SlackSettings
from bot.slack.plumbing.asgi import PATH, routes
from tests.patience import PATIENCE_S, eventually, unhurried
from tests.slack.seeding import Store
from tests.sync.world import World, serving

ANA, BEN = "U0ANA", "U0BEN"
ACCOUNTS = "C0ACCOUNTS"
WEB_LINKS = WebLinks("https://app.re-leased.com", "https://app.qbo.intuit.com")


@dataclass
class Slack:
    """The stand-in as people and tests see it."""

    state: SlackState
    url: str
    http: requests.Session

    def control(self, method: str, path: str, **body: Any) -> Any:
        given = {"params": body} if method == "GET" else {"json": body}
        answer = self.http.request(method, f"{self.url}/_control/{path}", timeout=PATIENCE_S, **given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def command(self, text: str = "", user: str = "@ana", channel: str = "#accounts") -> Any:
        return self.control("POST", "command", user=user, channel=channel, text=f"/qbo-sync {text}".strip())

    def seen(self, user: str = "@ana", channel: str = "#accounts") -> list[dict[str, Any]]:
        return self.control("GET", "messages", user=user, channel=channel)

    def last(self, user: str = "@ana", channel: str = "#accounts") -> dict[str, Any]:
        return self.seen(user, channel)[-1]

    def click(self, message: dict[str, Any], action_id: str, user: str = "@ana", **more: Any) -> Any:
        channel = more.pop("channel", "#accounts")
        place = {"user": user, "channel": channel, "ts": message["ts"]}
        answer = self.control("POST", "click", **place, action_id=action_id, **more)
        assert answer["ok"], answer
        return answer

    def in_modal(self, action_id: str, user: str = "@ana", **more: Any) -> Any:
        return self.control("POST", "click", user=user, view_id="top", action_id=action_id, **more)

    def suggest(self, action_id: str, query: str = "", user: str = "@ana") -> list[dict[str, Any]]:
        found = self.control("POST", "suggest", user=user, view_id="top", action_id=action_id, query=query)
        return list(found["options"])

    def submit(self, user: str = "@ana", **values: Any) -> Any:
        return self.control("POST", "submit", user=user, values=values)

    def modal(self, user: str = "@ana") -> dict[str, Any] | None:
        modals = self.control("GET", "views", user=user)["modals"]
        return modals[-1] if modals else None

    def calls(self, method: str) -> list[dict[str, Any]]:
        answer = self.http.get(f"{self.url}/_control/log", params={"method": method}, timeout=PATIENCE_S)
        return list(answer.json())


@dataclass
class Clock:
    """Begins now and stands still until a test moves it."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Bot:
    desk: Desk
    store: Store
    slack: Slack
    client: WebClient
    announcer: Announcer
    settings: SlackSettings
    clock: Clock

    def tick(self, seconds: float = 3) -> None:
        """Some seconds later, when what was just posted is written down, the announcer looks again."""
        eventually(lambda: not self._is_posting())
        self.look(seconds)

    def look(self, seconds: float = 3) -> None:
        """The same where a post was left lying, which nobody will write down."""
        self.clock.forward(seconds)
        self.announcer.tick()

    def _is_posting(self) -> bool:
        """A message is seen a moment before it is written down where it stands."""
        claimed = [key for key, claim in self.store.claims().items() if not claim.is_in_doubt]
        noted = self.store.posted() if claimed else {}
        return any(key.rpartition(":")[0] not in noted for key in claimed)

    def deeds(self) -> list[AuditEntry]:
        """What people did, the newest first; syncs are left out."""
        return [entry for entry in self.desk.team.audit("", 50) if entry.what != "sync"]

    def said(self, words: str, user: str = "@ana", channel: str = "#accounts") -> dict[str, Any]:
        """The newest message this person sees with these words in it, once it is there."""

        def find() -> dict[str, Any] | None:
            newest_first = reversed(self.slack.seen(user, channel))
            return next((one for one in newest_first if words in one["text"] or words in str(one.get("blocks"))), None)

        return eventually(find)  # type: ignore[no-any-return]

    def modal(self, words: str, user: str = "@ana") -> dict[str, Any]:
        def find() -> dict[str, Any] | None:
            view = self.slack.modal(user)
            return view if view and words in str(view) else None

        return eventually(find)  # type: ignore[no-any-return]

    def results(self, text: str = "results") -> dict[str, Any]:
        self.slack.command(text)
        return self.said("results.refresh")

    def after(self, message: dict[str, Any], words: str, user: str = "@ana") -> dict[str, Any]:
        """The same message, once it says these words."""

        def find() -> dict[str, Any] | None:
            now = next(one for one in self.slack.seen(user) if one["ts"] == message["ts"])
            return now if words in now["text"] or words in str(now["blocks"]) else None

        return eventually(find)  # type: ignore[no-any-return]


Start = Callable[..., Bot]


@pytest.fixture(autouse=True)
def time_to_spare() -> Iterator[None]:
    with unhurried():
        yield


@dataclass
class Switchboard:
    """One server for all tests: starting and stopping one for each would take most of the time."""

    current: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.current(scope, receive, send)


@dataclass(frozen=True)
class Host:
    board: Switchboard
    server: ServerThread


@pytest.fixture(scope="session")
def hosts() -> Iterator[tuple[Host, Host]]:
    """For the stand-in, and for the bot."""
    boards = Switchboard(Starlette()), Switchboard(Starlette())
    with ServerThread(boards[0]) as slack, ServerThread(boards[1]) as ours:
        yield Host(boards[0], slack), Host(boards[1], ours)


def put_up(
    hosts: tuple[Host, Host], desk: Desk, clock: Any, operators: tuple[str, ...] = (), table_limits: TableLimits = NEWER
) -> Bot:
    """A fresh workspace with the bot in it, over signed HTTP."""
    theirs, ours = hosts
    state = SlackState(table_limits=table_limits)
    state.settings.ack_timeout_s = PATIENCE_S
    details = connection_details(state, theirs.server.url)
    theirs.board.current = slack_app(state)
    tokens = details["bot_token"], details["app_token"], details["signing_secret"], details["api_url"]
    settings = SlackSettings(*tokens, ACCOUNTS, operators)
    client = web_client(settings)
    signed = routes(build_app(desk, settings, client, clock), settings.signing_secret)
    ours.board.current = Starlette(routes=signed)
    session = requests.Session()
    session.trust_env = False
    slack = Slack(state, theirs.server.url, session)
    slack.control("PUT", "request_url", url=f"{ours.server.url}{PATH}")
    store = Store(desk.posts.database, clock)
    return Bot(desk, store, slack, client, build_announcer(desk, settings, client, clock), settings, clock)


def desk_of(store: Store) -> Desk:
    """Its ids are numbered, those of its runs apart: "run-1" is the first that is asked for."""
    ids, run_ids = itertools.count(1), itertools.count(1)
    desk = desk_over(store.database, WEB_LINKS, store.clock, lambda: f"v{next(ids):025d}")
    return replace(desk, runs=Runs(store.database, store.clock, lambda: f"run-{next(run_ids)}"))


@pytest.fixture
def start(hosts: tuple[Host, Host], tmp_path: Path) -> Iterator[Start]:
    """Starts the stand-in and the bot: `start(operators=..., table_limits=..., companies=..., at=..., is_calm=...)`."""
    stores: list[Store] = []

    def begin(
        operators: tuple[str, ...] = (),
        table_limits: TableLimits = NEWER,
        companies: int = 1,
        at: datetime | None = None,
        is_calm: bool = False,
    ) -> Bot:
        clock = Clock(at) if at else Clock()
        stores.append(Store.at(tmp_path / f"store-{len(stores)}.sqlite3", clock, companies, is_calm))
        return put_up(hosts, desk_of(stores[-1]), clock, operators, table_limits)

    yield begin
    for store in stores:
        store.database.close()


@pytest.fixture
def bot(start: Start) -> Bot:
    return start()


@pytest.fixture(scope="session")
def first_synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A company after its first sync, blue, with accounts and a tax type and nothing else."""
    with serving() as sides:
        world = World(tmp_path_factory.mktemp("first"), sides)
        world.connect()
        world.rent(), world.repairs(), world.gst()
        world.sync_blue()
        world.app.close()
        yield world


@pytest.fixture
def world(first_synced: World, tmp_path: Path) -> Iterator[World]:
    """Another one just like it, for one test."""
    made = first_synced.twin(tmp_path)
    yield made
    made.app.close()
