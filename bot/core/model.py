"""The words of the product as values: what a record, a run, a result and a flag are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class RecordType(StrEnum):
    """Parents first: a record refers only to records of types before its own."""

    ACCOUNT = "account"
    TAX_TYPE = "tax-type"
    TRACKING_OPTION = "tracking-option"
    CONTACT = "contact"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"
    PAYMENT = "payment"
    ALLOCATION = "credit-allocation"
    ATTACHMENT = "attachment"


class Side(StrEnum):
    RELEASED = "released"
    QUICKBOOKS = "quickbooks"


class Direction(StrEnum):
    OUTGOING = "outgoing"
    INCOMING = "incoming"


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    ADOPTED = "adopted"
    VOIDED = "voided"
    ATTACHED = "attached"
    SKIPPED = "skipped"
    WAITING = "waiting"
    FAILED = "failed"
    PLANNED = "planned"


NEEDS_ATTENTION = frozenset({Outcome.FAILED, Outcome.WAITING})


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


class CompanyStatus(StrEnum):
    NOT_CONNECTED = "not connected"
    INCOMPLETE_SETUP = "incomplete set-up"
    NEEDS_RECONNECTING = "needs reconnecting"
    IN_PROGRESS = "in progress"
    SYNCED = "synced"
    HAS_ERRORS = "has errors"
    INCOMPLETE_RUN = "incomplete run"


class LinkStatus(StrEnum):
    LINKED = "linked"
    UNLINKED = "unlinked"
    ALL = "all"


class ResultsOrder(StrEnum):
    """Newest first among equals, except where the oldest come first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TYPE = "type"
    CAUSE = "cause"


@dataclass(frozen=True, order=True)
class RecordRef:
    """Names one record. `key` is its Re-Leased id, or `@Entity:id` while it exists in QuickBooks only."""

    type: RecordType
    key: str

    @classmethod
    def in_quickbooks(cls, type_: RecordType, entity: str, external_id: str) -> "RecordRef":
        return cls(type_, f"@{entity}:{external_id}")

    @property
    def external(self) -> tuple[str, str] | None:
        """(entity, QuickBooks id) of a record that exists in QuickBooks only."""
        if not self.key.startswith("@"):
            return None
        entity, _, external_id = self.key[1:].partition(":")
        return entity, external_id

    def __str__(self) -> str:
        return f"{self.type}:{self.key}"


@dataclass(frozen=True)
class MirrorRecord:
    """What one side last said about a record. `entity` is a Re-Leased collection or a QuickBooks entity name."""

    side: Side
    entity: str
    id: str
    version: str
    body: Mapping[str, Any]
    deleted: bool = False


@dataclass(frozen=True)
class Link:
    """A pair of ids. The hashes are of both sides' content when they last agreed ("" = never seen to agree).

    `agreed` is False for an adopted pair of which one side holds what the other was never told.
    """

    type: RecordType
    released_id: str
    entity: str
    external_id: str
    released_hash: str = ""
    external_hash: str = ""
    agreed: bool = True


@dataclass(frozen=True)
class Counts:
    """`failed` includes the waiting ones, which `waiting` counts by themselves."""

    created: int = 0
    updated: int = 0
    adopted: int = 0
    voided: int = 0
    failed: int = 0
    skipped: int = 0
    waiting: int = 0
    unchanged: int = 0


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
class Result:
    """The last attempt of one record, as the results table shows it.

    `name` is readable text for the record ("INV-2041", "Kiosk Ltd"); `cause` the record that holds this one up
    (itself when nothing else does). `released_url` and `external_url` are empty while that side has no record.
    """

    at: datetime
    ref: RecordRef
    name: str
    released_id: str
    entity: str
    external_id: str
    direction: Direction
    outcome: Outcome
    code: str
    details: str
    more_detail: str
    linked: bool
    cause: RecordRef | None = None
    amount: Decimal | None = None
    currency: str = ""
    released_url: str = ""
    external_url: str = ""


@dataclass(frozen=True)
class ResultsFilter:
    """`since` is a calendar date in the company's time zone; None = no lower bound. `text` ignores case.

    `cause` is the key of a cause, "" = any: exactly the records that it counts now are left.
    """

    company_id: str
    status: LinkStatus = LinkStatus.ALL
    type: RecordType | None = None
    text: str = ""
    since: date | None = None
    needs_attention: bool = False
    cause: str = ""
    outcome: Outcome | None = None


Said = str | date | Decimal
"""One field of a record as a side says it: an amount, a calendar date, or words; "" = it says nothing."""


@dataclass(frozen=True)
class Attempt:
    """One try at a record: how it went, and who or what started the run. `by` is a Slack user id or ""."""

    result: Result
    trigger: Trigger | None = None
    by: str = ""


@dataclass(frozen=True)
class ResultsPage:
    rows: tuple[Result, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Cause:
    """Why rows fail or wait, grouped: one record (or one reason) and everything it holds up.

    `fix` is a value of bot.core.faults.Fix: the button that suits (`relink` = the cause is unlinked, `adopt` = it is to
    be told which record of the other side it is, `rename` = its name is taken there, `choose` = an account, tax type or
    tracking option has no partner). `move` says who acts next, in words.
    `held_up` counts the rows by record type, the cause's own row included. `partners` is how many records of the other
    side it may be; `partner` says in words what the likeliest is, or whose the number is that it was refused for.
    """

    ref: RecordRef | None
    code: str
    name: str
    headline: str
    why: str
    how: str
    fix: str
    held_up: Mapping[RecordType, int]
    refs: tuple[RecordRef, ...]
    amount: Decimal | None = None
    currency: str = ""
    released_url: str = ""
    external_url: str = ""
    move: str = ""
    partners: int = 0
    partner: str = ""

    @property
    def count(self) -> int:
        return sum(self.held_up.values())


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


@dataclass(frozen=True)
class OpenAmount:
    """What is still owed in one currency: by tenants (receivable) and to suppliers (payable).

    Credit that is left, and money that is not allocated, are taken off: below zero it is they who are owed.
    """

    currency: str
    receivable: Decimal = Decimal(0)
    payable: Decimal = Decimal(0)


@dataclass(frozen=True)
class LinkChange:
    """What unlinking or relinking did, or would do.

    `blocked` are dependents left linked that will wait; `cascade` are all dependents, counted by type in
    `cascade_counts`; `undo_token` is "" when nothing was changed. `left_out` are those of them that are unlinked, and
    `open_amounts` what is owed on all of them, as they were before. `unmatched` are those of the named ones that the
    filter does not have any more which they were chosen with.
    """

    changed: tuple[RecordRef, ...]
    blocked: tuple[RecordRef, ...]
    cascade: tuple[RecordRef, ...]
    undo_token: str = ""
    names: Mapping[RecordRef, str] = field(default_factory=dict)
    open_amounts: tuple[OpenAmount, ...] = ()
    left_out: frozenset[RecordRef] = frozenset()
    unmatched: frozenset[RecordRef] = frozenset()

    @property
    def cascade_counts(self) -> dict[RecordType, int]:
        counts: dict[RecordType, int] = {}
        for ref in self.cascade:
            counts[ref.type] = counts.get(ref.type, 0) + 1
        return counts
