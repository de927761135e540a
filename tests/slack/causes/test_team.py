"""Who looks after a cause, until when it rests, notes, the one direct message and the one reminder a working day."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from blocks.causes import work as pages
from bot.core.causes.work import Snooze, Work
from bot.core.team.roles import Role, Roles
from bot.slack.causes.reminders import is_reminder_due
from tests.blocks import samples
from tests.blocks.checks import check_message, check_modal
from tests.slack.conftest import ANA, BEN, Bot, eventually
from tests.slack.seeding import KIOSK

VALUE = f"harbour|{KIOSK}"


def red(bot: Bot) -> dict[str, Any]:
    bot.tick()
    return bot.said("cause.1.harbour", user="@ben")


def settling(bot: Bot, message: dict[str, Any], user: str = "@ana") -> None:
    bot.slack.click(message, "cause.more", user=user, value=f"work|{VALUE}")
    bot.modal("Who looks after it", user=user)


def settle(bot: Bot, user: str = "@ana", **values: Any) -> Any:
    return bot.slack.submit(user=user, **{name: {name: value} for name, value in values.items()})


def today(bot: Bot) -> Any:
    return bot.clock().astimezone(ZoneInfo("Pacific/Auckland")).date()


def home_of_ben(bot: Bot, words: str) -> str:
    bot.slack.control("POST", "home", user="@ben")
    home = lambda: str(bot.slack.control("GET", "views", user="@ben")["home"] or {})  # noqa: E731
    return str(eventually(lambda: home() if words in home() else None))


def test_a_cause_given_to_somebody_is_one_direct_message_and_stands_in_their_home(bot: Bot) -> None:
    message = red(bot)
    settling(bot, message)
    assert settle(bot, assignee=BEN, note="the owner is told")["ok"]
    told = eventually(lambda: bot.slack.control("GET", "messages", user="@ben", channel="@qbo-sync"))
    assert len(told) == 1 and "28" not in told[0]["text"][:10] and "29 records given to you" in told[0]["text"]
    bot.tick(seconds=6)
    bot.after(message, "“the owner is told”")
    assert "the owner is told" in home_of_ben(bot, "Kiosk Ltd is inactive")
    (entry,) = [one for one in bot.desk.team.audit("harbour", 10) if one.what == "cause"]
    assert (entry.by, entry.after, entry.note) == (ANA, f"given to {BEN}", "the owner is told")


def test_what_one_gives_oneself_is_no_message(bot: Bot) -> None:
    settling(bot, red(bot))
    assert settle(bot, assignee=ANA)["ok"]
    eventually(lambda: bot.desk.team.work.of_person(ANA))
    assert bot.slack.calls("conversations.open") == []


def test_a_snoozed_cause_leaves_the_top_and_is_counted(bot: Bot) -> None:
    message = red(bot)
    settling(bot, message)
    until = today(bot) + timedelta(days=3)
    assert settle(bot, rest="date", until=until.isoformat())["ok"]
    bot.tick(seconds=6)
    changed = bot.after(message, f"1 snoozed until {until.day} ")
    assert "29 records need attention, 1 cause · 1 snoozed until" in changed["text"]
    assert "cause.retry" not in str(changed["blocks"]) and "cause.more" in str(changed["blocks"])
    bot.clock.forward(4 * 86_400)
    bot.tick(seconds=6)
    bot.after(message, "cause.retry")


def test_until_the_next_sync_means_until_one_has_ended(bot: Bot) -> None:
    message = red(bot)
    settling(bot, message)
    assert settle(bot, rest="sync")["ok"]
    bot.tick(seconds=6)
    bot.after(message, "1 snoozed until the next sync")
    run, _ = bot.desk.runs.request("harbour", "", samples.run().trigger)
    bot.store.finish(run.run_id, samples.Flag.RED)
    bot.tick(seconds=6)
    bot.after(message, "cause.retry")


def test_a_muted_cause_is_still_red_and_counted_apart(bot: Bot) -> None:
    message = red(bot)
    settling(bot, message)
    assert settle(bot, rest="muted")["ok"]
    bot.tick(seconds=6)
    changed = bot.after(message, "1 muted")
    assert "29 records need attention, 1 cause" in changed["text"] and "Kiosk Ltd" in str(changed["blocks"])


@pytest.mark.parametrize(("until", "words"), [("", "Choose the day"), ("2020-01-01", "has come already")])
def test_a_date_that_is_missing_or_gone_is_said_at_the_field(bot: Bot, until: str, words: str) -> None:
    settling(bot, red(bot))
    answer = settle(bot, rest="date", **({"until": until} if until else {}))
    assert words in str(answer) and bot.slack.modal() is not None
    assert bot.desk.team.work.on("harbour", str(KIOSK)) is None


def test_a_cause_that_was_put_right_while_the_window_was_open_is_said_to_be(bot: Bot) -> None:
    settling(bot, red(bot))
    bot.store.put([])
    settle(bot, assignee=BEN)
    bot.modal("put right meanwhile")
    assert bot.desk.team.work.on("harbour", str(KIOSK)) is None


def test_whoever_is_slower_sees_so_and_keeps_what_was_entered(bot: Bot) -> None:
    settling(bot, red(bot))
    other = Work("harbour", str(KIOSK), bot.clock(), BEN, BEN, note="mine")
    bot.desk.team.work.settle(other, None)
    settle(bot, assignee=ANA, note="keep me")
    view = bot.modal("Somebody settled this while the window was open")
    assert "keep me" in str(view["blocks"]) and "Now: <@U0BEN> · “mine”" in str(view["blocks"])
    assert bot.desk.team.work.on("harbour", str(KIOSK)).assignee == BEN
    assert settle(bot, assignee=ANA, note="keep me")["ok"]
    assert eventually(lambda: bot.desk.team.work.on("harbour", str(KIOSK)).assignee == ANA)


def test_a_viewer_may_not_assign_and_is_told_who_may(bot: Bot) -> None:
    bot.slack.click(red(bot), "cause.more", user="@ben", value=f"work|{VALUE}")
    bot.said("workspace admin", user="@ben")
    assert bot.slack.modal("@ben") is None


def test_who_lost_the_right_while_the_window_was_open_is_refused_at_submit(bot: Bot) -> None:
    settling(bot, red(bot))
    bot.desk.team.name_for_roles({BEN: Role.OPERATOR}, Roles(), BEN)
    settle(bot, assignee=ANA)
    eventually(lambda: "only operators can settle who looks after what" in str(bot.slack.modal()))
    assert bot.desk.team.work.on("harbour", str(KIOSK)) is None


def test_what_was_settled_ends_with_the_cause(bot: Bot) -> None:
    message = red(bot)
    settling(bot, message)
    assert settle(bot, rest="muted", assignee=BEN)["ok"]
    bot.tick(seconds=6)
    bot.after(message, "1 muted")
    rows = bot.store.rows()
    bot.store.put([])
    bot.tick(seconds=6)
    bot.store.put(rows)
    bot.tick(seconds=6)
    bot.after(message, "cause.retry")
    assert bot.desk.team.work.of_person(BEN) == []


def test_a_red_message_that_stays_is_reminded_of_once_a_working_day_in_its_thread(bot: Bot) -> None:
    message = red(bot)
    to_monday = (7 - today(bot).weekday()) % 7 or 7
    at_ten = datetime.combine(today(bot) + timedelta(days=to_monday), datetime.min.time(), ZoneInfo("Pacific/Auckland"))
    bot.clock.forward((at_ten + timedelta(hours=10) - bot.clock()).total_seconds())
    for _ in range(3):
        bot.tick(seconds=6)
    replies = [one for one in bot.slack.calls("chat.postMessage") if "open for" in str(one)]
    assert len(replies) == 1 and message["ts"] in str(replies[0])
    assert "<!" not in str(replies[0]).replace("<!date", "")


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 23, 8, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 20, 12, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), False),
    ],
)
def test_reminders_come_on_working_days_from_nine_and_not_on_the_first(now: datetime, due: bool) -> None:
    assert is_reminder_due(datetime(2026, 11, 20, 7, tzinfo=UTC), now, "UTC") is due


@pytest.mark.parametrize("text", samples.TEXTS)
@pytest.mark.parametrize("rest", list(Snooze))
def test_window_and_messages_hold_whatever_is_put_into_them(text: str | None, rest: Snooze) -> None:
    note = (text or "")[:300]
    work = Work("harbour", "k", samples.NOW, ANA, BEN, rest, samples.NOW.date(), note)
    for cause in (samples.cause(0, text), samples.cause(0, text, ref=None, code="6210")):
        check_modal(pages.settle(cause, work, "v" * 26, text or "", work))
        check_modal(pages.settle(cause, None, "v" * 26))
        check_message(pages.given(samples.company(text or "Harbour"), cause, text or "@ana", note))
    check_modal(pages.gone("v" * 26))
    check_message(pages.reminder(samples.company(text or "Harbour"), 31, 3, 2))
