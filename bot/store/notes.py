"""Named queries over what the desk keeps for people: audit trail, undo tokens, remembered views, posted messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, update

from bot.core.model import RecordRef, RecordType
from bot.store.database import dump, insert_if_new, insert_into, load
from bot.store.tables import audit, posts, undos, unlinked, views

VIEW_LIFE_MS = 7 * 24 * 3600 * 1000


@dataclass(frozen=True)
class PostedMessage:
    """A message of ours in Slack; `ts` is unique only together with its channel. "" while it is being posted."""

    key: str
    channel_id: str
    ts: str
    digest: str


@dataclass(frozen=True)
class Undo:
    company_id: str
    what: str
    refs: tuple[RecordRef, ...]
    at: int
    used: bool


def write_audit(
    connection: Connection, company_id: str, at: int, by: str, what: str, refs: Sequence[RecordRef], note: str
) -> None:
    records = dump([str(ref) for ref in refs])
    connection.execute(
        audit.insert().values(company_id=company_id, at=at, by=by, what=what, records=records, note=note, run_id="")
    )


def add_undo(
    connection: Connection, token: str, company_id: str, what: str, refs: Sequence[RecordRef], at: int
) -> None:
    records = dump([[ref.type, ref.key] for ref in refs])
    connection.execute(
        undos.insert().values(token=token, company_id=company_id, what=what, records=records, at=at, used=False)
    )


def get_undo(connection: Connection, token: str) -> Undo | None:
    row = connection.execute(select(undos).where(undos.c.token == token)).first()
    if row is None:
        return None
    refs = tuple(RecordRef(RecordType(type_), key) for type_, key in load(row.records))
    return Undo(row.company_id, row.what, refs, row.at, row.used)


def use_undo(connection: Connection, token: str) -> bool:
    done = connection.execute(update(undos).where(undos.c.token == token, ~undos.c.used).values(used=True))
    return done.rowcount == 1


def unlinked_at(connection: Connection, company_id: str) -> dict[RecordRef, int]:
    """Everything that is left out of the sync, and since when."""
    rows = connection.execute(select(unlinked).where(unlinked.c.company_id == company_id))
    return {RecordRef(RecordType(row.type), row.key): row.at for row in rows}


def changed_links_since(connection: Connection, company_id: str, at: int) -> set[str]:
    """Names of the records that were unlinked or relinked after that moment."""
    where = [audit.c.company_id == company_id, audit.c.at > at, audit.c.what.in_(("unlink", "relink", "undo"))]
    rows = connection.execute(select(audit.c.records).where(*where)).scalars()
    return {name for records in rows for name in load(records)}


def put_view(connection: Connection, view_id: str, state: Mapping[str, Any], at: int) -> None:
    connection.execute(delete(views).where(views.c.at < at - VIEW_LIFE_MS))
    statement = insert_into(connection, views).values(id=view_id, state=dump(dict(state)), at=at)
    update_ = {"state": statement.excluded.state, "at": at}
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=update_))


def get_view(connection: Connection, view_id: str) -> dict[str, Any] | None:
    state = connection.execute(select(views.c.state).where(views.c.id == view_id)).scalar()
    return None if state is None else dict(load(state))


def get_post(connection: Connection, key: str) -> PostedMessage | None:
    row = connection.execute(select(posts).where(posts.c.key == key, posts.c.ts != "")).first()
    return PostedMessage(row.key, row.channel_id, row.ts, row.digest) if row else None


def put_post(connection: Connection, key: str, channel_id: str, ts: str, digest: str, at: int) -> None:
    values = {"channel_id": channel_id, "ts": ts, "digest": digest, "at": at}
    statement = insert_into(connection, posts).values(key=key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))


def claim_post(connection: Connection, key: str, at: int) -> bool:
    return insert_if_new(connection, posts, key=key, channel_id="", ts="", digest="", at=at)


def release_post(connection: Connection, key: str) -> None:
    connection.execute(delete(posts).where(posts.c.key == key, posts.c.ts == ""))
