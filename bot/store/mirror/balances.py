"""Named queries of a run's control: figures to be checked, records that look alike, and linked pairs that differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from bot.core.balance.control_totals import MONEY, Figures, from_cents
from bot.core.model import NEEDS_ATTENTION, Link, Outcome, RecordRef, RecordType, Side
from bot.store.database import insert_missing
from bot.store.keysets import change_among, chunks, rows_among
from bot.store.mirror.figures import COLUMNS
from bot.store.mirror.records import KEYS_OF
from bot.store.tables import differences, figures, links, mirror_keys, results, unlinked

EXPLAINS = (*NEEDS_ATTENTION, Outcome.PLANNED)
"""Results that say why a pair does not agree; an observe-only company's say what would be done about it."""

FIGURED, CHECKED = select(figures), update(figures).values(fresh=False)
FRESH_AGAIN = update(figures).values(fresh=True)
STORED_ID_KEYS = select(mirror_keys.c.key).where(mirror_keys.c.key.startswith("stored:", autoescape=True))
DELETE_DIFFERENCES = delete(differences)
Key = tuple[str, str, str]  # side, entity, id


@dataclass(frozen=True)
class RecordFigures:
    """The figures of one record of one side. `entity` is a Re-Leased collection or a QuickBooks entity."""

    side: Side
    entity: str
    id: str
    figures: Figures

    @property
    def key(self) -> Key:
        return self.side, self.entity, self.id


def fresh(connection: Connection, company_id: str, limit: int) -> list[RecordFigures]:
    """Records whose figures changed, or whose pair was made or settled, since the last control."""
    statement = select(figures).where(figures.c.company_id == company_id, figures.c.fresh)
    order = (figures.c.side, figures.c.entity, figures.c.id)
    return [_figured(row) for row in connection.execute(statement.order_by(*order).limit(limit))]


def fresh_after(connection: Connection, company_id: str, after: Key, limit: int) -> list[tuple[Key, RecordType]]:
    """A page of the fresh figures by their keys, each with its type; the first page comes after ("", "", "")."""
    side, entity, id_ = figures.c.side, figures.c.entity, figures.c.id
    later = or_(
        side > after[0],
        and_(side == after[0], entity > after[1]),
        and_(side == after[0], entity == after[1], id_ > after[2]),
    )
    where = and_(figures.c.company_id == company_id, figures.c.fresh, later)
    statement = select(side, entity, id_, figures.c.type).where(where).order_by(side, entity, id_).limit(limit)
    return [((row.side, row.entity, row.id), RecordType(row.type)) for row in connection.execute(statement)]


def mark_checked(connection: Connection, company_id: str, keys: Iterable[Key]) -> None:
    """These were checked."""
    change_among(connection, CHECKED, COLUMNS, sorted(set(keys)), company_id)


def mark_fresh(connection: Connection, company_id: str, keys: Iterable[Key]) -> None:
    """These are to be checked once more by the next run."""
    change_among(connection, FRESH_AGAIN, COLUMNS, sorted(set(keys)), company_id)


def get(connection: Connection, company_id: str, keys: Iterable[Key]) -> dict[Key, RecordFigures]:
    rows = rows_among(connection, FIGURED, COLUMNS, sorted(set(keys)), company_id)
    return {one.key: one for one in map(_figured, rows)}


def suspected_duplicates(
    connection: Connection, company_id: str, side: Side, same_keys: Iterable[str]
) -> list[list[RecordFigures]]:
    """Living records of one side that look like one entered twice, in groups of two or more."""
    groups: dict[str, list[RecordFigures]] = {}
    for group in chunks(sorted({key for key in same_keys if key})):
        mine = (figures.c.company_id == company_id) & (figures.c.side == side)
        where = mine & figures.c.same_key.in_(group) & figures.c.counted
        for row in connection.execute(select(figures).where(where)):
            groups.setdefault(row.same_key, []).append(_figured(row))
    return [found for found in groups.values() if len(found) > 1]


