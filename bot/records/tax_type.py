"""Tax types: QuickBooks TaxCodes, with the sum of their rates, come in as the tax types of Re-Leased."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from bot.core.content import pick
from bot.core.model import Direction, Outcome, RecordType
from bot.core.money import ZERO, decimal, text
from bot.core.spec import Body, Facts, Lookup, Problem, RecordSpec
from bot.records.account import never_sent
from bot.records.names import is_active, normalised, reference, shown

RATES = "_rates"  # joined in when the codes are read: {"sales": [{"id", "rate"}], "purchase": [...]}


def with_rates(code: Mapping[str, Any], rates: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A TaxCode with the values of the TaxRates that it names, so that it can be read alone."""
    values = {str(rate.get("Id")): decimal(rate.get("RateValue")) for rate in rates}
    joined: dict[str, list[dict[str, Any]]] = {}
    for use, name in (("sales", "SalesTaxRateList"), ("purchase", "PurchaseTaxRateList")):
        details = (code.get(name) or {}).get("TaxRateDetail") or []
        ids = [reference(detail, "TaxRateRef") for detail in details]
        joined[use] = [{"id": id_, "rate": values.get(id_, ZERO)} for id_ in ids if id_]
    return {**code, RATES: joined}


def rates_of(code: Body, use: str) -> list[tuple[str, Decimal]]:
    """(TaxRate id, percent) of a code, for "sales" or "purchase"; a code with rates for one use only serves both."""
    joined = code.get(RATES) or {}
    found = joined.get(use) or joined.get("sales" if use == "purchase" else "purchase") or []
    return [(str(rate["id"]), decimal(rate["rate"])) for rate in found]


def percent(code: Body, use: str = "sales") -> Decimal:
    return sum((rate for _, rate in rates_of(code, use)), ZERO)


def check_external(entity: str, body: Body, facts: Facts, lookup: Lookup) -> None:
    if not is_active(body):
        raise Problem("not-imported", outcome=Outcome.SKIPPED)


def to_released(entity: str, body: Body, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    return {"name": shown(body.get("Name")), "rate": text(percent(body)), "archived": not is_active(body)}


def same(released: Body, entity: str, external: Body, lookup: Lookup) -> int:
    alike = normalised(released.get("name")) == normalised(external.get("Name"))
    return 3 if alike and text(released.get("rate")) == text(percent(external)) else 0


SPEC = RecordSpec(
    type=RecordType.TAX_TYPE,
    collection="tax-types",
    entities=("TaxCode",),
    directions=frozenset({Direction.INCOMING}),
    entities_of=lambda body: ("TaxCode",),
    released_name=lambda body: str(body.get("name") or ""),
    external_name=lambda entity, body: shown(body.get("Name")),
    released_content=lambda body: pick(body, ("name", "rate", "archived")),
    external_content=lambda entity, body: {**pick(body, ("Name", RATES)), "Active": is_active(body)},
    released_keys=lambda body: {f"name:{normalised(body.get('name'))}"},
    external_keys=lambda entity, body: {f"name:{normalised(body.get('Name'))}"},
    references=lambda body: (),
    external_references=lambda entity, body: (),
    same=same,
    check=lambda body, facts: None,
    check_external=check_external,
    to_quickbooks=never_sent,
    to_released=to_released,
    released_gone=lambda body: bool(body.get("archived")),
    external_gone=lambda entity, body: not is_active(body),
    amount=lambda body: None,
    external_amount=lambda entity, body: None,
)
