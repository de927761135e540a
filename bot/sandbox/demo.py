"""The demo: three stand-ins with two companies, and the real bot between them, all on localhost and all thrown away."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.app import App, build, first_tokens
from bot.core.model import RecordRef, RecordType
from bot.core.runs import Trigger
from bot.desk.companies.connect import connect
from bot.jobs.worker import carry_out_one
from bot.sandbox import all_faults, demo_data, quickbooks, released, slack
from bot.sandbox.demo_data import ALL_FAULTS, COMPANIES
from bot.sandbox.http.knobs import Knobs
from bot.sandbox.http.serving import HOST, ServerThread
from bot.sandbox.quickbooks import QuickBooksState
from bot.sandbox.released import ReleasedState
from bot.sandbox.slack.workspace.workspace import ACCOUNTS, BEN
from bot.sandbox.standins import API_KEY, serve, utc_now
from bot.server import start
from bot.settings import Settings
from bot.sync.ending import Finished
from bot.sync.engine import run_sync

DEFAULT_PORT = 8377
SEED = 1
QUICKBOOKS_LATENCY_MS = 300
RELEASED_LATENCY_MS = 40
"""Slow enough to see a sync at work on the page."""
READ_BY_BOLT = (
    *("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"),
    *("SLACK_BOT_TOKEN", "SLACK_VERIFICATION_TOKEN"),
)


@dataclass(frozen=True)
class Demo:
    """The bot, connected to both companies, and the stand-ins: their state, and where they are served."""

    app: App
    quickbooks: QuickBooksState
    released: ReleasedState
    quickbooks_url: str
    released_url: str

    def sync(self, company_id: str) -> Finished:
        """A run here and now, as `qbo-sync sync` makes it."""
        run, _ = self.app.desk.runs.request(company_id, "", Trigger.COMMAND)
        return carry_out_one(self.app.engine, run)


@dataclass(frozen=True)
class Pace:
    """Milliseconds before each answer of the APIs; the pages of the stand-ins never wait."""

    quickbooks_ms: int = 0
    released_ms: int = 0


@contextmanager
def opened(slack_settings: Mapping[str, Any] | None = None, pace: Pace | None = None) -> Iterator[Demo]:
    """QuickBooks and Re-Leased served and filled, and the bot connected to them; nothing has been synced yet."""
    books_knobs, rents_knobs = Knobs(), Knobs()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qbo-sync-demo-")))
        books = QuickBooksState(utc_now, SEED)
        rents = ReleasedState(utc_now, API_KEY, released.numbered_ids())
        demo_data.fill(books, rents, utc_now)
        books_server = _served(stack, serve(quickbooks.app(books, books_knobs)))
        rents_server = _served(stack, serve(released.app(rents, rents_knobs)))
        app = build(_settings(folder, books, books_server.url, rents_server.url, slack_settings or {}))
        stack.callback(app.close)
        for company in COMPANIES:
            connect(app.engine, app.vault, company.id, company.realm, first_tokens(books.refresh_token(company.realm)))
        demo = Demo(app, books, rents, books_server.url, rents_server.url)
        _leave_one_out(demo)
        if pace is not None:
            books_knobs.latency_ms, rents_knobs.latency_ms = pace.quickbooks_ms, pace.released_ms
        yield demo


@contextmanager
def running(port: int, pace: Pace | None = None) -> Iterator[tuple[Demo, str]]:
    """The whole demo, and the address of its page: the Slack stand-in on `port`, with the bot answering there."""
    with ExitStack() as stack:
        workspace = slack.SlackState(seed=SEED)
        page = _served(stack, serve(slack.app(workspace), port))
        details = slack.connection_details(workspace, page.url)
        slack_settings = {
            "slack_bot_token": SecretStr(details["bot_token"]),
            "slack_app_token": SecretStr(details["app_token"]),
            "slack_signing_secret": SecretStr(details["signing_secret"]),
            "slack_api_url": details["api_url"],
            "slack_channel": ACCOUNTS,
        }
        demo = stack.enter_context(opened(slack_settings, pace or Pace(QUICKBOOKS_LATENCY_MS, RELEASED_LATENCY_MS)))
        stack.callback(start(demo.app, host=HOST))
        yield demo, details["page_url"]


def forget_the_environment() -> None:
    """No setting of the person's own may reach the demo, and no proxy may come between it and its stand-ins."""
    for name in (*(field.upper() for field in Settings.model_fields), *READ_BY_BOLT):
        os.environ.pop(name, None)
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = f"{HOST},localhost"


def _settings(
    folder: Path, books: QuickBooksState, books_url: str, rents_url: str, slack_settings: Mapping[str, Any]
) -> Settings:
    """Made without looking at the environment or at a .env file; what is not named here has its default."""
    details = quickbooks.connection_details(books, COMPANIES[0].realm, books_url)
    return Settings.model_construct(
        database_url=f"sqlite:///{folder / 'demo.sqlite3'}",
        released_api_url=f"{rents_url}{released.PREFIX}",
        released_api_key=SecretStr(API_KEY),
        released_web_url=rents_url,
        qbo_client_id=details["client_id"],
        qbo_client_secret=SecretStr(details["client_secret"]),
        qbo_api_url=books_url,
        qbo_discovery_url=details["discovery_url"],
        qbo_web_url=books_url,
        **{"port": 0, **slack_settings},
    )


def _served(stack: ExitStack, server: ServerThread) -> ServerThread:
    stack.callback(server.stop)
    return server


def _leave_one_out(demo: Demo) -> None:
    """Before the first sync somebody looks at what it would do in All Faults Ltd, and leaves one tenant out."""
    run_sync(demo.app.engine, ALL_FAULTS.id, demo.app.engine.new_id(), dry_run=True)
    contacts = demo.released.rows(ALL_FAULTS.id, "contacts")
    paused = next(contact["id"] for contact in contacts if contact["name"] == all_faults.UNLINKED)
    demo.app.desk.linking.unlink(ALL_FAULTS.id, [RecordRef(RecordType.CONTACT, paused)], BEN, note="Lease in dispute.")
