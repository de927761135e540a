"""Takes up what an earlier run left unanswered: outgoing batches are resent unchanged, old ones looked up first."""

from functools import partial
from typing import Any

from bot.adapters.quickbooks.wire import quote
from bot.core.faults import ApiError
from bot.core.model import RecordRef, Side
from bot.core.unreadable import is_of_one_kind
from bot.store.mirror import records
from bot.store.runs import ledger
from bot.store.runs.ledger import Batch
from bot.sync.reading.allocations import wire_entity
from bot.sync.reading.lookup import exists_now
from bot.sync.reading.pull import including_inactive
from bot.sync.reading.unreadable import tried
from bot.sync.run.run import Run
from bot.sync.writing import in_doubt
from bot.sync.writing.outgoing_batches import resend
from bot.sync.writing.push import look_up_batch, record_answers, record_looked_up

TRUSTED_FOR_MS = 60 * 60 * 1000  # how long a requestid surely still replays; Intuit documents no time


def recover(run: Run) -> None:
    """Afterwards every record touched is planned again from what both sides say today, and no intent is open.

    But for those of a kind that cannot be read: whether they were carried out is found out by a run that can read it.
    """
    with run.database.read() as connection:
        batches = ledger.open_batches(connection, run.company.id)
        released = ledger.open_released(connection, run.company.id)
    for batch in batches:
        run.raise_if_stopping()
        try:
            _recover_batch(run, batch)
        except ApiError as error:
            if not is_of_one_kind(error) or not _leave(run, batch):
                raise
    with run.ledger() as connection:
        # A create carries the same Idempotency-Key again and a patch its version: planning them anew is safe.
        ledger.close_intents(connection, [intent.id for intent in released], ledger.REFUSED)
        records.add_todo(connection, run.company.id, [intent.operation.ref for intent in released])


def _leave(run: Run, batch: Batch) -> bool:
    """True when a kind of its records cannot be read: it stays open, and none of its records is written meanwhile."""
    entities = dict.fromkeys(wire_entity(intent.operation.entity) for intent in batch.intents)
    for entity in entities:
        tried(run, Side.QUICKBOOKS, entity, partial(run.quickbooks.query, f"SELECT * FROM {entity} MAXRESULTS 1"))
    kinds = [run.unread[Side.QUICKBOOKS, name] for name in entities if (Side.QUICKBOOKS, name) in run.unread]
    run.in_doubt |= {intent.operation.ref: kind for intent in batch.intents for kind in kinds[:1]}
    _plan_again(run, [intent.operation.ref for intent in batch.intents])
    return bool(kinds)


def _recover_batch(run: Run, batch: Batch) -> None:
    refs = [intent.operation.ref for intent in batch.intents]
    if run.now_ms() - batch.created_at > TRUSTED_FOR_MS:
        # Whoever held the company before may have sent it again a moment ago, and QuickBooks may be working on it.
        run.pause(max(0.0, in_doubt.SETTLING_S - run.lease.free_for_s))
        _look_up(run, batch)
    else:
        try:
            answers, unanswered = resend(run, batch)
        except ApiError as error:
            if not in_doubt.is_plain_refusal(error) and not in_doubt.is_about_the_batch(run, error):
                raise
            in_doubt.wait_until_settled(run, [error])
            _look_up(run, batch)
        else:
            for intent in batch.intents:
                if intent.bid in unanswered:
                    exists_now(run, intent.operation)
            record_answers(run, batch, answers, _today(run, batch, answers))
    _plan_again(run, refs)


def _today(run: Run, batch: Batch, answers: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """An answer may be a replay of an old one: read what these records say now, one query a type."""
    ids: dict[str, list[str]] = {}
    for intent in batch.intents:
        answer = answers.get(intent.bid)
        if isinstance(answer, dict):
            ids.setdefault(wire_entity(intent.operation.entity), []).append(str(answer["Id"]))
    found = {}
    for entity, named in ids.items():
        listed = f"({', '.join(map(quote, named))}){including_inactive(entity)}"
        reply = run.quickbooks.query(f"SELECT * FROM {entity} WHERE Id IN {listed} MAXRESULTS 1000")
        found.update({(entity, str(body["Id"])): body for body in reply.rows})
    return found


def _look_up(run: Run, batch: Batch) -> None:
    """What it made is in QuickBooks: recognised here, or adopted by planning when it is exactly the same."""
    found, _ = look_up_batch(run, batch)
    record_looked_up(run, batch, found)


def _plan_again(run: Run, refs: list[RecordRef]) -> None:
    with run.ledger() as connection:
        records.add_todo(connection, run.company.id, refs)
