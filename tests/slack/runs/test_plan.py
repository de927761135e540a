"""/qbo-sync plan: one message from "planning" to what came of it; approved by whoever may, carried out once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.core.model import Direction, Outcome, RecordRef, RecordType, Side
from bot.core.planning.plan_summary import COLUMNS, Calls, Plan, Total, TypePlan
from bot.core.planning.preflight import Finding, Severity
from bot.core.planning.steps import FieldChange
from bot.core.runs import Flag, Progress
from bot.core.team.requested_plan import UNDER_WAY, PlanState
from bot.store.database import to_ms
from bot.store.runs import plans, runs
from bot.store.runs.plans import PlannedStep
from bot.store.team import requested_plans
from tests.patience import PATIENCE_S
from tests.slack.conftest import ANA, BEN, Bot, Start, eventually

HASH = "0123456789abcdef"
NOTHING = dict.fromkeys(COLUMNS, 0)
PLAN = Plan(
    company_id="harbour",
    hash=HASH,
    operations=96,
    by_type=(
        TypePlan(RecordType.INVOICE, Direction.OUTGOING, {**NOTHING, "create": 84, "match": 12, "wait": 2}),
        TypePlan(RecordType.PAYMENT, Direction.INCOMING, {**NOTHING, "fail": 1, "skip": 3}),
    ),
    totals=(
        Total("Invoice", "NZD", Side.QUICKBOOKS, 30, Decimal("10000.00"), 114, Decimal("48210.00")),
        Total("Bill", "NZD", Side.RELEASED, 7, Decimal("70.00"), 7, Decimal("70.00")),
    ),
    calls=Calls(4, 0, 2, 0, 84, 9, 65),
    findings=(Finding("x", Severity.WARNS, "Two accounts share a name", "Nobody can tell them.", "Rename one.", "it"),),
)


@pytest.fixture
def bot(start: Start) -> Bot:
    return start(operators=(ANA, BEN))


def asked_for(bot: Bot, user: str = "@ana") -> tuple[dict[str, Any], str]:
    """The message of a new plan, and the plan's id."""
    bot.slack.command("plan harbour", user)
    message = bot.said("waiting to plan…")
    with bot.store.database.read() as connection:
        plan = requested_plans.under_way(connection, "harbour")
    assert plan is not None
    return message, plan.id


def move(bot: Bot, plan_id: str, after: PlanState, **more: Any) -> None:
    now = to_ms(bot.clock())
    with bot.store.database.write() as connection:
        assert requested_plans.transition(connection, plan_id, tuple(PlanState), after, now, **more)


def is_made(bot: Bot, plan_id: str, plan: Plan = PLAN, steps: Sequence[PlannedStep] | None = None, **more: Any) -> None:
    """As the worker does."""
    steps = steps or [
        PlannedStep(
            RecordRef(RecordType.INVOICE, str(place)),
            *("Invoice", Direction.OUTGOING, Outcome.CREATED, f"INV-{place} <!channel>", "", "", "d"),
        )
        for place in range(12)
    ]
    with bot.store.database.write() as connection:
        plans.start(connection, f"made-{plan.hash}", "harbour", to_ms(bot.clock()))
        plans.add(connection, f"made-{plan.hash}", 0, steps)
        plans.finish(connection, f"made-{plan.hash}", "harbour", plan.hash)
    told = {**requested_plans.columns_of(plan), "planned_at": to_ms(bot.clock()), **more}
    move(bot, plan_id, PlanState.READY, **told)


def ready(bot: Bot, plan: Plan = PLAN) -> tuple[dict[str, Any], str]:
    message, plan_id = asked_for(bot)
    is_made(bot, plan_id, plan)
    bot.tick()
    return bot.after(message, "96 changes to make"), plan_id


def needs_approval(bot: Bot) -> None:
    now = bot.desk.team.settings("harbour")
    bot.desk.team.change_settings(replace(now, needs_approval=True), now, ANA)


def state(bot: Bot, plan_id: str) -> PlanState:
    return bot.desk.plans.get(plan_id).state


