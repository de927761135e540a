"""Accounts: QuickBooks Items and expense Accounts come in as the sales and purchase accounts of Re-Leased."""

from typing import Any

from bot.core.content import pick
from bot.core.model import Direction, Outcome, RecordType
from bot.core.spec import Body, Facts, Lookup, Problem, RecordSpec
from bot.records.fields.names import is_active, normalised, reference, shown

ITEM_TYPES = ("Service", "NonInventory")
ACCOUNT_TYPES = ("Expense", "Cost of Goods Sold", "Other Expense")
KIND_OF = {"Item": "sales", "Account": "purchase"}


def entities_of(body: Body) -> tuple[str, ...]:
    return ("Item",) if body.get("kind") == "sales" else ("Account",)


def name_of(entity: str, body: Body) -> str:
    return shown(body.get("FullyQualifiedName") or body.get("Name"))


def external_content(entity: str, body: Body) -> Any:
    fields = ("Name", "FullyQualifiedName", "AcctNum", "Sku", "Active", "Type", "AccountType", "IncomeAccountRef.value")
    return pick({**body, "Active": is_active(body)}, fields)


def check_external(entity: str, body: Body, facts: Facts, lookup: Lookup) -> None:
    if entity == "Item":
        taken = body.get("Type") in ITEM_TYPES and bool(reference(body, "IncomeAccountRef"))
    else:
        taken = body.get("AccountType") in ACCOUNT_TYPES
    if not taken or not is_active(body):
        raise Problem("not-imported", outcome=Outcome.SKIPPED)


def to_released(entity: str, body: Body, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    code = body.get("AcctNum") or body.get("Sku") or body.get("Id")
    return {"code": str(code), "name": name_of(entity, body), "kind": KIND_OF[entity], "archived": not is_active(body)}


def same(released: Body, entity: str, external: Body, lookup: Lookup) -> int:
    alike = normalised(released.get("name")) == normalised(name_of(entity, external))
    return 3 if alike and released.get("kind") == KIND_OF[entity] else 0


SPEC = RecordSpec(
    type=RecordType.ACCOUNT,
    collection="accounts",
    entities=("Item", "Account"),
    directions=frozenset({Direction.INCOMING}),
    entities_of=entities_of,
    released_name=lambda body: str(body.get("name") or ""),
    external_name=name_of,
    released_content=lambda body: pick(body, ("code", "name", "kind", "archived")),
    external_content=external_content,
    released_keys=lambda body: {f"name:{normalised(body.get('name'))}"},
    external_keys=lambda entity, body: {f"name:{normalised(name_of(entity, body))}"},
    same=same,
    check_external=check_external,
    to_released=to_released,
    released_gone=lambda body: bool(body.get("archived")),
    external_gone=lambda entity, body: not is_active(body),
)
