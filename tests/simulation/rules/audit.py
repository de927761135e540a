"""Holds our ledger of writes against the logs that the stand-ins keep: each write has one closed intent, and back."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from bot.store.tables import batches, intents
from tests.simulation.stage import Stage

MOST_REQUEST_ID = 50
OURS = ("api", "batch")


def audit(connection: Connection, stage: Stage) -> Iterator[str]:
    known_batches = {row.requestid: row for row in connection.execute(select(batches))}
    known = list(connection.execute(select(intents)))
    yield from (f"batch {row.id} is still {row.state}" for row in known_batches.values() if row.state == "sent")
    yield from (f"intent {row.id} is still {row.state}" for row in known if row.state == "sent")
    log = [row for row in stage.sides.books.write_log if row["channel"] in OURS]
    yield from _each_write_has_an_intent(log, known_batches, known)
    yield from _each_done_intent_has_a_write(log, known_batches, known)
    yield from _ids_are_short_enough(log)
    throttled = stage.sides.books.counters.throttled
    if throttled and not stage.takeovers:
        yield f"QuickBooks had to refuse {throttled} calls as too many"


def _each_write_has_an_intent(log: list[Any], known_batches: dict[str, Any], known: list[Any]) -> Iterator[str]:
    by_bid = {(row.batch_id, row.bid): row for row in known}
    seen = Counter((row["requestid"], row["bId"]) for row in log)
    for (requestid, bid), times in seen.items():
        batch = known_batches.get(requestid)
        if batch is None:
            yield f"a write under request id {requestid or '(none)'} has no batch in the ledger"
        elif bid and (batch.id, bid) not in by_bid:
            yield f"write {requestid}/{bid} has no intent in the ledger"
        if times > 1:
            yield f"write {requestid}/{bid} was carried out {times} times"


def _each_done_intent_has_a_write(log: list[Any], known_batches: dict[str, Any], known: list[Any]) -> Iterator[str]:
    good = {(row["requestid"], row["bId"]) for row in log if row["code"] is None}
    requestids = {row.id: requestid for requestid, row in known_batches.items()}
    for row in known:
        if row.state != "done" or not row.batch_id:
            continue
        requestid = requestids[row.batch_id]
        if (requestid, row.bid) not in good and (requestid, "") not in good:
            yield f"intent {row.id} is done, but QuickBooks' log has no such write ({requestid}/{row.bid})"


def _ids_are_short_enough(log: list[Any]) -> Iterator[str]:
    for row in log:
        if len(row["requestid"]) + len(row["bId"]) > MOST_REQUEST_ID or not row["requestid"]:
            yield f"request id {row['requestid']!r} with bId {row['bId']!r} is none or too long"
