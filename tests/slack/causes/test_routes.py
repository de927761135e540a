"""Where causes go: a channel for each kind, a red message there; new causes speak once, @channel only if wanted."""

from dataclasses import replace
from typing import Any

import pytest

from blocks.causes import red as pages
from blocks.settings import company as settings_view
from bot.core.causes.grouping import key
from bot.core.causes.kind import CauseKind, kind_of, kind_of_key
from bot.core.causes.work import Work
from bot.core.model import RecordRef, RecordType, Result
from bot.core.results import Cause
from bot.core.runs import CompanyStatus, Flag
from bot.core.team.company_settings import CompanySettings
from tests.blocks import samples
from tests.blocks.checks import check_message, check_modal
from tests.rarely import edge
from tests.slack.conftest import ACCOUNTS, ANA, BEN, Bot, eventually
from tests.slack.scenes import fails_alone
from tests.slack.seeding import KIOSK, kiosk_row

GENERAL = "C0GENERAL"
LATE = RecordRef(RecordType.PAYMENT, "late")


def failing() -> Result:
    return fails_alone(LATE, "RC-7")


def route(bot: Bot, **routes: str) -> None:
    """As an admin does in the settings; the bot is in both channels."""
    bot.slack.control("PUT", "membership", channel="#general", is_member=True)
    seen = bot.desk.team.settings("harbour")
    bot.desk.team.change_settings(replace(seen, routes=routes), seen, ANA)


def here(bot: Bot, words: str, channel: str = "#general") -> dict[str, Any]:
    return bot.said(words, user="@ana", channel=channel)


def replies(bot: Bot, message: dict[str, Any], channel: str = "#accounts") -> list[str]:
    seen = bot.slack.seen("@ben", channel)
    return [one["text"] for one in seen if one.get("thread_ts") == message["ts"] and one["ts"] != message["ts"]]


def opened(bot: Bot) -> dict[str, Any]:
    bot.store.note_causes()
    bot.tick()
    return bot.said("cause.1.harbour", user="@ben")


def test_a_cause_that_comes_later_speaks_once_in_the_thread_and_the_first_ones_do_not(bot: Bot) -> None:
    message = opened(bot)
    bot.clock.forward(60)
    bot.store.sync([*bot.store.rows(), failing()], Flag.RED)
    for _ in range(3):
        bot.tick(seconds=6)
    (told,) = [text for text in replies(bot, message) if "new:" in text]
    assert told.startswith("🟥 Red · Harbour City Property · new: 1 record · The product or service RC-7 is inactive")
    assert bot.slack.control("GET", "notifications") == []


def test_a_cause_that_goes_and_comes_again_in_one_episode_is_not_told_twice(bot: Bot) -> None:
    message, before = opened(bot), list(bot.store.rows())
    for rows in ([*before, failing()], before, [*before, failing()]):
        bot.clock.forward(60)
        bot.store.sync(rows, Flag.RED)
        bot.tick(seconds=6)
    assert len([text for text in replies(bot, message) if "new:" in text]) == 1


def test_what_slack_did_not_take_is_told_afterwards(bot: Bot) -> None:
    message = opened(bot)
    bot.clock.forward(60)
    bot.store.sync([*bot.store.rows(), failing()], Flag.RED)
    bot.slack.control("PUT", "outage", on=True)
    bot.tick(seconds=6)
    bot.slack.control("PUT", "outage", on=False)
    for _ in range(4):
        bot.tick(seconds=60)
    assert len([text for text in replies(bot, message) if "new:" in text]) == 1


def test_channel_is_called_only_if_a_company_wants_it_and_once(bot: Bot) -> None:
    seen = bot.desk.team.settings("harbour")
    assert not seen.calls_channel
    bot.desk.team.change_settings(replace(seen, calls_channel=True), seen, ANA)
    opened(bot)
    bot.clock.forward(60)
    bot.store.sync([*bot.store.rows(), failing()], Flag.RED)
    for _ in range(3):
        bot.tick(seconds=6)
    called = [one for one in bot.slack.control("GET", "notifications") if one["target"] == "channel"]
    assert len(called) == 1 and called[0]["channel"] == ACCOUNTS


