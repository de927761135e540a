"""Recognises, among what QuickBooks shows, the records that a batch made whose answer was lost."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.core.answers.shape import instant
from bot.core.money import NotMoney, decimal
from bot.core.planning.steps import Operation, Verb
from bot.store.database import to_ms
from bot.store.mirror import records
from bot.store.runs.ledger import Batch, Intent
from bot.sync.reading.allocations import wire_entity
from bot.sync.reading.lookup import Rows
from bot.sync.run.run import Run

SKEW_MS = 10 * 60 * 1000  # between QuickBooks' clock and ours
TELLING = ("DisplayName", "DocNumber")  # planning knows a record again by these
PARTIES = ("CustomerRef", "VendorRef")


def answers_among(run: Run, batch: Batch, rows: Rows) -> dict[str, dict[str, Any]]:
    """bId -> the record that it made. Only of creates that carry neither name nor number of ours.

    A payment without a reference, or an invoice that QuickBooks numbers itself, is known again by who, when and how
    much, and by having appeared since the batch was written down. No row is taken twice, nor one that has a partner.
    """
    nameless = [intent for intent in batch.intents if _is_nameless(intent.operation)]
    free = _free(run, batch, rows)
    found: dict[str, dict[str, Any]] = {}
    for alike in (_says_the_same, _is_of_the_same_money):  # what says the very same has the first choice
        for intent in nameless:
            entity = wire_entity(intent.operation.entity)
            mine = [] if intent.bid in found else free.get(entity, [])
            place = next((at for at, row in enumerate(mine) if alike(intent, row)), None)
            if place is not None:
                found[intent.bid] = mine.pop(place)
    return found


def _is_nameless(operation: Operation) -> bool:
    return operation.verb is Verb.CREATE and "TxnDate" in operation.body and not any(map(operation.body.get, TELLING))


def _free(run: Run, batch: Batch, rows: Rows) -> dict[str, list[dict[str, Any]]]:
    new = {
        (entity, str(row["Id"])): row
        for entity, some in rows.items()
        for row in some
        if _is_newer(row, batch.created_at)
    }
    with run.database.read() as connection:
        taken = records.links_to(connection, run.company.id, new)
    free: dict[str, list[dict[str, Any]]] = {}
    for (entity, id_), row in new.items():
        if (entity, id_) not in taken:
            free.setdefault(entity, []).append(row)
    return free


def _is_newer(row: Mapping[str, Any], written_ms: int) -> bool:
    made = instant((row.get("MetaData") or {}).get("CreateTime"))
    return made is None or to_ms(made) >= written_ms - SKEW_MS  # without a time its content must do


def _says_the_same(intent: Intent, row: Mapping[str, Any]) -> bool:
    return _is_of_the_same_money(intent, row) and _holds(row, intent.operation.body)


def _is_of_the_same_money(intent: Intent, row: Mapping[str, Any]) -> bool:
    body = intent.operation.body
    same_party = all(
        (row.get(field) or {}).get("value") == body[field].get("value") for field in PARTIES if field in body
    )
    return same_party and row.get("TxnDate") == body.get("TxnDate") and _money(row, body) == _money(body, body)


def _money(body: Mapping[str, Any], sent: Mapping[str, Any]) -> list[Decimal]:
    """The total where one is sent, else the amounts of the lines: the tax on top may be QuickBooks' own to work out."""
    try:
        if "TotalAmt" in sent:
            return [decimal(body.get("TotalAmt"))]
        return sorted(decimal(line.get("Amount")) for line in _lines(body))
    except NotMoney:
        return []


def _lines(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return [line for line in body.get("Line") or () if line.get("DetailType") != "SubTotalLineDetail"]


def _holds(row: Any, sent: Any) -> bool:
    """Whether `row` says everything that was sent; QuickBooks adds fields and lines of its own."""
    if isinstance(sent, Mapping):
        return isinstance(row, Mapping) and all(_holds(row.get(key), value) for key, value in sent.items())
    if isinstance(sent, list | tuple):
        return isinstance(row, list) and len(row) >= len(sent) and all(map(_holds, row, sent))
    if isinstance(sent, Decimal | int) and not isinstance(sent, bool):
        return isinstance(row, Decimal | int) and row == sent
    return bool(row == sent)
