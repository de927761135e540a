"""What is inactive in QuickBooks, or stays out by its kind, is named by its own word, with its own way in the menus."""

from decimal import Decimal

import pytest

from bot.core.model import Outcome
from tests.sync.world import World


def inactive(world: World, entity: str, name: str) -> None:
    world.books.update(entity, world.id_of(entity, name), {"Name": name, "Active": False})


@pytest.mark.parametrize(
    ("entity", "name", "code", "way"),
    [
        ("Item", "Rent", "inactive-product", "Products and services"),
        ("TaxCode", "15% GST", "inactive-tax-code", "Edit taxes"),
        ("Account", "Repairs and Maintenance", "inactive-account", "Chart of accounts"),
    ],
)
def test_a_new_document_on_what_is_inactive_says_where_to_make_it_active(
    paired: World, entity: str, name: str, code: str, way: str
) -> None:
    paired.rent(), paired.repairs(), paired.gst()
    paired.sync_blue()
    stored = paired.books.books.tables[entity][paired.id_of(entity, name)]
    paired.books.books.save(entity, {**stored, "Active": False}, "Update")
    if entity == "Account":
        paired.bill(paired.contact("Plumb Ltd", "supplier"), "D-1")
    else:
        paired.invoice(paired.contact("Kiosk Ltd"), "D-1")
    (row,) = [row for row in paired.sync_red().failures if row.name == "D-1"]
    assert (row.code, row.outcome) == (code, Outcome.FAILED)
    assert name in row.details and "inactive in QuickBooks" in row.details
    assert way in row.more_detail and "Customers" not in row.more_detail


def test_a_class_that_is_inactive_is_called_a_class(paired: World) -> None:
    made = paired.books.create("Class", {"Name": "12 Queen Street"})
    paired.sync_blue()
    option = paired.named("tracking-options", "12 Queen Street")
    paired.books.update("Class", made["Id"], {"Name": "12 Queen Street", "Active": False})
    lines = [paired.line("100.00", trackingOptionId=option["id"])]
    paired.invoice(paired.contact("Kiosk Ltd"), "INV-1", lines=lines)
    (row,) = [row for row in paired.sync_red().failures if row.name == "INV-1"]
    assert row.code == "inactive-class" and "All lists, Classes" in row.more_detail


def test_an_invoice_that_comes_in_for_an_inactive_product_waits_with_its_reason(paired: World) -> None:
    customer = paired.customer("Kiosk Ltd")
    item = paired.books.create(
        "Item",
        {"Name": "Signage", "Type": "Service", "IncomeAccountRef": {"value": paired.id_of("Account", "Services")}},
    )
    line = paired.sales_line("100.00", ItemRef={"value": item["Id"]})
    paired.qb_invoice(customer, "INV-1", Line=[line])
    paired.books.update("Item", item["Id"], {"Active": False})
    (row,) = [row for row in paired.sync_red().failures if row.name == "INV-1"]
    assert row.code == "inactive-product" and "not brought to Re-Leased" in row.more_detail


def test_a_bill_on_an_asset_account_says_what_kind_of_account_that_is(paired: World) -> None:
    vendor = paired.vendor("Plumb Ltd")
    account = paired.books.create("Account", {"Name": "Deposit paid", "AccountType": "Other Current Asset"})
    line = paired.expense_line("50.00", AccountRef={"value": account["Id"]})
    made = paired.qb_bill(vendor, "B-1", Line=[line])
    (row,) = [row for row in paired.sync_red().failures if row.name == "B-1"]
    assert row.code == "account-kind-outside" and "Other Current Asset" in row.more_detail
    assert made["TotalAmt"] == Decimal("57.50")
