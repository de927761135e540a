"""What Slack takes in no channel reaches those who may act directly, once, with the reason; all who look read it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot.core.runs import Flag, Trigger
from bot.core.team.roles import Role
from bot.slack.build import build_announcer, utc_now
from bot.slack.messages.history import mark
from tests.slack.causes.test_routes import failing, route
from tests.slack.conftest import ACCOUNTS, ANA, BEN, Bot, Start, eventually
from tests.slack.messages.test_outbox_once import dies_before

SETTINGS = "or an admin chooses another channel with `/qbo-sync settings`"
INVITE = "/invite @qbo-sync"
REMEDIES = {
    "restricted_action": "lets qbo-sync post",
    "restricted_action_read_only_channel": "lets qbo-sync post",
    "restricted_action_thread_only_channel": "allows new messages",
    "not_in_channel": INVITE,
    "channel_not_found": INVITE,
    "is_archived": "unarchives it",
    "ekm_access_denied": "A workspace admin lifts that",
    "team_access_not_granted": "An admin of the organisation grants it",
    "no_permission": INVITE,
}
INVITED_FOR = {word for word, remedy in REMEDIES.items() if remedy == INVITE}
CLOSED = ["channel_not_found", "ekm_access_denied", "is_archived", "team_access_not_granted"]


def refuse(bot: Bot, error: str, channel: str = "#accounts", **of: Any) -> None:
    bot.slack.control("PUT", "refusal", channel=channel, error=error, **of)


def direct(bot: Bot, user: str = "@ana") -> list[dict[str, Any]]:
    return bot.slack.seen(user, "@qbo-sync")


def texts(bot: Bot, channel: str = "#accounts") -> list[str]:
    return [one["text"] for one in bot.slack.seen("@ben", channel)]


def looks(bot: Bot, times: int = 4, seconds: float = 6) -> None:
    for _ in range(times):
        bot.look(seconds)


@contextmanager
def at_this_moment(bot: Bot) -> Iterator[None]:
    """What a person does is signed with Slack's clock, and refused when that is minutes ahead."""
    clock, bot.slack.state.clock = bot.slack.state.clock, utc_now
    yield
    bot.slack.state.clock = clock


def overview(bot: Bot) -> str:
    """As it is answered now, and not what stands there from before."""
    before = len(overviews(bot))
    with at_this_moment(bot):
        bot.slack.command()
    return str(eventually(lambda: overviews(bot)[before:])[0]["blocks"])


def overviews(bot: Bot) -> list[dict[str, Any]]:
    return [one for one in bot.slack.seen() if "open.company" in str(one.get("blocks"))]


def app_home(bot: Bot, user: str = "@ana") -> str:
    with at_this_moment(bot):
        bot.slack.control("POST", "home", user=user)
    return eventually(lambda: str(bot.slack.control("GET", "views", user=user)["home"] or ""))  # type: ignore[no-any-return]


def recover(bot: Bot) -> None:
    bot.store.sync()


def another_cause(bot: Bot) -> None:
    bot.store.add_rows(failing())


@pytest.fixture
def red(start: Start) -> Bot:
    """Harbour is red and nothing was said yet; Slack's clock goes with ours."""
    bot = start()
    bot.slack.state.clock = bot.clock
    bot.slack.control("PUT", "rate_limits", enabled=False)
    return bot


