"""What must be so before a record may cross: its parents stand, its period is open, both sides come to the same."""

from collections.abc import Sequence
from typing import Any

from bot.core.answers.shape import marks_of
from bot.core.model import MirrorRecord, Outcome, RecordRef, Side
from bot.core.money import ZERO, text
from bot.core.planning.steps import Parent, ParentState, Situation, Slot
from bot.core.spec import Facts, Problem, RecordSpec
from bot.core.totals import Totals, differ, difference, words

UNREADABLE = "unreadable-record"
SYSTEMS = {Side.RELEASED: "Re-Leased", Side.QUICKBOOKS: "QuickBooks"}
HOLDING_UP = (ParentState.UNLINKED, ParentState.FAILING, ParentState.OUTSIDE, ParentState.ABSENT)


def refuse_unreadable(*both: MirrorRecord | None) -> None:
    """Raises Problem when a side gave a value that cannot be read: nothing is made of what is left of the record."""
    for record in both:
        if record is not None and not record.deleted and (marks := marks_of(record.body)):
            raise Problem(UNREADABLE, system=SYSTEMS[record.side], said=marks[0], more=_others(marks))


def _others(marks: Sequence[str]) -> str:
    return f"Also: {'; '.join(marks[1:])}." if len(marks) > 1 else ""


def require_parents(
    parents: tuple[Parent, ...], spec: RecordSpec, states: tuple[ParentState, ...] = HOLDING_UP
) -> None:
    """Raises Problem for the first parent that holds this record up, the unlinked ones first."""
    for state in states:
        for parent in parents:
            if parent.state is not state:
                continue
            if parent.ref.type in spec.optional_parents and state in (ParentState.OUTSIDE, ParentState.ABSENT):
                continue
            if parent.ref.type in spec.stays_out_with and state in (ParentState.OUTSIDE, ParentState.ABSENT):
                raise Problem("part-stays-out", outcome=Outcome.SKIPPED, parent=parent.name)
            code = {ParentState.UNLINKED: "unlinked-parent", ParentState.FAILING: "failing-parent"}.get(
                state, "missing-parent"
            )
            what = f"{str(parent.ref.type).replace('-', ' ')} {parent.name} ({parent.ref.key})"
            raise Problem(code, parent.root or parent.ref, Outcome.WAITING, parent=what)


INACTIVE = {
    **{"Item": "inactive-product", "Account": "inactive-account", "TaxCode": "inactive-tax-code"},
    **{"Class": "inactive-class", "Customer": "archived-contact", "Vendor": "archived-contact"},
}
"""Each list of QuickBooks has its own words and its own way in the menus: rows of faults.toml."""
TAKES_NOTHING = "QuickBooks takes nothing new for one that is inactive"
NOT_BROUGHT = "Inactive ones are not brought to Re-Leased"


def refuse_inactive(spec: RecordSpec, situation: Situation, released: MirrorRecord) -> None:
    """QuickBooks takes nothing new for what is inactive there, so it is not asked.

    Errors 610 and 6250: https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting/error-codes
    """
    for reference in spec.references(released.body):
        ref, lookup = reference.ref, situation.lookup
        for entity in (reference.entity,) if reference.entity else INACTIVE:
            id_ = lookup.external.get((ref.type, ref.key, entity), "")
            if id_ and lookup.bodies.get((entity, id_), {}).get("Active") is False:
                name = next((parent.name for parent in situation.parents if parent.ref == ref), ref.key)
                raise _inactive(entity, ref, name, TAKES_NOTHING, Outcome.FAILED)


def refuse_outside(spec: RecordSpec, situation: Situation, slot: Slot) -> None:
    """What comes in may name what stays out by its nature: said by kind, since it will never have a partner."""
    for parent in slot.parents:
        if parent.state not in (ParentState.OUTSIDE, ParentState.ABSENT) or parent.ref.external is None:
            continue
        if parent.ref.type in spec.optional_parents or parent.ref.type in spec.stays_out_with:
            continue
        entity, body = parent.ref.external[0], situation.lookup.bodies.get(parent.ref.external)
        if body is not None and body.get("Active") is False and entity in INACTIVE:
            raise _inactive(entity, parent.ref, parent.name, NOT_BROUGHT, Outcome.WAITING)
        kind = str((body or {}).get("AccountType" if entity == "Account" else "Type") or "")
        if body is not None and kind and entity in ("Account", "Item"):
            code = "account-kind-outside" if entity == "Account" else "product-kind-outside"
            raise Problem(code, parent.ref, Outcome.WAITING, name=parent.name, kind=kind)


def _inactive(entity: str, ref: RecordRef, name: str, because: str, outcome: Outcome) -> Problem:
    parent = f"{str(ref.type).replace('-', ' ')} {name} ({ref.key})"
    return Problem(INACTIVE[entity], ref, outcome, parent=parent, name=name, because=because)


def require_equal_totals(
    spec: RecordSpec, slot: Slot, released: MirrorRecord, external: MirrorRecord, facts: Facts
) -> None:
    """Both sides took it, and still they may disagree by a rounding of tax: that stays a failure until it is mended."""
    if spec.released_gone(released.body) or spec.external_gone(slot.entity, external.body):
        return
    if not totals_differ(spec, slot, released, external, facts):
        return
    ours, theirs = _both_totals(spec, slot, released, external)
    if ours is None or theirs is None:
        return
    raise Problem("totals-differ", more=words(ours, theirs), difference=text(difference(ours, theirs)))


def totals_differ(spec: RecordSpec, slot: Slot, released: MirrorRecord, external: MirrorRecord, facts: Facts) -> bool:
    """Whether net, tax or gross is not the same on both sides; the tax of an open document may be QuickBooks' own."""
    ours, theirs = _both_totals(spec, slot, released, external)
    is_open = released.body.get("status") == "approved"
    return differ(ours, theirs, is_open and slot.entity in facts.taxed_there)


def _both_totals(
    spec: RecordSpec, slot: Slot, released: MirrorRecord, external: MirrorRecord
) -> tuple[Totals | None, Totals | None]:
    if spec.totals is not None and spec.external_totals is not None:
        return spec.totals(released.body), spec.external_totals(slot.entity, external.body)
    ours, theirs = spec.amount(released.body), spec.external_amount(slot.entity, external.body)
    if ours is None or theirs is None:
        return None, None
    return Totals(ours, ZERO, ours), Totals(theirs, ZERO, theirs)


def refuse_closed(spec: RecordSpec, facts: Facts, *dates: Any) -> None:
    """Closed periods are untouched: neither the new date nor the old one may lie in them."""
    if facts.close_date is None or not spec.dates[0]:
        return
    for value in dates:
        if value and str(value)[:10] <= facts.close_date.isoformat():
            raise Problem("closed-period", closing_date=facts.close_date.isoformat(), date=str(value)[:10])
