"""The cards of a red message: each offers the click that mends it and no other, and is struck when mended."""

from dataclasses import replace
from datetime import timedelta

import pytest

from blocks.causes import red
from bot.core.causes.grouping import key
from bot.core.causes.work import ResolvedCause, Triage, Work
from bot.core.faults import Fix
from bot.core.model import RecordRef, RecordType
from bot.core.runs import Flag
from bot.store.database import to_ms
from bot.store.results import cause_spans
from tests.blocks import samples
from tests.blocks.checks import check_message
from tests.slack import mirrored
from tests.slack.conftest import Bot, eventually
from tests.slack.scenes import fails_alone, may_be_another
from tests.slack.seeding import KIOSK

FIXES = {
    Fix.RETRY: "Retry 28",
    Fix.RELINK: "Relink Kiosk Ltd",
    Fix.ADOPT: "Which is it?…",
    Fix.RENAME: "Name it apart…",
    Fix.CHOOSE: "Choose…",
}
OTHER = RecordRef(RecordType.INVOICE, "other")


def opened(bot: Bot) -> dict[str, object]:
    bot.tick()
    return bot.said("cause.1.harbour", user="@ben")


@pytest.mark.parametrize("fix", list(Fix))
def test_a_card_has_the_button_of_its_fix_and_both_links(fix: Fix) -> None:
    cause = samples.cause(fix=fix.value)
    said = str(red.red(samples.company(), [cause]).blocks)
    offered = [label for label in FIXES.values() if label in said]
    assert offered == ([FIXES[fix]] if fix in FIXES else [])
    assert "Open in QuickBooks ↗" in said and "Open in Re-Leased ↗" in said
    assert "Next move: you, in QuickBooks" in said and "QuickBooks takes no documents" in said


@pytest.mark.parametrize("text", samples.TEXTS)
@pytest.mark.parametrize("count", [1, 8, 60])
def test_any_number_of_resting_and_mended_causes_fits(count: int, text: str | None) -> None:
    causes = samples.causes(count * 2, text)
    notes = text if text is not None else "the owner is told"
    work = {key(one): Work("harbour", key(one), samples.NOW, "U0ANA", "U0BEN", note=notes) for one in causes}
    gone = [ResolvedCause(f"contact:{n}", notes, 28, samples.NOW, "unlink", "U0ANA") for n in range(count)]
    settled = Triage(work, frozenset(map(key, causes[count:])), gone)
    check_message(red.red(samples.company(last_run=samples.run(flag=Flag.RED, error=text or "")), causes, settled))
    check_message(red.closed(samples.company(), red.totals(31, 3), samples.NOW, gone))


def test_a_cause_that_is_gone_is_struck_through_with_what_mended_it_and_has_no_button(bot: Bot) -> None:
    invoice = fails_alone(OTHER, "INV-9")
    bot.store.was_synced([*bot.store.rows(), invoice])
    message = opened(bot)
    bot.store.sync([invoice], Flag.RED)
    bot.tick(seconds=6)
    changed = bot.after(message, "~Kiosk Ltd is inactive in QuickBooks~")
    assert "29 records · put right with a sync" in str(changed["blocks"])
    assert str(changed["blocks"]).count("cause.retry") == 1 and str(KIOSK) not in str(changed["blocks"])


def test_what_mended_it_stays_on_the_message_of_an_episode_that_is_over(bot: Bot) -> None:
    message = opened(bot)
    bot.store.sync()
    bot.tick(seconds=6)
    closed = bot.after(message, "~Kiosk Ltd is inactive in QuickBooks~")
    assert "button" not in str(closed["blocks"])


def test_a_cause_from_before_the_episode_is_not_told_as_mended_in_it(bot: Bot) -> None:
    invoice = fails_alone(OTHER, "INV-9")
    bot.store.sync([invoice], Flag.RED)
    bot.clock.forward(300)
    opened(bot)
    bot.tick(seconds=6)
    assert "Kiosk Ltd" not in str(bot.said("cause.1.harbour", user="@ben"))


def test_which_is_it_opens_the_question_and_needs_an_operator(bot: Bot) -> None:
    may_be_another(bot.store)
    message = opened(bot)
    bot.slack.click(message, "cause.adopt", user="@ben")
    bot.said("workspace admin", user="@ben")
    bot.slack.click(message, "cause.adopt")
    bot.modal("Which record in QuickBooks is contact Kiosk Ltd?")


def test_which_is_it_says_so_when_there_is_nothing_to_choose_any_more(bot: Bot) -> None:
    may_be_another(bot.store)
    message = opened(bot)
    bot.store.hear(mirrored.party("Customer", "58", "Kiosk 0"))
    bot.slack.click(message, "cause.adopt")
    bot.said("Nothing on the other side looks like it any more.")


def test_a_second_click_on_retry_starts_no_second_sync(bot: Bot) -> None:
    message = opened(bot)
    bot.slack.click(message, "cause.retry")
    bot.slack.click(message, "cause.retry")
    eventually(lambda: "is being synced already" in str(bot.slack.seen()) or len(bot.store.runs()) == 1)
    assert len(bot.store.runs()) == 1


def test_a_viewer_may_not_retry_and_is_told_who_may(bot: Bot) -> None:
    message = opened(bot)
    bot.slack.click(message, "cause.retry", user="@ben")
    bot.said("workspace admin", user="@ben")
    assert bot.store.runs() == []


def test_a_cause_that_the_engine_writes_down_is_found_by_its_end(bot: Bot) -> None:
    """The same queries as the engine's: opened by one look, ended by the next."""
    row = replace(bot.store.rows()[0], code="6240", details="Kiosk Ltd is inactive.")
    team, since = bot.desk.team, bot.clock() - timedelta(seconds=1)
    with team.database.write() as connection:
        cause_spans.note(connection, "harbour", to_ms(bot.clock()), [row])
        cause_spans.note(connection, "harbour", to_ms(bot.clock()) + 5, [])
    (resolved,) = team.work.settled(bot.desk.companies.named("harbour"), [], since).resolved
    assert (resolved.key, resolved.headline, resolved.how, resolved.by) == (
        str(KIOSK),
        "Kiosk Ltd is inactive in QuickBooks",
        "sync",
        "",
    )
