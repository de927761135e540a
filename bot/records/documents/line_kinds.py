"""Kinds of QuickBooks line: which carry money, which are text, and which Re-Leased has no form for."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from bot.core.money import formatted
from bot.core.spec import Body, Problem
from bot.records.fields.amounts import amount
from bot.records.fields.names import reference

SALES, ITEM_EXPENSE, ACCOUNT_EXPENSE = (
    "SalesItemLineDetail",
    "ItemBasedExpenseLineDetail",
    "AccountBasedExpenseLineDetail",
)
DISCOUNT = "DiscountLineDetail"
GROUP = "GroupLineDetail"
TEXTS = ("DescriptionOnly", "DescriptionLineDetail")
COMPUTED = ("SubTotalLineDetail", "TaxLineDetail")


class LineKind(StrEnum):
    PLAIN = "plain"  # one item or account
    DISCOUNT = "discount"
    TEXT = "text"  # words without money
    COMPUTED = "computed"  # a subtotal or tax that QuickBooks adds by itself
    BUNDLE = "bundle"
    MARKUP = "markup"
    SHIPPING = "shipping"
    WITHOUT_ACCOUNT = "without account"
    UNKNOWN = "unknown"


REFUSED: Mapping[LineKind, str] = {
    LineKind.BUNDLE: "bundle-line",
    LineKind.MARKUP: "markup-line",
    LineKind.SHIPPING: "shipping-line",
    LineKind.WITHOUT_ACCOUNT: "line-without-account",
    LineKind.UNKNOWN: "unknown-line",
}
"""Rows of faults.toml for the kinds that Re-Leased has no form for."""


def kind_of(line: Body) -> LineKind:
    """By what QuickBooks' own screens make of it.

    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice (Line)
    """
    type_, detail = str(line.get("DetailType") or ""), detail_of(line)
    if type_ in COMPUTED:
        return LineKind.COMPUTED
    if type_ == DISCOUNT:
        return LineKind.DISCOUNT if line.get("Amount") else LineKind.COMPUTED
    if type_ == GROUP:
        return LineKind.BUNDLE
    if type_ in TEXTS:
        return LineKind.UNKNOWN if amount(line.get("Amount"), "line amount") else LineKind.TEXT
    if type_ not in (SALES, ITEM_EXPENSE, ACCOUNT_EXPENSE):
        return LineKind.UNKNOWN
    return _kind_of_single(line, detail)


def _kind_of_single(line: Body, detail: Body) -> LineKind:
    """QuickBooks' own lines name an item that is no record (SHIPPING_ITEM_ID); a markup names no item at all."""
    item = reference(detail, "ItemRef")
    if item and not item.isdecimal() and "SHIPPING" in item.upper():
        return LineKind.SHIPPING
    if item or reference(detail, "AccountRef"):
        return LineKind.PLAIN
    if detail.get("MarkupInfo"):
        return LineKind.MARKUP
    return LineKind.WITHOUT_ACCOUNT if amount(line.get("Amount"), "line amount") else LineKind.TEXT


def money_lines(lines: Sequence[Body]) -> list[Body]:
    """The lines that say what a document costs; texts, subtotals and QuickBooks' own tax lines are none."""
    return [line for line in lines if kind_of(line) not in (LineKind.TEXT, LineKind.COMPUTED)]


def refuse_special(lines: Sequence[Body]) -> None:
    """Raises Problem for the first line that Re-Leased has no form for, naming it."""
    for line in lines:
        kind = kind_of(line)
        if kind in REFUSED:
            raise Problem(REFUSED[kind], bundle=_bundle(line), line=words_of(line))


def words_of(line: Body) -> str:
    """A line as a person would point at it: "“Fee for arranging” of 50.00"."""
    text = " ".join(str(line.get("Description") or "").split())
    figure = formatted(amount(line.get("Amount"), "line amount"))
    return f"“{text[:60]}” of {figure}" if text else f"the line of {figure}"


def detail_of(line: Body) -> Mapping[str, Any]:
    detail = line.get(str(line.get("DetailType") or ""))
    return detail if isinstance(detail, Mapping) else {}


def _bundle(line: Body) -> str:
    value = detail_of(line).get("GroupItemRef")
    otherwise = "of several products"
    return str(value.get("name") or value.get("value") or otherwise) if isinstance(value, Mapping) else otherwise
