"""Three roles for people and user groups: settled in a window by admins, asked for on every click."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.team.roles import Role, Roles
from bot.desk.team import STALE
from bot.sandbox.slack.workspace.workspace import UserGroup
from bot.slack.who import groups
from bot.slack.who.permission import Permission, Refused
from tests.slack.conftest import ANA, BEN, Bot, Start, eventually

LEDGER = "S0LEDGER"
REFUSED = "You can look at everything, but only"


def name(bot: Bot, **named: Role) -> None:
    bot.desk.team.name_for_roles(named, bot.desk.team.roles(), "test")


def put_in(bot: Bot, *users: str) -> None:
    bot.slack.state.workspace.groups[LEDGER] = UserGroup(LEDGER, "finance", "Finance", users)


def test_somebody_of_a_named_group_may_and_a_refusal_names_the_people_and_the_group(bot: Bot) -> None:
    put_in(bot, "U0CLEO")
    name(bot, **{ANA: Role.OPERATOR, LEDGER: Role.OPERATOR})
    bot.slack.command("sync", user="@ben")
    said = bot.said(REFUSED, user="@ben")["text"]
    assert f"only operators can start a sync. Ask <@{ANA}> or anyone in @finance." in said
    assert bot.store.runs() == []


def test_membership_of_a_group_is_believed_for_a_minute_and_no_longer(bot: Bot) -> None:
    assert groups.REMEMBERED_S <= 60
    seconds = 0.0
    permission = Permission(bot.client, (), bot.desk.team.roles, lambda: seconds)
    name(bot, **{LEDGER: Role.OPERATOR})
    body = {"user_id": BEN, "channel_id": "C0ACCOUNTS"}
    put_in(bot, BEN)
    assert permission.require_operator(body, "act") == BEN
    put_in(bot)
    seconds = groups.REMEMBERED_S - 1.0
    assert permission.require_operator(body, "act") == BEN
    assert len(bot.slack.calls("usergroups.users.list")) == 1
    seconds = groups.REMEMBERED_S
    with pytest.raises(Refused, match="only operators"):
        permission.require_operator(body, "act")


def test_when_slack_does_not_say_who_is_in_a_group_nothing_is_done(bot: Bot) -> None:
    name(bot, **{LEDGER: Role.OPERATOR})
    put_in(bot, BEN)
    broken = {"kind": "reply", "status": 500, "body": "no"}
    bot.slack.control("POST", "faults", match={"path": "usergroups.users.list"}, times=None, effect=broken)
    bot.slack.command("sync", user="@ben")
    bot.said("I could not check with Slack", user="@ben")
    assert bot.store.runs() == []


def test_a_group_that_is_gone_has_nobody_in_it(bot: Bot) -> None:
    name(bot, **{"S0GONE": Role.OPERATOR})
    bot.slack.command("sync", user="@ben")
    bot.said(REFUSED, user="@ben")


def test_once_viewers_are_named_others_do_not_even_look(bot: Bot) -> None:
    name(bot, **{ANA: Role.VIEWER})
    for words in ("", "results", "find kiosk"):
        bot.slack.command(words, user="@ben")
    refused = "Only people who are named for it can look at this"
    eventually(lambda: sum(refused in one["text"] for one in bot.slack.seen("@ben")) == 3)
    assert not any("Harbour" in str(one) for one in bot.slack.seen("@ben"))
    bot.slack.control("POST", "home", user="@ben")
    eventually(lambda: refused in str(bot.slack.control("GET", "views", user="@ben")["home"]))
    bot.slack.command("results")
    bot.said("results.refresh")


def open_roles(bot: Bot, user: str = "@ana") -> dict[str, Any]:
    bot.slack.command("settings", user=user)
    bot.modal("Settings", user)
    bot.slack.in_modal("settings.roles", user)
    return bot.modal("Each role may do all", user)


def choose(**given: list[str]) -> dict[str, dict[str, list[str]]]:
    return {
        f"{kind}.{role}": {kind: chosen}
        for (kind, role), chosen in ((name.split("_"), chosen) for name, chosen in given.items())
    }


def test_an_admin_names_people_and_groups_and_it_counts_at_once(bot: Bot) -> None:
    open_roles(bot)
    bot.slack.submit(**choose(people_admin=[ANA], people_operator=[BEN], groups_operator=[LEDGER]))
    eventually(lambda: bot.desk.team.roles().named == {ANA: Role.ADMIN, BEN: Role.OPERATOR, LEDGER: Role.OPERATOR})
    bot.slack.command("sync", user="@ben")
    bot.said("waiting to start", user="@ben")
    entry = bot.desk.team.audit("", 1)[0]
    assert (entry.by, entry.what, entry.before) == (ANA, "roles", "nobody named")
    assert BEN in entry.after


def test_nobody_saves_themselves_out_of_it(bot: Bot) -> None:
    open_roles(bot)
    answer = bot.slack.submit(**choose(people_admin=[BEN]))
    assert "You would not be an admin any more yourself" in answer["errors"]["people.admin"]
    assert bot.desk.team.roles() == Roles()


def test_whoever_would_not_act_any_more_is_told_before_it_is_saved(bot: Bot) -> None:
    open_roles(bot)
    answer = bot.slack.submit(**choose(people_operator=[BEN]))
    assert "You could not sync or relink any more yourself" in answer["errors"]["people.operator"]
    assert bot.desk.team.roles() == Roles()
    bot.slack.submit(**choose(people_operator=[BEN]))
    eventually(lambda: bot.desk.team.roles().named == {BEN: Role.OPERATOR})


def test_two_admins_at_once_the_second_is_told_and_nothing_is_overwritten(bot: Bot) -> None:
    open_roles(bot)
    name(bot, **{ANA: Role.ADMIN})
    bot.slack.submit(**choose(people_admin=[ANA, BEN]))
    bot.modal(STALE[:40])
    assert bot.desk.team.roles().named == {ANA: Role.ADMIN}


def test_others_open_neither_settings_nor_roles(bot: Bot) -> None:
    bot.slack.command("settings", user="@ben")
    words = f"only workspace admins can change settings. Ask <@{ANA}> or a workspace admin."
    assert words in bot.said(REFUSED, user="@ben")["text"]
    assert bot.slack.modal("@ben") is None


def test_a_right_that_was_lost_while_the_window_was_open_counts(bot: Bot) -> None:
    open_roles(bot)
    users = bot.slack.state.workspace.users
    users[ANA] = replace(users[ANA], is_admin=False)
    bot.slack.submit(**choose(people_admin=[ANA]))
    bot.modal("only workspace admins can say who may do what")
    assert bot.desk.team.roles() == Roles()


def test_what_the_environment_says_is_shown_and_counts_until_it_is_settled(start: Start) -> None:
    bot = start(operators=(BEN,))
    shown = open_roles(bot)
    assert "These come from SLACK_OPERATORS" in str(shown)
    people = next(block for block in shown["blocks"] if block.get("block_id") == "people.operator")
    assert people["element"]["initial_users"] == [BEN]
    bot.slack.submit(**choose(people_admin=[ANA], people_operator=[ANA]))
    eventually(lambda: bot.desk.team.roles().named)
    bot.slack.command("sync", user="@ben")
    bot.said("only operators can start a sync", user="@ben")
