"""How payloads reach the app: signatures, choice of transport, retries of events, reconnection, failures shown."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.http.serving import ServerThread
from bot.sandbox.slack import Shortcut
from tests.patience import PATIENCE_S


class Receiver:
    """An app's HTTP side that keeps what it got and answers as told."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.body = b""
        self.content_type = "text/plain"

    async def __call__(self, request: Request) -> Response:
        self.requests.append((dict(request.headers), await request.body()))
        return Response(self.body, self.status, media_type=self.content_type)


@pytest.fixture
def receiver(workspace: Any) -> Iterator[Receiver]:
    made = Receiver()
    with ServerThread(Starlette(routes=[Route("/slack/events", made.__call__, methods=["POST"])])) as server:
        workspace.turn("request_url", url=f"{server.url}/slack/events")
        yield made


def run(workspace: Any, text: str = "/qbo-sync sync") -> Any:
    return workspace.act("command", user="@ana", channel="#accounts", text=text)


def test_requests_are_signed_over_their_very_bytes(workspace: Any, receiver: Receiver) -> None:
    assert run(workspace, "/qbo-sync sync Kiosk & Sons é") == {"ok": True}
    [(headers, body)] = receiver.requests
    timestamp, signature = headers["x-slack-request-timestamp"], headers["x-slack-signature"]
    right, wrong = SignatureVerifier(workspace.details["signing_secret"]), SignatureVerifier("another")
    assert right.is_valid(body, timestamp, signature)
    assert not right.is_valid(body + b" ", timestamp, signature)
    assert not wrong.is_valid(body, timestamp, signature)


def test_an_app_with_another_secret_refuses_and_the_user_sees_it(workspace: Any, over_http: Any) -> None:
    assert run(workspace) == {"ok": True}
    object.__setattr__(workspace.state.credentials, "signing_secret", "another")
    assert run(workspace)["error"] == "http_client_error"
    assert workspace.messages()[-1]["text"] == "/qbo-sync failed with the error http_client_error"


def test_nobody_there_is_said_to_the_user(workspace: Any) -> None:
    assert run(workspace)["error"] == "dispatch_failed"
    workspace.turn("request_url", url="http://127.0.0.1:9/slack/events")
    assert run(workspace)["error"] == "dispatch_failed"
    assert [one["text"] for one in workspace.messages()] == ["/qbo-sync failed with the error dispatch_failed"] * 2


def test_a_socket_goes_before_a_request_url(workspace: Any, receiver: Receiver, over_socket: Any) -> None:
    assert run(workspace) == {"ok": True}
    assert receiver.requests == [] and len(over_socket.payloads("command")) == 1


def test_the_text_of_an_acknowledgement_is_shown_to_its_user(workspace: Any, receiver: Receiver) -> None:
    receiver.body = b"Syncing..."
    run(workspace)
    receiver.body, receiver.content_type = b'{"response_type": "in_channel", "text": "to all"}', "application/json"
    run(workspace)
    assert [one["text"] for one in workspace.messages("@ana")] == ["Syncing...", "to all"]
    assert [one["text"] for one in workspace.messages("@ben")] == ["to all"]


def test_an_unknown_command_never_reaches_the_app(workspace: Any, receiver: Receiver) -> None:
    assert run(workspace, "/remind me")["error"] == "invalid_command"
    assert receiver.requests == [] and "not a valid command" in workspace.messages()[0]["text"]


def test_an_unacknowledged_event_comes_three_times_again_with_its_number(workspace: Any, receiver: Receiver) -> None:
    receiver.status = 500
    workspace.turn("settings", retry_delays_s=[0, 0, 0])
    workspace.act("home", user="@ana")
    workspace.wait(lambda: len(receiver.requests) == 4)
    numbers = [headers.get("x-slack-retry-num") for headers, _ in receiver.requests]
    assert numbers == [None, "1", "2", "3"]
    assert len({body for _, body in receiver.requests}) == 1, "the event_id must stay the same"


def test_an_acknowledged_event_comes_once(workspace: Any, receiver: Receiver) -> None:
    workspace.turn("settings", retry_delays_s=[0, 0, 0])
    workspace.act("home", user="@ana")
    workspace.act("home", user="@ben")
    workspace.wait(lambda: len(receiver.requests) == 2)
    run(workspace)
    assert len(receiver.requests) == 3


def test_a_socket_told_to_refresh_comes_back_by_itself(workspace: Any, over_socket: Any) -> None:
    assert workspace.act("disconnect", reason="refresh_requested")["closed"] == 1
    workspace.wait(lambda: workspace.get("connection")["socket"])
    assert run(workspace) == {"ok": True}


def test_a_socket_needs_a_ticket(workspace: Any) -> None:
    answer = requests.get(
        f"{workspace.url}/link?ticket=made-up",
        headers={
            "connection": "Upgrade",
            "upgrade": "websocket",
            "sec-websocket-version": "13",
            "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
        },
        timeout=PATIENCE_S,
    )
    assert answer.status_code == 403


def test_shortcuts_reach_the_app(workspace: Any, over_socket: Any) -> None:
    workspace.state.settings.shortcuts = (Shortcut("Sync now", "sync_now"), Shortcut("Explain", "explain", "message"))
    seen: list[dict[str, Any]] = []

    def remember(ack: Any, body: Any) -> None:
        ack()
        seen.append(body)

    over_socket.app.shortcut("sync_now")(remember)
    over_socket.app.message_shortcut("explain")(remember)
    run(workspace, "/qbo-sync results")
    ts = workspace.wait(workspace.messages)[0]["ts"]
    assert workspace.act("shortcut", user="@ana", callback_id="sync_now")["ok"]
    assert workspace.act("shortcut", user="@ana", callback_id="explain", channel="#accounts", ts=ts)["ok"]
    workspace.wait(lambda: len(seen) == 2)
    assert seen[0]["type"] == "shortcut" and seen[0]["trigger_id"]
    assert seen[1]["type"] == "message_action" and seen[1]["message"]["ts"] == ts


def test_controls_say_what_is_wrong_with_a_request(workspace: Any) -> None:
    click = {"user": "@ana", "channel": "#accounts", "ts": "1.0", "action_id": "x"}
    assert "sees no message" in workspace.act("click", **click)["error"]
    assert "no user" in workspace.act("command", user="@eve", channel="#accounts", text="x")["error"]
    assert "in no channel" in workspace.act("command", user="@cleo", channel="#accounts", text="x")["error"]
    assert "KeyError" in workspace.act("command", user="@ana", channel="#accounts")["error"]
