"""Sends operations to QuickBooks: each batch written down first, several at once, its answers in one transaction."""

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from bot.adapters.quickbooks.rate_limits import MAX_BATCH_ITEMS
from bot.core.content import marked_hash
from bot.core.faults import Action, ApiError, Fault, duplicate_of
from bot.core.model import Link, Outcome, RecordRef, Result, Side
from bot.core.planning.steps import Operation, Verb
from bot.records import BY_ENTITY
from bot.store.mirror import records
from bot.store.results import results
from bot.store.runs import ledger
from bot.store.runs.ledger import Batch, Intent
from bot.sync.reading import closed_books, normalise
from bot.sync.reading.allocations import answered_part, put_with_parts, wire_entity
from bot.sync.reading.attachables import other_parts
from bot.sync.reading.lookup import entity_of, exists_now, look_up, read_holder
from bot.sync.reading.unreadable import tried
from bot.sync.run import outcome
from bot.sync.run.run import Run, Stopped
from bot.sync.run.worker_pool import WorkerPool
from bot.sync.writing import in_doubt
from bot.sync.writing.figures import differing
from bot.sync.writing.outgoing_batches import BatchAnswers, goes_alone, prepare_batch, prepare_singles, resend
from bot.sync.writing.recognise import answers_among

UNANSWERED = Fault("unanswered", "QuickBooks did not say what became of it", http_status=200)
WORKERS_FOR_BATCHES = 3  # where single writes go beside them
MINUTE_CHECK_S = 0.2


@dataclass
class PushResult:
    """What came of a push. `retry` are records to plan once more in this run, `done` those whose link is recorded.

    `edited` are those that people changed before the answer to our repeat came: the next run plans them.
    """

    done: list[RecordRef]
    retry: list[RecordRef]
    edited: list[RecordRef] = field(default_factory=list)


def push(run: Run, operations: Sequence[Operation]) -> PushResult:
    """Carry outgoing operations out. Whatever ends it early leaves nothing in doubt that the next run cannot settle.

    Raises ApiError when QuickBooks is down or has locked us out, Stopped, LeaseLost, and what the store raises.
    """
    pushed = PushResult([], [])
    batched, suspects = in_doubt.split_off_suspects(run, [one for one in operations if not goes_alone(one)])
    singles = [one for one in operations if goes_alone(one)]
    queue = _Queue(deque(batched), deque([one] for one in (*suspects, *singles)))
    with WorkerPool(run.writers, "push") as pool:
        while queue:
            _send_all(run, pool, queue, pushed)
            _resolve_doubtful(run, queue, pushed)
    return pushed


def record_answers(
    run: Run,
    batch: Batch,
    answers: dict[str, Any],
    today: dict[tuple[str, str], dict[str, Any]] | None = None,
) -> PushResult:
    """Record one batch's answers in one transaction. `today` holds bodies re-read after a replay: they are newer."""
    pushed = PushResult([], [])
    rows: list[Result] = []
    by_state: dict[str, list[str]] = {}
    with run.ledger() as connection:
        links = _store_answers(run, connection, batch.intents, answers, today or {})
        for intent in batch.intents:
            answer = answers.get(intent.bid)
            if isinstance(answer, dict):
                rows.append(_record_success(run, intent, answer, links))
                pushed.done.append(intent.operation.ref)
            else:
                error = answer if isinstance(answer, ApiError) else ApiError(UNANSWERED, action=Action.RETRY)
                rows.append(
                    outcome.refused(connection, run.company.id, run.facts, intent.operation, error, run.clock())
                )
            state = ledger.DONE if isinstance(answer, dict) else ledger.REFUSED
            by_state.setdefault(state, []).append(intent.id)
        for state, ids in by_state.items():
            ledger.close_intents(connection, ids, state)
        results.record(connection, run.company.id, run.run_id, rows)
        ledger.close_batch(connection, batch.id, ledger.DONE)
    for row in rows:
        run.tally.add(row.outcome)
    run.on_answers(len(rows))
    return pushed


def look_up_batch(run: Run, batch: Batch) -> tuple[dict[str, dict[str, Any]], list[Operation]]:
    """(what the batch made, as far as it can be recognised, by bId; the operations of all others)"""
    rows = look_up(run, [intent.operation for intent in batch.intents])
    found = answers_among(run, batch, rows)
    return found, [intent.operation for intent in batch.intents if intent.bid not in found]


