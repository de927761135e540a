"""Unapplies from documents, before they are synced, the payments and credits that no longer pay them.

Why: bot/core/planning/unapplying.py.
"""

from collections.abc import Iterator, Sequence

from bot.core.model import Direction, MirrorRecord, Outcome, RecordRef
from bot.core.planning.unapplying import Unapplication, unapplications
from bot.core.planning.unreadable import depends_on
from bot.core.spec import RecordSpec
from bot.records import BY_ENTITY, SPECS
from bot.records.payments.applied import lines_of
from bot.store.mirror import records
from bot.store.runs import plans
from bot.sync.planning.drafting import contents
from bot.sync.reading.gather import situations
from bot.sync.reading.lookup import refresh
from bot.sync.reading.pull import pull_documents_again
from bot.sync.run.run import CHUNK, Run
from bot.sync.writing.push import push
from bot.sync.writing.released_writes import write_incoming


def unapply_payments(run: Run) -> None:
    """Of linked payments and credit allocations that are to be planned: reversals, and what is allocated less.

    What is refused here, or is only a part of a record's change, is planned anew in the turn of its type, and is
    reported and counted there.
    """
    touched: set[tuple[str, str]] = set()
    any_unapplied = False
    for spec in SPECS:
        if spec.moves_money:
            done, documents = _unapply_type(run, spec)
            any_unapplied, touched = any_unapplied or done, touched | documents
    if any_unapplied:
        pull_documents_again(run)  # the documents have other versions now, and some are not paid any more
    refresh(run, touched)


def _unapply_type(run: Run, spec: RecordSpec) -> tuple[bool, set[tuple[str, str]]]:
    """Whether anything was unapplied, and the documents of QuickBooks, (entity, id), that it was taken off."""
    after, any_unapplied = "", False
    documents: set[tuple[str, str]] = set()
    while True:
        run.raise_if_stopping()
        with run.database.read() as connection:
            keys = records.todo_keys(connection, run.company.id, spec.type, after, CHUNK)
        if not keys:
            return any_unapplied, documents
        after = keys[-1]
        found, paid = _unapplications(run, spec, [RecordRef(spec.type, key) for key in keys if not key.startswith("@")])
        done = _carry_out(run, found)
        any_unapplied = any_unapplied or bool(done)
        documents |= {key for ref in done for key in paid.get(ref, ())}


def _unapplications(
    run: Run, spec: RecordSpec, refs: Sequence[RecordRef]
) -> tuple[list[Unapplication], dict[RecordRef, set[tuple[str, str]]]]:
    """With the documents that QuickBooks says each of them pays. While a plan is carried out, only what it holds."""
    with run.database.read() as connection:
        linked = list(records.links_of(connection, run.company.id, refs))
        gathered = situations(connection, run.company.id, spec, linked)
        approved = plans.approved(connection, run.approved_plan_id, linked) if run.approved_plan_id else None
    unread, facts = run.unread_kinds, run.facts
    gathered = [one for one in gathered if one.ref not in run.in_doubt and not depends_on(spec, one, unread, facts)]
    found = [one for situation in gathered for one in unapplications(spec, situation, run.facts)]
    paid = {
        situation.ref: {key for slot in situation.slots if slot.external for key in _paid(slot.external)}
        for situation in gathered
    }
    if approved is None:
        return found, paid
    held = [
        one
        for one in found
        if one.is_whole
        and (one.operation.ref, one.operation.entity, one.operation.outcome, contents(one.operation)) in approved
    ]
    return held, paid


def _paid(payment: MirrorRecord) -> Iterator[tuple[str, str]]:
    for kind, id_, _ in lines_of(payment.body):
        if kind in BY_ENTITY:
            yield kind, id_


def _carry_out(run: Run, found: Sequence[Unapplication]) -> set[RecordRef]:
    operations = [one.operation for one in found]
    pushed = push(run, [one for one in operations if one.direction is Direction.OUTGOING])
    brought = write_incoming(run, [one for one in operations if one.direction is Direction.INCOMING])
    done = {*pushed.done, *brought.done}
    for one in found:
        if one.operation.ref not in done:
            run.tally.remove(Outcome.FAILED)
        elif not one.is_whole:
            run.tally.remove(one.operation.outcome)
    with run.ledger() as connection:
        through = [one.operation.ref for one in found if one.is_whole and one.operation.ref in done]
        records.drop_todo(connection, run.company.id, through)
    return done
