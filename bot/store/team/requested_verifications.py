"""Named queries over the verifications that people ask for: requested, made, and what they found."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from bot.core.balance.verification import Verification
from bot.core.runs import Flag
from bot.core.team.requested_verification import (
    UNDER_WAY,
    RequestedVerification,
    VerificationState,
    to_keep,
    verification_from,
)
from bot.store.database import dump, from_ms, load
from bot.store.tables import companies
from bot.store.team.tables import requested_verifications

_c = requested_verifications.c


def add(connection: Connection, id_: str, company_id: str, by: str, channel_id: str, at: int) -> None:
    about = {"state": VerificationState.REQUESTED, "requested_by": by, "requested_at": at, "changed_at": at}
    connection.execute(
        requested_verifications.insert().values(id=id_, company_id=company_id, channel_id=channel_id, **about)
    )


def get(connection: Connection, id_: str) -> RequestedVerification | None:
    return next(iter(_views(connection, _c.id == id_)), None)


def under_way(connection: Connection, company_id: str) -> RequestedVerification | None:
    """The one of this company that is wanted or being made."""
    return next(iter(_views(connection, _c.company_id == company_id, _c.state.in_(UNDER_WAY))), None)


def pending(connection: Connection, abandoned_before: int) -> list[RequestedVerification]:
    """Those to be made: asked for, or begun by somebody who has not been heard of since that moment (ms)."""
    abandoned = (_c.state == VerificationState.VERIFYING) & (_c.changed_at < abandoned_before)
    return _views(connection, or_(_c.state == VerificationState.REQUESTED, abandoned))


def changed_since(connection: Connection, at: int) -> list[RequestedVerification]:
    return _views(connection, _c.changed_at >= at)


def transition(
    connection: Connection,
    id_: str,
    before: Sequence[VerificationState],
    after: VerificationState,
    at: int,
    **more: Any,
) -> bool:
    """From one state into another; False when it is in none of `before`: somebody else was quicker."""
    where = (_c.id == id_, _c.state.in_(before))
    done = connection.execute(update(requested_verifications).where(*where).values(state=after, changed_at=at, **more))
    return bool(done.rowcount == 1)


def columns_of(found: Verification) -> str:
    """The column that holds what was found."""
    return dump(to_keep(found))


def _views(connection: Connection, *where: ColumnElement[bool]) -> list[RequestedVerification]:
    columns = (companies.c.name.label("company_name"), companies.c.flag.label("company_flag"))
    named = select(requested_verifications, *columns).join(companies, companies.c.id == _c.company_id)
    return [_view(row) for row in connection.execute(named.where(*where).order_by(_c.requested_at, _c.id))]


def _view(row: Any) -> RequestedVerification:
    requested_at = from_ms(row.requested_at)
    if requested_at is None:
        raise ValueError(f"verification {row.id} has no time of request")
    return RequestedVerification(
        id=row.id,
        company_id=row.company_id,
        company_name=row.company_name,
        flag=Flag(row.company_flag) if row.company_flag else None,
        state=VerificationState(row.state),
        requested_by=row.requested_by,
        requested_at=requested_at,
        channel_id=row.channel_id,
        found=verification_from(load(row.summary)) if row.summary else None,
        error=row.error,
    )
