"""Named queries over what both sides said: mirrors and keys, links, what is unlinked, and what is to be planned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select

from bot.core.balance.control_totals import MONEY, Figures
from bot.core.content import content_hash
from bot.core.model import Link, MirrorRecord, RecordRef, RecordType, Side
from bot.store.database import dump, insert_missing, load, upsert_into
from bot.store.keysets import change_among, chunks, record_keys, rows_among
from bot.store.mirror.figures import mark_fresh, put_figures
from bot.store.tables import links, mirror, mirror_keys, todo, unlinked

MIRROR_KEY = (mirror.c.company_id, mirror.c.side, mirror.c.entity, mirror.c.id)
MIRRORED = select(mirror.c.entity, mirror.c.id, mirror.c.version, mirror.c.body, mirror.c.deleted)
HASHES = select(mirror.c.side, mirror.c.entity, mirror.c.id, mirror.c.content_hash)
KEYS_OF = (mirror_keys.c.company_id, mirror_keys.c.side, mirror_keys.c.entity, mirror_keys.c.id)
LINKS = select(links)
TODO_KEY = (todo.c.company_id, todo.c.type, todo.c.key)
UNLINKED_KEY = (unlinked.c.company_id, unlinked.c.type, unlinked.c.key)
# Written once: what a statement says never changes, and building one costs more than answering it.
DELETE_KEYS, DELETE_LINKS = delete(mirror_keys), delete(links)
DELETE_TODO, DELETE_UNLINKED = delete(todo), delete(unlinked)
TODO, UNLINKED = select(todo.c.type, todo.c.key), select(unlinked.c.type, unlinked.c.key)


@dataclass(frozen=True)
class NormalisedRecord:
    """What a side says about one record, ready for the mirror. `keys` find it, `content` is what we sync of it."""

    record: MirrorRecord
    content: Any
    keys: frozenset[str]
    figures: Figures | None = None  # what it says in money, if it does


def put_mirror(connection: Connection, company_id: str, normalised: Sequence[NormalisedRecord]) -> list[MirrorRecord]:
    """Store the records; returns those whose synced content or keys are new or changed.

    Of a record that is there twice the last one counts.
    """
    changed: list[MirrorRecord] = []
    last = {(one.record.side, one.record.entity, one.record.id): one for one in normalised}
    for group in chunks(list(last.values())):
        known = _hashes(connection, company_id, [one.record for one in group])
        rows, moved = [], []
        for one in group:
            record = one.record
            digest = content_hash({"content": one.content, "keys": sorted(one.keys), "deleted": record.deleted})
            rows.append(_mirror_row(company_id, record, digest))
            if known.get((record.side, record.entity, record.id)) != digest:
                moved.append(one)
        if rows:
            fields = ("version", "content_hash", "deleted", "body")
            connection.execute(upsert_into(connection, mirror, ("company_id", "side", "entity", "id"), fields), rows)
        _put_keys(connection, company_id, moved)
        put_figures(connection, company_id, [(one.record, one.figures) for one in group if one.figures is not None])
        changed.extend(one.record for one in moved)
    return changed


def get_mirror(
    connection: Connection, company_id: str, side: Side, ids: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], MirrorRecord]:
    """(entity, id) -> record, for those that are known."""
    found: dict[tuple[str, str], MirrorRecord] = {}
    for row in rows_among(connection, MIRRORED, MIRROR_KEY, sorted(set(ids)), company_id, side):
        found[row.entity, row.id] = MirrorRecord(side, row.entity, row.id, row.version, load(row.body), row.deleted)
    return found


def find_by_keys(
    connection: Connection, company_id: str, side: Side, entity: str, keys: Iterable[str]
) -> dict[str, set[str]]:
    """key -> ids of the records of that entity which carry it."""
    found: dict[str, set[str]] = {}
    for group in chunks(sorted(set(keys))):
        where = and_(
            mirror_keys.c.company_id == company_id,
            mirror_keys.c.side == side,
            mirror_keys.c.entity == entity,
            mirror_keys.c.key.in_(group),
        )
        for row in connection.execute(select(mirror_keys.c.key, mirror_keys.c.id).where(where)):
            found.setdefault(row.key, set()).add(row.id)
    return found


def dependents(connection: Connection, company_id: str, side: Side, keys: Iterable[str]) -> list[tuple[str, str]]:
    """(entity, id) of the records of one side that carry one of the keys, whatever they are."""
    found: set[tuple[str, str]] = set()
    for group in chunks(sorted(set(keys))):
        where = and_(mirror_keys.c.company_id == company_id, mirror_keys.c.side == side, mirror_keys.c.key.in_(group))
        rows = connection.execute(select(mirror_keys.c.entity, mirror_keys.c.id).where(where))
        found |= {(row.entity, row.id) for row in rows}
    return sorted(found)


def links_of(connection: Connection, company_id: str, refs: Iterable[RecordRef]) -> dict[RecordRef, list[Link]]:
    found: dict[RecordRef, list[Link]] = {}
    columns = (links.c.company_id, links.c.type, links.c.released_id)
    for row in rows_among(connection, LINKS, columns, record_keys(refs), company_id):
        link = _link(row)
        found.setdefault(RecordRef(link.type, link.released_id), []).append(link)
    return found


def links_to(
    connection: Connection, company_id: str, external: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Link]:
    """(entity, QuickBooks id) -> link."""
    found: dict[tuple[str, str], Link] = {}
    columns = (links.c.company_id, links.c.entity, links.c.external_id)
    for row in rows_among(connection, LINKS, columns, sorted(set(external)), company_id):
        found[row.entity, row.external_id] = _link(row)
    return found


def put_link(connection: Connection, company_id: str, link: Link) -> None:
    put_links(connection, company_id, [link])


def put_links(connection: Connection, company_id: str, made: Sequence[Link]) -> None:
    if not made:
        return
    fields = ("external_id", "released_hash", "external_hash", "agreed")
    rows = [{**vars(link), "company_id": company_id} for link in made]
    connection.execute(upsert_into(connection, links, ("company_id", "type", "released_id", "entity"), fields), rows)
    for group in chunks([link for link in made if link.type in MONEY]):
        mark_fresh(connection, company_id, group)


def drop_links(connection: Connection, company_id: str, gone: Sequence[Link]) -> None:
    columns = (links.c.company_id, links.c.type, links.c.entity, links.c.released_id)
    keys = [(str(one.type), one.entity, one.released_id) for one in gone]
    change_among(connection, DELETE_LINKS, columns, keys, company_id)


def count_links(connection: Connection, company_id: str, most: int | None = None) -> int:
    """How many there are; counting stops at `most`, as it costs what it counts."""
    counted = select(links.c.type).where(links.c.company_id == company_id).limit(most).subquery()
    return int(connection.execute(select(func.count()).select_from(counted)).scalar_one())


def add_todo(connection: Connection, company_id: str, refs: Iterable[RecordRef]) -> None:
    rows = [{"company_id": company_id, "type": ref.type, "key": ref.key} for ref in dict.fromkeys(refs)]
    if rows:
        connection.execute(insert_missing(connection, todo), rows)


def drop_todo(connection: Connection, company_id: str, refs: Iterable[RecordRef]) -> None:
    change_among(connection, DELETE_TODO, TODO_KEY, record_keys(refs), company_id)


def todo_keys(connection: Connection, company_id: str, type_: RecordType, after: str, limit: int) -> list[str]:
    """Keys to plan, in order; those that exist in QuickBooks only ("@Entity:id") come after all others."""
    external = todo.c.key.like("@%")
    where = [todo.c.company_id == company_id, todo.c.type == type_]
    if after:
        later = and_(external, todo.c.key > after) if after.startswith("@") else or_(external, todo.c.key > after)
        where.append(later)
    statement = select(todo.c.key).where(*where).order_by(external, todo.c.key).limit(limit)
    return list(connection.execute(statement).scalars())


def todo_counts(connection: Connection, company_id: str) -> dict[RecordType, int]:
    statement = select(todo.c.type, func.count()).where(todo.c.company_id == company_id).group_by(todo.c.type)
    return {RecordType(row[0]): row[1] for row in connection.execute(statement)}


def todo_among(connection: Connection, company_id: str, refs: Iterable[RecordRef]) -> set[RecordRef]:
    """Which of these the next run plans."""
    return {_ref(row) for row in rows_among(connection, TODO, TODO_KEY, record_keys(refs), company_id)}


def unlinked_among(connection: Connection, company_id: str, refs: Iterable[RecordRef]) -> set[RecordRef]:
    return {_ref(row) for row in rows_among(connection, UNLINKED, UNLINKED_KEY, record_keys(refs), company_id)}


def set_unlinked(connection: Connection, company_id: str, refs: Iterable[RecordRef], by: str, at: int) -> None:
    rows = [{"company_id": company_id, "type": ref.type, "key": ref.key, "at": at, "by": by} for ref in refs]
    if rows:
        connection.execute(insert_missing(connection, unlinked), rows)


def set_linked(connection: Connection, company_id: str, refs: Iterable[RecordRef]) -> None:
    change_among(connection, DELETE_UNLINKED, UNLINKED_KEY, record_keys(refs), company_id)


def _hashes(
    connection: Connection, company_id: str, records: Sequence[MirrorRecord]
) -> dict[tuple[Side, str, str], str]:
    ids = [(str(record.side), record.entity, record.id) for record in records]
    rows = rows_among(connection, HASHES, MIRROR_KEY, ids, company_id)
    return {(Side(row.side), row.entity, row.id): row.content_hash for row in rows}


def _mirror_row(company_id: str, record: MirrorRecord, digest: str) -> Mapping[str, Any]:
    return {
        "company_id": company_id,
        "side": record.side,
        "entity": record.entity,
        "id": record.id,
        "version": record.version,
        "content_hash": digest,
        "deleted": record.deleted,
        "body": dump(record.body),
    }


def _put_keys(connection: Connection, company_id: str, moved: Sequence[NormalisedRecord]) -> None:
    if not moved:
        return
    ids = [(str(one.record.side), one.record.entity, one.record.id) for one in moved]
    change_among(connection, DELETE_KEYS, KEYS_OF, ids, company_id)
    rows = [
        {"company_id": company_id, "side": side, "entity": entity, "id": id_, "key": key[:600]}
        for (side, entity, id_), one in zip(ids, moved, strict=True)
        for key in one.keys
        if not one.record.deleted
    ]
    if rows:
        connection.execute(insert_missing(connection, mirror_keys), rows)


def _link(row: Any) -> Link:
    hashes = row.released_hash, row.external_hash
    return Link(RecordType(row.type), row.released_id, row.entity, row.external_id, *hashes, row.agreed)


def _ref(row: Any) -> RecordRef:
    return RecordRef(RecordType(row.type), row.key)
