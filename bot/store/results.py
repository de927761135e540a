"""Named queries over results: the last attempt of every record, and the attempts before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, tuple_, update

from bot.core.model import NEEDS_ATTENTION, Direction, LinkStatus, Outcome, RecordRef, RecordType, Result, ResultsFilter
from bot.store.database import from_ms, insert_into, to_ms
from bot.store.records import chunks
from bot.store.tables import RESULT_COLUMNS, attempts, results

ATTEMPTS_SHOWN = 10
NAMES = [name for name, _, _ in RESULT_COLUMNS]


@dataclass(frozen=True)
class Standing:
    """How a record's last attempt went, for those that refer to it."""

    outcome: Outcome
    name: str
    code: str
    cause: RecordRef | None


def record(connection: Connection, company_id: str, run_id: str, found: Sequence[Result]) -> None:
    if not found:
        return
    rows = [_row(company_id, run_id, result) for result in found]
    latest = _without_masked(connection, company_id, run_id, rows)
    statement = insert_into(connection, results)
    update_ = {name: statement.excluded[name] for name in (*NAMES, "run_id", "search")}
    keys = ["company_id", "type", "key"]
    if latest:
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=update_), latest)
    history = [{name: value for name, value in row.items() if name != "search"} for row in rows]
    connection.execute(attempts.insert(), history)


