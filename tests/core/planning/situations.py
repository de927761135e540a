"""Situations to plan: one record, what both sides say of it, and what the link remembers."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.core.model import Link, MirrorRecord, Outcome, RecordRef, RecordType, Side
from bot.core.planning.plan import plan
from bot.core.planning.steps import Candidate, InSync, Operation, Parent, ParentState, Report, Situation, Slot, Step
from bot.core.spec import external_hash, released_hash
from bot.records import BY_TYPE
from bot.records.documents import document as invoices
from tests.records.samples import FACTS, LOOKUP, Json, invoice, quickbooks_invoice, sales_line

CONTACT, INVOICE, PAYMENT = RecordType.CONTACT, RecordType.INVOICE, RecordType.PAYMENT
KIOSK = RecordRef(CONTACT, "kiosk")


def ours(type_: RecordType, body: Json) -> MirrorRecord:
    return MirrorRecord(Side.RELEASED, BY_TYPE[type_].collection, str(body["id"]), str(body.get("version", 1)), body)


def theirs(entity: str, body: Json, deleted: bool = False) -> MirrorRecord:
    return MirrorRecord(Side.QUICKBOOKS, entity, str(body["Id"]), str(body.get("SyncToken", "0")), body, deleted)


def linked(
    type_: RecordType,
    entity: str,
    body: Json,
    external: Json | None,
    was: Json | None = None,
    external_was: Json | None = None,
    **more: Any,
) -> Situation:
    """A pair that last agreed on `was` and `external_was`; where these are not given, that side has not moved."""
    spec = BY_TYPE[type_]
    deleted = bool(more.pop("deleted", False))
    agreed = released_hash(spec, was or body)
    external_agreed = external_hash(spec, entity, external_was or external or {})
    external_id = str((external or {"Id": "1"})["Id"])
    slot = Slot(
        entity=entity,
        link=Link(type_, str(body["id"]), entity, external_id, agreed, external_agreed),
        external=theirs(entity, external, deleted) if external is not None else None,
        parents=more.pop("external_parents", ()),
    )
    return Situation(RecordRef(type_, str(body["id"])), ours(type_, body), (slot,), lookup=LOOKUP, **more)


def only_ours(type_: RecordType, entity: str, body: Json, *candidates: Candidate, **more: Any) -> Situation:
    slot = Slot(entity, candidates=candidates)
    return Situation(RecordRef(type_, str(body["id"])), ours(type_, body), (slot,), lookup=LOOKUP, **more)


def only_theirs(type_: RecordType, entity: str, body: Json, *candidates: Candidate, **more: Any) -> Situation:
    parents = more.pop("external_parents", ())
    slot = Slot(entity, None, theirs(entity, body, more.pop("deleted", False)), candidates, parents)
    ref = RecordRef.in_quickbooks(type_, entity, str(body["Id"]))
    return Situation(ref, None, (slot,), lookup=LOOKUP, **more)


def parent(state: ParentState, ref: RecordRef = KIOSK, root: RecordRef | None = None) -> Parent:
    return Parent(ref, "Kiosk Ltd", state, root)


def steps_of(situation: Situation, **facts: Any) -> list[Step]:
    return plan(BY_TYPE[situation.ref.type], situation, replace(FACTS, **facts))


def step_of(situation: Situation, **facts: Any) -> Step:
    steps = steps_of(situation, **facts)
    assert len(steps) == 1, steps
    return steps[0]


def operation_of(situation: Situation, **facts: Any) -> Operation:
    step = step_of(situation, **facts)
    assert isinstance(step, Operation), step
    return step


def report_of(situation: Situation, **facts: Any) -> Report:
    step = step_of(situation, **facts)
    assert isinstance(step, Report), step
    return step


def settled_of(situation: Situation, **facts: Any) -> InSync:
    step = step_of(situation, **facts)
    assert isinstance(step, InSync), step
    return step


def gone_of(situation: Situation, **facts: Any) -> Report:
    """The report of what is gone on both sides; a pair is settled besides."""
    *settled, report = steps_of(situation, **facts)
    assert all(isinstance(step, InSync) for step in settled), settled
    assert isinstance(report, Report) and (report.code, report.outcome) == ("gone-on-both-sides", Outcome.SKIPPED)
    return report


def tenant(**fields: Any) -> Json:
    usual = {"id": "kiosk", "name": "Kiosk Ltd", "roles": ["tenant"], "email": "a@kiosk.nz", "currency": "NZD"}
    return {**usual, "phone": None, "address": None, "archived": False, **fields}


def customer(**fields: Any) -> Json:
    email = {"PrimaryEmailAddr": {"Address": "a@kiosk.nz"}}
    return {"Id": "1", "SyncToken": "3", "DisplayName": "Kiosk Ltd", "Active": True, **email, **fields}


def receipt(**fields: Any) -> Json:
    usual = {"id": "p1", "kind": "receipt", "contactId": "kiosk", "date": "2026-10-20", "amount": "115.00"}
    allocations = [{"invoiceId": "inv-1", "amount": "115.00"}]
    more = {"currency": "NZD", "reference": "EFT 9", "bankAccountId": None, "allocations": allocations}
    return {**usual, **more, "status": "active", **fields}


def payment(**fields: Any) -> Json:
    applied = {"Amount": Decimal("115.00"), "LinkedTxn": [{"TxnId": "101", "TxnType": "Invoice"}]}
    usual = {"Id": "301", "SyncToken": "0", "CustomerRef": {"value": "1"}, "TxnDate": "2026-10-20"}
    return {**usual, "TotalAmt": Decimal("115.00"), "PaymentRefNum": "EFT 9", "Line": [applied], **fields}


def held(body: Json, entity: str = "Invoice") -> Json:
    """The QuickBooks invoice or bill as it stands after we sent this."""
    id_ = "101" if entity == "Invoice" else "201"
    return {**invoices.as_held(body, entity, LOOKUP, FACTS), "Id": id_, "SyncToken": "0"}


BILL = invoice(id="bill-1", kind="expense", contactId="plumb")
QUICKBOOKS_BILL = {
    **{key: value for key, value in quickbooks_invoice().items() if key != "CustomerRef"},
    "Id": "201",
    "VendorRef": {"value": "2"},
}
VOIDED = {"TotalAmt": Decimal(0), "PrivateNote": "Voided", "TxnTaxDetail": None, "Line": [sales_line("0.00")]}
ACCOUNT = {"id": "rent", "code": "10", "name": "Rent", "kind": "sales", "archived": False}
ITEM = {"Id": "10", "SyncToken": "0", "Name": "Rent", "Type": "Service", "IncomeAccountRef": {"value": "79"}}
