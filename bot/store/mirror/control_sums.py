"""Named queries of a verification: sums of both sides, what is on one side only, contact balances, what is unseen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
    tuple_,
    union_all,
    update,
)

from bot.core.balance.control_totals import Sums, from_cents
from bot.core.model import Link, Outcome, RecordType, Side
from bot.store.keysets import change_among
from bot.store.mirror.balances import Key, RecordFigures, get, suspected_duplicates
from bot.store.mirror.records import MIRROR_KEY, find_by_keys
from bot.store.tables import figures, links, mirror, mirror_keys, results, todo, unlinked

BY = (
    "kind",
    "money",
    "outcome",
    "code",
    "is_unlinked",
    "planned",
)  # by name: what is bound twice is not the same twice


@dataclass(frozen=True)
class OneSided:
    """Records that have no partner, summed up by what is known of them."""

    side: Side
    kind: str
    currency: str
    outcome: Outcome | None
    code: str
    is_unlinked: bool
    to_be_planned: bool
    sums: Sums
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Balance:
    """Open balance of one contact; `contact` is its Re-Leased id, or "@Customer:12" where it is in QuickBooks only."""

    contact: str
    currency: str
    released: Decimal
    quickbooks: Decimal


SEEN = update(mirror).values(seen=bindparam("mark"))


def mark_seen(connection: Connection, company_id: str, side: Side, ids: Sequence[tuple[str, str]], mark: int) -> None:
    """These records (entity, id) were read by the verification of this mark."""
    change_among(connection, SEEN, MIRROR_KEY, ids, company_id, side, mark=mark)


def count_unseen(connection: Connection, company_id: str, side: Side, entity: str, mark: int) -> tuple[int, int]:
    """(living records of the mirror that this verification has not read, all living ones)."""
    unseen = func.coalesce(func.sum(case((mirror.c.seen != mark, 1), else_=0)), 0)
    where = _living(company_id, side, entity)
    row = connection.execute(select(unseen, func.count()).select_from(mirror).where(*where)).one()
    return int(row[0]), int(row[1])


def unseen(
    connection: Connection, company_id: str, side: Side, entity: str, mark: int, after: str, limit: int
) -> list[str]:
    """Ids of living records that this verification has not read, in order."""
    where = [*_living(company_id, side, entity), mirror.c.seen != mark, mirror.c.id > after]
    return list(connection.execute(select(mirror.c.id).where(*where).order_by(mirror.c.id).limit(limit)).scalars())


def links_after(
    connection: Connection, company_id: str, type_: RecordType, after: tuple[str, str], limit: int
) -> list[Link]:
    """The next links of a type, in order of Re-Leased id and entity."""
    where = [links.c.company_id == company_id, links.c.type == type_]
    if after[0]:
        where.append(tuple_(links.c.released_id, links.c.entity) > tuple_(*(literal(part) for part in after)))
    order = (links.c.released_id, links.c.entity)
    return [
        Link(type_, row.released_id, row.entity, row.external_id, row.released_hash, row.external_hash, row.agreed)
        for row in connection.execute(select(links).where(*where).order_by(*order).limit(limit))
    ]


def without_reason(
    connection: Connection, company_id: str, type_: RecordType, side: Side, entity: str, after: str, limit: int
) -> list[str]:
    """Ids of living records without partner and result that nobody unlinked and that no sync will plan; in order."""
    key, of_type = _key(side, mirror), literal(str(type_))
    joined, absent = _with_partner_and_reason(mirror, side, of_type, key)
    joined = joined.outerjoin(todo, _same(todo, mirror, of_type, key))
    where = [*_living(company_id, side, entity), mirror.c.id > after, absent]
    where += [results.c.key.is_(None), unlinked.c.key.is_(None), todo.c.key.is_(None)]
    statement = select(mirror.c.id).select_from(joined).where(*where)
    return list(connection.execute(statement.order_by(mirror.c.id).limit(limit)).scalars())


def sums(connection: Connection, company_id: str, home: Mapping[Side, str]) -> dict[tuple[Side, str, str], Sums]:
    """(side, kind, currency) -> everything that counts."""
    columns = (figures.c.side, figures.c.kind, _currency(home).label("money"), *_summed())
    where = (figures.c.company_id == company_id, figures.c.counted)
    rows = connection.execute(select(*columns).where(*where).group_by("side", "kind", "money"))
    return {(Side(row.side), row.kind, row.money): _sums(row) for row in rows}


def one_sided(connection: Connection, company_id: str, home: Mapping[Side, str]) -> Iterator[OneSided]:
    for side in Side:
        joined, absent = _with_partner_and_reason(figures, side, figures.c.type, _key(side, figures))
        joined = joined.outerjoin(todo, _same(todo, figures, figures.c.type, _key(side, figures)))
        is_unlinked, planned = unlinked.c.key.is_not(None), todo.c.key.is_not(None)
        flags = (is_unlinked.label("is_unlinked"), planned.label("planned"))
        columns = (figures.c.kind, _currency(home).label("money"), results.c.outcome, results.c.code, *flags)
        where = (figures.c.company_id == company_id, figures.c.side == side, figures.c.counted, absent)
        statement = select(*columns, *_summed(), func.min(figures.c.name).label("low"), func.max(figures.c.name))
        for row in connection.execute(statement.select_from(joined).where(*where).group_by(*BY)):
            names = tuple(dict.fromkeys((row.low, row[-1])))
            outcome = Outcome(row.outcome) if row.outcome else None
            known = (outcome, row.code or "", bool(row.is_unlinked), bool(row.planned))
            yield OneSided(side, row.kind, row.money, *known, _sums(row), names)


def all_suspected_duplicates(connection: Connection, company_id: str) -> Iterator[list[RecordFigures]]:
    """Every group of living records of one side that look like one entered twice, QuickBooks' first; then those of
    Re-Leased that carry one QuickBooks id.
    """
    mine = (figures.c.company_id == company_id) & figures.c.counted & (figures.c.same_key != "")
    repeated = select(figures.c.side, figures.c.same_key).where(mine).group_by(figures.c.side, figures.c.same_key)
    for row in connection.execute(repeated.having(func.count() > 1).order_by(figures.c.side)).all():
        yield from suspected_duplicates(connection, company_id, Side(row.side), [row.same_key])
    carried = (mirror_keys.c.company_id == company_id) & (mirror_keys.c.side == Side.RELEASED)
    stored = mirror_keys.c.key.startswith("stored:", autoescape=True)
    by = (mirror_keys.c.entity, mirror_keys.c.key)
    for row in connection.execute(select(*by).where(carried, stored).group_by(*by).having(func.count() > 1)).all():
        ids = find_by_keys(connection, company_id, Side.RELEASED, row.entity, [row.key]).get(row.key, set())
        keys: list[Key] = [(Side.RELEASED, row.entity, id_) for id_ in ids]
        yield list(get(connection, company_id, keys).values())


def contact_balances(
    connection: Connection, company_id: str, signs: Mapping[str, int], party: str, home: Mapping[Side, str], limit: int
) -> tuple[list[Balance], int]:
    """Contacts whose open balances differ, and how many. `signs` by kind, `party` = "Customer" or "Vendor"."""
    inner = _open_by_contact(company_id, signs, party, home).subquery()
    apart = inner.c.ours != inner.c.theirs
    count = connection.execute(select(func.count()).select_from(inner).where(apart)).scalar_one()
    order = (inner.c.contact, inner.c.money)
    rows = connection.execute(select(inner).where(apart).order_by(*order).limit(limit))
    return [Balance(row.contact, row.money, from_cents(row.ours), from_cents(row.theirs)) for row in rows], int(count)


def ledger_totals(
    connection: Connection, company_id: str, signs: Mapping[str, int], party: str, home: Mapping[Side, str]
) -> list[Balance]:
    """The whole ledger, one line a currency; `contact` is ""."""
    inner = _open_by_contact(company_id, signs, party, home).subquery()
    columns = (inner.c.money, func.sum(inner.c.ours).label("ours"), func.sum(inner.c.theirs).label("theirs"))
    rows = connection.execute(select(*columns).group_by(inner.c.money).order_by(inner.c.money))
    return [Balance("", row.money, from_cents(row.ours), from_cents(row.theirs)) for row in rows]


def _open_by_contact(company_id: str, signs: Mapping[str, int], party: str, home: Mapping[Side, str]) -> Any:
    """One row a contact and currency: `ours` and `theirs` in cents."""
    signed = figures.c.open * case(*((figures.c.kind == kind, sign) for kind, sign in signs.items()), else_=0)
    where = and_(figures.c.company_id == company_id, figures.c.counted, figures.c.kind.in_(tuple(signs)))
    ours = select(
        figures.c.party.label("contact"),
        _currency(home).label("money"),
        signed.label("ours"),
        literal(0).label("theirs"),
    ).where(where, figures.c.side == Side.RELEASED)
    paired = and_(links.c.company_id == company_id, links.c.entity == party, links.c.external_id == figures.c.party)
    contact = func.coalesce(links.c.released_id, literal(f"@{party}:").concat(figures.c.party))
    theirs = (
        select(contact.label("contact"), _currency(home).label("money"), literal(0), signed)
        .select_from(figures.outerjoin(links, paired))
        .where(where, figures.c.side == Side.QUICKBOOKS)
    )
    both = union_all(ours, theirs).subquery()
    summed = (func.sum(both.c.ours).label("ours"), func.sum(both.c.theirs).label("theirs"))
    return select(both.c.contact, both.c.money, *summed).group_by(both.c.contact, both.c.money)


def _with_partner_and_reason(
    table: Any, side: Side, type_: ColumnElement[str], key: ColumnElement[str]
) -> tuple[FromClause, ColumnElement[bool]]:
    """The table joined with links, results and what is unlinked; and the condition that it has no partner."""
    if side is Side.RELEASED:
        paired = and_(
            links.c.company_id == table.c.company_id, links.c.type == type_, links.c.released_id == table.c.id
        )
    else:
        external = and_(links.c.entity == table.c.entity, links.c.external_id == table.c.id)
        paired = and_(links.c.company_id == table.c.company_id, external)
    joined = table.outerjoin(links, paired).outerjoin(results, _same(results, table, type_, key))
    return joined.outerjoin(unlinked, _same(unlinked, table, type_, key)), links.c.external_id.is_(None)


def _same(table: Any, of: Any, type_: ColumnElement[str], key: ColumnElement[str]) -> ColumnElement[bool]:
    return and_(table.c.company_id == of.c.company_id, table.c.type == type_, table.c.key == key)


def _key(side: Side, table: Any) -> ColumnElement[str]:
    """The key under which a record without a partner is planned and has its result."""
    if side is Side.RELEASED:
        return table.c.id  # type: ignore[no-any-return]
    return literal("@").concat(table.c.entity).concat(":").concat(table.c.id)


def _living(company_id: str, side: Side, entity: str) -> list[ColumnElement[bool]]:
    return [mirror.c.company_id == company_id, mirror.c.side == side, mirror.c.entity == entity, ~mirror.c.deleted]


def _currency(home: Mapping[Side, str]) -> ColumnElement[str]:
    """A side that does not say a record's currency means its own."""
    own = case((figures.c.side == Side.RELEASED, home[Side.RELEASED]), else_=home[Side.QUICKBOOKS])
    return case((figures.c.currency == "", own), else_=figures.c.currency)


def _summed() -> tuple[ColumnElement[Any], ...]:
    amounts = (func.sum(figures.c[name]).label(name) for name in ("net", "tax", "gross", "open"))
    return func.count().label("number"), *amounts


def _sums(row: Any) -> Sums:
    return Sums(int(row.number), *(from_cents(getattr(row, name)) for name in ("net", "tax", "gross", "open")))
