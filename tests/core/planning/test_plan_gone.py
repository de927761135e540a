"""What is voided, archived, deleted or in closed books: who follows whom, and what only a person may do."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.core.model import Direction, Outcome, RecordType
from bot.core.planning.steps import Verb
from tests.core.planning.situations import (
    ACCOUNT,
    BILL,
    CONTACT,
    INVOICE,
    ITEM,
    PAYMENT,
    QUICKBOOKS_BILL,
    VOIDED,
    customer,
    gone_of,
    linked,
    operation_of,
    payment,
    receipt,
    report_of,
    settled_of,
    steps_of,
    tenant,
)
from tests.records.samples import Json, invoice, quickbooks_invoice


@pytest.mark.parametrize(
    ("change", "external_change", "closed"),
    [
        ({"issueDate": "2026-10-05", "reference": "x"}, {}, "2026-10-05"),
        ({"issueDate": "2026-11-05"}, {}, "2026-10-05"),
        ({"issueDate": "2026-10-05"}, {"TxnDate": "2026-11-05"}, "2026-10-05"),
        ({"status": "voided"}, {}, "2026-10-05"),
    ],
    ids=["both dates in it", "out of it", "into it", "void"],
)
def test_a_closed_period_is_touched_neither_by_the_new_date_nor_by_the_old(
    change: Json, external_change: Json, closed: str
) -> None:
    external = {**quickbooks_invoice(), **external_change}
    situation = linked(
        INVOICE, "Invoice", {**invoice(), **change}, external, was=invoice(number="X", issueDate="2026-09-01")
    )
    report = report_of(situation, close_date=date.fromisoformat(closed))
    assert (report.code, report.context["date"]) == ("closed-period", "2026-10-05")
    assert operation_of(situation, close_date=date(2026, 10, 4)).verb in (Verb.UPDATE, Verb.VOID)


def test_a_closed_period_does_not_keep_quickbooks_changes_out() -> None:
    situation = linked(
        INVOICE, "Invoice", invoice(), {**quickbooks_invoice(), "DocNumber": "9"}, None, quickbooks_invoice()
    )
    assert operation_of(situation, close_date=date(2026, 12, 31)).body == {"number": "9"}


@pytest.mark.parametrize(("entity", "body"), [("Invoice", invoice()), ("Bill", BILL)])
def test_a_document_voided_in_released_is_voided_where_quickbooks_can(entity: str, body: Json) -> None:
    external = quickbooks_invoice() if entity == "Invoice" else QUICKBOOKS_BILL
    situation = linked(INVOICE, entity, {**body, "status": "voided"}, external, was=body)
    if entity == "Bill":
        assert (report_of(situation).code, report_of(situation).context["type"]) == ("void-not-possible", "Bill")
        return
    operation = operation_of(situation)
    assert (operation.verb, operation.outcome) == (Verb.VOID, Outcome.VOIDED)
    assert operation.body == {"Id": "101", "SyncToken": "0", "sparse": True}


@pytest.mark.parametrize(("entity", "kind"), [("CreditMemo", "income"), ("VendorCredit", "expense")])
def test_a_credit_note_voided_in_released_is_for_a_person_since_quickbooks_has_no_void_for_it(
    entity: str, kind: str
) -> None:
    """https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/creditmemo"""
    party = {"contactId": "kiosk" if kind == "income" else "plumb"}
    body = {**invoice(id="cn-1", number="CN-1", kind=kind), **party, "remaining": "115.00"}
    external = {**quickbooks_invoice(), "Id": "401"}
    report = report_of(linked(RecordType.CREDIT_NOTE, entity, {**body, "status": "voided"}, external, was=body))
    assert (report.code, report.context["type"]) == ("void-not-possible", entity)


@pytest.mark.parametrize("emptied", [VOIDED, {"TotalAmt": Decimal(0), "Line": []}], ids=["voided", "emptied"])
def test_a_void_of_a_bill_is_settled_as_soon_as_quickbooks_shows_nothing(emptied: Json) -> None:
    situation = linked(INVOICE, "Bill", {**BILL, "status": "voided"}, {**QUICKBOOKS_BILL, **emptied}, was=BILL)
    if emptied is VOIDED:
        assert gone_of(situation).context["there"] == "voided"
    else:
        assert settled_of(situation)


@pytest.mark.parametrize(
    ("type_", "entity", "body", "external", "status"),
    [
        (INVOICE, "Invoice", invoice(), quickbooks_invoice(), "voided"),
        (INVOICE, "Bill", BILL, QUICKBOOKS_BILL, "voided"),
        (PAYMENT, "Payment", receipt(), payment(), "reversed"),
    ],
)
def test_what_is_voided_in_quickbooks_is_voided_in_released(
    type_: RecordType, entity: str, body: Json, external: Json, status: str
) -> None:
    voided = {**external, **VOIDED}
    operation = operation_of(linked(type_, entity, body, voided, external_was=external))
    assert (operation.verb, operation.direction, operation.body) == (Verb.VOID, Direction.INCOMING, {"status": status})
    gone = {**body, "status": status}
    assert gone_of(linked(type_, entity, gone, voided, body, external)).context["here"] == status
    assert settled_of(linked(type_, entity, gone, voided))


def test_an_edit_of_what_is_voided_or_archived_in_quickbooks_fails_with_words() -> None:
    edited = linked(INVOICE, "Invoice", invoice(dueDate="2026-12-24"), {**quickbooks_invoice(), **VOIDED}, invoice())
    assert report_of(edited).code == "voided-elsewhere"
    archived = linked(CONTACT, "Customer", tenant(name="Other"), customer(Active=False), tenant())
    assert report_of(archived).code == "archived-contact"


def test_an_archived_name_changes_in_nothing_but_that() -> None:
    archived = customer(Active=False, DisplayName="Kiosk Ltd (deleted)", PrimaryEmailAddr=None)
    assert operation_of(linked(CONTACT, "Customer", tenant(), archived, None, customer())).body == {"archived": True}


@pytest.mark.parametrize("other_is_gone", [False, True])
def test_a_contact_of_both_roles_is_archived_when_both_of_its_names_are(other_is_gone: bool) -> None:
    both = tenant(id="both", name="Both Ltd", roles=["tenant", "supplier"])
    vendor = {"Id": "4", "DisplayName": "Both Ltd (Supplier)", "Active": not other_is_gone}
    archived = linked(CONTACT, "Customer", both, customer(Id="3", Active=False), None, customer(Id="3"))
    other = linked(CONTACT, "Vendor", both, vendor)
    step = steps_of(replace(archived, slots=(*archived.slots, *other.slots)))[0]
    assert getattr(step, "body", None) == ({"archived": True} if other_is_gone else None)


def test_a_payment_deleted_in_quickbooks_is_reversed() -> None:
    operation = operation_of(linked(PAYMENT, "Payment", receipt(), payment(), deleted=True))
    assert (operation.verb, operation.body) == (Verb.VOID, {"status": "reversed"})
    report = gone_of(linked(PAYMENT, "Payment", receipt(status="reversed"), payment(), deleted=True))
    assert (report.context["here"], report.context["there"]) == ("reversed", "deleted")


def test_anything_else_deleted_in_quickbooks_is_for_a_person_until_it_is_voided() -> None:
    deleted = linked(INVOICE, "Invoice", invoice(), quickbooks_invoice(), deleted=True)
    report = report_of(deleted)
    assert (report.code, report.outcome, report.external_id) == ("deleted-in-quickbooks", Outcome.FAILED, "101")
    report = gone_of(linked(INVOICE, "Invoice", invoice(status="voided"), quickbooks_invoice(), deleted=True))
    assert (report.context["here"], report.context["there"]) == ("voided", "deleted")


def test_a_contact_that_is_deleted_in_quickbooks_is_for_a_person_until_it_is_archived() -> None:
    assert report_of(linked(CONTACT, "Customer", tenant(), customer(), deleted=True)).code == "deleted-in-quickbooks"
    report = gone_of(linked(CONTACT, "Customer", tenant(archived=True), customer(), deleted=True))
    assert (report.context["here"], report.context["there"]) == ("archived", "deleted")


def test_an_account_deleted_in_quickbooks_is_archived() -> None:
    operation = operation_of(linked(RecordType.ACCOUNT, "Item", ACCOUNT, ITEM, deleted=True))
    assert (operation.verb, operation.body) == (Verb.UPDATE, {"archived": True})
