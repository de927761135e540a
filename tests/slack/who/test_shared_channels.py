"""Nothing is written where another organisation reads it; that is said per company, and comes in another channel."""

from dataclasses import replace

import pytest

from bot.sandbox.slack.workspace.workspace import BOT_USER_ID, Channel
from tests.slack.conftest import ACCOUNTS, Bot, Start
from tests.slack.messages.test_outbox_once import texts

BOOKS = "C0BOOKS"
HELD = "Messages are held back: <#C0ACCOUNTS> is shared with another organisation."


def share(bot: Bot, channel: str = ACCOUNTS, on: bool = True) -> None:
    bot.slack.control("PUT", "shared", channel=channel, on=on)


def look_anew(bot: Bot) -> None:
    """What is known of channels is believed for a minute: as if that were over."""
    bot.announcer.outbox.channels._known.clear()


def calls(bot: Bot) -> int:
    return sum(len(bot.slack.calls(method)) for method in ("chat.postMessage", "chat.update"))


@pytest.fixture
def bot(start: Start) -> Bot:
    bot = start()
    bot.slack.state.workspace.channels[BOOKS] = Channel(BOOKS, "books", {"U0ANA", "U0BEN", BOT_USER_ID})
    return bot


@pytest.mark.parametrize("mark", ["is_ext_shared", "is_pending_ext_shared"])
def test_a_red_message_does_not_go_to_a_shared_channel(bot: Bot, mark: str) -> None:
    setattr(bot.slack.state.workspace.channels[ACCOUNTS], mark, True)
    for _ in range(3):
        bot.tick(seconds=6)
    assert texts(bot) == [] and calls(bot) == 0
    assert bot.store.claims() == {}


def test_a_channel_that_is_shared_no_more_gets_it(bot: Bot) -> None:
    share(bot)
    bot.tick()
    share(bot, on=False)
    look_anew(bot)
    bot.tick(seconds=6)
    assert len(texts(bot)) == 1 and "29 records need attention" in texts(bot)[0]


def test_another_channel_gets_it_as_soon_as_it_is_chosen(bot: Bot) -> None:
    share(bot)
    bot.tick()
    bot.store.change_company(channel_id=BOOKS)
    bot.tick(seconds=6)
    assert texts(bot) == [] and "29 records need attention" in texts(bot, "#books")[0]


def test_what_stands_in_a_channel_that_became_shared_is_edited_no_more(bot: Bot) -> None:
    bot.tick()
    (before,) = texts(bot)
    share(bot)
    look_anew(bot)
    bot.store.go_through(5)
    bot.tick(seconds=6)
    bot.tick(seconds=6)
    assert texts(bot) == [before]
    share(bot, on=False)
    look_anew(bot)
    bot.tick(seconds=6)
    assert "24 records need attention" in texts(bot)[0] and len(texts(bot)) == 1


def test_an_episode_goes_on_in_the_channel_that_was_chosen_instead(bot: Bot) -> None:
    bot.tick()
    (before,) = texts(bot)
    share(bot)
    look_anew(bot)
    bot.store.change_company(channel_id=BOOKS)
    bot.store.go_through(5)
    for _ in range(3):
        bot.tick(seconds=6)
    assert texts(bot) == [before]
    (red,) = texts(bot, "#books")
    assert "24 records need attention" in red
    bot.store.sync()
    for _ in range(3):
        bot.tick(seconds=6)
    assert any("back in sync" in text for text in texts(bot, "#books")) and texts(bot) == [before]


def test_a_recovery_is_told_once_the_channel_is_ones_own_again(bot: Bot) -> None:
    bot.tick()
    share(bot)
    look_anew(bot)
    bot.store.sync()
    bot.tick(seconds=6)
    assert len(texts(bot)) == 1
    share(bot, on=False)
    look_anew(bot)
    for _ in range(2):
        bot.tick(seconds=6)
    assert sum("back in sync after" in text for text in texts(bot)) == 1


def test_runs_of_the_day_go_on_in_the_channel_that_was_chosen_instead(start: Start, bot: Bot) -> None:
    bot.store.calm()
    scheduled(bot)
    bot.tick()
    before = texts(bot)
    share(bot)
    look_anew(bot)
    scheduled(bot)
    bot.tick(seconds=6)
    assert texts(bot) == before
    bot.store.change_company(channel_id=BOOKS)
    for _ in range(3):
        bot.tick(seconds=6)
    assert texts(bot) == before
    assert len(texts(bot, "#books")) == 2 and "2 syncs today" in texts(bot, "#books")[0]


def scheduled(bot: Bot) -> None:
    bot.store.sync()


def test_a_channel_named_by_its_name_is_looked_at_as_well(bot: Bot) -> None:
    bot.announcer.default_channel = "#accounts"
    share(bot)
    bot.tick()
    assert calls(bot) == 0


def test_a_name_that_went_to_another_channel_is_looked_at_anew(bot: Bot) -> None:
    bot.announcer.default_channel = "#accounts"
    bot.tick()
    channels = bot.slack.state.workspace.channels
    channels[ACCOUNTS].name, channels[BOOKS].name = "old", "accounts"
    share(bot, BOOKS)
    look_anew(bot)
    assert bot.announcer.outbox.channels.is_shared("#accounts")
    assert bot.announcer.outbox.channels.id_of("#accounts") == BOOKS


def test_while_slack_does_not_say_whether_it_is_shared_nothing_is_written(bot: Bot) -> None:
    failing = {"kind": "reply", "status": 500, "body": "no"}
    bot.slack.control("POST", "faults", match={"path": "conversations.info"}, times=1, effect=failing)
    bot.tick()
    assert calls(bot) == 0
    bot.tick(seconds=6)
    assert len(texts(bot)) == 1


def test_it_is_asked_once_a_minute(bot: Bot) -> None:
    for _ in range(5):
        bot.tick(seconds=6)
    asked = [one for one in bot.slack.calls("conversations.info") if one["arguments"]["channel"] == ACCOUNTS]
    assert len(asked) == 1


def test_direct_messages_are_not_asked_about(bot: Bot) -> None:
    assert not bot.announcer.outbox.channels.is_shared("D0BEN") and bot.slack.calls("conversations.info") == []


def test_the_overview_says_it_for_the_company_and_what_to_do(bot: Bot) -> None:
    bot.slack.state.workspace.channels["C0GENERAL"].members.add(BOT_USER_ID)
    share(bot)
    bot.slack.command("", channel="#general")
    said = bot.said("Your company needs attention.", channel="#general")
    assert HELD in str(said["blocks"]) and "`/qbo-sync settings`" in str(said["blocks"])
    assert "its messages are held back" in said["text"]


def test_the_home_says_it_too_also_of_a_channel_for_some_causes(bot: Bot) -> None:
    share(bot, BOOKS)
    seen = bot.desk.team.settings("harbour")
    bot.desk.team.change_settings(replace(seen, routes={"contacts": BOOKS}), seen, "U0ANA")
    view = bot.announcer.homes.drawn("U0ANA")
    assert "held back: <#C0BOOKS> is shared with another organisation" in str(view)


def test_a_company_whose_channel_is_its_own_says_nothing(bot: Bot) -> None:
    assert "held back" not in str(bot.announcer.homes.drawn("U0ANA"))
