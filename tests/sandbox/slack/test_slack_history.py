"""The stand-in's conversations.history and replies keep Slack's rules: order, ends, pages, scopes, metadata."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.sandbox.http.serving import ServerThread
from bot.sandbox.slack import SlackState, app, connection_details
from bot.sandbox.slack.workspace.workspace import BOT_USER_ID, Channel
from tests.sandbox.slack.test_slack_web_api import ACCOUNTS, GENERAL, Clock, refused

MARK = {"event_type": "told", "event_payload": {"key": "k1"}}


@pytest.fixture
def state() -> SlackState:
    state = SlackState(clock=Clock())
    state.rate_limits.enabled = False
    return state


@pytest.fixture
def client(state: SlackState) -> Iterator[WebClient]:
    with ServerThread(app(state)) as server:
        connection_details(state, server.url)
        yield WebClient(state.credentials.bot_token, base_url=f"{server.url}/api/")


def say(client: WebClient, text: str, **more: Any) -> str:
    return str(client.chat_postMessage(channel=ACCOUNTS, text=text, **more)["ts"])


def told(answer: Any) -> list[str]:
    return [message["text"] for message in answer["messages"]]


def test_history_is_newest_first_without_replies_and_what_one_person_saw(client: WebClient) -> None:
    first = say(client, "one")
    say(client, "reply", thread_ts=first)
    say(client, "for all", thread_ts=first, reply_broadcast=True)
    client.chat_postEphemeral(channel=ACCOUNTS, user="U0ANA", text="secret")
    say(client, "two")
    assert told(client.conversations_history(channel=ACCOUNTS)) == ["two", "for all", "one"]


def test_the_ends_are_left_out_unless_asked_for(client: WebClient) -> None:
    one, two, three = (say(client, text) for text in ("one", "two", "three"))
    ends = {"channel": ACCOUNTS, "oldest": one, "latest": three}
    assert told(client.conversations_history(**ends)) == ["two"]
    assert told(client.conversations_history(inclusive=True, **ends)) == ["three", "two", "one"]
    assert told(client.conversations_history(channel=ACCOUNTS, oldest=two)) == ["three"]
    assert refused(client.conversations_history, channel=ACCOUNTS, oldest="x")["error"] == "invalid_ts_oldest"


def test_it_comes_in_pages(client: WebClient) -> None:
    for place in range(5):
        say(client, str(place))
    page = client.conversations_history(channel=ACCOUNTS, limit=2)
    assert told(page) == ["4", "3"] and page["has_more"]
    cursor = page["response_metadata"]["next_cursor"]
    page = client.conversations_history(channel=ACCOUNTS, limit=4, cursor=cursor)
    assert told(page) == ["2", "1", "0"] and not page["has_more"] and not page["response_metadata"]["next_cursor"]
    assert refused(client.conversations_history, channel=ACCOUNTS, limit=5000)["error"] == "invalid_limit"


def test_what_metadata_holds_is_told_to_who_asks(client: WebClient) -> None:
    say(client, "one", metadata=MARK)
    (silent,) = client.conversations_history(channel=ACCOUNTS)["messages"]
    (full,) = client.conversations_history(channel=ACCOUNTS, include_all_metadata=True)["messages"]
    assert silent["metadata"] == {"event_type": "told"} and full["metadata"] == MARK


@pytest.mark.parametrize("metadata", [{"event_type": "told"}, {"event_type": 1, "event_payload": {}}, ["told"]])
def test_metadata_of_another_form_is_refused(client: WebClient, metadata: Any) -> None:
    given = {"channel": ACCOUNTS, "text": "one", "metadata": metadata}
    assert refused(client.chat_postMessage, **given)["error"] == "invalid_metadata_format"


def test_an_edit_keeps_the_metadata(client: WebClient) -> None:
    client.chat_update(channel=ACCOUNTS, ts=say(client, "one", metadata=MARK), text="two")
    (message,) = client.conversations_history(channel=ACCOUNTS, include_all_metadata=True)["messages"]
    assert (message["text"], message["metadata"]) == ("two", MARK)


def test_a_thread_is_its_first_message_and_the_replies_oldest_first(client: WebClient) -> None:
    first = say(client, "first")
    one = say(client, "one", thread_ts=first, metadata=MARK)
    say(client, "two", thread_ts=first)
    say(client, "elsewhere")
    assert told(client.conversations_replies(channel=ACCOUNTS, ts=first)) == ["first", "one", "two"]
    assert told(client.conversations_replies(channel=ACCOUNTS, ts=one, oldest=one)) == ["first", "two"]
    page = client.conversations_replies(channel=ACCOUNTS, ts=first, include_all_metadata=True)
    assert page["messages"][1]["metadata"] == MARK
    assert refused(client.conversations_replies, channel=ACCOUNTS, ts="1.5")["error"] == "thread_not_found"


def test_only_where_the_app_is_and_may_read(client: WebClient, state: SlackState) -> None:
    assert refused(client.conversations_history, channel=GENERAL)["error"] == "not_in_channel"
    assert refused(client.conversations_history, channel="#accounts")["error"] == "channel_not_found"
    state.workspace.channels["C0PRIVATE"] = Channel("C0PRIVATE", "private", {BOT_USER_ID}, is_private=True)
    state.settings.scopes = frozenset({"im:history"})
    for channel, needed in ((ACCOUNTS, "channels:history"), ("C0PRIVATE", "groups:history")):
        answer = refused(client.conversations_history, channel=channel)
        assert (answer["error"], answer["needed"]) == ("missing_scope", needed)
    direct = client.conversations_open(users="U0ANA")["channel"]["id"]
    assert told(client.conversations_history(channel=direct)) == []


def picture(client: WebClient, name: str = "week.png") -> dict[str, Any]:
    file = client.files_upload_v2(content=b"\x89PNG", filename=name)["file"]
    return {"type": "image", "slack_file": {"id": file["id"]}, "alt_text": "two bars"}


def test_an_uploaded_picture_is_shown_once_slack_has_looked_at_it(client: WebClient, state: SlackState) -> None:
    state.settings.file_ready_after_s = 5
    block = picture(client)
    answer = refused(client.chat_postMessage, channel=ACCOUNTS, text="x", blocks=[block])
    assert answer["errors"] == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]
    state.clock.move(seconds=5)  # type: ignore[attr-defined]
    assert client.chat_postMessage(channel=ACCOUNTS, text="x", blocks=[block])["ok"]
    for other in ({**block, "slack_file": {"id": "F0NONE"}}, picture(client, "week.csv")):
        assert refused(client.chat_postMessage, channel=ACCOUNTS, text="x", blocks=[other])["error"] == "invalid_blocks"
