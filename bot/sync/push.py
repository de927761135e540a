"""Sends operations to QuickBooks: intents written first, batches frozen, answers recorded in one transaction each."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from bot.adapters.limits import MAX_BATCH_ITEMS
from bot.adapters.quickbooks_wire import BatchItem, batch_body
from bot.adapters.replies import dump_json, parse_json
from bot.core.content import content_hash
from bot.core.faults import Action, ApiError, Fault, duplicate_of
from bot.core.model import Link, RecordRef, Result
from bot.core.money import decimal
from bot.core.steps import Operation, Verb
from bot.records import BY_ENTITY
from bot.store import ledger, records, results
from bot.store.ledger import Batch, Intent
from bot.sync import hear, outcome
from bot.sync.lookup import existing, take_holder
from bot.sync.run import WRITERS, Run

RESENDS = 4
RESEND_WAIT_S = 2.0
REQUESTID_CHARS = 24  # QuickBooks allows 50 together with a bId
UNANSWERED = Fault("unanswered", "QuickBooks did not say what became of it", http_status=200)


@dataclass
class Pushed:
    """What came of a push. `again` are records to plan once more in this run, `done` those whose link is recorded."""

    done: list[RecordRef]
    again: list[RecordRef]


def push(run: Run, operations: Sequence[Operation]) -> Pushed:
    pushed = Pushed([], [])
    single = [operation for operation in operations if operation.verb is Verb.VOID]
    together = [operation for operation in operations if operation.verb is not Verb.VOID]
    groups = [together[start : start + MAX_BATCH_ITEMS] for start in range(0, len(together), MAX_BATCH_ITEMS)]
    _push_groups(run, [*groups, *([operation] for operation in single)], pushed)
    return pushed


def resend(run: Run, batch: Batch) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Send a frozen batch, unchanged however often, until it is answered: bId -> body or ApiError, and who got none.

    An answer that leaves items out is asked for once more: what was carried out is only repeated by QuickBooks.
    Raises ApiError: RECORD when the batch as a whole is refused, STOP, or RETRY when patience ran out.
    """
    known: dict[str, Any] = {}
    for attempt in range(1, RESENDS + 1):
        try:
            answers, unanswered = _send_once(run, batch)
        except ApiError as error:
            if error.action is not Action.RETRY or attempt == RESENDS:
                raise
            run.pause(error.retry_after_s or RESEND_WAIT_S * 2 ** (attempt - 1))
            continue
        known = {**answers, **known}
        left = tuple(bid for bid in unanswered if bid not in known)
        if not left or attempt > 1:
            return known, left
        run.pause(RESEND_WAIT_S)
    raise AssertionError("the last attempt returns or raises")


def record_answers(
    run: Run,
    batch: Batch,
    answers: dict[str, Any],
    today: dict[tuple[str, str], dict[str, Any]] | None = None,
) -> Pushed:
    """Record one batch's answers in one transaction. `today` holds bodies re-read after a replay: they are newer."""
    pushed = Pushed([], [])
    with run.ledger() as connection:
        rows: list[Result] = []
        for intent in batch.intents:
            answer = answers.get(intent.bid)
            if isinstance(answer, dict):
                rows.append(_record_success(run, connection, intent, answer, today or {}))
                pushed.done.append(intent.operation.ref)
            else:
                error = answer if isinstance(answer, ApiError) else ApiError(UNANSWERED, action=Action.RETRY)
                rows.append(
                    outcome.refused(connection, run.company.id, run.facts, intent.operation, error, run.clock())
                )
            state = ledger.DONE if isinstance(answer, dict) else ledger.REFUSED
            ledger.close_intents(connection, [intent.id], state)
        results.record(connection, run.company.id, run.run_id, rows)
        ledger.close_batch(connection, batch.id, ledger.DONE)
    for row in rows:
        run.tally.add(row.outcome)
    run.answered(len(rows))
    return pushed


def _push_groups(run: Run, groups: Sequence[Sequence[Operation]], pushed: Pushed) -> None:
    waiting = [list(group) for group in groups]
    with ThreadPoolExecutor(WRITERS, "push") as pool:
        while waiting:
            turn, waiting = waiting[:WRITERS], waiting[WRITERS:]
            frozen = [_freeze(run, group) for group in turn]
            sent: dict[Future[tuple[dict[str, Any], tuple[str, ...]]], Batch] = {
                pool.submit(resend, run, batch): batch for batch in frozen
            }
            for future in as_completed(sent):
                waiting.extend(_settle(run, sent[future], future, pushed))


def _settle(
    run: Run, batch: Batch, future: Future[tuple[dict[str, Any], tuple[str, ...]]], pushed: Pushed
) -> list[list[Operation]]:
    """Record what came of one batch; gives the groups to send instead when QuickBooks refused it as a whole."""
    try:
        answers, unanswered = future.result()
    except ApiError as error:
        if error.action is not Action.RECORD:
            raise
        if len(batch.intents) > 1:
            return _split(run, batch)
        answers, unanswered = {batch.intents[0].bid: error}, ()
    again = _look_further(run, batch, answers, unanswered)
    recorded = record_answers(run, batch, answers)
    pushed.done += recorded.done
    pushed.again += again
    return []


