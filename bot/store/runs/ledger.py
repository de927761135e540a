"""The ledger of writes: intents written down before they are sent, in batches that are resent unchanged."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from bot.core.model import Direction, Outcome, RecordRef, RecordType
from bot.core.planning.steps import FieldChange, Operation, Verb
from bot.store.database import dump, load
from bot.store.tables import batches, intents

SENT, DONE, REFUSED = "sent", "done", "refused"


@dataclass(frozen=True)
class Intent:
    """One operation written down; `bid` names it inside its batch. `batch_id` is "" for writes to Re-Leased."""

    id: str
    batch_id: str
    bid: str
    operation: Operation


@dataclass(frozen=True)
class Batch:
    """An outgoing batch: `body` is the exact text that is sent under `requestid`, now and on every resend."""

    id: str
    requestid: str
    body: str
    created_at: int
    intents: tuple[Intent, ...]


def write_batch(connection: Connection, company_id: str, run_id: str, batch: Batch) -> None:
    connection.execute(
        batches.insert().values(
            id=batch.id,
            company_id=company_id,
            requestid=batch.requestid,
            state=SENT,
            body=batch.body,
            created_at=batch.created_at,
            run_id=run_id,
        )
    )
    write_intents(connection, company_id, run_id, batch.intents, batch.created_at)


def write_intents(connection: Connection, company_id: str, run_id: str, written: Sequence[Intent], at: int) -> None:
    rows = [
        {
            "id": intent.id,
            "company_id": company_id,
            "batch_id": intent.batch_id,
            "bid": intent.bid,
            "state": SENT,
            "operation": dump(asdict(intent.operation)),
            "created_at": at,
            "run_id": run_id,
        }
        for intent in written
    ]
    if rows:
        connection.execute(intents.insert(), rows)


def close_intents(connection: Connection, ids: Sequence[str], state: str) -> None:
    if ids:
        connection.execute(update(intents).where(intents.c.id.in_(ids)).values(state=state))


def close_batch(connection: Connection, batch_id: str, state: str) -> None:
    connection.execute(update(batches).where(batches.c.id == batch_id).values(state=state))


def open_batches(connection: Connection, company_id: str) -> list[Batch]:
    """Batches whose answer was never recorded, oldest first, with the intents still open in them."""
    where = (batches.c.company_id == company_id) & (batches.c.state == SENT)
    rows = connection.execute(select(batches).where(where).order_by(batches.c.created_at, batches.c.id)).all()
    return [
        Batch(row.id, row.requestid, row.body, row.created_at, _open_intents(connection, company_id, row.id))
        for row in rows
    ]


def open_released(connection: Connection, company_id: str) -> tuple[Intent, ...]:
    """Writes to Re-Leased whose answer was never recorded."""
    return _open_intents(connection, company_id, "")


def _open_intents(connection: Connection, company_id: str, batch_id: str) -> tuple[Intent, ...]:
    where = (intents.c.company_id == company_id) & (intents.c.batch_id == batch_id) & (intents.c.state == SENT)
    rows = connection.execute(select(intents).where(where).order_by(intents.c.created_at, intents.c.id))
    return tuple(Intent(row.id, row.batch_id, row.bid, _operation(load(row.operation))) for row in rows)


def _operation(value: dict[str, Any]) -> Operation:
    ref = RecordRef(RecordType(value["ref"]["type"]), value["ref"]["key"])
    kinds = {"verb": Verb(value["verb"]), "direction": Direction(value["direction"])}
    totals = tuple(value.get("totals") or ())
    changes = tuple(FieldChange(**change) for change in value.get("changes") or ())
    known = {"ref": ref, "outcome": Outcome(value["outcome"]), "totals": totals, "changes": changes}
    return Operation(**{**value, **kinds, **known})
