"""Named queries over companies and their tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, update

from bot.core.runs import Verified
from bot.store.database import dump, from_ms, insert_into, load, to_ms
from bot.store.tables import companies, tokens


@dataclass(frozen=True)
class Company:
    """One pair of a Re-Leased company and a QuickBooks company. Instants in ms since 1970; `sync_from` a date.

    cursors: {"released": {collection: modifiedAt}, "quickbooks": RFC 3339 instant}
    preferences: what QuickBooks last said of itself (country, home currency, closing date ...).
    """

    id: str
    name: str
    country: str
    timezone: str
    currency: str
    sync_from: str
    realm: str
    observe_only: bool
    bank_account_id: str
    needs_reconnect: bool
    connected_at: int
    flag: str | None
    last_clean_at: int | None
    last_run_id: str | None
    cursors: Mapping[str, Any]
    preferences: Mapping[str, Any]
    channel_id: str
    schedule: str
    verified: str = ""  # what the last verification found, as JSON; "" = never verified


def all_companies(connection: Connection) -> list[Company]:
    return [_company(row) for row in connection.execute(select(companies).order_by(companies.c.name))]


def get(connection: Connection, company_id: str) -> Company | None:
    row = connection.execute(select(companies).where(companies.c.id == company_id)).first()
    return _company(row) if row else None


def by_realm(connection: Connection, realm: str) -> Company | None:
    row = connection.execute(select(companies).where(companies.c.realm == realm)).first()
    return _company(row) if row else None


def add(connection: Connection, company_id: str, **values: Any) -> None:
    connection.execute(companies.insert().values(id=company_id, cursors="{}", preferences="{}", **values))


def change(connection: Connection, company_id: str, **values: Any) -> None:
    for name in ("cursors", "preferences"):
        if name in values:
            values[name] = dump(values[name])
    connection.execute(update(companies).where(companies.c.id == company_id).values(values))


def put_verified(connection: Connection, company_id: str, found: Verified) -> None:
    said = {"at": to_ms(found.at), "agrees": found.agrees, "unexplained": dict(found.unexplained), "drift": found.drift}
    change(connection, company_id, verified=dump(said))


def verified(company: Company) -> Verified | None:
    """What the last verification found; None when there was none."""
    if not company.verified:
        return None
    said = load(company.verified)
    at = from_ms(said["at"])
    return Verified(at, said["agrees"], said["unexplained"], said["drift"]) if at else None


def put_secret(connection: Connection, realm: str, secret: bytes) -> None:
    statement = insert_into(connection, tokens).values(realm=realm, secret=secret)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["realm"], set_={"secret": statement.excluded.secret})
    )


def get_secret(connection: Connection, realm: str) -> bytes | None:
    return connection.execute(select(tokens.c.secret).where(tokens.c.realm == realm)).scalar()


def drop_secret(connection: Connection, realm: str) -> None:
    connection.execute(delete(tokens).where(tokens.c.realm == realm))


def _company(row: Any) -> Company:
    values = {**row._mapping, "cursors": load(row.cursors), "preferences": load(row.preferences)}
    return Company(**values)
