"""Accounts: QuickBooks Items and expense Accounts come in as the sales and purchase accounts of Re-Leased.

Both may stand under a parent: a sub-account below its account, an item in a category, which is no item itself.
"""

from typing import Any

from bot.core.content import pick
from bot.core.model import Direction, Outcome, RecordType
from bot.core.spec import Body, Facts, Lookup, Nearness, Problem, RecordSpec
from bot.records.fields import full_names
from bot.records.fields.names import is_active, reference

ITEM_TYPES = ("Service", "NonInventory")
ACCOUNT_TYPES = ("Expense", "Cost of Goods Sold", "Other Expense")
KIND_OF = {"Item": "sales", "Account": "purchase"}


def entities_of(body: Body) -> tuple[str, ...]:
    return ("Item",) if body.get("kind") == "sales" else ("Account",)


def name_of(entity: str, body: Body) -> str:
    return full_names.shown_in_full(body.get("FullyQualifiedName") or body.get("Name"))


def number_of(body: Body) -> str:
    """What people number it by in QuickBooks, "" where they do not."""
    return str(body.get("AcctNum") or body.get("Sku") or "").strip()


def external_content(entity: str, body: Body) -> Any:
    fields = ("Name", "FullyQualifiedName", "AcctNum", "Sku", "Active", "Type", "AccountType", "IncomeAccountRef.value")
    return pick({**body, "Active": is_active(body)}, fields)


def comes_in(entity: str, body: Body) -> bool:
    if entity == "Item":
        kind_fits = body.get("Type") in ITEM_TYPES and bool(reference(body, "IncomeAccountRef"))
    else:
        kind_fits = body.get("AccountType") in ACCOUNT_TYPES
    return kind_fits and is_active(body)


def check_external(entity: str, body: Body, facts: Facts, lookup: Lookup) -> None:
    if not comes_in(entity, body):
        raise Problem("not-imported", outcome=Outcome.SKIPPED)


def to_released(entity: str, body: Body, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    code = number_of(body) or str(body.get("Id"))
    return {"code": code, "name": name_of(entity, body), "kind": KIND_OF[entity], "archived": not is_active(body)}


def keep_released(wanted: dict[str, Any], released: Body, entity: str, lookup: Lookup) -> dict[str, Any]:
    """A plain name in Re-Leased stays plain, and its code stays where QuickBooks has no number for it."""
    id_ = lookup.external.get((RecordType.ACCOUNT, str(released.get("id")), entity), "")
    there = lookup.bodies.get((entity, id_))
    kept = full_names.kept_plain(wanted, released)
    if there is not None and not number_of(there) and released.get("code"):
        kept.pop("code", None)
    return kept


def nearness(released: Body, entity: str, external: Body) -> Nearness:
    """The number tells accounts apart before their names do; alone it proves nothing."""
    if released.get("kind") not in (None, "", KIND_OF[entity]) or not comes_in(entity, external):
        return Nearness.NONE
    by_name = full_names.nearness(released.get("name"), name_of(entity, external))
    code = str(released.get("code") or "").strip().casefold()
    if not code or code != number_of(external).casefold():
        return by_name
    return Nearness.NUMBER_AND_NAME if by_name else Nearness.NUMBER


def same(released: Body, entity: str, external: Body, lookup: Lookup) -> int:
    """3 = called so, in full or by its own name alone, 1 = only numbered so; all of them are weighed (`nearness`)."""
    near = nearness(released, entity, external)
    return 3 if near > Nearness.NUMBER else int(near)


def released_keys(body: Body) -> set[str]:
    return full_names.released_keys(body.get("name")) | {_numbered(body.get("code"))}


def external_keys(entity: str, body: Body) -> set[str]:
    return full_names.external_keys(name_of(entity, body)) | {_numbered(number_of(body))}


def search_keys(entity: str, body: Body) -> set[str]:
    return full_names.search_keys(name_of(entity, body)) | {_numbered(number_of(body))}


def released_search_keys(body: Body) -> set[str]:
    return full_names.released_search_keys(body.get("name")) | {_numbered(body.get("code"))}


def _numbered(number: Any) -> str:
    return f"number:{str(number or '').strip().casefold()}"


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
    released_keys=released_keys,
    external_keys=external_keys,
    search_keys=search_keys,
    released_search_keys=released_search_keys,
    same=same,
    nearness=nearness,
    keep_released=keep_released,
    check_external=check_external,
    to_released=to_released,
    released_gone=lambda body: bool(body.get("archived")),
    external_gone=lambda entity, body: not is_active(body),
)
