"""A plan that somebody asked for: who did, how far it is, what it says, and who approved it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.core.model import Direction, Outcome, RecordType, Side
from bot.core.planning.plan_summary import Calls, Plan, Total, TypePlan
from bot.core.planning.preflight import Finding, Severity
from bot.core.planning.steps import FieldChange
from bot.core.runs import Progress, RunView


class PlanState(StrEnum):
    REQUESTED = "requested"
    PLANNING = "planning"
    READY = "ready"
    FAILED = "failed"  # it could not be made
    APPROVED = "approved"


UNDER_WAY = (PlanState.REQUESTED, PlanState.PLANNING)


@dataclass(frozen=True)
class RequestedPlan:
    """`requested_by` and `approved_by` are Slack user ids; `run` is what carries it out, once it is approved.

    `changes` are words for what differs from the plan that stood here before; `overtaken` is who approved that one,
    when it was refused because of them. `needs_approval`: whoever asked may not approve.
    """

    id: str
    company_id: str
    company_name: str
    state: PlanState
    requested_by: str
    requested_at: datetime
    channel_id: str = ""
    progress: Progress = field(default_factory=Progress)
    planned_at: datetime | None = None
    plan: Plan | None = None
    changes: str = ""
    approved_by: str = ""
    overtaken: str = ""
    run: RunView | None = None
    error: str = ""
    needs_approval: bool = False


@dataclass(frozen=True)
class PlannedGroup:
    """Records of one type to which the same would happen: how many, and the names of the first."""

    type: RecordType
    direction: Direction
    outcome: Outcome
    count: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class PlannedChange:
    """One record that a plan would update, field by field; or void, where that settles a conflict."""

    type: RecordType
    direction: Direction
    name: str
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True)
class PlannedChanges:
    """A page of them, those that settle a conflict first."""

    rows: tuple[PlannedChange, ...]
    total: int
    page: int
    pages: int


def plan_from(kept: Mapping[str, Any]) -> Plan:
    """A plan as it was kept by `dataclasses.asdict`."""
    return Plan(
        company_id=kept["company_id"],
        hash=kept["hash"],
        operations=kept["operations"],
        by_type=tuple(
            TypePlan(RecordType(row["type"]), Direction(row["direction"]), row["counts"]) for row in kept["by_type"]
        ),
        totals=tuple(Total(**{**row, "side": Side(row["side"])}) for row in kept["totals"]),
        calls=Calls(**kept["calls"]),
        findings=tuple(_finding(row) for row in kept["findings"]),
        conflicts=kept.get("conflicts", 0),
    )


def _finding(row: Mapping[str, Any]) -> Finding:
    amount: Decimal | None = row["amount"]
    return Finding(**{**row, "severity": Severity(row["severity"]), "amount": amount})
