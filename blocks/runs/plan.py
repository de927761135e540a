"""A plan as one living message: what a sync would do, what stands in its way, who asked and who approved it."""

from collections.abc import Iterator, Sequence

from blocks.kit.kit import Block, Message, actions, button, context, escape, instant, modal, money, section, user
from blocks.kit.notice import WhoMay, ask
from blocks.kit.words import company_name, counted, duration, headline, listed, number, sentence
from blocks.runs import plan_changes
from blocks.runs.run import ENDED, run_state
from bot.core.model import Direction, Outcome, Side
from bot.core.planning.plan_summary import Calls, Plan, Total, TypePlan
from bot.core.planning.preflight import Finding, Severity
from bot.core.runs import Flag, RunState
from bot.core.team.requested_plan import UNDER_WAY, PlannedChanges, PlannedGroup, PlanState, RequestedPlan

SIDES = {Side.RELEASED: "Re-Leased", Side.QUICKBOOKS: "QuickBooks"}
TO_SIDE = {Direction.OUTGOING: "QuickBooks", Direction.INCOMING: "Re-Leased"}
WORDS = {
    "create": "to create",
    "match": "to match",
    "update": "to update",
    "void": "to void",
    "attach": "to attach",
    "skip": "left out",
    "wait": "waiting for another record",
    "fail": "failing",
}
ACTS = {
    Outcome.CREATED: "Create in {side}",
    Outcome.ADOPTED: "Match with what is in {side}",
    Outcome.UPDATED: "Update in {side}",
    Outcome.VOIDED: "Void in {side}",
    Outcome.ATTACHED: "Attach in {side}",
    Outcome.WAITING: "Waits for another record",
    Outcome.FAILED: "Fails",
}
KINDS = {
    **{"Invoice": "Invoices", "Bill": "Bills", "CreditMemo": "Credit notes", "VendorCredit": "Supplier credit notes"},
    **{"Payment": "Receipts", "BillPayment": "Payments out"},
}
MOST_FINDINGS = 6
MOST_TOTALS = 12
FINDING_CHARS = 420
CHANGES_CHARS = 600
MOST_GROUPS = 40


def asked(plan: RequestedPlan) -> Message:
    """The message of a plan in every state; edited from "planning…" to what came of it."""
    lead, made = _lead(plan), plan.plan
    lines = [
        _overtaken(plan),
        _conflicts(plan),
        escape(plan.error, CHANGES_CHARS) if plan.state is PlanState.FAILED else "",
    ]
    blocks = [section("\n".join(filter(None, [headline(None, plan.company_name, lead), *lines])))]
    if made is not None and plan.state not in UNDER_WAY:
        blocks += _contents(made, plan.state is PlanState.APPROVED)
        if made.operations and plan.state is PlanState.READY:
            blocks.append(context(_calls(made.calls)))
    blocks += [context(words) for words in [_who(plan, made)] if words]
    blocks += _buttons(plan)
    said = [headline(None, plan.company_name, lead, bold=False), *lines, _who(plan, made)]
    return Message(" · ".join(filter(None, said)), blocks)


def contents(plan: RequestedPlan, groups: Sequence[PlannedGroup], changes: PlannedChanges) -> Block:
    """A modal with the first records of each thing that the plan would do, and a page of all that it updates."""
    shown = [section(_group(group)) for group in groups[:MOST_GROUPS]]
    lead = f"*{company_name(plan.company_name)}* · {_count(plan.plan)}"
    rest = len(groups) - MOST_GROUPS
    more = [context(f"and {counted(rest, 'more group')}")] if rest > 0 else []
    updates = plan_changes.page_of(plan.id, changes) if changes.total else []
    return modal("plan.contents", "What the plan does", [section(lead), *shown, *more, *updates])


def already_planning(plan: RequestedPlan) -> Message:
    """For somebody who asks for a plan while one is being made."""
    words = headline(None, plan.company_name, f"is being planned already, asked for by {user(plan.requested_by)}")
    return Message(words, [section(words)])


