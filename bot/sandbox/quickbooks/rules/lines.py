"""The lines of a document: what each kind must carry, what it adds to the total and to the base of tax."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.links import ZERO
from bot.sandbox.quickbooks.books.receivables import side_of
from bot.sandbox.quickbooks.books.schema import EntityType, Record
from bot.sandbox.quickbooks.rules.groups import grouped
from bot.sandbox.quickbooks.rules.references import SHIPPING
from bot.sandbox.quickbooks.rules.tax import CENT, TaxBasis, TaxedLine, cents, gross_of, require_code

DESCRIPTION_KINDS = ("DescriptionOnly", "DescriptionLineDetail")
ITEM, GROUP, DISCOUNT, SUBTOTAL = (
    *("SalesItemLineDetail", "GroupLineDetail"),
    *("DiscountLineDetail", "SubTotalLineDetail"),
)


@dataclass(frozen=True)
class Lines:
    rows: list[Record]
    taxed: list[TaxedLine]
    subtotal: Decimal


def sales_lines(books: Books, entity: EntityType, rows: Sequence[Record], basis: TaxBasis) -> Lines:
    """Lines of an invoice or credit memo; QuickBooks adds the subtotal line itself.

    Subtotals that a person sets between the lines are lines of text:
    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice (Line)
    """
    stored: list[Record] = []
    taxed: list[TaxedLine] = []
    goods, shipping = ZERO, ZERO
    for row in rows:
        kind = line_kind(entity, row)
        if kind == SUBTOTAL:
            continue
        if kind == GROUP:
            row, parts = _group_line(books, entity, row, basis)
            goods += row["Amount"]
            taxed += parts
        elif kind == ITEM:
            row = _item_line(books, row, basis)
            taxed.append(_taxed(row, row[kind]))
            if row[kind].get("ItemRef", {}).get("value") == SHIPPING:
                shipping += row["Amount"]
            else:
                goods += row["Amount"]
        elif kind == DISCOUNT:
            row = _discount_line(row, goods)
            goods -= row["Amount"]
            taxed = _discounted(taxed, row["Amount"])
        else:
            row = text_line(row)
        stored.append(row)
    total = goods + shipping
    return Lines([*numbered(stored), {"Amount": total, "DetailType": SUBTOTAL, SUBTOTAL: {}}], taxed, total)


def expense_lines(books: Books, entity: EntityType, rows: Sequence[Record], basis: TaxBasis) -> Lines:
    """Lines of a bill, vendor credit or purchase: against an account or against an item."""
    stored: list[Record] = []
    taxed: list[TaxedLine] = []
    for row in rows:
        kind = line_kind(entity, row)
        if kind in DESCRIPTION_KINDS:
            row = text_line(row)
        else:
            target = "AccountRef" if kind == "AccountBasedExpenseLineDetail" else "ItemRef"
            if target not in row.get(kind, {}):
                raise faults.refuse("6440", "You must select a product or service or an account for each line.", kind)
            row = _priced(books, row, kind, basis)
            taxed.append(_taxed(row, row[kind]))
        stored.append(row)
    return Lines(list(numbered(stored)), taxed, sum((line.net for line in taxed), ZERO))


def line_kind(entity: EntityType, row: Record) -> str:
    kind = row.get("DetailType")
    if kind is None:
        raise faults.missing("Line.DetailType")
    if kind not in entity.lines:
        raise faults.refuse("2170", f"Invalid Enumeration : {kind}", "Line.DetailType")
    return str(kind)


def numbered(rows: Sequence[Record]) -> Iterator[Record]:
    """With the ids that the client sent, new ones for the others, and their places; the parts of a group count too."""
    flat = [*rows, *(part for row in rows for part in row.get(GROUP, {}).get("Line", ()))]
    taken = {str(row["Id"]) for row in flat if row.get("Id")}
    places = iter(range(1, len(flat) + 1))
    free = (str(number) for number in range(1, 2 * len(flat) + 1) if str(number) not in taken)

    def placed(row: Record) -> Record:
        result = {**row, "Id": str(row["Id"]) if row.get("Id") else next(free), "LineNum": next(places)}
        if GROUP in row:
            result[GROUP] = {**row[GROUP], "Line": [placed(part) for part in row[GROUP].get("Line", ())]}
        return result

    return (placed(row) for row in rows)


def text_line(row: Record) -> Record:
    """Text alone has no amount, whatever was sent, and its own name for its kind."""
    detail = row.get("DescriptionLineDetail", {})
    kept = {key: value for key, value in row.items() if key not in ("Amount", *DESCRIPTION_KINDS)}
    return {**kept, "DetailType": "DescriptionOnly", "DescriptionLineDetail": detail}


def _group_line(books: Books, entity: EntityType, row: Record, basis: TaxBasis) -> tuple[Record, list[TaxedLine]]:
    """A bundle is worth what its own lines are worth; without lines it is made of what its item holds."""
    row = grouped(books, row)
    parts = [
        _item_line(books, part, basis) if line_kind(entity, part) == ITEM else text_line(part)
        for part in row[GROUP]["Line"]
    ]
    taxed = [_taxed(part, part[ITEM]) for part in parts if part["DetailType"] == ITEM]
    amount = sum((line.net for line in taxed), ZERO)
    return {**row, "Amount": amount, GROUP: {**row[GROUP], "Line": parts}}, taxed


def _item_line(books: Books, row: Record, basis: TaxBasis) -> Record:
    """Without an item the amount of a sales line is ignored, unless it is the markup of an on-charged expense:
    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice
    """
    detail = row.get(ITEM)
    if detail is None:
        raise faults.missing(f"Line.{ITEM}")
    item = books.tables["Item"].get(detail.get("ItemRef", {}).get("value", ""))
    if "ItemRef" not in detail and not is_markup(detail):
        row = {**row, "Amount": ZERO, ITEM: {key: detail[key] for key in detail if key not in ("Qty", "UnitPrice")}}
    elif item is not None and "IncomeAccountRef" in item and not is_markup(detail):
        row = {**row, ITEM: {**detail, "ItemAccountRef": item["IncomeAccountRef"]}}
    return _priced(books, row, ITEM, basis)


def is_markup(detail: Record) -> bool:
    """QuickBooks' own screens book a markup straight to an income account, without an item."""
    return bool(detail.get("MarkupInfo")) and bool(detail.get("ItemAccountRef"))


def _priced(books: Books, row: Record, kind: str, basis: TaxBasis) -> Record:
    if "Amount" not in row:
        raise faults.missing("Amount")
    detail: dict[str, Any] = dict(row[kind])
    _check_not_category(books, detail, kind)
    _check_product(row["Amount"], detail)
    code = detail.get("TaxCodeRef", {}).get("value")
    if basis.mode != "NotApplicable" and side_of(books.tables, detail.get("AccountRef")) is None:
        require_code(books, code)
        if not books.is_us and row["Amount"] != cents(row["Amount"]):
            raise faults.business("An error occurred while trying to calculate tax : more than two decimals.")
    if books.is_us and code is None:
        detail["TaxCodeRef"] = {"value": "NON"}
    amount = cents(row["Amount"])
    if not detail.get("TaxInclusiveAmt") or basis.mode != "TaxInclusive":
        detail.pop("TaxInclusiveAmt", None)
    if basis.mode == "TaxInclusive" and not books.is_us and "TaxInclusiveAmt" not in detail:
        detail["TaxInclusiveAmt"] = gross_of(books, TaxedLine(amount, code), basis)
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
    detail = row.get(DISCOUNT, {})
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
