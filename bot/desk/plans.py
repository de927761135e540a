"""Plans that people ask for: asked for, looked at, approved by whoever may, and carried out exactly or not at all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.faults import UserError
from bot.core.planning.preflight import Severity
from bot.core.runs import RunView, Trigger
from bot.core.team.requested_plan import (
    UNDER_WAY,
    PlannedChange,
    PlannedChanges,
    PlannedGroup,
    PlanState,
    RequestedPlan,
)
from bot.store import companies
from bot.store.database import Database, to_ms
from bot.store.runs import plans, runs
from bot.store.team import notes, requested_plans
from bot.store.team.notes import Deed

GOOD_FOR = timedelta(hours=24)
NAMES_SHOWN = 10
CHANGES_SHOWN = 20  # on a page of a window
SETTLED = (PlanState.READY, PlanState.FAILED, PlanState.APPROVED)


class SamePerson(UserError):
    """Whoever asked for a plan may not be the one who approves it."""


class Approved(UserError):
    """Somebody has approved this plan already: `by`."""

    def __init__(self, by: str) -> None:
        super().__init__("This plan was approved already.")
        self.by = by


@dataclass(frozen=True)
class Approving:
    """Raises UserError with words for the person. `wake` tells whoever makes plans that one is wanted."""

    database: Database
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    wake: Callable[[], None] = lambda: None

    def get(self, plan_id: str) -> RequestedPlan:
        with self.database.read() as connection:
            return _known(connection, plan_id)

    def changed_since(self, when: datetime) -> list[RequestedPlan]:
        """Those that changed, or whose run did."""
        with self.database.read() as connection:
            return requested_plans.changed_since(connection, to_ms(when))

    def contents(self, plan_id: str) -> list[PlannedGroup]:
        """What it would do, by outcome and type, with the first names of each. Raises UserError when it is too old."""
        with self.database.read() as connection:
            return plans.contents_of(connection, _stored(connection, plan_id), NAMES_SHOWN)

    def changes(self, plan_id: str, page: int = 1) -> PlannedChanges:
        """What it would update, old and new, a page at a time. Raises UserError when it is too old."""
        with self.database.read() as connection:
            return plans.changes_of(connection, _stored(connection, plan_id), page, CHANGES_SHOWN)

    def every_change(self, company_id: str, plan_hash: str) -> Iterator[PlannedChange]:
        """All that a plan updates, old and new, read a few at a time; nothing of a plan that is not kept any more."""
        with self.database.read() as connection:
            stored = plans.named(connection, company_id, plan_hash)
            if stored is not None:
                yield from plans.every_change(connection, stored)

    def request(self, company_id: str, by: str, channel_id: str = "", source: str = "") -> tuple[RequestedPlan, bool]:
        """The plan, and whether it is new: while one of the company is being made, that one is given."""
        plan_id, now = self.new_id(), to_ms(self.clock())
        with self.database.write() as connection:
            if companies.get(connection, company_id) is None:
                raise UserError("This company is not connected any more.")
            busy = requested_plans.under_way(connection, company_id)
            if busy is None:
                requested_plans.add(connection, plan_id, company_id, by, channel_id, now)
                notes.write_deed(connection, Deed(company_id, now, by, "plan", source=source))
            asked = busy or _known(connection, plan_id)
        self.wake()
        return asked, busy is None

    def refresh(self, plan_id: str, by: str, source: str = "") -> RequestedPlan:
        """Make it anew in its place: what differs from before is said. From now on it is `by` who asked."""
        now = to_ms(self.clock())
        with self.database.write() as connection:
            asked = _known(connection, plan_id)
            if asked.run is not None and asked.run.finished_at is None:
                raise UserError("This plan is being carried out just now. Plan again when that is done.")
            if asked.state in UNDER_WAY or requested_plans.under_way(connection, asked.company_id) is not None:
                raise UserError(f"{asked.company_name} is being planned already. It takes a moment.")
            again = {"requested_by": by, "approved_by": "", "overtaken": "", "run_id": "", "progress": "{}"}
            requested_plans.transition(connection, plan_id, SETTLED, PlanState.REQUESTED, now, changes="", **again)
            notes.write_deed(connection, Deed(asked.company_id, now, by, "plan", source=source))
            anew = _known(connection, plan_id)
        self.wake()
        return anew

    def approve(self, plan_id: str, by: str, source: str = "") -> RunView:
        """Carry out exactly this plan. However many people do at once: one run."""
        run_id, now = self.new_id(), to_ms(self.clock())
        with self.database.write() as connection:
            asked = _known(connection, plan_id)
            self._require_good(connection, asked, by)
            approval = {"approved_by": by, "run_id": run_id, "overtaken": "", "changes": ""}
            if not requested_plans.transition(
                connection, plan_id, (PlanState.READY,), PlanState.APPROVED, now, **approval
            ):
                raise UserError("Somebody else was quicker with this plan. Nothing was done twice.")
            hash_ = asked.plan.hash if asked.plan else ""
            who = (Trigger.PERSON, by, now)
            if not runs.request(connection, run_id, asked.company_id, *who, plan=hash_, source=source):
                raise UserError(f"{asked.company_name} is being synced just now. When that is done, refresh the plan.")
            count = asked.plan.operations if asked.plan else 0
            said = f"plan {hash_}: {count:,} changes, asked for by {asked.requested_by}"
            notes.write_deed(connection, Deed(asked.company_id, now, by, "approve", after=said, source=source))
            run = runs.get(connection, run_id)
        if run is None:
            raise UserError("The run has just gone; plan again.")
        self.wake()
        return run

    def _require_good(self, connection: Connection, asked: RequestedPlan, by: str) -> None:
        """Raises UserError unless this is a plan that this person may approve now."""
        if asked.state is PlanState.APPROVED:
            raise Approved(asked.approved_by)
        if asked.state is not PlanState.READY or asked.plan is None:
            raise UserError("This plan is being made anew. Look at it when it is there.")
        if asked.needs_approval and by == asked.requested_by:
            raise SamePerson("You asked for this plan, so somebody else has to approve it.")
        if any(one.severity is Severity.STOPS for one in asked.plan.findings):
            raise UserError("This plan cannot be carried out as long as something stops it. The message says what.")
        is_kept = plans.named(connection, asked.company_id, asked.plan.hash) is not None
        if not is_kept or asked.planned_at is None or self.clock() - asked.planned_at > GOOD_FOR:
            raise UserError(
                "This plan is more than a day old, or newer ones took its place. Refresh it and look again."
            )


def _stored(connection: Connection, plan_id: str) -> str:
    """The id under which its steps are kept."""
    asked = _known(connection, plan_id)
    stored = plans.named(connection, asked.company_id, asked.plan.hash) if asked.plan else None
    if stored is None:
        raise UserError("This plan is too old to be shown in detail. Refresh it.")
    return stored


def _known(connection: Connection, plan_id: str) -> RequestedPlan:
    asked = requested_plans.get(connection, plan_id)
    if asked is None:
        raise UserError("This plan is not known any more. Ask for a new one with /qbo-sync plan.")
    return asked
