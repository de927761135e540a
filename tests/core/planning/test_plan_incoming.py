"""What Re-Leased takes over from QuickBooks: what moved there, to the cent, and no loss of what it cannot hold."""

from decimal import Decimal

import pytest

from bot.core.model import RecordRef, RecordType
from bot.core.planning.steps import ParentState, Verb
from bot.records import BY_TYPE
from tests.core.planning.situations import (
    CONTACT,
    INVOICE,
    held,
    linked,
    operation_of,
    parent,
    report_of,
    tenant,
)
from tests.records.samples import FACTS, LOOKUP, Json, invoice, line, quickbooks_invoice, sales_line


@pytest.mark.parametrize(
    ("change", "code"),
    [({"DocNumber": "9"}, ""), ({"DueDate": "2026-12-24"}, ""), ({"TxnDate": "2026-10-06"}, "paid-document-changed")],
)
def test_a_paid_document_takes_only_its_number_reference_and_due_date(change: Json, code: str) -> None:
    paid = invoice(status="paid")
    situation = linked(INVOICE, "Invoice", paid, {**quickbooks_invoice(), **change}, None, quickbooks_invoice())
    if code:
        assert (report_of(situation).code, "issueDate" in report_of(situation).more) == (code, True)
    else:
        assert operation_of(situation).verb is Verb.UPDATE


@pytest.mark.parametrize(
    "moved",
    [
        quickbooks_invoice(sales_line("90.00"), tax="13.50"),
        quickbooks_invoice({**sales_line("100.00"), "Description": "Car park"}),
    ],
    ids=["amount", "words"],
)
def test_another_line_of_a_paid_document_is_for_a_person(moved: Json) -> None:
    situation = linked(INVOICE, "Invoice", invoice(status="paid"), moved, None, quickbooks_invoice())
    assert report_of(situation).code == "paid-document-changed"


def test_what_is_given_once_and_follows_from_payments_is_no_change() -> None:
    """The status that follows from payments, and the roles of which either of two names shows one."""
    moved, failing = {**quickbooks_invoice(), "DocNumber": "9"}, (parent(ParentState.FAILING),)
    paid = linked(INVOICE, "Invoice", invoice(status="paid"), moved, None, quickbooks_invoice(), parents=failing)
    assert operation_of(paid).body == {"number": "9"}
    both = tenant(id="both", name="Both Ltd", roles=["tenant", "supplier"])
    there = {"Id": "3", "SyncToken": "0", "DisplayName": "Both Ltd", "Active": True}
    mail = {**there, "PrimaryEmailAddr": {"Address": "new@both.nz"}}
    contact = linked(CONTACT, "Customer", both, mail, None, there, parents=failing)
    assert operation_of(contact).body == {"email": "new@both.nz"}


def test_another_customer_of_an_approved_invoice_is_refused_with_words() -> None:
    moved = {**quickbooks_invoice(), "CustomerRef": {"value": "3"}}
    report = report_of(linked(INVOICE, "Invoice", invoice(), moved, None, quickbooks_invoice()))
    assert (report.code, "contactId" in report.more) == ("released-refused", True)


EXPENSE = line("100.00", "15.00", accountId="repairs", quantity="2", unitAmount="50.00")
INCLUSIVE = line("86.95", "13.04", quantity="3", unitAmount="33.33")


@pytest.mark.parametrize("status", ["approved", "paid"])
@pytest.mark.parametrize(
    ("entity", "body"),
    [
        ("Bill", invoice(EXPENSE, id="bill-1", kind="expense", contactId="plumb")),
        ("Invoice", invoice(INCLUSIVE, amountsAre="inclusive")),
        ("Invoice", invoice(line("100.00", "15.00", description="d" * 4001))),
        ("Invoice", invoice(line("0.03", "0.01"), line("0.03", "0.00"))),
        ("Invoice", invoice(reference="r" * 4001)),
    ],
    ids=["quantity of an expense", "quantity of inclusive lines", "long description", "tax shared", "long reference"],
)
def test_what_quickbooks_cannot_hold_is_not_lost_when_something_else_moves_there(
    entity: str, body: Json, status: str
) -> None:
    external, ready = held(body, entity), (parent(ParentState.READY),)
    moved = {**external, "DocNumber": "9"}
    situation = linked(INVOICE, entity, {**body, "status": status}, moved, None, external, parents=ready)
    assert operation_of(situation).body == {"number": "9"}


