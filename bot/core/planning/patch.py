"""What Re-Leased must take over from QuickBooks: fields that moved there, not those that lost detail on the way."""

from collections.abc import Mapping
from typing import Any

from bot.core.content import contains
from bot.core.one_sided import with_kept
from bot.core.planning.steps import ParentState, Situation, Slot
from bot.core.spec import Facts, Lookup, Problem, RecordSpec
from bot.core.totals import words

FIXED_ONCE_APPROVED = ("kind", "contactId")
GIVEN_ON_CREATION = ("status", "roles", "ownerType", "ownerId", "contentType", "size")


def patch_for(spec: RecordSpec, situation: Situation, slot: Slot, facts: Facts) -> dict[str, Any]:
    """Re-Leased fields and their new values; empty when both sides say the same already.

    Raises Problem when Re-Leased would refuse them, or when what QuickBooks says is incomplete.
    """
    current, external = _bodies(situation, slot)
    wanted = spec.to_released(slot.entity, external, situation.lookup, facts)
    if wanted.get("archived"):
        if not all(one.external and spec.external_gone(one.entity, one.external.body) for one in situation.slots):
            return {}  # the contact lives on in its other role
        wanted = {"archived": True}  # an archived name changes in nothing else
    if slot.link is not None and not slot.link.agreed:
        wanted = with_kept(spec.optional_fields, wanted, current, external)
    if spec.keep_released is not None:
        wanted = spec.keep_released(wanted, current, slot.entity, situation.lookup)
    held = _as_held(spec, situation, slot, facts)
    patch = {
        key: value
        for key, value in wanted.items()
        if key not in GIVEN_ON_CREATION
        and not contains(current.get(key), value)
        and not (key in held and contains(held[key], value))
    }
    _refuse_fixed(spec, slot.entity, current, external, patch)
    return patch


def _as_held(spec: RecordSpec, situation: Situation, slot: Slot, facts: Facts) -> Mapping[str, Any]:
    """What QuickBooks would send back if it held just what Re-Leased says: shortened, or with fewer details."""
    current, _ = _bodies(situation, slot)
    if spec.as_held is None or any(parent.state is not ParentState.READY for parent in situation.parents):
        return {}
    lookup = situation.lookup
    back = {(entity, external_id): released_id for (_, released_id, entity), external_id in lookup.external.items()}
    try:
        held = spec.as_held(current, slot.entity, lookup, facts)
        return spec.to_released(
            slot.entity, held, Lookup(lookup.external, back, lookup.bodies, suffixes=lookup.suffixes), facts
        )
    except Problem:
        return {}  # it could not go out as it stands, so nothing of it came back either


def _refuse_fixed(
    spec: RecordSpec, entity: str, current: Mapping[str, Any], external: Mapping[str, Any], patch: Mapping[str, Any]
) -> None:
    """Raises Problem with the figures of both sides, so that a person can see what has to be entered by hand."""
    fixed = [key for key in FIXED_ONCE_APPROVED if key in patch]
    refused = current.get("status") == "paid" and spec.editable_when_paid and set(patch) - spec.editable_when_paid
    if not fixed and not refused:
        return
    changed = ", ".join(sorted(fixed or set(patch)))
    figures = ""
    if spec.totals is not None and spec.external_totals is not None:
        figures = f" {words(spec.totals(current), spec.external_totals(entity, external))}"
    code = "released-refused" if fixed else "paid-document-changed"
    raise Problem(code, more=f"Changed in QuickBooks: {changed}.{figures}", field=changed)


def _bodies(situation: Situation, slot: Slot) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if situation.released is None or slot.external is None:
        raise ValueError(f"{situation.ref} is not paired")
    return situation.released.body, slot.external.body