def record_looked_up(run: Run, batch: Batch, found: dict[str, dict[str, Any]]) -> list[RecordRef]:
    """Record what a batch was found to have made, and close it: nothing of it is sent again under its request id."""
    made = [intent for intent in batch.intents if intent.bid in found]
    others = [intent.id for intent in batch.intents if intent.bid not in found]
    with run.ledger() as connection:
        links = _store_answers(run, connection, made, found, {})
        rows = [_record_success(run, intent, found[intent.bid], links) for intent in made]
        results.record(connection, run.company.id, run.run_id, rows)
        ledger.close_intents(connection, [intent.id for intent in made], ledger.DONE)
        ledger.close_intents(connection, others, ledger.REFUSED)
        ledger.close_batch(connection, batch.id, ledger.REFUSED)
    for row in rows:
        run.tally.add(row.outcome)
    run.on_answers(len(rows))
    return [intent.operation.ref for intent in made]


@dataclass
class _Queue:
    """What is still to be sent: operations that go thirty at a time, groups that go as they are, batches in doubt."""

    operations: deque[Operation]
    groups: deque[list[Operation]]
    doubtful: list[tuple[Batch, ApiError]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.operations or self.groups or self.doubtful)

    def take(self, most: int) -> list[Operation]:
        return [self.operations.popleft() for _ in range(min(most, len(self.operations)))]


def _send_all(run: Run, pool: WorkerPool, queue: _Queue, pushed: PushResult) -> None:
    """As many at once as there are workers. After a trouble nothing new is begun, but what is answered is recorded."""
    sent: dict[Future[BatchAnswers | ApiError | Stopped], Batch] = {}
    trouble: ApiError | Stopped | None = None
    while sent or queue.operations or queue.groups:
        if trouble is None and run.stopping():
            trouble = Stopped()
        batches = _next_batches(run, queue, list(sent.values())) if trouble is None else []
        for batch in batches:
            sent[pool.submit(lambda one: _attempt(run, one), batch)] = batch
        if batches:
            continue
        if not sent:
            if trouble is not None:
                raise trouble
            run.pause(MINUTE_CHECK_S)
        over, _ = wait(sent, timeout=MINUTE_CHECK_S, return_when=FIRST_COMPLETED)
        for future in over:
            try:
                trouble = _handle_answer(run, sent.pop(future), future.result(), queue, pushed) or trouble
            except (ApiError, Stopped) as problem:
                trouble = problem
    if trouble is not None:
        raise trouble


def _next_batches(run: Run, queue: _Queue, sent: Sequence[Batch]) -> list[Batch]:
    """Write down what goes next: a batch, or single writes beside the batches of a minute. May be none."""
    if len(sent) >= run.writers:
        return []
    if queue.groups:
        return [prepare_batch(run, queue.groups.popleft())]
    if not queue.operations:
        return []
    if run.mixed_writes:
        batches = sum(1 for batch in sent if len(batch.intents) > 1)
        singles = _room_for_singles(run, len(queue.operations), batches, len(sent) - batches)
        if singles is not None:
            return prepare_singles(run, queue.take(singles)) if singles > 0 else []
    return [prepare_batch(run, queue.take(MAX_BATCH_ITEMS))]


def _room_for_singles(run: Run, left: int, batches: int, singles: int) -> int | None:
    """How many more single writes may go beside those on their way; None: a batch is better.

    Both go all the time, each with workers of its own, for single writes are the slower way: they need most of a
    minute. Where batches are short, what would not fill one goes singly; one operation always does, for it may have to
    wait long for the next batch.
    """
    room = run.quickbooks.room()
    free = max(1, run.writers - WORKERS_FOR_BATCHES) - singles
    may_batch = room.batches > batches and batches < WORKERS_FOR_BATCHES
    few = left == 1 or (room.batches <= WORKERS_FOR_BATCHES and left < MAX_BATCH_ITEMS)
    short = few and room.singles >= left
    return None if may_batch and not short else min(room.singles, free)


def _attempt(run: Run, batch: Batch) -> BatchAnswers | ApiError | Stopped:
    try:
        return resend(run, batch)
    except (ApiError, Stopped) as problem:
        return problem


def _handle_answer(
    run: Run, batch: Batch, answered: BatchAnswers | ApiError | Stopped, queue: _Queue, pushed: PushResult
) -> ApiError | Stopped | None:
    """Record what came of one batch, or put it back; gives what must end the run."""
    match answered:
        case Stopped():
            return answered
        case ApiError() if in_doubt.is_plain_refusal(answered) and len(batch.intents) > 1:
            queue.groups.extend(_halves(run, batch))
        case ApiError() if in_doubt.is_plain_refusal(answered):
            _record(run, batch, {batch.intents[0].bid: answered}, (), pushed)
        case ApiError() if not in_doubt.is_about_the_batch(run, answered):
            return answered
        case ApiError():
            queue.doubtful.append((batch, answered))
        case answers, unanswered:
            _record(run, batch, answers, unanswered, pushed)
    return None


