"""Tax types: QuickBooks TaxCodes, with the sum of their rates, come in as the tax types of Re-Leased."""

from typing import Any

from bot.core.content import pick
from bot.core.model import Direction, Outcome, RecordType
from bot.core.money import text
from bot.core.spec import Body, Facts, Lookup, Problem, RecordSpec
from bot.records.fields.names import is_active, normalised, shown
from bot.records.fields.rates import RATES, percent


def check_external(entity: str, body: Body, facts: Facts, lookup: Lookup) -> None:
    if not is_active(body):
        raise Problem("not-imported", outcome=Outcome.SKIPPED)


def to_released(entity: str, body: Body, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    return {"name": shown(body.get("Name")), "rate": text(percent(body)), "archived": not is_active(body)}


def same(released: Body, entity: str, external: Body, lookup: Lookup) -> int:
    alike = normalised(released.get("name")) == normalised(external.get("Name"))
    is_rate = released.get("rate") in (None, "") or text(released.get("rate")) == text(percent(external))
    return 3 if alike and is_rate else 0


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
    same=same,
    check_external=check_external,
    to_released=to_released,
    released_gone=lambda body: bool(body.get("archived")),
    external_gone=lambda entity, body: not is_active(body),
)
