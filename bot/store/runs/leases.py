"""Leases: at most one run of a company at any time, across processes; a dead holder's lease runs out by itself."""

from functools import cache

from sqlalchemy import Connection, Update, bindparam, select, update

from bot.store.database import clock_of, insert_into, now_ms
from bot.store.tables import leases

LEASE_MS = 8_000
HEARTBEAT_S = 2.0
TRUSTED_S = LEASE_MS / 1000 / 2  # how long a holder may act on a renewal without asking again


@cache
def _renewal(dialect: str) -> Update:
    """Every transaction of a run begins with it."""
    mine = leases.c.owner == bindparam("held_by"), leases.c.fence == bindparam("under")
    later = update(leases).values(until=clock_of(dialect) + LEASE_MS)
    return later.where(leases.c.company_id == bindparam("of"), *mine)


class LeaseLost(Exception):
    """Another process holds the company now: this one must write nothing more."""


def claim(connection: Connection, company_id: str, owner: str, for_ms: int = LEASE_MS) -> int | None:
    """The fencing token, higher than any before; None while somebody else's lease runs. By the database's clock."""
    connection.execute(insert_into(connection, leases).values(company_id=company_id).on_conflict_do_nothing())
    now = now_ms(connection)
    free = (leases.c.company_id == company_id) & ((leases.c.until <= now) | (leases.c.owner == ""))
    taken = connection.execute(
        update(leases).where(free).values(owner=owner, fence=leases.c.fence + 1, until=now + for_ms)
    )
    if taken.rowcount == 0:
        return None
    return int(connection.execute(select(leases.c.fence).where(leases.c.company_id == company_id)).scalar_one())


def renew(connection: Connection, company_id: str, owner: str, fence: int) -> None:
    """Extends the lease. Raises LeaseLost when it is no longer ours."""
    mine = {"of": company_id, "held_by": owner, "under": fence}
    if connection.execute(_renewal(connection.dialect.name), mine).rowcount == 0:
        raise LeaseLost(company_id)


def release(connection: Connection, company_id: str, owner: str, fence: int) -> None:
    mine = (leases.c.company_id == company_id) & (leases.c.owner == owner) & (leases.c.fence == fence)
    connection.execute(update(leases).where(mine).values(owner="", until=now_ms(connection)))


def lock_company(connection: Connection, company_id: str) -> None:
    """Until this transaction ends no run writes for the company, and nobody else decides: what was looked at stays so.

    It takes the row that every transaction of a run begins with; on SQLite there is one writer anyway.
    """
    connection.execute(insert_into(connection, leases).values(company_id=company_id).on_conflict_do_nothing())
    connection.execute(select(leases.c.fence).where(leases.c.company_id == company_id).with_for_update())


def free_for_ms(connection: Connection, company_id: str) -> int | None:
    """How long ago the last holder gave the company back, or its lease ran out; None when nobody ever held it."""
    until = connection.execute(select(leases.c.until).where(leases.c.company_id == company_id)).scalar()
    return max(0, now_ms(connection) - int(until)) if until else None


def is_held(connection: Connection, company_id: str) -> bool:
    row = connection.execute(select(leases.c.owner, leases.c.until).where(leases.c.company_id == company_id)).first()
    return row is not None and row.owner != "" and row.until > now_ms(connection)
