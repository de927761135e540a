"""Sales and purchase tax of a document: from its lines and tax codes, or as the client states it within a few cents.

Model: https://developer.intuit.com/app/developer/qbo/docs/workflows/manage-sales-tax-for-non-us-locales
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.links import ZERO
from bot.sandbox.quickbooks.books.schema import Record

CENT = Decimal("0.01")
TOLERANCE = Decimal("0.05")
"""QuickBooks accepts a tax amount that differs from its own by rounding."""

US_CODES = ("TAX", "NON")


@dataclass(frozen=True)
class TaxBasis:
    """`mode` is GlobalTaxCalculation; `sales` or purchases; `day` (ISO) is the document's date, whose rates hold."""

    mode: str
    sales: bool
    day: str


RATE_LISTS = {True: "SalesTaxRateList", False: "PurchaseTaxRateList"}


@dataclass(frozen=True)
class TaxedLine:
    """`gross` is what the client said the line is worth with tax, when prices include it."""

    net: Decimal
    tax_code: str | None
    gross: Decimal | None = None


@dataclass(frozen=True)
class RateSum:
    """What the document's lines owe under one tax rate, at its percentage on the document's date."""

    rate: Record
    percent: Decimal
    net: Decimal
    tax: Decimal


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def tax_detail(books: Books, lines: Sequence[TaxedLine], basis: TaxBasis, stated: Record | None) -> Record | None:
    """TxnTaxDetail, or None for no tax. `stated` is the client's TxnTaxDetail.

    Raises Refusal 6000, 6100, 6170 or 6470.
    """
    if books.is_us:
        return _us_detail(books, lines, basis, stated) if basis.sales else None
    if basis.mode == "NotApplicable":
        if stated:
            raise faults.refuse("6170", "Invalid TxnTaxDetail : not allowed when GlobalTaxCalculation is NotApplicable")
        return None
    sums = _sums(books, lines, basis)
    return _detail(_stated(sums, stated) if stated else sums)


def gross_of(books: Books, line: TaxedLine, basis: TaxBasis) -> Decimal:
    """What a line costs with tax, rounded to the cent."""
    rates = _rates(books, line.tax_code, basis.sales) if line.tax_code else []
    return line.net + sum((cents(line.net * percent_on(rate, basis.day) / 100) for rate in rates), ZERO)


def percent_on(rate: Record, day: str) -> Decimal:
    """The percentage of a tax rate that holds on a day (ISO), which its EffectiveTaxRate list tells.

    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/taxrate (EffectiveTaxRate)
    """
    for period in rate.get("EffectiveTaxRate", ()):
        if str(period["EffectiveDate"])[:10] <= day <= str(period.get("EndDate") or day)[:10]:
            return Decimal(period["RateValue"])
    return Decimal(rate["RateValue"])


def require_code(books: Books, code: str | None) -> None:
    """Raises Refusal 6000 for a line without a tax code, 6100 for a code that a US line cannot have."""
    if books.is_us:
        if code is not None and code not in US_CODES:
            raise faults.refuse("6100", f"Invalid Line TaxCode. Specify TAX or NON. Supplied value:{code}")
    elif code is None:
        name = "VAT" if books.country in ("GB", "UK") else "GST/HST"
        raise faults.business(f"Make sure all your transactions have a {name} rate before you save.")


def _sums(books: Books, lines: Sequence[TaxedLine], basis: TaxBasis) -> list[RateSum]:
    by_rate: dict[str, RateSum] = {}
    for line in lines:
        rates = _rates(books, line.tax_code, basis.sales) if line.tax_code else []
        for rate in rates:
            known = by_rate.get(rate["Id"], RateSum(rate, percent_on(rate, basis.day), ZERO, ZERO))
            by_rate[rate["Id"]] = replace(known, net=known.net + line.net)
    sums = [replace(one, tax=cents(one.net * one.percent / 100)) for one in by_rate.values()]
    return _from_gross(lines, sums) if basis.mode == "TaxInclusive" else sums


