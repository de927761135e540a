"""Looks in QuickBooks for what a write may have left there, or what stands in its way, and takes it into the mirror."""

from typing import Any

from bot.adapters.quickbooks_wire import quote
from bot.core.steps import Operation, Verb
from bot.records import BY_ENTITY
from bot.sync.pull import take_bodies
from bot.sync.run import Run

HOLDERS = {"BillPaymentCheck": "BillPayment", "BillPaymentCreditCard": "BillPayment"}


def existing(run: Run, operation: Operation) -> bool:
    """Read today's state of what an operation is about, or, for a create, whatever carries its natural key."""
    if operation.verb is not Verb.CREATE:
        body = run.quickbooks.read(operation.entity, operation.external_id)
        take_bodies(run, operation.entity, [body] if body else [])
        return body is not None
    condition = natural_key(operation.entity, operation.body)
    if not condition:
        return False
    rows = run.quickbooks.query(f"SELECT * FROM {operation.entity} WHERE {condition} ORDERBY Id MAXRESULTS 1000").rows
    take_bodies(run, operation.entity, rows)
    return bool(rows)


def take_holder(run: Run, transaction_type: str, transaction_id: str) -> bool:
    """Read the document that holds a number (QuickBooks names it in fault 6140); True when it is one we know about."""
    entity = HOLDERS.get(transaction_type, transaction_type)
    if entity not in BY_ENTITY:
        return False
    body = run.quickbooks.read(entity, transaction_id)
    take_bodies(run, entity, [body] if body else [])
    return body is not None


def natural_key(entity: str, body: Any) -> str:
    """A query condition by which a created record can be found again; private notes cannot be queried."""
    if body.get("DisplayName"):
        return f"DisplayName = {quote(str(body['DisplayName']))} AND Active IN (true, false)"
    if body.get("DocNumber"):
        return f"DocNumber = {quote(str(body['DocNumber']))}"
    return f"TxnDate = {quote(str(body['TxnDate']))}" if body.get("TxnDate") else ""
