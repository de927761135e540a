"""An unmodified Bolt app, over Socket Mode and over signed HTTP, driven by the acts of a person."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest


def post_results(workspace: Any, user: str = "@ana") -> dict[str, Any]:
    assert workspace.act("command", user=user, channel="#accounts", text="/qbo-sync results") == {"ok": True}
    found: dict[str, Any] = workspace.wait(lambda: workspace.messages(user))[-1]
    return found


def test_a_command_carries_what_slack_sends_and_its_message_is_seen_by_all(workspace: Any, bolt: Any) -> None:
    message = post_results(workspace)
    assert workspace.messages("@ben")[-1] == message
    assert [block["type"] for block in message["blocks"]] == ["header", "context", "data_table", "actions"]
    [body] = bolt.payloads("command")
    assert body["command"] == "/qbo-sync" and body["text"] == "results"
    assert body["user_id"] == "U0ANA" and body["channel_id"] == "C0ACCOUNTS" and body["team_id"].startswith("T")
    assert {"trigger_id", "response_url", "api_app_id", "user_name", "channel_name", "team_domain"} <= set(body)


def test_a_select_in_a_message_gives_state_and_updates_the_message_in_place(workspace: Any, bolt: Any) -> None:
    message = post_results(workspace)
    click = {"user": "@ben", "channel": "#accounts", "ts": message["ts"], "action_id": "rows"}
    assert workspace.act("click", **click, value="50") == {"ok": True}
    workspace.wait(lambda: "(50 rows)" in str(workspace.messages("@ana")[-1]["blocks"]))
    [body] = bolt.payloads("rows")
    assert body["state"]["values"]["controls"]["rows"]["selected_option"]["value"] == "50"
    assert body["container"] == {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": "C0ACCOUNTS",
        "is_ephemeral": False,
    }
    assert body["message"]["ts"] == message["ts"] and body["user"]["id"] == "U0BEN" and body["response_url"]
    assert len(workspace.messages()) == 1


def test_a_modal_goes_from_button_to_suggestion_to_error_to_update(workspace: Any, bolt: Any) -> None:
    message = post_results(workspace)
    workspace.act("click", user="@ana", channel="#accounts", ts=message["ts"], action_id="relink")
    [modal] = workspace.wait(workspace.modals)
    assert workspace.modals("@ben") == []
    missing = workspace.act("submit", user="@ana")
    assert set(missing["errors"]) == {"customer", "note"} and bolt.payloads("submission") == []

    found = workspace.act("suggest", user="@ana", view_id=modal["id"], action_id="customer", query="adams")
    assert [option["value"] for option in found["options"]] == ["adams & sons"]
    values = {"customer": {"customer": "adams & sons"}, "note": {"note": "wrong"}}
    refused = workspace.act("submit", user="@ana", values=values)
    assert refused == {"ok": False, "error": "errors", "errors": {"note": "That cannot be right."}}
    assert len(workspace.modals()) == 1

    assert workspace.act("submit", user="@ana", values={"note": {"note": "same e-mail"}}) == {"ok": True}
    assert workspace.modals() == []
    workspace.wait(lambda: "Adams &amp; Sons" in str(workspace.messages("@ben")[-1]["blocks"]))


def test_closing_a_modal_tells_the_app_that_asked_to_know(workspace: Any, bolt: Any) -> None:
    message = post_results(workspace)
    workspace.act("click", user="@ana", channel="#accounts", ts=message["ts"], action_id="relink")
    workspace.wait(workspace.modals)
    workspace.act("close", user="@ana")
    assert workspace.modals() == []
    [body] = bolt.payloads("closed")
    assert body["is_cleared"] is False and body["view"]["callback_id"] == "relink"


def test_an_ephemeral_answer_is_seen_by_one_and_changed_only_by_its_response_url(workspace: Any, bolt: Any) -> None:
    message = post_results(workspace)
    workspace.act("click", user="@ana", channel="#accounts", ts=message["ts"], action_id="quiet")
    own = workspace.wait(lambda: [one for one in workspace.messages() if one.get("is_ephemeral")])[0]
    assert own["text"] == "psst" and len(workspace.messages("@ben")) == 1
    changed = workspace.client().api_call
    with pytest.raises(Exception, match="message_not_found"):
        changed("chat.update", params={"channel": "C0ACCOUNTS", "ts": own["ts"], "text": "x"})
    workspace.act("click", user="@ana", channel="#accounts", ts=own["ts"], action_id="quiet")
    workspace.wait(lambda: workspace.messages()[-1]["text"] == "changed in place")
    assert workspace.messages()[-1]["ts"] == own["ts"]
    body = bolt.payloads("quiet")[-1]
    assert body["container"]["is_ephemeral"] is True and "message" not in body


def test_an_overflow_menu_sends_the_chosen_option(workspace: Any, bolt: Any) -> None:
    message = post_results(workspace)
    click = {"user": "@ana", "channel": "#accounts", "ts": message["ts"], "action_id": "more"}
    assert workspace.act("click", **click, value="unlink")["ok"]
    workspace.wait(lambda: bolt.payloads("more"))
    assert bolt.payloads("more")[0]["actions"][0]["selected_option"]["value"] == "unlink"
    assert "no option" in workspace.act("click", **click, value="other")["error"]


def test_a_command_not_acknowledged_in_time_fails_in_front_of_its_user_only(workspace: Any, bolt: Any) -> None:
    workspace.turn("settings", ack_timeout_s=0.3)
    outcome = workspace.act("command", user="@ana", channel="#accounts", text="/qbo-sync hang")
    assert outcome == {"ok": False, "error": "operation_timeout"}
    [message] = workspace.messages("@ana")
    assert message["text"] == "/qbo-sync failed with the error operation_timeout" and message["is_ephemeral"]
    assert workspace.messages("@ben") == []


def test_opening_the_home_is_an_event_and_the_home_is_each_persons_own(workspace: Any, bolt: Any) -> None:
    workspace.act("home", user="@ana")
    home = workspace.wait(lambda: workspace.get("views", user="@ana")["home"])
    assert home["type"] == "home" and workspace.get("views", user="@ben")["home"] is None
    assert workspace.act("click", user="@ana", view_id="home", action_id="more")["ok"]
    workspace.wait(lambda: bolt.payloads("more"))
    body = bolt.payloads("more")[0]
    assert body["container"] == {"type": "view", "view_id": home["id"]} and body["view"]["id"] == home["id"]


def test_a_mention_and_a_direct_message_reach_the_app_and_replies_go_to_the_thread(workspace: Any, bolt: Any) -> None:
    posted = workspace.act("command", user="@ana", channel="#accounts", text="@qbo-sync are you <there> & well?")
    workspace.wait(lambda: len(workspace.messages()) == 2)
    question, answer = workspace.messages()
    assert question["text"] == "<@U0QBOSYNC> are you &lt;there&gt; &amp; well?"
    assert answer["thread_ts"] == posted["ts"] and question["reply_count"] == 1
    workspace.act("command", user="@ben", channel="@qbo-sync", text="psst")
    event = workspace.wait(lambda: bolt.payloads("direct"))[0]
    assert event["channel_type"] == "im" and event["user"] == "U0BEN"
    workspace.act("command", user="@ana", channel="#general", text="@qbo-sync not here")
    assert len(bolt.payloads("mention")) == 1


def test_a_burst_of_commands_is_all_acknowledged(workspace: Any, bolt: Any) -> None:
    """60 here; the same with 200 takes a second more."""

    def run(number: int) -> Any:
        return workspace.act("command", user="@ana", channel="#accounts", text=f"/qbo-sync {number}")

    with ThreadPoolExecutor(20) as people:
        outcomes = list(people.map(run, range(60)))
    assert outcomes == [{"ok": True}] * 60
    assert sorted(int(body["text"]) for body in bolt.payloads("command")) == list(range(60))
