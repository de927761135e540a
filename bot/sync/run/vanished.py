"""What becomes of the row of a record that nothing is to be done about any more: it stays, and says what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.core.model import NEEDS_ATTENTION, MirrorRecord, Outcome, RecordRef, Result, Side
from bot.records import BY_TYPE
from bot.store.mirror import records
from bot.sync.run import outcome

STAYS_OUT = "stays-out-now"


@dataclass(frozen=True)
class Vanished:
    """`rows` are to be recorded; `elsewhere` goes on under another key, so that its row is one too many."""

    rows: tuple[Result, ...]
    elsewhere: tuple[RecordRef, ...]


def vanished(connection: Connection, company_id: str, before: Sequence[Result], at: datetime) -> Vanished:
    """What the rows of these records say from now on. None for what is there as before and needs no attention."""
    rows, elsewhere = [], []
    mine = [row.ref.external for row in before if row.ref.external is not None]
    paired = records.links_to(connection, company_id, mine)
    links = records.links_of(connection, company_id, [row.ref for row in before])
    named = {*mine, *((link.entity, link.external_id) for found in links.values() for link in found)}
    theirs = records.get_mirror(connection, company_id, Side.QUICKBOOKS, named)
    keys = {row.ref: (BY_TYPE[row.ref.type].collection, row.ref.key) for row in before}
    ours = records.get_mirror(connection, company_id, Side.RELEASED, keys.values())
    for row in before:
        if row.ref.external in paired:
            elsewhere.append(row.ref)
            continue
        partners = [(link.entity, link.external_id) for link in links.get(row.ref, ())]
        if row.ref.external is not None:
            code = "" if _is_there(theirs.get(row.ref.external)) else "deleted-before-it-came"
        elif _is_there(ours.get(keys[row.ref])):
            code = ""
        elif not partners:
            code = "lost-before-it-went"
        else:
            code = "lost-in-released" if any(_is_there(theirs.get(key)) for key in partners) else "lost-on-both-sides"
        code = code or (STAYS_OUT if row.outcome in NEEDS_ATTENTION else "")
        if code and code != row.code:
            how = Outcome.FAILED if code == "lost-in-released" else Outcome.SKIPPED  # QuickBooks still counts it
            rows.append(outcome.over(row, code, how, at))
    return Vanished(tuple(rows), tuple(elsewhere))


def _is_there(record: MirrorRecord | None) -> bool:
    return record is not None and not record.deleted
