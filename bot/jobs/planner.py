"""Makes the plans that people asked for, in the worker: a dry run each, its progress told, what changed said."""

from collections.abc import Callable
from datetime import timedelta

from bot.core.faults import UserError
from bot.core.planning.plan_summary import Plan, in_words
from bot.core.runs import Progress
from bot.core.team.requested_plan import PlanState, RequestedPlan
from bot.jobs.boundary import guarded
from bot.store import companies
from bot.store.database import to_ms
from bot.store.runs import leases, plans
from bot.store.team import requested_plans
from bot.sync.ending import Finished
from bot.sync.engine import run_sync
from bot.sync.run.context import Engine

ABANDONED_AFTER = timedelta(seconds=20)
OTHER_ORDER = "the same changes, in another order"


def wanted(engine: Engine) -> list[RequestedPlan]:
    """Those that can be made now: while a company is being synced, its plan waits."""
    with engine.database.read() as connection:
        found = requested_plans.pending(connection, to_ms(engine.clock() - ABANDONED_AFTER))
        return [asked for asked in found if not leases.is_held(connection, asked.company_id)]


def make(engine: Engine, asked: RequestedPlan) -> None:
    """Make it, unless somebody else has begun to. A bug ends this plan only, with a reference."""
    before = (PlanState.REQUESTED, PlanState.PLANNING) if asked.state is PlanState.PLANNING else (PlanState.REQUESTED,)
    if not _move(engine, asked, before, PlanState.PLANNING):
        return

    def failed(reference: str) -> Finished:
        words = f"The plan could not be made because of an error in qbo-sync (reference {reference} in its log)."
        return Finished("", asked.company_id, None, could_not_run=words)

    def work() -> Finished:
        return run_sync(engine, asked.company_id, engine.new_id(), dry_run=True, advance=_telling(engine, asked))

    try:
        finished = guarded(work, failed, "a plan failed", plan=asked.id, company=asked.company_id)
    except UserError as error:
        _put_off(engine, asked, str(error))
        return
    if finished.plan is not None:
        _ready(engine, asked, finished.plan)
    elif engine.stopping():
        _move(engine, asked, (PlanState.PLANNING,), PlanState.REQUESTED)
    else:
        _move(engine, asked, (PlanState.PLANNING,), PlanState.FAILED, error=finished.could_not_run)


def make_anew(engine: Engine, run_id: str) -> None:
    """What this run was to do is not what would be done now: whoever approved it gets the new plan to look at."""
    now = to_ms(engine.clock())
    with engine.database.write() as connection:
        asked = requested_plans.of_run(connection, run_id)
        if asked is not None:
            again = {"approved_by": "", "overtaken": asked.approved_by, "run_id": "", "progress": "{}", "changes": ""}
            requested_plans.transition(connection, asked.id, (PlanState.APPROVED,), PlanState.REQUESTED, now, **again)


def _ready(engine: Engine, asked: RequestedPlan, plan: Plan) -> None:
    now = to_ms(engine.clock())
    with engine.database.write() as connection:
        changes = ""
        if asked.plan is not None and asked.plan.hash != plan.hash:
            before = plans.named(connection, asked.company_id, asked.plan.hash)
            after = plans.named(connection, asked.company_id, plan.hash)
            if before and after:
                changes = in_words(plans.difference(connection, before, after)) or OTHER_ORDER
        told = {**requested_plans.columns_of(plan), "planned_at": now, "changes": changes, "error": ""}
        requested_plans.transition(connection, asked.id, (PlanState.PLANNING,), PlanState.READY, now, **told)


def _telling(engine: Engine, asked: RequestedPlan) -> Callable[[Progress], None]:
    def advance(reached: Progress) -> None:
        with engine.database.write() as connection:
            requested_plans.progress(connection, asked.id, reached, to_ms(engine.clock()))

    return advance


def _put_off(engine: Engine, asked: RequestedPlan, words: str) -> None:
    """Somebody else syncs the company: the plan is made after that. A company that is gone has none."""
    with engine.database.read() as connection:
        is_known = companies.get(connection, asked.company_id) is not None
    after = PlanState.REQUESTED if is_known else PlanState.FAILED
    _move(engine, asked, (PlanState.PLANNING,), after, error="" if is_known else words)


def _move(engine: Engine, asked: RequestedPlan, before: tuple[PlanState, ...], after: PlanState, **more: str) -> bool:
    with engine.database.write() as connection:
        return requested_plans.transition(connection, asked.id, before, after, to_ms(engine.clock()), **more)
