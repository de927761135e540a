"""/qbo-sync settings: what is entered is checked, what changed is written down, and two hands never overwrite."""

from dataclasses import replace
from typing import Any

import pytest

from bot.desk.team import STALE
from tests.slack.conftest import ANA, Bot, Start, eventually


def opened(bot: Bot, words: str = "settings") -> dict[str, Any]:
    bot.slack.command(words)
    return bot.modal("Digest on")


def save(bot: Bot, **values: Any) -> Any:
    return bot.slack.submit(**{name: {name: value} for name, value in values.items()})


def test_it_shows_what_is_with_the_next_run(bot: Bot) -> None:
    shown = str(opened(bot))
    assert "syncs every hour · next sync <!date^" in shown
    assert "Times are those of Pacific/Auckland" in shown
    assert "As all companies: every hour" in shown


def test_what_is_saved_counts_and_is_written_down(bot: Bot) -> None:
    opened(bot)
    save(bot, schedule="0 6 * * mon-fri", options=["approval"], digest_day="fri", digest_at="16:30")
    bot.modal("✓ Saved.")
    now = bot.desk.team.settings("harbour")
    assert (now.schedule, now.needs_approval, now.has_digest) == ("0 6 * * mon-fri", True, False)
    assert now.digest_schedule == "30 16 * * fri"
    assert "weekdays at 6:00" in str(bot.slack.modal())
    entry = bot.desk.team.audit("harbour", 1)[0]
    assert (entry.by, entry.what) == (ANA, "settings")
    assert "schedule default, approval off" in entry.before
    assert "schedule 0 6 * * mon-fri, approval on" in entry.after


def test_the_window_goes_on_after_saving(bot: Bot) -> None:
    opened(bot)
    save(bot, schedule="*/15 * * * *")
    bot.modal("✓ Saved.")
    save(bot, schedule="default")
    eventually(lambda: bot.desk.team.settings("harbour").schedule == "")


@pytest.mark.parametrize(
    ("entered", "block", "words"),
    [
        ({"schedule": "cron"}, "cron", "Write the schedule here"),
        ({"schedule": "cron", "cron": "every day"}, "cron", "five fields are needed"),
        ({"schedule": "cron", "cron": "99 * * * *"}, "cron", "is no schedule"),
        ({"schedule": "cron", "cron": "0 0 31 2 *"}, "cron", "never due"),
        ({"cron": "30 7 * * *"}, "cron", "Choose “Another schedule” above"),
        ({"channel": "C0GENERAL"}, "channel", "Invite it there first: /invite @qbo-sync"),
    ],
)
def test_what_cannot_be_is_said_where_it_was_entered(bot: Bot, entered: dict[str, Any], block: str, words: str) -> None:
    opened(bot)
    answer = save(bot, **entered)
    assert words in answer["errors"][block]
    assert bot.desk.team.audit("harbour", 5) == []


@pytest.mark.parametrize(
    ("mark", "words"), [("is_archived", "archived"), ("is_ext_shared", "shared with another company")]
)
def test_a_channel_that_cannot_be_used_is_refused(bot: Bot, mark: str, words: str) -> None:
    opened(bot)
    channels = bot.slack.state.workspace.channels
    channels["C0GENERAL"].members.add("U0QBOSYNC")
    setattr(channels["C0GENERAL"], mark, True)
    assert words in save(bot, channel="C0GENERAL")["errors"]["channel"]


def test_a_channel_the_bot_is_in_is_taken(bot: Bot) -> None:
    opened(bot)
    save(bot, channel="C0ACCOUNTS")
    bot.modal("✓ Saved.")
    assert bot.desk.team.settings("harbour").channel_id == "C0ACCOUNTS"


def test_a_second_hand_is_told_and_what_it_entered_stays_in_its_window(bot: Bot) -> None:
    opened(bot)
    seen = bot.desk.team.settings("harbour")
    bot.desk.team.change_settings(replace(seen, schedule="0 3 * * *"), seen, "U0BEN")
    save(bot, schedule="*/15 * * * *")
    bot.modal(STALE[:40])
    assert bot.desk.team.settings("harbour").schedule == "0 3 * * *"
    bot.slack.control("POST", "close", user="@ana")
    assert "Digest on" in str(bot.slack.modal())


def test_another_company_is_one_choice_away(start: Start) -> None:
    bot = start(companies=3)
    opened(bot, "settings lakeside 1")
    assert "*Lakeside 1*" in str(bot.slack.modal())
    bot.slack.in_modal("settings.company", value="harbour")
    bot.modal("*Harbour City Property*")


def test_nothing_connected_yet_is_said(start: Start) -> None:
    bot = start(companies=0)
    bot.slack.command("settings")
    bot.said("No company")
