"""Every run posts its flag: one living message a person, one a day for the rest, and Slack's troubles only delay it."""

from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from bot.core.runs import Counts, Flag, Progress, RunState, Trigger
from bot.desk.runs import Runs
from bot.slack.build import build_announcer
from tests.slack.conftest import ACCOUNTS, ANA, Bot, Start, eventually


@pytest.fixture
def calm(start: Start) -> Bot:
    """Nothing needs attention, so only runs speak."""
    return start(is_calm=True)


def texts(bot: Bot, user: str = "@ben") -> list[str]:
    return [message["text"] for message in bot.slack.seen(user)]


def test_a_persons_run_is_one_message_from_syncing_over_orange_to_its_flag(calm: Bot) -> None:
    bot = calm
    bot.slack.command("sync")
    message = bot.said("waiting to start", user="@ben")
    bot.store.change_run(
        "run-1", state=RunState.RUNNING, started_at=bot.clock(), progress=Progress("invoices", 84, 151)
    )
    bot.tick()
    bot.after(message, "syncing… · invoices 84 of 151 · started by <@U0ANA>")
    bot.store.change_run("run-1", flag=Flag.ORANGE, problems=2)
    bot.tick()
    bot.after(message, "🔶 Orange · Harbour City Property · syncing, 2 problems so far")
    bot.store.finish("run-1", Flag.BLUE)
    bot.tick()
    bot.after(message, "🔵 Blue · Harbour City Property · in sync · 3 created, 12 updated")
    assert len(bot.slack.seen("@ben")) == 1
    assert bot.slack.control("GET", "notifications") == []


def test_an_unchanged_message_costs_no_call(calm: Bot) -> None:
    bot = calm
    bot.slack.command("sync")
    bot.said("waiting to start")
    bot.store.finish("run-1", Flag.BLUE)
    bot.tick()
    before = len(bot.slack.calls("chat.update"))
    for _ in range(5):
        bot.tick()
    assert len(bot.slack.calls("chat.update")) == before == 1


def test_a_message_is_edited_at_most_every_two_seconds(calm: Bot) -> None:
    bot = calm
    bot.slack.command("sync")
    bot.said("waiting to start")
    for done in range(1, 6):
        bot.store.change_run("run-1", state=RunState.RUNNING, progress=Progress("invoices", done, 9))
        bot.tick(seconds=0.1)
    assert len(bot.slack.calls("chat.update")) == 1
    bot.tick()
    assert "invoices 5 of 9" in texts(bot)[-1]


def test_a_run_that_could_not_run_says_why(calm: Bot) -> None:
    bot = calm
    bot.slack.command("sync")
    message = bot.said("waiting to start", user="@ben")
    now = bot.clock()
    bot.store.change_run("run-1", state=RunState.INCOMPLETE, error="Re-Leased did not answer. <b>", finished_at=now)
    bot.tick()
    bot.after(message, "Re-Leased did not answer. &lt;b&gt;")


def scheduled(bot: Bot, flag: Flag | None, trigger: Trigger = Trigger.SCHEDULE) -> str:
    run, _ = bot.desk.runs.request("harbour", "", trigger)
    if flag is not None:
        bot.store.finish(run.run_id, flag)
    return run.run_id


def test_runs_of_the_schedule_share_one_message_a_day_with_each_flag_in_its_thread(calm: Bot) -> None:
    bot = calm
    for flag, trigger in ((Flag.BLUE, Trigger.SCHEDULE), (Flag.BLUE, Trigger.COMMAND), (Flag.BLUE, Trigger.SCHEDULE)):
        scheduled(bot, flag, trigger)
        bot.tick()
    seen = bot.slack.seen("@ben")
    top = [message for message in seen if not message.get("thread_ts") or message["thread_ts"] == message["ts"]]
    assert len(top) == 1 and top[0]["reply_count"] == 3
    assert "3 syncs today: 3 blue" in top[0]["text"]
    assert "started on the command line" in str(seen)


def test_another_day_gets_another_message(calm: Bot) -> None:
    bot = calm
    scheduled(bot, Flag.BLUE)
    bot.tick()
    bot.clock.forward(24 * 3600)
    scheduled(bot, Flag.BLUE)
    bot.tick()
    assert len([key for key in bot.store.posted() if key.startswith("day:harbour:")]) == 2


def test_a_restarted_bot_goes_on_with_the_same_messages(calm: Bot) -> None:
    bot = calm
    bot.slack.command("sync")
    message = bot.said("waiting to start", user="@ben")
    bot.store.finish("run-1", Flag.BLUE)
    scheduled(bot, Flag.BLUE)
    for _ in range(3):
        bot.clock.forward(3)
        build_announcer(bot.desk, bot.settings, bot.client, bot.clock).tick()
    bot.after(message, "🔵 Blue")
    assert len(bot.slack.calls("chat.postMessage")) == 3


