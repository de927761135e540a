"""Tracking options: QuickBooks Classes (one per property) come in as the tracking options of Re-Leased."""

from typing import Any

from bot.core.content import pick
from bot.core.model import Direction, RecordType
from bot.core.spec import Body, Facts, Lookup, RecordSpec
from bot.records.fields.names import is_active, normalised, shown
from bot.records.tax_type import check_external


def name_of(entity: str, body: Body) -> str:
    return shown(body.get("FullyQualifiedName") or body.get("Name"))


def to_released(entity: str, body: Body, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    return {"name": name_of(entity, body), "archived": not is_active(body)}


def same(released: Body, entity: str, external: Body, lookup: Lookup) -> int:
    return 3 if normalised(released.get("name")) == normalised(name_of(entity, external)) else 0


SPEC = RecordSpec(
    type=RecordType.TRACKING_OPTION,
    collection="tracking-options",
    entities=("Class",),
    directions=frozenset({Direction.INCOMING}),
    entities_of=lambda body: ("Class",),
    released_name=lambda body: str(body.get("name") or ""),
    external_name=name_of,
    released_content=lambda body: pick(body, ("name", "archived")),
    external_content=lambda entity, body: {"name": name_of(entity, body), "Active": is_active(body)},
    released_keys=lambda body: {f"name:{normalised(body.get('name'))}"},
    external_keys=lambda entity, body: {f"name:{normalised(name_of(entity, body))}"},
    same=same,
    check_external=check_external,
    to_released=to_released,
    released_gone=lambda body: bool(body.get("archived")),
    external_gone=lambda entity, body: not is_active(body),
)
