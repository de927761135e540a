"""Pairs: who moved since both last agreed, and what follows from it for each record type."""

import pytest

from bot.core.model import Direction, Outcome, RecordType
from bot.core.planning.steps import ParentState, Verb
from bot.core.spec import external_hash, released_hash
from bot.records import BY_TYPE
from tests.core.planning.situations import (
    ACCOUNT,
    BILL,
    CONTACT,
    INVOICE,
    ITEM,
    KIOSK,
    PAYMENT,
    QUICKBOOKS_BILL,
    VOIDED,
    customer,
    held,
    linked,
    operation_of,
    parent,
    payment,
    receipt,
    report_of,
    settled_of,
    tenant,
)
from tests.records.samples import Json, invoice, line, quickbooks_invoice, sales_line

PAIRS: list[tuple[RecordType, str, Json, Json]] = [
    (CONTACT, "Customer", tenant(), customer()),
    (INVOICE, "Invoice", invoice(), quickbooks_invoice()),
    (INVOICE, "Bill", BILL, QUICKBOOKS_BILL),
    (PAYMENT, "Payment", receipt(), payment()),
    (RecordType.ACCOUNT, "Item", ACCOUNT, ITEM),
]
IDS = ["contact", "invoice", "bill", "payment", "account"]


@pytest.mark.parametrize(("type_", "entity", "body", "external"), PAIRS, ids=IDS)
def test_when_neither_side_moved_there_is_nothing_to_do(
    type_: RecordType, entity: str, body: Json, external: Json
) -> None:
    situation = linked(type_, entity, body, external)
    assert settled_of(situation).link == situation.slots[0].link


@pytest.mark.parametrize(
    ("type_", "entity", "body", "external", "change", "field"),
    [
        (CONTACT, "Customer", tenant(), customer(), {"name": "Kiosk Limited"}, "DisplayName"),
        (INVOICE, "Invoice", invoice(), quickbooks_invoice(), {"dueDate": "2026-12-24"}, "DueDate"),
        (INVOICE, "Bill", BILL, QUICKBOOKS_BILL, {"reference": "Lease 12"}, "PrivateNote"),
    ],
    ids=["contact", "invoice", "bill"],
)
def test_what_moved_in_released_goes_out_as_a_sparse_update_of_the_version_we_know(
    type_: RecordType, entity: str, body: Json, external: Json, change: Json, field: str
) -> None:
    operation = operation_of(linked(type_, entity, {**body, **change}, external, was=body))
    assert (operation.verb, operation.direction, operation.outcome) == (
        Verb.UPDATE,
        Direction.OUTGOING,
        Outcome.UPDATED,
    )
    assert operation.body[field] == next(iter(change.values()))
    identity = {"Id": external["Id"], "SyncToken": external["SyncToken"], "sparse": True}
    assert {name: operation.body[name] for name in identity} == identity


@pytest.mark.parametrize("type_", [RecordType.ACCOUNT])
def test_what_moved_in_released_stays_there_for_a_type_that_only_comes_in(type_: RecordType) -> None:
    _, entity, body, external = next(pair for pair in PAIRS if pair[0] is type_)
    changed = {**body, "reference": "other", "name": "Other"}
    settled = settled_of(linked(type_, entity, changed, external, was=body))
    assert settled.link.released_hash == released_hash(BY_TYPE[type_], changed)


@pytest.mark.parametrize(
    ("type_", "entity", "body", "external", "change", "patch"),
    [
        (CONTACT, "Customer", tenant(), customer(), {"DisplayName": "Kiosk Limited"}, {"name": "Kiosk Limited"}),
        (CONTACT, "Customer", tenant(), customer(), {"Active": False}, {"archived": True}),
        (CONTACT, "Customer", tenant(archived=True), customer(Active=False), {"Active": True}, {"archived": False}),
        (INVOICE, "Invoice", invoice(), quickbooks_invoice(), {"DocNumber": "1042"}, {"number": "1042"}),
        (PAYMENT, "Payment", receipt(), payment(), {"TxnDate": "2026-10-21"}, {"date": "2026-10-21"}),
        (RecordType.ACCOUNT, "Item", ACCOUNT, ITEM, {"Name": "Rents"}, {"name": "Rents"}),
        (RecordType.ACCOUNT, "Item", ACCOUNT, ITEM, {"Active": False}, {"archived": True}),
    ],
)
def test_what_moved_in_quickbooks_comes_in_and_only_that(
    type_: RecordType, entity: str, body: Json, external: Json, change: Json, patch: Json
) -> None:
    operation = operation_of(linked(type_, entity, {**body, "version": 7}, {**external, **change}, None, external))
    assert (operation.verb, operation.direction, operation.outcome) == (
        Verb.UPDATE,
        Direction.INCOMING,
        Outcome.UPDATED,
    )
    assert (operation.body, operation.version) == (patch, "7")


