"""Signing in: one call for one renewal, the right conclusion from every refusal, and no secret in any text."""

import base64
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.adapters.quickbooks import oauth
from bot.adapters.quickbooks.oauth import (
    IntuitApp,
    TokenSet,
    authorization_url,
    exchange_code,
    refresh,
    refusal,
    revoke,
)
from bot.core.faults import Action, ApiError, Side
from bot.sandbox.http.exchange import Request, Response, json_response
from tests.adapters.conftest import Server

GIVEN = "refresh-1"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TOKENS = {
    "token_type": "bearer",
    "access_token": "access-2",
    "expires_in": 3600,
    "refresh_token": "refresh-2",
    "x_refresh_token_expires_in": 8726400,
}


@pytest.fixture(autouse=True)
def _fresh_discovery() -> Iterator[None]:
    oauth._discovery.clear()
    yield
    oauth._discovery.clear()


@pytest.fixture
def app(server: Server) -> IntuitApp:
    return IntuitApp("client", "hush-secret", "https://bot.example/callback", f"{server.url}/disc")


def intuit(server: Server, *token_answers: Response) -> None:
    """A sign-in service whose token endpoint gives these answers, the last one for ever."""
    left = list(token_answers)
    addresses = ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "issuer", "jwks_uri")
    document = {name: f"{server.url}/{name}" for name in (*addresses, "userinfo_endpoint")}

    def answer(request: Request) -> Response:
        if request.path == "/disc":
            return json_response(200, document)
        return left.pop(0) if len(left) > 1 else left[0]

    server.answer = answer


def clock() -> datetime:
    return NOW


def test_a_sign_in_service_that_takes_its_time_is_waited_for(server: Server, app: IntuitApp) -> None:
    """Given up too soon, the new refresh token would be lost with the answer."""
    intuit(server, json_response(200, TOKENS))
    server.knobs.add({"match": {"path": "/token_endpoint"}, "effect": {"kind": "delay", "ms": 200}})

    assert refresh(app, GIVEN, clock).refresh_token == "refresh-2"


def test_a_renewal_brings_tokens_with_their_ends(server: Server, app: IntuitApp) -> None:
    intuit(server, json_response(200, {**TOKENS, "x_refresh_token_hard_expires_in": 1000, "odd": {"x": 1}}))

    tokens = refresh(app, GIVEN, clock)

    assert tokens == TokenSet(
        "access-2",
        "refresh-2",
        NOW + timedelta(hours=1),
        NOW + timedelta(days=101),
        NOW + timedelta(seconds=1000),
    )
    request = server.requests[-1]
    assert parse_qs(request.body.decode()) == {"grant_type": ["refresh_token"], "refresh_token": ["refresh-1"]}
    assert base64.b64decode(request.headers["authorization"].removeprefix("Basic ")) == b"client:hush-secret"
    assert request.headers["x-include-refresh-token-hard-expires-in"] == "true"


def test_the_discovery_document_is_fetched_once_so_that_a_renewal_is_one_call(server: Server, app: IntuitApp) -> None:
    intuit(server, json_response(200, TOKENS))

    for _ in range(3):
        refresh(app, GIVEN, clock)

    assert [request.path for request in server.requests] == ["/disc", *["/token_endpoint"] * 3]


def test_a_code_is_exchanged_with_the_address_it_was_sent_to(server: Server, app: IntuitApp) -> None:
    intuit(server, json_response(200, TOKENS))

    assert exchange_code(app, "code-1", clock).refresh_token == "refresh-2"
    assert parse_qs(server.requests[-1].body.decode()) == {
        "grant_type": ["authorization_code"],
        "code": ["code-1"],
        "redirect_uri": [app.redirect_uri],
    }


def test_consent_is_asked_for_accounting_only_with_our_state(server: Server, app: IntuitApp) -> None:
    intuit(server, json_response(500, {}))

    url = urlsplit(authorization_url(app, "state-1"))

    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{server.url}/authorization_endpoint"
    query = parse_qs(url.query)
    assert query["scope"] == ["com.intuit.quickbooks.accounting"]
    assert query["state"] == ["state-1"] and query["redirect_uri"] == [app.redirect_uri]


def test_a_connection_can_be_ended(server: Server, app: IntuitApp) -> None:
    intuit(server, Response(200))

    revoke(app, GIVEN)

    assert server.requests[-1].path == "/revocation_endpoint"
    assert server.requests[-1].body == b'{"token": "refresh-1"}'


