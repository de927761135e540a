"""Outgoing batches: written down with their exact bytes before anything is sent, and sent unchanged until answered."""

import hashlib
from collections.abc import Sequence
from typing import Any

from bot.adapters.quickbooks.wire import BatchItem, batch_body
from bot.adapters.replies import dump_json, parse_json
from bot.core.faults import Action, ApiError
from bot.core.planning.steps import Operation, Verb
from bot.store.runs import ledger
from bot.store.runs.ledger import Batch, Intent
from bot.sync.reading.allocations import wire_body, wire_entity
from bot.sync.reading.attachables import is_upload
from bot.sync.run.run import Run
from bot.sync.writing.attachments import upload

RESENDS = 4
RESEND_WAIT_S = 2.0
MOST_WAIT_S = 60.0
REQUESTID_CHARS = 24  # QuickBooks allows 50 together with a bId
GENERATION = 1  # of a batch's content: what is to be sent differently joins a new batch, and never changes an old one

BatchAnswers = tuple[dict[str, Any], tuple[str, ...]]  # bId -> body or ApiError; who got no answer


def prepare_batch(run: Run, operations: Sequence[Operation]) -> Batch:
    """Write the intents and the batch; afterwards it may be sent.

    Raises what the store raises when it cannot be written: then nothing must be sent.
    """
    batch = _batch(run, operations, goes_alone(operations[0]))
    with run.ledger() as connection:
        ledger.write_batch(connection, run.company.id, run.run_id, batch)
    return batch


def prepare_singles(run: Run, operations: Sequence[Operation]) -> list[Batch]:
    """Each operation as a write of its own, under its own request id; all written down in one transaction."""
    batches = [_batch(run, [operation], alone=True) for operation in operations]
    with run.ledger() as connection:
        for batch in batches:
            ledger.write_batch(connection, run.company.id, run.run_id, batch)
    return batches


def goes_alone(operation: Operation) -> bool:
    """What no batch takes: voids, and files."""
    return operation.verb is Verb.VOID or is_upload(operation)


def requestid(company_id: str, batch_id: str) -> str:
    """The same for the same content only: QuickBooks answers one that it knows with its first answer, for ever."""
    return hashlib.sha256(f"{company_id}|{batch_id}|{GENERATION}".encode()).hexdigest()[:REQUESTID_CHARS]


def resend(run: Run, batch: Batch) -> BatchAnswers:
    """Send a batch, unchanged however often, until it is answered: bId -> body or ApiError, and who got none.

    An answer that leaves items out is asked for once more: what was carried out is only repeated by QuickBooks.
    Raises ApiError: RECORD when the batch as a whole is refused, STOP, or RETRY when patience ran out.
    """
    known: dict[str, Any] = {}
    asked_again = False
    for attempt in range(1, RESENDS + 1):
        try:
            answers, unanswered = _send_once(run, batch)
        except ApiError as error:
            if error.action is not Action.RETRY or attempt == RESENDS:
                raise
            run.pause(min(error.retry_after_s or RESEND_WAIT_S * 2 ** (attempt - 1), MOST_WAIT_S))
            continue
        known = {**answers, **known}
        left = tuple(bid for bid in unanswered if bid not in known)
        if not left or asked_again or attempt == RESENDS:
            return known, left
        asked_again = True
        run.pause(RESEND_WAIT_S)
    raise AssertionError("the last attempt returns or raises")


def _batch(run: Run, operations: Sequence[Operation], alone: bool) -> Batch:
    batch_id = run.new_id()
    intents = tuple(
        Intent(run.new_id(), batch_id, str(place), operation) for place, operation in enumerate(operations, start=1)
    )
    body = _single_body(operations[0]) if alone else batch_body(_items(intents)).decode()
    return Batch(batch_id, requestid(run.company.id, batch_id), body, run.now_ms(), intents)


def _send_once(run: Run, batch: Batch) -> BatchAnswers:
    body = batch.body.encode()
    parsed = parse_json(body)
    if "BatchItemRequest" in parsed:
        reply = run.quickbooks.send_batch(body, _items(batch.intents), batch.requestid)
        return dict(reply.items), reply.unanswered
    (first,) = batch.intents
    ((verb, single),) = parsed.items()
    if is_upload(first.operation):
        return {first.bid: upload(run, first.operation, single, batch.requestid)}, ()
    write = {
        Verb.CREATE: run.quickbooks.create,
        Verb.UPDATE: run.quickbooks.update,
        Verb.VOID: run.quickbooks.void,
    }[Verb(verb)]
    return {first.bid: write(wire_entity(first.operation.entity), single, batch.requestid)}, ()


def _items(intents: Sequence[Intent]) -> list[BatchItem]:
    verbs = {Verb.CREATE: "create", Verb.UPDATE: "update"}
    return [
        BatchItem(
            bid=intent.bid,
            operation=verbs[intent.operation.verb],
            entity=wire_entity(intent.operation.entity),
            body=wire_body(intent.operation),
        )
        for intent in intents
    ]


def _single_body(operation: Operation) -> str:
    return dump_json({operation.verb: wire_body(operation)}).decode()
