"""Turns what came of a record into its row of the results table, in plain words."""

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot.core.faults import ApiError, Explanation, Fault, answered, explain, planned
from bot.core.model import Direction, Outcome, RecordRef, Result, Side
from bot.core.money import text
from bot.core.planning.conflict import SAID_AT_ONCE, conflict_words
from bot.core.planning.field_changes import in_words
from bot.core.planning.step_values import with_hidden
from bot.core.planning.steps import Operation, Report, Verb
from bot.core.spec import Facts
from bot.core.totals import Totals, difference, words
from bot.records import BY_ENTITY
from bot.records.allocation import PAYMENT_OF, payment_id
from bot.records.attachment import ENTITY
from bot.records.fields.names import is_active
from bot.store.mirror import records

MADE_INACTIVE = frozenset({"610", "2500", "6250"})
CLOSED_BOOKS = frozenset({"6200", "6210"})
CALLED_OTHERWISE = {
    "Vendor": "supplier",
    "VendorCredit": "supplier credit",
    "AppliedCredit": "credit",
    "AppliedVendorCredit": "supplier credit",
    "Attachable": "attachment",
}
"""Entities that people do not call as QuickBooks' API does."""
DONE_WORDS = {
    (Verb.CREATE, Direction.OUTGOING): "Created in QuickBooks as {kind} {name}.",
    (Verb.CREATE, Direction.INCOMING): "Brought into Re-Leased from QuickBooks {kind} {name}.",
    (Verb.UPDATE, Direction.OUTGOING): "Updated in QuickBooks.",
    (Verb.UPDATE, Direction.INCOMING): "Updated in Re-Leased.",
    (Verb.VOID, Direction.OUTGOING): "Voided in QuickBooks.",
    (Verb.VOID, Direction.INCOMING): "Voided in Re-Leased, as in QuickBooks.",
    (Verb.ADOPT, Direction.OUTGOING): "Matched with the same {kind} in QuickBooks; nothing was changed.",
    (Verb.ADOPT, Direction.INCOMING): "Matched with the same record in Re-Leased; nothing was changed.",
}
CREDIT_WORDS = {
    (Verb.CREATE, Direction.OUTGOING): "Set off in QuickBooks by a payment of total 0.00.",
    (Verb.CREATE, Direction.INCOMING): "Set off in Re-Leased, as in QuickBooks.",
    (Verb.VOID, Direction.OUTGOING): "Not set off in QuickBooks any more.",
    (Verb.VOID, Direction.INCOMING): "Not set off in Re-Leased any more, as in QuickBooks.",
}
FILE_WORDS = {
    (Verb.CREATE, Direction.OUTGOING): "Attached in QuickBooks: the file {name}.",
    (Verb.CREATE, Direction.INCOMING): "Attached in Re-Leased: the file {name}, from QuickBooks.",
    (Verb.UPDATE, Direction.OUTGOING): "Renamed in QuickBooks to {name}.",
    (Verb.UPDATE, Direction.INCOMING): "Renamed in Re-Leased, as in QuickBooks.",
    (Verb.ADOPT, Direction.OUTGOING): "Matched with the same file in QuickBooks; nothing was copied.",
    (Verb.ADOPT, Direction.INCOMING): "Matched with the same file in Re-Leased; nothing was copied.",
}
PLANNED_WORDS = {
    Verb.CREATE: "Would be created in {side}.",
    Verb.UPDATE: "Would be updated in {side}.",
    Verb.VOID: "Would be voided in {side}.",
    Verb.ADOPT: "Would be matched with the same record in {side}.",
}


QUICKBOOKS_CODES = {
    "closed-period": "6210",
    "name-too-long": "2050",
    "number-too-long": "2050",
    "file-too-large": "6030",
}
"""What QuickBooks itself calls a fault that we saw coming, so that both look the same to whoever searches for it."""


def noun_of(entity: str) -> str:
    """ "bill payment" for BillPayment."""
    return CALLED_OTHERWISE.get(entity) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", entity).lower()


def done(operation: Operation, at: datetime, external_id: str = "", released_id: str = "") -> Result:
    kind = noun_of(operation.entity)
    deed = operation.verb, operation.direction
    if operation.outcome is Outcome.VOIDED:
        deed = Verb.VOID, operation.direction  # a credit that is taken out of a payment which goes on
    own = CREDIT_WORDS if operation.entity in PAYMENT_OF else FILE_WORDS if operation.entity == ENTITY else {}
    said = own.get(deed)
    name = str(operation.body.get("DisplayName") or operation.name)  # it may be another one there
    words = (said or DONE_WORDS[deed]).format(kind=kind, name=name)
    outgoing = operation.direction is Direction.OUTGOING
    if lost := conflict_words(operation.changes, outgoing, SAID_AT_ONCE):
        words = f"{words} Both sides had changed: {lost}."
    ref = RecordRef(operation.ref.type, released_id) if released_id else operation.ref
    return replace(
        _row(operation, at, operation.outcome, "", words, operation.more),
        ref=ref,
        released_id=released_id or operation.released_id,
        external_id=payment_id(external_id or operation.external_id),
    )


def previewed(operation: Operation, at: datetime) -> Result:
    side = "QuickBooks" if operation.direction is Direction.OUTGOING else "Re-Leased"
    words = PLANNED_WORDS[operation.verb].format(side=side)
    if changes := in_words(operation.changes):
        words = f"{words} {changes[:1].upper()}{changes[1:]}."
    return _row(operation, at, Outcome.PLANNED, "", words, operation.more)