def another_person(plan: RequestedPlan, who: WhoMay) -> Message:
    """Whoever asked for it clicked Apply, and by setting somebody else has to. `who` may, the asker left out."""
    words = (
        f"You asked for this plan of {company_name(plan.company_name)}, and by the company's settings "
        f"somebody else approves it. {ask(who)}"
    )
    return Message(words, [section(words)])


def approved_already(by: str) -> Message:
    words = f"{user(by)} has approved this plan already. It is carried out once; nothing was done twice."
    return Message(words, [section(words)])


def _lead(plan: RequestedPlan) -> str:
    match plan.state:
        case PlanState.REQUESTED:
            return "waiting to plan…"
        case PlanState.PLANNING if plan.progress.phase:
            total = plan.progress.total
            reached = f" {number(plan.progress.done)} of {number(total)}" if total else ""
            return f"planning… {escape(plan.progress.phase, 40)}{reached}"
        case PlanState.PLANNING:
            return "planning…"
        case PlanState.FAILED:
            return "could not be planned"
        case PlanState.READY:
            return f"plan: {_count(plan.plan)}"
        case PlanState.APPROVED:
            return f"plan: {_count(plan.plan)} · {_applied(plan)}"


def _count(made: Plan | None) -> str:
    """ "151 changes to make, 3 records need attention"."""
    if made is None:
        return ""
    changes = f"{counted(made.operations, 'change')} to make" if made.operations else "nothing to change"
    stuck = sum(row.counts.get("wait", 0) + row.counts.get("fail", 0) for row in made.by_type)
    need = "needs" if stuck == 1 else "need"
    return f"{changes}, {counted(stuck, 'record')} {need} attention" if stuck else changes


def _applied(plan: RequestedPlan) -> str:
    run = plan.run
    if run is None or run.state is RunState.REQUESTED:
        return "approved"
    if run.state is RunState.RUNNING:
        return "being carried out"
    if run.state is RunState.INCOMPLETE:
        return f"not carried out to its end: {escape(run.error, CHANGES_CHARS)}"
    return f"carried out, {run_state(run)}" if run.flag is Flag.BLUE else f"carried out, now {run_state(run)}"


def _conflicts(plan: RequestedPlan) -> str:
    made = plan.plan
    if made is None or not made.conflicts or plan.state is not PlanState.READY:
        return ""
    what = "1 record has" if made.conflicts == 1 else f"{number(made.conflicts)} records have"
    return f"🔶 {what} changed on both sides, and an amount or a date gives way. *Show what* lists them first."


def _overtaken(plan: RequestedPlan) -> str:
    """What changed since the plan that stood here before."""
    changes = escape(plan.changes, CHANGES_CHARS)
    if plan.overtaken:
        what = f": {changes}" if changes else ""
        again = "" if plan.state in UNDER_WAY else " This is the plan now."
        return f"It changed after {user(plan.overtaken)} had approved it{what}. Nothing was written.{again}"
    return f"Since the plan before: {changes}." if changes else ""


def _contents(made: Plan, over: bool) -> list[Block]:
    """Once it is approved only the totals stay; the rest is behind "Show what"."""
    parts = ["" if over else _types(made.by_type), _totals(made.totals)]
    blocks = [section(part) for part in parts if part]
    if made.findings and not over:
        blocks.append(section("\n".join(_findings(made.findings))))
    return blocks


def _types(rows: Sequence[TypePlan]) -> str:
    lines = []
    for direction, side in TO_SIDE.items():
        found = [_type(row) for row in rows if row.direction is direction and any(row.counts.values())]
        lines += [f"*To {side}*", *found] if found else []
    return "\n".join(lines)


def _type(row: TypePlan) -> str:
    said = [f"{number(row.counts[column])} {words}" for column, words in WORDS.items() if row.counts.get(column)]
    return f"{sentence(row.type.plural)}: {', '.join(said)}"


def _totals(totals: Sequence[Total]) -> str:
    """Each kind of document on both sides: now, and after the plan where that differs."""
    moved = [one for one in totals if (one.count_before, one.amount_before) != (one.count_after, one.amount_after)]
    if not moved:
        return ""
    lines = [_total(one) for one in moved[:MOST_TOTALS]]
    rest = [f"and {counted(len(moved) - MOST_TOTALS, 'more total')}"] if len(moved) > MOST_TOTALS else []
    return "\n".join(["*Totals now → afterwards*", *lines, *rest])


