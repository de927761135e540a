"""Unlink, relink and undo: what stops with a record is worked out, said, done and written down."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection

from bot.core.faults import UserError
from bot.core.links import cascade
from bot.core.model import Direction, LinkChange, MirrorRecord, Outcome, RecordRef, RecordType, Result, Side
from bot.core.money import decimal
from bot.core.spec import Facts, Problem
from bot.records import BY_COLLECTION, BY_ENTITY, BY_TYPE
from bot.store import companies, notes, records, results
from bot.store.companies import Company
from bot.store.database import Database, to_ms
from bot.sync import pull
from bot.sync.hear import referring_to, referring_to_external


@dataclass(frozen=True)
class Linking:
    """Raises UserError for records that nobody knows and for an undo that is no longer good."""

    database: Database
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def preview(self, company: Company, refs: Sequence[RecordRef]) -> LinkChange:
        """What unlinking or relinking these records would take along; changes nothing."""
        with self.database.read() as connection:
            return self._change(connection, company, refs, propagate=False)

    def unlink(self, company: Company, refs: Sequence[RecordRef], by: str, propagate: bool, note: str) -> LinkChange:
        return self._set(company, refs, by, propagate, note, "unlink")

    def relink(self, company: Company, refs: Sequence[RecordRef], by: str, propagate: bool, note: str) -> LinkChange:
        return self._set(company, refs, by, propagate, note, "relink")

    def undo(self, token: str, by: str) -> LinkChange:
        """Put links back as they were before one act. Good until one of its records was changed again."""
        now = to_ms(self.clock())
        with self.database.write() as connection:
            undo = notes.get_undo(connection, token)
            if undo is None:
                raise UserError("This cannot be undone: nothing is known of it any more.")
            since = notes.changed_links_since(connection, undo.company_id, undo.at)
            if since & {str(ref) for ref in undo.refs} or not notes.use_undo(connection, token):
                raise UserError("This cannot be undone any more: the same records were changed since.")
            self._apply(connection, undo.company_id, undo.refs, by, undo.what == "relink", now)
            notes.write_audit(connection, undo.company_id, now, by, "undo", undo.refs, "")
            return LinkChange(changed=undo.refs, blocked=(), cascade=())

    @staticmethod
    def propagated(change: LinkChange) -> LinkChange:
        """A preview as it would be with everything that depends on the named records."""
        return replace(change, changed=(*change.changed, *change.cascade), blocked=())

    def partner(self, ref: RecordRef, realm: str) -> tuple[str, str, str]:
        """(entity, id) of the record's first partner in QuickBooks, and its name; "" for what is not known."""
        with self.database.read() as connection:
            company = companies.by_realm(connection, realm)
            if company is None:
                return "", "", ""
            body = _bodies(connection, company.id, [ref]).get(ref)
            links = records.links_of(connection, company.id, [ref]).get(ref, [])
        name = _name(ref, body) if body else ""
        entity, external_id = ref.external or ((links[0].entity, links[0].external_id) if links else ("", ""))
        return entity, external_id, name

    def _set(
        self, company: Company, refs: Sequence[RecordRef], by: str, propagate: bool, note: str, what: str
    ) -> LinkChange:
        now, token = to_ms(self.clock()), self.new_id()
        with self.database.write() as connection:
            change = self._change(connection, company, refs, propagate)
            left_out = records.unlinked_among(connection, company.id, change.changed)
            unlinking = what == "unlink"
            moved = [ref for ref in change.changed if (ref in left_out) is not unlinking]
            self._apply(connection, company.id, moved, by, unlinking, now)
            records.add_todo(connection, company.id, [*moved, *change.cascade])
            if moved:
                notes.write_audit(connection, company.id, now, by, what, moved, note)
                notes.add_undo(connection, token, company.id, what, moved, now)
        return LinkChange(
            changed=tuple(moved),
            blocked=() if propagate or not unlinking else change.cascade,
            cascade=change.cascade,
            undo_token=token if moved else "",
            names=change.names,
            open_amount=change.open_amount,
            currency=change.currency,
        )

    def _apply(
        self, connection: Connection, company_id: str, refs: Sequence[RecordRef], by: str, unlinking: bool, now: int
    ) -> None:
        if unlinking:
            records.set_unlinked(connection, company_id, refs, by, now)
        else:
            records.set_linked(connection, company_id, refs)
        records.add_todo(connection, company_id, [*refs, *_dependents(connection, company_id, list(refs))])
        _say_left_out(connection, company_id, refs, unlinking, self.clock())

    def _change(
        self, connection: Connection, company: Company, refs: Sequence[RecordRef], propagate: bool
    ) -> LinkChange:
        named = tuple(dict.fromkeys(refs))
        bodies = _bodies(connection, company.id, named)
        unknown = [str(ref) for ref in named if ref not in bodies]
        if unknown:
            raise UserError(f"Not known in {company.name}: {', '.join(unknown)}. Sync first, or check the id.")
        found = cascade(named, lambda level: _dependents(connection, company.id, level))
        bodies |= _bodies(connection, company.id, found)
        facts = pull.facts_of(company, company.preferences)
        dependents = tuple(ref for ref in found if ref in bodies and _takes_part(ref, bodies[ref], facts))
        changed = (*named, *dependents) if propagate else named
        return LinkChange(
            changed=changed,
            blocked=() if propagate else dependents,
            cascade=dependents,
            names={ref: _name(ref, record) for ref, record in bodies.items()},
            open_amount=sum((_balance(bodies[ref]) for ref in (*named, *dependents)), Decimal(0)),
            currency=company.currency,
        )


