"""What every change of links leaves behind: its row in the results, its entry in the audit trail, its undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from bot.core.model import RecordRef
from bot.desk.links.linkable import dependents_of, say, say_as_before, say_unlinked
from bot.store.database import to_ms
from bot.store.mirror import records
from bot.store.results import cause_spans, results
from bot.store.team import notes
from bot.store.team.notes import Deed, Undo
from bot.sync.reading import attachables


@dataclass(frozen=True)
class Act:
    """Who does something, why, and from which message ("channel ts")."""

    by: str
    note: str = ""
    source: str = ""


@dataclass(frozen=True)
class Deciding:
    """Who decides, and when."""

    by: str
    at: datetime

    @property
    def at_ms(self) -> int:
        return to_ms(self.at)


def apply_links(
    connection: Connection,
    company_id: str,
    refs: Sequence[RecordRef],
    deciding: Deciding,
    unlinking: bool,
    undoing: bool = False,
) -> None:
    """Unlink or relink these, and let the results and the next sync know. `undoing` brings back what they said."""
    if unlinking:
        records.set_unlinked(connection, company_id, refs, deciding.by, deciding.at_ms)
    else:
        records.set_linked(connection, company_id, refs)
        attachables.drop_links_of_deleted(connection, company_id, refs)
    records.add_todo(connection, company_id, [*refs, *dependents_of(connection, company_id, list(refs))])
    say_unlinked(connection, company_id, refs, unlinking, deciding.at)
    if undoing and not unlinking:
        say_as_before(connection, company_id, refs)
    cause_spans.note(connection, company_id, deciding.at_ms, results.needing_attention(connection, company_id))


def decided(
    connection: Connection,
    company_id: str,
    ref: RecordRef,
    relinked: Sequence[RecordRef],
    words: str,
    at: datetime,
    also: Sequence[RecordRef] = (),
) -> None:
    """The results say at once what was decided, and the next sync looks at everything it touches."""
    records.set_linked(connection, company_id, relinked)
    touched = [ref, *also]
    records.add_todo(connection, company_id, [*touched, *dependents_of(connection, company_id, touched)])
    say(connection, company_id, [ref], words, at)
    cause_spans.note(connection, company_id, to_ms(at), results.needing_attention(connection, company_id))


def undoable(
    connection: Connection,
    token: str,
    said: Deed,
    refs: Sequence[RecordRef],
    details: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Write the deed down, with the token that takes it back."""
    number = notes.write_deed(connection, said)
    undo = Undo(said.company_id, said.what, tuple(refs), said.at, False, number, details)
    notes.add_undo(connection, token, undo)