@pytest.mark.parametrize("error", REMEDIES)
def test_a_red_message_that_its_channel_does_not_take_goes_to_whoever_may_act_once_and_says_why(
    red: Bot, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(red, error)
    with caplog.at_level(logging.WARNING):
        looks(red)
    [message] = direct(red)
    assert message["text"].startswith("🟥 Red · Harbour City Property · 29 records need attention, 1 cause")
    reason = str(message["blocks"][0])
    assert f"Sent to you because it cannot be posted in <#{ACCOUNTS}>" in reason and REMEDIES[error] in reason
    assert "cause.retry" in str(message["blocks"])
    assert direct(red, "@ben") == [] and texts(red) == []
    [first, *_] = [record.getMessage() for record in caplog.records if error in record.getMessage()]
    assert REMEDIES[error] in first and ACCOUNTS in first
    assert (INVITE in first) is (error in INVITED_FOR)


@pytest.mark.parametrize("error", REMEDIES)
def test_the_overview_and_the_app_home_name_the_company_the_channel_the_reason_and_the_remedy(
    red: Bot, error: str
) -> None:
    refuse(red, error)
    looks(red, 1)
    for said in (overview(red), app_home(red), app_home(red, "@ben")):
        assert f"Messages cannot be posted in <#{ACCOUNTS}>" in said
        assert REMEDIES[error] in said and SETTINGS in said
        assert (INVITE in said) is (error in INVITED_FOR)
    assert f"⚠ messages cannot be posted in <#{ACCOUNTS}>" in overview(red)
    red.slack.control("POST", "shortcut", user="@ben", callback_id="overview")
    assert REMEDIES[error] in str(red.modal("cannot be posted", user="@ben"))


@pytest.mark.parametrize("error", REMEDIES)
def test_once_the_channel_takes_messages_again_it_goes_on_there_and_the_notice_is_gone(red: Bot, error: str) -> None:
    refuse(red, error)
    looks(red)
    refuse(red, "")
    looks(red, 1, seconds=61)
    looks(red, 1)
    [there] = texts(red)
    assert "29 records need attention" in there
    [told] = direct(red)
    assert told["text"] == f"🟥 Red · Harbour City Property · goes on in <#{ACCOUNTS}>"
    assert "button" not in str(told["blocks"])
    assert "cannot be posted" not in overview(red) + app_home(red)


def test_the_home_of_somebody_who_looked_lately_changes_by_itself(red: Bot) -> None:
    assert "cannot be posted" not in app_home(red)
    refuse(red, "restricted_action")
    looks(red, 2)
    assert "cannot be posted" in str(red.slack.control("GET", "views", user="@ana")["home"])
    refuse(red, "")
    looks(red, 2, seconds=61)
    assert "cannot be posted" not in str(red.slack.control("GET", "views", user="@ana")["home"])


def test_named_operators_admins_and_members_of_their_groups_are_told(red: Bot) -> None:
    red.desk.team.name_for_roles({BEN: Role.OPERATOR, "S0LEDGER": Role.ADMIN}, red.desk.team.roles(), ANA)
    refuse(red, "restricted_action")
    looks(red)
    assert [len(direct(red, user)) for user in ("@ana", "@ben", "@cleo")] == [1, 1, 0]


def test_whoever_cannot_be_told_keeps_nobody_else_from_it(red: Bot) -> None:
    red.desk.team.name_for_roles({"U0GONE": Role.OPERATOR, BEN: Role.OPERATOR}, red.desk.team.roles(), ANA)
    refuse(red, "restricted_action")
    refuse(red, "messages_tab_disabled", channel="D0BEN")
    looks(red)
    refuse(red, "", channel="D0BEN")
    looks(red, 2, seconds=61)
    assert len(direct(red, "@ben")) == 1


def test_the_direct_message_stays_true_hears_of_new_causes_and_of_the_recovery(red: Bot) -> None:
    refuse(red, "restricted_action")
    looks(red)
    another_cause(red)
    looks(red)
    [message] = direct(red)
    assert "30 records need attention, 2 causes" in message["text"]
    recover(red)
    looks(red)
    message, recovered = direct(red)
    assert message["text"] == "🔵 Blue · Harbour City Property · back in sync"
    assert "back in sync after" in recovered["text"]
    assert texts(red) == []


def test_the_next_episode_is_told_directly_anew(red: Bot) -> None:
    rows = red.store.rows()
    refuse(red, "restricted_action")
    looks(red)
    recover(red)
    looks(red)
    red.store.sync(rows, Flag.RED)
    looks(red)
    assert len([one for one in direct(red) if one["text"].startswith("🟥 Red")]) == 1
    assert len(direct(red)) == 3


def test_restarts_and_a_second_process_do_not_repeat_it(red: Bot) -> None:
    refuse(red, "restricted_action")
    looks(red, 2)
    for _ in range(3):
        red.announcer = build_announcer(red.desk, red.settings, red.client, red.clock)
        looks(red, 2)
    assert len(direct(red)) == 1


def test_a_process_that_dies_between_the_claim_and_the_post_is_taken_over(red: Bot) -> None:
    refuse(red, "restricted_action")
    with dies_before("release"):
        red.look()  # the claim on the channel's message stays as well
    red.announcer = build_announcer(red.desk, red.settings, red.client, red.clock)
    looks(red, 20)
    assert len(direct(red)) == 1


@pytest.mark.parametrize("effect", [{"kind": "drop_after"}, {"kind": "after_reply", "status": 502, "body": "bad"}])
def test_a_direct_message_whose_answer_was_lost_stands_there_once(red: Bot, effect: dict[str, Any]) -> None:
    refuse(red, "restricted_action")
    match = {"path": "chat.postMessage", "body": "D0ANA"}
    red.slack.control("POST", "faults", match=match, times=1, effect=effect)
    looks(red, 8)
    assert len(direct(red)) == 1


def test_a_process_that_dies_before_it_noted_the_direct_message_has_posted_it_once(red: Bot) -> None:
    refuse(red, "restricted_action")
    with dies_before("note"):
        red.look()
    red.announcer = build_announcer(red.desk, red.settings, red.client, red.clock)
    looks(red, 20)
    assert len(direct(red)) == 1


CLAIM = "red-in:harbour|D0ANA:first"


def test_the_claim_on_a_direct_message_that_a_dead_process_left_is_taken_over_in_time(red: Bot) -> None:
    refuse(red, "restricted_action")
    assert red.desk.posts.claim(CLAIM)
    looks(red, 8)
    assert direct(red) == [], "another process may still be at it"
    looks(red, 4)
    assert len(direct(red)) == 1


def test_a_direct_message_that_a_dead_process_posted_is_found_and_made_true(red: Bot) -> None:
    refuse(red, "restricted_action")
    assert red.desk.posts.claim(CLAIM)
    red.client.chat_postMessage(channel="D0ANA", text="as it was", metadata=mark(CLAIM))
    looks(red, 14)
    [message] = direct(red)
    assert "29 records need attention" in message["text"]


@pytest.mark.parametrize("error", CLOSED)
def test_a_red_message_that_cannot_be_changed_any_more_goes_on_directly_and_is_closed_once_it_can(
    red: Bot, error: str
) -> None:
    looks(red)
    refuse(red, error)
    another_cause(red)
    looks(red)
    [message] = direct(red)
    assert "30 records need attention, 2 causes" in message["text"]
    assert f"Messages cannot be posted in <#{ACCOUNTS}>" in overview(red)
    recover(red)
    looks(red)
    assert "back in sync after" in direct(red)[-1]["text"]
    assert "29 records need attention" in texts(red)[0], "it cannot be struck through yet"
    refuse(red, "")
    looks(red, 4, seconds=61)
    assert texts(red)[0] == "🔵 Blue · Harbour City Property · back in sync"
    assert "cannot be posted" not in overview(red)


@pytest.mark.parametrize("error", ["cant_update_message", "edit_window_closed"])
def test_what_changes_where_nothing_can_be_edited_is_posted_anew_but_not_at_every_change(red: Bot, error: str) -> None:
    looks(red)
    refuse(red, error)
    another_cause(red)
    looks(red)
    assert ["29 records" in one for one in texts(red)] == [True, False] and "30 records" in texts(red)[1]
    said = overview(red)
    assert f"Messages in <#{ACCOUNTS}>" not in said and f"Messages cannot be changed in <#{ACCOUNTS}>" in said
    assert "What changes is posted anew" in said and direct(red) == []
    for _ in range(5):
        red.store.go_through(1)
        looks(red, 2, seconds=61)
    assert len(texts(red)) == 2
    looks(red, 1, seconds=3600)
    assert len(texts(red)) == 3 and "25 records" in texts(red)[2]
    refuse(red, "")
    red.store.go_through(1)
    looks(red, 2, seconds=61)
    assert len(texts(red)) == 3 and "24 records" in texts(red)[2]
    assert "cannot be changed" not in overview(red)


def test_a_deleted_red_message_comes_anew_once_and_goes_on(red: Bot) -> None:
    looks(red)
    [message] = red.slack.seen("@ben")
    red.client.chat_delete(channel=ACCOUNTS, ts=message["ts"])
    another_cause(red)
    looks(red)
    [now] = texts(red)
    assert "30 records need attention" in now and "cannot" not in overview(red)
    recover(red)
    looks(red)
    assert "back in sync" in texts(red)[0]


def test_a_deleted_red_message_whose_channel_takes_nothing_any_more_goes_on_directly(red: Bot) -> None:
    looks(red)
    [message] = red.slack.seen("@ben")
    red.client.chat_delete(channel=ACCOUNTS, ts=message["ts"])
    refuse(red, "restricted_action")
    another_cause(red)
    looks(red)
    [told] = direct(red)
    assert "30 records need attention" in told["text"] and texts(red) == []


@pytest.mark.parametrize("error", ["cant_update_message", "edit_window_closed", "message_not_found"])
def test_a_run_whose_message_cannot_be_edited_is_told_when_it_ends_and_not_at_every_step(red: Bot, error: str) -> None:
    recover(red)
    looks(red)
    before = len(texts(red))
    run, _ = red.desk.runs.request("harbour", ANA, Trigger.PERSON)
    looks(red)
    refuse(red, error)
    for done in range(10):
        red.store.change_run(run.run_id, progress=replace(run.progress, phase="reading invoices", done=done, total=99))
        looks(red, 1, seconds=3)
    red.store.finish(run.run_id, Flag.BLUE)
    looks(red, 3, seconds=61)
    new = texts(red)[before:]
    assert len([one for one in new if "in sync" in one and "syncing" not in one]) == 1
    assert len(new) <= 3


REPLIES = ["restricted_action_non_threadable_channel", "restricted_action_thread_locked", "cannot_reply_to_message"]


@pytest.mark.parametrize("error", REPLIES)
def test_a_new_cause_is_told_outside_of_the_thread_where_no_reply_is_taken(red: Bot, error: str) -> None:
    from_start = _noted_and_shown(red)
    refuse(red, error)
    _later_cause(red)
    looks(red)
    [line] = [one for one in red.slack.seen("@ben") if "new:" in one["text"]]
    assert not line.get("thread_ts") and direct(red) == [] and from_start
    said = overview(red)
    assert f"Replies cannot be posted in <#{ACCOUNTS}>" in said and "outside of threads" in said
    assert INVITE not in said


def test_a_new_cause_that_its_channel_takes_nowhere_is_told_directly(red: Bot) -> None:
    """What stands there can still be edited, which nobody hears."""
    _noted_and_shown(red)
    refuse(red, "restricted_action")
    _later_cause(red)
    looks(red, 8)
    run, _ = red.desk.runs.request("harbour", ANA, Trigger.PERSON)
    looks(red, 8)
    red.store.finish(run.run_id, Flag.RED)
    looks(red, 4)
    [told] = [one for one in direct(red) if "2 causes" in one["text"]]
    assert "RC-7" in str(told["blocks"])


def _noted_and_shown(bot: Bot) -> bool:
    bot.store.note_causes()
    looks(bot)
    return len(texts(bot)) == 1


def _later_cause(bot: Bot) -> None:
    bot.clock.forward(60)
    another_cause(bot)
    bot.store.note_causes()


@pytest.mark.parametrize("error", ["invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"])
def test_what_is_refused_for_its_blocks_comes_as_plain_text_and_so_do_its_changes(
    red: Bot, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(red, error if error != "invalid_blocks_format" else "invalid_blocks")
    with caplog.at_level(logging.WARNING):
        looks(red)
    [message] = red.slack.seen("@ben")
    assert message["text"].startswith("🟥 Red · Harbour City Property · 29 records") and "blocks" not in message
    assert "a fault of qbo-sync" in caplog.text and INVITE not in caplog.text
    another_cause(red)
    looks(red)
    [message] = red.slack.seen("@ben")
    assert "30 records" in message["text"] and "blocks" not in message
    assert direct(red) == [] and "cannot" not in overview(red)


def test_where_only_the_call_of_everybody_is_restricted_the_message_comes_without_it(
    red: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    """slackhq/slack-api-docs#85: the same error, for a message with @channel."""
    seen = red.desk.team.settings("harbour")
    red.desk.team.change_settings(replace(seen, calls_channel=True), seen, ANA)
    match = {"path": "chat.", "body": "!channel"}
    refusal = {"kind": "reply", "status": 200, "body": {"ok": False, "error": "restricted_action"}}
    red.slack.control("POST", "faults", match=match, times=None, effect=refusal)
    with caplog.at_level(logging.WARNING):
        looks(red)
    [message] = red.slack.seen("@ben")
    assert "<!channel>" not in str(message) and "cause.retry" in str(message["blocks"])
    assert direct(red) == [] and "cannot be posted" not in overview(red)
    assert "switch @channel off in /qbo-sync settings" in caplog.text


def test_a_kind_of_cause_whose_own_channel_takes_nothing_is_told_directly_and_the_rest_as_ever(red: Bot) -> None:
    route(red, contacts="C0GENERAL")
    another_cause(red)
    refuse(red, "restricted_action", channel="#general")
    looks(red)
    [own] = texts(red)
    assert "30 records need attention, 2 causes · The product or service RC-7" in own
    [told] = direct(red)
    assert "29 records need attention, 1 cause here" in told["text"]
    assert "Sent to you because it cannot be posted in <#C0GENERAL>" in str(told["blocks"][0])
    assert "cannot be posted in <#C0GENERAL>" in overview(red)
    refuse(red, "", channel="#general")
    looks(red, 2, seconds=61)
    assert "goes on in <#C0GENERAL>" in direct(red)[0]["text"]


def test_a_channel_known_by_its_name_is_no_other(red: Bot) -> None:
    red.announcer.default_channel = "#accounts"
    refuse(red, "restricted_action")
    looks(red)
    assert len(direct(red)) == 1
    refuse(red, "")
    looks(red, 2, seconds=61)
    assert len(texts(red)) == 1 and "goes on in" in direct(red)[0]["text"]


def test_a_rate_limit_or_an_outage_is_no_refusal(red: Bot) -> None:
    red.slack.control("PUT", "outage", on=True)
    looks(red)
    red.slack.control("PUT", "outage", on=False)
    looks(red, 3)
    assert direct(red) == [] and len(texts(red)) == 1 and "cannot be posted" not in overview(red)


@pytest.mark.parametrize(("error", "remedy"), REMEDIES.items())
def test_whoever_asks_for_a_run_where_it_cannot_be_posted_reads_the_true_reason(
    red: Bot, error: str, remedy: str
) -> None:
    refuse(red, error)
    red.slack.command("sync")
    said = red.said("I cannot post in this channel")["text"]
    assert remedy in said and (INVITE in said) is (error in INVITED_FOR)
    assert ("direct message" in said and "syncing" in str(direct(red))) or "waiting" in str(direct(red))
