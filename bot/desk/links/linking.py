"""Unlink and relink: what stops with a record is worked out, said, done and written down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from bot.core.faults import UserError
from bot.core.links import cascade, differs
from bot.core.model import LinkChange, RecordRef, RecordType
from bot.core.results import ResultsFilter
from bot.desk.companies.companies import company_of
from bot.desk.links.deeds import Act, Deciding, apply_links, undoable
from bot.desk.links.linkable import around_of, bodies_of, dependents_of, name_of, open_amounts, takes_part
from bot.store.companies import Company
from bot.store.database import Database, to_ms
from bot.store.mirror import records
from bot.store.results import results
from bot.store.runs import leases
from bot.store.team.notes import Deed
from bot.sync.reading import pull


class ChangedMeanwhile(UserError):
    """Something else would follow by now than what was shown, so nothing was done; `now` is what would."""

    def __init__(self, now: LinkChange) -> None:
        super().__init__("What follows from this has changed since it was shown. Nothing was done: look again.")
        self.now = now


@dataclass(frozen=True)
class Confirmed:
    """What somebody saw before they said yes: the preview, and the filter that the rows were chosen with."""

    shown: LinkChange
    wanted: ResultsFilter | None = None


@dataclass(frozen=True)
class Linking:
    """Raises UserError for records that nobody knows."""

    database: Database
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def preview(
        self, company_id: str, refs: Sequence[RecordRef], unlinking: bool = True, wanted: ResultsFilter | None = None
    ) -> LinkChange:
        """What unlinking or relinking these records would take along; changes nothing.

        `wanted` is the filter that they were chosen with.
        """
        company = company_of(self.database, company_id)
        with self.database.read() as connection:
            return self._change(connection, company, refs, unlinking, False, wanted)

    def unlink(
        self,
        company_id: str,
        refs: Sequence[RecordRef],
        by: str,
        propagate: bool = False,
        note: str = "",
        source: str = "",
        confirmed: Confirmed | None = None,
    ) -> LinkChange:
        """Raises ChangedMeanwhile when that is not what was `confirmed`."""
        return self._set(company_id, refs, Act(by, note, source), propagate, "unlink", confirmed)

    def relink(
        self,
        company_id: str,
        refs: Sequence[RecordRef],
        by: str,
        propagate: bool = False,
        note: str = "",
        source: str = "",
        confirmed: Confirmed | None = None,
    ) -> LinkChange:
        """Raises ChangedMeanwhile when that is not what was `confirmed`."""
        return self._set(company_id, refs, Act(by, note, source), propagate, "relink", confirmed)

    @staticmethod
    def propagated(change: LinkChange) -> LinkChange:
        """A preview as it would be with everything that depends on the named records."""
        return replace(change, changed=(*change.changed, *change.cascade), blocked=())

    def _set(
        self,
        company_id: str,
        refs: Sequence[RecordRef],
        act: Act,
        propagate: bool,
        what: str,
        confirmed: Confirmed | None,
    ) -> LinkChange:
        company = company_of(self.database, company_id)
        at, token = self.clock(), self.new_id()  # the deed and the end of a cause bear the same moment
        now = to_ms(at)
        with self.database.write() as connection:
            leases.lock_company(connection, company.id)
            wanted, unlinking = confirmed.wanted if confirmed else None, what == "unlink"
            change = self._change(connection, company, refs, unlinking, propagate, wanted)
            if confirmed is not None and differs(confirmed.shown, change):
                raise ChangedMeanwhile(change)
            moved = [ref for ref in change.changed if (ref in change.unlinked) is not unlinking]
            apply_links(connection, company.id, moved, Deciding(act.by, at), unlinking)
            records.add_todo(connection, company.id, [*moved, *change.cascade])
            if moved:
                was, now_is = ("linked", "unlinked") if unlinking else ("unlinked", "linked")
                named = tuple(str(ref) for ref in moved)
                said = Deed(company.id, now, act.by, what, named, act.note, was, now_is, act.source)
                undoable(connection, token, said, moved)
        return replace(
            change,
            changed=tuple(moved),
            blocked=() if propagate or not unlinking else change.cascade,
            undo_token=token if moved else "",
        )

    def _change(
        self,
        connection: Connection,
        company: Company,
        refs: Sequence[RecordRef],
        unlinking: bool,
        propagate: bool,
        wanted: ResultsFilter | None,
    ) -> LinkChange:
        named = tuple(dict.fromkeys(refs))
        bodies = bodies_of(connection, company.id, named)
        unknown = [str(ref) for ref in named if ref not in bodies]
        if unknown:
            raise UserError(f"Not known in {company.name}: {', '.join(unknown)}. Sync first, or check the id.")
        found = cascade(named, lambda level: dependents_of(connection, company.id, level))
        bodies |= bodies_of(connection, company.id, found)
        facts, around = pull.facts_of(company, company.preferences), around_of(connection, company.id, bodies.values())
        dependents = tuple(ref for ref in found if ref in bodies and takes_part(ref, bodies[ref], facts, around))
        unlinked = records.unlinked_among(connection, company.id, [*named, *dependents])
        moving = [ref for ref in named if (ref in unlinked) is not unlinking]
        changed = (*named, *dependents) if propagate else named
        matching = results.matching(connection, wanted, company.timezone, named) if wanted else named
        return LinkChange(
            changed=changed,
            blocked=() if propagate else dependents,
            cascade=dependents,
            names={ref: name_of(ref, record) for ref, record in bodies.items()},
            open_amounts=open_amounts([bodies[ref] for ref in (*moving, *dependents)], company.currency),
            unlinked=frozenset(unlinked),
            unmatched=frozenset(named).difference(matching),
        )


def parse_ref(text: str) -> RecordRef:
    """`TYPE:RELEASED_ID` as typed. Raises UserError with the allowed types."""
    type_, _, key = text.partition(":")
    try:
        ref = RecordRef(RecordType(type_), key)
    except ValueError:
        allowed = ", ".join(RecordType)
        raise UserError(f"“{text}” names no record. Write TYPE:ID, with a type of: {allowed}.") from None
    if not key:
        raise UserError(f"“{text}” names no record: the id is missing after the colon.")
    return ref