def out_of_balance(operation: Operation, at: datetime, external_id: str, ours: Totals, theirs: Totals) -> Result:
    """It is through, but the two sides do not show the same total: never hidden, and never booked away."""
    context = {"record": operation.name, "difference": text(difference(ours, theirs))}
    explanation = explain(planned("totals-differ"), context)
    more = _more(explanation, f"{operation.more}\n{words(ours, theirs)}")
    row = _row(operation, at, Outcome.FAILED, "totals-differ", explanation.what, more)
    return replace(row, external_id=payment_id(external_id))


def in_sync_again(result: Result, at: datetime) -> Result:
    return replace(
        result, at=at, outcome=Outcome.UPDATED, code="", details="Both sides agree again.", more_detail="", cause=None
    )


def over(row: Result, code: str, how: Outcome, at: datetime) -> Result:
    """The row of a record that nothing is to be done about any more, and why."""
    explanation = explain(planned(code), {"record": row.name, "name": row.name})
    return replace(
        row,
        at=at,
        outcome=how,
        code=code,
        details=explanation.what,
        more_detail=_more(explanation, ""),
        cause=None,
    )


def reported(report: Report, at: datetime) -> Result:
    explanation = explain(planned(report.code), report.context)
    code = QUICKBOOKS_CODES.get(report.code, report.code)
    more = _more(explanation, f"{report.more}\nQuickBooks code {code}." if code.isdigit() else report.more)
    row = _row(report, at, report.outcome, code, explanation.what, more)
    return replace(row, cause=report.cause, linked=report.code != "left-out")


def refused(
    connection: Connection, company_id: str, facts: Facts, operation: Operation, error: ApiError, at: datetime
) -> Result:
    """The row of an operation that a side refused, with the record that is to blame where one can be named."""
    fault = error.fault
    context = {
        "record": operation.name,
        "name": str(operation.body.get("DisplayName") or operation.name),
        "number": operation.name,
        "type": str(operation.ref.type).replace("-", " "),
        "date": str(operation.body.get("TxnDate") or ""),
    }
    cause = None
    if fault.code in MADE_INACTIVE and (found := _inactive_reference(connection, company_id, operation)):
        cause, name = found
        context |= {"parent": f"{str(cause.type).replace('-', ' ')} {name} ({cause.key})", "name": name}
        fault = replace(fault, code="archived-contact") if cause != operation.ref else fault
    if fault.code in CLOSED_BOOKS and facts.close_date:
        context["closing_date"] = facts.close_date.isoformat()
    explanation = explain(fault, context)
    hidden = _hidden(connection, company_id, operation)
    more = _more(explanation, hidden, error.fault)
    row = _row(operation, at, Outcome.FAILED, error.fault.code, explanation.what, more)
    return replace(row, cause=cause)


def _hidden(connection: Connection, company_id: str, operation: Operation) -> str:
    """The characters of a refused record that nobody sees, on either side."""
    ours = [(BY_ENTITY[operation.entity].collection, operation.released_id)]
    theirs = [(operation.entity, operation.external_id)]
    found = {
        **records.get_mirror(connection, company_id, Side.RELEASED, ours),
        **records.get_mirror(connection, company_id, Side.QUICKBOOKS, theirs),
    }
    return with_hidden("", Outcome.FAILED, *found.values())


def _inactive_reference(connection: Connection, company_id: str, operation: Operation) -> tuple[RecordRef, str] | None:
    """Which of the records that this one refers to is inactive in QuickBooks, as far as we were told."""
    spec = BY_ENTITY[operation.entity]
    named = [key for key in spec.external_references(operation.entity, operation.body) if key[0] in BY_ENTITY]
    bodies = records.get_mirror(connection, company_id, Side.QUICKBOOKS, named)
    links = records.links_to(connection, company_id, named)
    for (entity, id_), record in bodies.items():
        if is_active(record.body) and not record.deleted:
            continue
        link = links.get((entity, id_))
        type_ = BY_ENTITY[entity].type
        ref = RecordRef(type_, link.released_id) if link else RecordRef.in_quickbooks(type_, entity, id_)
        return ref, BY_ENTITY[entity].external_name(entity, record.body)
    return None


def _row(
    source: Operation | Report, at: datetime, outcome: Outcome, code: str, details: str, more_detail: str
) -> Result:
    return Result(
        at=at,
        ref=source.ref,
        name=source.name,
        released_id=source.released_id,
        entity=source.entity,
        external_id=payment_id(source.external_id),
        direction=source.direction,
        outcome=outcome,
        code=code,
        details=details,
        more_detail=more_detail,
        linked=True,
        amount=source.amount,
        currency=source.currency,
    )


def _more(explanation: Explanation, more: str, fault: Fault | None = None) -> str:
    """Why, how to fix it, and at the end what was answered: for people first, for support last."""
    parts = [explanation.why, f"How to fix it: {explanation.how}" if explanation.how else "", more]
    if fault is not None:
        parts.append(answered(fault))
    return "\n".join(part.strip() for part in parts if part.strip())


def not_written_back(row: Result, error: ApiError, at: datetime) -> Result:
    """The record itself is through, but Re-Leased would not take its QuickBooks id."""
    explanation = explain(error.fault, {"record": row.name, "name": row.name})
    return replace(
        row,
        at=at,
        outcome=Outcome.FAILED,
        code=error.fault.code,
        details=explanation.what,
        more_detail=_more(explanation, "", error.fault),
    )