REFUSALS: list[tuple[Any, int, str, Action]] = [
    ({"error": "invalid_grant"}, 400, "invalid_grant", Action.STOP),
    ({"error": "invalid_grant", "error_description": "Token invalid"}, 400, "invalid_grant", Action.STOP),
    ({"error": "invalid_grant", "error_description": "user_not_in_realm"}, 400, "user_not_in_realm", Action.STOP),
    ({"error": "user_not_in_realm"}, 400, "user_not_in_realm", Action.STOP),
    ({"error": "invalid_client"}, 401, "invalid_client", Action.STOP),
    ({"error": "invalid_grant"}, 200, "invalid_grant", Action.STOP),
    ({"error": "something_new"}, 400, "something_new", Action.STOP),
    ({"error": "server_error"}, 500, "server_error", Action.RETRY),
    ({"error": {"code": 1}}, 400, "http-400", Action.STOP),
    ({}, 429, "http-429", Action.RETRY),
    ("<html>", 503, "http-503", Action.RETRY),
    ("<p>You sent refresh_token=refresh-1 with hush-secret</p>", 500, "http-500", Action.RETRY),
    ("refresh-1", 200, "not-json", Action.RETRY),
    ("<html>", 200, "not-json", Action.RETRY),
    ("", 200, "not-json", Action.RETRY),
    ([], 200, "not-json", Action.RETRY),
    (["access_token"], 200, "not-json", Action.RETRY),
    ({**TOKENS, "access_token": None}, 200, "not-json", Action.RETRY),
    ({**TOKENS, "refresh_token": ""}, 200, "not-json", Action.RETRY),
    ({**TOKENS, "expires_in": "soon"}, 200, "not-json", Action.RETRY),
    ({**TOKENS, "expires_in": 10**15}, 200, "not-json", Action.RETRY),
    ("", 302, "http-302", Action.STOP),
]


@pytest.mark.parametrize(("body", "status", "code", "action"), REFUSALS, ids=lambda value: str(value)[:40])
def test_every_refusal_leads_to_the_right_conclusion_and_shows_no_secret(
    server: Server, app: IntuitApp, body: Any, status: int, code: str, action: Action
) -> None:
    headers = {"intuit_tid": "1-abc", "location": f"{server.url}/elsewhere"}
    answer = Response(status, body.encode(), headers) if isinstance(body, str) else json_response(status, body, headers)
    intuit(server, answer)

    with pytest.raises(ApiError) as caught:
        refresh(app, GIVEN, clock)

    error = caught.value
    assert (error.fault.code, error.action, error.fault.side) == (code, action, Side.INTUIT)
    assert server.requests[-1].path == "/token_endpoint", "a redirect must not carry the secret on"
    shown = "".join(traceback.format_exception(error)) + repr(error.faults) + repr(app)
    assert not [secret for secret in ("hush-secret", "refresh-1", "access-2", "refresh-2") if secret in shown]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "truncate"])
def test_a_cut_connection_to_the_sign_in_is_tried_again_later(server: Server, app: IntuitApp, kind: str) -> None:
    intuit(server, json_response(200, TOKENS))
    server.knobs.add({"match": {"path": "token"}, "effect": {"kind": kind}})

    with pytest.raises(ApiError) as caught:
        refresh(app, GIVEN, clock)

    assert caught.value.action is Action.RETRY
    assert caught.value.fault.side is Side.INTUIT


@pytest.mark.parametrize(
    ("answer", "action"),
    [
        (Response(503, b"<html>"), Action.RETRY),
        (Response(200, b"<html>"), Action.RETRY),
        (Response(200, b"[]"), Action.RETRY),
        (Response(200, b'{"token_endpoint":"x"}'), Action.RETRY),
        (Response(404), Action.STOP),
    ],
)
def test_a_broken_discovery_document_is_said_and_not_kept(
    server: Server, app: IntuitApp, answer: Response, action: Action
) -> None:
    server.answers(answer)
    with pytest.raises(ApiError) as caught:
        refresh(app, GIVEN, clock)
    intuit(server, json_response(200, TOKENS))

    assert caught.value.action is action
    assert refresh(app, GIVEN, clock).access_token == "access-2"


def test_recorded_refusals_of_the_token_endpoint_all_ask_for_reconnecting(
    recorded_fault: tuple[int | None, str, bytes, str],
) -> None:
    status, _, body, _ = recorded_fault
    if b'"error":' not in body or b"fault" in body:
        return  # the others are read in test_quickbooks_wire.py

    error = refusal(status or 400, {"Intuit_Tid": "1-x"}, body)

    assert (error.fault.code, error.action, error.fault.trace_id) == ("invalid_grant", Action.STOP, "1-x")
