"""Unlink, relink, link by hand, and undo: what stops with a record is worked out, said, done and written down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from bot.core.faults import UserError
from bot.core.links import cascade, differs
from bot.core.model import LinkChange, RecordRef, RecordType
from bot.core.results import ResultsFilter
from bot.desk import choosing, naming, partners
from bot.desk.linkable import (
    around_of,
    bodies_of,
    dependents_of,
    name_of,
    open_amounts,
    say,
    say_as_before,
    say_left_out,
    takes_part,
)
from bot.desk.partners import CREATE, DECISIONS, LINK, RENAME
from bot.store import companies
from bot.store.companies import Company
from bot.store.database import Database, to_ms
from bot.store.mirror import records
from bot.store.results import cause_spans, results
from bot.store.runs import leases
from bot.store.team import decisions, notes
from bot.store.team.notes import Deed, Undo
from bot.sync.reading import attachables, pull

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
class Act:
    """Who does something, why, and from which message ("channel ts")."""

    by: str
    note: str = ""
    source: str = ""


@dataclass(frozen=True)
class Linking:
    """Raises UserError for records that nobody knows and for an undo that is no longer good."""

    database: Database
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def preview(
        self, company: Company, refs: Sequence[RecordRef], unlinking: bool, wanted: ResultsFilter | None = None
    ) -> LinkChange:
        """What unlinking or relinking these records would take along; changes nothing.

        `wanted` is the filter that they were chosen with.
        """
        with self.database.read() as connection:
            return self._change(connection, company, refs, unlinking, False, wanted)

    def unlink(
        self, company: Company, refs: Sequence[RecordRef], act: Act, propagate: bool, confirmed: Confirmed | None = None
    ) -> LinkChange:
        """Raises ChangedMeanwhile when that is not what was `confirmed`."""
        return self._set(company, refs, act, propagate, "unlink", confirmed)

    def relink(
        self, company: Company, refs: Sequence[RecordRef], act: Act, propagate: bool, confirmed: Confirmed | None = None
    ) -> LinkChange:
        """Raises ChangedMeanwhile when that is not what was `confirmed`."""
        return self._set(company, refs, act, propagate, "relink", confirmed)

    def link_to(
        self, company: Company, ref: RecordRef, entity: str, external_id: str, act: Act, listed: bool = False
    ) -> LinkChange:
        """These two are the same record. Nothing is written on either side: both stay as they are.

        For a record that QuickBooks alone has, `entity` and `external_id` name the one in Re-Leased (its collection).
        `listed`: of an account, a tax type or a tracking option, whose partner gives way if nothing refers to it.
        Raises UserError unless both are there and free.
        """
        now, token = to_ms(self.clock()), self.new_id()
        with self.database.write() as connection:
            partners.require_rest(connection, company)
            pair = partners.free_pair(connection, company.id, ref, entity, external_id, listed)
            if listed:
                choosing.require_fit(company, pair)
            before = partners.dead_links(connection, company.id, pair) + ([pair.holder] if pair.holder else [])
            left_out = records.unlinked_among(connection, company.id, [pair.ref, pair.alone])
            records.drop_links(connection, company.id, before)
            records.put_link(connection, company.id, pair.link())
            results.forget(connection, company.id, [pair.alone])
            records.drop_todo(connection, company.id, [pair.alone])
            words = f"Linked to {pair.names[1]} in QuickBooks by hand: comes along with the next sync."
            self._decided(connection, company.id, pair.ref, sorted(left_out), words, now)
            was = ", ".join(f"{link.entity} {link.external_id}" for link in before if link != pair.holder)
            said = Deed(
                *(company.id, now, act.by, LINK, (str(pair.ref),), act.note),
                *(was, f"{pair.names[1]} ({entity} {external_id})", act.source),
            )
            details = {
                "link": partners.plain(pair.link()),
                "before": [partners.plain(link) for link in before],
                "left_out": [[one.type, one.key] for one in left_out],
                "alone": pair.alone.key,
            }
            self._undoable(connection, token, said, [pair.ref], details)
        return LinkChange((pair.ref,), (), (), token, {pair.ref: pair.names[0], ref: pair.names[ref.external is None]})

    def create_anyway(self, company: Company, ref: RecordRef, act: Act) -> LinkChange:
        """It is none of those that it is taken for, so it comes into being on the other side.

        Raises UserError when there is nothing to decide any more.
        """
        now, token = to_ms(self.clock()), self.new_id()
        with self.database.write() as connection:
            partners.require_rest(connection, company)
            found = partners.candidates(connection, company, ref)
            pairs = partners.apart(ref, found)
            decisions.add(connection, company.id, ref.type, pairs, act.by, now)
            left_out = records.unlinked_among(connection, company.id, [ref])
            others = [_other(ref, pair) for pair in pairs]
            records.add_todo(connection, company.id, others)
            words = "Kept apart from what it looked like: comes into being on the other side with the next sync."
            self._decided(connection, company.id, ref, sorted(left_out), words, now)
            named = ", ".join(one.name for one in found)
            said = Deed(*(company.id, now, act.by, CREATE, (str(ref),), act.note), "", f"not {named}", act.source)
            details = {"apart": pairs, "left_out": [[one.type, one.key] for one in left_out]}
            self._undoable(connection, token, said, [ref], details)
            names = {one: name_of(one, body) for one, body in bodies_of(connection, company.id, [ref]).items()}
        return LinkChange((ref,), (), (), token, names)

    def rename(self, company: Company, ref: RecordRef, added: str, act: Act) -> LinkChange:
        """In QuickBooks a contact is called by its name with this added, in Re-Leased as before.

        Raises UserError when its name is not what holds it up any more, or when that one is taken too.
        """
        now, token = to_ms(self.clock()), self.new_id()
        with self.database.write() as connection:
            partners.require_rest(connection, company)
            given = naming.give(connection, company, ref, added, act.by, now)
            words = f"Goes to QuickBooks as “{given.name}” with the next sync; in Re-Leased its name stays."
            self._decided(connection, company.id, ref, [], words, now)
            about = (company.id, now, act.by, RENAME, (str(ref),), act.note)
            said = Deed(*about, given.was, given.name, act.source)
            self._undoable(connection, token, said, [ref], {"entity": given.entity, "before": given.before})
        return LinkChange((ref,), (), (), token, {ref: given.own})

    def undo(self, token: str, act: Act) -> LinkChange:
        """Put links back as they were before one act. Good until one of its records was changed again."""
        now = to_ms(self.clock())
        with self.database.write() as connection:
            undo = notes.get_undo(connection, token)
            if undo is None:
                raise UserError("This cannot be undone: nothing is known of it any more.")
            self._require_newest(connection, undo)
            if not notes.use_undo(connection, token):
                raise UserError("This was undone already.")
            if undo.what in DECISIONS:
                self._take_back(connection, undo, act.by, now)
            else:
                self._apply(connection, undo.company_id, undo.refs, act.by, undo.what == "relink", now, undoing=True)
            records_ = tuple(str(ref) for ref in undo.refs)
            notes.write_deed(
                connection,
                Deed(undo.company_id, now, act.by, "undo", records_, act.note, "", undo.what, act.source),
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

    def _take_back(self, connection: Connection, undo: Undo, by: str, now: int) -> None:
        company = companies.get(connection, undo.company_id)
        if company is None:
            raise UserError("This company is not connected any more.")
        partners.take_back(connection, company, undo, by)
        ref = undo.refs[0]
        left_out = [RecordRef(RecordType(type_), key) for type_, key in undo.details.get("left_out", ())]
        records.set_unlinked(connection, company.id, left_out, by, now)
        alone = [RecordRef(ref.type, undo.details["alone"])] if undo.what == LINK else []
        self._decided(connection, company.id, ref, [], "As it was: decided again by the next sync.", now, alone)

    def _decided(
        self,
        connection: Connection,
        company_id: str,
        ref: RecordRef,
        relinked: Sequence[RecordRef],
        words: str,
        now: int,
        also: Sequence[RecordRef] = (),
    ) -> None:
        """The results say at once what was decided, and the next sync looks at everything it touches."""
        records.set_linked(connection, company_id, relinked)
        touched = [ref, *also]
        records.add_todo(connection, company_id, [*touched, *dependents_of(connection, company_id, touched)])
        say(connection, company_id, [ref], words, self.clock())
        cause_spans.note(connection, company_id, now, results.needing_attention(connection, company_id))

    def _undoable(
        self,
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

    @staticmethod
    def propagated(change: LinkChange) -> LinkChange:
        """A preview as it would be with everything that depends on the named records."""
        return replace(change, changed=(*change.changed, *change.cascade), blocked=())

    def _set(
        self,
        company: Company,
        refs: Sequence[RecordRef],
        act: Act,
        propagate: bool,
        what: str,
        confirmed: Confirmed | None,
    ) -> LinkChange:
        now, token = to_ms(self.clock()), self.new_id()
        with self.database.write() as connection:
            leases.stand_still(connection, company.id)
            wanted, unlinking = confirmed.wanted if confirmed else None, what == "unlink"
            change = self._change(connection, company, refs, unlinking, propagate, wanted)
            if confirmed is not None and differs(confirmed.shown, change):
                raise ChangedMeanwhile(change)
            moved = [ref for ref in change.changed if (ref in change.left_out) is not unlinking]
            self._apply(connection, company.id, moved, act.by, unlinking, now)
            records.add_todo(connection, company.id, [*moved, *change.cascade])
            if moved:
                was, now_is = ("linked", "unlinked") if unlinking else ("unlinked", "linked")
                named = tuple(str(ref) for ref in moved)
                said = Deed(company.id, now, act.by, what, named, act.note, was, now_is, act.source)
                self._undoable(connection, token, said, moved)
        return replace(
            change,
            changed=tuple(moved),
            blocked=() if propagate or not unlinking else change.cascade,
            undo_token=token if moved else "",
        )

    def _apply(
        self,
        connection: Connection,
        company_id: str,
        refs: Sequence[RecordRef],
        by: str,
        unlinking: bool,
        now: int,
        undoing: bool = False,
    ) -> None:
        if unlinking:
            records.set_unlinked(connection, company_id, refs, by, now)
        else:
            records.set_linked(connection, company_id, refs)
            attachables.let_go_of_deleted(connection, company_id, refs)
        records.add_todo(connection, company_id, [*refs, *dependents_of(connection, company_id, list(refs))])
        say_left_out(connection, company_id, refs, unlinking, self.clock())
        if undoing and not unlinking:
            say_as_before(connection, company_id, refs)
        cause_spans.note(connection, company_id, now, results.needing_attention(connection, company_id))

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
        left_out = records.unlinked_among(connection, company.id, [*named, *dependents])
        moving = [ref for ref in named if (ref in left_out) is not unlinking]
        changed = (*named, *dependents) if propagate else named
        matching = results.matching(connection, wanted, company.timezone, named) if wanted else named
        return LinkChange(
            changed=changed,
            blocked=() if propagate else dependents,
            cascade=dependents,
            names={ref: name_of(ref, record) for ref, record in bodies.items()},
            open_amounts=open_amounts([bodies[ref] for ref in (*moving, *dependents)], company.currency),
            left_out=frozenset(left_out),
            unmatched=frozenset(named).difference(matching),
        )


def _other(ref: RecordRef, pair: tuple[str, str, str]) -> RecordRef:
    """The record that this one was kept apart from."""
    released_id, entity, external_id = pair
    if ref.external is not None:
        return RecordRef(ref.type, released_id)
    return RecordRef.in_quickbooks(ref.type, entity, external_id)


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