def test_when_both_sides_say_the_same_after_all_they_are_settled_with_their_new_hashes() -> None:
    body = invoice(dueDate="2026-12-24")
    external, before = held(body), held(invoice())
    for was, external_was in ((invoice(), None), (None, before), (invoice(), before)):
        link = settled_of(linked(INVOICE, "Invoice", body, external, was, external_was)).link
        assert link.released_hash == released_hash(BY_TYPE[RecordType.INVOICE], body)
        assert link.external_hash == external_hash(BY_TYPE[RecordType.INVOICE], "Invoice", external)


def test_another_spelling_of_the_same_amounts_is_no_edit() -> None:
    respelt = invoice(line("100.0", "15.00", unitAmount="100"))
    assert settled_of(linked(INVOICE, "Invoice", respelt, held(invoice()), was=invoice()))


@pytest.mark.parametrize("side", ["parents", "external_parents"])
def test_a_pair_waits_for_its_unlinked_parent_even_when_nothing_changed(side: str) -> None:
    situation = linked(INVOICE, "Invoice", invoice(), quickbooks_invoice(), **{side: (parent(ParentState.UNLINKED),)})
    report = report_of(situation)
    assert (report.code, report.outcome, report.cause) == ("unlinked-parent", Outcome.WAITING, KIOSK)


def test_a_voided_pair_waits_for_nobody() -> None:
    body = invoice(status="voided")
    external = {**quickbooks_invoice(), **VOIDED}
    assert settled_of(linked(INVOICE, "Invoice", body, external, parents=(parent(ParentState.UNLINKED),)))


def test_a_failing_parent_holds_up_what_changed_and_nothing_else() -> None:
    failing = (parent(ParentState.FAILING),)
    assert settled_of(linked(INVOICE, "Invoice", invoice(), quickbooks_invoice(), parents=failing))
    moved = invoice(dueDate="2026-12-24")
    assert report_of(linked(INVOICE, "Invoice", moved, quickbooks_invoice(), invoice(), parents=failing)).code == (
        "failing-parent"
    )


def test_an_unlinked_pair_is_left_out_whatever_moved() -> None:
    moved = invoice(dueDate="2026-12-24")
    situation = linked(INVOICE, "Invoice", moved, quickbooks_invoice(), invoice(), unlinked=True)
    assert report_of(situation).code == "left-out"


def test_lines_keep_their_ids_and_quickbooks_own_lines_are_none_of_ours() -> None:
    numbered = quickbooks_invoice({**sales_line("100.00"), "Id": "1"})
    two = invoice(line("100.00", "15.00"), line("20.00", "3.00"))
    body = operation_of(linked(INVOICE, "Invoice", two, numbered, was=invoice())).body
    assert [one.get("Id") for one in body["Line"]] == ["1", None]
    kinds = {one["DetailType"] for one in body["Line"]}
    assert kinds == {"SalesItemLineDetail"}


def test_a_pair_whose_totals_differ_is_out_of_balance_although_nothing_moved() -> None:
    report = report_of(linked(INVOICE, "Invoice", invoice(), quickbooks_invoice(tax="15.01")))
    assert (report.code, report.context["difference"]) == ("totals-differ", "0.01")


def test_the_currency_of_a_contact_is_fixed_in_quickbooks_and_another_one_is_refused_before_it_is_sent() -> None:
    theirs = customer(CurrencyRef={"value": "NZD"})
    situation = linked(CONTACT, "Customer", tenant(currency="AUD"), theirs, was=tenant())
    report = report_of(situation, multicurrency=True)
    assert report.code == "multi-currency-contact" and "deals in NZD" in report.more
