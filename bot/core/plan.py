"""Decides what to do about one record: a pure function from what both sides last said to operations and reports."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.core.content import content_hash, says
from bot.core.losing import losing_words
from bot.core.model import Direction, MirrorRecord, Outcome, RecordType
from bot.core.money import NotMoney, text
from bot.core.one_sided import agree, with_emptied
from bot.core.pairing import choose
from bot.core.patch import patch_for
from bot.core.spec import Facts, Problem, RecordSpec
from bot.core.steps import Operation, Parent, Report, Settled, Situation, Slot, Standing, Step, Verb

RELEASED_WINS = frozenset({RecordType.CONTACT, RecordType.INVOICE, RecordType.CREDIT_NOTE})
NOT_SHOWN = "not-imported"  # stays out by its nature (a bank account, an inactive name): no row in the results


def plan(spec: RecordSpec, situation: Situation, facts: Facts) -> list[Step]:
    """Steps for one record; a contact of both roles may have two. None at all = the record is no business of ours."""
    if situation.unlinked:
        slot = situation.slots[0] if situation.slots else Slot("")
        return [_report(spec, situation, slot, Problem("left-out", outcome=Outcome.SKIPPED))]
    steps: list[Step] = []
    for slot in situation.slots:
        try:
            steps.extend(_plan_slot(spec, situation, slot, facts))
        except NotMoney as error:
            steps.append(_report(spec, situation, slot, Problem("incomplete-record", more=f"{error}.")))
        except Problem as problem:
            if problem.code != NOT_SHOWN:
                steps.append(_report(spec, situation, slot, problem))
    return steps


def _plan_slot(spec: RecordSpec, situation: Situation, slot: Slot, facts: Facts) -> Iterator[Step]:
    released, external = situation.released, slot.external
    if slot.link is None:
        yield from _plan_unpaired(spec, situation, slot, facts)
    elif external is None or external.deleted:
        yield from _plan_deleted(spec, situation, slot)
    elif released is not None:
        if not spec.released_gone(released.body):
            _require((*situation.parents, *slot.parents), spec, (Standing.UNLINKED,))
        hashes = _hashes(spec, slot, released, external)
        settled = Settled(situation.ref, replace(slot.link, released_hash=hashes[0], external_hash=hashes[1]))
        match hashes[0] != slot.link.released_hash, hashes[1] != slot.link.external_hash:
            case False, False:
                _require_equal_totals(spec, slot, released, external)
                yield settled
            case True, False:
                yield _outgoing(spec, situation, slot, facts) or settled
            case False, True:
                yield _incoming(spec, situation, slot, facts) or settled
            case _:
                yield _conflict(spec, situation, slot, facts) or settled


def _plan_unpaired(spec: RecordSpec, situation: Situation, slot: Slot, facts: Facts) -> Iterator[Step]:
    """Adopt before create; what only may be the same waits for a person."""
    released, external = situation.released, slot.external
    if released is not None and external is None:
        if Direction.OUTGOING not in spec.directions:
            return
        if spec.released_gone(released.body):
            raise Problem("voided-elsewhere", outcome=Outcome.SKIPPED, side="Re-Leased")
        _check_eligible(spec, released, facts)
        _require(situation.parents, spec, (Standing.UNLINKED,))
        found = choose(spec.type, slot.candidates)
        if found is not None:
            yield _adopt(spec, situation, slot, released, found)
            return
        spec.check(released.body, facts)
        _require(situation.parents, spec)
        _refuse_closed(spec, facts, released.body.get(spec.dates[0]))
        yield _create_outgoing(spec, situation, slot, released, facts)
    elif external is not None and not external.deleted:
        spec.check_external(slot.entity, external.body, facts, situation.lookup)
        _require(slot.parents, spec, (Standing.UNLINKED,))
        found = choose(spec.type, slot.candidates)
        if found is not None:
            yield _adopt(spec, situation, slot, found, external)
            return
        if Direction.INCOMING in spec.directions:
            _require(slot.parents, spec)
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
        spec.check_external(slot.entity, external.body, facts, situation.lookup)
    except Problem as problem:
        if problem.outcome is not Outcome.SKIPPED:
            raise


def _outgoing(spec: RecordSpec, situation: Situation, slot: Slot, facts: Facts) -> Operation | None:
    """Only Re-Leased moved. None = QuickBooks says the same already, or the type only comes in."""
    released, external = _both(situation, slot)
    if Direction.OUTGOING not in spec.directions:
        return None
    there = spec.external_gone(slot.entity, external.body)
    if spec.released_gone(released.body):
        return None if there else _void_outgoing(spec, situation, slot, facts)
    if there:
        raise Problem("archived-contact" if spec.type is RecordType.CONTACT else "voided-elsewhere", side="QuickBooks")
    spec.check(released.body, facts)
    _require(situation.parents, spec)
    body = spec.to_quickbooks(released.body, slot.entity, situation.lookup, facts)
    if slot.link is not None and slot.link.agreed:
        body = with_emptied(spec.may_lack, body, released.body, external.body)
    if says({**external.body, "Line": _money_lines(external.body)}, body):
        return None
    _refuse_closed(spec, facts, released.body.get(spec.dates[0]), external.body.get(spec.dates[1]))
    identity = {"Id": external.id, "SyncToken": external.version, "sparse": True}
    body = _keep_line_ids(body, external.body)
    return _operation(spec, situation, slot, Verb.UPDATE, Direction.OUTGOING, Outcome.UPDATED, {**body, **identity})


def _void_outgoing(spec: RecordSpec, situation: Situation, slot: Slot, facts: Facts) -> Operation | None:
    _, external = _both(situation, slot)
    if slot.entity not in ("Invoice", "Payment", "BillPayment"):
        if not spec.external_amount(slot.entity, external.body):
            return None
        raise Problem("void-not-possible", type=slot.entity)
    _refuse_closed(spec, facts, external.body.get(spec.dates[1]))
    body = {"Id": external.id, "SyncToken": external.version, "sparse": True}
    return _operation(spec, situation, slot, Verb.VOID, Direction.OUTGOING, Outcome.VOIDED, body)


def _incoming(spec: RecordSpec, situation: Situation, slot: Slot, facts: Facts) -> Operation | None:
    """Only QuickBooks moved. None = Re-Leased says the same already, or the type only goes out."""
    released, external = _both(situation, slot)
    if Direction.INCOMING not in spec.directions:
        return None
    if spec.released_gone(released.body) and "status" in released.body:
        return None
    if spec.external_gone(slot.entity, external.body) and "status" in released.body:
        status = "reversed" if spec.type is RecordType.PAYMENT else "voided"
        return _operation(
            spec, situation, slot, Verb.VOID, Direction.INCOMING, Outcome.VOIDED, {"status": status}, released.version
        )
    _require(slot.parents, spec)
    _check_complete(spec, situation, slot, facts)
    patch = patch_for(spec, situation, slot, facts)
    if not patch:
        return None
    return _operation(spec, situation, slot, Verb.UPDATE, Direction.INCOMING, Outcome.UPDATED, patch, released.version)


def _conflict(spec: RecordSpec, situation: Situation, slot: Slot, facts: Facts) -> Step | None:
    """Both sides moved: the rule of the record type decides, and the losing values are kept in words."""
    released, external = _both(situation, slot)
    gone = spec.external_gone(slot.entity, external.body)
    paid = released.body.get("status") == "paid"
    ours = spec.type in RELEASED_WINS and not gone and not paid
    step = (_outgoing if ours else _incoming)(spec, situation, slot, facts)
    if step is None:
        return None
    return replace(step, more=losing_words(spec, slot.entity, released.body, external.body, step))


def _plan_deleted(spec: RecordSpec, situation: Situation, slot: Slot) -> Iterator[Step]:
    released = situation.released
    if released is None or spec.released_gone(released.body):
        return
    if spec.type is RecordType.PAYMENT:
        body = {"status": "reversed"}
        yield _operation(spec, situation, slot, Verb.VOID, Direction.INCOMING, Outcome.VOIDED, body, released.version)
    elif Direction.OUTGOING not in spec.directions and "archived" in released.body:
        body_archived = {"archived": True}
        yield _operation(
            spec, situation, slot, Verb.UPDATE, Direction.INCOMING, Outcome.UPDATED, body_archived, released.version
        )
    else:
        raise Problem("deleted-in-quickbooks")


def _adopt(
    spec: RecordSpec, situation: Situation, slot: Slot, released: MirrorRecord, external: MirrorRecord
) -> Operation:
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
        released_hash=content_hash(spec.released_content(released.body)),
        external_hash=content_hash(spec.external_content(slot.entity, external.body)),
        agreed=agree(spec.may_lack, released.body, external.body),
        amount=spec.amount(released.body),
        currency=spec.currency(released.body),
    )


def _create_outgoing(
    spec: RecordSpec, situation: Situation, slot: Slot, released: MirrorRecord, facts: Facts
) -> Operation:
    body = spec.to_quickbooks(released.body, slot.entity, situation.lookup, facts)
    return _operation(spec, situation, slot, Verb.CREATE, Direction.OUTGOING, Outcome.CREATED, body)


def _create_incoming(
    spec: RecordSpec, situation: Situation, slot: Slot, external: MirrorRecord, facts: Facts
) -> Operation:
    body = spec.to_released(slot.entity, external.body, situation.lookup, facts)
    operation = _operation(spec, situation, slot, Verb.CREATE, Direction.INCOMING, Outcome.CREATED, body)
    return replace(operation, more=spec.incoming_note(slot.entity, external.body, situation.lookup, facts))


def _operation(
    spec: RecordSpec,
    situation: Situation,
    slot: Slot,
    verb: Verb,
    direction: Direction,
    outcome: Outcome,
    body: Mapping[str, Any],
    version: str = "",
) -> Operation:
    released, external = situation.released, slot.external
    return Operation(
        ref=situation.ref,
        verb=verb,
        direction=direction,
        entity=slot.entity,
        outcome=outcome,
        name=_name(spec, situation, slot),
        released_id=released.id if released else "",
        external_id=external.id if external else (slot.link.external_id if slot.link else ""),
        version=version,
        body=body,
        released_hash=content_hash(spec.released_content(released.body)) if released else "",
        external_hash=content_hash(spec.external_content(slot.entity, external.body)) if external else "",
        agreed=slot.link is None or slot.link.agreed,
        **_money(spec, situation, slot),
    )


def _report(spec: RecordSpec, situation: Situation, slot: Slot, problem: Problem) -> Report:
    released, external = situation.released, slot.external
    name = _name(spec, situation, slot)
    return Report(
        ref=situation.ref,
        outcome=problem.outcome,
        direction=Direction.OUTGOING if released is not None else Direction.INCOMING,
        code=problem.code,
        name=name,
        entity=slot.entity,
        released_id=released.id if released else "",
        external_id=external.id if external else (slot.link.external_id if slot.link else ""),
        context={"record": name, "name": name, "type": str(spec.type).replace("-", " "), **problem.context},
        cause=problem.cause,
        more=problem.more,
        **_money(spec, situation, slot),
    )


def _money(spec: RecordSpec, situation: Situation, slot: Slot) -> dict[str, Any]:
    nothing: dict[str, Any] = {"amount": None, "currency": ""}
    try:
        if situation.released is not None:
            body = situation.released.body
            return {"amount": spec.amount(body), "currency": spec.currency(body)}
        if slot.external is not None:
            body = slot.external.body
            currency = (body.get("CurrencyRef") or {}).get("value") or ""
            return {"amount": spec.external_amount(slot.entity, body), "currency": str(currency)}
    except NotMoney:
        return nothing  # an amount that is none: the report says so in words
    return nothing


def _name(spec: RecordSpec, situation: Situation, slot: Slot) -> str:
    if situation.released is not None:
        return spec.released_name(situation.released.body)
    return spec.external_name(slot.entity, slot.external.body) if slot.external else situation.ref.key


HOLDING_UP = (Standing.UNLINKED, Standing.FAILING, Standing.OUTSIDE, Standing.ABSENT)


def _require(parents: tuple[Parent, ...], spec: RecordSpec, standings: tuple[Standing, ...] = HOLDING_UP) -> None:
    """Raises Problem for the first parent that holds this record up, the unlinked ones first."""
    for standing in standings:
        for parent in parents:
            if parent.standing is not standing:
                continue
            if parent.ref.type in spec.optional_parents and standing in (Standing.OUTSIDE, Standing.ABSENT):
                continue
            code = {Standing.UNLINKED: "unlinked-parent", Standing.FAILING: "failing-parent"}.get(
                standing, "missing-parent"
            )
            what = f"{str(parent.ref.type).replace('-', ' ')} {parent.name} ({parent.ref.key})"
            raise Problem(code, parent.root or parent.ref, Outcome.WAITING, parent=what)


def _require_equal_totals(spec: RecordSpec, slot: Slot, released: MirrorRecord, external: MirrorRecord) -> None:
    """Both sides took it, and still they may disagree by a rounding of tax: that stays a failure until it is mended."""
    if spec.released_gone(released.body) or spec.external_gone(slot.entity, external.body):
        return
    ours, theirs = spec.amount(released.body), spec.external_amount(slot.entity, external.body)
    if ours is not None and theirs is not None and ours != theirs:
        raise Problem("totals-differ", difference=text(abs(ours - theirs)))


def _refuse_closed(spec: RecordSpec, facts: Facts, *dates: Any) -> None:
    """Closed periods are untouched: neither the new date nor the old one may lie in them."""
    if facts.close_date is None or not spec.dates[0]:
        return
    for value in dates:
        if value and str(value)[:10] <= facts.close_date.isoformat():
            raise Problem("closed-period", closing_date=facts.close_date.isoformat(), date=str(value)[:10])


def _keep_line_ids(body: Mapping[str, Any], existing: Mapping[str, Any]) -> dict[str, Any]:
    """A line sent without its id would be a new one: lines keep, by position, the ids of those they replace."""
    lines = body.get("Line")
    if not lines:
        return dict(body)
    ids = [line.get("Id") for line in _money_lines(existing)]
    kept = [{**line, "Id": ids[place]} if place < len(ids) and ids[place] else line for place, line in enumerate(lines)]
    return {**body, "Line": kept}


def _money_lines(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """QuickBooks adds lines of its own (subtotals, tax) to those it was sent."""
    own = ("SubTotalLineDetail", "TaxLineDetail")
    return [line for line in body.get("Line") or [] if line.get("DetailType") not in own]


def _hashes(spec: RecordSpec, slot: Slot, released: MirrorRecord, external: MirrorRecord) -> tuple[str, str]:
    return (
        content_hash(spec.released_content(released.body)),
        content_hash(spec.external_content(slot.entity, external.body)),
    )


def _both(situation: Situation, slot: Slot) -> tuple[MirrorRecord, MirrorRecord]:
    if situation.released is None or slot.external is None:
        raise ValueError(f"{situation.ref} is not paired")
    return situation.released, slot.external