def _total(one: Total) -> str:
    now, then = (
        f"{number(count)}, {escape(money(amount, one.currency), 60)}"
        for count, amount in ((one.count_before, one.amount_before), (one.count_after, one.amount_after))
    )
    return f"{KINDS.get(one.entity) or escape(one.entity, 40)} in {SIDES[one.side]}: {now} → {then}"


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    ordered = sorted(findings, key=lambda one: one.severity is not Severity.STOPS)
    for one in ordered[:MOST_FINDINGS]:
        lead = "*Stops it:*" if one.severity is Severity.STOPS else "*Check:*"
        yield f"{lead} {escape(f'{one.what}. {one.why} {one.how}', FINDING_CHARS)}"
    if len(findings) > MOST_FINDINGS:
        yield f"and {counted(len(findings) - MOST_FINDINGS, 'more thing')} to check"


def _calls(calls: Calls) -> str:
    quickbooks = calls.quickbooks_batches + calls.quickbooks_singles + calls.quickbooks_reads
    released = calls.released_writes + calls.released_write_backs + calls.released_reads
    least = f", at least {duration(calls.seconds)}" if calls.seconds else ""
    return (
        f"Applying it takes about {counted(quickbooks, 'call')} to QuickBooks "
        f"and {number(released)} to Re-Leased{least}"
    )


def _who(plan: RequestedPlan, made: Plan | None) -> str:
    """Not while it waits: the first post would ping whoever asked, an edit pings nobody."""
    if plan.state in UNDER_WAY:
        return ""
    approved = f"approved by {user(plan.approved_by)}" if plan.approved_by else ""
    waits = plan.needs_approval and plan.state is PlanState.READY and made is not None and made.operations
    other = "somebody else has to approve it" if waits else ""
    when = instant(plan.planned_at) if plan.planned_at else ""
    name = f"plan {escape(made.hash[:7], 7)}" if made else ""
    return " · ".join(filter(None, [f"asked by {user(plan.requested_by)}", approved, other, when, name]))


def _buttons(plan: RequestedPlan) -> list[Block]:
    if plan.state in UNDER_WAY:
        return []
    found: list[Block] = []
    if plan.state is PlanState.APPROVED:
        if plan.run is not None and plan.run.state in ENDED:
            found = [_results(plan), _again(plan, "Plan again")]
        return [actions(_show(plan), *found, block_id=f"plan.{plan.id}")]
    if plan.state is PlanState.FAILED or plan.plan is None:
        return [actions(_again(plan, "Plan again"), block_id=f"plan.{plan.id}")]
    if plan.plan.operations and not any(one.severity is Severity.STOPS for one in plan.plan.findings):
        label = f"Apply {number(plan.plan.operations)}"
        spoken = f"Apply the plan of {plan.company_name}: {counted(plan.plan.operations, 'change')}"
        found.append(button(label, "plan.apply", plan.id, "primary", spoken=spoken))
    if plan.plan.by_type:
        found.append(_show(plan))
    return [actions(*found, _again(plan, "Refresh plan"), block_id=f"plan.{plan.id}")]


def _show(plan: RequestedPlan) -> Block:
    return button("Show what", "plan.show", plan.id, spoken=f"Show what the plan of {plan.company_name} does")


def _again(plan: RequestedPlan, label: str) -> Block:
    return button(label, "plan.refresh", plan.id, spoken=f"{label}: {plan.company_name}")


def _results(plan: RequestedPlan) -> Block:
    return button("View results", "open.run", plan.run.run_id if plan.run else "")


def _group(group: PlannedGroup) -> str:
    act = ACTS.get(group.outcome, "{side}").format(side=TO_SIDE[group.direction])
    names = [escape(name, 60) or "–" for name in group.names]
    rest = group.count - len(names)
    told = listed([*names, f"{number(rest)} more"] if rest > 0 else names)
    return f"*{act}* · {counted(group.count, group.type.noun, group.type.plural)}\n{told}"
