"""For those who hear the plain text only, or see no colours: every message about a company says flag, name and counts.

All functions of `blocks/` that give a message are found by their annotation: one that is missing here fails a test.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest

import blocks
from blocks import audit, find, home, overview
from blocks.causes import red, work
from blocks.find import Found
from blocks.kit import notice, simpler
from blocks.kit.kit import Message
from blocks.kit.notice import WhoMay
from blocks.kit.refused_channel import sent_instead
from blocks.kit.words import FLAG_WORDS
from blocks.limits.check import NEWER
from blocks.linking import links
from blocks.results import message as results
from blocks.results.message import ResultsShown
from blocks.results.table import TableForm
from blocks.runs import digest, plan, run, verification
from bot.core.causes.work import ResolvedCause
from bot.core.runs import Counts, Flag
from bot.core.team.company_settings import AuditEntry
from bot.core.team.refused_channel import RefusedChannel, Way
from bot.core.team.requested_plan import UNDER_WAY, RequestedPlan
from bot.core.team.roles import Role
from bot.core.team.week import CauseSpan, week
from tests.blocks import samples
from tests.blocks.test_results import shown

RED = samples.company()
NAME = "Harbour City Property"
REFUSED = RefusedChannel("C0ACCOUNTS", Way.POST, "restricted_action")
SETTLED = "Invoice INV-2040: amount 1,725.00 in QuickBooks gave way to 1,737.94"
RUN = samples.run(flag=Flag.RED, counts=Counts(failed=31, conflicts=2), conflicts=(SETTLED,))
PLAN = RequestedPlan("p1", "harbour", NAME, next(iter(UNDER_WAY)), "U0ANA", samples.NOW)
HOUR_AGO = samples.NOW - timedelta(hours=1)
WEEK = week(samples.NOW, "UTC", [CauseSpan("Kiosk Ltd is inactive", 31, HOUR_AGO)], [RUN])
VERIFIED = samples.asked_verification()
MENDED = ResolvedCause("contact:kiosk-0", "Kiosk Ltd is inactive", 28, samples.NOW)
FOUND = Found(RED, "kiosk", 31, samples.results(2), "v1")


def drawn(page: ResultsShown) -> Message:
    message = results.results(page, TableForm.DATA_TABLE, NEWER)
    assert message is not None
    return message


ABOUT_A_COMPANY: dict[str, Callable[[], Message]] = {
    "runs.run.living": lambda: run.living(RUN),
    "runs.run.day": lambda: run.day(RED, date(2026, 11, 22), [RUN]),
    "runs.run.entry": lambda: run.entry(RUN),
    "causes.red.red": lambda: red.red(RED, samples.causes(3)),
    "causes.red.closed_here": lambda: red.closed_here(RED, "3 causes", samples.NOW),
    "causes.red.put_right": lambda: red.put_right(RED, "3 causes", 60),
    "kit.refused_channel.sent_instead": lambda: sent_instead(red.red(RED, samples.causes(3)), REFUSED),
    "kit.simpler.plain_text": lambda: simpler.plain_text(red.red(RED, samples.causes(3))),
    "kit.simpler.without_call": lambda: simpler.without_call(red.red(RED, samples.causes(3), calls_channel=True)),
    "overview.overview": lambda: overview.overview([RED]),
    "runs.digest.digest": lambda: digest.digest(RED, WEEK),
    "find.found": lambda: find.found("kiosk", [FOUND]),
    "results.message.results": lambda: drawn(shown(samples.results(25), total=31)),
}
"""With 31 records that need attention or are shown: flag word, company and count must be in the plain text."""

IN_ONE_STATE: dict[str, tuple[Callable[[], Message], Sequence[str]]] = {
    "causes.red.closed": (lambda: red.closed(RED, "31 records", samples.NOW), ("🔵 Blue", NAME)),
    "causes.red.goes_on": (lambda: red.goes_on(RED, "31 records", "C0ACCOUNTS"), ("🟥 Red", NAME, "C0ACCOUNTS")),
    "causes.red.recovery": (lambda: red.recovery(RED, "31 records need attention", 60), ("🔵 Blue", NAME, "31")),
    "causes.red.new_cause": (lambda: red.new_cause(RED, samples.cause()), ("🟥 Red", NAME, "28", "Kiosk")),
    "runs.verification.asked": (
        lambda: verification.asked(VERIFIED),
        ("🟥 Red", NAME, "2 pairs that differ", "NZD 5.00"),
    ),
    "runs.verification.already_verifying": (lambda: verification.already_verifying(VERIFIED), (NAME,)),
    "causes.work.given": (lambda: work.given(RED, samples.cause(), "@ana", ""), ("🟥 Red", NAME, "28", "Kiosk")),
    "causes.work.reminder": (lambda: work.reminder(RED, 31, 3, 2), ("🟥 Red", NAME, "31", "3 causes")),
    "causes.work.given_gone": (lambda: work.given_gone(RED, MENDED), (NAME, "28", "Kiosk")),
    "causes.red.new_cause_gone": (lambda: red.new_cause_gone(RED, MENDED), (NAME, "28", "Kiosk")),
    "linking.links.said": (lambda: links.said(RED, "31 records unlinked", "@ana"), ("🟥 Red", NAME, "31")),
    "runs.run.already_running": (lambda: run.already_running(RUN), (NAME,)),
    "home.reconnect": (lambda: home.reconnect(RED), ("🟥 Red", NAME)),
    "overview.choose_company": (lambda: overview.choose_company([RED], "x", "Which?"), (NAME,)),
    "runs.plan.asked": (lambda: plan.asked(PLAN), (NAME,)),
    "runs.plan.already_planning": (lambda: plan.already_planning(PLAN), (NAME,)),
    "runs.plan.another_person": (lambda: plan.another_person(PLAN, WhoMay(Role.OPERATOR, ["U0BEN"])), (NAME,)),
    "audit.audit": (
        lambda: audit.audit([AuditEntry(samples.NOW, "U0ANA", "unlink", NAME, 31, ["Kiosk"])], NAME, 1, False, "v"),
        (NAME, "30 more", "1 entry"),
    ),
}
"""Messages that have no flag of their own, or always the same one, and what of it must be said."""

ABOUT_NO_COMPANY = {
    "overview.nothing_connected",
    "help.help_page",
    "find.ask_for_words",
    "linking.links.overtaken",
    "runs.plan.approved_already",
    *(f"kit.notice.{name}" for name, _ in inspect.getmembers(notice, inspect.isfunction) if not name.startswith("_")),
}


def builders() -> set[str]:
    """Every public function of `blocks/` that is annotated to give a message."""
    found = set()
    for module in pkgutil.walk_packages(blocks.__path__, "blocks."):
        loaded = importlib.import_module(module.name)
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            gives = str(inspect.signature(function).return_annotation)
            if function.__module__ == loaded.__name__ and not name.startswith("_") and "Message" in gives:
                found.add(f"{module.name.removeprefix('blocks.')}.{name}")
    return found


def test_every_message_of_the_product_is_looked_at_here() -> None:
    assert builders() - ABOUT_A_COMPANY.keys() - IN_ONE_STATE.keys() - ABOUT_NO_COMPANY == set()


@pytest.mark.parametrize("name", ABOUT_A_COMPANY)
def test_the_plain_text_alone_says_flag_company_and_count(name: str) -> None:
    text = ABOUT_A_COMPANY[name]().text
    assert FLAG_WORDS[Flag.RED] in text and NAME in text and "31" in text, text


@pytest.mark.parametrize("name", IN_ONE_STATE)
def test_the_plain_text_of_the_others_says_whose_it_is_and_how_many(name: str) -> None:
    message, words = IN_ONE_STATE[name]
    assert [word for word in words if word not in message().text] == []


def test_flags_differ_by_shape_and_word_not_by_colour_alone() -> None:
    shapes, words = zip(*(said.split(" ") for said in FLAG_WORDS.values()), strict=True)
    assert len(set(shapes)) == len(set(words)) == len(Flag)
    assert {"🔵", "🔶", "🟥"} == set(shapes)


def test_a_chart_says_its_figures_in_the_plain_text_too() -> None:
    assert "1 cause opened, 0 closed" in digest.digest(RED, WEEK).text
