"""Undo: links are put back as they were before one deed, as long as nothing was changed since."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.core.faults import UserError
from bot.core.model import LinkChange, RecordRef, RecordType
from bot.desk.links import partners
from bot.desk.links.deeds import Deciding, apply_links, decided
from bot.desk.links.linkable import bodies_of, name_of
from bot.desk.links.partners import CREATE, DECISIONS, LINK, RENAME
from bot.store import companies
from bot.store.database import Database, to_ms
from bot.store.mirror import records
from bot.store.team import notes
from bot.store.team.notes import Deed, Undo

DONE = {
    "unlink": "unlinked",
    "relink": "relinked",
    "undo": "put back",
    LINK: "linked by hand",
    CREATE: "kept apart by hand",
    RENAME: "given another name",
}


class Overtaken(UserError):
    """An undo that is no longer good: `name` was changed since, `done` says how, `by` whom."""

    def __init__(self, name: str, done: str, by: str) -> None:
        super().__init__(f"This cannot be undone any more: {name} was {done} by {by} since.")
        self.name, self.done, self.by = name, done, by


@dataclass(frozen=True)
class Undoing:
    """Raises UserError for an undo that is no longer good."""

    database: Database
    clock: Callable[[], datetime]

    def take_back(self, token: str, by: str, source: str = "") -> LinkChange:
        """Put links back as they were before one act. Good until one of its records was changed again."""
        at = self.clock()  # the deed and the end of a cause bear the same moment
        now = to_ms(at)
        with self.database.write() as connection:
            undo = notes.get_undo(connection, token)
            if undo is None:
                raise UserError("This cannot be undone: nothing is known of it any more.")
            self._require_newest(connection, undo)
            if not notes.use_undo(connection, token):
                raise UserError("This was undone already.")
            if undo.what in DECISIONS:
                self._take_back(connection, undo, by, at)
            else:
                apply_links(
                    connection,
                    undo.company_id,
                    undo.refs,
                    Deciding(by, at),
                    undo.what == "relink",
                    undoing=True,
                )
            records_ = tuple(str(ref) for ref in undo.refs)
            notes.write_deed(
                connection,
                Deed(undo.company_id, now, by, "undo", records_, "", "", undo.what, source),
            )
            return LinkChange(changed=undo.refs, blocked=(), cascade=())

    def _require_newest(self, connection: Connection, undo: Undo) -> None:
        """Raises Overtaken when something was done to one of its records later."""
        named = {str(ref): ref for ref in undo.refs}
        for deed in notes.link_deeds_since(connection, undo):
            touched = next((named[record] for record in deed.records if record in named), None)
            if touched is not None:
                known = bodies_of(connection, undo.company_id, [touched])
                name = name_of(touched, known[touched]) if touched in known else touched.key
                said = f"{str(touched.type).replace('-', ' ')} {name}"
                raise Overtaken(said, DONE[deed.what], deed.by)

    def _take_back(self, connection: Connection, undo: Undo, by: str, at: datetime) -> None:
        company = companies.get(connection, undo.company_id)
        if company is None:
            raise UserError("This company is not connected any more.")
        partners.take_back(connection, company, undo, by)
        ref = undo.refs[0]
        unlinked = [RecordRef(RecordType(type_), key) for type_, key in undo.details.get("left_out", ())]
        records.set_unlinked(connection, company.id, unlinked, by, to_ms(at))
        alone = [RecordRef(ref.type, undo.details["alone"])] if undo.what == LINK else []
        decided(connection, company.id, ref, [], "As it was: decided again by the next sync.", at, alone)