def _record(run: Run, batch: Batch, answers: dict[str, Any], unanswered: Sequence[str], pushed: PushResult) -> None:
    closed_books.refresh_close_date(run, batch, answers)
    pushed.done += record_answers(run, batch, answers).done
    pushed.retry += _retryable(run, batch, answers, unanswered)


def _resolve_doubtful(run: Run, queue: _Queue, pushed: PushResult) -> None:
    """One poisoned record must not hold up twenty-nine others, nor be entered twice while it is being found."""
    doubtful, queue.doubtful = queue.doubtful, []
    if doubtful:
        in_doubt.wait_until_settled(run, [error for _, error in doubtful])
    for batch, error in doubtful:
        found, missing = look_up_batch(run, batch)
        left = in_doubt.still_to_send(run, missing)
        if left and len(batch.intents) == 1:
            record_answers(run, batch, {batch.intents[0].bid: in_doubt.keeps_failing(error)})
            continue
        pushed.done += record_looked_up(run, batch, found)
        queue.groups.extend(in_doubt.split(left, len(batch.intents)))
        for ref in (operation.ref for operation in missing if operation not in left):
            pushed.retry.append(ref)
            run.tally.add(Outcome.FAILED)  # until its second look takes that back


def _retryable(run: Run, batch: Batch, answers: dict[str, Any], unanswered: Sequence[str]) -> list[RecordRef]:
    """Read what a refusal points at, so that these records can be planned again with better knowledge."""
    to_retry = []
    for intent in batch.intents:
        answer = answers.get(intent.bid)
        if intent.bid in unanswered or answer is None:
            exists_now(run, intent.operation)
            to_retry.append(intent.operation.ref)
        elif isinstance(answer, ApiError) and _is_worth_retry(run, intent.operation, answer):
            to_retry.append(intent.operation.ref)
    return to_retry


def _is_worth_retry(run: Run, operation: Operation, error: ApiError) -> bool:
    if error.fault.code == "5010":
        return exists_now(run, operation)
    if error.fault.code == "6240" and operation.verb is Verb.CREATE:
        return exists_now(run, operation)
    holder = duplicate_of(error.fault)
    return holder is not None and _can_read(run, holder)


def _can_read(run: Run, holder: tuple[str, str]) -> bool:
    """False as well where QuickBooks does not give the kind of what holds a number: the refusal names it anyway."""
    entity = entity_of(holder[0])
    return entity in BY_ENTITY and bool(tried(run, Side.QUICKBOOKS, entity, lambda: read_holder(run, *holder)))


def _halves(run: Run, batch: Batch) -> list[list[Operation]]:
    """The record that QuickBooks refuses a whole batch for is found by halves."""
    operations = [intent.operation for intent in batch.intents]
    record_looked_up(run, batch, {})
    middle = len(operations) // 2
    return [operations[:middle], operations[middle:]]


def _store_answers(
    run: Run,
    connection: Connection,
    intents: Sequence[Intent],
    answers: Mapping[str, Any],
    today: Mapping[tuple[str, str], dict[str, Any]],
) -> dict[str, Link]:
    """Mirror := what QuickBooks says now; the links' hashes are of what was agreed on when this was written. By bId."""
    done = [(intent, answers[intent.bid]) for intent in intents if isinstance(answers.get(intent.bid), dict)]
    normalised, links = [], {}
    for intent, answer in done:
        operation = intent.operation
        entity = wire_entity(operation.entity)
        normalised.append(normalise.quickbooks(entity, today.get((entity, str(answer["Id"])), answer)))
        external_id, content = answered_part(operation, answer)
        ids = operation.released_id, operation.entity, external_id
        hashes = operation.released_hash, marked_hash(content)
        links[intent.bid] = Link(operation.ref.type, *ids, *hashes, operation.agreed)
    changed = put_with_parts(connection, run.company.id, normalised)
    for link in links.values():
        records.add_todo(connection, run.company.id, other_parts(connection, run.company.id, changed, link.external_id))
    records.put_links(connection, run.company.id, list(links.values()))
    return links


def _record_success(run: Run, intent: Intent, answer: dict[str, Any], links: Mapping[str, Link]) -> Result:
    operation, external_id = intent.operation, links[intent.bid].external_id
    run.tally.add_conflict(operation)
    if (figures := differing(run.facts, operation, answer)) is not None:
        return outcome.out_of_balance(operation, run.clock(), external_id, *figures)
    return outcome.done(operation, run.clock(), external_id=external_id)
