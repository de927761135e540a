"""Writes a plan down while it is made: its steps, how many of what, what they cost, and how the totals will move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import Connection

from bot.adapters.quickbooks.rate_limits import MAX_BATCH_ITEMS
from bot.core.content import HASH_LENGTH
from bot.core.model import NEEDS_ATTENTION, Direction, MirrorRecord, Outcome, RecordRef, RecordType, Side
from bot.core.money import ZERO, NotMoney
from bot.core.planning.conflict import needs_look
from bot.core.planning.plan_summary import COLUMN_OF, COLUMNS, digest
from bot.core.planning.steps import Operation, Report, Verb
from bot.core.spec import RecordSpec
from bot.records import BY_TYPE
from bot.store.mirror import records
from bot.store.runs import plans
from bot.store.runs.plans import PlannedStep
from bot.sync.run.run import Run

Key = tuple[Side, str, str]  # side, QuickBooks entity, currency
MOVES_TOTAL = frozenset({"total", "amount", "lines"})  # fields of Re-Leased


@dataclass
class Draft:
    """What was planned so far; the steps themselves are in the store, so that memory stays flat."""

    place: int = 0
    operations: int = 0
    counts: dict[tuple[RecordType, Direction], dict[str, int]] = field(default_factory=dict)
    moved: dict[Key, tuple[int, Decimal]] = field(default_factory=dict)
    batches: int = 0
    singles: int = 0
    released_writes: int = 0
    write_backs: int = 0
    conflicts: int = 0

    def add(
        self, run: Run, spec: RecordSpec, refs: Sequence[RecordRef], operations: list[Operation], reports: list[Report]
    ) -> None:
        """One chunk, in the order of its records: chunks may fall otherwise the next time, the order may not."""
        places = {ref: place for place, ref in enumerate(refs)}
        ordered = sorted(operations, key=lambda one: (places.get(one.ref, len(refs)), one.entity))
        steps = [_step(operation) for operation in ordered]
        steps += [_report_step(report) for report in reports if report.outcome in NEEDS_ATTENTION]
        done: list[Operation | Report] = [*ordered, *reports]
        for step in done:
            counts = self.counts.setdefault((step.ref.type, step.direction), dict.fromkeys(COLUMNS, 0))
            counts[COLUMN_OF[step.outcome]] += 1
        with run.ledger() as connection:
            plans.add(connection, run.plan_id, self.place, steps)
            bodies = _bodies(connection, run.company.id, spec, ordered)
        self.place += len(steps)
        self.operations += len(ordered)
        self.conflicts += sum(bool(needs_look(operation)) for operation in ordered)
        self._count_calls(ordered, bodies)
        if spec.dates[0] and not spec.part_of:
            for operation in ordered:
                self._move(spec, operation, bodies)

    def _count_calls(self, operations: Sequence[Operation], bodies: Mapping[tuple[str, str], MirrorRecord]) -> None:
        sent = [one for one in operations if one.direction is Direction.OUTGOING and one.verb is not Verb.ADOPT]
        single = sum(one.verb is Verb.VOID for one in sent)
        self.singles += single
        self.batches += -(-(len(sent) - single) // MAX_BATCH_ITEMS)
        self.released_writes += sum(
            one.direction is Direction.INCOMING and one.verb is not Verb.ADOPT for one in operations
        )
        told = {one.ref if one.verb is Verb.CREATE else one.released_id for one in operations if _tells_id(one, bodies)}
        self.write_backs += len(told)

    def _move(self, spec: RecordSpec, operation: Operation, bodies: Mapping[tuple[str, str], MirrorRecord]) -> None:
        count, amount = _change(spec, operation, bodies)
        side = Side.QUICKBOOKS if operation.direction is Direction.OUTGOING else Side.RELEASED
        key = (side, operation.entity, operation.currency)
        before = self.moved.get(key, (0, ZERO))
        self.moved[key] = (before[0] + count, before[1] + amount)


def _step(operation: Operation) -> PlannedStep:
    return PlannedStep(
        ref=operation.ref,
        entity=operation.entity,
        direction=operation.direction,
        outcome=operation.outcome,
        name=operation.name,
        released_id=operation.released_id,
        external_id=operation.external_id,
        digest=digest(operation),
        contents=contents(operation),
        changes=tuple(operation.changes),
    )


def contents(operation: Operation) -> str:
    """What both sides said when it was planned; ids that only the real run knows do not change it."""
    return f"{operation.released_hash[:HASH_LENGTH]}|{operation.external_hash[:HASH_LENGTH]}"


def is_approved(operation: Operation, approved: set[tuple[RecordRef, str, str, str]]) -> bool:
    """Whether a plan holds this very operation, made from the same content of both sides."""
    return (operation.ref, operation.entity, operation.outcome, contents(operation)) in approved


def not_in_plan(operation: Operation) -> Report:
    return Report(
        ref=operation.ref,
        outcome=Outcome.WAITING,
        direction=operation.direction,
        code="not-in-plan",
        name=operation.name,
        entity=operation.entity,
        released_id=operation.released_id,
        external_id=operation.external_id,
        context={"record": operation.name, "name": operation.name},
        amount=operation.amount,
        currency=operation.currency,
    )


def _report_step(report: Report) -> PlannedStep:
    ids = report.released_id, report.external_id
    return PlannedStep(
        report.ref, report.entity, report.direction, report.outcome, report.name, *ids, cause=report.cause
    )


def _bodies(
    connection: Connection, company_id: str, spec: RecordSpec, operations: Sequence[Operation]
) -> dict[tuple[str, str], MirrorRecord]:
    """Both sides of what is changed or matched, as they are now."""
    known = [one for one in operations if one.verb is not Verb.CREATE]
    ours = records.get_mirror(
        connection, company_id, Side.RELEASED, [(spec.collection, one.released_id) for one in known]
    )
    theirs = records.get_mirror(
        connection, company_id, Side.QUICKBOOKS, [(one.entity, one.external_id) for one in known]
    )
    return {**ours, **theirs}


def _tells_id(operation: Operation, bodies: Mapping[tuple[str, str], MirrorRecord]) -> bool:
    """Whether Re-Leased will be told the QuickBooks id afterwards."""
    if operation.verb is Verb.CREATE:
        return operation.direction is Direction.OUTGOING
    if operation.verb is not Verb.ADOPT:
        return False
    ours = bodies.get((BY_TYPE[operation.ref.type].collection, operation.released_id))
    stored = str(ours.body.get("externalId") or "") if ours else ""
    return operation.external_id not in (stored, *(part.rpartition(":")[2] for part in stored.split()))


def _change(
    spec: RecordSpec, operation: Operation, bodies: Mapping[tuple[str, str], MirrorRecord]
) -> tuple[int, Decimal]:
    """How many more documents there are on the side that is written, and by how much their sum changes."""
    amount = operation.amount or ZERO
    if operation.verb is Verb.CREATE:
        return 1, amount
    ours = bodies.get((spec.collection, operation.released_id))
    theirs = bodies.get((operation.entity, operation.external_id))
    try:
        here = (spec.amount(ours.body) or ZERO) if ours else ZERO
        there = (spec.external_amount(operation.entity, theirs.body) or ZERO) if theirs else ZERO
    except NotMoney:
        return 0, ZERO
    outgoing = operation.direction is Direction.OUTGOING
    if operation.outcome is Outcome.VOIDED:
        return -1, -(there if outgoing else here)
    if operation.verb is Verb.ADOPT or not (outgoing or MOVES_TOTAL & operation.body.keys()):
        return 0, ZERO
    return 0, here - there if outgoing else there - here
