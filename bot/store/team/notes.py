"""Named queries over what the desk keeps for people: audit trail, undo tokens, remembered views, posted messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from bot.core.model import RecordRef, RecordType
from bot.core.team.posting import Claim
from bot.store.database import dump, insert_if_new, insert_into, load
from bot.store.tables import runs, unlinked
from bot.store.team.tables import audit, posts, undos, views

LINK_DEEDS = ("unlink", "relink", "undo", "link", "create", "rename")
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
    deed: int = 0  # the number of the deed in the audit trail that it takes back; 0 = from before they were kept
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Deed:
    """One row of the audit trail; `records` are written "type:key". Instants in ms since 1970."""

    company_id: str
    at: int
    by: str
    what: str
    records: tuple[str, ...] = ()
    note: str = ""
    before: str = ""
    after: str = ""
    source: str = ""  # the message it was done from, "channel ts"; "" = not from a message


def write_audit(
    connection: Connection, company_id: str, at: int, by: str, what: str, refs: Sequence[RecordRef], note: str
) -> None:
    write_deed(connection, Deed(company_id, at, by, what, tuple(str(ref) for ref in refs), note))


def write_deed(connection: Connection, deed: Deed) -> int:
    """Gives its number in the trail: what is done later has a higher one."""
    about = {"what": deed.what, "note": deed.note, "before": deed.before, "after": deed.after, "run_id": ""}
    values = {"company_id": deed.company_id, "at": deed.at, "by": deed.by, "records": dump(list(deed.records)), **about}
    written = connection.execute(audit.insert().values(**values, source=deed.source))
    return int(written.inserted_primary_key[0])  # type: ignore[index]  # an inserted row has its key


def deeds(connection: Connection, company_id: str, limit: int) -> list[Deed]:
    """The newest first, the syncs that a person asked for among them; `company_id` "" = of all companies."""
    done, asked = select(audit), select(runs).where(runs.c.requested_by != "")
    if company_id:  # what concerns the whole workspace concerns each company
        done = done.where(audit.c.company_id.in_((company_id, "")))
        asked = asked.where(runs.c.company_id == company_id)
    rows = connection.execute(done.order_by(audit.c.id.desc()).limit(limit))
    found = [
        Deed(
            row.company_id,
            row.at,
            row.by,
            row.what,
            tuple(load(row.records)),
            row.note,
            row.before,
            row.after,
            row.source,
        )
        for row in rows
    ]
    syncs = connection.execute(asked.order_by(runs.c.requested_at.desc()).limit(limit))
    found += [
        Deed(
            *(row.company_id, row.requested_at, row.requested_by, "sync"),
            after=row.flag or row.state,
            source=row.source,
        )
        for row in syncs
    ]
    return sorted(found, key=lambda deed: -deed.at)[:limit]


def add_undo(connection: Connection, token: str, undo: Undo) -> None:
    records = dump([[ref.type, ref.key] for ref in undo.refs])
    about = {"company_id": undo.company_id, "what": undo.what, "at": undo.at, "used": undo.used, "deed": undo.deed}
    connection.execute(undos.insert().values(token=token, records=records, details=dump(dict(undo.details)), **about))


def get_undo(connection: Connection, token: str) -> Undo | None:
    row = connection.execute(select(undos).where(undos.c.token == token)).first()
    if row is None:
        return None
    refs = tuple(RecordRef(RecordType(type_), key) for type_, key in load(row.records))
    return Undo(row.company_id, row.what, refs, row.at, row.used, row.deed, load(row.details))


def use_undo(connection: Connection, token: str) -> bool:
    done = connection.execute(update(undos).where(undos.c.token == token, ~undos.c.used).values(used=True))
    return done.rowcount == 1


def unlinked_at(connection: Connection, company_id: str) -> dict[RecordRef, int]:
    """Everything that is unlinked, and since when."""
    rows = connection.execute(select(unlinked).where(unlinked.c.company_id == company_id))
    return {RecordRef(RecordType(row.type), row.key): row.at for row in rows}


def link_deeds_since(connection: Connection, undo: Undo) -> list[Deed]:
    """What else was done to links after the deed of this undo, the newest first."""
    later = audit.c.id > undo.deed if undo.deed else audit.c.at > undo.at
    where = [audit.c.company_id == undo.company_id, later, audit.c.what.in_(LINK_DEEDS)]
    rows = connection.execute(select(audit).where(*where).order_by(audit.c.id.desc()))
    return [Deed(row.company_id, row.at, row.by, row.what, tuple(load(row.records))) for row in rows]


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
    now = _instant(at)
    return insert_if_new(connection, posts, key=key, channel_id="", ts="", digest=str(Claim(now, now)), at=at)


def get_claim(connection: Connection, key: str) -> Claim | None:
    row = connection.execute(select(posts).where(posts.c.key == key, posts.c.ts == "")).first()
    return Claim.parse(row.digest, _instant(row.at)) if row else None


def change_claim(connection: Connection, key: str, seen: Claim, now: Claim) -> bool:
    """Only while it is still as it was seen; one of an earlier version says nothing yet."""
    where = [posts.c.key == key, posts.c.ts == "", posts.c.digest.in_((str(seen), ""))]
    return connection.execute(update(posts).where(*where).values(digest=str(now))).rowcount == 1


def release_post(connection: Connection, key: str) -> None:
    connection.execute(delete(posts).where(posts.c.key == key, posts.c.ts == ""))


def _instant(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)
