"""Bundles on sales forms: the lines that a group item stands for.

https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice (GroupLineDetail)
"""

from decimal import Decimal

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.schema import Record
from bot.sandbox.quickbooks.rules.tax import cents

PATH = "Line.GroupLineDetail.GroupItemRef"


def grouped(books: Books, row: Record) -> Record:
    """The group line with its quantity and its own lines. Raises Refusal 2020 or 2500."""
    detail = row.get("GroupLineDetail") or {}
    if "GroupItemRef" not in detail:
        raise faults.missing(PATH)
    item = books.tables["Item"][detail["GroupItemRef"]["value"]]
    if item["Type"] != "Group":
        raise faults.invalid_reference(f"{item['Name']} is no bundle", PATH)
    quantity = detail.get("Quantity") or Decimal(1)
    lines = detail.get("Line") or [_part(books, one, quantity) for one in _contents(item)]
    if not lines:
        raise faults.missing("Line.GroupLineDetail.Line")
    return {**row, "GroupLineDetail": {**detail, "Quantity": quantity, "Line": lines}}


def _contents(item: Record) -> list[Record]:
    return list(item.get("ItemGroupDetail", {}).get("ItemGroupLine", ()))


def _part(books: Books, one: Record, quantity: Decimal) -> Record:
    """What a bundle holds of one product, at the product's own price."""
    item = books.tables["Item"][one["ItemRef"]["value"]]
    pieces, price = quantity * one.get("Qty", Decimal(1)), item.get("UnitPrice", Decimal(0))
    detail = {"ItemRef": {"value": item["Id"], "name": item["FullyQualifiedName"]}, "Qty": pieces, "UnitPrice": price}
    if "SalesTaxCodeRef" in item:
        detail["TaxCodeRef"] = item["SalesTaxCodeRef"]
    return {"Amount": cents(pieces * price), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
