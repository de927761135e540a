"""TxnTaxDetail: Re-Leased's own tax amounts go out with a document, so that both ledgers show the same cents."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bot.core.model import RecordType
from bot.core.money import ZERO, cents, decimal, share
from bot.core.spec import Body, Lookup
from bot.records.fields.rates import rates_of


def tax_detail(lines: Sequence[Body], sales: bool, lookup: Lookup) -> dict[str, Any]:
    """One TaxLine a rate, shared out where a code has several; they add up to TotalTax.

    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice (TxnTaxDetail)
    """
    per_rate: dict[str, tuple[Decimal, Decimal, Decimal]] = {}
    for code_id, net, tax in _by_code(lines, lookup):
        code = lookup.bodies.get(("TaxCode", code_id), {})
        rates = rates_of(code, "sales" if sales else "purchase")
        parts = _parts(net, tax, [rate for _, rate in rates])
        for (rate_id, rate), part in zip(rates, parts, strict=True):
            _, net_before, tax_before = per_rate.get(rate_id, (rate, ZERO, ZERO))
            per_rate[rate_id] = (rate, net_before + net, tax_before + part)
    total = sum((decimal(line.get("taxAmount")) for line in lines), ZERO)
    tax_lines = [_tax_line(rate_id, *figures) for rate_id, figures in per_rate.items()]
    return {"TotalTax": total, **({"TaxLine": tax_lines} if tax_lines else {})}


def _parts(net: Decimal, tax: Decimal, rates: Sequence[Decimal]) -> list[Decimal]:
    """The tax of each rate. Rates of both signs (reverse charge: +15 and -15) make their own amounts, which cancel out;
    the largest takes what rounding leaves.
    """
    if not any(rate < ZERO for rate in rates):
        return share(tax, rates)
    parts = [cents(net * rate / 100) for rate in rates]
    largest = max(range(len(rates)), key=lambda place: abs(rates[place]))
    parts[largest] += tax - sum(parts, ZERO)
    return parts


def _by_code(lines: Sequence[Body], lookup: Lookup) -> list[tuple[str, Decimal, Decimal]]:
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for line in lines:
        code = lookup.external.get((RecordType.TAX_TYPE, str(line.get("taxTypeId") or ""), "TaxCode"), "")
        net, tax = sums.get(code, (ZERO, ZERO))
        sums[code] = (net + decimal(line.get("netAmount")), tax + decimal(line.get("taxAmount")))
    return [(code, net, tax) for code, (net, tax) in sums.items() if code]


def _tax_line(rate_id: str, percent: Decimal, net: Decimal, tax: Decimal) -> dict[str, Any]:
    return {
        "Amount": tax,
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {
            "TaxRateRef": {"value": rate_id},
            "PercentBased": True,
            "TaxPercent": percent,
            "NetAmountTaxable": net,
        },
    }