def _from_gross(lines: Sequence[TaxedLine], sums: list[RateSum]) -> list[RateSum]:
    """With prices that include tax, the tax is what the gross amounts leave over the net ones."""
    told = [line for line in lines if line.gross is not None]
    if len(told) != len([line for line in lines if line.tax_code]) or not sums:
        return sums
    difference = sum((line.gross - line.net for line in told if line.gross is not None), ZERO)
    difference -= sum((one.tax for one in sums), ZERO)
    if abs(difference) > TOLERANCE * max(1, len(told)):
        raise faults.business("The amounts including tax do not agree with the amounts of the lines and their tax.")
    largest = max(range(len(sums)), key=lambda position: abs(sums[position].tax))
    sums[largest] = replace(sums[largest], tax=sums[largest].tax + difference)
    return sums


def _rates(books: Books, code: str, sales: bool) -> list[Record]:
    tax_code = books.tables["TaxCode"][code]
    listed = _listed(tax_code, sales)
    if not listed and _listed(tax_code, not sales):
        kind = "sales" if sales else "purchases"
        raise faults.refuse("6470", f"The tax code {code} is not for {kind}, or has no tax rate.")
    return [books.tables["TaxRate"][detail["TaxRateRef"]["value"]] for detail in listed]


def _listed(tax_code: Record, sales: bool) -> list[Record]:
    return list((tax_code.get(RATE_LISTS[sales]) or {}).get("TaxRateDetail", ()))


def _stated(sums: list[RateSum], stated: Record) -> list[RateSum]:
    """The client's amounts, rate by rate or as one total, if they are within the tolerance of our own."""
    told = {
        line["TaxLineDetail"]["TaxRateRef"]["value"]: line.get("Amount", ZERO)
        for line in stated.get("TaxLine", ())
        if "TaxRateRef" in line.get("TaxLineDetail", {})
    }
    if not sums and stated.get("TotalTax"):
        raise faults.business("No line of this transaction carries tax.", "TxnTaxDetail")
    unknown = [rate for rate in told if told[rate] and rate not in {one.rate["Id"] for one in sums}]
    if unknown:
        raise faults.business(f"No line of this transaction uses the tax rate {unknown[0]}.", "TxnTaxDetail")
    if not told and sums and stated.get("TotalTax") is not None:
        rest = sum((one.tax for one in sums[1:]), ZERO)
        told = {sums[0].rate["Id"]: stated["TotalTax"] - rest}
    result = []
    for one in sums:
        tax = told.get(one.rate["Id"], one.tax)
        if abs(tax - one.tax) > TOLERANCE:
            detail = f"The tax amount {tax} differs too much from the calculated tax {one.tax}."
            raise faults.business(detail, "TxnTaxDetail")
        result.append(replace(one, tax=tax))
    return result


def _detail(sums: Sequence[RateSum]) -> Record:
    lines = [
        {
            "Amount": one.tax,
            "DetailType": "TaxLineDetail",
            "TaxLineDetail": {
                "TaxRateRef": {"value": one.rate["Id"]},
                "PercentBased": True,
                "TaxPercent": one.percent,
                "NetAmountTaxable": one.net,
            },
        }
        for one in sums
    ]
    total = sum((one.tax for one in sums), ZERO)
    return {"TotalTax": total, "TaxLine": lines} if lines else {"TotalTax": ZERO}


def _us_detail(books: Books, lines: Sequence[TaxedLine], basis: TaxBasis, stated: Record | None) -> Record:
    """Intuit computes US sales tax itself, on the lines marked TAX; an amount from the client has no effect."""
    taxable = sum((line.net for line in lines if line.tax_code == "TAX"), ZERO)
    default = books.preference("TaxPrefs", "TaxGroupCodeRef")
    code = (stated or {}).get("TxnTaxCodeRef") or default
    if not taxable or code is None:
        return {"TotalTax": ZERO}
    percents = [(rate, percent_on(rate, basis.day)) for rate in _rates(books, code["value"], sales=True)]
    sums = [RateSum(rate, percent, taxable, cents(taxable * percent / 100)) for rate, percent in percents]
    return {"TxnTaxCodeRef": {"value": code["value"]}, **_detail(sums)}
