"""Verify: asked for by operators, made by the worker, told in one message; when it was done last stands in the home."""

from decimal import Decimal
from typing import Any

import pytest

from blocks.runs import verification as pages
from bot.core.faults import UserError
from bot.core.runs import Verified
from bot.core.team.requested_verification import UNDER_WAY, VerificationState, to_keep, verification_from
from bot.store.database import dump, load, to_ms
from bot.store.team import requested_verifications
from tests.blocks import samples
from tests.blocks.checks import check_message
from tests.rarely import edge
from tests.slack.conftest import ANA, Bot, Start, eventually


def ended(bot: Bot, after: VerificationState = VerificationState.DONE, **values: str) -> None:
    """As the worker ends the one that is wanted."""
    with bot.store.database.write() as connection:
        (asked,) = requested_verifications.pending(connection, 0)
        now = to_ms(bot.clock())
        assert requested_verifications.transition(connection, asked.id, UNDER_WAY, after, now, **values)


def found(**changes: Any) -> dict[str, str]:
    return {"summary": requested_verifications.columns_of(samples.verification(**changes))}


def test_one_message_goes_from_waiting_to_what_was_found(bot: Bot) -> None:
    bot.slack.command("verify harb")
    message = bot.said("waiting to verify…", user="@ben")
    assert bot.slack.control("GET", "notifications") == []
    ended(bot, **found())
    bot.tick()
    done = bot.after(message, "2 pairs that differ, 1 duplicate")
    said = str(done["blocks"])
    for words in (
        "Unexplained difference: *NZD 5.00*",
        "• Re-Leased: 3 · 115.00 (tax 15.00) · open 5.00",
        "• QuickBooks: 0 · 0.00 · open 0.00",
        "• difference: 3 · 115.00 (tax 15.00) · open 5.00, unexplained 3 · 115.00 (tax 15.00) · open 5.00",
        "✓ Bills NZD: 3 · 115.00 (tax 15.00) · open 5.00 on both sides",
        "invoice INV-2041: QuickBooks moved. The next sync brings it in.",
        "There twice: 1",
        "Nothing was written on either side.",
        f"asked for by <@{ANA}>",
    ):
        assert words in said, words
    entry = bot.desk.team.audit("harbour", 1)[0]
    assert (entry.by, entry.what) == (ANA, "verify")


def test_where_all_is_well_it_says_so_in_a_line(bot: Bot) -> None:
    bot.slack.command("verify")
    message = bot.said("waiting to verify…")
    ended(bot, **found(count=0))
    bot.tick()
    done = bot.after(message, "verified: both sides agree")
    assert "Unexplained difference: NZD 0.00" in done["text"]


def test_what_could_not_be_verified_says_why_and_is_tried_again(bot: Bot) -> None:
    bot.slack.command("verify")
    message = bot.said("waiting to verify…")
    ended(bot, VerificationState.FAILED, error="Re-Leased does not accept the sync's key <x>.")
    bot.tick()
    bot.after(message, "could not be verified")
    bot.slack.click(message, "verify.again")
    eventually(lambda: len([one for one in bot.slack.seen() if "waiting to verify…" in one["text"]]) == 1)


def test_a_second_request_is_the_same_verification(bot: Bot) -> None:
    bot.slack.command("verify")
    bot.said("waiting to verify…")
    bot.slack.command("verify")
    bot.said(f"is being verified already, asked for by <@{ANA}>")
    assert len(bot.desk.verifications.changed_since(samples.NOW.replace(year=2020))) == 1


