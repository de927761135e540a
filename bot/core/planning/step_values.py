"""Makes operations and reports of a situation: with the record's name, its ids, its money and what both sides say."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.core.invisible import HIDDEN
from bot.core.model import Direction, MirrorRecord, Outcome, Side
from bot.core.money import NotMoney, cents
from bot.core.planning.field_changes import changes_of
from bot.core.planning.steps import Operation, Report, Situation, Slot, Verb
from bot.core.spec import Problem, RecordSpec, external_hash, released_hash

INCOMPLETE = "incomplete-record"  # its reason is all that there is to explain


def operation_for(
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
        released_hash=released_hash(spec, released.body) if released else "",
        external_hash=external_hash(spec, slot.entity, external.body) if external else "",
        agreed=slot.link is None or slot.link.agreed,
        totals=_totals(spec, released),
        changes=changes_of(spec, situation, slot, direction, body) if verb is Verb.UPDATE else (),
        **_money(spec, situation, slot),
    )


def report_for(spec: RecordSpec, situation: Situation, slot: Slot, problem: Problem) -> Report:
    released, external = situation.released, slot.external
    name = _name(spec, situation, slot)
    lack = {"lack": problem.more} if problem.code == INCOMPLETE and problem.more else {}
    return Report(
        ref=situation.ref,
        outcome=problem.outcome,
        direction=Direction.OUTGOING if released is not None else Direction.INCOMING,
        code=problem.code,
        name=name,
        entity=slot.entity,
        released_id=released.id if released else "",
        external_id=external.id if external else (slot.link.external_id if slot.link else ""),
        context={"record": name, "name": name, "type": str(spec.type).replace("-", " "), **lack, **problem.context},
        cause=problem.cause,
        more=with_hidden("" if lack else problem.more, problem.outcome, released, external),
        **_money(spec, situation, slot),
    )


def with_hidden(more: str, outcome: Outcome, *records: MirrorRecord | None) -> str:
    """What is said of a failure, with the characters of the record that nobody sees: they may be the cause."""
    if outcome is not Outcome.FAILED:
        return more
    where = {Side.RELEASED: "Re-Leased", Side.QUICKBOOKS: "QuickBooks"}
    held = [
        f"In {where[record.side]} it holds characters that nobody sees, shown here in brackets: {'; '.join(found)}."
        for record in records
        if record is not None and (found := record.body.get(HIDDEN))
    ]
    return "\n".join(words for words in (more, *held) if words)


def _money(spec: RecordSpec, situation: Situation, slot: Slot) -> dict[str, Any]:
    nothing: dict[str, Any] = {"amount": None, "currency": ""}
    try:
        if situation.released is not None:
            body = situation.released.body
            return {"amount": _in_cents(spec.amount(body)), "currency": spec.currency(body)}
        if slot.external is not None:
            body = slot.external.body
            currency = (body.get("CurrencyRef") or {}).get("value") or ""
            return {"amount": _in_cents(spec.external_amount(slot.entity, body)), "currency": str(currency)}
    except NotMoney:
        return nothing  # an amount that is none: the report says so in words
    return nothing


def _in_cents(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else cents(amount)


def _totals(spec: RecordSpec, released: MirrorRecord | None) -> tuple[Decimal, ...]:
    found = spec.totals(released.body) if spec.totals is not None and released is not None else None
    return (found.net, found.tax, found.gross) if found else ()


def _name(spec: RecordSpec, situation: Situation, slot: Slot) -> str:
    if situation.released is not None:
        return spec.released_name(situation.released.body) or f"{spec.type.noun} {situation.released.id}"
    if slot.external is None:
        return situation.ref.key
    return spec.external_name(slot.entity, slot.external.body) or f"{spec.type.noun} {slot.external.id}"
