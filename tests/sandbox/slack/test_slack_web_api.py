"""The Web API of the stand-in, called with slack_sdk: answers, refusals under Slack's names, limits, tickets."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.sandbox.http.serving import ServerThread
from bot.sandbox.slack import SlackState, app, connection_details
from tests.patience import PATIENCE_S

ACCOUNTS, GENERAL = "C0ACCOUNTS", "C0GENERAL"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def state(clock: Clock) -> SlackState:
    return SlackState(clock=clock)


@pytest.fixture
def url(state: SlackState) -> Iterator[str]:
    with ServerThread(app(state)) as server:
        connection_details(state, server.url)
        yield server.url


@pytest.fixture
def client(state: SlackState, url: str) -> WebClient:
    return WebClient(state.credentials.bot_token, base_url=f"{url}/api/")


def refused(call: Any, *args: Any, **given: Any) -> dict[str, Any]:
    """The answer of a call that Slack refuses."""
    with pytest.raises(SlackApiError) as caught:
        call(*args, **given)
    answer = caught.value.response.data
    return answer if isinstance(answer, dict) else {"error": str(answer)}


def modal(title: str = "Relink", **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": [SECTION], **more}


def test_each_kind_of_token_opens_only_its_own_methods(url: str, state: SlackState) -> None:
    def client(token: str) -> WebClient:
        return WebClient(token, base_url=f"{url}/api/")

    app_token, bot_token = state.credentials.app_token, state.credentials.bot_token
    assert client(bot_token).auth_test()["user"] == "qbo-sync"
    assert refused(client("xoxb-wrong").auth_test)["error"] == "invalid_auth"
    assert refused(client("").auth_test)["error"] == "not_authed"
    assert refused(client(app_token).auth_test)["error"] == "not_allowed_token_type"
    assert refused(client(bot_token).apps_connections_open, app_token=bot_token)["error"] == "not_allowed_token_type"
    assert client(app_token).apps_connections_open(app_token=app_token)["url"].startswith("ws://127.0.0.1:")


def test_posting_needs_a_channel_the_app_is_in_and_something_to_say(client: WebClient, url: str) -> None:
    assert refused(client.chat_postMessage, channel="C0NOWHERE", text="x")["error"] == "channel_not_found"
    assert refused(client.chat_postMessage, channel=GENERAL, text="x")["error"] == "not_in_channel"
    assert refused(client.chat_postMessage, channel=ACCOUNTS, text="")["error"] == "no_text"
    requests.put(f"{url}/_control/archived", json={"channel": "#accounts", "on": True}, timeout=PATIENCE_S)
    assert refused(client.chat_postMessage, channel=ACCOUNTS, text="x")["error"] == "is_archived"
    client.conversations_join(channel=GENERAL)
    assert client.chat_postMessage(channel="#general", text="x")["channel"] == GENERAL
    assert client.chat_postMessage(channel="U0BEN", text="x")["channel"] == "D0BEN"


def test_bad_blocks_are_refused_with_pointers(client: WebClient) -> None:
    bad = {"type": "section", "text": {"type": "mrkdwn", "text": ""}}
    answer = refused(client.chat_postMessage, channel=ACCOUNTS, text="x", blocks=[SECTION, bad])
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be more than 0 characters [json-pointer:/blocks/1/text/text]"
    ]
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 5
    assert refused(client.chat_postMessage, channel=ACCOUNTS, text="x", blocks=long)["error"] == "msg_blocks_too_long"
    assert refused(client.api_call, "blocks.validate", json={"blocks": [bad]})["errors"][0]["code"] == "too_short"


def test_blocks_come_back_with_ids_and_a_form_is_as_good_as_json(client: WebClient, url: str) -> None:
    headers = {"authorization": f"Bearer {client.token}"}
    form = {"channel": ACCOUNTS, "blocks": '[{"type":"divider"}]', "text": "x"}
    answer = requests.post(f"{url}/api/chat.postMessage", data=form, headers=headers, timeout=PATIENCE_S).json()
    assert answer["ok"] and answer["message"]["blocks"][0]["block_id"]


def test_only_the_apps_own_messages_can_be_changed_or_deleted(client: WebClient, url: str) -> None:
    ts = client.chat_postMessage(channel=ACCOUNTS, text="one", blocks=[SECTION])["ts"]
    assert "blocks" in client.chat_update(channel=ACCOUNTS, ts=ts, text="two", blocks=[SECTION])["message"]
    assert "blocks" not in client.chat_update(channel=ACCOUNTS, ts=ts, text="three")["message"]
    line = {"user": "@ana", "channel": "#accounts", "text": "mine"}
    hers = requests.post(f"{url}/_control/command", json=line, timeout=PATIENCE_S).json()["ts"]
    assert refused(client.chat_update, channel=ACCOUNTS, ts=hers, text="x")["error"] == "cant_update_message"
    assert refused(client.chat_delete, channel=ACCOUNTS, ts=hers)["error"] == "cant_delete_message"
    client.chat_delete(channel=ACCOUNTS, ts=ts)
    assert refused(client.chat_update, channel=ACCOUNTS, ts=ts, text="x")["error"] == "message_not_found"


def test_a_deleted_parent_with_replies_leaves_a_tombstone(client: WebClient, state: SlackState) -> None:
    ts = client.chat_postMessage(channel=ACCOUNTS, text="parent")["ts"]
    client.chat_postMessage(channel=ACCOUNTS, text="reply", thread_ts=ts)
    client.chat_delete(channel=ACCOUNTS, ts=ts)
    assert [one.text for one in state.messages.seen_by("U0ANA", ACCOUNTS)] == ["This message was deleted.", "reply"]


def test_an_ephemeral_message_goes_to_a_member_of_the_channel(client: WebClient, state: SlackState) -> None:
    client.chat_postEphemeral(channel=ACCOUNTS, user="U0ANA", text="psst")
    assert [one.text for one in state.messages.seen_by("U0ANA", ACCOUNTS)] == ["psst"]
    assert state.messages.seen_by("U0BEN", ACCOUNTS) == []
    outsider = refused(client.chat_postEphemeral, channel=ACCOUNTS, user="U0CLEO", text="psst")
    assert outsider["error"] == "user_not_in_channel"


def test_mentions_are_counted_once_for_a_post_and_not_for_edits_or_escaped_text(
    client: WebClient, state: SlackState
) -> None:
    client.chat_postMessage(channel=ACCOUNTS, text="&lt;!channel&gt; tenant &lt;@U0BEN&gt;")
    plain = {"type": "header", "text": {"type": "plain_text", "text": "<!channel>"}}
    ts = client.chat_postMessage(channel=ACCOUNTS, text="x", blocks=[plain])["ts"]
    client.chat_update(channel=ACCOUNTS, ts=ts, text="<!channel>")
    assert state.notifications == []
    client.chat_postMessage(channel=ACCOUNTS, text="<!channel> and <@U0BEN>")
    rich = {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U0ANA"}]}
    client.chat_postMessage(channel=ACCOUNTS, text="x", blocks=[{"type": "rich_text", "elements": [rich]}])
    assert [one.target for one in state.notifications] == ["channel", "U0BEN", "U0ANA"]


def test_a_trigger_lives_three_seconds_and_serves_once(client: WebClient, state: SlackState, clock: Clock) -> None:
    trigger = state.tickets.issue_trigger("U0ANA")
    client.views_open(trigger_id=trigger, view=modal())
    assert refused(client.views_open, trigger_id=trigger, view=modal())["error"] == "exchanged_trigger_id"
    late = state.tickets.issue_trigger("U0ANA")
    clock.move(seconds=3.1)
    assert refused(client.views_open, trigger_id=late, view=modal())["error"] == "expired_trigger_id"


def test_three_modals_may_lie_on_each_other(client: WebClient, state: SlackState) -> None:
    def trigger() -> str:
        return state.tickets.issue_trigger("U0ANA")

    root = client.views_open(trigger_id=trigger(), view=modal("one"))["view"]
    client.views_push(trigger_id=trigger(), view=modal("two"))
    top = client.views_push(trigger_id=trigger(), view=modal("three"))["view"]
    assert top["root_view_id"] == root["id"]
    assert refused(client.views_push, trigger_id=trigger(), view=modal("four"))["error"] == "push_limit_reached"


def test_a_stale_hash_and_a_lost_view_are_refused(client: WebClient, state: SlackState) -> None:
    view = client.views_open(trigger_id=state.tickets.issue_trigger("U0ANA"), view=modal(external_id="x1"))["view"]
    client.views_update(external_id="x1", view=modal("new", external_id="x1"), hash=view["hash"])
    stale = refused(client.views_update, view_id=view["id"], view=modal(), hash=view["hash"])
    assert stale["error"] == "hash_conflict"
    assert refused(client.views_update, view_id="V0", view=modal())["error"] == "not_found"
    answer = refused(client.views_update, view_id=view["id"], view=modal("x" * 25))
    assert answer["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title/text]" in answer["response_metadata"]["messages"][0]
    other = state.tickets.issue_trigger("U0BEN")
    twice = refused(client.views_open, trigger_id=other, view=modal(external_id="x1"))
    assert twice["error"] == "duplicate_external_id"
    big = modal(private_metadata="m" * 3000)
    big["blocks"] = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 90
    assert refused(client.views_open, trigger_id=other, view=big)["error"] == "view_too_large"


def test_a_home_is_published_for_one_user(client: WebClient, state: SlackState) -> None:
    client.views_publish(user_id="U0ANA", view={"type": "home", "blocks": [SECTION]})
    assert state.views.home("U0ANA") and state.views.home("U0BEN") is None
    assert refused(client.views_publish, user_id="U9", view={"type": "home", "blocks": []})["error"] == "user_not_found"


def test_posts_to_a_channel_are_limited_to_one_a_second_after_a_burst(client: WebClient, clock: Clock) -> None:
    for number in range(5):
        client.chat_postMessage(channel=ACCOUNTS, text=str(number))
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=ACCOUNTS, text="too fast")
    assert caught.value.response.status_code == 429 and caught.value.response.headers["Retry-After"] == "1"
    client.chat_postMessage(channel="U0BEN", text="another channel is free")
    clock.move(seconds=1)
    client.chat_postMessage(channel=ACCOUNTS, text="again")


def test_a_tier_is_counted_per_minute_and_limits_can_be_switched_off(client: WebClient, url: str) -> None:
    ts = client.chat_postMessage(channel=ACCOUNTS, text="x")["ts"]
    for number in range(50):
        client.chat_update(channel=ACCOUNTS, ts=ts, text=str(number))
    assert refused(client.chat_update, channel=ACCOUNTS, ts=ts, text="x")["error"] == "ratelimited"
    requests.put(f"{url}/_control/rate_limits", json={"enabled": False}, timeout=PATIENCE_S)
    client.chat_update(channel=ACCOUNTS, ts=ts, text="x")


def test_the_sdks_own_retry_obeys_the_retry_after_header() -> None:
    state = SlackState()
    state.rate_limits.posts_burst = 1
    with ServerThread(app(state)) as server:
        client = WebClient(state.credentials.bot_token, base_url=f"{server.url}/api/")
        client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=2))
        client.chat_postMessage(channel=ACCOUNTS, text="1")
        client.chat_postMessage(channel=ACCOUNTS, text="2")
    assert [call.status for call in state.log] == [200, 429, 200]


def test_an_outage_answers_every_call_with_503_and_the_log_tells_of_it(client: WebClient, url: str) -> None:
    requests.put(f"{url}/_control/outage", json={"on": True}, timeout=PATIENCE_S)
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=ACCOUNTS, text="x")
    assert caught.value.response.status_code == 503
    requests.put(f"{url}/_control/outage", json={"on": False}, timeout=PATIENCE_S)
    client.auth_test()
    log = requests.get(f"{url}/_control/log", timeout=PATIENCE_S).json()
    assert [(call["method"], call["status"], call["error"]) for call in log] == [
        ("chat.postMessage", 503, "outage"),
        ("auth.test", 200, ""),
    ]


def test_the_shared_fault_plan_works_on_the_web_api_too(client: WebClient, url: str) -> None:
    rule = {"match": {"path": "chat.postMessage"}, "effect": {"kind": "after_reply", "status": 500, "body": "oops"}}
    requests.post(f"{url}/_control/faults", json=rule, timeout=PATIENCE_S)
    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel=ACCOUNTS, text="posted all the same")
    query = {"user": "@ana", "channel": "#accounts"}
    [message] = requests.get(f"{url}/_control/messages", params=query, timeout=PATIENCE_S).json()
    assert message["text"] == "posted all the same"


def test_a_response_url_serves_five_times_within_thirty_minutes(state: SlackState, url: str, clock: Clock) -> None:
    def use(key: str, **body: Any) -> requests.Response:
        return requests.post(f"{url}/response/{key}", json=body, timeout=PATIENCE_S)

    key = state.tickets.issue_response_url("U0ANA", GENERAL)
    assert [use(key, text=str(number)).status_code for number in range(6)] == [200] * 5 + [404]
    assert use(key, text="x").json()["error"] == "used_url"
    assert all(one.only_for == "U0ANA" for one in state.messages.seen_by("U0ANA", GENERAL))
    late = state.tickets.issue_response_url("U0ANA", GENERAL)
    clock.move(minutes=31)
    assert use(late, text="x").json()["error"] == "expired_url"
    public = state.tickets.issue_response_url("U0ANA", GENERAL)
    use(public, text="for all", response_type="in_channel")
    assert [one.text for one in state.messages.seen_by("U0BEN", GENERAL)] == ["for all"]


def test_a_response_url_deletes_the_original(state: SlackState, client: WebClient, url: str) -> None:
    client.chat_postEphemeral(channel=ACCOUNTS, user="U0ANA", text="psst")
    [message] = state.messages.seen_by("U0ANA", ACCOUNTS)
    key = state.tickets.issue_response_url("U0ANA", ACCOUNTS, message.ts)
    requests.post(f"{url}/response/{key}", json={"delete_original": True}, timeout=PATIENCE_S)
    assert state.messages.seen_by("U0ANA", ACCOUNTS) == []


def test_a_file_goes_up_in_three_steps_and_comes_down_again(client: WebClient, state: SlackState, url: str) -> None:
    uploaded = client.files_upload_v2(channel=ACCOUNTS, content="a,b\n1,2\n", filename="results.csv", title="All rows")
    [message] = state.messages.seen_by("U0BEN", ACCOUNTS)
    assert message.files[0]["title"] == "All rows"
    assert requests.get(uploaded["file"]["url_private"], timeout=PATIENCE_S).content == b"a,b\n1,2\n"
    ticket = client.files_getUploadURLExternal(filename="x.csv", length=4)
    assert requests.post(str(ticket["upload_url"]), data=b"12345", timeout=PATIENCE_S).status_code == 400
    lost = refused(client.files_completeUploadExternal, files=[{"id": str(ticket["file_id"]), "title": "x"}])
    assert lost["error"] == "file_not_found"


def test_the_directory_tells_who_is_admin_and_where_the_app_is(client: WebClient) -> None:
    users = {user["name"]: user for user in client.users_list()["members"]}
    assert users["ana"]["is_admin"] and not users["ben"]["is_admin"] and not users["ana"]["is_bot"]
    assert users["ana"]["tz"] == "Pacific/Auckland" and users["ana"]["tz_offset"] == 13 * 3600
    member = {one["name"]: one["is_member"] for one in client.conversations_list()["channels"]}
    assert member == {"accounts": True, "general": False}
    assert client.conversations_info(channel=ACCOUNTS)["channel"]["name"] == "accounts"
    assert "U0QBOSYNC" in client.conversations_members(channel=ACCOUNTS)["members"]
    assert client.conversations_open(users="U0BEN")["channel"]["id"] == "D0BEN"
    assert client.usergroups_users_list(usergroup="S0LEDGER")["users"] == ["U0ANA"]
    assert refused(client.users_info, user="U9")["error"] == "user_not_found"


def test_lists_come_in_pages(client: WebClient) -> None:
    first = client.users_list(limit=2)
    second = client.users_list(limit=2, cursor=first["response_metadata"]["next_cursor"])
    assert len(first["members"]) == 2 and first["members"] != second["members"]


def test_a_permalink_opens_the_page_at_its_message(client: WebClient, url: str) -> None:
    ts = client.chat_postMessage(channel=ACCOUNTS, text="here")["ts"]
    link = str(client.chat_getPermalink(channel=ACCOUNTS, message_ts=str(ts))["permalink"])
    page = requests.get(link, timeout=PATIENCE_S)
    assert page.status_code == 200 and f'data-ts="{ts}"' in page.text


def test_the_page_is_sent_what_it_does_not_show_yet_and_of_the_rest_only_the_place(client: WebClient, url: str) -> None:
    first = client.chat_postMessage(channel=ACCOUNTS, text="the first")["ts"]
    second = client.chat_postMessage(channel=ACCOUNTS, text="the second")["ts"]

    def parts(known: dict[str, str]) -> dict[str, tuple[str, str]]:
        """Of each message its stamp and how it is drawn."""
        place = {"user": "U0ANA", "channel": ACCOUNTS}
        drawn = requests.post(f"{url}/fragment/messages", params=place, json=known, timeout=PATIENCE_S).text
        found = re.findall(r'<article[^>]*data-key="([^"]*)"[^>]*?data-revision="([^"]*)"(.*?)</article>', drawn, re.S)
        return {ts: (stamp, body) for ts, stamp, body in found}

    shown = parts({})
    assert "the first" in shown[first][1] and "the second" in shown[second][1]
    known = {ts: stamp for ts, (stamp, _) in shown.items()}
    client.chat_update(channel=ACCOUNTS, ts=second, text="the second, edited")
    again = parts(known)
    assert list(again) == [first, second]
    assert again[first] == (known[first], ">") and "the second, edited" in again[second][1]
