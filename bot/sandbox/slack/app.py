"""The stand-in as one ASGI app: Web API, Socket Mode, page and controls."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.http.knobs import Knobs
from bot.sandbox.http.serving import ExchangeApp
from bot.sandbox.slack.control import control_routes
from bot.sandbox.slack.methods.web_api import API_PREFIX, PREFIXES, WebApi
from bot.sandbox.slack.page import Site
from bot.sandbox.slack.person.delivery import Delivery
from bot.sandbox.slack.person.sockets import Sockets
from bot.sandbox.slack.workspace.state import SlackState

SHARED_CONTROLS = ("/_control/latency", "/_control/faults")


@dataclass(frozen=True)
class SlackApp:
    """Calls of the app run in worker threads; people, sockets and pages live on the event loop.

    The two never wait for the same threads: a handler that calls the Web API before it acknowledges would otherwise
    starve when many people click at once.
    """

    state: SlackState
    exchange: ASGIApp
    people: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if scope["type"] != "lifespan" and not self.state.base_url:
            host, port = scope["server"]
            self.state.base_url = f"http://{host}:{port}"
        if scope["type"] == "http" and path.startswith((*PREFIXES, *SHARED_CONTROLS)):
            await self.exchange(scope, receive, send)
        else:
            await self.people(scope, receive, send)


def app(state: SlackState, knobs: Knobs | None = None) -> ASGIApp:
    """Serve it with `bot.sandbox.http.serving.ServerThread`."""
    sockets = Sockets(state)
    delivery = Delivery(state, sockets)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        delivery.close()

    routes = [*control_routes(delivery), WebSocketRoute("/link", sockets.serve), *Site(delivery).routes()]
    people = Starlette(routes=routes, lifespan=lifespan)
    return SlackApp(state, ExchangeApp(WebApi(state), knobs or Knobs(), PREFIXES), people)


def connection_details(state: SlackState, url: str) -> dict[str, str]:
    """What an app needs to connect to the stand-in served at `url`."""
    state.base_url = url.rstrip("/")
    credentials = state.credentials
    return {
        "api_url": f"{state.base_url}{API_PREFIX}",
        "page_url": f"{state.base_url}/",
        "bot_token": credentials.bot_token,
        "app_token": credentials.app_token,
        "signing_secret": credentials.signing_secret,
    }
