"""The pages of plans and partners, over little and much, ordinary, long and hostile."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from blocks.kit.notice import WhoMay
from blocks.linking import links, partners
from blocks.linking.retrying import Retry
from blocks.runs import plan
from bot.core.links import differs
from bot.core.model import Direction, LinkChange, OpenAmount, Outcome, RecordRef, RecordType, Side
from bot.core.planning.pairing import Suggestion
from bot.core.planning.plan_summary import COLUMNS, Calls, Plan, Total, TypePlan
from bot.core.planning.preflight import Finding, Severity
from bot.core.planning.steps import FieldChange
from bot.core.runs import Flag, Progress, RunState
from bot.core.team.requested_plan import PlannedChange, PlannedChanges, PlannedGroup, PlanState, RequestedPlan
from bot.core.team.roles import Role
from tests.blocks import samples
from tests.blocks.checks import check_message, check_modal

TEXTS = samples.TEXTS


def made(size: int, text: str | None) -> Plan:
    words = "Rename one" if text is None else text
    finding = Finding("x", Severity.WARNS, words, words, words, words)
    counts = {column: 10**size * (place + 1) for place, column in enumerate(COLUMNS)}
    kinds = [(kind, direction) for kind in RecordType for direction in Direction][: size * 9]
    currencies = [f"C{place}" for place in range(size * 12)]
    totals = [Total("Invoice", one, Side.RELEASED, 1, Decimal("1.5"), 10**size, Decimal(10**9)) for one in currencies]
    rows = tuple(TypePlan(kind, direction, counts) for kind, direction in kinds)
    return Plan(
        "harbour", "0123456789abcdef", 36**size, rows, tuple(totals), Calls(seconds=size), (finding,) * size * 9
    )


STATES: list[dict[str, Any]] = [
    {"state": PlanState.REQUESTED},
    {"state": PlanState.PLANNING, "progress": Progress("planning", 84, 151)},
    {"state": PlanState.READY},
    {"state": PlanState.READY, "overtaken": "U0BEN", "needs_approval": True},
    {"state": PlanState.FAILED},
    {"state": PlanState.APPROVED, "approved_by": "U0BEN"},
    {"state": PlanState.APPROVED, "approved_by": "U0BEN", "run": samples.run(flag=Flag.RED)},
    {"state": PlanState.APPROVED, "run": samples.run(state=RunState.INCOMPLETE, flag=None, error="It is closed")},
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("changes", STATES)
def test_a_plan_can_be_shown_in_every_state(changes: dict[str, Any], text: str | None) -> None:
    words = text if text is not None else "Harbour City Property"
    for size in (0, 1, 2):
        one = RequestedPlan("p1", "harbour", words, PlanState.READY, "U0ANA", samples.NOW, planned_at=samples.NOW)
        shown = replace(one, plan=made(size, text), changes=words, error=words)
        message = plan.asked(replace(shown, **changes))
        check_message(message)
        groups = [
            PlannedGroup(RecordType.INVOICE, Direction.OUTGOING, outcome, 99, (words,) * 10) for outcome in Outcome
        ]
        change = FieldChange(words, words * 5, words, is_lost=True)
        rows = [PlannedChange(RecordType.INVOICE, one, words, (change,) * size * 9) for one in Direction] * size * 5
        for page in range(1, 4):
            updates = PlannedChanges(tuple(rows), 10**size * size, page, 3)
            check_modal(plan.contents(shown, groups * 10 * size, updates))
        check_message(plan.another_person(shown, WhoMay(Role.OPERATOR, ["U0BEN"], [words])))
        check_message(plan.already_planning(shown))


def test_the_plain_text_of_a_plan_says_company_count_and_who() -> None:
    one = RequestedPlan("p1", "harbour", "Harbour", PlanState.READY, "U0ANA", samples.NOW, plan=made(0, None))
    assert plan.asked(one).text == "Harbour · plan: 1 change to make · asked by <@U0ANA> · plan 0123456"
    waiting = replace(one, state=PlanState.REQUESTED)
    assert plan.asked(waiting).text == "Harbour · waiting to plan…"


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("count", [1, 2, 5, 40])
@pytest.mark.parametrize("side", list(Side))
def test_the_question_which_it_is_takes_any_text(side: Side, count: int, text: str | None) -> None:
    words = text if text is not None else "INV-1 of 5 Oct 2026, 138.00"
    found = [Suggestion(side, "Invoice", str(place), words, 2, (words, "3 days apart")) for place in range(count)]
    compared = [("Total", Decimal("1.5"), words), ("Date", samples.NOW.date(), ""), (words, words, words)] * 6
    ref = RecordRef(RecordType.INVOICE, "1")
    for chosen in ("0", partners.NONE):
        view = partners.question(ref, words, found, chosen, compared, "v1", "NZD", words, words)
        check_modal(view)
        check_modal(partners.question(ref, words, found, chosen, [], "v1"))
        check_modal(partners.question(ref, words, found, chosen, [], "v1", retry=Retry(10**9)))


def test_what_is_owed_is_told_apart_by_receivable_and_payable() -> None:
    refs = [RecordRef(RecordType.INVOICE, str(place)) for place in range(23)]
    owed = OpenAmount("NZD", Decimal("48210"), Decimal("1200")), OpenAmount("AUD", payable=Decimal("5"))
    change = LinkChange((), (), tuple(refs[1:]), names={refs[0]: "INV-1"}, open_amounts=owed)
    said = str(links.confirm(links.Verb.UNLINK, change, refs[:1], "v1", links.Extent.ONLY)["blocks"])
    words = "22 invoices, NZD 48,210.00 open receivable, 1,200.00 payable, AUD 5.00 open payable"
    assert words in said


@pytest.mark.parametrize("text", TEXTS)
def test_what_changed_meanwhile_is_safe_whatever_the_names(text: str | None) -> None:
    words = text if text is not None else "INV-9"
    refs = [RecordRef(RecordType.INVOICE, str(place)) for place in range(30)]
    names = dict.fromkeys(refs, words)
    was, owed = (OpenAmount(words[:8] or "NZD", Decimal(amount)) for amount in ("48210", "-60000"))
    before = LinkChange((), (), tuple(refs[:10]), names=names, open_amounts=(was,), unlinked=frozenset(refs[:5]))
    unlinked, unmatched = frozenset(refs[4:20]), frozenset(refs)
    now = LinkChange((), (), tuple(refs[5:30]), "", names, (owed,), unlinked, unmatched)
    for are_dropped in (False, True):
        since = links.meanwhile(before, now, are_dropped)
        check_modal(links.confirm(links.Verb.UNLINK, now, refs[:2], "v1", links.Extent.ONLY, since, words))
    assert links.meanwhile(before, before) == ""


REFS = [RecordRef(RecordType.INVOICE, str(place)) for place in range(3)]


@pytest.mark.parametrize(
    ("changed", "is_said"),
    [
        ({}, False),
        ({"cascade": (REFS[1], REFS[0])}, False),
        ({"names": {REFS[0]: "another name"}}, False),
        ({"cascade": (REFS[0],)}, True),
        ({"cascade": tuple(REFS)}, True),
        ({"unlinked": frozenset(REFS[:1])}, True),
        ({"unmatched": frozenset(REFS[1:2])}, True),
        ({"open_amounts": ()}, True),
        ({"open_amounts": (OpenAmount("NZD", Decimal("0.01")),)}, True),
    ],
)
def test_whatever_differs_is_said_and_what_does_not_is_not(changed: dict[str, Any], is_said: bool) -> None:
    shown = LinkChange((), (), tuple(REFS[:2]), open_amounts=(OpenAmount("NZD", Decimal("48210")),))
    now = replace(shown, **changed)
    assert bool(links.meanwhile(shown, now)) is differs(shown, now) is is_said


def test_an_amount_that_changed_is_said_with_what_it_was() -> None:
    shown = LinkChange((), (), (), open_amounts=(OpenAmount("NZD", Decimal("48210")),))
    now = replace(shown, open_amounts=(OpenAmount("NZD", Decimal("60000"), Decimal("-5.5")),))
    words = "NZD 60,000.00 open receivable, -5.50 payable by now, where it was NZD 48,210.00 open receivable"
    assert links.meanwhile(shown, now) == f"{words}. Nothing was done yet."
    assert "where it was nothing open" in links.meanwhile(replace(shown, open_amounts=()), now)
