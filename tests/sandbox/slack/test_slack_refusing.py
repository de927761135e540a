"""What a channel refuses when it is told to, markdown text, files in forms and workflow buttons, over real HTTP."""

from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.patience import PATIENCE_S

ACCOUNTS = "C0ACCOUNTS"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}


@pytest.fixture
def client(workspace: Any) -> WebClient:
    made: WebClient = workspace.client()
    return made


def error_of(call: Any, **given: Any) -> str:
    """Slack's word for what it refuses, "" when it takes it."""
    try:
        call(**given)
    except SlackApiError as refused:
        return str(refused.response["error"])
    return ""


def tried(client: WebClient, channel: str = ACCOUNTS) -> list[str]:
    """What a post, a reply and an edit of a message that stands there already are answered."""
    [first] = [one["ts"] for one in client.conversations_history(channel=channel)["messages"]][-1:]
    return [
        error_of(client.chat_postMessage, channel=channel, text="x", blocks=[SECTION]),
        error_of(client.chat_postMessage, channel=channel, text="x", blocks=[SECTION], thread_ts=first),
        error_of(client.chat_update, channel=channel, ts=first, text="y", blocks=[SECTION]),
    ]


NEVER = ["channel_not_found", "ekm_access_denied", "is_archived", "team_access_not_granted"]
NOT_SPOKEN = ["restricted_action", "restricted_action_read_only_channel", "not_in_channel", "no_permission"]
NOT_IN_THREADS = [
    "restricted_action_non_threadable_channel",
    "restricted_action_thread_locked",
    "cannot_reply_to_message",
]
NOT_EDITED = ["cant_update_message", "edit_window_closed", "message_not_found"]


@pytest.mark.parametrize(
    ("error", "forbidden"),
    [
        *((error, [True, True, True]) for error in NEVER),
        *((error, [True, True, False]) for error in NOT_SPOKEN),
        *((error, [False, True, False]) for error in NOT_IN_THREADS),
        *((error, [False, False, True]) for error in NOT_EDITED),
        ("restricted_action_thread_only_channel", [True, False, False]),
    ],
)
def test_a_channel_refuses_what_its_error_means_until_it_no_longer_does(
    workspace: Any, client: WebClient, error: str, forbidden: list[bool]
) -> None:
    client.chat_postMessage(channel=ACCOUNTS, text="first")
    workspace.turn("refusal", channel="#accounts", error=error)
    assert tried(client) == [error if one else "" for one in forbidden]
    workspace.turn("refusal", channel="#accounts", error="")
    assert tried(client) == ["", "", ""]


def test_what_is_refused_can_be_chosen(workspace: Any, client: WebClient) -> None:
    client.chat_postMessage(channel=ACCOUNTS, text="first")
    answer = workspace.turn("refusal", channel="#accounts", error="restricted_action", of=["update"])
    assert answer.json()["of"] == ["update"]
    assert tried(client) == ["", "", "restricted_action"]
    assert workspace.turn("refusal", channel="#accounts", error="x", of=["shout"]).status_code == 400


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long"])
def test_what_is_refused_for_its_blocks_goes_through_as_plain_text(
    workspace: Any, client: WebClient, error: str
) -> None:
    client.chat_postMessage(channel=ACCOUNTS, text="first")
    workspace.turn("refusal", channel="#accounts", error=error)
    assert tried(client) == [error] * 3
    assert client.chat_postMessage(channel=ACCOUNTS, text="plain")["ok"]


def test_other_channels_and_direct_messages_are_left_alone(workspace: Any, client: WebClient) -> None:
    workspace.turn("refusal", channel="#accounts", error="restricted_action")
    assert client.chat_postMessage(channel="D0ANA", text="to ana")["ok"]
    workspace.turn("refusal", channel="D0ANA", error="messages_tab_disabled")
    assert error_of(client.chat_postMessage, channel="D0ANA", text="x") == "messages_tab_disabled"


def test_a_file_is_not_shared_where_the_app_may_not_post(workspace: Any, client: WebClient) -> None:
    workspace.turn("refusal", channel="#accounts", error="restricted_action")
    assert error_of(client.files_upload_v2, channel=ACCOUNTS, content="x", filename="x.csv") == "restricted_action"
    assert workspace.messages() == []


