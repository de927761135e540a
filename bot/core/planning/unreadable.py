"""Holds back what depends on a kind of record that could not be read: nothing is concluded from what nobody saw."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.core.model import Outcome, RecordRef
from bot.core.money import NotMoney
from bot.core.planning.step_values import report_for
from bot.core.planning.steps import InSync, Report, Situation, Slot, Step
from bot.core.spec import Facts, Lookup, Problem, RecordSpec, Reference
from bot.core.unreadable import UnreadableKind

SAID_OF_OTHERS = frozenset({"paid-before-sync-from", "part-stays-out"})
"""What a record is left out for that its own body does not show: the unread one may say otherwise."""


def hold_unread(
    spec: RecordSpec,
    situation: Situation,
    steps: Sequence[Step],
    unread: Sequence[UnreadableKind],
    facts: Facts,
) -> list[Step]:
    """The steps, or one report that this record waits. What stays out by itself or is in sync needs no waiting."""
    if all(_needs_nothing(step) for step in steps):
        return list(steps)
    kind = depends_on(spec, situation, unread, facts)
    return list(steps) if kind is None else [waits_for(spec, situation, kind)]


def waits_for(spec: RecordSpec, situation: Situation, kind: UnreadableKind) -> Report:
    slot = situation.slots[0] if situation.slots else Slot("")
    problem = Problem(kind.code, outcome=Outcome.WAITING, more=kind.more)
    report = report_for(spec, situation, slot, problem)
    return replace(report, context={**report.context, **kind.context})


def depends_on(
    spec: RecordSpec, situation: Situation, unread: Sequence[UnreadableKind], facts: Facts
) -> UnreadableKind | None:
    """The first of these kinds that the record is of, on either side, or that it refers to."""
    if not unread:
        return None
    references = spec.references(situation.released.body) if situation.released else ()
    named = {entity for slot in situation.slots for entity in (slot.entity, *_named(spec, slot))}
    missing = _not_known(spec, situation, facts)
    for kind in unread:
        if spec.type in kind.types or named & kind.entities or missing & kind.entities:
            return kind
        if any(_refers_to(kind, reference, situation.lookup) for reference in references):
            return kind
    return None


def _needs_nothing(step: Step) -> bool:
    if isinstance(step, InSync):
        return True
    return isinstance(step, Report) and step.outcome is Outcome.SKIPPED and step.code not in SAID_OF_OTHERS


def _named(spec: RecordSpec, slot: Slot) -> Iterator[str]:
    """The entities that the QuickBooks record of a slot names."""
    if slot.external is None:
        return
    try:
        yield from (entity for entity, id_ in spec.external_references(slot.entity, slot.external.body) if id_)
        yield from (entity for entity, _ in spec.also_named(slot.entity, slot.external.body))
    except (Problem, NotMoney):
        return  # incomplete: planning says what is wrong with it


def _not_known(spec: RecordSpec, situation: Situation, facts: Facts) -> set[str]:
    """Entities that translating it looks at, of records that were never read; what was read is good enough."""
    if situation.released is None:
        return set()
    looked_at = spec.also_read(situation.released.body, facts.bank_account_id)
    return {entity for entity, id_ in looked_at if (entity, id_) not in situation.lookup.bodies}


def _refers_to(kind: UnreadableKind, reference: Reference, lookup: Lookup) -> bool:
    """Named without an entity, a record is meant as whatever it is in QuickBooks, and as any while it is in none."""
    ref = reference.ref
    if ref.type in kind.types:
        return True
    if reference.entity:
        return reference.entity in kind.entities
    return ref.type is kind.type and _is_or_may_be(kind, ref, lookup)


def _is_or_may_be(kind: UnreadableKind, ref: RecordRef, lookup: Lookup) -> bool:
    known = {entity for type_, key, entity in lookup.external if (type_, key) == (ref.type, ref.key)}
    return bool(known & kind.entities) or not known
