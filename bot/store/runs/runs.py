"""Named queries over runs: requested, running, finished, and what people see of them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Select, and_, select, update

from bot.core.runs import ApiCalls, Counts, Flag, Progress, RedReason, RunState, RunView, Trigger
from bot.store.database import dump, from_ms, insert_if_new, load
from bot.store.tables import companies, runs

OPEN = (RunState.REQUESTED, RunState.RUNNING)


def open_run(connection: Connection, company_id: str) -> RunView | None:
    statement = _views().where(runs.c.company_id == company_id, runs.c.state.in_(OPEN))
    row = connection.execute(statement.order_by(runs.c.requested_at)).first()
    return _view(row) if row else None


def request(
    connection: Connection,
    run_id: str,
    company_id: str,
    trigger: Trigger,
    requested_by: str,
    at: int,
    accepts_stop: bool = False,
    plan: str = "",
    source: str = "",
) -> bool:
    """Write down that a run is wanted; False when one is requested or running already.

    `source` is the message that a person started it from, "channel ts".
    """
    return insert_if_new(
        connection,
        runs,
        id=run_id,
        company_id=company_id,
        state=RunState.REQUESTED,
        trigger=trigger,
        requested_by=requested_by,
        requested_at=at,
        changed_at=at,
        counts="{}",
        api_calls="{}",
        progress="{}",
        problems=0,
        error="",
        accepts_stop=accepts_stop,
        plan=plan,
        source=source,
    )


def change(connection: Connection, run_id: str, at: int, **values: Any) -> None:
    """Set columns of a run; counts, api_calls and progress are given as dataclasses, conflicts as texts."""
    if "conflicts" in values:
        values["conflicts"] = dump(list(values["conflicts"]))
    for name in ("counts", "api_calls", "progress"):
        if name in values:
            values[name] = dump(asdict(values[name]))
    connection.execute(update(runs).where(runs.c.id == run_id).values(changed_at=at, **values))


def abandon_others(connection: Connection, company_id: str, run_id: str, at: int) -> None:
    """Runs of the company that look open although their process is gone: whoever holds the lease says so."""
    stale = (runs.c.company_id == company_id) & (runs.c.state == RunState.RUNNING) & (runs.c.id != run_id)
    words = "The run stopped before its end: its process went away. Nothing is lost; the next run goes on from there."
    values = {"state": RunState.INCOMPLETE, "flag": None, "error": words, "finished_at": at, "changed_at": at}
    connection.execute(update(runs).where(stale).values(values))


def get(connection: Connection, run_id: str) -> RunView | None:
    row = connection.execute(_views().where(runs.c.id == run_id)).first()
    return _view(row) if row else None


def changed_since(connection: Connection, at: int) -> list[RunView]:
    return [
        _view(row) for row in connection.execute(_views().where(runs.c.changed_at >= at).order_by(runs.c.requested_at))
    ]


def requested(connection: Connection) -> list[RunView]:
    statement = _views().where(runs.c.state == RunState.REQUESTED)
    return [_view(row) for row in connection.execute(statement.order_by(runs.c.requested_at))]


def running(connection: Connection) -> list[RunView]:
    return [_view(row) for row in connection.execute(_views().where(runs.c.state == RunState.RUNNING))]


def last_finished(connection: Connection, company_id: str) -> RunView | None:
    statement = _views().where(runs.c.company_id == company_id, runs.c.state == RunState.FINISHED)
    row = connection.execute(statement.order_by(runs.c.finished_at.desc()).limit(1)).first()
    return _view(row) if row else None


def out_of_balance_since(connection: Connection, company_id: str) -> int | None:
    """When the runs began to end out of balance, in ms; None when the last finished one did not."""
    finished = select(runs.c.finished_at, runs.c.red_reason).where(
        runs.c.company_id == company_id,
        runs.c.state == RunState.FINISHED,
        runs.c.red_reason.is_distinct_from(RedReason.UNREADABLE),  # which says nothing of the totals
    )
    is_out = runs.c.red_reason == RedReason.OUT_OF_BALANCE
    latest = connection.execute(finished.order_by(runs.c.finished_at.desc()).limit(1)).first()
    if latest is None or latest.red_reason != RedReason.OUT_OF_BALANCE:
        return None
    balanced = finished.where(runs.c.red_reason.is_(None) | ~is_out)
    before = connection.execute(balanced.order_by(runs.c.finished_at.desc()).limit(1)).first()
    since = finished.where(is_out, runs.c.finished_at > (before.finished_at if before else 0))
    first = connection.execute(since.order_by(runs.c.finished_at).limit(1)).first()
    return int(first.finished_at) if first else None


def finished_since(connection: Connection, company_id: str, at: int) -> list[RunView]:
    """Ended runs, whether they reached their end or not."""
    where = [runs.c.company_id == company_id, runs.c.finished_at >= at]
    return [_view(row) for row in connection.execute(_views().where(*where).order_by(runs.c.finished_at))]


def last(connection: Connection, company_id: str) -> RunView | None:
    """The newest, but for those that refused their plan: they say nothing of the company, whose last run is another."""
    refused = and_(
        runs.c.state == RunState.INCOMPLETE, runs.c.plan != "", companies.c.last_run_id.is_distinct_from(runs.c.id)
    )
    statement = (
        _views().where(runs.c.company_id == company_id, ~refused).order_by(runs.c.requested_at.desc(), runs.c.id.desc())
    )
    row = connection.execute(statement.limit(1)).first()
    return _view(row) if row else None


def _views() -> Select[Any]:
    return select(runs, companies.c.name.label("company_name")).join(companies, companies.c.id == runs.c.company_id)


def _view(row: Any) -> RunView:
    counts: Mapping[str, int] = load(row.counts)
    calls: Mapping[str, int] = load(row.api_calls)
    requested_at = from_ms(row.requested_at)
    if requested_at is None:
        raise ValueError(f"run {row.id} has no time of request")
    return RunView(
        run_id=row.id,
        company_id=row.company_id,
        company_name=row.company_name,
        state=RunState(row.state),
        flag=Flag(row.flag) if row.flag else None,
        trigger=Trigger(row.trigger),
        requested_by=row.requested_by,
        requested_at=requested_at,
        started_at=from_ms(row.started_at),
        finished_at=from_ms(row.finished_at),
        counts=Counts(**counts),
        api_calls=ApiCalls(**calls),
        progress=Progress(**load(row.progress)),
        problems=row.problems,
        red_reason=RedReason(row.red_reason) if row.red_reason else None,
        error=row.error,
        accepts_stop=row.accepts_stop,
        plan=row.plan,
        control=row.control,
        conflicts=tuple(load(row.conflicts)),
    )
