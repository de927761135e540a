"""Makes the plan of a company: what a sync would do now, summed up and named by a hash, so that it can be approved."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.adapters.quickbooks.rate_limits import Caps
from bot.core.faults import UserError
from bot.core.model import Direction, Side
from bot.core.planning.plan_summary import Calls, Plan, Total, TypePlan, in_words, plan_hash, seconds_at_caps
from bot.core.planning.preflight import Finding, ReportGroups
from bot.records import SPECS
from bot.store.mirror import look_alikes
from bot.store.runs import ledger, plans
from bot.sync.planning import preflight
from bot.sync.planning.drafting import Draft
from bot.sync.run.run import PlanChanged, Run, Tally
from bot.sync.writing.records_loop import PlanResults, sync_type

READS_OF_QUICKBOOKS = 2  # what changed, and the settings with the tax codes
READS_OF_COMPANY = 1
KINDS = [entity for spec in SPECS if spec.dates[0] and not spec.part_of for entity in spec.entities]


def make(run: Run, findings: Sequence[Finding], plan_results: PlanResults, advance: Callable[[int], None]) -> Plan:
    """Plan every record that is to be planned, and write nothing but the plan. `advance` hears how many are done."""
    run.plan_id, plan_results.draft = run.run_id, Draft()
    with run.ledger() as connection:
        plans.start(connection, run.plan_id, run.company.id, run.now_ms())
    behind = 0
    for spec in SPECS:
        behind += sync_type(run, spec, _from(behind, advance), plan_results)
    with run.ledger() as connection:
        hash_ = plan_hash(plans.digests(connection, run.plan_id))
        plans.finish(connection, run.plan_id, run.company.id, hash_)
    return Plan(
        company_id=run.company.id,
        hash=hash_,
        operations=plan_results.draft.operations,
        by_type=_by_type(plan_results.draft),
        totals=_totals(run, plan_results.draft),
        calls=_calls(plan_results.draft),
        findings=(*findings, *preflight.ahead(run), *preflight.documents(run)),
        conflicts=plan_results.draft.conflicts,
    )


def approve(run: Run, wanted: str) -> None:
    """Plan first, and let the run go on only to do exactly what was approved. Raises UserError when it would not."""
    if not run.writes:
        raise UserError(f"{run.company.name} is only observed, so no plan can be carried out.")
    with run.database.read() as connection:
        before = plans.named(connection, run.company.id, wanted)
        if ledger.open_batches(connection, run.company.id) or ledger.open_released(connection, run.company.id):
            raise UserError(
                "A run was cut off and must be finished before a plan can be carried out. Nothing was written. "
                f"Run one sync, then plan again: qbo-sync sync {run.company.id}"
            )
    kept = run.tally, run.report_groups
    run.tally, run.report_groups = Tally(), ReportGroups()
    plan = make(run, (), PlanResults(), lambda done: None)
    made, run.plan_id = run.plan_id, ""
    run.tally, run.report_groups = kept
    if plan.hash != wanted:
        raise PlanChanged(_changed(run, before, made))
    run.approved_plan_id = made


def _from(behind: int, advance: Callable[[int], None]) -> Callable[[int], None]:
    return lambda done: advance(behind + done)


def _changed(run: Run, before: str | None, after: str) -> str:
    again = "Nothing was written. Make a new plan and look at it again."
    if before is None:
        return f"No plan of {run.company.name} has this hash, or it is too old to be compared. {again}"
    with run.database.read() as connection:
        words = in_words(plans.difference(connection, before, after))
    return f"The plan changed since: {words or 'the same records, in another order'}. {again}"


def _by_type(draft: Draft) -> tuple[TypePlan, ...]:
    order = [(spec.type, direction) for spec in SPECS for direction in (Direction.OUTGOING, Direction.INCOMING)]
    return tuple(
        TypePlan(type_, direction, draft.counts[type_, direction])
        for type_, direction in order
        if (type_, direction) in draft.counts
    )


def _totals(run: Run, draft: Draft) -> tuple[Total, ...]:
    """Before: what was read of each side. After: with what the plan adds, takes away and changes there."""
    with run.database.read() as connection:
        known = look_alikes.totals(connection, run.company.id, run.company.sync_from)
    home = run.facts.home_currency
    totals: dict[tuple[Side, str, str], Total] = {}
    for total in known:
        if total.entity in KINDS:
            key = (total.side, total.entity, total.currency or home)
            was = totals.get(key, Total(total.entity, key[2], total.side))
            count, amount = was.count_before + total.count_before, was.amount_before + total.amount_before
            totals[key] = Total(total.entity, key[2], total.side, count, amount, count, amount)
    for (side, entity, currency), (count, amount) in draft.moved.items():
        key = (side, entity, currency or home)
        was = totals.get(key, Total(entity, key[2], side))
        totals[key] = replace(was, count_after=was.count_after + count, amount_after=was.amount_after + amount)
    return tuple(sorted(totals.values(), key=lambda one: (KINDS.index(one.entity), one.currency, one.side)))


def _calls(draft: Draft) -> Calls:
    caps = Caps()
    collections = {spec.collection for spec in SPECS if not spec.part_of}
    return Calls(
        quickbooks_batches=draft.batches,
        quickbooks_singles=draft.singles,
        quickbooks_reads=READS_OF_QUICKBOOKS,
        released_writes=draft.released_writes,
        released_write_backs=draft.write_backs,
        released_reads=READS_OF_COMPANY + len(collections),
        seconds=seconds_at_caps(draft.batches, draft.singles, caps.batches_per_minute, caps.requests_per_minute),
    )
