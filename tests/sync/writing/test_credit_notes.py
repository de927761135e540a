"""Credit notes: CreditMemos and VendorCredits, both ways, with what QuickBooks cannot do said in steps for a person."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from bot.core.model import Outcome
from tests.rarely import edge, rarely
from tests.sync.world import Json, World

KINDS = {"income": "CreditMemo", "expense": "VendorCredit"}


def credit(world: World, contact: Json, number: str, amount: str = "40.00", kind: str = "income", **more: Any) -> Json:
    body = {
        **{"number": number, "kind": kind, "status": "approved", "contactId": contact["id"]},
        **{"issueDate": "2026-10-07", "amountsAre": "exclusive", "lines": [world.line(amount, kind)]},
    }
    return world.create("credit-notes", **{**body, **more})


def party(world: World, kind: str) -> Json:
    return world.contact("Kiosk Ltd", "tenant" if kind == "income" else "supplier")


def qb_credit(world: World, kind: str, number: str, amount: str = "40.00", **more: Any) -> Json:
    if kind == "income":
        owner, line = {"CustomerRef": {"value": world.customer("Aroha")["Id"]}}, world.sales_line(amount)
    else:
        owner, line = {"VendorRef": {"value": world.vendor("Aroha")["Id"]}}, world.expense_line(amount)
    body = {**owner, "DocNumber": number, "TxnDate": "2026-10-07", "Line": [line]}
    return world.books.create(KINDS[kind], {**body, **more})


@pytest.mark.parametrize("kind", KINDS)
def test_an_approved_credit_note_goes_out_to_the_cent_and_is_told_its_id(paired: World, kind: str) -> None:
    ours = credit(paired, party(paired, kind), "CN-1", "33.33", kind)
    paired.sync_blue()
    sent = paired.partner(KINDS[kind], ours, "credit-notes")
    assert (sent["DocNumber"], sent["TxnDate"], sent["TotalAmt"]) == ("CN-1", "2026-10-07", Decimal("38.33"))
    assert sent["TxnTaxDetail"]["TotalTax"] == Decimal("5.00")
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_a_draft_credit_note_stays_until_it_is_approved(paired: World) -> None:
    ours = credit(paired, party(paired, "income"), "CN-1", status="draft")
    paired.sync_blue()
    assert paired.row("CN-1").code == "not-approved" and not paired.count("CreditMemo")
    paired.change("credit-notes", ours, status="approved")
    paired.sync_blue()
    assert paired.count("CreditMemo") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_credit_note_of_quickbooks_comes_in_with_its_lines(paired: World, kind: str) -> None:
    theirs = qb_credit(paired, kind, "CM-1")
    paired.sync_blue()
    came = paired.named("credit-notes", "CM-1")
    assert (came["kind"], came["status"], came["externalId"]) == (kind, "approved", theirs["Id"])
    assert (came["netTotal"], came["taxTotal"], came["total"]) == ("40.00", "6.00", "46.00")
    with paired.nothing_written():
        paired.sync_blue()


@pytest.mark.parametrize("kind", ["income", *rarely("expense")])
def test_edits_of_a_credit_note_travel_both_ways(paired: World, kind: str) -> None:
    ours = credit(paired, party(paired, kind), "CN-1", kind=kind)
    paired.sync_blue()
    paired.change("credit-notes", ours, lines=[paired.line("20.00", kind)])
    paired.sync_blue()
    sent = paired.partner(KINDS[kind], ours, "credit-notes")
    assert sent["TotalAmt"] == Decimal("23.00")
    paired.books.update(KINDS[kind], sent["Id"], {"TxnDate": "2026-10-09", "PrivateNote": "agreed by phone"})
    paired.sync_blue()
    now = paired.now("credit-notes", ours)
    assert (now["issueDate"], now["reference"]) == ("2026-10-09", "agreed by phone")


@edge
@pytest.mark.parametrize("kind", ["expense", *rarely("income")])
def test_an_equal_credit_note_is_adopted_not_created(paired: World, kind: str) -> None:
    tenant = party(paired, kind)
    paired.sync_blue()
    owner = paired.partner("Customer" if kind == "income" else "Vendor", tenant, "contacts")
    line = paired.sales_line("40.00") if kind == "income" else paired.expense_line("40.00")
    ref = "CustomerRef" if kind == "income" else "VendorRef"
    body = {ref: {"value": owner["Id"]}, "DocNumber": "CN-1", "TxnDate": "2026-10-07", "Line": [line]}
    theirs = paired.books.create(KINDS[kind], body)
    ours = credit(paired, tenant, "CN-1", kind=kind)
    assert paired.sync_blue().counts.adopted == 1
    assert paired.now("credit-notes", ours)["externalId"] == theirs["Id"]
    assert paired.count(KINDS[kind]) == len(paired.all("credit-notes")) == 1


def zeroed(world: World, entity: str, external_id: str) -> None:
    lines = world.books.read(entity, external_id)["Line"]
    kept = [{**line, "Amount": Decimal(0)} for line in lines if line["DetailType"] != "SubTotalLineDetail"]
    for line in kept:
        line[line["DetailType"]].pop("Qty", None), line[line["DetailType"]].pop("UnitPrice", None)
    world.books.update(entity, external_id, {"Line": kept})


def deleted(world: World, entity: str, external_id: str) -> None:
    world.books.delete(entity, external_id)


@edge
@pytest.mark.parametrize("kind", ["income", *rarely("expense")])
@pytest.mark.parametrize("deed", [zeroed, deleted])
def test_a_void_that_quickbooks_cannot_take_fails_with_steps_and_clears_when_a_person_did_it(
    paired: World, kind: str, deed: Callable[[World, str, str], None]
) -> None:
    ours = credit(paired, party(paired, kind), "CN-1", kind=kind)
    paired.sync_blue()
    paired.change("credit-notes", ours, status="voided")
    paired.sync_red()
    row = paired.row("CN-1")
    assert (row.outcome, row.code) == (Outcome.FAILED, "void-not-possible") and "Delete" in row.more_detail
    with paired.nothing_written():
        paired.sync_red()
    deed(paired, KINDS[kind], paired.now("credit-notes", ours)["externalId"])
    paired.sync_blue()


def test_a_credit_note_voided_in_quickbooks_is_voided_here(paired: World) -> None:
    """Only a person can void one there; the books then show zero and the word."""
    theirs = qb_credit(paired, "income", "CM-1")
    paired.sync_blue()
    zeroed(paired, "CreditMemo", theirs["Id"])
    paired.books.update("CreditMemo", theirs["Id"], {"PrivateNote": "Voided"})
    paired.sync_blue()
    assert paired.named("credit-notes", "CM-1")["status"] == "voided"


@edge
def test_quickbooks_numbers_credit_memos_where_it_numbers_sales_forms(paired: World) -> None:
    paired.books.set_preference("SalesFormsPrefs", "CustomTxnNumbers", False)
    ours = credit(paired, party(paired, "income"), "CN-1")
    expense = credit(paired, paired.contact("Plumb Ltd", "supplier"), "SC-1", kind="expense")
    paired.sync_blue()
    given = paired.partner("CreditMemo", ours, "credit-notes")["DocNumber"]
    assert given != "CN-1" and paired.now("credit-notes", ours)["number"] == given
    assert paired.partner("VendorCredit", expense, "credit-notes")["DocNumber"] == "SC-1"
    with paired.nothing_written():
        paired.sync_blue()


def test_us_sales_tax_of_a_credit_memo_comes_back(make_world: Callable[..., World]) -> None:
    world = make_world(country="US", currency="USD")
    ours = credit(world, world.contact("Kiosk LLC"), "CN-1", "100.00")
    world.sync_blue()
    sent = world.partner("CreditMemo", ours, "credit-notes")
    now = world.now("credit-notes", ours)
    assert Decimal(now["total"]) == sent["TotalAmt"] and Decimal(now["taxTotal"]) == sent["TxnTaxDetail"]["TotalTax"]
    with world.nothing_written():
        world.sync_blue()


@edge
@pytest.mark.parametrize(("amounts", "mode"), [("inclusive", "TaxInclusive"), ("noTax", "NotApplicable")])
@pytest.mark.parametrize("kind", ["expense", *rarely("income")])
def test_tax_inclusive_and_untaxed_credit_notes_agree_to_the_cent(
    paired: World, kind: str, amounts: str, mode: str
) -> None:
    line = paired.line("99.99", kind, netAmount=None, taxAmount=None)
    if amounts == "noTax":
        line |= {"taxTypeId": None}
    ours = credit(paired, party(paired, kind), "CN-1", kind=kind, amountsAre=amounts, lines=[line])
    paired.sync_blue()
    sent = paired.partner(KINDS[kind], ours, "credit-notes")
    assert (sent["GlobalTaxCalculation"], sent["TotalAmt"]) == (mode, Decimal("99.99"))
    with paired.nothing_written():
        paired.sync_blue()
