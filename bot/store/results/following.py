"""Rows that follow what their records say now: a new name, number or amount, or another name of the tenant.

It is no attempt: when and how the last one went stays as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from bot.core.model import RecordRef, RecordType
from bot.store.keysets import chunks, record_keys, rows_among
from bot.store.mirror.parties import parties_of
from bot.store.results.results import KEY, result_of
from bot.store.results.search_words import search_words
from bot.store.tables import results

ROWS = select(results)
FOLLOW = (
    update(results)
    .where(
        results.c.company_id == bindparam("whose"),
        results.c.type == bindparam("its_type"),
        results.c.key == bindparam("its_key"),
    )
    .values({name: bindparam(f"new_{name}") for name in ("name", "amount", "currency", "search")})
)


@dataclass(frozen=True)
class Now:
    """What a record is called and comes to now. `amount` None = it has none."""

    name: str
    amount: Decimal | None
    currency: str


def follow(connection: Connection, company_id: str, records: Mapping[RecordRef, Now | None]) -> None:
    """Bring the rows of these records up to date; None = only whose it is may have changed. Costs what is given."""
    for group in chunks(records):
        rows = {
            RecordRef(RecordType(row.type), row.key): row
            for row in rows_among(connection, ROWS, KEY, record_keys(group), company_id)
        }
        whose = parties_of(connection, company_id, rows)
        changed = []
        for ref, row in rows.items():
            values = _values(row, records[ref], whose.get(ref, ""))
            if any(getattr(row, name) != value for name, value in values.items()):
                keys = {"whose": company_id, "its_type": row.type, "its_key": row.key}
                changed.append(keys | {f"new_{name}": value for name, value in values.items()})
        if changed:
            connection.execute(FOLLOW, changed)


def _values(row: Any, now: Now | None, party: str) -> dict[str, Any]:
    result = result_of(row)
    if now is not None:
        result = replace(result, name=now.name or result.name, amount=now.amount, currency=now.currency)
    amount = None if result.amount is None else str(result.amount)
    return {"name": result.name, "amount": amount, "currency": result.currency, "search": search_words(result, party)}