def test_a_line_that_moved_in_quickbooks_comes_in_with_its_own_quantity() -> None:
    body, cheaper = (
        invoice(one, id="bill-1", kind="expense", contactId="plumb")
        for one in (EXPENSE, line("90.00", "13.50", accountId="repairs"))
    )
    before, after = held(body, "Bill"), held(cheaper, "Bill")
    lines = operation_of(linked(INVOICE, "Bill", body, after, None, before)).body["lines"]
    assert [(one["quantity"], one["unitAmount"], one["netAmount"]) for one in lines] == [("1", "90.00", "90.00")]


def test_a_shortened_phone_or_supplier_name_does_not_come_back_shortened() -> None:
    both = tenant(id="both", name="N" * 500, roles=["tenant", "supplier"], phone="0" * 35)
    spec = BY_TYPE[CONTACT]
    external = {"Id": "4", "SyncToken": "0", **spec.to_quickbooks(both, "Vendor", LOOKUP, FACTS)}
    moved = {**external, "PrimaryEmailAddr": {"Address": "new@kiosk.nz"}}
    assert operation_of(linked(CONTACT, "Vendor", both, moved, None, external)).body == {"email": "new@kiosk.nz"}


@pytest.mark.parametrize(("tax", "said"), [("0.00", "8.25"), ("8.25", "0.00")])
def test_us_tax_that_quickbooks_worked_out_comes_in(tax: str, said: str) -> None:
    body = invoice(line("100.00", tax), currency="USD")
    american = {"CurrencyRef": {"value": "USD"}, "GlobalTaxCalculation": None}
    before, after = ({**quickbooks_invoice(sales_line("100.00", "TAX"), tax=one), **american} for one in (tax, said))
    ready = (parent(ParentState.READY),)
    situation = linked(INVOICE, "Invoice", body, after, None, before, parents=ready)
    patch = operation_of(situation, country="US", home_currency="USD").body
    assert (patch["taxTotal"], patch["total"]) == (said, str(100 + Decimal(said)))
    assert [one["taxAmount"] for one in patch["lines"]] == [said]


def test_the_number_that_quickbooks_gave_comes_in() -> None:
    numbered = {**quickbooks_invoice(), "DocNumber": "1042"}
    situation = linked(INVOICE, "Invoice", invoice(), numbered, None, quickbooks_invoice())
    assert operation_of(situation, custom_numbers=False).body == {"number": "1042"}


def test_an_incomplete_change_in_quickbooks_fails_and_changes_nothing() -> None:
    lopsided = {**quickbooks_invoice(), "TotalAmt": Decimal("999.00")}
    report = report_of(linked(INVOICE, "Invoice", invoice(), lopsided, None, quickbooks_invoice()))
    assert (report.code, "999.00" in report.context["lack"]) == ("incomplete-record", True)


def test_a_change_that_refers_to_a_stranger_waits() -> None:
    stranger = (parent(ParentState.ABSENT, RecordRef(RecordType.ACCOUNT, "@Item:99")),)
    moved = {**quickbooks_invoice(), "DocNumber": "9"}
    situation = linked(INVOICE, "Invoice", invoice(), moved, None, quickbooks_invoice(), external_parents=stranger)
    assert report_of(situation).code == "missing-parent"


def test_a_document_that_lost_its_customer_fails_alone_even_when_it_moved_out_of_the_time_of_the_sync() -> None:
    lost = {**quickbooks_invoice(), "CustomerRef": None, "TxnDate": "2026-03-01"}
    report = report_of(linked(INVOICE, "Invoice", invoice(), lost, None, quickbooks_invoice()))
    assert (report.code, "customer" in report.context["lack"]) == ("incomplete-record", True)
