"""Named queries over plans: what a run that writes nothing would do, so that it can be compared, and then applied."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, select

from bot.core.model import NEEDS_ATTENTION, Direction, Outcome, RecordRef, RecordType
from bot.core.planning.plan_summary import COLUMN_OF, Difference
from bot.core.planning.steps import FieldChange
from bot.core.team.requested_plan import PlannedChange, PlannedChanges, PlannedGroup
from bot.store.database import dump, load
from bot.store.keysets import record_keys, rows_among
from bot.store.results.results import LastAttempt
from bot.store.tables import planned_steps, plans

PLANS_KEPT = 5  # of one company
NAMES_SHOWN = 3
ROWS_AT_ONCE = 5_000
CHANGES_AT_ONCE = 500
PAIRING = (Outcome.CREATED, Outcome.ADOPTED)  # what gives a record a partner that it did not have
NOTHING_WRITTEN = tuple(NEEDS_ATTENTION)

_steps = planned_steps.c
STEP_KEY = (_steps.plan_id, _steps.type, _steps.key)
NOT_WRITTEN = select(planned_steps).where(_steps.outcome.in_(NOTHING_WRITTEN))
WRITTEN = select(_steps.type, _steps.key, _steps.entity, _steps.outcome, _steps.contents).where(_steps.digest != "")
PAIRED = select(planned_steps).where(_steps.outcome.in_(PAIRING), _steps.digest != "")


@dataclass(frozen=True)
class PlannedStep:
    """One operation of a plan, or a record that fails or waits (`digest` is "" then). `contents` = both hashes."""

    ref: RecordRef
    entity: str
    direction: Direction
    outcome: Outcome
    name: str
    released_id: str
    external_id: str
    digest: str = ""
    contents: str = ""
    changes: tuple[FieldChange, ...] = ()
    cause: RecordRef | None = None


@dataclass(frozen=True)
class Pair:
    """A pair that a plan would make; an id that only the real run will know is ""."""

    ref: RecordRef
    released_id: str
    entity: str
    external_id: str


def start(connection: Connection, plan_id: str, company_id: str, at: int) -> None:
    """Begin a plan, anew where a process died while it made it; the oldest of the company make room for it."""
    drop(connection, plan_id)
    connection.execute(plans.insert().values(id=plan_id, company_id=company_id, hash="", at=at))
    mine = select(plans.c.id).where(plans.c.company_id == company_id).order_by(plans.c.at.desc(), plans.c.id.desc())
    for old in connection.execute(mine.offset(PLANS_KEPT)).scalars().all():
        drop(connection, old)


def finish(connection: Connection, plan_id: str, company_id: str, hash_: str) -> None:
    """Give the plan its name; an older one of the same name says the same."""
    same = and_(plans.c.company_id == company_id, plans.c.hash == hash_, plans.c.id != plan_id)
    for old in connection.execute(select(plans.c.id).where(same)).scalars().all():
        drop(connection, old)
    connection.execute(plans.update().where(plans.c.id == plan_id).values(hash=hash_))


def drop(connection: Connection, plan_id: str) -> None:
    connection.execute(delete(planned_steps).where(_steps.plan_id == plan_id))
    connection.execute(delete(plans).where(plans.c.id == plan_id))


def named(connection: Connection, company_id: str, hash_: str) -> str | None:
    """The id of the company's plan with this hash."""
    where = (plans.c.company_id == company_id, plans.c.hash == hash_)
    return connection.execute(select(plans.c.id).where(*where)).scalar()


def add(connection: Connection, plan_id: str, place: int, steps: Sequence[PlannedStep]) -> None:
    """Write steps down from this place on, in their order."""
    rows = [
        {
            "plan_id": plan_id,
            "place": place + number,
            "type": step.ref.type,
            "key": step.ref.key,
            "entity": step.entity,
            "direction": step.direction,
            "outcome": step.outcome,
            "name": step.name,
            "released_id": step.released_id,
            "external_id": step.external_id,
            "digest": step.digest,
            "contents": step.contents,
            "changes": dump([asdict(change) for change in step.changes]) if step.changes else "",
            "loses": any(change.is_lost for change in step.changes),
            "cause_type": step.cause.type if step.cause else None,
            "cause_key": step.cause.key if step.cause else None,
        }
        for number, step in enumerate(steps)
    ]
    if rows:
        connection.execute(planned_steps.insert(), rows)


def digests(connection: Connection, plan_id: str) -> Iterator[str]:
    """Of all operations, in their order."""
    place = -1
    while True:
        where = (_steps.plan_id == plan_id, _steps.digest != "", _steps.place > place)
        statement = select(_steps.place, _steps.digest).where(*where).order_by(_steps.place).limit(ROWS_AT_ONCE)
        rows = connection.execute(statement).all()
        if not rows:
            return
        yield from (row.digest for row in rows)
        place = rows[-1].place


def pairs_of(connection: Connection, plan_id: str, refs: Iterable[RecordRef]) -> list[Pair]:
    """The pairs that the plan would make of these records, named by their Re-Leased ids."""
    wanted = sorted({(str(ref.type), ref.key) for ref in refs})
    return _pairs(connection, plan_id, (_steps.type, _steps.released_id), wanted)


def pairs_to(connection: Connection, plan_id: str, external: Iterable[tuple[str, str]]) -> list[Pair]:
    """The pairs that the plan would make with these (entity, QuickBooks id)."""
    return _pairs(connection, plan_id, (_steps.entity, _steps.external_id), sorted(set(external)))


