"""One run as the engine's parts share it: the company, its facts, both sides, the lease, and what was counted."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from bot.adapters.http import Pause
from bot.adapters.quickbooks.client import QuickBooks
from bot.adapters.released.client import Released
from bot.core.faults import UserError
from bot.core.model import Outcome, RecordRef, Side
from bot.core.planning.conflict import needs_look
from bot.core.planning.preflight import ReportGroups
from bot.core.planning.steps import Operation
from bot.core.runs import Counts
from bot.core.spec import Facts
from bot.core.unreadable import UnreadableKind
from bot.store.companies import Company
from bot.store.database import Database, to_ms
from bot.sync.run.lease import Lease

CHUNK = 300  # records planned together: what a run holds in memory
CONFLICTS_SAID = 20  # that a run's messages can list; its results have them all
WRITERS = 8  # requests in flight on one side; 1 = one after the other, without threads


def _no_listener(_records: int) -> None:
    """Nobody listens to the progress of this run."""


def never() -> bool:
    """Nobody will ask this run to stop."""
    return False


class Stopped(Exception):
    """The process was asked to end: what is answered is recorded, nothing new is begun, the next run goes on."""


class PlanChanged(UserError):
    """What would be done now is no longer the plan that was approved; nothing was written. The message says what."""


class SafetyStop(Exception):
    """Too much would be voided, archived or lost at once: a person must look first. The message says what."""


@dataclass
class Tally:
    """What this run did, by outcome."""

    by_outcome: dict[Outcome, int] = field(default_factory=dict)
    unchanged: int = 0
    conflicts: int = 0
    conflicts_said: list[str] = field(default_factory=list)  # the first of them
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, outcome: Outcome) -> None:
        with self.lock:
            self.by_outcome[outcome] = self.by_outcome.get(outcome, 0) + 1

    def remove(self, outcome: Outcome) -> None:
        """A record is tried a second time in the same run: its first outcome does not count."""
        with self.lock:
            self.by_outcome[outcome] = max(0, self.by_outcome.get(outcome, 0) - 1)

    def add_conflict(self, operation: Operation) -> None:
        """What this write settled, if an amount or a date was lost in it."""
        if said := needs_look(operation):
            with self.lock:
                self.conflicts += 1
                self.conflicts_said += [said] if len(self.conflicts_said) < CONFLICTS_SAID else []

    def problems(self) -> int:
        return self.by_outcome.get(Outcome.FAILED, 0) + self.by_outcome.get(Outcome.WAITING, 0)

    def counts(self) -> Counts:
        of = self.by_outcome.get
        return Counts(
            created=of(Outcome.CREATED, 0) + of(Outcome.ATTACHED, 0),
            updated=of(Outcome.UPDATED, 0),
            adopted=of(Outcome.ADOPTED, 0),
            voided=of(Outcome.VOIDED, 0),
            failed=self.problems(),
            skipped=of(Outcome.SKIPPED, 0),
            waiting=of(Outcome.WAITING, 0),
            unchanged=self.unchanged,
            conflicts=self.conflicts,
        )


def counts_in_words(counts: Counts) -> str:
    """What was written or matched: "60 created, 2 updated"; "" for nothing."""
    named = ((counts.created, "created"), (counts.updated, "updated"), (counts.adopted, "matched"))
    return ", ".join(f"{count:,} {word}" for count, word in (*named, (counts.voided, "voided")) if count)


@dataclass
class AssumedLinks:
    """Pairs that a plan takes for granted, so that children can be planned as well."""

    external: dict[tuple[str, str], str] = field(default_factory=dict)  # (entity, QuickBooks id) -> Re-Leased id
    released: dict[tuple[RecordRef, str], str] = field(default_factory=dict)  # (record, entity) -> QuickBooks id


@dataclass
class Run:
    """`writes` is False for a dry run and for an observe-only company. Time and ids are handed in."""

    database: Database
    company: Company
    run_id: str
    lease: Lease
    released: Released
    quickbooks: QuickBooks
    facts: Facts
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    pause: Pause
    writes: bool = True
    writers: int = WRITERS
    mixed_writes: bool = False  # single writes beside the batches of a minute
    stopping: Callable[[], bool] = never
    on_answers: Callable[[int], None] = _no_listener  # told how many records each batch settled, once it is recorded
    tally: Tally = field(default_factory=Tally)
    plan_id: str = ""  # the plan that is being made: what it holds counts as done
    approved_plan_id: str = ""  # the plan that is being carried out: nothing else is written
    report_groups: ReportGroups = field(default_factory=ReportGroups)
    unread: dict[tuple[Side, str], UnreadableKind] = field(default_factory=dict)  # (side, collection or entity)
    in_doubt: dict[RecordRef, UnreadableKind] = field(default_factory=dict)  # that may have been written

    @property
    def unread_kinds(self) -> tuple[UnreadableKind, ...]:
        return tuple(self.unread.values())

    @contextmanager
    def ledger(self) -> Iterator[Connection]:
        """A transaction that first proves that the company is still ours. Raises LeaseLost."""
        with self.lease.transaction() as connection:
            yield connection

    def raise_if_stopping(self) -> None:
        """Before anything new is begun. Raises Stopped."""
        if self.stopping():
            raise Stopped

    def now_ms(self) -> int:
        return to_ms(self.clock())
