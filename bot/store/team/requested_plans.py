"""Named queries over the plans that people ask for: requested, made, approved, and what is seen of them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from bot.core.planning.plan_summary import Plan
from bot.core.runs import Progress, RunView
from bot.core.team.requested_plan import UNDER_WAY, PlanState, RequestedPlan, plan_from
from bot.store.database import dump, from_ms, load
from bot.store.runs import runs
from bot.store.tables import companies
from bot.store.tables import runs as runs_table
from bot.store.team import settings
from bot.store.team.tables import requested_plans

_c = requested_plans.c


def add(connection: Connection, id_: str, company_id: str, by: str, channel_id: str, at: int) -> None:
    about = {"state": PlanState.REQUESTED, "requested_by": by, "requested_at": at, "changed_at": at}
    connection.execute(
        requested_plans.insert().values(
            id=id_, company_id=company_id, channel_id=channel_id, progress="{}", summary="", **about
        )
    )


def get(connection: Connection, id_: str) -> RequestedPlan | None:
    return next(iter(_views(connection, _c.id == id_)), None)


def of_run(connection: Connection, run_id: str) -> RequestedPlan | None:
    return next(iter(_views(connection, _c.run_id == run_id)), None)


def under_way(connection: Connection, company_id: str) -> RequestedPlan | None:
    """The one of this company that is wanted or being made."""
    return next(iter(_views(connection, _c.company_id == company_id, _c.state.in_(UNDER_WAY))), None)


def pending(connection: Connection, abandoned_before: int) -> list[RequestedPlan]:
    """Those to be made: asked for, or begun by somebody who has not been heard of since that moment (ms)."""
    abandoned = (_c.state == PlanState.PLANNING) & (_c.changed_at < abandoned_before)
    return _views(connection, or_(_c.state == PlanState.REQUESTED, abandoned))


def changed_since(connection: Connection, at: int) -> list[RequestedPlan]:
    """Those that changed, or whose run did."""
    moved = select(runs_table.c.id).where(runs_table.c.changed_at >= at)
    return _views(connection, or_(_c.changed_at >= at, (_c.run_id != "") & _c.run_id.in_(moved)))


def transition(
    connection: Connection, id_: str, before: Sequence[PlanState], after: PlanState, at: int, **more: Any
) -> bool:
    """From one state into another; False when it is in none of `before`: somebody else was quicker."""
    where = (_c.id == id_, _c.state.in_(before))
    done = connection.execute(update(requested_plans).where(*where).values(state=after, changed_at=at, **more))
    return bool(done.rowcount == 1)


def progress(connection: Connection, id_: str, reached: Progress, at: int) -> None:
    where = (_c.id == id_, _c.state == PlanState.PLANNING)
    connection.execute(update(requested_plans).where(*where).values(progress=dump(asdict(reached)), changed_at=at))


def columns_of(plan: Plan) -> dict[str, Any]:
    """The columns that hold a plan."""
    return {"hash": plan.hash, "summary": dump(asdict(plan))}


def _views(connection: Connection, *where: ColumnElement[bool]) -> list[RequestedPlan]:
    named = select(requested_plans, companies.c.name.label("company_name"))
    found = named.join(companies, companies.c.id == _c.company_id).where(*where).order_by(_c.requested_at, _c.id)
    return [_view(connection, row) for row in connection.execute(found).all()]


def _view(connection: Connection, row: Any) -> RequestedPlan:
    requested_at = from_ms(row.requested_at)
    if requested_at is None:
        raise ValueError(f"plan {row.id} has no time of request")
    run: RunView | None = runs.get(connection, row.run_id) if row.run_id else None
    return RequestedPlan(
        id=row.id,
        company_id=row.company_id,
        company_name=row.company_name,
        state=PlanState(row.state),
        requested_by=row.requested_by,
        requested_at=requested_at,
        channel_id=row.channel_id,
        progress=Progress(**load(row.progress)),
        planned_at=from_ms(row.planned_at),
        plan=plan_from(load(row.summary)) if row.summary else None,
        changes=row.changes,
        approved_by=row.approved_by,
        overtaken=row.overtaken,
        run=run,
        error=row.error,
        needs_approval=settings.of(connection, row.company_id).get("approval") == "on",
    )
