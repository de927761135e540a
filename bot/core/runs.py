"""Runs and companies as values: what was asked for, how far it is, how it ended, how a company stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Flag(StrEnum):
    """Blue = finished, no errors; orange = still running and an error was found; red = finished, needs attention."""

    BLUE = "blue"
    ORANGE = "orange"
    RED = "red"


class RunState(StrEnum):
    REQUESTED = "requested"
    RUNNING = "running"
    FINISHED = "finished"
    INCOMPLETE = "incomplete"


class Trigger(StrEnum):
    PERSON = "person"
    SCHEDULE = "schedule"
    COMMAND = "command"


class RedReason(StrEnum):
    SAFETY_STOP = "safety_stop"
    OUT_OF_BALANCE = "out_of_balance"
    UNREADABLE = "unreadable"


class CompanyStatus(StrEnum):
    NOT_CONNECTED = "not connected"
    INCOMPLETE_SETUP = "incomplete set-up"
    NEEDS_RECONNECTING = "needs reconnecting"
    IN_PROGRESS = "in progress"
    SYNCED = "synced"
    HAS_ERRORS = "has errors"
    INCOMPLETE_RUN = "incomplete run"


@dataclass(frozen=True)
class Counts:
    """`failed` includes the waiting ones, which `waiting` counts by themselves.

    `conflicts` are those settled in which an amount or a date was lost.
    """

    created: int = 0
    updated: int = 0
    adopted: int = 0
    voided: int = 0
    failed: int = 0
    skipped: int = 0
    waiting: int = 0
    unchanged: int = 0
    conflicts: int = 0


@dataclass(frozen=True)
class ApiCalls:
    quickbooks_reads: int = 0
    quickbooks_writes: int = 0
    released: int = 0


@dataclass(frozen=True)
class Progress:
    """Where a run is: `done` of `total` records of one phase ("reading", "invoices" ...); total 0 = not known."""

    phase: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class RunView:
    """One run as people see it; instants are aware UTC. `requested_by` is a Slack user id, or "" for the schedule."""

    run_id: str
    company_id: str
    company_name: str
    state: RunState
    flag: Flag | None
    trigger: Trigger
    requested_by: str
    requested_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    counts: Counts = Counts()
    api_calls: ApiCalls = ApiCalls()
    progress: Progress = Progress()
    problems: int = 0
    red_reason: RedReason | None = None
    error: str = ""
    accepts_stop: bool = False  # somebody looked at a safety stop and said: go on
    plan: str = ""  # the hash of the plan that somebody looked at: do exactly that, or nothing
    conflicts: tuple[str, ...] = ()  # the first of those that were settled, in words
    control: str = ""  # what this run found about duplicates, in a sentence; "" until it has finished


@dataclass(frozen=True)
class Verified:
    """What stays of the last verification. `unexplained` by currency; `drift` = linked pairs that did not agree."""

    at: datetime
    agrees: bool
    unexplained: Mapping[str, Decimal]
    drift: int


@dataclass(frozen=True)
class CompanyView:
    """One company as the overview shows it. `channel_id` is where its flags go."""

    id: str
    name: str
    status: CompanyStatus
    flag: Flag | None
    timezone: str
    currency: str = ""
    realm: str = ""
    observe_only: bool = False
    connected_at: datetime | None = None
    last_clean_at: datetime | None = None
    last_run: RunView | None = None
    needs_attention: int = 0
    channel_id: str = ""
    verified: Verified | None = None
    days_out_of_balance: int = 0  # whole days since the totals of the two sides began to differ; 0 = they do not
