"""Keeps what each record says in money beside the mirror, in the same transaction, and marks what is to be checked."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, or_, update

from bot.core.balance.control_totals import Figures, to_cents
from bot.core.model import Link, MirrorRecord, Side
from bot.store.database import insert_of
from bot.store.keysets import change_among
from bot.store.tables import figures

KEY = ("company_id", "side", "entity", "id")
COLUMNS = tuple(figures.c[name] for name in KEY)
FRESH = update(figures).values(fresh=True)
LIMITS = {"type": 24, "kind": 32, "name": 400, "party": 64, "date": 10, "currency": 8, "same_key": 20}  # characters
VALUES = ("type", "kind", "name", "party", "date", "currency", "net", "tax", "gross", "open", "counted", "same_key")


def put_figures(connection: Connection, company_id: str, records: Sequence[tuple[MirrorRecord, Figures]]) -> None:
    """Store figures; those that are new or changed are fresh: the control at the end of the run looks at them."""
    if not records:
        return
    rows = [_row(company_id, record, values) for record, values in records]
    connection.execute(_upsert_if_changed(connection.dialect.name), rows)


def mark_fresh(connection: Connection, company_id: str, links: Sequence[Link]) -> None:
    """Pairs were made or settled: their two sides are held against each other at the end of the run."""
    if not links:
        return
    ids = [(link.entity, link.external_id) for link in links]
    change_among(connection, FRESH, COLUMNS, ids, company_id, Side.QUICKBOOKS)


@cache
def _upsert_if_changed(dialect: str) -> Any:
    statement = insert_of(dialect, figures)
    excluded = statement.excluded
    differs = or_(*(figures.c[name] != excluded[name] for name in VALUES))
    moved = {**{name: excluded[name] for name in VALUES}, "fresh": True}
    return statement.on_conflict_do_update(index_elements=KEY, set_=moved, where=differs)


def _row(company_id: str, record: MirrorRecord, values: Figures) -> dict[str, object]:
    amounts = {name: to_cents(getattr(values, name)) for name in ("net", "tax", "gross", "open")}
    texts = {name: str(getattr(values, name)).replace("\0", "")[:limit] for name, limit in LIMITS.items()}
    identity = {"company_id": company_id, "side": record.side, "entity": record.entity, "id": record.id}
    return {**identity, **texts, **amounts, "counted": values.counted, "fresh": True}
