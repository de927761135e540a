"""Every view, over little and much, ordinary, long and hostile: within Slack's limits, safe, and readable as text."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from blocks import help, overview
from blocks.causes import red
from blocks.kit import notice
from blocks.kit.notice import WhoMay
from blocks.linking import links
from blocks.linking.links import Extent, Verb
from blocks.runs import run
from bot.core.model import LinkChange, OpenAmount, RecordRef, RecordType
from bot.core.runs import CompanyStatus, Counts, Flag, Progress, RunState, Trigger
from bot.core.team.roles import Role
from tests.blocks import samples
from tests.blocks.checks import check_blocks, check_message, check_modal

TEXTS = samples.TEXTS


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("count", [1, 7, 130])
def test_the_overview_takes_any_number_of_companies(count: int, text: str | None) -> None:
    flags = [Flag.RED, Flag.BLUE, None]
    companies = [
        replace(
            samples.company(f"{text or 'Harbour'} {place}", flags[place % 3], id=f"co-{place}"),
            last_run=samples.run(flag=flags[place % 3], error=text or ""),
            status=list(CompanyStatus)[place % len(CompanyStatus)],
        )
        for place in range(count)
    ]
    check_message(overview.overview(companies))
    check_message(overview.choose_company(companies, "sync.company", "Which company shall I sync?"))


def test_the_overview_says_flag_company_and_count_in_its_plain_text() -> None:
    message = overview.overview([samples.company(), samples.company("Lakeside", Flag.BLUE)])
    assert message.text.splitlines() == [
        "1 of 2 companies needs attention.",
        "🟥 Red · Harbour City Property · 31 records need attention",
        "🔵 Blue · Lakeside · in sync",
    ]


def test_without_companies_the_first_steps_are_shown() -> None:
    message = overview.overview([])
    check_message(message)
    assert "No company is connected yet" in message.text


STATES = [
    {"state": RunState.REQUESTED, "flag": None, "finished_at": None},
    {"state": RunState.RUNNING, "flag": None, "finished_at": None, "progress": Progress("invoices", 84, 151)},
    {"state": RunState.RUNNING, "flag": Flag.ORANGE, "problems": 2, "finished_at": None},
    {"state": RunState.FINISHED, "flag": Flag.BLUE},
    {"state": RunState.FINISHED, "flag": Flag.RED, "counts": Counts(failed=31, waiting=28)},
    {"state": RunState.INCOMPLETE, "flag": None, "error": "QuickBooks needs reconnecting."},
    {"state": RunState.FINISHED, "flag": Flag.BLUE, "counts": Counts(conflicts=30), "conflicts": ("x" * 500,) * 20},
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("changes", STATES)
def test_a_run_can_be_shown_in_every_state(changes: dict[str, Any], text: str | None) -> None:
    told = {"company_name": text, "error": text, "progress": Progress(text, 1, 2)} if text is not None else {}
    one = replace(samples.run(), **{**changes, **told})
    for message in (run.living(one), run.entry(one), run.already_running(one)):
        check_message(message)
    check_message(run.day(samples.company(text or "Harbour"), samples.NOW.date(), [one] * 24))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (STATES[1], "Harbour City Property · syncing… · invoices 84 of 151 · started by <@U0ANA>"),
        (STATES[2], "🔶 Orange · Harbour City Property · syncing, 2 problems so far · started by <@U0ANA>"),
        (
            STATES[3],
            "🔵 Blue · Harbour City Property · in sync · 3 created, 12 updated · 14 s · started by <@U0ANA>",
        ),
        (
            STATES[4],
            "🟥 Red · Harbour City Property · 31 records need attention"
            " · 28 of them wait for another record · nothing written · 14 s · started by <@U0ANA>",
        ),
    ],
)
def test_a_run_reads_as_flag_company_state_counts(changes: dict[str, Any], words: str) -> None:
    assert run.living(replace(samples.run(), **changes)).text == words


def test_settled_conflicts_are_listed_in_orange_and_leave_the_flag_as_it_is() -> None:
    said = tuple(f"Invoice INV-{place}: amount 1,725.00 in QuickBooks gave way to 1,737.94" for place in range(7))
    one = replace(samples.run(), flag=Flag.BLUE, counts=Counts(updated=7, conflicts=7), conflicts=said)
    for message in (run.living(one), run.entry(one), run.day(samples.company(), samples.NOW.date(), [one])):
        assert "🔵 Blue" in message.text and "🔶 *7 conflicts settled*" in message.text
        assert f"• {said[0]}\n" in message.text and "and 2 more; the results have them all" in message.text
        assert said[0] in str(message.blocks)
    assert "🔶" not in run.living(replace(one, counts=Counts(updated=7), conflicts=())).text


def test_the_first_message_of_a_run_pings_nobody() -> None:
    assert "<@" not in run.living(replace(samples.run(), **STATES[0])).text


def test_a_run_that_could_not_run_says_why_and_shows_no_flag() -> None:
    message = run.living(replace(samples.run(), **STATES[5]))
    assert "QuickBooks needs reconnecting." in message.text
    assert not any(word in message.text for word in ("🔵", "🔶", "🟥"))


def test_a_day_shows_the_latest_flag_and_counts_all() -> None:
    blue = samples.run(trigger=Trigger.SCHEDULE, requested_by="")
    message = run.day(samples.company(), samples.NOW.date(), [blue, blue, replace(blue, flag=Flag.RED)])
    assert message.text.startswith("🟥 Red · Harbour City Property · Sun 22 Nov · ")
    assert "3 syncs today: 2 blue, 1 red" in message.text


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("count", [0, 1, 3, 8, 60])
def test_a_red_message_takes_any_number_of_causes(count: int, text: str | None) -> None:
    company = samples.company(text or "Harbour City Property", id="harbour")
    check_message(red.red(company, samples.causes(count, text)))
    check_message(red.red(replace(company, last_run=samples.run(state=RunState.RUNNING)), samples.causes(count, text)))
    check_message(red.closed(company, red.totals(31, 3), samples.NOW))
    check_message(red.recovery(company, red.totals(31, 3), 11_520))


def test_a_red_message_says_what_each_cause_holds_up_and_what_to_do() -> None:
    message = red.red(samples.company(), [samples.cause(0), samples.cause(1)])
    assert message.text.startswith("🟥 Red · Harbour City Property · 31 records need attention, 2 causes")
    said = str(message.blocks)
    assert "holds up 23 invoices and 5 payments, NZD 48,210.00" in said
    assert "Make it active again in QuickBooks, then retry." in said
    assert "'Retry 28'" in said and "'Relink Kiosk Ltd'" in said


def test_while_a_run_is_under_way_the_red_message_starts_no_other() -> None:
    company = samples.company(last_run=samples.run(state=RunState.RUNNING, finished_at=None))
    said = str(red.red(company, samples.causes(3)).blocks)
    assert "sync.company" not in said and "cause.retry" not in said and "cause.relink" not in said
    assert "syncing now, started by <@U0ANA>" in said


def test_recovery_strikes_the_red_message_through_and_leaves_no_button() -> None:
    message = red.closed(samples.company(flag=Flag.BLUE), red.totals(31, 3), samples.NOW)
    assert "~🟥 Red · Harbour City Property · 31 records need attention, 3 causes~" in str(message.blocks)
    assert "button" not in str(message.blocks)


@pytest.mark.parametrize("text", ["", *TEXTS[1:]])
def test_help_names_the_word_nobody_knows(text: str) -> None:
    check_message(help.help_page(text))
    assert "“snyc”" in help.help_page("snyc").text


@pytest.mark.parametrize("text", TEXTS[1:-2])
def test_notices_are_safe(text: str) -> None:
    for message in (
        notice.words(text),
        notice.refused("unlink records", WhoMay(Role.OPERATOR, ["U0ANA"] * 40, [text] * 40)),
        notice.refused("look at this", WhoMay(Role.VIEWER, [], ["finance"])),
        notice.refused("unlink records", WhoMay(Role.ADMIN, is_workspace_admins=True)),
        notice.not_posted("not_in_channel", ""),
        notice.broke("abc123"),
        notice.strangers(),
        notice.shared_channel(),
        notice.cannot_check(),
    ):
        check_message(message)
        check_modal(notice.as_modal(message))


def change(cascade: int, chosen: int = 1, text: str | None = None) -> tuple[LinkChange, tuple[RecordRef, ...]]:
    refs = tuple(RecordRef(RecordType.CONTACT, f"kiosk-{place}") for place in range(chosen))
    others = tuple(
        RecordRef(RecordType.PAYMENT if place < 5 else RecordType.INVOICE, f"r-{place}") for place in range(cascade)
    )
    names = {ref: text if text is not None else "Kiosk Ltd" for ref in refs}
    names |= {ref: text if text is not None else f"INV-{place}" for place, ref in enumerate(others)}
    owed = (OpenAmount("NZD", samples.cause().amount or Decimal(0)),)
    return LinkChange(refs, others, others, "undo-1", names, owed), refs


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("cascade", [0, 1, 28, 1000])
@pytest.mark.parametrize("chosen", [1, 1000])
@pytest.mark.parametrize("verb", list(Verb))
def test_a_confirmation_takes_any_cascade(verb: Verb, chosen: int, cascade: int, text: str | None) -> None:
    preview, refs = change(cascade, chosen, text)
    for extent in Extent:
        check_modal(links.confirm(verb, preview, refs, "view-1", extent))
    company = samples.company(text or "Harbour")
    check_message(links.said(company, links.outcome(verb, preview, text or ""), text or "@ana", "view-2"))


def test_a_confirmation_names_and_counts_what_follows() -> None:
    preview, refs = change(28)
    view = links.confirm(Verb.UNLINK, preview, refs, "view-1", Extent.EVERYTHING)
    said = view["blocks"][0]["text"]["text"]
    assert said == (
        "*Unlink Kiosk Ltd?*\nIt and 28 records that refer to it stop syncing: "
        "23 invoices and 5 payments, NZD 48,210.00 open receivable. Nothing is deleted on either side."
    )
    assert "5 payments: INV-0, INV-1" in str(view["blocks"])
    (how_far,) = [block for block in view["blocks"] if block.get("block_id") == "extent"]
    options = [one["text"]["text"] for one in how_far["element"]["options"]]
    assert options == ["only Kiosk Ltd: the 28 wait, shown red", "all 29"]
    assert view["submit"]["text"] == "Unlink 29"
    alone = links.confirm(Verb.UNLINK, preview, refs, "view-1", Extent.ONLY)
    assert alone["submit"]["text"] == "Unlink 1"
    assert alone["blocks"][0]["text"]["text"] == (
        "*Unlink Kiosk Ltd?*\nIt stops syncing, and 28 records that refer to it wait until it is linked again: "
        "23 invoices and 5 payments, NZD 48,210.00 open receivable. Nothing is deleted on either side."
    )


@pytest.mark.parametrize("text", TEXTS)
def test_selecting_rows_is_safe(text: str | None) -> None:
    check_modal(links.select_rows(12, "view-1", text or ""))
    for row in samples.results(3, text):
        option = links.row_option(row)
        assert option is not None
        check_blocks([option])
        assert 1 <= len(option["text"]["text"]) <= 75