def test_a_kind_of_cause_goes_to_its_own_channel_and_is_left_out_of_the_companys(bot: Bot) -> None:
    route(bot, contacts=GENERAL)
    bot.store.add_rows(failing())
    own = opened(bot)
    assert own["text"].startswith(
        "🟥 Red · Harbour City Property · 30 records need attention, 2 causes · The product or service"
    )
    assert f"Looked after elsewhere: 1 cause in <#{GENERAL}>" in str(own["blocks"])
    assert "Kiosk Ltd" not in str(own["blocks"])
    other = here(bot, "cause.1.harbour")
    assert "29 records need attention, 1 cause here" in other["text"] and "RC-7" not in str(other["blocks"])


def test_what_is_clicked_in_its_channel_is_answered_there(bot: Bot) -> None:
    route(bot, contacts=GENERAL)
    opened_all(bot)
    message = here(bot, "cause.retry")
    bot.slack.click(message, "cause.more", value=f"unlink|harbour|{KIOSK}", channel="#general")
    bot.modal("Unlink Kiosk Ltd?")
    assert bot.slack.submit(extent={"extent": "only"})["ok"]
    said = here(bot, "1 record unlinked")
    assert said["thread_ts"] == message["ts"]


def opened_all(bot: Bot) -> dict[str, Any]:
    bot.store.note_causes()
    bot.tick()
    return bot.said("red.harbour", user="@ben")


@edge
def test_a_channel_with_nothing_left_closes_while_the_company_stays_red(bot: Bot) -> None:
    route(bot, contacts=GENERAL)
    bot.store.add_rows(failing())
    own = opened(bot)
    message = here(bot, "cause.1.harbour")
    bot.clock.forward(60)
    bot.store.sync([failing()], Flag.RED)
    for _ in range(3):
        bot.tick(seconds=6)
    closed = next(one for one in bot.slack.seen("@ana", "#general") if one["ts"] == message["ts"])
    assert "nothing left here, 1 record needs attention elsewhere" in closed["text"]
    assert "~Kiosk Ltd is inactive in QuickBooks" in str(closed["blocks"]) and "button" not in str(closed["blocks"])
    here(bot, "nothing left here, 1 record needs attention elsewhere, after")
    assert "Looked after elsewhere" not in str(bot.after(own, "1 record needs attention, 1 cause")["blocks"])
    bot.clock.forward(60)
    newcomer = kiosk_row(ref=RecordRef(RecordType.CONTACT, "new"), name="Newcomer")
    bot.store.sync([failing(), newcomer], Flag.RED)
    bot.tick(seconds=6)
    assert here(bot, "Newcomer is inactive")["ts"] != message["ts"], "another episode, another message"


def test_recovery_ends_both_messages(bot: Bot) -> None:
    route(bot, contacts=GENERAL)
    own = opened_all(bot)
    other = here(bot, "cause.1.harbour")
    bot.clock.forward(60)
    bot.store.sync([], Flag.BLUE)
    for _ in range(3):
        bot.tick(seconds=6)
    bot.after(own, "~🟥 Red")
    now = next(one for one in bot.slack.seen("@ana", "#general") if one["ts"] == other["ts"])
    assert now["text"] == "🔵 Blue · Harbour City Property · back in sync"
    lines = [one["text"] for one in bot.slack.seen("@ana", "#general") if "back in sync after" in one["text"]]
    assert len(lines) == 1


def test_a_route_that_is_taken_away_brings_its_message_to_an_end(bot: Bot) -> None:
    route(bot, contacts=GENERAL)
    own = opened_all(bot)
    message = here(bot, "cause.1.harbour")
    route(bot)
    for _ in range(3):
        bot.tick(seconds=6)
    bot.after(own, "cause.1.harbour")
    now = next(one for one in bot.slack.seen("@ana", "#general") if one["ts"] == message["ts"])
    assert "nothing left here" in now["text"] and "button" not in str(now["blocks"])


@pytest.mark.parametrize("name", [ACCOUNTS, "#accounts"])
def test_a_route_to_the_companys_own_channel_is_no_second_message(bot: Bot, name: str) -> None:
    """The default channel may be known by its name, until something stands in it."""
    bot.announcer.default_channel = name
    route(bot, contacts=ACCOUNTS)
    opened_all(bot)
    bot.tick(seconds=6)
    bot.said("cause.1.harbour", user="@ben")
    bot.tick(seconds=6)
    assert len([one for one in bot.slack.seen("@ben") if "need attention" in one["text"]]) == 1


