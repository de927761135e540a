"""The results show what is true now: names, numbers, amounts and tenants follow both sides, also in the search."""

from decimal import Decimal

import pytest
from sqlalchemy import event

from bot.core.model import RecordType
from tests.sync.world import Json, World

CREDIT = {"kind": "income", "status": "approved", "issueDate": "2026-10-05", "currency": "NZD"}


def found(world: World, text: str) -> set[tuple[RecordType, str]]:
    return {(row.ref.type, row.name) for row in world.rows(text=text)}


@pytest.fixture
def tenant(paired: World) -> Json:
    """Kiosk Ltd with three invoices, a credit note that is set off, and a payment: seven rows."""
    kiosk = paired.contact("Kiosk Ltd")
    invoices = [paired.invoice(kiosk, f"INV-{place}") for place in range(1, 4)]
    body = {"number": "CN-1", "contactId": kiosk["id"], "amountsAre": "exclusive", "lines": [paired.line("20.00")]}
    credit = paired.create("credit-notes", **CREDIT, **body)
    part = {"invoiceId": invoices[1]["id"], "amount": "23.00", "date": "2026-10-12"}
    paired.change("credit-notes", credit, allocations=[part])
    paired.create(
        "payments",
        **{"kind": "receipt", "contactId": kiosk["id"], "date": "2026-10-12", "amount": "115.00", "currency": "NZD"},
        **{"reference": "EFT 7", "allocations": [{"invoiceId": invoices[0]["id"], "amount": "115.00"}]},
    )
    paired.sync_blue()
    assert len(found(paired, "kiosk ltd")) == 7
    return kiosk


def rename(world: World, tenant: Json, side: str, name: str) -> None:
    if side == "Re-Leased":
        world.change("contacts", tenant, name=name)
    else:
        world.books.update("Customer", world.partner("Customer", tenant, "contacts")["Id"], {"DisplayName": name})


@pytest.mark.parametrize("side", ["Re-Leased", "QuickBooks"])
def test_a_renamed_tenant_is_found_with_all_its_rows_and_not_by_the_old_name(
    paired: World, tenant: Json, side: str
) -> None:
    rename(paired, tenant, side, "Harbour Espresso")
    paired.sync_blue()
    assert found(paired, "harbour espresso") == {
        (RecordType.CONTACT, "Harbour Espresso"),
        *((RecordType.INVOICE, f"INV-{place}") for place in range(1, 4)),
        (RecordType.CREDIT_NOTE, "CN-1"),
        (RecordType.ALLOCATION, "credit CN-1"),
        (RecordType.PAYMENT, "EFT 7"),
    }
    assert found(paired, "kiosk ltd") == set()


def test_renamed_alike_on_both_sides_the_rows_follow_though_nothing_is_written(paired: World, tenant: Json) -> None:
    rename(paired, tenant, "Re-Leased", "Harbour Espresso")
    rename(paired, tenant, "QuickBooks", "Harbour Espresso")
    paired.sync_blue()
    assert len(found(paired, "harbour espresso")) == 7


def test_rows_that_exist_in_quickbooks_only_follow_the_name_of_their_customer(paired: World) -> None:
    customer = paired.customer("Kiosk Ltd")
    paired.qb_invoice(customer, "QB-1", TxnDate="2026-01-05")
    paired.sync_blue()
    left_out = (RecordType.INVOICE, "QB-1")
    assert left_out in found(paired, "kiosk ltd") and not paired.row("QB-1").released_id
    paired.books.update("Customer", customer["Id"], {"DisplayName": "Harbour Espresso"})
    paired.sync_blue()
    assert left_out in found(paired, "harbour espresso") and left_out not in found(paired, "kiosk ltd")


@pytest.mark.parametrize("side", ["Re-Leased", "QuickBooks"])
def test_a_renumbered_invoice_and_a_renumbered_credit_note_are_found_by_their_new_numbers(
    paired: World, tenant: Json, side: str
) -> None:
    for collection, entity, old, new in (
        ("invoices", "Invoice", "INV-1", "LEASE-77"),
        ("credit-notes", "CreditMemo", "CN-1", "CREDIT-78"),
    ):
        ours = paired.named(collection, old)
        if side == "Re-Leased":
            paired.change(collection, ours, number=new)
        else:
            paired.books.update(entity, paired.partner(entity, ours, collection)["Id"], {"DocNumber": new})
    paired.sync_blue()
    assert found(paired, "lease-77") == {(RecordType.INVOICE, "LEASE-77")}
    assert found(paired, "credit-78") == {
        (RecordType.CREDIT_NOTE, "CREDIT-78"),
        (RecordType.ALLOCATION, "credit CREDIT-78"),
    }
    assert found(paired, "inv-1") == found(paired, "cn-1") == set()


@pytest.mark.parametrize("side", ["Re-Leased", "QuickBooks"])
def test_a_new_amount_is_the_amount_of_the_row(paired: World, tenant: Json, side: str) -> None:
    ours = paired.named("invoices", "INV-3")
    if side == "Re-Leased":
        paired.change("invoices", ours, lines=[paired.line("80.00")])
    else:
        theirs = paired.partner("Invoice", ours, "invoices")
        changes = {"Line": [paired.sales_line("80.00")], "TxnTaxDetail": {"TotalTax": Decimal(12)}}
        paired.books.update("Invoice", theirs["Id"], changes)
    paired.sync_blue()
    assert paired.row("INV-3").amount == Decimal("92.00")


@pytest.mark.parametrize("side", ["Re-Leased", "QuickBooks"])
def test_a_payment_that_is_called_by_its_date_follows_it_and_its_amount(paired: World, side: str) -> None:
    kiosk = paired.contact("Kiosk Ltd")
    ours = paired.create(
        "payments",
        **{"kind": "receipt", "contactId": kiosk["id"], "date": "2026-10-12", "amount": "50.00", "currency": "NZD"},
    )
    paired.sync_blue()
    if side == "Re-Leased":
        paired.change("payments", ours, date="2026-10-14", amount="60.00")
    else:
        theirs = paired.partner("Payment", ours, "payments")
        paired.books.update("Payment", theirs["Id"], {"TxnDate": "2026-10-14", "TotalAmt": Decimal(60)})
    paired.sync_blue()
    row = paired.row(ours["id"])
    assert (row.name, row.amount) == ("payment of 2026-10-14", Decimal("60.00"))


def test_a_number_that_quickbooks_gives_is_the_name_of_the_row(paired: World) -> None:
    paired.books.set_preference("SalesFormsPrefs", "CustomTxnNumbers", False)
    ours = paired.invoice(paired.contact("Kiosk Ltd"), "DRAFT-9")
    paired.sync_blue()
    number = paired.now("invoices", ours)["number"]
    assert number != "DRAFT-9" and paired.row(ours["id"]).name == number


def test_another_phone_number_of_a_tenant_costs_nothing_for_its_documents(paired: World, tenant: Json) -> None:
    """What is read and written in the store grows with what changed, not with what a contact has."""

    def statements(change: dict[str, str]) -> int:
        asked: list[str] = []
        paired.change("contacts", tenant, **change)
        engine = paired.database.engine
        event.listen(engine, "before_cursor_execute", lambda *told: asked.append(str(told[2])))
        paired.sync_blue()
        return sum("UPDATE results" in one for one in asked)

    assert statements({"phone": "09 555 0100"}) == 0
    assert statements({"name": "Harbour Espresso"}) > 0
