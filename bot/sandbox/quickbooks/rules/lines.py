"""The lines of a document: what each kind must carry, what it adds to the total and to the base of tax."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import ZERO, Books
from bot.sandbox.quickbooks.books.schema import EntityType, Record
from bot.sandbox.quickbooks.rules.tax import CENT, TaxedLine, cents, gross_of, require_code

DESCRIPTION_KINDS = ("DescriptionOnly", "DescriptionLineDetail")


@dataclass(frozen=True)
class Lines:
    rows: list[Record]
    taxed: list[TaxedLine]
    subtotal: Decimal


def sales_lines(books: Books, entity: EntityType, rows: Sequence[Record], mode: str) -> Lines:
    """Lines of an invoice or credit memo; QuickBooks adds the subtotal line itself."""
    stored: list[Record] = []
    taxed: list[TaxedLine] = []
    subtotal = ZERO
    for row in rows:
        kind = line_kind(entity, row)
        if kind == "SubTotalLineDetail":
            continue
        if kind == "SalesItemLineDetail":
            row = _item_line(books, row, kind, mode)
            subtotal += row["Amount"]
            taxed.append(_taxed(row, row[kind]))
        elif kind == "DiscountLineDetail":
            row = _discount_line(row, subtotal)
            subtotal -= row["Amount"]
            taxed = _discounted(taxed, row["Amount"])
        stored.append(numbered(row, len(stored) + 1))
    stored.append({"Amount": subtotal, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}})
    return Lines(stored, taxed, subtotal)


def expense_lines(books: Books, entity: EntityType, rows: Sequence[Record], mode: str) -> Lines:
    """Lines of a bill or vendor credit: against an account or against an item."""
    stored: list[Record] = []
    taxed: list[TaxedLine] = []
    for row in rows:
        kind = line_kind(entity, row)
        if kind not in DESCRIPTION_KINDS:
            target = "AccountRef" if kind == "AccountBasedExpenseLineDetail" else "ItemRef"
            if target not in row.get(kind, {}):
                raise faults.refuse("6440", "You must select a product or service or an account for each line.", kind)
            row = _priced(books, row, kind, mode)
            taxed.append(_taxed(row, row[kind]))
        stored.append(numbered(row, len(stored) + 1))
    return Lines(stored, taxed, sum((line.net for line in taxed), ZERO))


def line_kind(entity: EntityType, row: Record) -> str:
    kind = row.get("DetailType")
    if kind is None:
        raise faults.missing("Line.DetailType")
    if kind not in entity.lines:
        raise faults.refuse("2170", f"Invalid Enumeration : {kind}", "Line.DetailType")
    return str(kind)


def numbered(row: Record, number: int) -> Record:
    return {**row, "Id": str(row.get("Id") or number), "LineNum": number}


def _item_line(books: Books, row: Record, kind: str, mode: str) -> Record:
    """Without an item the amount of a sales line is ignored, unless it is the markup of an on-charged expense:
    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice
    """
    detail = row.get(kind)
    if detail is None:
        raise faults.missing(f"Line.{kind}")
    if "ItemRef" not in detail and not is_markup(detail):
        row = {**row, "Amount": ZERO, kind: {key: detail[key] for key in detail if key not in ("Qty", "UnitPrice")}}
    return _priced(books, row, kind, mode)


def is_markup(detail: Record) -> bool:
    """QuickBooks' own screens book a markup straight to an income account, without an item."""
    return bool(detail.get("MarkupInfo")) and bool(detail.get("ItemAccountRef"))


def _priced(books: Books, row: Record, kind: str, mode: str) -> Record:
    if "Amount" not in row:
        raise faults.missing("Amount")
    detail: dict[str, Any] = dict(row[kind])
    _check_not_category(books, detail, kind)
    _check_product(row["Amount"], detail)
    code = detail.get("TaxCodeRef", {}).get("value")
    if mode != "NotApplicable":
        require_code(books, code)
        if not books.is_us and row["Amount"] != cents(row["Amount"]):
            raise faults.business("An error occurred while trying to calculate tax : more than two decimals.")
    if books.is_us and code is None:
        detail["TaxCodeRef"] = {"value": "NON"}
    amount = cents(row["Amount"])
    if not detail.get("TaxInclusiveAmt") or mode != "TaxInclusive":
        detail.pop("TaxInclusiveAmt", None)
    if mode == "TaxInclusive" and not books.is_us and "TaxInclusiveAmt" not in detail:
        sales = kind == "SalesItemLineDetail"
        detail["TaxInclusiveAmt"] = gross_of(books, TaxedLine(amount, code), sales=sales)
    return {**row, "Amount": amount, kind: detail}


def _check_not_category(books: Books, detail: Record, kind: str) -> None:
    item = books.tables["Item"].get(detail.get("ItemRef", {}).get("value", ""))
    if item is not None and item["Type"] == "Category":
        path = f"Line.{kind}.ItemRef"
        raise faults.invalid_reference("Categories cannot be used in a transaction line", path)


def _check_product(amount: Decimal, detail: Record) -> None:
    """Amount must be Qty * UnitPrice, rounded to the cent; SDKs send 0 * 0 for "not given". Fault 6070."""
    quantity, price = detail.get("Qty"), detail.get("UnitPrice")
    if quantity is None or price is None or (quantity == 0 and price == 0):
        return
    if abs(cents(quantity * price) - amount) >= CENT:
        raise faults.refuse("6070", f"Amount is not equal to UnitPrice * Qty. Supplied value:{amount}", "Line.Amount")


def _discount_line(row: Record, subtotal: Decimal) -> Record:
    detail = row.get("DiscountLineDetail", {})
    if detail.get("PercentBased"):
        return {**row, "Amount": cents(subtotal * detail.get("DiscountPercent", ZERO) / 100)}
    if "Amount" not in row:
        raise faults.missing("Amount")
    return {**row, "Amount": cents(row["Amount"])}


def _discounted(taxed: list[TaxedLine], discount: Decimal) -> list[TaxedLine]:
    """A discount lowers the base of tax of every line in proportion; the last line takes the rest."""
    total = sum((line.net for line in taxed), ZERO)
    if not total or not discount:
        return taxed
    shares = [cents(discount * line.net / total) for line in taxed[:-1]]
    shares.append(discount - sum(shares, ZERO))
    return [TaxedLine(line.net - share, line.tax_code) for line, share in zip(taxed, shares, strict=True)]


def _taxed(row: Record, detail: Record) -> TaxedLine:
    return TaxedLine(row["Amount"], detail.get("TaxCodeRef", {}).get("value"), detail.get("TaxInclusiveAmt"))
