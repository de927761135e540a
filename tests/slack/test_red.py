"""A change to red speaks once, with causes and the click that puts them right; recovery says so in one quiet line."""

import pytest

from bot.core.runs import Flag, RedReason, RunState, Trigger
from bot.slack.build import build_announcer
from tests.slack.conftest import ANA, Bot, eventually
from tests.slack.scenes import kiosk_is_unlinked
from tests.slack.seeding import KIOSK


def red(bot: Bot) -> dict[str, object]:
    bot.tick()
    return bot.said("cause.1.harbour", user="@ben")


def recover(bot: Bot) -> None:
    bot.store.sync()


def test_a_change_to_red_is_one_new_message_that_pings_nobody_by_name(bot: Bot) -> None:
    message = red(bot)
    assert str(message["text"]).startswith("🟥 Red · Harbour City Property · 29 records need attention, 1 cause")
    for _ in range(4):
        bot.tick(seconds=6)
    assert len(bot.slack.seen("@ben")) == 1
    assert bot.slack.control("GET", "notifications") == []


def test_the_red_message_follows_the_causes_without_speaking_again(bot: Bot) -> None:
    message = red(bot)
    bot.store.go_through(5)
    bot.tick(seconds=6)
    bot.after(message, "24 records need attention")
    assert len(bot.slack.calls("chat.postMessage")) == 1


def test_recovery_is_one_quiet_line_and_the_red_message_is_closed(bot: Bot) -> None:
    message = red(bot)
    recover(bot)
    bot.tick()
    closed = bot.after(message, "~🟥 Red · Harbour City Property · 29 records need attention, 1 cause~")
    assert "button" not in str(closed["blocks"])
    lines = [one["text"] for one in bot.slack.seen("@ben") if "back in sync after" in one["text"]]
    assert len(lines) == 1 and lines[0].startswith("🔵 Blue · Harbour City Property · back in sync after")
    for _ in range(3):
        bot.tick(seconds=6)
    assert len([one for one in bot.slack.seen("@ben") if "back in sync after" in one["text"]]) == 1
    assert bot.slack.control("GET", "notifications") == []


def test_the_next_episode_speaks_again(bot: Bot) -> None:
    bot.slack.control("PUT", "rate_limits", enabled=False)
    first = red(bot)
    rows = list(bot.store.rows())
    recover(bot)
    bot.tick()
    bot.store.sync(rows, Flag.RED)
    bot.tick(seconds=6)
    second = bot.said("cause.1.harbour", user="@ben")
    assert second["ts"] != first["ts"]


def test_a_restart_and_a_second_process_do_not_repeat_it(bot: Bot) -> None:
    red(bot)
    for _ in range(3):
        build_announcer(bot.desk, bot.settings, bot.client, bot.clock).tick()
    assert len(bot.slack.seen("@ben")) == 1


def test_retry_starts_a_run_with_a_living_message_and_takes_the_buttons_away_meanwhile(bot: Bot) -> None:
    message = red(bot)
    bot.slack.click(message, "cause.retry")
    bot.said("waiting to start", user="@ben")
    assert [run.requested_by for run in bot.store.runs()] == [ANA]
    bot.tick()
    changed = bot.after(message, "syncing now, started by <@U0ANA>")
    assert "cause.retry" not in str(changed["blocks"])
    bot.store.finish("run-1", Flag.RED)
    bot.tick()
    bot.after(message, "cause.retry")


def test_relink_is_one_click_says_who_and_can_be_undone(bot: Bot) -> None:
    kiosk_is_unlinked(bot.store)
    message = red(bot)
    assert "Kiosk Ltd is unlinked" in str(message)
    bot.slack.click(message, "cause.relink")
    told = bot.said("1 record relinked by @ana", user="@ben")
    assert told["thread_ts"] == message["ts"]
    eventually(lambda: "waiting to start" in str(bot.slack.seen("@ben")))
    assert [deed.what for deed in bot.deeds()] == ["relink"] and len(bot.store.runs()) == 1
    bot.slack.click(told, "links.undo")
    eventually(lambda: "Undone: 1 record unlinked again by @ana" in str(bot.slack.seen("@ben")))