def planned_attempts(connection: Connection, plan_id: str, refs: Iterable[RecordRef]) -> dict[RecordRef, LastAttempt]:
    """Those of the records that would fail or wait."""
    found: dict[RecordRef, LastAttempt] = {}
    for row in rows_among(connection, NOT_WRITTEN, STEP_KEY, record_keys(refs), plan_id):
        cause = RecordRef(RecordType(row.cause_type), row.cause_key) if row.cause_type else None
        found[RecordRef(RecordType(row.type), row.key)] = LastAttempt(Outcome(row.outcome), row.name, "", cause)
    return found


def approved(connection: Connection, plan_id: str, refs: Iterable[RecordRef]) -> set[tuple[RecordRef, str, str, str]]:
    """(record, entity, outcome, contents) of the operations that this plan has for these records."""
    rows = rows_among(connection, WRITTEN, STEP_KEY, record_keys(refs), plan_id)
    return {(RecordRef(RecordType(row.type), row.key), row.entity, row.outcome, row.contents) for row in rows}


def contents_of(connection: Connection, plan_id: str, names: int) -> list[PlannedGroup]:
    """What happens to how many records of which type, with the first names of each group; what waits or fails too."""
    columns = (_steps.outcome, _steps.direction, _steps.type)
    mine = select(*columns, func.count()).where(_steps.plan_id == plan_id).group_by(*columns)
    found = []
    for outcome, direction, type_, count in connection.execute(mine.order_by(func.min(_steps.place))).all():
        where = (_steps.plan_id == plan_id, _steps.outcome == outcome, _steps.direction == direction)
        named = select(_steps.name).where(*where, _steps.type == type_).order_by(_steps.place).limit(names)
        first = tuple(connection.execute(named).scalars())
        found.append(PlannedGroup(RecordType(type_), Direction(direction), Outcome(outcome), count, first))
    return found


def changes_of(connection: Connection, plan_id: str, page: int, rows: int) -> PlannedChanges:
    """One page of what is updated, old and new; the last one when there are fewer."""
    where = (_steps.plan_id == plan_id, _steps.changes != "")
    total = connection.execute(select(func.count()).select_from(planned_steps).where(*where)).scalar_one()
    pages = max(1, -(-total // rows))
    page = min(max(1, page), pages)
    columns = (_steps.type, _steps.direction, _steps.name, _steps.changes)
    ordered = select(*columns).where(*where).order_by(_steps.loses.desc(), _steps.place)
    found = connection.execute(ordered.offset((page - 1) * rows).limit(rows))
    return PlannedChanges(tuple(_planned_change(row) for row in found), total, page, pages)


def every_change(connection: Connection, plan_id: str) -> Iterator[PlannedChange]:
    page = 1
    while True:
        found = changes_of(connection, plan_id, page, CHANGES_AT_ONCE)
        yield from found.rows
        if page >= found.pages:
            return
        page += 1


def _planned_change(row: Any) -> PlannedChange:
    changes = tuple(FieldChange(**change) for change in load(row.changes))
    return PlannedChange(RecordType(row.type), Direction(row.direction), row.name, changes)


def difference(connection: Connection, before: str, after: str) -> Difference:
    """What the plan `after` has more than `before`, has no more, and has otherwise."""
    counts: dict[tuple[str, str], int] = {}
    names: dict[tuple[str, str], tuple[str, ...]] = {}
    sides = (("more", after, before, False), ("gone", before, after, False), ("changed", after, before, True))
    for what, one, other, changed in sides:
        for outcome, number in _unlike(connection, one, other, changed):
            key = (what, COLUMN_OF[Outcome(outcome)])
            counts[key] = number
            names[key] = tuple(_names(connection, one, other, changed, outcome))
    return Difference(counts, names)


def _unlike(connection: Connection, one: str, other: str, changed: bool) -> list[tuple[str, int]]:
    statement = select(_steps.outcome, func.count()).where(*_only_in(one, other, changed)).group_by(_steps.outcome)
    return [(row[0], row[1]) for row in connection.execute(statement.order_by(_steps.outcome))]


def _names(connection: Connection, one: str, other: str, changed: bool, outcome: str) -> list[str]:
    where = (*_only_in(one, other, changed), _steps.outcome == outcome)
    statement = select(_steps.type, _steps.name).where(*where).order_by(_steps.place).limit(NAMES_SHOWN)
    return [f"{row.type.replace('-', ' ')} {row.name}" for row in connection.execute(statement)]


def _only_in(one: str, other: str, changed: bool) -> tuple[ColumnElement[bool], ...]:
    """Operations of the plan `one` that `other` has not; or, `changed`, that it has with another content."""
    twin = planned_steps.alias("twin")
    same = [twin.c[name] == _steps[name] for name in ("type", "key", "entity", "outcome")]
    there = exists().where(twin.c.plan_id == other, *same).correlate(planned_steps)
    alike = exists().where(twin.c.plan_id == other, *same, twin.c.digest == _steps.digest).correlate(planned_steps)
    unlike = (there, ~alike) if changed else (~there,)
    return (_steps.plan_id == one, _steps.digest != "", *unlike)


def _pairs(
    connection: Connection, plan_id: str, columns: Sequence[ColumnElement[Any]], wanted: Sequence[tuple[str, str]]
) -> list[Pair]:
    found = []
    keys = [key for key in wanted if key[1]] if plan_id else []
    for row in rows_among(connection, PAIRED, (_steps.plan_id, *columns), keys, plan_id):
        ref = RecordRef(RecordType(row.type), row.key)
        found.append(Pair(ref, row.released_id, row.entity, row.external_id))
    return found