def _without_masked(
    connection: Connection, company_id: str, run_id: str, rows: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """One row a record: the success of a contact's Customer must not hide that its Vendor failed in the same run."""
    latest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        before = latest.get((row["type"], row["key"]))
        if before is None or before["entity"] == row["entity"] or before["outcome"] not in NEEDS_ATTENTION:
            latest[row["type"], row["key"]] = row
    where = [results.c.run_id == run_id, results.c.outcome.in_(NEEDS_ATTENTION)]
    columns = (results.c.type, results.c.key, results.c.entity)
    masked = {
        (row.type, row.key)
        for among in _among(company_id, list(latest))
        for row in connection.execute(select(*columns).where(*among, *where))
        if latest[row.type, row.key]["entity"] != row.entity
    }
    return [row for name, row in latest.items() if name not in masked]


def forget(connection: Connection, company_id: str, refs: Sequence[RecordRef]) -> None:
    """Take rows out of the table: the record goes on under another key, or is no business of ours any more."""
    for among in _among(company_id, _ids(refs)):
        connection.execute(delete(results).where(*among))


def set_linked(connection: Connection, company_id: str, refs: Sequence[RecordRef], linked: bool) -> None:
    for among in _among(company_id, _ids(refs)):
        connection.execute(update(results).where(*among).values(linked=linked))


def get(connection: Connection, company_id: str, refs: Sequence[RecordRef]) -> list[Result]:
    return [
        _result(row)
        for among in _among(company_id, _ids(refs))
        for row in connection.execute(select(results).where(*among))
    ]


def standings(connection: Connection, company_id: str, refs: Sequence[RecordRef]) -> dict[RecordRef, Standing]:
    return {
        result.ref: Standing(result.outcome, result.name, result.code, result.cause)
        for result in get(connection, company_id, refs)
    }


def history(connection: Connection, company_id: str, ref: RecordRef) -> list[Result]:
    where = [attempts.c.company_id == company_id, attempts.c.type == ref.type, attempts.c.key == ref.key]
    statement = select(attempts).where(*where).order_by(attempts.c.id.desc()).limit(ATTEMPTS_SHOWN)
    return [_result(row) for row in connection.execute(statement)]


def needing_attention(connection: Connection, company_id: str) -> list[Result]:
    where = [results.c.company_id == company_id, results.c.outcome.in_(NEEDS_ATTENTION), results.c.linked]
    return [_result(row) for row in connection.execute(select(results).where(*where).order_by(results.c.at.desc()))]


def count_needing_attention(connection: Connection, company_id: str) -> tuple[int, int]:
    """(failed with the waiting ones, waiting)"""
    where = [results.c.company_id == company_id, results.c.outcome.in_(NEEDS_ATTENTION), results.c.linked]
    statement = select(results.c.outcome, func.count()).where(*where).group_by(results.c.outcome)
    counted = {row[0]: row[1] for row in connection.execute(statement)}
    return sum(counted.values()), counted.get(Outcome.WAITING, 0)


def count(connection: Connection, wanted: ResultsFilter, timezone: str) -> int:
    statement = select(func.count()).select_from(results).where(*_conditions(wanted, timezone))
    return int(connection.execute(statement).scalar_one())


def page(connection: Connection, wanted: ResultsFilter, timezone: str, offset: int, limit: int | None) -> list[Result]:
    statement = select(results).where(*_conditions(wanted, timezone))
    order = (results.c.at.desc(), results.c.type, results.c.key)
    statement = statement.order_by(*order).offset(offset)
    return [_result(row) for row in connection.execute(statement if limit is None else statement.limit(limit))]


def _conditions(wanted: ResultsFilter, timezone: str) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [results.c.company_id == wanted.company_id]
    if wanted.status is not LinkStatus.ALL:
        where.append(results.c.linked if wanted.status is LinkStatus.LINKED else ~results.c.linked)
    if wanted.type is not None:
        where.append(results.c.type == wanted.type)
    if wanted.needs_attention:
        where.append(results.c.outcome.in_(NEEDS_ATTENTION))
    if wanted.cause is not None:
        mine = (results.c.cause_type == wanted.cause.type) & (results.c.cause_key == wanted.cause.key)
        where.append(or_(mine, (results.c.type == wanted.cause.type) & (results.c.key == wanted.cause.key)))
    if wanted.since is not None:
        start = datetime.combine(wanted.since, time.min, ZoneInfo(timezone))
        where.append(results.c.at >= to_ms(start))
    for word in wanted.text.casefold().split():
        where.append(results.c.search.contains(word, autoescape=True))
    return where


def _ids(refs: Sequence[RecordRef]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((str(ref.type), ref.key) for ref in refs))


def _among(company_id: str, ids: Sequence[tuple[str, str]]) -> Iterator[list[ColumnElement[bool]]]:
    """Conditions for a few hundred records each: a statement takes only so many values."""
    for group in chunks(ids):
        yield [results.c.company_id == company_id, tuple_(results.c.type, results.c.key).in_(group)]


def _row(company_id: str, run_id: str, result: Result) -> dict[str, Any]:
    texts = (result.name, result.ref.key, result.released_id, result.external_id, result.details, result.more_detail)
    return {
        "company_id": company_id,
        "type": result.ref.type,
        "key": result.ref.key,
        "at": to_ms(result.at),
        "name": result.name,
        "released_id": result.released_id,
        "entity": result.entity,
        "external_id": result.external_id,
        "direction": result.direction,
        "outcome": result.outcome,
        "code": result.code,
        "details": result.details,
        "more_detail": result.more_detail,
        "linked": result.linked,
        "cause_type": result.cause.type if result.cause else None,
        "cause_key": result.cause.key if result.cause else None,
        "amount": None if result.amount is None else str(result.amount),
        "currency": result.currency,
        "run_id": run_id,
        "search": " ".join((*texts, str(result.ref.type), str(result.outcome), result.code)).casefold(),
    }


def _result(row: Any) -> Result:
    at = from_ms(row.at)
    if at is None:
        raise ValueError(f"result {row.type}:{row.key} has no time")
    return Result(
        at=at,
        ref=RecordRef(RecordType(row.type), row.key),
        name=row.name,
        released_id=row.released_id,
        entity=row.entity,
        external_id=row.external_id,
        direction=Direction(row.direction),
        outcome=Outcome(row.outcome),
        code=row.code,
        details=row.details,
        more_detail=row.more_detail,
        linked=row.linked,
        cause=RecordRef(RecordType(row.cause_type), row.cause_key) if row.cause_type else None,
        amount=None if row.amount is None else Decimal(row.amount),
        currency=row.currency,
    )