def test_show_opens_what_a_cause_holds_up(bot: Bot) -> None:
    bot.slack.click(red(bot), "cause.show", user="@ben")
    own = bot.said("results.refresh", user="@ben")
    assert "needs attention · held up by one cause · 29 of 120" in own["text"]


def test_all_results_of_a_red_message_are_what_needs_attention(bot: Bot) -> None:
    bot.slack.click(red(bot), "open.red", user="@ben")
    assert "needs attention · 29 of 120" in bot.said("results.refresh", user="@ben")["text"]


def test_unlink_from_a_cause_says_what_follows_and_is_told_in_the_thread(bot: Bot) -> None:
    message = red(bot)
    bot.slack.click(message, "cause.more", value=f"unlink|harbour|{KIOSK}")
    bot.modal("Unlink 1")
    bot.slack.in_modal("extent", value="everything")
    bot.modal("Unlink 29")
    assert bot.slack.submit(note={"note": "sold"}, extent={"extent": "everything"})["ok"]
    told = bot.said("29 records unlinked (“sold”) by @ana", user="@ben")
    assert told["thread_ts"] == message["ts"]


def test_more_detail_of_a_cause_opens_at_once(bot: Bot) -> None:
    bot.slack.click(red(bot), "cause.more", user="@ben", value=f"detail|harbour|{KIOSK}")
    assert "detail.choose" not in str(bot.modal("How to fix it", user="@ben"))


def test_a_cause_that_is_gone_is_answered_in_words(bot: Bot) -> None:
    message = red(bot)
    bot.store.put([])
    bot.slack.click(message, "cause.retry")
    bot.said("This has been dealt with already.")
    assert bot.store.runs() == []


def test_a_grant_that_died_is_told_like_red_until_it_is_repaired(bot: Bot) -> None:
    bot.slack.control("PUT", "rate_limits", enabled=False)
    recover(bot)
    bot.tick()
    error = "QuickBooks no longer lets us in: connect again with qbo-sync connect."
    run, _ = bot.desk.runs.request("harbour", "", Trigger.SCHEDULE)
    bot.store.change_run(run.run_id, state=RunState.INCOMPLETE, error=error, finished_at=bot.clock())
    bot.store.change_company(needs_reconnect=True)
    bot.tick(seconds=6)
    message = bot.said("needs reconnecting to QuickBooks", user="@ben")
    assert "connect again" in str(message["blocks"]) and "sync.company" not in str(message["blocks"])
    bot.slack.click(message, "home.reconnect", user="@ben")
    bot.modal("must be reconnected to QuickBooks", user="@ben")
    bot.store.sync()
    bot.tick(seconds=6)
    bot.after(message, "back in sync")


@pytest.mark.parametrize("reason", list(RedReason))
def test_red_without_a_failed_record_says_its_reason(bot: Bot, reason: RedReason) -> None:
    bot.store.sync([], Flag.RED, red_reason=reason, error="Look first.")
    bot.tick()
    words = {
        RedReason.SAFETY_STOP: "stopped for safety before writing anything",
        RedReason.OUT_OF_BALANCE: "the totals of the two sides differ",
        RedReason.UNREADABLE: "not everything could be read",
    }
    message = bot.said("red.harbour", user="@ben")
    assert words[reason] in message["text"] and "Look first." in str(message["blocks"])


def test_a_safety_stop_goes_on_only_when_an_operator_says_so(bot: Bot) -> None:
    bot.store.sync([], Flag.RED, red_reason=RedReason.SAFETY_STOP, error="Look first.")
    bot.tick()
    message = bot.said("red.harbour", user="@ben")
    assert "Continue anyway" in str(message["blocks"]) and "Sync again" not in str(message["blocks"])
    assert "Have you looked at the list?" in str(message["blocks"])
    bot.slack.click(message, "sync.accept", user="@ben")
    bot.said("workspace admin", user="@ben")
    bot.slack.click(message, "sync.accept")
    eventually(bot.deeds)
    assert [(deed.what, deed.by) for deed in bot.deeds()] == [("override", ANA)]
    assert [run.accepts_stop for run in bot.store.runs()] == [False, True]
