"""The demo as it is after some first syncs, copied from one that was made once: to open and sync it takes seconds."""

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.app import build
from bot.desk.companies.vault import KEY_FILE
from bot.sandbox import demo as bot_demo
from bot.sandbox import quickbooks, released, slack
from bot.sandbox.demo import SEED, Demo, opened
from bot.sandbox.http.knobs import Knobs
from bot.sandbox.http.serving import HOST, ServerThread
from bot.sandbox.quickbooks import QuickBooksState
from bot.sandbox.released import ReleasedState
from bot.sandbox.slack.workspace.workspace import ACCOUNTS
from bot.server import Part, start
from bot.sync.ending import Finished
from tests.patience import unhurried
from tests.store.thrift import thrifty
from tests.twins import twins

WITHOUT_CLOCK = frozenset({Part.WEB, Part.WORKER})
"""Nothing begins by itself while a test looks on, whatever the hour."""


@dataclass(frozen=True)
class Original:
    """Both ledgers, the store and its key, and how the syncs ended; nothing of it is ever changed."""

    quickbooks: QuickBooksState
    released: ReleasedState
    store: bytes
    key: bytes
    finished: Mapping[str, Finished]


@contextmanager
def copied(*synced: str, slack_settings: Mapping[str, Any] | None = None) -> Iterator[Demo]:
    """A demo of its own in which these companies had their first sync, in this order."""
    original = _original(synced)
    books, rents = twins(original.quickbooks, original.released)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qbo-sync-demo-")))
        (folder / "demo.sqlite3").write_bytes(original.store)
        (folder / KEY_FILE).write_bytes(original.key)
        books_url = stack.enter_context(ServerThread(quickbooks.app(books, Knobs()))).url
        rents_url = stack.enter_context(ServerThread(released.app(rents, Knobs()))).url
        app = thrifty(build(bot_demo._settings(folder, books, books_url, rents_url, slack_settings or {})))
        stack.callback(app.close)
        yield Demo(app, books, rents, books_url, rents_url)


@contextmanager
def running_copy(*synced: str) -> Iterator[tuple[Demo, str]]:
    """Such a demo with the Slack stand-in and the bot answering there over Socket Mode; also its page's address."""
    workspace = slack.SlackState(seed=SEED)
    with unhurried(workspace), ServerThread(slack.app(workspace)) as page:
        details = slack.connection_details(workspace, page.url)
        slack_settings = {
            "slack_bot_token": SecretStr(details["bot_token"]),
            "slack_app_token": SecretStr(details["app_token"]),
            "slack_signing_secret": SecretStr(details["signing_secret"]),
            "slack_api_url": details["api_url"],
            "slack_channel": ACCOUNTS,
        }
        with copied(*synced, slack_settings=slack_settings) as demo, ExitStack() as stack:
            stack.callback(start(demo.app, WITHOUT_CLOCK, HOST))
            yield demo, details["page_url"]


def how_it_ended(*synced: str) -> Finished:
    """How the last one of these first syncs ended."""
    return _original(synced).finished[synced[-1]]


@cache
def _original(synced: tuple[str, ...]) -> Original:
    if not synced:
        with opened() as demo:
            return _kept(demo, {})
    *before, company_id = synced
    with copied(*before) as demo:
        return _kept(demo, {**_original(tuple(before)).finished, company_id: demo.sync(company_id)})


def _kept(demo: Demo, finished: Mapping[str, Finished]) -> Original:
    books, rents = twins(demo.quickbooks, demo.released)
    file = Path(demo.app.settings.database_url.removeprefix("sqlite:///"))
    return Original(books, rents, _whole(file), (file.parent / KEY_FILE).read_bytes(), finished)


def _whole(file: Path) -> bytes:
    """What the store holds, also what SQLite has not yet written into its file."""
    with tempfile.NamedTemporaryFile() as target:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target.name)) as backup:
            source.backup(backup)
        return Path(target.name).read_bytes()
