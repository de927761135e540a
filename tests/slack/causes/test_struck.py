"""What spoke about a cause says so once it is no more: its line in the thread, and the message to whom it was given."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.core.causes.grouping import key
from bot.core.causes.work import Snooze, Work
from bot.core.runs import Flag
from tests.rarely import edge
from tests.slack.causes.test_routes import failing, opened, replies
from tests.slack.causes.test_team import settle as save
from tests.slack.causes.test_team import settling
from tests.slack.conftest import ANA, BEN, Bot, eventually
from tests.slack.scenes import fails_alone
from tests.slack.seeding import KIOSK


@pytest.fixture
def bot(bot: Bot) -> Bot:
    """Hours pass within a second here, so Slack's limits by the minute would be met."""
    bot.slack.control("PUT", "rate_limits", enabled=False)
    return bot


def later(bot: Bot, rows: list[Any], flag: Flag = Flag.RED) -> None:
    """A run an hour later ends with these rows, and the announcer looks a few times."""
    bot.clock.forward(3600)
    bot.store.sync(rows, flag)
    for _ in range(4):
        bot.tick(seconds=6)


def line(bot: Bot, message: dict[str, Any]) -> dict[str, Any]:
    """The one that spoke of the later cause."""
    (found,) = [
        one for one in bot.slack.seen("@ben") if one.get("thread_ts") == message["ts"] and one["ts"] != message["ts"]
    ]
    return dict(found)


def test_the_line_of_a_later_cause_is_struck_through_once_with_what_ended_it(bot: Bot) -> None:
    message, before = opened(bot), list(bot.store.rows())
    later(bot, [*before, failing()])
    assert "~" not in str(line(bot, message)["blocks"])
    later(bot, before)
    struck = line(bot, message)
    assert "new: 1 record~" in str(struck["blocks"]) and "put right with a sync" in str(struck["blocks"])
    assert struck["text"].startswith("Harbour City Property · settled: 1 record · ")
    edits = len([one for one in bot.slack.calls("chat.update") if struck["ts"] in str(one)])
    for _ in range(3):
        bot.tick(seconds=6)
    assert len([one for one in bot.slack.calls("chat.update") if struck["ts"] in str(one)]) == edits == 1


@edge
def test_one_that_comes_again_is_no_longer_struck_through_and_does_not_speak_again(bot: Bot) -> None:
    message, before = opened(bot), list(bot.store.rows())
    for rows in ([*before, failing()], before, [*before, failing()]):
        later(bot, rows)
    assert "~" not in str(line(bot, message)["blocks"])
    later(bot, before)
    assert "new: 1 record~" in str(line(bot, message)["blocks"])
    assert len(replies(bot, message)) == 1


@edge
def test_it_is_struck_through_when_the_episode_ends_as_well_even_after_an_outage(bot: Bot) -> None:
    message, before = opened(bot), list(bot.store.rows())
    later(bot, [*before, failing()])
    bot.slack.control("PUT", "outage", on=True)
    later(bot, [], Flag.BLUE)
    bot.slack.control("PUT", "outage", on=False)
    for _ in range(6):
        bot.tick(seconds=60)
    assert "new: 1 record~" in str(line(bot, message)["blocks"])
    bot.said("back in sync after", user="@ben")


def direct(bot: Bot, user: str = "@ben") -> list[dict[str, Any]]:
    return list(bot.slack.control("GET", "messages", user=user, channel="@qbo-sync"))


def test_whoever_was_given_it_reads_once_that_nothing_is_left_to_do(bot: Bot) -> None:
    settling(bot, opened(bot))
    assert save(bot, assignee=BEN, note="the owner is told")["ok"]
    eventually(lambda: direct(bot))
    settling(bot, bot.said("cause.1.harbour", user="@ben"))
    assert save(bot, assignee=BEN, note="another note")["ok"]
    later(bot, [], Flag.BLUE)
    (told,) = direct(bot)
    assert "~Kiosk Ltd is inactive in QuickBooks" in str(told["blocks"]) and "nothing is left to do" in str(
        told["blocks"]
    )
    assert "settled: 29 records" in told["text"] and "button" not in str(told["blocks"])
    bot.tick(seconds=6)
    assert len([one for one in bot.slack.calls("chat.update") if told["ts"] in str(one)]) == 1


@edge
def test_so_does_whoever_it_was_taken_from_and_a_cause_that_comes_again_is_given_anew(bot: Bot) -> None:
    before = list(bot.store.rows())
    settling(bot, opened(bot))
    assert save(bot, assignee=BEN)["ok"]
    eventually(lambda: direct(bot))
    work = bot.desk.team.work.on("harbour", str(KIOSK))
    bot.desk.team.work.settle(Work("harbour", str(KIOSK), bot.clock(), ANA), work)
    later(bot, [], Flag.BLUE)
    assert "nothing is left to do" in str(direct(bot))
    later(bot, before)
    settling(bot, bot.said("cause.1.harbour", user="@ben"))
    assert save(bot, assignee=BEN)["ok"]
    first, second = eventually(lambda: direct(bot) if len(direct(bot)) == 2 else None)
    bot.tick(seconds=6)
    assert "nothing is left" in str(first) and "nothing is left" not in str(direct(bot)[1]) and second


@edge
def test_what_still_needs_attention_under_another_name_is_not_said_to_be_settled(bot: Bot) -> None:
    settling(bot, opened(bot))
    assert save(bot, assignee=BEN)["ok"]
    eventually(lambda: direct(bot))
    other = fails_alone(KIOSK, "Kiosk Ltd")
    later(bot, [other])
    assert "nothing is left" not in str(direct(bot))


def at_ten_on_monday(bot: Bot) -> None:
    zone = ZoneInfo("Pacific/Auckland")
    today = bot.clock().astimezone(zone).date()
    day = today + timedelta(days=(7 - today.weekday()) % 7 or 7)
    bot.clock.forward(
        (datetime.combine(day, datetime.min.time(), zone) + timedelta(hours=10) - bot.clock()).total_seconds()
    )
    for _ in range(3):
        bot.tick(seconds=6)


def reminders(bot: Bot) -> list[str]:
    return [one["text"] for one in bot.slack.seen("@ben") if "open for" in one["text"]]


@pytest.mark.parametrize("rest", [Snooze.MUTED, Snooze.PERIOD])
def test_nobody_is_reminded_while_every_cause_rests(bot: Bot, rest: Snooze) -> None:
    opened(bot)
    bot.desk.team.work.settle(Work("harbour", str(KIOSK), bot.clock(), ANA, rest=rest), None)
    at_ten_on_monday(bot)
    assert reminders(bot) == []


def test_a_reminder_counts_what_does_not_rest(bot: Bot) -> None:
    bot.store.add_rows(failing())
    opened(bot)
    (kiosk, _) = bot.desk.causes.of("harbour")
    bot.desk.team.work.settle(Work("harbour", key(kiosk), bot.clock(), ANA, rest=Snooze.MUTED), None)
    at_ten_on_monday(bot)
    (said,) = reminders(bot)
    assert "1 record needs attention, 1 cause" in said
