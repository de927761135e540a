"""Named queries over what is settled about causes, and over how those that are gone came to their end."""

import json
from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, delete, select

from bot.core.causes.work import BACK, UNLINK, ResolvedCause, Snooze, Work
from bot.core.model import RecordRef, RecordType
from bot.store.database import from_ms, insert_into, to_ms
from bot.store.mirror.records import unlinked_among
from bot.store.tables import cause_spans, runs
from bot.store.team.notes import LINK_DEEDS
from bot.store.team.tables import audit, cause_work

_ENDED = select(cause_spans.c.id).where(
    cause_spans.c.company_id == cause_work.c.company_id,
    cause_spans.c.key == cause_work.c.key,
    cause_spans.c.closed_at >= cause_work.c.at,
)
_HAS_ENDED = _ENDED.exists()


def put(connection: Connection, work: Work) -> None:
    """In place of what was settled before."""
    values = {
        "assignee": work.assignee,
        "rest": work.rest.value,
        "until": work.until.isoformat() if work.until else "",
        "note": work.note,
        "by": work.by,
        "at": to_ms(work.at),
    }
    statement = insert_into(connection, cause_work).values(company_id=work.company_id, key=work.key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["company_id", "key"], set_=values))


def of_company(connection: Connection, company_id: str) -> dict[str, Work]:
    """What is settled now: it ends with its cause, whoever is told of that and when."""
    rows = connection.execute(select(cause_work).where(cause_work.c.company_id == company_id, ~_HAS_ENDED))
    return {row.key: _work(row) for row in rows}


def of_person(connection: Connection, user_id: str) -> list[Work]:
    """The oldest first."""
    mine = select(cause_work).where(cause_work.c.assignee == user_id, ~_HAS_ENDED)
    return [_work(row) for row in connection.execute(mine.order_by(cause_work.c.at, cause_work.c.key))]


def ended_of_person(connection: Connection, user_id: str, at: int) -> list[tuple[str, ResolvedCause]]:
    """(company, how it ended) of this person's causes that came to their end at or after that moment."""
    mine = select(cause_work).where(cause_work.c.assignee == user_id, _HAS_ENDED)
    found = []
    for row in connection.execute(mine.order_by(cause_work.c.at, cause_work.c.key)).all():
        ended = resolved_since(connection, row.company_id, max(at, row.at))
        found += [(row.company_id, one) for one in ended if one.key == row.key]
    return found


def ended_of_company(connection: Connection, company_id: str) -> list[ResolvedCause]:
    """How those causes came to their end about which anything was settled."""
    kept = select(cause_work.c.key, cause_work.c.at).where(cause_work.c.company_id == company_id, _HAS_ENDED)
    at_of = {row.key: row.at for row in connection.execute(kept)}
    ended = resolved_since(connection, company_id, min(at_of.values())) if at_of else []
    return [one for one in ended if one.key in at_of]


def forget(connection: Connection, company_id: str, keys: Collection[str], ended_since: int) -> None:
    """What is settled about causes that are gone; those that ended since that moment are shown a while longer."""
    lately = _ENDED.where(cause_spans.c.closed_at >= ended_since).exists()
    mine = (cause_work.c.company_id == company_id, cause_work.c.key.in_(keys))
    connection.execute(delete(cause_work).where(*mine, ~lately))


def kept_keys(connection: Connection, company_id: str) -> set[str]:
    """Of which causes anything is kept, ended or not."""
    return set(
        connection.execute(select(cause_work.c.key).where(cause_work.c.company_id == company_id)).scalars().all()
    )


def opened_since(connection: Connection, company_id: str, at: int) -> set[str]:
    """Causes that came at or after that moment, and last."""
    mine = (cause_spans.c.company_id == company_id, cause_spans.c.closed_at.is_(None), cause_spans.c.opened_at >= at)
    return set(connection.execute(select(cause_spans.c.key).where(*mine)).scalars())


def resolved_since(connection: Connection, company_id: str, at: int) -> list[ResolvedCause]:
    """The first that came to its end first. A deed that ends a cause bears the very moment of that end."""
    ended = (cause_spans.c.company_id == company_id) & (cause_spans.c.closed_at >= at)
    rows = connection.execute(select(cause_spans).where(ended).order_by(cause_spans.c.closed_at, cause_spans.c.id))
    found: dict[str, ResolvedCause] = {}
    how: dict[int, tuple[str, str]] = {}
    for row in rows:
        if row.closed_at not in how:
            how[row.closed_at] = _deed(connection, company_id, row.closed_at)
        when = from_ms(row.closed_at)
        if when is not None:
            found[row.key] = ResolvedCause(row.key, row.headline, row.records, when, *how[row.closed_at])
    return list(found.values())


def _deed(connection: Connection, company_id: str, at: int) -> tuple[str, str]:
    """What happened at that moment and who did it."""
    done = select(audit.c.what, audit.c.by, audit.c.records).where(audit.c.company_id == company_id, audit.c.at == at)
    deed = connection.execute(done.where(audit.c.what.in_(LINK_DEEDS)).order_by(audit.c.id.desc()).limit(1)).first()
    if deed is not None and deed.what == UNLINK and not _is_still_unlinked(connection, company_id, deed.records):
        return BACK, deed.by
    if deed is not None:
        return deed.what, deed.by
    began = select(runs.c.requested_by).where(runs.c.company_id == company_id, runs.c.started_at <= at)
    return "sync", connection.execute(began.order_by(runs.c.started_at.desc()).limit(1)).scalar() or ""


def _is_still_unlinked(connection: Connection, company_id: str, records: str) -> bool:
    """Whether anything of what was unlinked then is unlinked now. `records` is a JSON list of "type:key"."""
    refs = [RecordRef(RecordType(type_), key) for type_, _, key in (one.partition(":") for one in json.loads(records))]
    return bool(unlinked_among(connection, company_id, refs))


def _work(row: object) -> Work:
    kept = row._mapping  # type: ignore[attr-defined]
    at = from_ms(kept["at"])
    if at is None:
        raise ValueError("an instant is missing")
    until = date.fromisoformat(kept["until"]) if kept["until"] else None
    about = (kept["assignee"], Snooze(kept["rest"]), until, kept["note"])
    return Work(kept["company_id"], kept["key"], at, kept["by"], *about)
