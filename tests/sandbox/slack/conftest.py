"""A stand-in workspace on localhost, and an ordinary Bolt app that runs against it over Socket Mode or signed HTTP."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.http.serving import ServerThread
from bot.sandbox.slack import SlackState, app, connection_details
from tests.patience import PATIENCE_S, eventually, unhurried

ROWS = [["INV-2041", 48210, "Kiosk Ltd"], ["INV-7", 120, "Adams & Sons <Ltd>"], ["INV-300", 950, "Zephyr"]]
CUSTOMERS = ["Kiosk Ltd", "Adams & Sons", "Zephyr", "Kiosk North"]


@dataclass
class Workspace:
    """The stand-in as served: post to `/_control` as a person would act, wait for what should come."""

    state: SlackState
    url: str
    details: dict[str, str]

    def act(self, action: str, **body: Any) -> Any:
        return requests.post(f"{self.url}/_control/{action}", json=body, timeout=PATIENCE_S).json()

    def turn(self, knob: str, **body: Any) -> requests.Response:
        return requests.put(f"{self.url}/_control/{knob}", json=body, timeout=PATIENCE_S)

    def get(self, what: str, **query: Any) -> Any:
        return requests.get(f"{self.url}/_control/{what}", params=query, timeout=PATIENCE_S).json()

    def messages(self, user: str = "@ana", channel: str = "#accounts") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("messages", user=user, channel=channel)
        return found

    def modals(self, user: str = "@ana") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("views", user=user)["modals"]
        return found

    def wait(self, look: Callable[[], Any]) -> Any:
        """The first true value that `look` gives."""
        return eventually(look)

    def client(self, token: str | None = None) -> WebClient:
        return WebClient(token or self.details["bot_token"], base_url=self.details["api_url"])


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    state = SlackState()
    with unhurried(state), ServerThread(app(state)) as server:
        yield Workspace(state, server.url, connection_details(state, server.url))


@dataclass
class BoltApp:
    """What the app heard, for the tests to look at."""

    app: App
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    slow: threading.Event = field(default_factory=threading.Event)

    def payloads(self, kind: str) -> list[dict[str, Any]]:
        return [body for name, body in self.heard if name == kind]


def results_blocks(note: str = "") -> list[dict[str, Any]]:
    cells = [[{"type": "raw_text", "text": name} for name in ("Document", "Amount", "Customer")]]
    for number, amount, customer in ROWS:
        cells.append(
            [
                {"type": "raw_text", "text": number},
                {"type": "raw_number", "value": amount, "text": f"NZD {amount:,}.00"},
                {"type": "raw_text", "text": customer},
            ]
        )
    options = [{"text": {"type": "plain_text", "text": f"{n} rows"}, "value": str(n)} for n in (25, 50, 100)]
    menu = [{"text": {"type": "plain_text", "text": "Unlink…"}, "value": "unlink"}]
    return [
        {"type": "header", "text": {"type": "plain_text", "text": "Harbour City Property"}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": f"*3* records need attention {note}"}]},
        {"type": "data_table", "block_id": "table", "caption": "Results", "page_size": 25, "rows": cells},
        {
            "type": "actions",
            "block_id": "controls",
            "elements": [
                {"type": "static_select", "action_id": "rows", "options": options, "initial_option": options[0]},
                button("relink", "Relink…", style="primary"),
                button("quiet", "Only to me"),
                button("hang", "Hang"),
                {"type": "overflow", "action_id": "more", "options": menu},
            ],
        },
    ]


def button(action_id: str, text: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}, **more}


def relink_view(title: str = "Relink") -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "relink",
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Relink"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "notify_on_close": True,
        "blocks": [
            {
                "type": "input",
                "block_id": "customer",
                "label": {"type": "plain_text", "text": "Customer"},
                "element": {"type": "external_select", "action_id": "customer", "min_query_length": 1},
            },
            {
                "type": "input",
                "block_id": "note",
                "label": {"type": "plain_text", "text": "Note"},
                "element": {"type": "plain_text_input", "action_id": "note", "min_length": 3},
            },
        ],
    }


def make_bolt_app(details: dict[str, str]) -> BoltApp:
    client = WebClient(details["bot_token"], base_url=details["api_url"])
    bolt = App(
        client=client, signing_secret=details["signing_secret"], listener_executor=ThreadPoolExecutor(max_workers=32)
    )
    made = BoltApp(bolt)

    @bolt.command("/qbo-sync")
    def run(ack: Any, body: Any, client: WebClient, respond: Any) -> None:
        made.heard.append(("command", body))
        if body["text"] == "hang":
            made.slow.wait(PATIENCE_S)
        ack()
        if body["text"] == "quietly":
            respond(text="Only you see this", blocks=results_blocks("(yours)"))
        elif body["text"] == "results":
            client.chat_postMessage(channel=body["channel_id"], text="3 records", blocks=results_blocks())

    @bolt.action("rows")
    def rows(ack: Any, body: Any, client: WebClient) -> None:
        ack()
        made.heard.append(("rows", body))
        chosen = body["actions"][0]["selected_option"]["text"]["text"]
        where = {"channel": body["channel"]["id"], "ts": body["container"]["message_ts"]}
        client.chat_update(**where, text="3 records", blocks=results_blocks(f"({chosen})"))

    @bolt.action("relink")
    def relink(ack: Any, body: Any, client: WebClient) -> None:
        ack()
        made.heard.append(("relink", body))
        view = relink_view() | {"private_metadata": f"{body['channel']['id']} {body['container']['message_ts']}"}
        client.views_open(trigger_id=body["trigger_id"], view=view)

    @bolt.options("customer")
    def customers(ack: Any, payload: Any) -> None:
        found = [name for name in CUSTOMERS if payload["value"].lower() in name.lower()]
        ack(options=[{"text": {"type": "plain_text", "text": name}, "value": name.lower()} for name in found])

    @bolt.view("relink")
    def relinked(ack: Any, view: Any, body: Any, client: WebClient) -> None:
        made.heard.append(("submission", body))
        note = view["state"]["values"]["note"]["note"]["value"]
        customer = view["state"]["values"]["customer"]["customer"]["selected_option"]["text"]["text"]
        if note == "wrong":
            ack(response_action="errors", errors={"note": "That cannot be right."})
            return
        ack()
        channel, _, ts = view["private_metadata"].partition(" ")
        text = f"relinked to {customer} by <@{body['user']['id']}>"
        client.chat_update(channel=channel, ts=ts, text="done", blocks=results_blocks(text.replace("&", "&amp;")))

    @bolt.view_closed("relink")
    def closed(ack: Any, body: Any) -> None:
        ack()
        made.heard.append(("closed", body))

    @bolt.action("quiet")
    def quiet(ack: Any, body: Any, respond: Any) -> None:
        ack()
        made.heard.append(("quiet", body))
        if body["container"].get("is_ephemeral"):
            respond(text="changed in place", replace_original=True)
        else:
            respond(text="psst", blocks=[{"type": "actions", "elements": [button("quiet", "Again")]}])

    @bolt.action("more")
    def more(ack: Any, body: Any) -> None:
        ack()
        made.heard.append(("more", body))

    @bolt.action("hang")
    def hang(ack: Any) -> None:
        made.slow.wait(PATIENCE_S)
        ack()

    @bolt.event("app_home_opened")
    def home_opened(event: Any, client: WebClient) -> None:
        made.heard.append(("home", event))
        blocks = [
            {"type": "section", "text": {"type": "mrkdwn", "text": "*Companies*"}, "accessory": button("more", "Go")}
        ]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @bolt.event("app_mention")
    def mentioned(event: Any, say: Any) -> None:
        made.heard.append(("mention", event))
        say(text=f"Hello <@{event['user']}>", thread_ts=event["ts"])

    @bolt.event("message")
    def direct(event: Any) -> None:
        made.heard.append(("direct", event))

    return made


@pytest.fixture
def over_socket(workspace: Workspace) -> Iterator[BoltApp]:
    made = make_bolt_app(workspace.details)
    handler = SocketModeHandler(made.app, workspace.details["app_token"])
    handler.client.proxy = None
    handler.connect()
    workspace.wait(lambda: workspace.get("connection")["socket"])
    yield made
    made.slow.set()
    handler.client.auto_reconnect_enabled = False
    workspace.act("disconnect", reason="link_disabled")  # else the client would wait 3 s for a next message
    try:
        handler.close()
    except AttributeError:  # slack_sdk: its reader closed the same socket at the same moment
        handler.close()


@pytest.fixture
def over_http(workspace: Workspace) -> Iterator[BoltApp]:
    made = make_bolt_app(workspace.details)

    async def receive(request: Request) -> Response:
        body = await request.body()
        answer = await run_in_threadpool(made.app.dispatch, to_bolt_request(request, body))
        return to_starlette_response(answer)

    with ServerThread(Starlette(routes=[Route("/slack/events", receive, methods=["POST"])])) as server:
        workspace.turn("request_url", url=f"{server.url}/slack/events")
        yield made
        made.slow.set()


@pytest.fixture(params=["over_socket", "over_http"])
def bolt(request: pytest.FixtureRequest) -> BoltApp:
    made: BoltApp = request.getfixturevalue(request.param)
    return made