@pytest.mark.parametrize("place", ["command", "home", "menu"])
def test_a_viewer_may_not_and_is_told_who_may(bot: Bot, place: str) -> None:
    if place == "command":
        bot.slack.command("verify", user="@ben")
    elif place == "menu":
        bot.slack.command("", user="@ben")
        bot.slack.click(bot.said("company.more", user="@ben"), "company.more", user="@ben", value="verify|harbour")
    else:
        home(bot, "@ben")
        bot.slack.control("POST", "click", user="@ben", view_id="home", action_id="home.verify")
    words = "only workspace admins can verify a company"
    eventually(lambda: words in str(bot.slack.seen("@ben")) + str(bot.slack.modal("@ben")))
    assert bot.desk.verifications.changed_since(samples.NOW.replace(year=2020)) == []


def home(bot: Bot, user: str = "@ana", words: str = "home.verify") -> str:
    bot.slack.control("POST", "home", user=user)
    shown = lambda: str(bot.slack.control("GET", "views", user=user)["home"] or "")  # noqa: E731
    return str(eventually(lambda: shown() if words in shown() else ""))


def test_from_the_home_it_goes_to_the_direct_messages_and_a_window_says_so(bot: Bot) -> None:
    home(bot)
    bot.slack.control("POST", "click", user="@ana", view_id="home", action_id="home.verify")
    bot.modal("The verification of Harbour City Property goes on in the *Messages* tab")
    eventually(lambda: "waiting to verify…" in str(bot.slack.seen("@ana", "@qbo-sync")))


def test_the_home_says_when_it_was_verified_and_how_that_went(bot: Bot) -> None:
    assert home(bot, words="never verified")
    bot.store.was_verified(Verified(samples.NOW, False, {"NZD": Decimal("5.00")}, 2))
    assert home(bot, words=": 2 pairs differ, NZD 5.00 unexplained")
    bot.store.was_verified(Verified(samples.NOW, True, {"NZD": Decimal(0)}, 0))
    assert home(bot, words=": both sides agree")


def test_of_several_companies_it_asks_which(start: Start) -> None:
    bot = start(companies=3)
    bot.slack.command("verify")
    message = bot.said("Which company shall I verify?")
    bot.slack.click(message, "verify.company.1")
    bot.said("Lakeside 1 · waiting to verify…")


@edge
def test_slack_away_for_a_while_loses_and_doubles_nothing(bot: Bot) -> None:
    bot.slack.control("PUT", "outage", on=True)
    bot.desk.verifications.request("harbour", ANA, "C0ACCOUNTS")
    for _ in range(4):
        bot.tick(seconds=6)
    ended(bot, **found())
    bot.slack.control("PUT", "outage", on=False)
    for _ in range(4):
        bot.tick(seconds=60)
    assert len([one for one in bot.slack.seen("@ben") if "verified:" in one["text"]]) == 1


@pytest.mark.parametrize("text", samples.TEXTS)
@pytest.mark.parametrize("count", [0, 1, 7, 500])
def test_any_findings_fit_in_every_state(count: int, text: str | None) -> None:
    for state in VerificationState:
        one = samples.asked_verification(text, count, state=state, error=text or "")
        check_message(pages.asked(one))
        check_message(pages.already_verifying(one))


@pytest.mark.parametrize("count", [0, 1, 30])
def test_what_is_kept_is_what_was_found_the_first_of_each_kind(count: int) -> None:
    whole = samples.verification(count=count)
    kept = verification_from(load(dump(to_keep(whole))))
    assert (kept.drift_count, kept.duplicates.count, kept.totals, kept.agrees) == (
        *(whole.drift_count, whole.duplicates.count, whole.totals, whole.agrees),
    )
    assert kept.drift == whole.drift[: len(kept.drift)] and len(kept.drift) == min(len(whole.drift), 20)
    assert kept == verification_from(load(dump(to_keep(kept))))


def test_what_is_asked_for_twice_at_once_is_made_once(bot: Bot) -> None:
    first, is_new = bot.desk.verifications.request("harbour", ANA)
    second, again = bot.desk.verifications.request("harbour", "U0BEN")
    assert is_new and not again and first.id == second.id
    with pytest.raises(UserError, match="not known any more"):
        bot.desk.verifications.get("nobody")
