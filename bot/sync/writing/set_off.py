"""Writes a credit allocation into Re-Leased: as an entry of its credit note, which is read anew before each change."""

from decimal import Decimal
from typing import Any

from bot.core.answers import required
from bot.core.answers.shape import marks_of
from bot.core.faults import ApiError, Fault
from bot.core.faults import Side as FaultSide
from bot.core.model import RecordRef, Side
from bot.core.money import decimal
from bot.core.planning.steps import Operation, Verb
from bot.records import allocation
from bot.store.mirror import records
from bot.sync.run.run import Run

FIELDS = ("invoiceId", "amount", "date")
STALE = "http-412"
TRIES_BESIDE_WRITERS = 2  # each of the others may change the same credit note once before us
Entry = dict[str, Any]


def set_off(run: Run, operation: Operation) -> dict[str, Any]:
    """The credit note after the change. What is there already is not written again, so that a repeat does no harm.

    Raises ApiError.
    """
    credit_note_id = _credit_note_of(run, operation)
    stale = ApiError(Fault("http-404", f"Re-Leased has no credit note {credit_note_id}", side=FaultSide.RELEASED))
    for _ in range(run.writers + TRIES_BESIDE_WRITERS):
        body = run.released.get(run.company.id, allocation.SPEC.part_of, credit_note_id)
        if body is None:
            raise stale
        _refuse_unreadable(body)
        entries = _changed(run, operation, body)
        if entries is None:
            return body
        try:
            patch, version = {"allocations": entries}, int(body.get("version") or 0)
            answer = run.released.patch(run.company.id, allocation.SPEC.part_of, credit_note_id, patch, version)
            _refuse_unreadable(answer)
            return answer
        except ApiError as error:
            if error.fault.code != STALE:
                raise
            stale = error
    raise stale


def _refuse_unreadable(credit_note: dict[str, Any]) -> None:
    """Raises ApiError: entries that cannot be read must not be sent back, nor told apart."""
    if marks := marks_of(required.of_released(allocation.SPEC.part_of, credit_note)):
        raise ApiError(Fault("unreadable-record", detail=marks[0], http_status=200, side=FaultSide.RELEASED))


def _credit_note_of(run: Run, operation: Operation) -> str:
    if operation.verb is Verb.CREATE:
        return str(operation.body["creditNoteId"])
    key = (allocation.COLLECTION, operation.released_id)
    with run.database.read() as connection:
        known = records.get_mirror(connection, run.company.id, Side.RELEASED, [key])
    return str(known[key].body["creditNoteId"])


def _changed(run: Run, operation: Operation, credit_note: dict[str, Any]) -> list[Entry] | None:
    """All entries as they are to be; None when they are so already."""
    entries = [{name: entry.get(name) for name in FIELDS} for entry in credit_note.get("allocations") or []]
    ids = [str(part["id"]) for part in allocation.parts_of_credit_note(credit_note)]
    if operation.verb is Verb.CREATE:
        wanted = {name: operation.body[name] for name in FIELDS}
        if any(_equal(entry, wanted) for entry in _free(run, entries, ids)):
            return None
        return [*entries, wanted]
    if operation.released_id not in ids:
        return None
    place = ids.index(operation.released_id)
    if operation.verb is Verb.VOID:
        return entries[:place] + entries[place + 1 :]
    changed = entries[place] | {name: operation.body[name] for name in FIELDS if name in operation.body}
    return None if _equal(changed, entries[place]) else [*entries[:place], changed, *entries[place + 1 :]]


def _free(run: Run, entries: list[Entry], ids: list[str]) -> list[Entry]:
    """Entries that are not the pair of another QuickBooks payment."""
    refs = [RecordRef(allocation.SPEC.type, id_) for id_ in ids]
    with run.database.read() as connection:
        linked = records.links_of(connection, run.company.id, refs)
    return [entry for entry, ref in zip(entries, refs, strict=True) if ref not in linked]


def _equal(one: Entry, other: Entry) -> bool:
    return [_value(one, name) for name in FIELDS] == [_value(other, name) for name in FIELDS]


def _value(entry: Entry, name: str) -> str | Decimal:
    return decimal(entry.get(name)) if name == "amount" else str(entry.get(name))
