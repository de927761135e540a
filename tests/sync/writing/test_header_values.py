"""What stands once for a whole document, in both ledgers: one class, a reverse charge, a rate that changed on a day."""

from datetime import date
from decimal import Decimal

import pytest

from tests.sync.world import Json, World

QUEEN, KING = "12 Queen Street", "7 King Street"


@pytest.fixture
def per_form(paired: World) -> World:
    """The company keeps one class for the whole of a form, and has two properties."""
    for name in (QUEEN, KING):
        paired.books.create("Class", {"Name": name})
    for name, value in (("ClassTrackingPerTxn", True), ("ClassTrackingPerTxnLine", False)):
        paired.books.set_preference("AccountingInfoPrefs", name, value)
    paired.sync_blue()
    return paired


def properties(world: World, document: Json) -> list[str | None]:
    names = {row["id"]: row["name"] for row in world.all("tracking-options")}
    return [names.get(line["trackingOptionId"] or "") for line in document["lines"]]


def class_of(world: World, record: Json, entity: str = "Invoice") -> str:
    found = world.books.read(entity, record["Id"]).get("ClassRef", {})
    return str(found.get("name", ""))


def test_one_class_for_the_form_is_the_property_of_each_line(per_form: World) -> None:
    class_id = per_form.id_of("Class", QUEEN)
    lines = [per_form.sales_line("60.00"), per_form.sales_line("40.00")]
    record = per_form.qb_invoice(per_form.customer("Kiosk"), "SI-1", Line=lines, ClassRef={"value": class_id})
    per_form.sync_blue()
    assert properties(per_form, per_form.named("invoices", "SI-1")) == [QUEEN, QUEEN]
    per_form.books.update("Invoice", record["Id"], {"ClassRef": {"value": per_form.id_of("Class", KING)}})
    per_form.sync_blue()
    assert properties(per_form, per_form.named("invoices", "SI-1")) == [KING, KING]


def test_lines_of_one_property_go_out_with_it_in_the_header(per_form: World) -> None:
    option = per_form.named("tracking-options", QUEEN)["id"]
    lines = [per_form.line(amount, trackingOptionId=option) for amount in ("60.00", "40.00")]
    ours = per_form.invoice(per_form.contact("Kiosk"), "INV-1", lines=lines)
    per_form.sync_blue()
    assert class_of(per_form, per_form.partner("Invoice", ours, "invoices")) == QUEEN
    with per_form.nothing_written():
        per_form.sync_blue()


def test_a_bill_has_no_class_of_its_own_so_its_lines_keep_theirs(per_form: World) -> None:
    options = [per_form.named("tracking-options", name)["id"] for name in (QUEEN, KING)]
    lines = [per_form.line("50.00", "expense", trackingOptionId=option) for option in options]
    ours = per_form.bill(per_form.contact("Plumber", "supplier"), "B-1", lines=lines)
    per_form.sync_blue()
    found = per_form.partner("Bill", ours, "invoices")["Line"]
    assert [line["AccountBasedExpenseLineDetail"]["ClassRef"]["name"] for line in found] == [QUEEN, KING]
    with per_form.nothing_written():
        per_form.sync_blue()


def test_lines_of_two_properties_are_refused_with_the_way_out(per_form: World) -> None:
    options = [per_form.named("tracking-options", name)["id"] for name in (QUEEN, KING)]
    lines = [per_form.line("50.00", trackingOptionId=option) for option in options]
    per_form.invoice(per_form.contact("Kiosk"), "INV-2", lines=lines)
    per_form.invoice(per_form.contact("Florist"), "INV-3")
    per_form.sync_red()
    row = per_form.row("INV-2")
    assert "2 tracking options" in row.details and "one class to each row" in row.more_detail
    assert per_form.books.entity("Invoice").find("DocNumber", "INV-3") is not None


def test_a_reverse_charge_is_owed_to_nobody_and_declared_both_ways(paired: World) -> None:
    code = paired.books.add_tax_rates("15% RC", purchases=(Decimal(15), Decimal(-15)))
    paired.sync_blue()
    tax_type = paired.named("tax-types", "15% RC")["id"]
    line = paired.line("1000.00", "expense", taxTypeId=tax_type, taxAmount="0.00")
    ours = paired.bill(paired.contact("Overseas Ltd", "supplier"), "B-1", lines=[line])
    vendor = paired.vendor("Far Away Ltd")
    there = {"TaxCodeRef": {"value": code["Id"]}}
    paired.qb_bill(vendor, "B-2", Line=[paired.expense_line("500.00", **there)])
    paired.sync_blue()
    theirs = paired.partner("Bill", ours, "invoices")
    taxes = sorted(part["Amount"] for part in theirs["TxnTaxDetail"]["TaxLine"])
    assert (taxes, theirs["TotalAmt"]) == ([Decimal("-150.00"), Decimal("150.00")], Decimal("1000.00"))
    came_in = paired.named("invoices", "B-2")
    assert (came_in["taxTotal"], came_in["total"]) == ("0.00", "500.00")
    paired.change("invoices", ours, dueDate="2026-12-24")
    paired.sync_blue()
    assert paired.partner("Bill", ours, "invoices")["TotalAmt"] == Decimal("1000.00")


def test_a_rate_that_changes_on_a_day_leaves_what_was_taxed_before(paired: World) -> None:
    rate = paired.books.entity("TaxRate").find("Name", "15% GST (Sales)")
    assert rate is not None
    customer = paired.customer("Kiosk")
    paired.qb_invoice(customer, "OLD", TxnDate="2026-10-06")
    paired.books.change_tax_rate(rate["Id"], Decimal(16), date(2026, 10, 10))
    paired.qb_invoice(customer, "NEW", TxnDate="2026-10-12")
    paired.sync_blue()
    taxes = {number: paired.named("invoices", number)["taxTotal"] for number in ("OLD", "NEW")}
    assert taxes == {"OLD": "15.00", "NEW": "16.00"}
    old = paired.named("invoices", "OLD")
    paired.change("invoices", old, dueDate="2026-12-24")
    paired.sync_blue()
    assert paired.partner("Invoice", old, "invoices")["TotalAmt"] == Decimal("115.00")