def stored_id_keys(connection: Connection, company_id: str, ids: Iterable[tuple[str, str]]) -> set[str]:
    """Which QuickBooks ids these Re-Leased records (collection, id) carry, as keys of the mirror."""
    return {
        row.key for row in rows_among(connection, STORED_ID_KEYS, KEYS_OF, sorted(set(ids)), company_id, Side.RELEASED)
    }


def record_differences(
    connection: Connection, company_id: str, agreeing: Sequence[Link], differing: Sequence[Link]
) -> None:
    """Remember which pairs differ; those that agree again are forgotten."""
    columns = [differences.c[name] for name in ("company_id", "type", "entity", "released_id")]
    about = [(str(link.type), link.entity, link.released_id) for link in (*agreeing, *differing)]
    change_among(connection, DELETE_DIFFERENCES, columns, about, company_id)
    rows = [
        {"company_id": company_id, "type": link.type, "released_id": link.released_id, "entity": link.entity}
        | {"external_id": link.external_id}
        for link in differing
    ]
    if rows:
        connection.execute(insert_missing(connection, differences), rows)


def unexplained_pairs(connection: Connection, company_id: str, limit: int) -> tuple[list[Link], int]:
    """Pairs whose totals differ though no result says why and nobody unlinked them; and how many there are.

    A pair that is none any more has nothing to agree on.
    """
    explained = and_(
        results.c.company_id == differences.c.company_id,
        results.c.type == differences.c.type,
        results.c.key == differences.c.released_id,
        results.c.outcome.in_(EXPLAINS),
    )
    is_unlinked = and_(
        unlinked.c.company_id == differences.c.company_id,
        unlinked.c.type == differences.c.type,
        unlinked.c.key == differences.c.released_id,
    )
    linked = and_(
        links.c.company_id == differences.c.company_id,
        links.c.type == differences.c.type,
        links.c.released_id == differences.c.released_id,
        links.c.entity == differences.c.entity,
        links.c.external_id == differences.c.external_id,
    )
    joined = differences.join(links, linked).outerjoin(results, explained).outerjoin(unlinked, is_unlinked)
    where = and_(differences.c.company_id == company_id, results.c.key.is_(None), unlinked.c.key.is_(None))
    total = connection.execute(select(func.count()).select_from(joined).where(where)).scalar_one()
    if not total:
        return [], 0
    order = (differences.c.type, differences.c.released_id)
    rows = connection.execute(select(differences).select_from(joined).where(where).order_by(*order).limit(limit))
    return [Link(RecordType(row.type), row.released_id, row.entity, row.external_id) for row in rows], int(total)


def linked_twice(connection: Connection, company_id: str) -> list[tuple[RecordRef, int]]:
    """Records with money that are linked with more than one of the other side."""
    where = (links.c.company_id == company_id) & links.c.type.in_(sorted(MONEY))
    by = (links.c.type, links.c.released_id)
    rows = connection.execute(select(*by, func.count()).where(where).group_by(*by).having(func.count() > 1))
    return [(RecordRef(RecordType(row[0]), row[1]), row[2]) for row in rows]


def findings(connection: Connection, company_id: str, code: str) -> list[RecordRef]:
    """Records whose row says this, and is still open."""
    where = [results.c.company_id == company_id, results.c.outcome == Outcome.FAILED, results.c.code == code]
    rows = connection.execute(select(results.c.type, results.c.key).where(*where))
    return [RecordRef(RecordType(row.type), row.key) for row in rows]


def _figured(row: Any) -> RecordFigures:
    about = (RecordType(row.type), row.kind, row.name, row.party, row.date, row.currency)
    amounts = from_cents(row.net), from_cents(row.tax), from_cents(row.gross), from_cents(row.open)
    said = Figures(*about, *amounts, row.counted, row.same_key)
    return RecordFigures(Side(row.side), row.entity, row.id, said)
