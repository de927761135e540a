"""Everyone of the workspace may look, only operators act: checked on every click, and refused when it cannot be."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
import requests

from bot.core.runs import Flag
from bot.sandbox.slack.person.delivery import sign
from bot.sandbox.slack.workspace.workspace import User
from tests.patience import PATIENCE_S
from tests.slack.conftest import ANA, BEN, Bot, Start, eventually
from tests.slack.scenes import kiosk_is_unlinked
from tests.slack.seeding import KIOSK

REFUSED = "You can look at everything, but only"


@dataclass(frozen=True)
class Stranger(User):
    def to_json(self, now: datetime) -> dict[str, Any]:
        return {**super().to_json(now), "is_stranger": True}


def red_message(bot: Bot) -> dict[str, Any]:
    bot.tick()
    return bot.said("holds up 23 invoices", user="@ben")


@pytest.mark.parametrize("words", ["sync", "sync harbour"])
def test_a_command_of_someone_else_is_refused_and_says_who_may(bot: Bot, words: str) -> None:
    bot.slack.command(words, user="@ben")
    assert "workspace admins can start a sync" in bot.said(REFUSED, user="@ben")["text"]
    assert bot.deeds() == [] and bot.store.runs() == []


@pytest.mark.parametrize(
    ("action", "value"),
    [("cause.retry", None), ("cause.more", f"unlink|harbour|{KIOSK}"), ("sync.company", None)],
)
def test_every_acting_button_of_the_red_message_is_refused(bot: Bot, action: str, value: str | None) -> None:
    message = red_message(bot)
    bot.slack.click(message, action, user="@ben", **({"value": value} if value else {}))
    bot.said(REFUSED, user="@ben")
    assert bot.deeds() == []
    assert bot.slack.modal("@ben") is None


def test_relink_is_refused_too(bot: Bot) -> None:
    kiosk_is_unlinked(bot.store)
    bot.slack.click(red_message(bot), "cause.relink", user="@ben")
    bot.said(REFUSED, user="@ben")
    assert bot.deeds() == []


@pytest.mark.parametrize("action", ["results.sync", "results.select"])
def test_acting_from_the_results_is_refused(bot: Bot, action: str) -> None:
    bot.slack.command("results", user="@ben")
    bot.slack.click(bot.said("results.refresh", user="@ben"), action, user="@ben")
    bot.said(REFUSED, user="@ben")
    assert bot.deeds() == [] and bot.slack.modal("@ben") is None


def test_sync_again_on_a_run_is_refused(bot: Bot) -> None:
    bot.slack.command("sync")
    bot.said("waiting to start")
    bot.store.finish("run-1", Flag.BLUE)
    bot.tick()
    bot.slack.click(bot.said("sync.again", user="@ben"), "sync.again", user="@ben")
    bot.said(REFUSED, user="@ben")
    assert len(bot.store.runs()) == 1


def test_a_right_that_was_lost_between_opening_and_submitting_counts(bot: Bot) -> None:
    bot.slack.click(bot.results(), "results.select")
    bot.modal("Which rows?")
    bot.slack.suggest("pick.rows", "kiosk ltd")
    bot.slack.in_modal("pick.rows", value=[str(KIOSK)])
    bot.slack.in_modal("select.unlink")
    bot.modal("Unlink Kiosk Ltd?")
    users = bot.slack.state.workspace.users
    users[ANA] = replace(users[ANA], is_admin=False)
    bot.slack.submit()
    bot.modal(REFUSED)
    assert bot.deeds() == []


def test_an_undo_is_refused_to_others(start: Start) -> None:
    bot = start(operators=(ANA,))
    kiosk_is_unlinked(bot.store)
    bot.slack.click(red_message(bot), "cause.relink")
    told = bot.said("1 record relinked", user="@ben")
    bot.slack.click(told, "links.undo", user="@ben")
    assert f"only operators can undo this. Ask <@{ANA}>." in bot.said(REFUSED, user="@ben")["text"]
    assert [deed.what for deed in bot.deeds()] == ["relink"] and len(bot.store.runs()) == 1


def test_named_operators_may_and_admins_who_are_not_named_may_not(start: Start) -> None:
    bot = start(operators=(BEN,))
    bot.slack.command("sync", user="@ana")
    assert f"only operators can start a sync. Ask <@{BEN}>." in bot.said(REFUSED)["text"]
    bot.slack.command("sync", user="@ben")
    bot.said("waiting to start", user="@ben")


def test_everyone_may_look(bot: Bot) -> None:
    bot.slack.command("", user="@ben")
    bot.said("Your company needs attention.", user="@ben")
    bot.slack.command("results", user="@ben")
    message = bot.said("results.refresh", user="@ben")
    bot.slack.click(message, "results.next", user="@ben")
    bot.after(message, "page 2 of 5", user="@ben")
    bot.slack.click(message, "results.more", user="@ben", value="detail")
    bot.modal("Which record?", user="@ben")


def test_when_slack_does_not_say_who_it_is_nothing_is_done(bot: Bot) -> None:
    rule = {"match": {"path": "users.info"}, "times": None, "effect": {"kind": "reply", "status": 500, "body": "no"}}
    bot.slack.control("POST", "faults", **rule)
    bot.slack.command("sync")
    bot.said("I could not check with Slack who may do this")
    assert bot.store.runs() == []


def test_strangers_are_refused_even_when_named(start: Start) -> None:
    bot = start(operators=(ANA,))
    bot.slack.state.workspace.users[ANA] = Stranger(ANA, "ana", "Ana Accountant", is_admin=True)
    bot.slack.command("sync")
    bot.said("only for members of the workspace")
    assert bot.store.runs() == []


@dataclass(frozen=True)
class Guest(User):
    def to_json(self, now: datetime) -> dict[str, Any]:
        return {**super().to_json(now), "is_restricted": True}


@dataclass(frozen=True)
class Another(User):
    def to_json(self, now: datetime) -> dict[str, Any]:
        return {**super().to_json(now), "id": "U0OTHER"}


@pytest.mark.parametrize("who", [Stranger, Guest, Another])
def test_whoever_is_no_full_member_may_not_even_look(bot: Bot, who: type[User]) -> None:
    bot.slack.state.workspace.users[BEN] = who(BEN, "ben", "Ben Bookkeeper")
    for words in ("", "results", "find kiosk", "audit"):
        bot.slack.command(words, user="@ben")
        bot.said("only for members of the workspace", user="@ben")
    assert "INV-" not in str(bot.slack.seen("@ben"))


def test_a_guest_who_is_named_may(start: Start) -> None:
    bot = start(operators=(BEN,))
    bot.slack.state.workspace.users[BEN] = Guest(BEN, "ben", "Ben Bookkeeper")
    bot.slack.command("sync", user="@ben")
    bot.said("waiting to start", user="@ben")


def test_nothing_is_done_or_shown_in_a_channel_shared_with_another_company(bot: Bot) -> None:
    red = red_message(bot)
    bot.slack.state.workspace.channels["C0ACCOUNTS"].is_ext_shared = True
    for words in ("sync", "results", ""):
        bot.slack.command(words)
    bot.slack.click(red, "cause.retry")
    bot.slack.click(red, "cause.show")
    eventually(lambda: sum("shared with another company" in one["text"] for one in bot.slack.seen()) == 5)
    assert bot.store.runs() == []
    assert [one["ts"] for one in bot.slack.seen() if "Harbour" in str(one)] == [red["ts"]]


def test_when_slack_does_not_say_whether_a_channel_is_shared_nothing_is_shown(bot: Bot) -> None:
    failing = {"kind": "reply", "status": 500, "body": "no"}
    bot.slack.control("POST", "faults", match={"path": "conversations.info"}, times=None, effect=failing)
    bot.slack.command("results")
    bot.said("I could not check with Slack who may do this")
    assert not any("Harbour" in str(one) for one in bot.slack.seen())


def test_people_of_another_team_see_nothing(bot: Bot) -> None:
    ticket = bot.slack.state.tickets.issue_response_url(ANA, "C0ACCOUNTS")
    answer_to = f"{bot.slack.url}/response/{ticket}"
    body = f"command=%2Fqbo-sync&text=&user_id=U0EVIL&team_id=T0OTHER&channel_id=C0ACCOUNTS&response_url={answer_to}"
    now = int(bot.slack.state.clock().timestamp())
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": str(now),
        "x-slack-signature": sign(bot.settings.signing_secret, now, body),
    }
    assert requests.post(bot.slack.state.request_url, body, headers=headers, timeout=PATIENCE_S).status_code == 200
    bot.said("only for members of the workspace")
    assert not any("Harbour" in str(one) for one in bot.slack.seen())