def _dependents(connection: Connection, company_id: str, level: list[RecordRef]) -> list[RecordRef]:
    """Records that refer to any of these: in Re-Leased, or so far in QuickBooks only."""
    ours = records.dependents(connection, company_id, Side.RELEASED, [referring_to(ref) for ref in level])
    links = records.links_of(connection, company_id, level)
    theirs = [(link.entity, link.external_id) for found in links.values() for link in found]
    theirs += [ref.external for ref in level if ref.external is not None]
    keys = [referring_to_external(entity, id_) for entity, id_ in theirs]
    external = records.dependents(connection, company_id, Side.QUICKBOOKS, keys)
    paired = records.links_to(connection, company_id, external)
    only_there = [
        RecordRef.in_quickbooks(BY_ENTITY[entity].type, entity, id_)
        for entity, id_ in external
        if (entity, id_) not in paired and entity in BY_ENTITY
    ]
    return sorted({RecordRef(BY_COLLECTION[collection].type, id_) for collection, id_ in ours} | set(only_there))


def _bodies(connection: Connection, company_id: str, refs: Iterable[RecordRef]) -> dict[RecordRef, MirrorRecord]:
    refs = list(refs)
    ours = [(BY_TYPE[ref.type].collection, ref.key) for ref in refs if ref.external is None and ref.type in BY_TYPE]
    theirs = [ref.external for ref in refs if ref.external is not None]
    released = records.get_mirror(connection, company_id, Side.RELEASED, ours)
    external = records.get_mirror(connection, company_id, Side.QUICKBOOKS, theirs)
    found = {RecordRef(BY_COLLECTION[record.entity].type, record.id): record for record in released.values()}
    for record in external.values():
        found[RecordRef.in_quickbooks(BY_ENTITY[record.entity].type, record.entity, record.id)] = record
    return {ref: found[ref] for ref in refs if ref in found}


def _takes_part(ref: RecordRef, record: MirrorRecord, facts: Facts) -> bool:
    """Drafts, older documents and voided ones do not sync anyway: nothing stops for them."""
    spec = BY_TYPE[ref.type]
    try:
        if record.side is Side.RELEASED:
            spec.check(record.body, facts)
            return not spec.released_gone(record.body)
        return not record.deleted and not spec.external_gone(record.entity, record.body)
    except Problem as problem:
        return problem.outcome is not Outcome.SKIPPED


def _name(ref: RecordRef, record: MirrorRecord) -> str:
    spec = BY_TYPE[ref.type]
    if record.side is Side.RELEASED:
        return spec.released_name(record.body)
    return spec.external_name(record.entity, record.body)


def _balance(record: MirrorRecord) -> Decimal:
    return decimal(record.body.get("balance")) if record.entity == "invoices" else Decimal(0)


def _say_left_out(
    connection: Connection, company_id: str, refs: Sequence[RecordRef], unlinking: bool, at: datetime
) -> None:
    """The results show at once what is left out and what comes back with the next sync."""
    known = {row.ref: row for row in results.get(connection, company_id, refs)}
    bodies = _bodies(connection, company_id, refs)
    words = "Left out of the sync." if unlinking else "Relinked: comes along with the next sync."
    rows = []
    for ref in refs:
        before = known.get(ref)
        record = bodies.get(ref)
        name = before.name if before else (_name(ref, record) if record else ref.key)
        rows.append(
            Result(
                at=at,
                ref=ref,
                name=name,
                released_id=before.released_id if before else ("" if ref.external else ref.key),
                entity=before.entity if before else (ref.external[0] if ref.external else ""),
                external_id=before.external_id if before else (ref.external[1] if ref.external else ""),
                direction=before.direction if before else Direction.OUTGOING,
                outcome=Outcome.SKIPPED,
                code="left-out" if unlinking else "",
                details=words,
                more_detail="",
                linked=not unlinking,
                amount=before.amount if before else None,
                currency=before.currency if before else "",
            )
        )
    results.record(connection, company_id, "", rows)


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