def test_a_company_without_any_channel_still_routes_and_forgets_what_is_gone(bot: Bot) -> None:
    bot.announcer.default_channel = ""
    route(bot, contacts=GENERAL)
    bot.store.note_causes()
    bot.tick()
    here(bot, "cause.1.harbour")
    assert bot.slack.seen("@ben") == []
    bot.clock.forward(60)
    bot.store.sync([], Flag.BLUE)
    for _ in range(3):
        bot.tick(seconds=6)
    here(bot, "back in sync after")


def test_where_causes_go_is_settled_in_a_window_of_its_own_and_the_one_behind_goes_on(bot: Bot) -> None:
    bot.slack.control("PUT", "membership", channel="#general", is_member=True)
    bot.slack.command("settings")
    bot.modal("Digest on")
    bot.slack.in_modal("settings.routes")
    bot.modal("where its causes go")
    assert bot.slack.submit(contacts={"channel": GENERAL})["ok"]
    eventually(lambda: bot.desk.team.settings("harbour").routes == {"contacts": GENERAL})
    bot.modal("Digest on")
    assert bot.slack.submit(options={"options": ["call"]})["ok"]
    bot.modal("✓ Saved.")
    now = bot.desk.team.settings("harbour")
    assert now.calls_channel and now.routes == {"contacts": GENERAL}
    entries = bot.desk.team.audit("harbour", 2)
    assert [entry.after for entry in entries] == ["digest off, call channel on", f"contacts channel {GENERAL}"] or (
        "call channel on" in entries[0].after and entries[1].after == f"contacts channel {GENERAL}"
    )


def test_a_channel_that_the_bot_is_not_in_is_refused_at_its_field(bot: Bot) -> None:
    bot.slack.command("settings")
    bot.modal("Digest on")
    bot.slack.in_modal("settings.routes")
    bot.modal("where its causes go")
    answer = bot.slack.submit(books={"channel": GENERAL})
    assert "Invite it there first" in answer["errors"]["books"]
    assert bot.desk.team.settings("harbour").routes == {}


def test_only_an_admin_says_where_causes_go(bot: Bot) -> None:
    bot.slack.command("settings", user="@ben")
    bot.said("only", user="@ben")


@pytest.mark.parametrize("type_", list(RecordType))
def test_every_type_of_record_is_of_one_kind(type_: RecordType) -> None:
    ref = RecordRef(type_, "1")
    cause = samples.cause(ref=ref)
    assert kind_of(cause) is kind_of_key(key(cause)) is kind_of_key(str(ref))
    assert set(settings_view.KINDS) == set(CauseKind)


def test_a_setting_is_a_kind_of_its_own() -> None:
    closed: Cause = replace(samples.cause(), ref=None, code="6210")
    assert kind_of(closed) is CauseKind.BOOKS


@pytest.mark.parametrize("text", samples.TEXTS)
def test_all_of_it_fits_whatever_it_is_called(text: str | None) -> None:
    company = samples.company(text or "Harbour City Property", status=CompanyStatus.HAS_ERRORS)
    causes = samples.causes(9, text)
    where = {GENERAL: 3, "C0OTHER": 1}
    check_message(pages.red(company, causes, elsewhere=where))
    check_message(pages.red(company, causes, here=12))
    check_message(pages.closed_here(company, "31 records", samples.NOW))
    check_message(pages.put_right(company, "31 records", 60))
    check_message(pages.new_cause(company, causes[0]))
    routes = {kind.value: GENERAL for kind in CauseKind}
    check_modal(settings_view.routes(CompanySettings("harbour", text or "", "UTC", routes=routes), "v1"))


def test_an_assignment_ends_with_its_cause_where_no_message_is_kept(bot: Bot) -> None:
    """A company without a channel has no red message that could say so."""
    bot.announcer.default_channel = ""
    bot.store.note_causes()
    work = bot.desk.team.work
    work.settle(Work("harbour", str(KIOSK), bot.clock(), ANA, BEN), None)
    bot.clock.forward(60)
    bot.store.sync([], Flag.BLUE)
    bot.tick(seconds=6)
    assert work.of_person(BEN) == [] and work.on("harbour", str(KIOSK)) is None
    bot.slack.control("POST", "home", user="@ben")
    home = eventually(lambda: str(bot.slack.control("GET", "views", user="@ben")["home"] or ""))
    assert "~Kiosk Ltd is inactive in QuickBooks" in home and "put right with" in home
    bot.clock.forward(2 * 86_400)
    bot.tick(seconds=6)
    assert work.ended_of(BEN) == []
