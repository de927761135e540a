"""Named queries over results: the last attempt of every record, and the attempts before it."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select, update

from bot.core.model import NEEDS_ATTENTION, Direction, Outcome, RecordRef, RecordType, Result
from bot.core.results import Attempt, ResultsFilter, ResultsOrder, ResultsPage
from bot.core.runs import Trigger
from bot.store.database import from_ms, to_ms, upsert_into
from bot.store.keysets import change_among, chunks, record_keys, rows_among
from bot.store.mirror.parties import parties_of
from bot.store.results.cause_records import Conditions, held_up
from bot.store.results.filter import conditions, is_read_through, those_with
from bot.store.results.order import Part, parts
from bot.store.results.search_words import search_words
from bot.store.tables import RESULT_COLUMNS, attempts, results, runs

ATTEMPTS_SHOWN = 10
FAILURES_KEPT = 20
"""A record that fails at every sync would fill the table; what went well comes and goes with real changes only."""
ROWS_AT_A_TIME = 500
RARE = 5_000
"""A text in more rows than this is frequent."""
NAMES = [name for name, _, _ in RESULT_COLUMNS]
KEY = (results.c.company_id, results.c.type, results.c.key)
WHOLE = select(results)
LAST_ATTEMPT = select(results.c.type, results.c.key, results.c.entity, results.c.outcome, results.c.run_id)
DELETE_RESULTS = delete(results)
LINKED, UNLINKED = update(results).values(linked=True), update(results).values(linked=False)


@dataclass(frozen=True)
class LastAttempt:
    """How a record's last attempt went, for those that refer to it."""

    outcome: Outcome
    name: str
    code: str
    cause: RecordRef | None


def record(connection: Connection, company_id: str, run_id: str, found: Sequence[Result]) -> None:
    if not found:
        return
    whose = parties_of(connection, company_id, {result.ref for result in found})
    rows = [_row(company_id, run_id, result, whose.get(result.ref, "")) for result in found]
    latest = _without_masked(connection, company_id, run_id, rows)
    if latest:
        anew = upsert_into(connection, results, ("company_id", "type", "key"), (*NAMES, "run_id", "search"))
        connection.execute(anew, latest)
    tried = [{name: value for name, value in row.items() if name != "search"} for row in rows]
    connection.execute(attempts.insert(), tried)
    _forget_old_failures(connection, company_id, rows)


def _forget_old_failures(connection: Connection, company_id: str, rows: Sequence[dict[str, Any]]) -> None:
    for type_, key in {(row["type"], row["key"]) for row in rows if row["outcome"] in NEEDS_ATTENTION}:
        mine = [attempts.c.company_id == company_id, attempts.c.type == type_, attempts.c.key == key]
        newest_first = select(attempts.c.id).where(*mine).order_by(attempts.c.id.desc())
        last_to_go = newest_first.offset(FAILURES_KEPT).limit(1).scalar_subquery()
        connection.execute(delete(attempts).where(*mine, attempts.c.id <= last_to_go))


