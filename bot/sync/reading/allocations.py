"""Credit allocations in the mirror: taken out of the credit notes and payments that hold them, on both sides."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from bot.core.answers.shape import marks_of
from bot.core.model import MirrorRecord, Side
from bot.core.money import decimal
from bot.core.planning.steps import Operation
from bot.core.spec import Problem
from bot.records import BY_ENTITY, allocation
from bot.records.allocation import APPLIED_BY, COLLECTION, PAYMENT_OF, REVERSED
from bot.records.attachment import ENTITY
from bot.store.mirror import records
from bot.store.mirror.records import NormalisedRecord
from bot.sync.reading import normalise
from bot.sync.reading.attachables import answered_file, split_into_parts
from bot.sync.reading.following import contact_names, follow_records

HOLDERS = {(Side.RELEASED, allocation.SPEC.part_of): COLLECTION}
HOLDERS |= {(Side.QUICKBOOKS, payment): entity for payment, entity in APPLIED_BY.items()}


def put_with_parts(
    connection: Connection, company_id: str, normalised: Sequence[NormalisedRecord]
) -> list[MirrorRecord]:
    """Store the records and the parts that they hold; gives those of both whose content changed.

    The results follow in the same transaction.
    """
    normalised = split_into_parts(connection, company_id, normalised)
    parts = _parts(connection, company_id, normalised)
    names_before = contact_names(connection, company_id, (one.record for one in normalised))
    changed = records.put_mirror(connection, company_id, [*normalised, *parts])
    holders = {record.id for record in changed if (record.side, record.entity) in HOLDERS}
    named_after = [one.record for one in parts if str(one.record.body.get("creditNoteId")) in holders]
    follow_records(connection, company_id, [*changed, *named_after], names_before)
    return changed


def wire_entity(entity: str) -> str:
    """The QuickBooks entity in which a record of `entity` is written: its own, but for the parts of payments."""
    return PAYMENT_OF.get(entity, entity)


def wire_body(operation: Operation) -> Mapping[str, Any]:
    """The body as QuickBooks is sent it: what is written is the payment of which the record is a part."""
    if "Id" not in operation.body or operation.entity not in (*PAYMENT_OF, ENTITY):
        return operation.body
    return {**operation.body, "Id": allocation.payment_id(str(operation.body["Id"]))}


def answered_part(operation: Operation, answer: Mapping[str, Any]) -> tuple[str, Any]:
    """(QuickBooks id, synced content) of the record that `answer` is about."""
    spec = BY_ENTITY[operation.entity]
    if operation.entity == ENTITY:
        return answered_file(operation, answer)
    if operation.entity not in PAYMENT_OF:
        return str(answer["Id"]), spec.external_content(operation.entity, answer)
    payment = PAYMENT_OF[operation.entity]
    parts = list(allocation.parts_of_payment(payment, answer))
    if not operation.external_id:  # by what was sent: an answer may say less, or something that cannot be read
        (sent, *_) = allocation.parts_of_payment(payment, {**operation.body, "Id": answer["Id"]})
        own = next((part for part in parts if part["Id"] == sent["Id"]), sent)
        return str(sent["Id"]), spec.external_content(operation.entity, own)
    ids = [str(part["Id"]) for part in parts]
    if operation.external_id in ids:
        part = parts[ids.index(operation.external_id)]
        return operation.external_id, spec.external_content(operation.entity, part)
    return operation.external_id, None


def written_part(operation: Operation, credit_note: Mapping[str, Any]) -> Mapping[str, Any]:
    """The allocation that an incoming operation has written; reversed when it is not in the credit note any more."""
    parts = list(allocation.parts_of_credit_note(credit_note))
    if operation.released_id:
        found = [part for part in parts if part["id"] == operation.released_id]
        return found[0] if found else {"id": operation.released_id, "status": REVERSED}
    wanted = operation.body["invoiceId"], decimal(operation.body["amount"]), operation.body["date"]
    made = [part for part in parts if (part["invoiceId"], decimal(part["amount"]), part["date"]) == wanted]
    return (made or parts)[-1]


def _parts(connection: Connection, company_id: str, normalised: Sequence[NormalisedRecord]) -> list[NormalisedRecord]:
    """The parts of all holders among these; those that are in none of them any more as reversed or deleted.

    A holder that cannot be read says nothing of its parts: they stay as they were.
    """
    found: list[NormalisedRecord] = []
    for (side, holder), entity in HOLDERS.items():
        holders = {
            _key(one.record): one.record
            for one in normalised
            if (one.record.side, one.record.entity) == (side, holder) and not marks_of(one.record.body)
        }
        told = {key: [] if record.deleted else _present(record) for key, record in holders.items()}
        known = records.find_by_keys(connection, company_id, side, entity, holders)
        gone = {id_: key for key, ids in known.items() for id_ in ids - {part.record.id for part in told[key]}}
        before = records.get_mirror(connection, company_id, side, [(entity, id_) for id_ in gone])
        found += [replace(part, keys=part.keys | {key}) for key, parts in told.items() for part in parts]
        found += [_gone(record, gone[record.id]) for record in before.values()]
    return found


def _key(holder: MirrorRecord) -> str:
    """By which the parts of a record are found again."""
    return f"of:{holder.entity}:{holder.id}"


def _present(record: MirrorRecord) -> list[NormalisedRecord]:
    try:
        if record.side is Side.RELEASED:
            return [normalise.released(allocation.SPEC, part) for part in allocation.parts_of_credit_note(record.body)]
        found = allocation.parts_of_payment(record.entity, record.body)
        return [normalise.quickbooks(APPLIED_BY[record.entity], part) for part in found]
    except Problem:
        return []  # an amount that is none: the record that holds it says so


def _gone(record: MirrorRecord, key: str) -> NormalisedRecord:
    if record.side is Side.RELEASED:
        normalised = normalise.released(allocation.SPEC, {**record.body, "status": REVERSED})
    else:
        normalised = normalise.quickbooks(record.entity, record.body, deleted=True)
    return replace(normalised, keys=normalised.keys | {key})
