"""Tracking options: QuickBooks Classes (one per property) come in as the tracking options of Re-Leased.

Re-Leased's own set-up page puts the classes of properties under a parent, "Property"; here they have plain names.
"""

from typing import Any

from bot.core.content import pick
from bot.core.model import Direction, RecordType
from bot.core.spec import Body, Facts, Lookup, Nearness, RecordSpec
from bot.records.fields import full_names
from bot.records.fields.names import is_active
from bot.records.tax_type import check_external


def name_of(entity: str, body: Body) -> str:
    return full_names.shown_in_full(body.get("FullyQualifiedName") or body.get("Name"))


def to_released(entity: str, body: Body, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    return {"name": name_of(entity, body), "archived": not is_active(body)}


def keep_released(wanted: dict[str, Any], released: Body, entity: str, lookup: Lookup) -> dict[str, Any]:
    """A plain name in Re-Leased stays plain."""
    return full_names.kept_plain(wanted, released)


def nearness(released: Body, entity: str, external: Body) -> Nearness:
    return (
        full_names.nearness(released.get("name"), name_of(entity, external)) if is_active(external) else Nearness.NONE
    )


def same(released: Body, entity: str, external: Body, lookup: Lookup) -> int:
    """3 = called so in full, or by its own name alone; which of them it is then, is weighed among all (`nearness`)."""
    return 3 if nearness(released, entity, external) else 0


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
    released_keys=lambda body: full_names.released_keys(body.get("name")),
    external_keys=lambda entity, body: full_names.external_keys(name_of(entity, body)),
    search_keys=lambda entity, body: full_names.search_keys(name_of(entity, body)),
    released_search_keys=lambda body: full_names.released_search_keys(body.get("name")),
    same=same,
    nearness=nearness,
    keep_released=keep_released,
    check_external=check_external,
    to_released=to_released,
    released_gone=lambda body: bool(body.get("archived")),
    external_gone=lambda entity, body: not is_active(body),
)
