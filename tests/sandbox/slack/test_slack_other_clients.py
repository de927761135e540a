"""What other clients of Slack send and ours does not: Markdown as text, uploads by form, buttons of workflows."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from slack_sdk import WebClient

from bot.sandbox.http.serving import ServerThread
from bot.sandbox.slack import SlackState, app, connection_details
from tests.patience import PATIENCE_S
from tests.sandbox.slack.test_slack_web_api import ACCOUNTS, SECTION, Clock, refused

MARKDOWN = "**2 of 3** invoices are _linked_"
WORKFLOW = {
    "type": "workflow_button",
    "action_id": "start",
    "text": {"type": "plain_text", "text": "Ask for a refund"},
    "workflow": {
        "trigger": {
            "url": "https://slack.com/shortcuts/Ft0123ABC456/xyz",
            "customizable_input_parameters": [{"name": "invoice", "value": "INV-7"}],
        }
    },
}
CONTENT = b"a,b\r\n--x\r\n\r\n1,2\r\n"


@pytest.fixture
def state() -> SlackState:
    state = SlackState(clock=Clock())
    state.rate_limits.enabled = False
    return state


@pytest.fixture
def url(state: SlackState) -> Iterator[str]:
    with ServerThread(app(state)) as server:
        connection_details(state, server.url)
        yield server.url


@pytest.fixture
def client(state: SlackState, url: str) -> WebClient:
    return WebClient(state.credentials.bot_token, base_url=f"{url}/api/")


def page(url: str) -> str:
    query = {"user": "ana", "channel": "accounts"}
    return requests.get(url, query, timeout=PATIENCE_S).text


def test_markdown_is_posted_alone_and_shown_as_such(client: WebClient, state: SlackState) -> None:
    posted = client.chat_postMessage(channel=ACCOUNTS, markdown_text=MARKDOWN)
    message = posted["message"]
    assert (message["text"], message["blocks"][0]["type"]) == (MARKDOWN, "markdown")
    client.chat_postEphemeral(channel=ACCOUNTS, user="U0ANA", markdown_text=MARKDOWN)
    assert [one.text for one in state.messages.seen_by("U0ANA", ACCOUNTS)] == [MARKDOWN] * 2
    changed = client.chat_update(channel=ACCOUNTS, ts=str(posted["ts"]), markdown_text="# All of them")
    assert (changed["text"], changed["message"]["blocks"][0]["text"]) == ("# All of them", "# All of them")


@pytest.mark.parametrize("beside", [{"text": "x"}, {"blocks": [SECTION]}], ids=["text", "blocks"])
def test_markdown_beside_text_or_blocks_is_refused(client: WebClient, beside: dict[str, Any]) -> None:
    answer = refused(client.chat_postMessage, channel=ACCOUNTS, markdown_text=MARKDOWN, **beside)
    assert answer["error"] == "markdown_text_conflict"


def test_markdown_has_at_most_12000_characters(client: WebClient) -> None:
    assert client.chat_postMessage(channel=ACCOUNTS, markdown_text="x" * 12_000)["ok"]
    assert refused(client.chat_postMessage, channel=ACCOUNTS, markdown_text="x" * 12_001)["error"] == "msg_too_long"


@pytest.mark.parametrize("field", ["file", "filename"])
def test_a_file_may_come_as_a_form_whatever_stands_in_it(client: WebClient, field: str) -> None:
    ticket = client.files_getUploadURLExternal(filename="x.csv", length=len(CONTENT))
    form = {field: ("x.csv", CONTENT, "text/csv")}
    answer = requests.post(str(ticket["upload_url"]), files=form, data={"title": "x"}, timeout=PATIENCE_S)
    assert (answer.status_code, answer.text) == (200, f"OK - {len(CONTENT)}")
    done = client.files_completeUploadExternal(files=[{"id": str(ticket["file_id"])}], channel_id=ACCOUNTS)
    assert requests.get(done["files"][0]["url_private"], timeout=PATIENCE_S).content == CONTENT


def test_a_form_without_a_file_or_of_another_length_is_refused(client: WebClient) -> None:
    ticket = client.files_getUploadURLExternal(filename="x.csv", length=len(CONTENT))
    address = str(ticket["upload_url"])
    for form in ({"file": ("x.csv", CONTENT[1:])}, {"file": (None, CONTENT)}):
        assert requests.post(address, files=form, timeout=PATIENCE_S).status_code == 400
    headers = {"content-type": "multipart/form-data"}
    assert requests.post(address, data=CONTENT, headers=headers, timeout=PATIENCE_S).status_code == 400


def test_a_button_that_starts_a_workflow_is_taken_and_drawn_but_starts_none(client: WebClient, url: str) -> None:
    blocks = [{"type": "actions", "elements": [WORKFLOW]}, {**SECTION, "accessory": WORKFLOW}]
    client.chat_postMessage(channel=ACCOUNTS, text="Refunds", blocks=blocks)
    drawn = page(url)
    assert drawn.count("Ask for a refund</button>") == 2 and "is not drawn" not in drawn


@pytest.mark.parametrize("missing", ["text", "action_id", "workflow"])
def test_a_button_that_starts_a_workflow_needs_all_of_it(client: WebClient, missing: str) -> None:
    button = {name: value for name, value in WORKFLOW.items() if name != missing}
    blocks = [{"type": "actions", "elements": [button]}]
    assert refused(client.chat_postMessage, channel=ACCOUNTS, text="x", blocks=blocks)["error"] == "invalid_blocks"
