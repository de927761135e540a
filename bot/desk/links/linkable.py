"""What is known of records whose links people change: who depends on them, what is owed, what the results say."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.core.balance.control_totals import PAYABLE, RECEIVABLE, Figures, external_figures, released_figures
from bot.core.model import NEEDS_ATTENTION, Direction, MirrorRecord, OpenAmount, Outcome, RecordRef, Result, Side
from bot.core.spec import Facts, Lookup, Problem
from bot.records import BY_COLLECTION, BY_ENTITY, BY_TYPE
from bot.store.mirror import records
from bot.store.results import results
from bot.sync.reading.normalise import external_references, referring_to, referring_to_external


def dependents_of(connection: Connection, company_id: str, level: list[RecordRef]) -> list[RecordRef]:
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


def bodies_of(connection: Connection, company_id: str, refs: Iterable[RecordRef]) -> dict[RecordRef, MirrorRecord]:
    refs = list(refs)
    ours = [(BY_TYPE[ref.type].collection, ref.key) for ref in refs if ref.external is None and ref.type in BY_TYPE]
    theirs = [ref.external for ref in refs if ref.external is not None]
    released = records.get_mirror(connection, company_id, Side.RELEASED, ours)
    external = records.get_mirror(connection, company_id, Side.QUICKBOOKS, theirs)
    found = {RecordRef(BY_COLLECTION[record.entity].type, record.id): record for record in released.values()}
    for record in external.values():
        found[RecordRef.in_quickbooks(BY_ENTITY[record.entity].type, record.entity, record.id)] = record
    return {ref: found[ref] for ref in refs if ref in found}


def around_of(connection: Connection, company_id: str, bodies: Iterable[MirrorRecord]) -> Lookup:
    """What those that are in QuickBooks only refer to there: its bodies, and which of them are linked."""
    theirs = [one for one in bodies if one.side is Side.QUICKBOOKS]
    named = {key for one in theirs for key in external_references(BY_ENTITY[one.entity], one.entity, one.body)}
    links = records.links_to(connection, company_id, named)
    return Lookup(
        released={key: link.released_id for key, link in links.items()},
        bodies={
            key: one.body for key, one in records.get_mirror(connection, company_id, Side.QUICKBOOKS, named).items()
        },
    )


def takes_part(ref: RecordRef, record: MirrorRecord, facts: Facts, around: Lookup) -> bool:
    """Drafts, older documents and voided ones do not sync anyway: nothing stops for them."""
    spec = BY_TYPE[ref.type]
    try:
        if record.side is Side.RELEASED:
            spec.check(record.body, facts)
            return not spec.released_gone(record.body)
        spec.check_external(record.entity, record.body, facts, around)
        return not record.deleted and not spec.external_gone(record.entity, record.body)
    except Problem as problem:
        return problem.outcome is not Outcome.SKIPPED


def name_of(ref: RecordRef, record: MirrorRecord) -> str:
    spec = BY_TYPE[ref.type]
    if record.side is Side.RELEASED:
        return spec.released_name(record.body)
    return spec.external_name(record.entity, record.body)


def open_amounts(bodies: Iterable[MirrorRecord], home: str) -> tuple[OpenAmount, ...]:
    """What is still owed among these, by currency, as the control totals count it.

    Open invoices, less what is left of credit notes and not allocated of receipts; bills and what suppliers have had
    by themselves. Tenants' money is never set off against suppliers'.
    """
    found: dict[str, OpenAmount] = {}
    for record in bodies:
        said = _figures(record)
        if said is not None and said.open:
            currency = said.currency or home
            before = found.get(currency, OpenAmount(currency))
            receivable = before.receivable + RECEIVABLE.get(said.kind, 0) * said.open
            payable = before.payable + PAYABLE.get(said.kind, 0) * said.open
            found[currency] = OpenAmount(currency, receivable, payable)
    return tuple(one for one in found.values() if one.receivable or one.payable)


def _figures(record: MirrorRecord) -> Figures | None:
    if record.side is Side.RELEASED:
        return released_figures(BY_COLLECTION[record.entity], record.body, record.deleted)
    return external_figures(BY_ENTITY[record.entity], record.entity, record.body, record.deleted)


def say_unlinked(
    connection: Connection, company_id: str, refs: Sequence[RecordRef], unlinking: bool, at: datetime
) -> None:
    """The results show at once what is unlinked and what comes back with the next sync."""
    words = "Unlinked: the sync leaves it alone." if unlinking else "Relinked: comes along with the next sync."
    say(connection, company_id, refs, words, at, "left-out" if unlinking else "", not unlinking)


def say_as_before(connection: Connection, company_id: str, refs: Sequence[RecordRef]) -> None:
    """What needed attention when it was unlinked needs it again, now that this was undone: nobody has mended it."""
    before = results.before_unlinked(connection, company_id, refs)
    results.record(connection, company_id, "", [row for row in before if row.outcome in NEEDS_ATTENTION])


def say(
    connection: Connection,
    company_id: str,
    refs: Sequence[RecordRef],
    words: str,
    at: datetime,
    code: str = "",
    linked: bool = True,
) -> None:
    known = {row.ref: row for row in results.get(connection, company_id, refs)}
    bodies = bodies_of(connection, company_id, refs)
    rows = []
    for ref in refs:
        before = known.get(ref)
        record = bodies.get(ref)
        name = before.name if before else (name_of(ref, record) if record else ref.key)
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
                code=code,
                details=words,
                more_detail="",
                linked=linked,
                amount=before.amount if before else None,
                currency=before.currency if before else "",
            )
        )
    results.record(connection, company_id, "", rows)
