"""Credits set off against invoices: entries of a credit note here, payments of total 0 there; both ways, once."""

from decimal import Decimal
from typing import Any

import pytest

from bot.core.model import Outcome, RecordRef, RecordType
from bot.sandbox.http.exchange import Request, Response
from tests.rarely import edge, rarely
from tests.sync.world import Json, World


def credit_note(world: World, contact: Json, number: str, amount: str = "40.00", **more: object) -> Json:
    kind = str(more.get("kind", "income"))
    body = {
        **{"number": number, "kind": kind, "status": "approved", "contactId": contact["id"]},
        **{"issueDate": "2026-10-06", "amountsAre": "exclusive", "lines": [world.line(amount, kind)]},
    }
    return world.create("credit-notes", **{**body, **more})


def allocate(world: World, note: Json, *parts: tuple[Json, str]) -> Json:
    """Set the credit note off against these invoices, and nothing else."""
    entries = [{"invoiceId": invoice["id"], "amount": amount, "date": "2026-10-08"} for invoice, amount in parts]
    return world.change("credit-notes", note, allocations=entries)


def credit_memo(world: World, customer_id: str, number: str, amount: str = "40.00") -> Json:
    body = {"CustomerRef": {"value": customer_id}, "DocNumber": number, "TxnDate": "2026-10-06"}
    return world.books.create("CreditMemo", {**body, "Line": [world.sales_line(amount)]})