def test_markdown_text_stands_alone(workspace: Any, client: WebClient) -> None:
    ts = str(client.chat_postMessage(channel=ACCOUNTS, markdown_text="**bold**")["ts"])
    [message] = workspace.messages()
    assert [block["type"] for block in message["blocks"]] == ["markdown"]
    assert "<strong>bold</strong>" in requests.get(workspace.details["page_url"], timeout=PATIENCE_S).text
    client.chat_update(channel=ACCOUNTS, ts=ts, markdown_text="*less*")
    assert [one["text"] for one in workspace.messages()] == ["*less*"]


@pytest.mark.parametrize("beside", [{"text": "x"}, {"blocks": [SECTION]}, {"text": "x", "blocks": [SECTION]}])
def test_markdown_text_beside_text_or_blocks_is_a_conflict(client: WebClient, beside: dict[str, Any]) -> None:
    ts = str(client.chat_postMessage(channel=ACCOUNTS, text="first")["ts"])
    said = {"channel": ACCOUNTS, "markdown_text": "**bold**", **beside}
    assert error_of(client.chat_postMessage, **said) == "markdown_text_conflict"
    assert error_of(client.chat_update, ts=ts, **said) == "markdown_text_conflict"
    assert error_of(client.chat_postEphemeral, user="U0ANA", **said) == "markdown_text_conflict"


def test_markdown_text_has_room_for_12000_characters(client: WebClient) -> None:
    assert error_of(client.chat_postMessage, channel=ACCOUNTS, markdown_text="x" * 12_000) == ""
    assert error_of(client.chat_postMessage, channel=ACCOUNTS, markdown_text="x" * 12_001) == "msg_too_long"


CONTENT = b"a,b\r\n1,2\r\n\r\n--not the boundary\x00\xff"


def upload(client: WebClient, **sent: Any) -> tuple[int, str]:
    ticket = client.files_getUploadURLExternal(filename="x.csv", length=len(CONTENT))
    answer = requests.post(str(ticket["upload_url"]), timeout=PATIENCE_S, **sent)
    return answer.status_code, str(ticket["file_id"])


@pytest.mark.parametrize("field", ["file", "filename", "0"])
def test_a_file_may_go_up_in_a_form(workspace: Any, client: WebClient, field: str) -> None:
    status, file_id = upload(client, files={field: ("x.csv", CONTENT)}, data={"note": "beside it"})
    assert status == 200
    client.files_completeUploadExternal(files=[{"id": file_id, "title": "x"}], channel_id=ACCOUNTS)
    [message] = workspace.messages()
    assert requests.get(message["files"][0]["url_private"], timeout=PATIENCE_S).content == CONTENT


@pytest.mark.parametrize(
    "sent",
    [
        {"files": {"file": ("x.csv", CONTENT + b"more")}},
        {"files": [("a", ("a.csv", CONTENT)), ("b", ("b.csv", CONTENT))]},
        {"data": b"--x\r\nno end", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"data": CONTENT, "headers": {"content-type": "multipart/form-data"}},
        {"data": CONTENT + b"more"},
    ],
)
def test_a_form_without_exactly_the_announced_bytes_is_refused(client: WebClient, sent: dict[str, Any]) -> None:
    assert upload(client, **sent)[0] == 400


def test_the_bytes_alone_are_as_good(client: WebClient) -> None:
    assert upload(client, data=CONTENT)[0] == 200


def test_a_workflow_button_is_drawn_and_its_click_tells_its_workflow(
    workspace: Any, client: WebClient, over_http: Any
) -> None:
    workflow = {"trigger": {"url": "https://slack.com/shortcuts/Ft0123ABC456/xyz"}}
    label = {"type": "plain_text", "text": "Run workflow"}
    element = {"type": "workflow_button", "action_id": "more", "text": label, "workflow": workflow}
    ts = client.chat_postMessage(channel=ACCOUNTS, text="x", blocks=[{"type": "actions", "elements": [element]}])["ts"]
    assert "Run workflow</button>" in requests.get(workspace.details["page_url"], timeout=PATIENCE_S).text
    assert workspace.act("click", user="@ana", channel="#accounts", ts=ts, action_id="more")["ok"]
    [body] = workspace.wait(lambda: over_http.payloads("more"))
    assert body["actions"][0]["workflow"] == workflow
