"""Intuit's sign-in: from a consent or a refresh token to a new pair of tokens, by intuit-oauth with its traps closed.

The library sets no time-out, follows redirects with secrets in hand, fetches the discovery document for every client
and copies whatever the answer holds onto itself; so here each client gets a cached document, and we read the answer.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from intuitlib.client import AuthClient
from intuitlib.config import DISCOVERY_URL
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError

from bot.adapters.http import CONNECT_TIMEOUT_S, network_error, without_netrc
from bot.adapters.replies import parse_json, retry_after_s
from bot.core.faults import Action, ApiError, Fault, Side

TOKEN_TIMEOUT_S = 30.0
# Asks for the end of the five years that no renewal extends; an answer without it is fine too.
HARD_EXPIRY_HEADER = {"x-include-refresh-token-hard-expires-in": "true"}

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class IntuitApp:
    """Our registration with Intuit; `discovery_url` is "production", "sandbox" or the address of such a document."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    discovery_url: str = "production"


@dataclass(frozen=True)
class TokenSet:
    """All instants are aware UTC; `hard_expires_at` is the end that no renewal moves, if Intuit told it."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime
    hard_expires_at: datetime | None = None


def authorization_url(app: IntuitApp, state: str) -> str:
    """Where a company administrator gives consent; `state` comes back and must be unguessable."""
    url: str = _client(app).get_authorization_url([Scopes.ACCOUNTING], state_token=state)
    return url


def exchange_code(app: IntuitApp, code: str, clock: Clock) -> TokenSet:
    """The first tokens. A code counts once: sent twice, Intuit may revoke what it gave the first time."""
    return _tokens(app, lambda client: client.get_bearer_token(code), clock)


def refresh(app: IntuitApp, refresh_token: str, clock: Clock) -> TokenSet:
    """New tokens; the refresh token in them may be a new one and must be kept at once.

    Never two at a time for one token: Intuit may revoke it. Raises ApiError: "invalid_grant" and "invalid_client" STOP,
    RETRY where it passes.
    """
    return _tokens(app, lambda client: client.refresh(refresh_token), clock)


def revoke(app: IntuitApp, token: str) -> None:
    """Ends the connection of a company, on behalf of whoever disconnects it."""
    _answer(app, lambda client: client.revoke(token))


class _Client(AuthClient):  # type: ignore[misc]  # the library has no types
    """AuthClient (which is a requests.Session) with time-outs, without redirects, and with the last answer kept."""

    last: requests.Response | None = None

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        if method.upper() == "GET" and (known := _discovery.get(url)):
            return known
        if method.upper() == "POST":  # carries secrets, which must not follow a redirect
            options["headers"] = {**HARD_EXPIRY_HEADER, **options.get("headers", {})}
            options["allow_redirects"] = False
        options.update(timeout=(CONNECT_TIMEOUT_S, TOKEN_TIMEOUT_S), auth=without_netrc)
        self.last = super().request(method, url, **options)
        return self.last


_discovery: dict[str, requests.Response] = {}  # by address; a document of five addresses that hardly ever changes
_discovery_lock = threading.Lock()


def _client(app: IntuitApp) -> _Client:
    """Raises ApiError when Intuit's discovery document cannot be had."""
    url = DISCOVERY_URL.get(app.discovery_url, app.discovery_url)
    try:
        with _discovery_lock:
            client = _Client(app.client_id, app.client_secret, app.redirect_uri, url)
            if client.last is not None:
                _discovery[url] = client.last
            return client
    except requests.JSONDecodeError:
        raise _unreadable("the discovery document is not JSON") from None
    except requests.RequestException as problem:
        raise network_error(problem, Side.INTUIT) from None
    except AuthClientError as problem:
        raise refusal(problem.status_code, problem.headers, problem.content) from None
    except (KeyError, TypeError):
        raise _unreadable("the discovery document lacks an address") from None


def _answer(app: IntuitApp, call: Callable[[_Client], object]) -> requests.Response:
    """The answer to a call on a client. `from None`: the library puts whole bodies into the texts of its exceptions."""
    client = _client(app)
    client.last = None
    try:
        call(client)
    except requests.JSONDecodeError:
        raise _unreadable("the answer is not JSON") from None
    except requests.RequestException as problem:
        raise network_error(problem, Side.INTUIT) from None
    except AuthClientError as problem:
        raise refusal(problem.status_code, problem.headers, problem.content) from None
    except (TypeError, AttributeError):
        raise _unreadable("the answer is not a JSON object") from None
    if client.last is None:
        raise _unreadable("there was no answer")
    return client.last


def _tokens(app: IntuitApp, call: Callable[[_Client], object], clock: Clock) -> TokenSet:
    asked_at = clock()
    response = _answer(app, call)
    try:
        reply = parse_json(response.content)
    except ValueError:
        reply = None
    if isinstance(reply, Mapping) and reply.get("error"):
        raise refusal(400, response.headers, response.content)
    try:
        return _token_set(reply, asked_at)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise _unreadable("the answer holds no tokens") from None


def _token_set(reply: Any, asked_at: datetime) -> TokenSet:
    """Counted from when we asked, so that a slow answer never makes a token look younger than it is."""
    access_token, refresh_token = reply["access_token"], reply["refresh_token"]
    if not (isinstance(access_token, str) and access_token and isinstance(refresh_token, str) and refresh_token):
        raise ValueError("empty token")
    hard_s = reply.get("x_refresh_token_hard_expires_in")
    return TokenSet(
        access_token,
        refresh_token,
        asked_at + timedelta(seconds=int(reply["expires_in"])),
        asked_at + timedelta(seconds=int(reply["x_refresh_token_expires_in"])),
        asked_at + timedelta(seconds=int(hard_s)) if hard_s else None,
    )


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> ApiError:
    """An error answer of the token endpoint (RFC 6749 5.2): 400 means a dead grant as well as a wrong secret."""
    lower = {name.lower(): value for name, value in headers.items()}
    trace_id = lower.get("intuit_tid", "")
    try:
        reply = parse_json(body)
    except ValueError:
        reply = None
    error = reply.get("error") if isinstance(reply, Mapping) else None
    if isinstance(error, str) and error:
        said = str(reply.get("error_description") or "")
        # A user who is not in the company comes as an invalid_grant with that word in its description.
        code = "user_not_in_realm" if "user_not_in_realm" in said.lower().replace(" ", "_") else error
        fault = Fault(code, error, said, kind="OAuth", http_status=status, trace_id=trace_id, side=Side.INTUIT)
    else:
        # Nothing of the body is kept: what echoes a request to this address echoes secrets.
        fault = Fault(f"http-{status}", http_status=status, trace_id=trace_id, side=Side.INTUIT)
    return ApiError(fault, retry_after_s=retry_after_s(lower))


def _unreadable(why: str) -> ApiError:
    return ApiError(Fault("not-json", message=why, side=Side.INTUIT), action=Action.RETRY)
