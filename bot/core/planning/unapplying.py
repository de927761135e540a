"""Which writes only take money off documents: they go first, since a document with money on it refuses to change.

Re-Leased does not void an invoice that has payments, and of a paid one takes hardly an edit; QuickBooks takes payments
off a voided invoice itself, which would then look like an edit of theirs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.core.content import contains, has_changed
from bot.core.model import Direction, MirrorRecord, Outcome
from bot.core.planning.plan import plan
from bot.core.planning.requirements import refuse_closed
from bot.core.planning.step_values import operation_for
from bot.core.planning.steps import Operation, ParentState, Report, Situation, Slot, Step, Verb
from bot.core.spec import Facts, Problem, RecordSpec, external_hash, released_hash

MAY_COME_LATER = frozenset({"failing-parent", "missing-parent", "unapproved-parent"})


@dataclass(frozen=True)
class Unapplication:
    """`is_whole`: the record is through with it. Otherwise the rest of its change follows after the documents."""

    operation: Operation
    is_whole: bool


def unapplications(spec: RecordSpec, situation: Situation, facts: Facts) -> list[Unapplication]:
    """What of a linked payment or credit allocation can, and should, go before the documents do."""
    if situation.unlinked or all(slot.link is None for slot in situation.slots):
        return []
    steps = plan(spec, situation, facts)
    gone = [step for step in steps if isinstance(step, Operation) and step.outcome is Outcome.VOIDED]
    if gone:
        return [Unapplication(step, is_whole=True) for step in gone]
    if any(isinstance(step, Report) and step.code not in MAY_COME_LATER for step in steps):
        return []
    return [found for slot in situation.slots for found in _reduced(spec, situation, slot, steps, facts)]


def _reduced(
    spec: RecordSpec, situation: Situation, slot: Slot, steps: list[Step], facts: Facts
) -> Iterator[Unapplication]:
    released, external, link = situation.released, slot.external, slot.link
    if spec.unapplied is None or released is None or external is None or external.deleted or link is None:
        return
    ours_moved = has_changed(link.released_hash, released_hash(spec, released.body))
    theirs_moved = has_changed(link.external_hash, external_hash(spec, slot.entity, external.body))
    if not ours_moved and not theirs_moved:
        return
    outgoing = not theirs_moved
    less = spec.unapplied(released.body, slot.entity, external.body, situation.lookup, outgoing)
    if less is None:
        return
    all_here = outgoing or all(parent.state is ParentState.READY for parent in slot.parents)
    for step in steps:
        if all_here and isinstance(step, Operation) and _says_no_more(step, less):
            yield Unapplication(step, is_whole=True)
            return
    operation = (_outgoing if outgoing else _incoming)(spec, situation, slot, released, external, less, facts)
    if operation is not None:
        yield Unapplication(replace(operation, amount=None, totals=()), is_whole=False)


def _says_no_more(step: Operation, less: dict[str, object]) -> bool:
    name = "Line" if step.direction is Direction.OUTGOING else "allocations"
    return name in step.body and contains(step.body[name], less[name])


def _outgoing(
    spec: RecordSpec,
    situation: Situation,
    slot: Slot,
    released: MirrorRecord,
    external: MirrorRecord,
    less: dict[str, object],
    facts: Facts,
) -> Operation | None:
    """The link keeps what Re-Leased said before, so that the rest of its change still is to go out."""
    try:
        refuse_closed(spec, facts, released.body.get(spec.dates[0]), external.body.get(spec.dates[1]))
    except Problem:
        return None
    body = {**less, "Id": external.id, "SyncToken": external.version, "sparse": True}
    made = operation_for(spec, situation, slot, Verb.UPDATE, Direction.OUTGOING, Outcome.UPDATED, body)
    return replace(made, released_hash=slot.link.released_hash if slot.link else "")


def _incoming(
    spec: RecordSpec,
    situation: Situation,
    slot: Slot,
    released: MirrorRecord,
    external: MirrorRecord,
    less: dict[str, object],
    facts: Facts,
) -> Operation | None:
    """Likewise with what QuickBooks said before."""
    made = operation_for(
        spec, situation, slot, Verb.UPDATE, Direction.INCOMING, Outcome.UPDATED, less, released.version
    )
    return replace(made, external_hash=slot.link.external_hash if slot.link else "")
