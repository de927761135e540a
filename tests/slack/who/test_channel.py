"""SLACK_CHANNEL is looked at before anything is posted, and what is wrong with it is said with a remedy."""

import pytest

from bot.slack.who.default_channel import DefaultChannel, trouble_of
from tests.slack.conftest import Bot


@pytest.mark.parametrize("name", ["C0ACCOUNTS", "#accounts", "accounts", ""])
def test_a_channel_that_can_be_used_is_no_trouble(bot: Bot, name: str) -> None:
    assert trouble_of(bot.client, name) == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("#acounts", "there is no channel #acounts that qbo-sync can see"),
        ("C0NOWHERE", "there is no channel C0NOWHERE"),
        ("#general", "qbo-sync is not in #general. Write `/invite @qbo-sync` there."),
        ("C0GENERAL", "qbo-sync is not in C0GENERAL"),
    ],
)
def test_a_channel_that_cannot_be_used_is_named_with_its_remedy(bot: Bot, name: str, words: str) -> None:
    assert words in trouble_of(bot.client, name)


@pytest.mark.parametrize(("mark", "words"), [("is_archived", "is archived"), ("is_ext_shared", "is shared with")])
def test_an_archived_or_shared_channel_is_trouble(bot: Bot, mark: str, words: str) -> None:
    setattr(bot.slack.state.workspace.channels["C0ACCOUNTS"], mark, True)
    assert words in trouble_of(bot.client, "#accounts")


def test_an_outage_is_no_reason_for_an_alarm(bot: Bot) -> None:
    bot.slack.control("PUT", "outage", on=True)
    assert trouble_of(bot.client, "#accounts") == ""


def test_the_answer_is_remembered_for_a_minute(bot: Bot) -> None:
    seconds = 0.0
    channel = DefaultChannel(bot.client, "C0GENERAL", lambda: seconds)
    assert channel.trouble()
    bot.slack.control("PUT", "membership", channel="#general", is_member=True)
    seconds = 59.0
    assert channel.trouble()
    seconds = 60.0
    assert channel.trouble() == ""


def test_the_overview_says_it_too(bot: Bot) -> None:
    bot.slack.control("PUT", "membership", channel="#accounts", is_member=False)
    bot.slack.command("")
    bot.said("Flags go nowhere yet: qbo-sync is not in C0ACCOUNTS")