def _look_further(run: Run, batch: Batch, answers: dict[str, Any], unanswered: Sequence[str]) -> list[RecordRef]:
    """Read what a refusal points at, so that these records can be planned again with better knowledge."""
    again = []
    for intent in batch.intents:
        answer = answers.get(intent.bid)
        if intent.bid in unanswered or answer is None:
            existing(run, intent.operation)
            again.append(intent.operation.ref)
        elif isinstance(answer, ApiError) and _worth_another_look(run, intent.operation, answer):
            again.append(intent.operation.ref)
    return again


def _worth_another_look(run: Run, operation: Operation, error: ApiError) -> bool:
    if error.fault.code == "5010":
        return existing(run, operation)
    if error.fault.code == "6240" and operation.verb is Verb.CREATE:
        return existing(run, operation)
    holder = duplicate_of(error.fault)
    return take_holder(run, *holder) if holder is not None else False


def _freeze(run: Run, operations: Sequence[Operation]) -> Batch:
    batch_id = run.new_id()
    requestid = hashlib.sha256(f"{run.company.id}|{batch_id}|1".encode()).hexdigest()[:REQUESTID_CHARS]
    intents = tuple(
        Intent(run.new_id(), batch_id, str(place), operation) for place, operation in enumerate(operations, start=1)
    )
    body = _single_body(operations[0]) if operations[0].verb is Verb.VOID else batch_body(_items(intents)).decode()
    batch = Batch(batch_id, requestid, body, run.now_ms(), intents)
    with run.ledger() as connection:
        ledger.freeze(connection, run.company.id, run.run_id, batch)
    return batch


def _split(run: Run, batch: Batch) -> list[list[Operation]]:
    """One poisoned record must not hold up twenty-nine others: halves go out as new batches."""
    operations = [intent.operation for intent in batch.intents]
    with run.ledger() as connection:
        ledger.close_intents(connection, [intent.id for intent in batch.intents], ledger.REFUSED)
        ledger.close_batch(connection, batch.id, ledger.REFUSED)
    middle = len(operations) // 2
    return [operations[:middle], operations[middle:]]


def _send_once(run: Run, batch: Batch) -> tuple[dict[str, Any], tuple[str, ...]]:
    first = batch.intents[0]
    if first.operation.verb is Verb.VOID:
        frozen = parse_json(batch.body.encode())
        answer: Any = run.quickbooks.void(first.operation.entity, frozen["void"], batch.requestid)
        return {first.bid: answer}, ()
    reply = run.quickbooks.batch_frozen(batch.body.encode(), _items(batch.intents), batch.requestid)
    return dict(reply.items), reply.unanswered


def _items(intents: Sequence[Intent]) -> list[BatchItem]:
    verbs = {Verb.CREATE: "create", Verb.UPDATE: "update"}
    return [
        BatchItem(
            bid=intent.bid,
            operation=verbs[intent.operation.verb],
            entity=intent.operation.entity,
            body=intent.operation.body,
        )
        for intent in intents
    ]


def _single_body(operation: Operation) -> str:
    return dump_json({"void": operation.body}).decode()


def _record_success(
    run: Run,
    connection: Connection,
    intent: Intent,
    answer: dict[str, Any],
    today: dict[tuple[str, str], dict[str, Any]],
) -> Result:
    """Mirror := what QuickBooks says now; the link's hashes are of what was agreed on when this was written."""
    operation = intent.operation
    spec = BY_ENTITY[operation.entity]
    external_id = str(answer["Id"])
    body = today.get((operation.entity, external_id), answer)
    records.put_mirror(connection, run.company.id, [hear.quickbooks(operation.entity, body)])
    agreed = content_hash(spec.external_content(operation.entity, answer))
    ref, hashes = operation.ref, (operation.released_hash, agreed)
    link = Link(ref.type, operation.released_id, operation.entity, external_id, *hashes, operation.agreed)
    records.put_link(connection, run.company.id, link)
    if (difference := _difference(run, operation, answer)) is not None:
        return outcome.out_of_balance(operation, run.clock(), external_id, difference)
    return outcome.done(operation, run.clock(), external_id=external_id)


def _difference(run: Run, operation: Operation, answer: dict[str, Any]) -> Decimal | None:
    """What QuickBooks' total is off by. US sales tax is QuickBooks' own to compute, and is brought back instead."""
    if operation.verb is Verb.VOID or operation.amount is None or "TotalAmt" not in answer:
        return None
    if run.facts.country == "US" and operation.entity == "Invoice":
        return None
    return decimal(answer["TotalAmt"]) - operation.amount or None
