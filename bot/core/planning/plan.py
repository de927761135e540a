"""Decides what to do about one record: a pure function from what both sides last said to operations and reports."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from bot.core.answers.shape import marks_of
from bot.core.content import changed_fields, has_changed
from bot.core.model import Direction, MirrorRecord, Outcome, RecordType
from bot.core.money import NotMoney
from bot.core.one_sided import agree, with_emptied
from bot.core.planning.conflict import with_losses
from bot.core.planning.pairing import choose
from bot.core.planning.patch import patch_for
from bot.core.planning.requirements import (
    refuse_closed,
    refuse_inactive,
    refuse_outside,
    refuse_unreadable,
    require_equal_totals,
    require_parents,
    totals_differ,
)
from bot.core.planning.step_values import operation_for, report_for
from bot.core.planning.steps import InSync, Operation, ParentState, Situation, Slot, Step, Verb
from bot.core.planning.update import changed_for
from bot.core.spec import Facts, Problem, RecordSpec, external_hash, released_hash

NOT_SHOWN = "not-imported"  # stays out by its nature (a bank account, an inactive name): no row in the results


def plan(spec: RecordSpec, situation: Situation, facts: Facts) -> list[Step]:
    """Steps for one record; a contact of both roles may have two. None at all = the record is no business of ours."""
    if situation.unlinked:
        slot = situation.slots[0] if situation.slots else Slot("")
        return [report_for(spec, situation, slot, Problem("left-out", outcome=Outcome.SKIPPED))]
    if lacking := _lacking(spec, situation):
        return [report_for(spec, situation, situation.slots[0] if situation.slots else Slot(""), lacking)]
    steps: list[Step] = []
    for slot in situation.slots or _without_slot(situation):
        try:
            refuse_unreadable(situation.released, slot.external)
            steps.extend(_plan_slot(spec, situation, slot, facts))
        except NotMoney as error:
            steps.append(report_for(spec, situation, slot, Problem("incomplete-record", more=f"{error}.")))
        except Problem as problem:
            if problem.code != NOT_SHOWN:
                steps.append(report_for(spec, situation, slot, problem))
    return steps


def _lacking(spec: RecordSpec, situation: Situation) -> Problem | None:
    """A record that does not say what it is cannot be planned: it would be taken for another kind, or for approved."""
    body = situation.released.body if situation.released else {}
    missing = [name for name in spec.must_say if situation.released and body.get(name) in (None, "")]
    if not missing or marks_of(body):
        return None
    said = " and ".join(spec.must_say[name] for name in missing)
    more = f"It does not say {said} ({', '.join(missing)} missing)."
    return Problem("incomplete-record", more=more)


def _without_slot(situation: Situation) -> tuple[Slot, ...]:
    """What says of itself that it belongs nowhere in QuickBooks is told all the same: a contact without a role."""
    return (Slot(""),) if situation.released is not None else ()


def _plan_slot(spec: RecordSpec, situation: Situation, slot: Slot, facts: Facts) -> Iterator[Step]:
    released, external = situation.released, slot.external
    if slot.link is None:
        yield from _plan_unpaired(spec, situation, slot, facts)
    elif external is None or external.deleted:
        yield from _plan_deleted(spec, situation, slot)
    elif released is not None:
        if not spec.released_gone(released.body):
            require_parents((*situation.parents, *slot.parents), spec, (ParentState.UNLINKED,))
        hashes = _hashes(spec, slot, released, external)
        settled = InSync(situation.ref, replace(slot.link, released_hash=hashes[0], external_hash=hashes[1]))
        match has_changed(slot.link.released_hash, hashes[0]), has_changed(slot.link.external_hash, hashes[1]):
            case False, False:
                step: Step | None = None
            case True, False:
                step = _outgoing(spec, situation, slot, facts)
            case False, True:
                step = _incoming(spec, situation, slot, facts)
            case _:
                step = _conflict(spec, situation, slot, facts)
        if step is None:
            require_equal_totals(spec, slot, released, external, facts)
        yield step or settled
        if step is None and settled.link != slot.link and (gone := _gone_on_both(spec, slot, released, external)):
            yield report_for(spec, situation, slot, gone)


def _plan_unpaired(spec: RecordSpec, situation: Situation, slot: Slot, facts: Facts) -> Iterator[Step]:
    """Adopt before create; what only may be the same waits for a person."""
    released, external = situation.released, slot.external
    if released is not None and external is None:
        if Direction.OUTGOING not in spec.directions:
            return
        if spec.released_gone(released.body):
            raise Problem("voided-elsewhere", outcome=Outcome.SKIPPED, side="Re-Leased")
        _check_eligible(spec, released, facts)
        require_parents(situation.parents, spec, (ParentState.UNLINKED,))
        found = choose(spec.type, slot.candidates)
        if found is not None:
            yield _adopt(spec, situation, slot, released, found)
            return
        spec.check(released.body, facts)
        require_parents(situation.parents, spec)
        refuse_inactive(spec, situation, released)
        operation = _create_outgoing(spec, situation, slot, released, facts)
        refuse_closed(spec, facts, released.body.get(spec.dates[0]))
        yield operation
    elif external is not None and not external.deleted:
        spec.check_external(slot.entity, external.body, facts, situation.lookup)
        require_parents(slot.parents, spec, (ParentState.UNLINKED,))
        found = choose(spec.type, slot.candidates)
        if found is not None:
            yield _adopt(spec, situation, slot, found, external)
            return
        if Direction.INCOMING in spec.directions:
            refuse_outside(spec, situation, slot)
            require_parents(slot.parents, spec)
            yield _create_incoming(spec, situation, slot, external, facts)


def _check_eligible(spec: RecordSpec, released: MirrorRecord, facts: Facts) -> None:
    """Only what keeps a record out altogether; what merely fails must not hinder adopting it."""
    try:
        spec.check(released.body, facts)
    except Problem as problem:
        if problem.outcome is Outcome.SKIPPED:
            raise


def _check_complete(spec: RecordSpec, situation: Situation, slot: Slot, facts: Facts) -> None:
    """What once came in may stay, whatever its date or state is now; but it must hold together."""
    _, external = _both(situation, slot)
    try:
        spec.check_external(slot.entity, external.body, replace(facts, sync_from=date.min), situation.lookup)
    except Problem as problem:
        if problem.outcome is not Outcome.SKIPPED:
            raise


def _outgoing(spec: RecordSpec, situation: Situation, slot: Slot, facts: Facts) -> Operation | None:
    """Only Re-Leased moved. None = QuickBooks says the same already, or the type only comes in."""
    released, external = _both(situation, slot)
    if Direction.OUTGOING not in spec.directions:
        return None
    there = _gone_there(spec, slot, released, external)
    if spec.released_gone(released.body):
        return None if there else _void_outgoing(spec, situation, slot, facts)
    if there:
        raise Problem("archived-contact" if spec.type is RecordType.CONTACT else "voided-elsewhere", side="QuickBooks")
    spec.check(released.body, replace(facts, sync_from=date.min))  # what is linked goes on, wherever its date is moved
    require_parents(situation.parents, spec)
    body = spec.to_quickbooks(released.body, slot.entity, situation.lookup, facts)
    if slot.link is not None and slot.link.agreed:
        body = with_emptied(spec.optional_fields, body, released.body, external.body)
    if spec.keep_external is not None:
        body = spec.keep_external(body, released.body, slot.entity, external.body, situation.lookup)
    body = changed_for(spec, external.body, _said_anew(spec, slot, released, external, body, facts))
    if not body:
        return None
    refuse_closed(spec, facts, released.body.get(spec.dates[0]), external.body.get(spec.dates[1]))
    identity = {"Id": external.id, "SyncToken": external.version, "sparse": True}
    return operation_for(spec, situation, slot, Verb.UPDATE, Direction.OUTGOING, Outcome.UPDATED, {**body, **identity})


def _void_outgoing(spec: RecordSpec, situation: Situation, slot: Slot, facts: Facts) -> Operation | None:
    _, external = _both(situation, slot)
    if spec.reversed_in_quickbooks_only:
        raise Problem("reverse-in-quickbooks")
    rest = spec.taken_out(slot.entity, external.body)
    if rest is not None:
        refuse_closed(spec, facts, external.body.get(spec.dates[1]))
        rest |= {"Id": external.id, "SyncToken": external.version, "sparse": True}
        return operation_for(spec, situation, slot, Verb.UPDATE, Direction.OUTGOING, Outcome.VOIDED, rest)
    if slot.entity not in spec.voidable:
        if not spec.external_amount(slot.entity, external.body):
            return None
        raise Problem("void-not-possible", type=slot.entity)
    if payers := spec.settled_by(external.body):
        raise Problem("void-meets-payment", payers=payers)
    refuse_closed(spec, facts, external.body.get(spec.dates[1]))
    body = {"Id": external.id, "SyncToken": external.version, "sparse": True}
    return operation_for(spec, situation, slot, Verb.VOID, Direction.OUTGOING, Outcome.VOIDED, body)


def _incoming(spec: RecordSpec, situation: Situation, slot: Slot, facts: Facts) -> Operation | None:
    """Only QuickBooks moved. None = Re-Leased says the same already, or the type only goes out."""
    released, external = _both(situation, slot)
    if Direction.INCOMING not in spec.directions:
        return None
    gone = _gone_there(spec, slot, released, external)
    if spec.released_gone(released.body) and "status" in released.body:
        if not gone and not spec.part_of and spec.external_amount(slot.entity, external.body):
            raise Problem("reverse-in-quickbooks" if spec.reversed_in_quickbooks_only else "voided-in-released")
        return None
    if gone and "status" in released.body:
        status = "reversed" if spec.moves_money else "voided"
        return operation_for(
            spec, situation, slot, Verb.VOID, Direction.INCOMING, Outcome.VOIDED, {"status": status}, released.version
        )
    require_parents(slot.parents, spec)
    _check_complete(spec, situation, slot, facts)
    patch = patch_for(spec, situation, slot, facts)
    if not patch:
        return None
    return operation_for(
        spec, situation, slot, Verb.UPDATE, Direction.INCOMING, Outcome.UPDATED, patch, released.version
    )


def _conflict(spec: RecordSpec, situation: Situation, slot: Slot, facts: Facts) -> Step | None:
    """Both sides moved: the rule of the record type decides, and the losing values are kept in words."""
    released, external = _both(situation, slot)
    gone = _gone_there(spec, slot, released, external)
    ours = spec.released_wins and not gone and not spec.is_settled(released.body)
    step = (_outgoing if ours else _incoming)(spec, situation, slot, facts)
    if step is None:
        return None
    return with_losses(spec, slot, released, external, step)


def _gone_there(spec: RecordSpec, slot: Slot, released: MirrorRecord, external: MirrorRecord) -> bool:
    """A document that comes to nothing on both sides lives on, whatever its memo says: nothing was taken from it."""
    is_nothing = spec.totals is not None and not spec.amount(released.body)
    return spec.external_gone(slot.entity, external.body) and not is_nothing


def _plan_deleted(spec: RecordSpec, situation: Situation, slot: Slot) -> Iterator[Step]:
    released = situation.released
    if released is None:
        return
    if gone := _gone_on_both(spec, slot, released, slot.external):
        raise gone
    if spec.released_gone(released.body):
        return  # a credit that both sides took off: its row says who did
    if spec.moves_money:
        body = {"status": "reversed"}
        yield operation_for(
            spec, situation, slot, Verb.VOID, Direction.INCOMING, Outcome.VOIDED, body, released.version
        )
    elif Direction.OUTGOING not in spec.directions and "archived" in released.body:
        body_archived = {"archived": True}
        yield operation_for(
            spec, situation, slot, Verb.UPDATE, Direction.INCOMING, Outcome.UPDATED, body_archived, released.version
        )
    elif spec.type is RecordType.ATTACHMENT:
        raise Problem("file-deleted-in-quickbooks", outcome=Outcome.SKIPPED)
    else:
        raise Problem("deleted-in-quickbooks")


def _gone_on_both(
    spec: RecordSpec, slot: Slot, released: MirrorRecord, external: MirrorRecord | None
) -> Problem | None:
    """What its row says from now on, in which way it went on which side; None for what lives on one of them.

    A credit that is set off is part of other records, which live on.
    """
    is_deleted = external is None or external.deleted
    archived = is_deleted and released.body.get("archived") is True
    if spec.part_of or not (archived or spec.released_gone(released.body)):
        return None
    if external is not None and not is_deleted and not spec.external_gone(slot.entity, external.body):
        return None
    here = "archived" if archived else "reversed" if spec.moves_money else "voided"
    there = "deleted" if is_deleted else "voided"
    return Problem("gone-on-both-sides", outcome=Outcome.SKIPPED, here=here, there=there)


def _adopt(
    spec: RecordSpec, situation: Situation, slot: Slot, released: MirrorRecord, external: MirrorRecord
) -> Operation:
    refuse_unreadable(released, external)
    direction = Direction.OUTGOING if situation.released is not None else Direction.INCOMING
    return Operation(
        ref=situation.ref,
        verb=Verb.ADOPT,
        direction=direction,
        entity=slot.entity,
        outcome=Outcome.ADOPTED,
        name=spec.released_name(released.body),
        released_id=released.id,
        external_id=external.id,
        released_hash=released_hash(spec, released.body),
        external_hash=external_hash(spec, slot.entity, external.body),
        agreed=agree(spec.optional_fields, released.body, external.body),
        amount=spec.amount(released.body),
        currency=spec.currency(released.body),
    )


def _create_outgoing(
    spec: RecordSpec, situation: Situation, slot: Slot, released: MirrorRecord, facts: Facts
) -> Operation:
    body = spec.to_quickbooks(released.body, slot.entity, situation.lookup, facts)
    operation = operation_for(spec, situation, slot, Verb.CREATE, Direction.OUTGOING, spec.created, body)
    return replace(operation, more=spec.outgoing_note(released.body, slot.entity, situation.lookup, facts))


def _create_incoming(
    spec: RecordSpec, situation: Situation, slot: Slot, external: MirrorRecord, facts: Facts
) -> Operation:
    body = spec.to_released(slot.entity, external.body, situation.lookup, facts)
    operation = operation_for(spec, situation, slot, Verb.CREATE, Direction.INCOMING, spec.created, body)
    return replace(operation, more=spec.incoming_note(slot.entity, external.body, situation.lookup, facts))


def _said_anew(
    spec: RecordSpec, slot: Slot, released: MirrorRecord, external: MirrorRecord, body: dict[str, Any], facts: Facts
) -> dict[str, Any]:
    """Without what Re-Leased has said since before: where a pair was adopted, QuickBooks may word it otherwise.

    Where QuickBooks moved as well, all that Re-Leased says goes out: it won the conflict. So it does where the totals
    differ: it is what may bring them together.
    """
    if totals_differ(spec, slot, released, external, facts):
        return body
    if slot.link is None or has_changed(slot.link.external_hash, external_hash(spec, slot.entity, external.body)):
        return body
    fields = changed_fields(slot.link.released_hash, spec.released_content(released.body))
    if fields is None:
        return body
    known = {name for names in spec.written_as.values() for name in names}
    ours = {name for key in fields for name in spec.written_as.get(key, ())}
    return {name: value for name, value in body.items() if name in ours or name not in known}


def _hashes(spec: RecordSpec, slot: Slot, released: MirrorRecord, external: MirrorRecord) -> tuple[str, str]:
    return released_hash(spec, released.body), external_hash(spec, slot.entity, external.body)


def _both(situation: Situation, slot: Slot) -> tuple[MirrorRecord, MirrorRecord]:
    if situation.released is None or slot.external is None:
        raise ValueError(f"{situation.ref} is not paired")
    return situation.released, slot.external
