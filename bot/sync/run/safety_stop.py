"""Stops before the first write when far more would be voided, archived or lost than a normal day could explain."""

from sqlalchemy import Connection

from bot.core.answers.shape import marks_of
from bot.core.content import has_changed as content_moved
from bot.core.model import Link, MirrorRecord, RecordRef, RecordType, Side
from bot.core.spec import RecordSpec, external_hash, released_hash
from bot.records import SPECS
from bot.store.mirror import records
from bot.sync.run.run import CHUNK, Run, SafetyStop

LEAST = 50
SHARE_PERCENT = 30
FILES = RecordType.ATTACHMENT  # of one that is deleted, the other side keeps its own


def check(run: Run) -> None:
    """Raises SafetyStop."""
    with run.database.read() as connection:
        if records.count_links(connection, run.company.id, LEAST) < LEAST:
            return
        lost = sum(_lost(run, connection, spec) for spec in SPECS if spec.type is not FILES)
        linked = records.count_links(connection, run.company.id) if lost >= LEAST else 0
    if lost >= LEAST and lost * 100 > linked * SHARE_PERCENT:
        raise SafetyStop(
            f"{lost} of {linked} linked records would be voided, archived or lost at once. "
            "Nothing was written. If that is right, choose Continue; if not, look at both sides first."
        )


def _lost(run: Run, connection: Connection, spec: RecordSpec) -> int:
    lost, after = 0, ""
    while keys := records.todo_keys(connection, run.company.id, spec.type, after, CHUNK):
        after = keys[-1]
        refs = [RecordRef(spec.type, key) for key in keys if not key.startswith("@")]
        links = records.links_of(connection, run.company.id, refs)
        released = records.get_mirror(
            connection, run.company.id, Side.RELEASED, [(spec.collection, ref.key) for ref in links]
        )
        theirs = [(link.entity, link.external_id) for found in links.values() for link in found]
        externals = records.get_mirror(connection, run.company.id, Side.QUICKBOOKS, theirs)
        for ref, found in links.items():
            body = released.get((spec.collection, ref.key))
            lost += sum(_newly_gone(spec, link, body, externals.get((link.entity, link.external_id))) for link in found)
    return lost


def _newly_gone(spec: RecordSpec, link: Link, released: MirrorRecord | None, external: MirrorRecord | None) -> bool:
    """Gone on one side since both last agreed."""
    if external is not None and released is not None and not marks_of(external.body) and not marks_of(released.body):
        theirs = external.deleted or spec.external_gone(link.entity, external.body)
        ours = spec.released_gone(released.body)
        moved = content_moved(link.external_hash, external_hash(spec, link.entity, external.body))
        edited = content_moved(link.released_hash, released_hash(spec, released.body))
        return (theirs and (moved or external.deleted) and not ours) or (ours and edited and not theirs)
    return False
