"""Holds a company for one run: claims its lease, keeps it alive by a heartbeat, gives it back."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

from bot.core.faults import UserError
from bot.store import leases
from bot.store.database import Database


@contextmanager
def held(database: Database, company_id: str, name: str, owner: str) -> Iterator[int]:
    """The fencing token of this run. Raises UserError when the company is being synced already."""
    with database.write() as connection:
        fence = leases.claim(connection, company_id, owner)
    if fence is None:
        raise UserError(f"{name} is being synced already. Wait until that run has finished, then try again.")
    stop = threading.Event()
    beat = threading.Thread(target=_beat, args=(database, company_id, owner, fence, stop), daemon=True)
    beat.start()
    try:
        yield fence
    finally:
        stop.set()
        beat.join()
        with database.write() as connection:
            leases.release(connection, company_id, owner, fence)


def _beat(database: Database, company_id: str, owner: str, fence: int, stop: threading.Event) -> None:
    """Stops silently when the lease is lost: the next ledger transaction of the run finds that out by itself."""
    while not stop.wait(leases.HEARTBEAT_S):
        try:
            with database.write() as connection:
                leases.renew(connection, company_id, owner, fence)
        except leases.LeaseLost:
            return
        except OperationalError:
            continue  # a busy or restarting database: the lease outlives a few missed beats
