"""Holds a company for one run: claims its lease, keeps it alive by a heartbeat, gives it back."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Connection

from bot.core.faults import UserError
from bot.store.database import UNUSABLE, Database
from bot.store.runs import leases

log = structlog.get_logger()


@dataclass
class Lease:
    """One run's lease, as all its threads see it. `free_for_s` is how long nobody had held the company before."""

    database: Database
    company_id: str
    owner: str
    fence: int
    free_for_s: float = float("inf")
    _renewed_s: float = field(default_factory=time.monotonic)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """First proves that the company is still ours, and extends the lease. Raises LeaseLost."""
        asked_s = time.monotonic()
        with self.database.write() as connection:
            leases.renew(connection, self.company_id, self.owner, self.fence)
            yield connection
        self._renewed_s = max(self._renewed_s, asked_s)  # after the commit: what is rolled back extends nothing

    def check(self) -> None:
        """Before every write to a side, without a look at the database while a heartbeat is young. Raises LeaseLost.

        A process that was stopped and wakes up finds its last renewal old, and asks before it writes.
        """
        if time.monotonic() - self._renewed_s > leases.TRUSTED_S:
            with self.transaction():
                pass


@contextmanager
def leased(database: Database, company_id: str, name: str, owner: str) -> Iterator[Lease]:
    """Raises UserError when the company is being synced already."""
    claimed_s = time.monotonic()
    with database.write() as connection:
        free_for_ms = leases.free_for_ms(connection, company_id)
        fence = leases.claim(connection, company_id, owner)
    if fence is None:
        raise UserError(f"{name} is being synced already. Wait until that run has finished, then try again.")
    free_for_s = float("inf") if free_for_ms is None else free_for_ms / 1000
    lease = Lease(database, company_id, owner, fence, free_for_s, claimed_s)
    stop = threading.Event()
    beat = threading.Thread(target=_beat, args=(lease, stop), daemon=True)
    beat.start()
    try:
        yield lease
    finally:
        stop.set()
        beat.join()
        _release(lease)


def _release(lease: Lease) -> None:
    """A database that cannot be used now keeps the lease until it runs out by itself."""
    try:
        with lease.database.write() as connection:
            leases.release(connection, lease.company_id, lease.owner, lease.fence)
    except UNUSABLE as error:
        log.warning("a lease could not be given back", company=lease.company_id, error=type(error).__name__)


def _beat(lease: Lease, stop: threading.Event) -> None:
    """Stops silently when the lease is lost: the next ledger transaction of the run finds that out by itself."""
    while not stop.wait(leases.HEARTBEAT_S):
        try:
            with lease.transaction():
                pass
        except leases.LeaseLost:
            return
        except UNUSABLE:
            continue  # a busy or restarting database: the lease outlives a few missed beats