def slow_edits(bot: Bot) -> Callable[[], Any]:
    """Slack does not take the edit yet, so the buttons are still there for the next one who clicks."""
    refused = {"kind": "reply", "status": 503, "body": {"ok": False, "error": "service_unavailable"}}
    bot.slack.control("POST", "faults", match={"path": "chat.update"}, times=None, effect=refused)
    return lambda: bot.slack.http.delete(f"{bot.slack.url}/_control/faults", timeout=PATIENCE_S).raise_for_status()


def test_the_message_goes_from_waiting_over_progress_to_the_plan(bot: Bot) -> None:
    message, plan_id = asked_for(bot)
    assert "<@" not in message["text"]
    move(bot, plan_id, PlanState.PLANNING)
    with bot.store.database.write() as connection:
        requested_plans.progress(connection, plan_id, Progress("planning", 84, 151), to_ms(bot.clock()))
    bot.tick()
    bot.after(message, "planning… planning 84 of 151")
    is_made(bot, plan_id)
    bot.tick()
    shown = bot.after(message, "Harbour City Property · plan: 96 changes to make, 3 records need attention")
    said = str(shown["blocks"])
    assert "Invoices: 84 to create, 12 to match, 2 waiting for another record" in said
    assert "Payments: 3 left out, 1 failing" in said
    assert "Invoices in QuickBooks: 30, NZD 10,000.00 → 114, NZD 48,210.00" in said and "Bills" not in said
    assert "about 6 calls to QuickBooks and 93 to Re-Leased, at least 1 min 5 s" in said
    assert "Two accounts share a name. Nobody can tell them. Rename one." in said
    assert "asked by <@U0ANA>" in said and "plan 0123456" in said and "Apply 96" in said


def test_apply_runs_exactly_this_plan_and_the_message_says_who(bot: Bot) -> None:
    message, plan_id = ready(bot)
    bot.slack.click(message, "plan.apply")
    bot.said("Harbour City Property · waiting to start")
    bot.tick()
    shown = bot.after(message, "asked by <@U0ANA> · approved by <@U0ANA>")
    assert "plan.apply" not in str(shown["blocks"]) and "Invoices: 84" not in str(shown["blocks"])
    run = bot.desk.plans.get(plan_id).run
    assert run is not None and run.plan == HASH
    with bot.store.database.write() as connection:
        runs.change(connection, run.run_id, to_ms(bot.clock()), state="finished", flag=Flag.BLUE)
    bot.tick()
    bot.after(message, "carried out, in sync")


def test_by_setting_the_one_who_asked_is_told_who_may_approve(bot: Bot) -> None:
    needs_approval(bot)
    message, plan_id = ready(bot)
    assert "somebody else has to approve it" in str(message["blocks"])
    bot.slack.click(message, "plan.apply")
    told = bot.said("You asked for this plan of Harbour City Property")
    assert f"Ask <@{BEN}>" in told["text"] and ANA not in told["text"]
    assert state(bot, plan_id) is PlanState.READY
    bot.slack.click(message, "plan.apply", user="@ben")
    bot.after(message, "asked by <@U0ANA> · approved by <@U0BEN>")


def test_two_people_who_click_apply_start_one_run(bot: Bot) -> None:
    message, plan_id = ready(bot)
    slow_edits(bot)
    bot.slack.click(message, "plan.apply")
    eventually(lambda: state(bot, plan_id) is PlanState.APPROVED)
    bot.slack.click(message, "plan.apply", user="@ben")
    bot.said("<@U0ANA> has approved this plan already", user="@ben")
    with bot.store.database.read() as connection:
        assert len(runs.requested(connection)) == 1


def test_what_changed_since_the_approval_is_said_and_the_new_plan_offered(bot: Bot) -> None:
    message, plan_id = ready(bot)
    changed = replace(PLAN, hash="f" * 16, operations=97)
    is_made(bot, plan_id, changed, overtaken=BEN, changes="1 more to create (invoice INV-9)")
    bot.tick()
    shown = bot.after(message, "97 changes to make")
    words = "It changed after <@U0BEN> had approved it: 1 more to create (invoice INV-9). Nothing was written."
    assert words in str(shown["blocks"]) and "Apply 97" in str(shown["blocks"])


