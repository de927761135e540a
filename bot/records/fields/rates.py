"""The rates of a QuickBooks TaxCode: joined into it when it is read, and read from it, in percent."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from bot.core.answers.shape import marked
from bot.core.money import ZERO, decimal
from bot.core.spec import Body
from bot.records.fields.names import reference

RATES = "_rates"  # joined in when the codes are read: {"sales": [{"id", "rate"}], "purchase": [...]}


def with_rates(code: Mapping[str, Any], rates: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A TaxCode with the values of the TaxRates that it names, so that it can be read alone; marked where one lacks."""
    values = {str(rate.get("Id")): decimal(rate["RateValue"]) for rate in rates if "RateValue" in rate}
    unknown: list[str] = []
    joined: dict[str, list[dict[str, Any]]] = {}
    for use, name in (("sales", "SalesTaxRateList"), ("purchase", "PurchaseTaxRateList")):
        details = (code.get(name) or {}).get("TaxRateDetail") or []
        ids = [reference(detail, "TaxRateRef") for detail in details]
        joined[use] = [{"id": id_, "rate": values.get(id_, ZERO)} for id_ in ids if id_]
        unknown += [f"{name} names the rate {id_}, whose RateValue is missing" for id_ in ids if id_ not in values]
    return marked({**code, RATES: joined}, unknown)


def rates_of(code: Body, use: str) -> list[tuple[str, Decimal]]:
    """(TaxRate id, percent) of a code, for "sales" or "purchase"; a code with rates for one use only serves both."""
    joined = code.get(RATES) or {}
    found = joined.get(use) or joined.get("sales" if use == "purchase" else "purchase") or []
    return [(str(rate["id"]), decimal(rate["rate"])) for rate in found]


def percent(code: Body, use: str = "sales") -> Decimal:
    return sum((rate for _, rate in rates_of(code, use)), ZERO)
