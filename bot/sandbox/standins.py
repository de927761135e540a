"""Starts stand-ins on localhost: their servers, and each one alone as `qbo-sync sandbox` serves it."""

import os
import signal
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from types import FrameType

from starlette.types import ASGIApp

from bot.core.faults import UserError
from bot.sandbox import quickbooks, released, slack
from bot.sandbox.http.knobs import Knobs
from bot.sandbox.http.serving import ServerThread
from bot.sandbox.slack.workspace.workspace import User, default_workspace

REALM = "9341450000000000"
COMPANY = "company-1"
API_KEY = "released-sandbox-key"
FIRST_NAMES = ("Aroha", "Daniel", "Emma", "Finn", "Grace", "Hemi", "Isla", "Jack", "Kiri", "Liam", "Mere", "Ngaio")


@dataclass(frozen=True)
class Filling:
    """Without a `seed` a stand-in is empty; with one it holds `size` documents (or people), the same every time.

    `sample` is for QuickBooks: a company like Intuit's own US sample, instead of an empty one.
    """

    seed: int | None
    size: int
    sample: bool = False


@dataclass(frozen=True)
class StandIn:
    """`details` is what a client needs to connect: the JSON line of `qbo-sync sandbox`."""

    server: ServerThread
    details: dict[str, str]


def utc_now() -> datetime:
    return datetime.now(UTC)


def serve(app: ASGIApp, port: int = 0) -> ServerThread:
    """On 127.0.0.1; port 0 is any free one. Raises UserError when the port cannot be had."""
    try:
        return ServerThread(app, port).start()
    except OSError as error:
        why = os.strerror(error.errno).lower() if error.errno else str(error)
        raise UserError(
            f"Port {port} cannot be used ({why}). Choose another one with --port, or 0 for any that is free."
        ) from None


def quickbooks_alone(port: int, filling: Filling, latency_ms: int) -> StandIn:
    """One company: the sample, or what a new company has in QuickBooks; a seed adds names, documents and payments."""
    state = quickbooks.QuickBooksState(utc_now, filling.seed or 0)
    if filling.sample:
        quickbooks.add_sample(state, REALM)
    else:
        state.add_company(REALM, "Sandbox Company", country="NZ")
    if filling.seed is not None:
        quickbooks.seed(state, REALM, filling.seed, filling.size)
    server = serve(quickbooks.app(state, Knobs(latency_ms)), port)
    return StandIn(server, quickbooks.connection_details(state, REALM, server.url))


def released_alone(port: int, filling: Filling, latency_ms: int) -> StandIn:
    """One company without records; a seed adds contacts, documents, payments and attachments."""
    state = released.ReleasedState(utc_now, API_KEY, released.numbered_ids())
    state.add_company(id=COMPANY, name="Sandbox Company")
    if filling.seed is not None:
        released.seed(state, COMPANY, filling.seed, filling.size)
    server = serve(released.app(state, Knobs(latency_ms)), port)
    return StandIn(server, released.connection_details(state, server.url))


def slack_alone(port: int, filling: Filling, latency_ms: int) -> StandIn:
    """A workspace of three people and two channels without a message; a seed decides the ids and adds people."""
    more = _people(filling) if filling.seed is not None else []
    state = slack.SlackState(seed=filling.seed or 0, workspace=default_workspace(more))
    server = serve(slack.app(state, Knobs(latency_ms)), port)
    return StandIn(server, {"url": server.url, **slack.connection_details(state, server.url)})


def _people(filling: Filling) -> list[User]:
    names = Random(filling.seed)
    chosen = [names.choice(FIRST_NAMES) for _ in range(filling.size)]
    return [User(f"U0MORE{place}", f"{name.lower()}{place}", f"{name} {place}") for place, name in enumerate(chosen, 1)]


def when_told_to_stop() -> threading.Event:
    """Is set by SIGTERM and by Ctrl-C, which from now on do nothing else."""
    stopped = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    return stopped
