"""Each message, window and home that `blocks/` can make is put through the checks with every hostile text.

The larger ones have tests of their own, over many amounts and states; they are named here, so that a new view that
nobody checks fails a test.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

import blocks
from blocks import home, overview
from blocks.causes import red
from blocks.causes import work as cause_work
from blocks.kit import notice, refused_channel, simpler
from blocks.kit.kit import Block, Message
from blocks.kit.notice import WhoMay
from blocks.linking import choosing, links, naming
from blocks.linking.retrying import Retry
from blocks.runs import plan, verification
from blocks.settings import company
from bot.core.causes.work import ResolvedCause, Snooze, Work
from bot.core.model import RecordRef, RecordType
from bot.core.naming import NameChoice, NameHolder
from bot.core.runs import Flag
from bot.core.team.company_settings import CompanySettings
from bot.core.team.refused_channel import RefusedChannel, Way
from bot.core.team.requested_verification import VerificationState
from bot.core.team.roles import Role
from tests.blocks import samples
from tests.blocks.checks import check_message, check_modal
from tests.blocks.test_team_views import check_home

View = Message | Block
DAY = date(2026, 12, 1)


def named(text: str, flag: Flag | None = Flag.RED) -> Any:
    return samples.company(text or "Harbour", flag, id="harbour")


def mended(text: str) -> ResolvedCause:
    return ResolvedCause("contact:kiosk-0", text, 28, samples.NOW, "unlink", text)


def work(text: str) -> Work:
    return Work("harbour", "contact:kiosk-0", samples.NOW, "U0BEN", "U0ANA", Snooze.DATE, DAY, text[:500])


def many_names(text: str) -> NameChoice:
    holder = NameHolder("Customer", "1", text, False, text, "https://app.qbo.intuit.com/app/customerdetail?nameId=1")
    return NameChoice("Customer", text, (holder,) * 9, (" (2)", " (Unit 4)"))


def called(text: str) -> Any:
    return samples.cause(5, text, ref=RecordRef(RecordType.TAX_TYPE, "t1"))


VIEWS: dict[str, Callable[[str], list[View]]] = {
    "causes.work.settle": lambda text: [
        cause_work.settle(samples.cause(0, text), work(text), "v1", text, replace(work(text), note=text)),
        cause_work.settle(samples.cause(0, text), None, "v1"),
    ],
    "causes.work.gone": lambda text: [cause_work.gone("v1")],
    "causes.work.given": lambda text: [cause_work.given(named(text), samples.cause(0, text), text, text)],
    "causes.work.given_gone": lambda text: [cause_work.given_gone(named(text), mended(text))],
    "causes.work.reminder": lambda text: [cause_work.reminder(named(text), 31, 3, 2)],
    "linking.choosing.question": lambda text: [
        choosing.question(called(text), "v1"),
        choosing.question(called(text), "v1", Retry(10**9)),
    ],
    "linking.naming.question": lambda text: [
        naming.question(many_names(text), text, "v1", "1", text, text, text, Retry(1)),
        naming.question(replace(many_names(text), holders=(), suffixes=()), text, "v1"),
    ],
    "home.home": lambda text: [home.home([home.HomeCompany(named(text), held=[text])])],
    "home.refused": lambda text: [home.refused(notice.refused("look", WhoMay(Role.VIEWER, [], [text])))],
    "linking.links.overtaken": lambda text: [links.overtaken(text, "unlinked", "U0BEN")],
    "kit.notice.in_messages": lambda text: [notice.in_messages(text)],
    "kit.notice.verification_in_messages": lambda text: [notice.verification_in_messages(text)],
    "causes.red.goes_on": lambda text: [red.goes_on(named(text), text, there) for there in ("C0ACCOUNTS", text)],
    "kit.refused_channel.sent_instead": lambda text: [
        refused_channel.sent_instead(red.red(named(text), samples.causes(9, text)), RefusedChannel(text, way, word))
        for way in Way
        for word in (*refused_channel.WORDS, text)
    ],
    "kit.simpler.without_call": lambda text: [
        simpler.without_call(red.red(named(text), samples.causes(9, text), calls_channel=True))
    ],
    "overview.nothing_connected": lambda text: [overview.nothing_connected()],
    "runs.plan.approved_already": lambda text: [plan.approved_already("U0BEN")],
    "causes.red.closed_here": lambda text: [red.closed_here(named(text), text, samples.NOW, [mended(text)] * 40)],
    "causes.red.put_right": lambda text: [red.put_right(named(text), text, 60)],
    "causes.red.new_cause": lambda text: [red.new_cause(named(text), samples.cause(place, text)) for place in range(8)],
    "causes.red.new_cause_gone": lambda text: [red.new_cause_gone(named(text), mended(text))],
    "settings.company.routes": lambda text: [
        company.routes(CompanySettings("harbour", text, "Pacific/Auckland", routes={"closed": "C1"}), "v1")
    ],
    "runs.verification.asked": lambda text: [
        verification.asked(samples.asked_verification(text, count, state=state, error=text))
        for count in (0, 1, 10_000)
        for state in VerificationState
    ],
    "runs.verification.already_verifying": lambda text: [
        verification.already_verifying(samples.asked_verification(text))
    ],
}

ELSEWHERE = {
    "test_causes_page": {"causes.window.causes_page"},
    "test_detail": {"results.detail.about_cause", "results.detail.choose", "results.detail.detail"},
    "test_plan_pages": {
        "linking.partners.question",
        "runs.plan.already_planning",
        "runs.plan.another_person",
        "runs.plan.asked",
        "runs.plan.contents",
    },
    "test_results": {"results.message.results", "results.filter.filter_modal"},
    "test_team_views": {
        *("audit.audit", "runs.digest.digest", "find.ask_for_words", "find.found", "home.reconnect"),
        *("kit.simpler.plain_text", "overview.overview_modal", "settings.company.roles", "settings.company.settings"),
    },
    "test_views": {
        *(
            "help.help_page",
            "linking.links.confirm",
            "linking.links.said",
            "linking.links.select_rows",
            "kit.notice.as_modal",
            "kit.notice.broke",
        ),
        *(
            "kit.notice.cannot_check",
            "kit.notice.not_posted",
            "kit.notice.refused",
            "kit.notice.shared_channel",
            "kit.notice.strangers",
        ),
        *(
            "kit.notice.words",
            "overview.choose_company",
            "overview.overview",
            "causes.red.closed",
            "causes.red.recovery",
            "causes.red.red",
        ),
        *("runs.run.already_running", "runs.run.day", "runs.run.entry", "runs.run.living"),
    },
}
"""Where the views with tests of their own are checked."""

PARTS = {
    *(
        "causes.card.rare",
        "linking.links.everything_option",
        "kit.note.note_field",
        "linking.links.row_option",
        "kit.company_select.company_select",
    ),
    "results.filter.order_select",
}
"""Blocks and elements that only stand in views."""


def makers() -> set[str]:
    """Every public function of `blocks/` that gives a message, a window or an element, as "module.name"."""
    found = set()
    for module in pkgutil.walk_packages(blocks.__path__, "blocks."):
        if module.ispkg or module.name == "blocks.kit.kit" or module.name.startswith("blocks.limits"):
            continue
        loaded = importlib.import_module(module.name)
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            gives = inspect.signature(function).return_annotation
            is_maker = any(gives == kind for kind in (Message, Message | None, Block, Block | None))
            if is_maker and function.__module__ == loaded.__name__ and not name.startswith("_"):
                found.add(f"{module.name.removeprefix('blocks.')}.{name}")
    return found


def test_every_view_is_checked_somewhere() -> None:
    elsewhere = set().union(*ELSEWHERE.values())
    assert makers() == VIEWS.keys() | elsewhere | PARTS


@pytest.mark.parametrize("where", ELSEWHERE)
def test_what_is_checked_elsewhere_is_used_there(where: str) -> None:
    source = inspect.getsource(importlib.import_module(f"tests.blocks.{where}"))
    assert [name for name in ELSEWHERE[where] if f"{name.rpartition('.')[2]}(" not in source] == []


@pytest.mark.parametrize("text", samples.TEXTS)
@pytest.mark.parametrize("name", VIEWS)
def test_it_is_within_limits_and_safe_whatever_it_says(name: str, text: str | None) -> None:
    for view in VIEWS[name](text if text is not None else "Kiosk Ltd"):
        if isinstance(view, Message):
            check_message(view)
        elif view["type"] == "home":
            check_home(view)
        else:
            check_modal(view)