def test_two_processes_post_once(calm: Bot) -> None:
    bot = calm
    scheduled(bot, Flag.BLUE)
    others = [build_announcer(bot.desk, bot.settings, bot.client, bot.clock) for _ in range(3)]
    for announcer in others:
        announcer.tick()
    assert len(bot.slack.calls("chat.postMessage")) == 2


def test_a_slack_outage_only_delays(calm: Bot) -> None:
    bot = calm
    bot.slack.control("PUT", "outage", on=True)
    scheduled(bot, Flag.BLUE)
    for _ in range(3):
        bot.tick()
    assert texts(bot) == []
    bot.slack.control("PUT", "outage", on=False)
    bot.tick(seconds=10)
    bot.tick()
    assert any("🔵 Blue" in text for text in texts(bot))


def test_a_run_asked_for_during_an_outage_is_told_afterwards(calm: Bot) -> None:
    bot = calm
    bot.slack.command("help")
    bot.said("This is what you can ask")
    rule = {"match": {"path": "chat.postMessage"}, "times": 1, "effect": {"kind": "reply", "status": 503, "body": "no"}}
    bot.slack.control("POST", "faults", **rule)
    bot.slack.command("sync")
    eventually(lambda: bot.store.runs())
    bot.tick(seconds=1)
    bot.tick(seconds=15)
    bot.said("waiting to start", user="@ben")


def test_a_rate_limit_is_honoured_and_holds_nothing_else_back(calm: Bot) -> None:
    bot = calm
    rule = {
        "match": {"path": "chat.postMessage"},
        "times": 1,
        "effect": {"kind": "reply", "status": 429, "headers": {"Retry-After": "30"}, "body": {"ok": False}},
    }
    bot.slack.command("sync")
    message = bot.said("waiting to start", user="@ben")
    bot.slack.control("POST", "faults", **rule)
    bot.store.finish("run-1", Flag.BLUE)
    scheduled(bot, Flag.BLUE)
    bot.tick()
    bot.after(message, "🔵 Blue")
    posts = len(bot.slack.calls("chat.postMessage"))
    bot.tick(seconds=20)
    assert len(bot.slack.calls("chat.postMessage")) == posts
    bot.tick(seconds=11)
    assert len(bot.slack.calls("chat.postMessage")) > posts


def test_a_message_that_somebody_deleted_is_posted_anew(calm: Bot) -> None:
    bot = calm
    bot.slack.command("sync")
    message = bot.said("waiting to start", user="@ben")
    bot.client.chat_delete(channel=ACCOUNTS, ts=message["ts"])
    bot.store.finish("run-1", Flag.BLUE)
    bot.tick()
    assert [text for text in texts(bot) if "🔵 Blue" in text]


def test_a_channel_the_bot_was_removed_from_is_left_alone_for_a_while(calm: Bot) -> None:
    bot = calm
    bot.slack.control("PUT", "membership", channel="#accounts", is_member=False)
    scheduled(bot, Flag.BLUE)
    for _ in range(5):
        bot.tick()
    assert len(bot.slack.calls("chat.postMessage")) == 1
    bot.slack.control("PUT", "membership", channel="#accounts", is_member=True)
    bot.tick(seconds=61)
    assert any("🔵 Blue" in text for text in texts(bot))


def test_a_claim_whose_holder_died_is_taken_over(calm: Bot) -> None:
    bot = calm
    scheduled(bot, Flag.BLUE)
    day = bot.clock().astimezone(ZoneInfo("Pacific/Auckland")).date()
    bot.desk.posts.claim(f"day:harbour:{day}")
    bot.look()
    assert texts(bot) == []
    bot.look(seconds=61)
    bot.tick()
    assert any("🔵 Blue" in text for text in texts(bot))


def test_the_announcer_thread_survives_a_failing_desk(calm: Bot) -> None:
    bot = calm
    bot.announcer.every_s = 0.05
    with capture_logs() as logged, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Runs, "changed_since", lambda _runs, _when: 1 / 0)
        bot.announcer.start()
        eventually(lambda: [entry for entry in logged if "the announcer stumbled" in entry["event"]])
    assert logged[0]["reference"]
    bot.desk.runs.request("harbour", "", Trigger.SCHEDULE)
    bot.store.change_run("run-1", state=RunState.FINISHED, flag=Flag.BLUE, counts=Counts(), finished_at=bot.clock())
    eventually(lambda: any("🔵 Blue" in text for text in texts(bot)))
    bot.announcer.stop()


def test_started_by_is_only_said_where_it_pings_nobody(calm: Bot) -> None:
    bot = calm
    bot.slack.command("sync")
    bot.said("waiting to start")
    bot.store.finish("run-1", Flag.BLUE)
    bot.tick()
    assert f"<@{ANA}>" in texts(bot)[-1]
    assert bot.slack.control("GET", "notifications") == []
