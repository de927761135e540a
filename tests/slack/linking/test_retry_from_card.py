"""What is decided from a root-cause card starts the retry of what waited, unless its box is emptied."""

from typing import Any

import pytest

from bot.core.faults import Fix
from bot.core.runs import Flag, Trigger
from bot.core.team.roles import Role, Roles
from tests.rarely import rarely
from tests.slack import mirrored
from tests.slack.conftest import ACCOUNTS, ANA, BEN, Bot, eventually
from tests.slack.linking.test_fixes import choosing_it, found, naming_it, red, red_message, save
from tests.slack.linking.test_links import choose
from tests.slack.scenes import kiosk_is_unlinked, may_be_another, number_is_taken
from tests.slack.seeding import KIOSK

WAITING = {Fix.RENAME: 29, Fix.CHOOSE: 28, Fix.ADOPT: 29}
"""With the contact itself; an account has no row of its own."""
EMPTIED: dict[str, list[str]] = {"retry": []}


def linking_it(bot: Bot) -> dict[str, Any]:
    message = red(bot, Fix.ADOPT)
    bot.slack.click(message, "cause.adopt")
    bot.modal("Which record in QuickBooks is contact Kiosk Ltd?")
    return message


OPENED = {Fix.RENAME: naming_it, Fix.CHOOSE: choosing_it, Fix.ADOPT: linking_it}


def decide(bot: Bot, fix: Fix, **more: Any) -> None:
    if fix is Fix.CHOOSE:
        more["entry"] = {"choose.entry": found(bot, "gar")}
    assert bot.slack.submit(**more)["ok"]


def source_of(bot: Bot) -> str:
    """The message that the one sync was started from."""
    (sync,) = [entry for entry in bot.desk.team.audit("harbour", 50) if entry.what == "sync"]
    return sync.source


@pytest.mark.parametrize("fix", [Fix.RENAME, *rarely(Fix.CHOOSE, Fix.ADOPT)])
def test_the_window_says_how_many_it_retries_and_starts_the_sync_when_it_is_submitted(bot: Bot, fix: Fix) -> None:
    message = OPENED[fix](bot)
    count = WAITING[fix]
    assert f"Retry now: {count} records" in str(bot.slack.modal()) and "there is no undo" in str(bot.slack.modal())
    decide(bot, fix)
    said = bot.said(f"; retry of {count} records started by @ana", user="@ben")
    assert said["thread_ts"] == message["ts"] and "links.undo" not in str(said)
    bot.said("waiting to start", user="@ben")
    assert [run.requested_by for run in bot.store.runs()] == [ANA]
    assert source_of(bot) == f"{ACCOUNTS} {message['ts']}"


@pytest.mark.parametrize("fix", [Fix.CHOOSE, *rarely(Fix.RENAME, Fix.ADOPT)])
def test_an_emptied_box_starts_nothing_and_leaves_the_undo(bot: Bot, fix: Fix) -> None:
    OPENED[fix](bot)
    decide(bot, fix, retry=EMPTIED)
    said = bot.said("links.undo", user="@ben")
    assert "retry of" not in said["text"] and bot.store.runs() == []


def test_of_two_windows_over_one_cause_the_second_decides_and_starts_nothing(bot: Bot) -> None:
    bot.desk.team.name_for_roles({ANA: Role.OPERATOR, BEN: Role.OPERATOR}, Roles(), ANA)
    message = linking_it(bot)
    bot.slack.click(message, "cause.adopt", user="@ben")
    bot.modal("Which record in QuickBooks", user="@ben")
    assert bot.slack.submit()["ok"]
    bot.said("; retry of 29 records started by @ana", user="@ben")
    bot.slack.submit(user="@ben")
    bot.modal("Nothing was changed.", user="@ben")
    assert [run.requested_by for run in bot.store.runs()] == [ANA]


def test_a_sync_that_is_under_way_already_is_said_and_the_decision_stands(bot: Bot) -> None:
    naming_it(bot)
    bot.desk.runs.request("harbour", "", Trigger.SCHEDULE)
    assert save(bot, name="0")["ok"]
    bot.said("Kiosk Ltd goes to QuickBooks as", user="@ben")
    bot.said("One sync of a company goes at a time")
    assert len(bot.store.runs()) == 1 and [deed.what for deed in bot.deeds()] == ["rename"]


def test_what_could_not_be_decided_starts_nothing_and_the_box_stays_as_it_was_left(bot: Bot) -> None:
    naming_it(bot)
    bot.store.hear(mirrored.party("Customer", "59", "Kiosk Ltd (Unit 4)"))
    assert save(bot, name="own", written="Unit 4", retry=[])["ok"]
    view = bot.modal("is taken in QuickBooks as well")
    assert view["state"]["values"]["retry"]["retry"]["selected_options"] == []
    assert bot.deeds() == []


def test_from_the_results_nothing_is_retried_as_no_cause_was_looked_at(bot: Bot) -> None:
    may_be_another(bot.store)
    message = bot.results()
    choose(bot, "kiosk ltd", str(KIOSK))
    bot.slack.in_modal("select.relink")
    assert "Retry now" not in str(bot.modal("Which record in QuickBooks"))
    assert bot.slack.submit()["ok"]
    bot.after(message, "Kiosk Ltd linked to Kiosk 0")
    assert bot.store.runs() == []


def test_who_lost_the_right_meanwhile_neither_decides_nor_retries(bot: Bot) -> None:
    naming_it(bot)
    bot.desk.team.name_for_roles({BEN: Role.OPERATOR}, Roles(), BEN)
    save(bot, name="0")
    bot.modal("only operators can choose names for QuickBooks")
    assert [deed.what for deed in bot.deeds()] == ["roles"]


def test_a_retry_says_which_flag_it_ended_with_like_any_sync(bot: Bot) -> None:
    naming_it(bot)
    assert save(bot, name="0")["ok"]
    living = bot.said("waiting to start", user="@ben")
    (run,) = eventually(bot.store.runs)
    bot.store.finish(run.run_id, Flag.BLUE)
    bot.tick()
    bot.after(living, "🔵 Blue")


def test_relinking_from_a_card_is_kept_with_its_message(bot: Bot) -> None:
    kiosk_is_unlinked(bot.store)
    message = red_message(bot)
    bot.slack.click(message, "cause.relink")
    bot.said("1 record relinked by @ana", user="@ben")
    assert [deed.source for deed in bot.deeds()] == [f"{ACCOUNTS} {message['ts']}"]
    eventually(bot.store.runs)
    assert source_of(bot) == f"{ACCOUNTS} {message['ts']}"


def test_keeping_apart_what_has_the_number_of_another_offers_no_retry(bot: Bot) -> None:
    number_is_taken(bot.store)
    message = red_message(bot)
    bot.slack.click(message, "cause.adopt")
    bot.modal("Retry now")
    bot.slack.in_modal("partner", value="none")
    assert "Retry now" not in str(bot.modal("QuickBooks takes each number once"))
