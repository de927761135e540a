"""Records without a partner: adopt before create, suggest what only may be the same, and never create twice."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.core.model import Direction, Outcome, RecordRef, RecordType
from bot.core.planning.steps import Candidate, ParentState, Slot, Verb
from tests.core.planning.situations import (
    CONTACT,
    INVOICE,
    KIOSK,
    PAYMENT,
    customer,
    only_ours,
    only_theirs,
    operation_of,
    ours,
    parent,
    payment,
    receipt,
    report_of,
    steps_of,
    tenant,
    theirs,
)
from tests.records.samples import invoice, line, quickbooks_invoice

ITEM = {"Id": "12", "SyncToken": "0", "Name": "Signage", "Type": "Service", "IncomeAccountRef": {"value": "79"}}


def test_what_only_released_has_is_created_in_quickbooks() -> None:
    operation = operation_of(only_ours(INVOICE, "Invoice", invoice()))
    assert (operation.verb, operation.direction, operation.outcome) == (
        Verb.CREATE,
        Direction.OUTGOING,
        Outcome.CREATED,
    )
    assert operation.body["CustomerRef"] == {"value": "1"}
    assert (operation.released_id, operation.external_id, operation.name) == ("inv-1", "", "INV-1")
    assert (operation.amount, operation.currency) == (Decimal("115.00"), "NZD")
    assert operation.released_hash and not operation.external_hash


def test_what_only_quickbooks_has_is_created_in_released() -> None:
    operation = operation_of(only_theirs(INVOICE, "Invoice", quickbooks_invoice()))
    assert (operation.verb, operation.direction, operation.body["total"]) == (Verb.CREATE, Direction.INCOMING, "115.00")
    assert (operation.ref.external, operation.external_id) == (("Invoice", "101"), "101")


@pytest.mark.parametrize("score", [3, 4])
def test_the_one_certain_match_is_adopted_from_either_side_and_nothing_is_written(score: int) -> None:
    there, here = theirs("Invoice", quickbooks_invoice()), ours(INVOICE, invoice())
    going = operation_of(only_ours(INVOICE, "Invoice", invoice(), Candidate(there, score)))
    coming = operation_of(only_theirs(INVOICE, "Invoice", quickbooks_invoice(), Candidate(here, score)))
    for operation in (going, coming):
        assert (operation.verb, operation.outcome, operation.body) == (Verb.ADOPT, Outcome.ADOPTED, {})
        assert (operation.released_id, operation.external_id) == ("inv-1", "101")
        assert operation.released_hash and operation.external_hash
    assert (going.direction, coming.direction) == (Direction.OUTGOING, Direction.INCOMING)


def test_money_that_only_may_be_the_same_waits_for_a_person() -> None:
    there = theirs("Payment", payment(TxnDate="2026-10-22"))
    report = report_of(only_theirs(PAYMENT, "Payment", payment(), Candidate(ours(PAYMENT, receipt()), 1)))
    assert (report.code, report.outcome, report.context["other"]) == ("suggested-match", Outcome.WAITING, "p1")
    going = report_of(only_ours(INVOICE, "Invoice", invoice(), Candidate(there, 1)))
    assert going.code == "suggested-match"


def test_several_certain_matches_are_ambiguous_and_nothing_is_created() -> None:
    pair = [Candidate(theirs("Invoice", quickbooks_invoice(Id=id_)), 3) for id_ in ("101", "102")]
    report = report_of(only_ours(INVOICE, "Invoice", invoice(), *pair))
    assert (report.code, report.outcome) == ("ambiguous-match", Outcome.FAILED)
    assert (report.context["count"], report.context["other"]) == ("2", "101, 102")


def test_the_best_of_several_matches_is_adopted() -> None:
    weak, strong = (Candidate(theirs("Customer", customer(Id=id_)), score) for id_, score in (("8", 3), ("9", 4)))
    assert operation_of(only_ours(CONTACT, "Customer", tenant(), weak, strong)).external_id == "9"


def test_one_contact_with_the_same_number_or_address_is_adopted_and_several_tell_nobody_apart() -> None:
    candidates = [Candidate(theirs("Customer", customer(Id=id_)), 1) for id_ in ("8", "9")]
    assert operation_of(only_ours(CONTACT, "Customer", tenant(), candidates[0])).verb is Verb.ADOPT
    assert operation_of(only_ours(CONTACT, "Customer", tenant(), *candidates)).verb is Verb.CREATE


def test_what_could_not_be_sent_can_still_be_adopted() -> None:
    unsound = invoice(number="N" * 22)
    assert report_of(only_ours(INVOICE, "Invoice", unsound)).code == "number-too-long"
    match = Candidate(theirs("Invoice", quickbooks_invoice()), 4)
    assert operation_of(only_ours(INVOICE, "Invoice", unsound, match)).verb is Verb.ADOPT


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "draft"}, "not-approved"),
        ({"issueDate": "2026-03-31"}, "before-sync-from"),
        ({"status": "voided"}, "voided-elsewhere"),
    ],
)
def test_what_stays_out_is_skipped_and_not_even_adopted(fields: dict[str, Any], code: str) -> None:
    match = Candidate(theirs("Invoice", quickbooks_invoice()), 3)
    report = report_of(only_ours(INVOICE, "Invoice", invoice(**fields), match))
    assert (report.code, report.outcome) == (code, Outcome.SKIPPED)


def test_a_type_that_only_comes_in_is_never_created_in_quickbooks() -> None:
    account = {"id": "signage", "name": "Signage", "kind": "sales", "archived": False}
    assert steps_of(only_ours(RecordType.ACCOUNT, "Item", account)) == []
    assert operation_of(only_theirs(RecordType.ACCOUNT, "Item", ITEM)).body["kind"] == "sales"


def test_what_is_not_imported_is_no_row_at_all() -> None:
    assert steps_of(only_theirs(RecordType.ACCOUNT, "Item", {**ITEM, "Type": "Category"})) == []
    assert steps_of(only_theirs(CONTACT, "Customer", customer(Active=False))) == []


def test_what_was_deleted_before_it_came_in_is_none_of_our_business() -> None:
    assert steps_of(only_theirs(INVOICE, "Invoice", quickbooks_invoice(), deleted=True)) == []


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (ParentState.UNLINKED, "unlinked-parent"),
        (ParentState.FAILING, "failing-parent"),
        (ParentState.OUTSIDE, "missing-parent"),
        (ParentState.ABSENT, "missing-parent"),
    ],
)
def test_a_parent_that_does_not_sync_holds_its_children_up_both_ways(state: ParentState, code: str) -> None:
    going = report_of(only_ours(INVOICE, "Invoice", invoice(), parents=(parent(state),)))
    coming = report_of(
        only_theirs(INVOICE, "Invoice", quickbooks_invoice(), external_parents=(parent(state),)),
    )
    for report in (going, coming):
        assert (report.code, report.outcome, report.cause) == (code, Outcome.WAITING, KIOSK)
        assert report.context["parent"] == "contact Kiosk Ltd (kiosk)"


def test_the_record_at_the_root_is_to_blame_and_the_unlinked_one_before_the_failing() -> None:
    root = RecordRef(CONTACT, "root")
    waiting = parent(ParentState.FAILING, RecordRef(INVOICE, "inv-9"), root)
    assert report_of(only_ours(INVOICE, "Invoice", invoice(), parents=(waiting,))).cause == root
    both = (waiting, parent(ParentState.UNLINKED))
    assert report_of(only_ours(INVOICE, "Invoice", invoice(), parents=both)).code == "unlinked-parent"


def test_a_child_of_an_unlinked_record_is_not_even_adopted() -> None:
    match = Candidate(theirs("Invoice", quickbooks_invoice()), 3)
    unlinked = (parent(ParentState.UNLINKED),)
    assert report_of(only_ours(INVOICE, "Invoice", invoice(), match, parents=unlinked)).code == "unlinked-parent"
    here = Candidate(ours(INVOICE, invoice()), 3)
    coming = only_theirs(INVOICE, "Invoice", quickbooks_invoice(), here, external_parents=unlinked)
    assert report_of(coming).code == "unlinked-parent"


@pytest.mark.parametrize("state", [ParentState.OUTSIDE, ParentState.ABSENT])
def test_a_payment_comes_in_although_a_document_of_it_stays_out(state: ParentState) -> None:
    older = parent(state, RecordRef(INVOICE, "old"))
    assert operation_of(only_theirs(PAYMENT, "Payment", payment(), external_parents=(older,))).verb is Verb.CREATE
    failing = parent(ParentState.FAILING, RecordRef(INVOICE, "old"))
    assert report_of(only_theirs(PAYMENT, "Payment", payment(), external_parents=(failing,))).code == "failing-parent"


def test_an_unlinked_record_is_left_out_whatever_happened_to_it() -> None:
    for situation in (
        only_ours(INVOICE, "Invoice", invoice(), unlinked=True),
        only_theirs(INVOICE, "Invoice", quickbooks_invoice(), unlinked=True),
    ):
        report = report_of(situation)
        assert (report.code, report.outcome) == ("left-out", Outcome.SKIPPED)


def test_nothing_is_created_in_a_closed_period_but_it_can_be_adopted() -> None:
    last_day, first_day = date(2026, 10, 5), date(2026, 10, 4)
    report = report_of(only_ours(INVOICE, "Invoice", invoice()), close_date=last_day)
    assert (report.code, report.context["closing_date"]) == ("closed-period", "2026-10-05")
    assert operation_of(only_ours(INVOICE, "Invoice", invoice()), close_date=first_day).verb is Verb.CREATE
    match = Candidate(theirs("Invoice", quickbooks_invoice()), 3)
    assert operation_of(only_ours(INVOICE, "Invoice", invoice(), match), close_date=last_day).verb is Verb.ADOPT
    assert operation_of(only_ours(CONTACT, "Customer", tenant()), close_date=last_day).verb is Verb.CREATE


@pytest.mark.parametrize(
    "fields",
    [
        {"lines": [line("abc")]},
        {"total": "much"},
        {"lines": [line("100.00", "15.00", unitAmount="1e99")]},
    ],
)
def test_an_amount_that_is_none_fails_that_record_only(fields: dict[str, Any]) -> None:
    report = report_of(only_ours(INVOICE, "Invoice", invoice() | fields))
    assert (report.code, report.outcome) == ("incomplete-record", Outcome.FAILED)


def test_a_us_company_sends_no_tax_amounts_and_a_numbering_one_no_number() -> None:
    american = operation_of(only_ours(INVOICE, "Invoice", invoice(currency="USD")), country="US", home_currency="USD")
    assert "TxnTaxDetail" not in american.body
    assert "DocNumber" not in operation_of(only_ours(INVOICE, "Invoice", invoice()), custom_numbers=False).body


def test_a_foreign_currency_goes_out_only_where_quickbooks_knows_several() -> None:
    foreign = only_ours(INVOICE, "Invoice", invoice(currency="AUD"))
    assert report_of(foreign).code == "currency-not-enabled"
    assert operation_of(foreign, multicurrency=True).body["CurrencyRef"] == {"value": "AUD"}


def test_a_contact_of_both_roles_is_planned_for_each_of_them() -> None:
    both = tenant(id="both", name="Both Ltd", roles=["tenant", "supplier"])
    vendor = Candidate(theirs("Vendor", {"Id": "4", "DisplayName": "Both Ltd (Supplier)"}), 3)
    slots = (Slot("Customer"), Slot("Vendor", candidates=(vendor,)))
    steps = steps_of(replace(only_ours(CONTACT, "Customer", both), slots=slots))
    assert [(getattr(step, "verb", None), getattr(step, "entity", "")) for step in steps] == [
        (Verb.CREATE, "Customer"),
        (Verb.ADOPT, "Vendor"),
    ]