def links(*parts: tuple[str, str, str]) -> list[Json]:
    return [{"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]} for kind, id_, amount in parts]


def set_off(world: World, customer_id: str, *parts: tuple[str, str, str], total: str = "0") -> Json:
    body = {"CustomerRef": {"value": customer_id}, "TotalAmt": Decimal(total), "TxnDate": "2026-10-09"}
    return world.books.create("Payment", {**body, "Line": links(*parts)})


@pytest.fixture
def kiosk(paired: World) -> World:
    """An invoice of 115.00 and a credit note of 46.00 of one tenant, on both sides."""
    tenant = paired.contact("Kiosk Ltd")
    paired.invoice(tenant, "INV-1")
    credit_note(paired, tenant, "CN-1")
    paired.sync_blue()
    return paired


def both(world: World) -> tuple[Json, Json]:
    return world.named("invoices", "INV-1"), world.named("credit-notes", "CN-1")


def there(world: World) -> tuple[Json, Json]:
    invoice, note = both(world)
    return world.books.read("Invoice", invoice["externalId"]), world.books.read("CreditMemo", note["externalId"])


def open_balances(world: World) -> list[tuple[Decimal, Decimal]]:
    """(invoice, credit) that are still open, in Re-Leased and in QuickBooks."""
    invoice, note = both(world)
    theirs = there(world)
    ours = Decimal(invoice["balance"]), Decimal(note["remaining"])
    return [ours, (theirs[0]["Balance"], theirs[1]["Balance"])]


def test_a_credit_set_off_in_re_leased_becomes_one_payment_of_total_0(kiosk: World) -> None:
    invoice, note = both(kiosk)
    allocate(kiosk, note, (invoice, "46.00"))
    finished = kiosk.sync_blue()
    assert finished.counts.created == 1
    assert open_balances(kiosk) == [(Decimal("69.00"), Decimal(0))] * 2
    assert kiosk.count("Payment") == 1
    assert not kiosk.all("payments")
    row = next(row for row in kiosk.rows() if row.ref.type is RecordType.ALLOCATION)
    assert row.outcome is Outcome.CREATED and "total 0.00" in row.details
    assert kiosk.books.read("Payment", row.external_id)["TotalAmt"] == 0
    with kiosk.nothing_written():
        kiosk.sync_blue()


@edge
def test_it_is_dated_as_in_re_leased(kiosk: World) -> None:
    invoice, note = both(kiosk)
    allocate(kiosk, note, (invoice, "46.00"))
    kiosk.sync_blue()
    row = next(row for row in kiosk.rows() if row.ref.type is RecordType.ALLOCATION)
    assert kiosk.books.read("Payment", row.external_id)["TxnDate"] == "2026-10-08"


@edge
def test_another_amount_changes_the_same_payment(kiosk: World) -> None:
    invoice, note = both(kiosk)
    allocate(kiosk, note, (invoice, "46.00"))
    kiosk.sync_blue()
    allocate(kiosk, kiosk.now("credit-notes", note), (invoice, "20.00"))
    kiosk.sync_blue()
    assert kiosk.count("Payment") == 1
    assert open_balances(kiosk) == [(Decimal("95.00"), Decimal("26.00"))] * 2


def test_taken_back_in_re_leased_voids_it_and_never_deletes_it(kiosk: World) -> None:
    invoice, note = both(kiosk)
    allocate(kiosk, note, (invoice, "46.00"))
    kiosk.sync_blue()
    allocate(kiosk, kiosk.now("credit-notes", note))
    kiosk.sync_blue()
    assert kiosk.count("Payment") == 1
    assert open_balances(kiosk) == [(Decimal("115.00"), Decimal("46.00"))] * 2
    with kiosk.nothing_written():
        kiosk.sync_blue()


def test_a_credit_set_off_in_quickbooks_comes_in_as_an_entry_of_the_credit_note(kiosk: World) -> None:
    invoice, memo = there(kiosk)
    customer = invoice["CustomerRef"]["value"]
    set_off(kiosk, customer, ("Invoice", invoice["Id"], "46.00"), ("CreditMemo", memo["Id"], "46.00"))
    kiosk.sync_blue()
    assert open_balances(kiosk) == [(Decimal("69.00"), Decimal(0))] * 2
    entry = both(kiosk)[1]["allocations"][0]
    assert (entry["amount"], entry["date"]) == ("46.00", "2026-10-09")
    assert not kiosk.all("payments")
    with kiosk.nothing_written():
        kiosk.sync_blue()


@edge
def test_a_payment_that_uses_a_credit_as_well_comes_in_as_both(kiosk: World) -> None:
    invoice, memo = there(kiosk)
    customer = invoice["CustomerRef"]["value"]
    parts = ("Invoice", invoice["Id"], "115.00"), ("CreditMemo", memo["Id"], "46.00")
    set_off(kiosk, customer, *parts, total="69.00")
    kiosk.sync_blue()
    assert open_balances(kiosk) == [(Decimal(0), Decimal(0))] * 2
    payment = kiosk.all("payments")[0]
    assert (payment["amount"], payment["unallocated"]) == ("69.00", "0.00")
    assert both(kiosk)[1]["allocations"][0]["amount"] == "46.00"
    with kiosk.nothing_written():
        kiosk.sync_blue()


@edge
def test_one_credit_set_off_against_two_invoices_by_one_payment_is_two_entries(kiosk: World) -> None:
    invoice, memo = there(kiosk)
    other = kiosk.qb_invoice({"Id": invoice["CustomerRef"]["value"]}, "INV-2", "20.00")
    customer = invoice["CustomerRef"]["value"]
    parts = ("Invoice", invoice["Id"], "26.00"), ("Invoice", other["Id"], "20.00")
    set_off(kiosk, customer, *parts, ("CreditMemo", memo["Id"], "46.00"))
    kiosk.sync_blue()
    entries = {entry["amount"]: entry for entry in both(kiosk)[1]["allocations"]}
    assert entries.keys() == {"26.00", "20.00"}
    with kiosk.nothing_written():
        kiosk.sync_blue()
    kiosk.change("credit-notes", both(kiosk)[1], allocations=[entries["20.00"]])
    kiosk.sync_blue()
    assert open_balances(kiosk) == [(Decimal("115.00"), Decimal("26.00"))] * 2
    assert kiosk.books.read("Invoice", other["Id"])["Balance"] == Decimal("3.00")


@pytest.mark.parametrize("deed", ["delete", *rarely("void")])
def test_undone_in_quickbooks_it_is_taken_back_in_re_leased(kiosk: World, deed: str) -> None:
    invoice, memo = there(kiosk)
    customer = invoice["CustomerRef"]["value"]
    parts = ("Invoice", invoice["Id"], "46.00"), ("CreditMemo", memo["Id"], "46.00")
    payment = set_off(kiosk, customer, *parts)
    kiosk.sync_blue()
    getattr(kiosk.books, deed)("Payment", payment["Id"])
    kiosk.sync_blue()
    assert both(kiosk)[1]["allocations"] == []
    assert open_balances(kiosk) == [(Decimal("115.00"), Decimal("46.00"))] * 2
    with kiosk.nothing_written():
        kiosk.sync_blue()


def test_an_equal_one_on_both_sides_is_adopted(kiosk: World) -> None:
    invoice, memo = there(kiosk)
    customer = invoice["CustomerRef"]["value"]
    set_off(kiosk, customer, ("Invoice", invoice["Id"], "46.00"), ("CreditMemo", memo["Id"], "46.00"))
    ours, note = both(kiosk)
    allocate(kiosk, note, (ours, "46.00"))
    finished = kiosk.sync_blue()
    assert finished.counts.adopted == 1 and kiosk.count("Payment") == 1
    with kiosk.nothing_written():
        kiosk.sync_blue()


def test_a_supplier_credit_is_set_off_by_a_bill_payment_of_total_0(paired: World) -> None:
    supplier = paired.contact("Plumb Ltd", "supplier")
    bill = paired.bill(supplier, "B-1", "50.00")
    note = credit_note(paired, supplier, "SC-1", "10.00", kind="expense")
    allocate(paired, note, (bill, "11.50"))
    paired.sync_blue()
    assert paired.partner("Bill", bill, "invoices")["Balance"] == Decimal("46.00")
    assert paired.partner("VendorCredit", note, "credit-notes")["Balance"] == Decimal(0)
    assert paired.count("BillPayment") == 1
    with paired.nothing_written():
        paired.sync_blue()


def test_a_lost_answer_sets_nothing_off_twice(kiosk: World) -> None:
    invoice, note = both(kiosk)
    allocate(kiosk, note, (invoice, "20.00"))
    rule = {"match": {"method": "POST", "path": "/batch", "body": "LinkedTxn"}, "effect": {"kind": "drop_after"}}
    kiosk.quickbooks_knobs.add(rule)
    kiosk.sync_blue()
    assert kiosk.count("Payment") == 1
    assert open_balances(kiosk) == [(Decimal("95.00"), Decimal("26.00"))] * 2


def test_what_is_set_off_while_the_id_of_its_credit_note_is_written_back_follows(kiosk: World) -> None:
    invoice, _ = both(kiosk)
    note = credit_note(kiosk, kiosk.named("contacts", "Kiosk Ltd"), "CN-2")
    perform = kiosk.books.perform

    def set_off_meanwhile(*given: Any, **more: Any) -> Json:
        kiosk.books.perform = perform  # type: ignore[method-assign]
        answer = perform(*given, **more)
        allocate(kiosk, note, (invoice, "20.00"))
        return answer

    kiosk.books.perform = set_off_meanwhile  # type: ignore[method-assign]
    kiosk.sync_blue()
    assert open_balances(kiosk)[0][0] == open_balances(kiosk)[1][0] == Decimal("95.00")
    assert kiosk.count("Payment") == 1


def test_a_credit_note_that_changes_under_our_hands_is_read_again_as_often_as_others_may_write_it(kiosk: World) -> None:
    """Each of the other seven writers of a run may set something off against the same credit note just before us."""
    invoice, memo = there(kiosk)
    parts = ("Invoice", invoice["Id"], "46.00"), ("CreditMemo", memo["Id"], "46.00")
    set_off(kiosk, invoice["CustomerRef"]["value"], *parts)
    note, edits, handle = both(kiosk)[1], iter(range(8)), kiosk.released.handle

    def edited_meanwhile(request: Request) -> Response:
        response = handle(request)
        is_read = request.method == "GET" and request.path.endswith(note["id"])
        if is_read and (edit := next(edits, None)) is not None:
            kiosk.change("credit-notes", note, reference=f"Edit {edit}")
        return response

    kiosk.released.handle = edited_meanwhile  # type: ignore[method-assign]
    kiosk.sync()
    assert next(edits, None) is None
    assert open_balances(kiosk) == [(Decimal("69.00"), Decimal(0))] * 2


def test_what_people_enter_here_while_it_comes_in_from_there_is_set_off_once(kiosk: World) -> None:
    invoice, memo = there(kiosk)
    parts = ("Invoice", invoice["Id"], "20.00"), ("CreditMemo", memo["Id"], "20.00")
    set_off(kiosk, invoice["CustomerRef"]["value"], *parts)
    ours, note = both(kiosk)
    handle = kiosk.released.handle

    def entered_meanwhile(request: Request) -> Response:
        if request.method == "GET" and request.path.endswith(note["id"]):
            kiosk.released.handle = handle  # type: ignore[method-assign]
            entry = {"invoiceId": ours["id"], "amount": "20.00", "date": "2026-10-09"}
            kiosk.change("credit-notes", note, allocations=[entry])
        return handle(request)

    kiosk.released.handle = entered_meanwhile  # type: ignore[method-assign]
    kiosk.sync_blue()
    assert [entry["amount"] for entry in both(kiosk)[1]["allocations"]] == ["20.00"]
    assert kiosk.count("Payment") == 1
    with kiosk.nothing_written():
        kiosk.sync_blue()


@edge
def test_it_waits_while_its_credit_note_is_unlinked_and_follows_by_itself(kiosk: World) -> None:
    invoice, note = both(kiosk)
    kiosk.unlink(RecordRef(RecordType.CREDIT_NOTE, note["id"]))
    allocate(kiosk, note, (invoice, "46.00"))
    kiosk.sync_red()
    row = next(row for row in kiosk.rows() if row.ref.type is RecordType.ALLOCATION)
    assert row.outcome is Outcome.WAITING and row.cause == RecordRef(RecordType.CREDIT_NOTE, note["id"])
    kiosk.relink(RecordRef(RecordType.CREDIT_NOTE, note["id"]))
    kiosk.sync_blue()
    assert open_balances(kiosk) == [(Decimal("69.00"), Decimal(0))] * 2


@edge
def test_it_stays_out_with_an_invoice_from_before_the_sync(kiosk: World) -> None:
    tenant = kiosk.named("contacts", "Kiosk Ltd")
    old = kiosk.invoice(tenant, "OLD-1", issueDate="2026-02-01")
    allocate(kiosk, both(kiosk)[1], (old, "46.00"))
    kiosk.sync_blue()
    row = next(row for row in kiosk.rows() if row.ref.type is RecordType.ALLOCATION)
    assert (row.outcome, row.code) == (Outcome.SKIPPED, "part-stays-out")
    assert kiosk.count("Payment") == 0
