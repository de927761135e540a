"""One run as the engine's parts share it: the company, its facts, both sides, the lease, and what was counted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from bot.adapters.http import Pause
from bot.adapters.quickbooks import QuickBooks
from bot.adapters.released import Released
from bot.core.model import Counts, Outcome, RecordRef
from bot.core.spec import Facts
from bot.store import leases
from bot.store.companies import Company
from bot.store.database import Database, to_ms

CHUNK = 300  # records planned together: what a run holds in memory
WRITERS = 8  # requests in flight on one side


def _unheard(_records: int) -> None:
    """Nobody listens to the progress of this run."""


class SafetyStop(Exception):
    """Too much would be voided, archived or lost at once: a person must look first. The message says what."""


@dataclass
class Tally:
    """What this run did, by outcome."""

    by_outcome: dict[Outcome, int] = field(default_factory=dict)
    unchanged: int = 0

    def add(self, outcome: Outcome) -> None:
        self.by_outcome[outcome] = self.by_outcome.get(outcome, 0) + 1

    def take_back(self, outcome: Outcome) -> None:
        """A record is tried a second time in the same run: its first outcome does not count."""
        self.by_outcome[outcome] = max(0, self.by_outcome.get(outcome, 0) - 1)

    def problems(self) -> int:
        return self.by_outcome.get(Outcome.FAILED, 0) + self.by_outcome.get(Outcome.WAITING, 0)

    def counts(self) -> Counts:
        of = self.by_outcome.get
        return Counts(
            created=of(Outcome.CREATED, 0),
            updated=of(Outcome.UPDATED, 0),
            adopted=of(Outcome.ADOPTED, 0),
            voided=of(Outcome.VOIDED, 0),
            failed=self.problems(),
            skipped=of(Outcome.SKIPPED, 0),
            waiting=of(Outcome.WAITING, 0),
            unchanged=self.unchanged,
        )


@dataclass
class Assumed:
    """Pairs that a run which writes nothing takes for granted, so that children can be planned as well."""

    external: set[tuple[str, str]] = field(default_factory=set)  # (entity, QuickBooks id) that would come in
    released: set[tuple[RecordRef, str]] = field(default_factory=set)  # (record, entity) that would go out


@dataclass
class Run:
    """`writes` is False for a dry run and for an observe-only company. Time and ids are handed in."""

    database: Database
    company: Company
    run_id: str
    owner: str
    fence: int
    released: Released
    quickbooks: QuickBooks
    facts: Facts
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    pause: Pause
    writes: bool = True
    answered: Callable[[int], None] = _unheard  # told how many records each batch settled, once it is recorded
    tally: Tally = field(default_factory=Tally)
    assumed: Assumed = field(default_factory=Assumed)

    @contextmanager
    def ledger(self) -> Iterator[Connection]:
        """A transaction that first proves that the company is still ours. Raises LeaseLost."""
        with self.database.write() as connection:
            leases.renew(connection, self.company.id, self.owner, self.fence)
            yield connection

    def now_ms(self) -> int:
        return to_ms(self.clock())