def _without_masked(
    connection: Connection, company_id: str, run_id: str, rows: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """One row a record: the success of a contact's Customer must not hide that its Vendor failed in the same run."""
    latest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        before = latest.get((row["type"], row["key"]))
        if before is None or before["entity"] == row["entity"] or before["outcome"] not in NEEDS_ATTENTION:
            latest[row["type"], row["key"]] = row
    masked = {
        (row.type, row.key)
        for row in rows_among(connection, LAST_ATTEMPT, KEY, list(latest), company_id)
        if row.run_id == run_id and row.outcome in NEEDS_ATTENTION
        if latest[row.type, row.key]["entity"] != row.entity
    }
    return [row for name, row in latest.items() if name not in masked]


def forget(connection: Connection, company_id: str, refs: Sequence[RecordRef]) -> None:
    """Take rows out of the table: the record goes on under another key, or is no business of ours any more."""
    change_among(connection, DELETE_RESULTS, KEY, record_keys(refs), company_id)


def set_linked(connection: Connection, company_id: str, refs: Sequence[RecordRef], linked: bool) -> None:
    change_among(connection, LINKED if linked else UNLINKED, KEY, record_keys(refs), company_id)


def get(connection: Connection, company_id: str, refs: Sequence[RecordRef]) -> list[Result]:
    return [result_of(row) for row in rows_among(connection, WHOLE, KEY, record_keys(refs), company_id)]


def last_attempts(connection: Connection, company_id: str, refs: Sequence[RecordRef]) -> dict[RecordRef, LastAttempt]:
    return {
        result.ref: LastAttempt(result.outcome, result.name, result.code, result.cause)
        for result in get(connection, company_id, refs)
    }


def history(connection: Connection, company_id: str, ref: RecordRef) -> list[Result]:
    return [attempt.result for attempt in attempts_at(connection, company_id, ref)]


def before_unlinked(connection: Connection, company_id: str, refs: Sequence[RecordRef]) -> list[Result]:
    """How the last attempt went that the sync made of each, whatever people decided since."""
    found = []
    for ref in refs:
        mine = (attempts.c.company_id == company_id, attempts.c.type == ref.type, attempts.c.key == ref.key)
        statement = select(attempts).where(*mine, attempts.c.run_id != "").order_by(attempts.c.id.desc()).limit(1)
        found += [result_of(row) for row in connection.execute(statement)]
    return found


def attempts_at(connection: Connection, company_id: str, ref: RecordRef) -> list[Attempt]:
    """The last ones, newest first, with who or what started the run of each."""
    where = [attempts.c.company_id == company_id, attempts.c.type == ref.type, attempts.c.key == ref.key]
    joined = attempts.outerjoin(runs, runs.c.id == attempts.c.run_id)
    statement = select(attempts, runs.c.trigger, runs.c.requested_by).select_from(joined).where(*where)
    found = connection.execute(statement.order_by(attempts.c.id.desc()).limit(ATTEMPTS_SHOWN))
    return [
        Attempt(result_of(row), Trigger(row.trigger) if row.trigger else None, row.requested_by or "") for row in found
    ]


@dataclass(frozen=True)
class NeedingAttention:
    """What of a company needs attention, newest first: read anew, a few rows at a time, whenever it is gone through."""

    connection: Connection
    company_id: str
    most: int | None = None

    def __iter__(self) -> Iterator[Result]:
        # one question for each outcome: asked for both in order of time, SQLite walks all results instead of these few
        found = [self.connection.execute(self._of(outcome)) for outcome in sorted(NEEDS_ATTENTION)]
        rows = heapq.merge(*found, key=lambda row: int(row.at), reverse=True)
        return (result_of(row) for row in islice(rows, self.most))

    def _of(self, outcome: Outcome) -> Select[Any]:
        where = [results.c.company_id == self.company_id, results.c.outcome == outcome, results.c.linked]
        order = (results.c.at.desc(), results.c.type, results.c.key)
        statement = select(results).where(*where).order_by(*order).limit(self.most)
        return statement.execution_options(yield_per=ROWS_AT_A_TIME)


def needing_attention(connection: Connection, company_id: str) -> list[Result]:
    return list(NeedingAttention(connection, company_id))


def count_needing_attention(connection: Connection, company_id: str) -> tuple[int, int]:
    """(failed with the waiting ones, waiting)"""
    where = [results.c.company_id == company_id, results.c.outcome.in_(NEEDS_ATTENTION), results.c.linked]
    statement = select(results.c.outcome, func.count()).where(*where).group_by(results.c.outcome)
    counted = {row[0]: row[1] for row in connection.execute(statement)}
    return sum(counted.values()), counted.get(Outcome.WAITING, 0)


def count(connection: Connection, wanted: ResultsFilter, timezone: str) -> int:
    return _count(connection, wanted, timezone, held_up(connection, wanted))


def _count(
    connection: Connection, wanted: ResultsFilter, timezone: str, held: Conditions, through: bool = False
) -> int:
    statement = select(func.count()).select_from(results).where(*conditions(wanted, timezone, held, through))
    return int(connection.execute(statement).scalar_one())


def matching(connection: Connection, wanted: ResultsFilter, timezone: str, refs: Sequence[RecordRef]) -> set[RecordRef]:
    """Those of these records that the filter has."""
    where = conditions(wanted, timezone, held_up(connection, wanted))
    return {
        RecordRef(RecordType(row.type), row.key)
        for type_ in {ref.type for ref in refs}
        for group in chunks(sorted({ref.key for ref in refs if ref.type == type_}))
        for row in connection.execute(
            select(results.c.type, results.c.key).where(results.c.type == type_, results.c.key.in_(group), *where)
        )
    }


def page(
    connection: Connection,
    wanted: ResultsFilter,
    timezone: str,
    offset: int,
    limit: int | None,
    order: ResultsOrder = ResultsOrder.NEWEST,
) -> list[Result]:
    """Rows of the filter in their order; the same rows in the same order however often it is asked."""
    if limit is None:
        return list(every(connection, wanted, timezone, order))
    held = held_up(connection, wanted)
    return _rows_of(connection, wanted.company_id, _keys(connection, wanted, timezone, order, offset, limit, held))


def find(
    connection: Connection, wanted: ResultsFilter, timezone: str, order: ResultsOrder, page_number: int, rows: int
) -> ResultsPage:
    """One page, the last one when there are fewer."""
    held = held_up(connection, wanted)
    if wanted.text.strip():
        total, keys = _searched(connection, wanted, timezone, order, page_number, rows, held)
    else:
        total = _count(connection, wanted, timezone, held)
        offset = (min(page_number, _pages(total, rows)) - 1) * rows
        keys = _keys(connection, wanted, timezone, order, offset, rows, held)
    found = _rows_of(connection, wanted.company_id, keys)
    pages = _pages(total, rows)
    return ResultsPage(tuple(found), total, min(page_number, pages), pages)


def every(
    connection: Connection, wanted: ResultsFilter, timezone: str, order: ResultsOrder = ResultsOrder.NEWEST
) -> Iterator[Result]:
    """All rows of the filter, a few at a time, so that any number of them takes little memory."""
    held = held_up(connection, wanted)
    streaming = connection.execution_options(yield_per=ROWS_AT_A_TIME)
    for part in parts(wanted, order, held):
        statement = select(results).where(*conditions(part.wanted, timezone, part.held)).order_by(*part.ordered)
        yield from (result_of(row) for row in streaming.execute(statement))


def _searched(
    connection: Connection,
    wanted: ResultsFilter,
    timezone: str,
    order: ResultsOrder,
    page_number: int,
    rows: int,
    held: Conditions,
) -> tuple[int, list[tuple[str, str]]]:
    """How many rows hold the text, and the keys of one page of them (the last one when there are fewer).

    A rare text takes one pass over all rows, which finds every page; a frequent one fills its first pages soon, and
    only its count goes through all rows.
    """
    through = is_read_through(connection, wanted)
    few = those_with(connection, wanted, timezone, held, RARE) if through else None
    first = _keys(connection, wanted, timezone, order, 0, RARE + 1, (*held, *(few or ())), few is not None)
    total = len(first) if len(first) <= RARE else _count(connection, wanted, timezone, held, through)
    begin = (min(page_number, _pages(total, rows)) - 1) * rows
    if begin + rows <= len(first) or len(first) <= RARE:
        return total, first[begin : begin + rows]
    return total, _keys(connection, wanted, timezone, order, begin, rows, held)


def _keys(
    connection: Connection,
    wanted: ResultsFilter,
    timezone: str,
    order: ResultsOrder,
    offset: int,
    limit: int,
    held: Conditions,
    through: bool = False,
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    asked = parts(wanted, order, held)
    for part in asked:
        statement = keys_of(part, timezone, through).offset(offset).limit(limit - len(found))
        rows = [(row.type, row.key) for row in connection.execute(statement)]
        found += rows
        if len(found) == limit:
            break
        is_over = rows or not offset or len(asked) == 1
        offset = 0 if is_over else offset - _count(connection, part.wanted, timezone, part.held, through)
    return found


def keys_of(part: Part, timezone: str, through: bool = False) -> Select[tuple[str, str]]:
    """Only what an index holds: the rows themselves are read for the page that is shown."""
    where = conditions(part.wanted, timezone, part.held, through)
    return select(results.c.type, results.c.key).where(*where).order_by(*part.ordered)


def _rows_of(connection: Connection, company_id: str, keys: Sequence[tuple[str, str]]) -> list[Result]:
    rows = rows_among(connection, WHOLE, KEY, keys, company_id)
    found = {(row.type, row.key): result_of(row) for row in rows}
    return [found[key] for key in keys if key in found]


def _pages(total: int, rows: int) -> int:
    return max(1, -(-total // rows))


def _row(company_id: str, run_id: str, result: Result, party: str) -> dict[str, Any]:
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
        "search": search_words(result, party),
    }


def result_of(row: Any) -> Result:
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
