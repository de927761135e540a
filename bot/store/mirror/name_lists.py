"""Named queries over the name lists of QuickBooks that people choose from, and over whose partners are in use."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from bot.core.model import MirrorRecord, RecordRef, Side
from bot.store.database import load
from bot.store.keysets import chunks
from bot.store.tables import mirror, mirror_keys

MOST_READ = 5_000
"""Records of one list: QuickBooks itself keeps hardly more."""


def of_entity(connection: Connection, company_id: str, entity: str) -> list[MirrorRecord]:
    """What QuickBooks last said of one list, without what was deleted."""
    mine = (mirror.c.company_id == company_id, mirror.c.side == Side.QUICKBOOKS, mirror.c.entity == entity)
    rows = connection.execute(select(mirror).where(*mine, ~mirror.c.deleted).order_by(mirror.c.id).limit(MOST_READ))
    return [MirrorRecord(Side.QUICKBOOKS, entity, row.id, row.version, load(row.body)) for row in rows]


def used_among(connection: Connection, company_id: str, refs: Iterable[RecordRef]) -> set[RecordRef]:
    """Which of these Re-Leased records another one there refers to."""
    keys = {f"ref:{ref}": ref for ref in refs}
    found: set[RecordRef] = set()
    for group in chunks(sorted(keys)):
        mine = (mirror_keys.c.company_id == company_id, mirror_keys.c.side == Side.RELEASED)
        used = select(mirror_keys.c.key).where(*mine, mirror_keys.c.key.in_(group)).distinct()
        found |= {keys[key] for key in connection.execute(used).scalars()}
    return found
