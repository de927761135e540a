"""Looks in QuickBooks for what a write may have left there, or what stands in its way, and takes it into the mirror."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.adapters.quickbooks.wire import quote
from bot.core.planning.steps import Operation, Verb
from bot.records import BY_ENTITY
from bot.records.allocation import payment_id
from bot.records.attachment import owner_of
from bot.sync.reading.allocations import wire_entity
from bot.sync.reading.attachables import is_upload
from bot.sync.reading.pull import including_inactive, store_bodies
from bot.sync.run.run import Run

HOLDERS = {"BillPaymentCheck": "BillPayment", "BillPaymentCreditCard": "BillPayment"}
NATURAL_KEYS = ("DisplayName", "DocNumber", "PaymentRefNum", "TxnDate")
"""By the first of these that its body has, a created record is found again. Nothing else can be queried that says whose
it is (private notes cannot): a day's payments are read whole, and planning adopts what is exactly the same.
"""
VALUES_OF_ONE_QUERY = 30

Rows = dict[str, list[dict[str, Any]]]  # by QuickBooks entity


def exists_now(run: Run, operation: Operation) -> bool:
    """Read today's state of what an operation is about, or, for a create, whatever carries its natural key."""
    return bool(look_up(run, [operation]))


def look_up(run: Run, operations: Sequence[Operation]) -> Rows:
    """The same for many, with few queries; gives what was found."""
    wanted: dict[tuple[str, str], dict[str, None]] = {}
    for operation in operations:
        entity = wire_entity(operation.entity)
        field, value = _key(operation)
        if field:
            wanted.setdefault((entity, field), {})[value] = None
    found: Rows = {}
    for upload in (operation for operation in operations if is_upload(operation)):
        found.setdefault(upload.entity, []).extend(_attached(run, upload))
    for (entity, field), values in wanted.items():
        for condition in _conditions(entity, field, list(values)):
            for reply in run.quickbooks.pages(entity, condition):
                store_bodies(run, entity, reply.rows)
                found.setdefault(entity, []).extend(reply.rows)
    return {entity: rows for entity, rows in found.items() if rows}


def refresh(run: Run, ids: Iterable[tuple[str, str]]) -> None:
    """Take today's state of these records, (entity, id), into the mirror: a payment moves what it pays."""
    wanted: dict[str, list[str]] = {}
    for entity, id_ in sorted(set(ids)):
        wanted.setdefault(entity, []).append(id_)
    for entity, found in wanted.items():
        for condition in _conditions(entity, "Id", found):
            for reply in run.quickbooks.pages(entity, condition):
                store_bodies(run, entity, reply.rows)


def _attached(run: Run, operation: Operation) -> list[dict[str, Any]]:
    """The files of the document that this one was meant for."""
    owner, owner_id = owner_of(operation.body)
    condition = f"AttachableRef.EntityRef.Type = {quote(owner)} AND AttachableRef.EntityRef.value = {quote(owner_id)}"
    rows = []
    for reply in run.quickbooks.pages(operation.entity, condition):
        store_bodies(run, operation.entity, reply.rows)
        rows += reply.rows
    return rows


def entity_of(transaction_type: str) -> str:
    """ "Credit Memo", as QuickBooks calls the holder of a number in fault 6140, gives "CreditMemo"."""
    joined = transaction_type.replace(" ", "")
    return HOLDERS.get(joined, joined)


def read_holder(run: Run, transaction_type: str, transaction_id: str) -> bool:
    """Read the document that holds a number (QuickBooks names it in fault 6140); True when it is one we know about."""
    entity = entity_of(transaction_type)
    if entity not in BY_ENTITY:
        return False
    body = run.quickbooks.read(entity, transaction_id)
    store_bodies(run, entity, [body] if body else [])
    return body is not None


def natural_key(body: Mapping[str, Any]) -> tuple[str, str]:
    """(field, value) by which a created record can be found again; ("", "") when there is none."""
    return next(((field, str(body[field])) for field in NATURAL_KEYS if body.get(field)), ("", ""))


def _key(operation: Operation) -> tuple[str, str]:
    if operation.verb is Verb.CREATE:
        return natural_key(operation.body)
    return "Id", payment_id(operation.external_id)


def _conditions(entity: str, field: str, values: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(values), VALUES_OF_ONE_QUERY):
        some = [quote(value) for value in values[start : start + VALUES_OF_ONE_QUERY]]
        yield (f"{field} = {some[0]}" if len(some) == 1 else f"{field} IN ({', '.join(some)})") + including_inactive(
            entity
        )