def test_show_what_lists_the_first_records(bot: Bot) -> None:
    message, _ = ready(bot)
    bot.slack.click(message, "plan.show")
    view = bot.modal("What the plan does")
    said = str(view["blocks"])
    assert "*Create in QuickBooks* · 12 invoices" in said and "and 2 more" in said
    assert "<!channel>" not in said


def test_show_what_pages_through_old_and_new_of_every_update_conflicts_first(bot: Bot) -> None:
    message, plan_id = asked_for(bot)
    due = FieldChange("due date", "20 Nov 2026", "4 Dec 2026", weighs=True)
    steps = [
        PlannedStep(
            RecordRef(RecordType.INVOICE, str(place)),
            *("Invoice", Direction.OUTGOING, Outcome.UPDATED, f"INV-{place:02} <!channel>", "", "", "d"),
            changes=(replace(due, is_lost=place == 24),),
        )
        for place in range(25)
    ]
    is_made(bot, plan_id, replace(PLAN, conflicts=1), steps=steps)
    bot.tick()
    assert "🔶 1 record has changed on both sides" in str(bot.after(message, "96 changes to make")["blocks"])
    bot.slack.click(message, "plan.show")
    first = str(bot.modal("page 1 of 2")["blocks"]).partition("What changes")[2]
    assert first.index("INV-24") < first.index("INV-00") and "INV-23" not in first
    assert "🔶 Due date: 20 Nov 2026 → 4 Dec 2026" in first and "<!channel>" not in first
    bot.slack.in_modal("plan.next")
    assert "INV-23" in str(bot.modal("page 2 of 2")["blocks"])


def test_refresh_plans_anew_in_the_same_message(bot: Bot) -> None:
    message, plan_id = ready(bot)
    over = slow_edits(bot)
    bot.slack.click(message, "plan.refresh", user="@ben")
    eventually(lambda: state(bot, plan_id) is PlanState.REQUESTED)
    bot.slack.click(message, "plan.apply")
    bot.said("being made anew")
    bot.slack.click(message, "plan.refresh")
    bot.said("is being planned already")
    over()
    bot.tick(seconds=10)
    bot.after(message, "waiting to plan…")
    assert bot.desk.plans.get(plan_id).requested_by == BEN


def test_an_old_plan_says_so_and_can_be_refreshed(bot: Bot) -> None:
    message, plan_id = ready(bot)
    bot.clock.forward(25 * 3600)
    bot.slack.click(message, "plan.apply")
    bot.said("more than a day old")
    assert state(bot, plan_id) is PlanState.READY


def test_a_plan_that_something_stops_has_no_apply(bot: Bot) -> None:
    stop = Finding("built-in-sync", Severity.STOPS, "The built-in sync is on", "Two would write.", "Switch it off.", "")
    message, plan_id = asked_for(bot)
    is_made(bot, plan_id, replace(PLAN, findings=(stop,)))
    bot.tick()
    shown = bot.after(message, "*Stops it:* The built-in sync is on. Two would write. Switch it off.")
    assert "plan.apply" not in str(shown["blocks"])


def test_a_plan_that_could_not_be_made_says_why(bot: Bot) -> None:
    message, plan_id = asked_for(bot)
    move(bot, plan_id, PlanState.FAILED, error="QuickBooks needs reconnecting <!here>.")
    bot.tick()
    shown = bot.after(message, "could not be planned")
    assert "QuickBooks needs reconnecting &lt;!here&gt;." in shown["text"] and "Plan again" in str(shown["blocks"])


def test_whoever_asks_while_one_is_made_is_told_so(bot: Bot) -> None:
    _, plan_id = asked_for(bot)
    bot.slack.command("plan harbour", "@ben")
    bot.said("is being planned already, asked for by <@U0ANA>", user="@ben")
    assert state(bot, plan_id) in UNDER_WAY


def test_without_a_name_the_company_is_asked_for(start: Start) -> None:
    bot = start(operators=(ANA,), companies=2)
    bot.slack.command("plan")
    bot.slack.click(bot.said("Which company shall I plan?"), "plan.company.0")
    bot.said("waiting to plan…")


def test_a_viewer_is_refused(start: Start) -> None:
    bot = start(operators=(ANA,))
    bot.slack.command("plan harbour", "@ben")
    bot.said("only operators can plan a sync", user="@ben")
