"""Says what a conflict takes away: which value won, and which was lost on the side that gave way."""

from collections.abc import Sequence
from dataclasses import replace

from bot.core.content import changed_fields
from bot.core.model import Direction, MirrorRecord, Outcome
from bot.core.money import formatted
from bot.core.planning.field_changes import AMOUNT, APPLIED, DATE_WORDS, MONEY_WORDS, words_for
from bot.core.planning.steps import FieldChange, Operation, Slot
from bot.core.spec import RecordSpec

WEIGHTY = MONEY_WORDS | DATE_WORDS | {"lines", APPLIED}
SAID_AT_ONCE = 4  # values in the details of a row; "More detail" has them all


def with_losses(
    spec: RecordSpec, slot: Slot, released: MirrorRecord, external: MirrorRecord, step: Operation
) -> Operation:
    """The operation that settles a conflict, with each change marked that takes away what the loser had changed.

    What only the winner changed is no loss: the loser said there what both had agreed on.
    """
    outgoing = step.direction is Direction.OUTGOING
    moved = _moved(spec, slot, released, external, outgoing)
    if step.outcome is Outcome.VOIDED:
        weighs = moved is None or bool(moved & WEIGHTY)
        marked = _voided(spec, slot.entity, released, external, outgoing, weighs)
    else:
        marked = tuple(replace(one, is_lost=moved is None or one.field in moved) for one in step.changes)
    said = conflict_words(marked, outgoing)
    return replace(step, changes=marked, more=f"Both sides had changed since the last sync: {said}." if said else "")


def conflict_words(changes: Sequence[FieldChange], outgoing: bool, most: int | None = None) -> str:
    """ "amount 1,725.00 in QuickBooks gave way to 1,737.94"; "" where nothing was lost."""
    loser = "QuickBooks" if outgoing else "Re-Leased"
    lost = [one for one in changes if one.is_lost]
    said = [f"{one.field} {one.before or 'nothing'} in {loser} gave way to {one.after or 'nothing'}" for one in lost]
    rest = len(said) - most if most is not None else 0
    return "; ".join(said[:most] + ([f"and {rest} more"] if rest > 0 else []))


def needs_look(operation: Operation) -> str:
    """ "Invoice INV-7: amount 92.00 in QuickBooks gave way to 103.50"; "" unless an amount or a date was lost."""
    weighty = [one for one in operation.changes if one.is_lost and one.weighs]
    said = conflict_words(weighty, operation.direction is Direction.OUTGOING, SAID_AT_ONCE)
    noun = operation.ref.type.noun
    return f"{noun[:1].upper()}{noun[1:]} {operation.name}: {said}" if said else ""


def _moved(
    spec: RecordSpec, slot: Slot, released: MirrorRecord, external: MirrorRecord, outgoing: bool
) -> frozenset[str] | None:
    """What the loser changed since both agreed, in words; None where the link does not know."""
    if slot.link is None:
        return None
    if outgoing:
        names = changed_fields(slot.link.external_hash, spec.external_content(slot.entity, external.body))
    else:
        names = changed_fields(slot.link.released_hash, spec.released_content(released.body))
    return None if names is None else frozenset(words_for(spec, name) for name in names)


def _voided(
    spec: RecordSpec, entity: str, released: MirrorRecord, external: MirrorRecord, outgoing: bool, weighs: bool
) -> tuple[FieldChange, ...]:
    """The whole document gives way: what it came to is lost, whatever of it had been changed."""
    before = spec.external_amount(entity, external.body) if outgoing else spec.amount(released.body)
    if before is None:
        return ()
    after = f"0.00, as it was voided in {'Re-Leased' if outgoing else 'QuickBooks'}"
    return (FieldChange(AMOUNT, formatted(before), after, is_lost=True, weighs=weighs),)
