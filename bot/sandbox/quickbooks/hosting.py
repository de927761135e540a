"""Puts the stand-in on HTTP: API and OAuth to the state, `/_control` to its controls, everything else to the pages."""

from collections.abc import Mapping

import requests
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.http.exchange import Request
from bot.sandbox.http.knobs import Knobs
from bot.sandbox.http.serving import ExchangeApp
from bot.sandbox.quickbooks.api.state import QuickBooksState
from bot.sandbox.quickbooks.web.pages import Pages

PREFIXES = ("/v3/", "/oauth2/", "/v2/oauth2/", "/v1/openid_connect/", "/op/", "/.well-known/")
WEBHOOK_TIMEOUT_S = 10


def app(state: QuickBooksState, knobs: Knobs) -> ASGIApp:
    if state.sender is None:
        state.sender = _post
    return ConcurrencyGate(ExchangeApp(state, knobs, PREFIXES, Pages(state).app), state)


class ConcurrencyGate:
    """Refuses a call while as many as QuickBooks allows at once are under way, the wait for latency included."""

    def __init__(self, inner: ASGIApp, state: QuickBooksState) -> None:
        self.inner, self.state = inner, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = self.state.call_of(Request("", scope["path"])) if scope["type"] == "http" else None
        if call is None:
            await self.inner(scope, receive, send)
        elif not self.state.throttle.enter(call.realm):
            accept = dict(scope["headers"]).get(b"accept", b"").decode("latin-1") or None
            refusal = self.state.throttled(call.realm, accept)
            await Response(refusal.body, refusal.status, dict(refusal.headers))(scope, receive, send)
        else:
            try:
                await self.inner(scope, receive, send)
            finally:
                self.state.throttle.leave(call.realm)


def _post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """The status of the answer, or 0 if there was none."""
    try:
        return requests.post(url, body, headers=dict(headers), timeout=WEBHOOK_TIMEOUT_S).status_code
    except requests.RequestException:
        return 0


def connection_details(state: QuickBooksState, realm: str, url: str) -> dict[str, str]:
    """What a client needs: `url` is the address before /v3; each call makes a new refresh token."""
    return {
        "url": url,
        "discovery_url": f"{url}/.well-known/openid_sandbox_configuration/",
        "realm": realm,
        "client_id": state.oauth.client_id,
        "client_secret": state.oauth.client_secret,
        "refresh_token": state.refresh_token(realm),
    }
