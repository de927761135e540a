"""What unlinking would stop, in money: invoices less what is left of credits and payments, to the cent."""

from decimal import Decimal

import pytest

from bot.core.model import OpenAmount, RecordRef, RecordType
from tests.rarely import edge, rarely
from tests.sync.world import COMPANY, Json, World, contact_ref
from tests.sync.writing.test_credit_notes import credit
from tests.sync.writing.test_payments_out import paid_by

TENANT, SUPPLIER = ("income", "tenant"), ("expense", "supplier")


def owed(world: World, *refs: RecordRef) -> tuple[OpenAmount, ...]:
    return world.app.desk.linking.preview(COMPANY, refs).open_amounts


def at_stake(world: World, kind: str, role: str) -> tuple[Json, Json, Json, Json]:
    """115.00 and 57.50 of which 20.02 is paid, 38.33 credited, 10.01 paid and not allocated."""
    contact = world.contact("Kiosk Ltd", role)
    document = world.invoice(contact, "D-1", "100.00", kind=kind)
    other = world.invoice(contact, "D-2", "50.00", kind=kind)
    note = credit(world, contact, "CN-1", "33.33", kind)
    money = paid_by(world, contact, "30.03", (other, "20.02"), kind="receipt" if kind == "income" else "paid")
    return contact, document, note, money


@pytest.mark.parametrize(("kind", "role"), [SUPPLIER, *rarely(TENANT)])
def test_credit_notes_and_money_not_allocated_are_taken_off_what_is_open(paired: World, kind: str, role: str) -> None:
    contact, *_ = at_stake(paired, kind, role)
    paired.sync_blue()
    net = Decimal("115.00") + Decimal("57.50") - Decimal("20.02") - Decimal("38.33") - Decimal("10.01")
    zero = Decimal(0)
    expected = OpenAmount("NZD", net, zero) if kind == "income" else OpenAmount("NZD", zero, net)
    assert owed(paired, contact_ref(contact)) == (expected,)


def test_it_is_what_the_control_totals_say_of_the_contact(paired: World) -> None:
    contact, *_ = at_stake(paired, "income", "tenant")
    paired.sync_blue()
    (found,) = owed(paired, contact_ref(contact))
    customer = paired.partner("Customer", contact, "contacts")
    assert found.receivable == customer["Balance"]


def test_what_tenants_are_owed_does_not_hide_what_suppliers_are_owed(paired: World) -> None:
    both = paired.contact("Kiosk Ltd", "tenant", "supplier")
    paired.bill(both, "B-1", "50.00")
    credit(paired, both, "CN-1", "40.00")
    paired.sync_blue()
    assert owed(paired, contact_ref(both)) == (OpenAmount("NZD", Decimal("-46.00"), Decimal("57.50")),)


@edge
def test_a_credit_note_that_is_named_alone_counts_below_zero_and_what_is_settled_counts_nothing(paired: World) -> None:
    contact, document, note, _ = at_stake(paired, "income", "tenant")
    paid_by(paired, contact, "115.00", (document, "115.00"), kind="receipt")
    paired.sync_blue()
    (left,) = owed(paired, RecordRef(RecordType.CREDIT_NOTE, note["id"]))
    assert left == OpenAmount("NZD", Decimal("-38.33"))
    assert owed(paired, RecordRef(RecordType.INVOICE, document["id"])) == ()


@edge
def test_what_quickbooks_alone_has_counts_as_well(paired: World) -> None:
    contact = paired.contact("Kiosk Ltd")
    paired.invoice(contact, "INV-1")
    paired.sync_blue()
    paired.app.desk.linking.unlink(COMPANY, [contact_ref(contact)], "U0ANA")
    customer = paired.partner("Customer", contact, "contacts")
    paired.qb_invoice(customer, "QB-9", "200.00")
    paired.sync()
    assert owed(paired, contact_ref(contact)) == (OpenAmount("NZD", Decimal("345.00")),)
