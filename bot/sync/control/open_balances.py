"""Why both sides show another open balance of a pair that agrees otherwise: payments and credits that one side lacks.

What is open is the total less what is applied to it. So the difference is that of what is applied, record by record;
each part is explained when the record it comes from has a result that says why it is not on both sides.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection

from bot.core.model import Link, MirrorRecord, Outcome, RecordRef, RecordType, Side
from bot.core.money import ZERO, NotMoney, decimal
from bot.core.spec import Problem
from bot.records import BY_COLLECTION, BY_ENTITY, BY_TYPE
from bot.records.allocation import COLLECTION as SET_OFF
from bot.records.allocation import PAYMENT_OF
from bot.records.payments.applied import DOCUMENT, split
from bot.store.mirror import balances, records
from bot.store.results import results
from bot.sync.reading import normalise

PAYMENTS = BY_TYPE[RecordType.PAYMENT].collection
INVOICES = BY_TYPE[RecordType.INVOICE].collection
APPLYING = frozenset({PAYMENTS, SET_OFF, *PAYMENT_OF, *PAYMENT_OF.values()})

Place = tuple[Side, str, str]  # side, entity, id


@dataclass(frozen=True)
class Applied:
    """So much of one record is applied to another, as one side says."""

    one: Place
    other: Place
    amount: Decimal


def explained(
    connection: Connection, company_id: str, links: Sequence[Link], with_unknown: bool = True
) -> dict[Link, Decimal]:
    """How much of (open in Re-Leased - open in QuickBooks) of each pair has a record that says why.

    Without the unknown, what is in neither mirror (from before the sync began, of a kind that is not synced) is no
    reason: nobody has said anything of it.
    """
    found = list(_applied(connection, company_id, links))
    refs, linked, known = _refs(connection, company_id, {place for one in found for place in (one.one, one.other)})
    apart: dict[tuple[RecordRef, RecordRef], Decimal] = defaultdict(lambda: ZERO)
    for one in found:
        sign = 1 if one.one[0] is Side.QUICKBOOKS else -1
        apart[refs[one.one], refs[one.other]] += sign * one.amount
    others = {other for (_, other), amount in apart.items() if amount}
    said = _with_reason(connection, company_id, others, linked, known if with_unknown else others)
    sums: dict[RecordRef, Decimal] = defaultdict(lambda: ZERO)
    for (ref, other), amount in apart.items():
        if amount and other in said:
            sums[ref] += amount
    return {link: sums[RecordRef(link.type, link.released_id)] for link in links}


def _applied(connection: Connection, company_id: str, links: Sequence[Link]) -> Iterator[Applied]:
    """Everything that is applied to one of these pairs, or by it, on each side."""
    ours = {(Side.RELEASED, BY_TYPE[link.type].collection, link.released_id) for link in links}
    theirs = {(Side.QUICKBOOKS, link.entity, link.external_id) for link in links}
    wanted: set[Place] = {*ours, *theirs}
    for record in _holders(connection, company_id, links):
        try:
            for one, other, amount in _parts(record):
                if one in wanted:
                    yield Applied(one, other, amount)
                if other in wanted:
                    yield Applied(other, one, amount)
        except (NotMoney, Problem):
            continue  # planning says what is wrong with it


def _holders(connection: Connection, company_id: str, links: Sequence[Link]) -> Iterator[MirrorRecord]:
    """Payments and credits set off that name one of these pairs or are one, as far as they are alive."""
    keys = [normalise.referring_to(RecordRef(link.type, link.released_id)) for link in links]
    ours = set(records.dependents(connection, company_id, Side.RELEASED, keys))
    ours |= {(BY_TYPE[link.type].collection, link.released_id) for link in links}
    keys = [normalise.referring_to_external(link.entity, link.external_id) for link in links]
    theirs = set(records.dependents(connection, company_id, Side.QUICKBOOKS, keys))
    theirs |= {(link.entity, link.external_id) for link in links}
    for side, ids in ((Side.RELEASED, ours), (Side.QUICKBOOKS, theirs)):
        applying = [key for key in ids if key[0] in APPLYING]
        for record in records.get_mirror(connection, company_id, side, applying).values():
            if not record.deleted and not _is_gone(record):
                yield record


def _is_gone(record: MirrorRecord) -> bool:
    if record.side is Side.RELEASED:
        return BY_COLLECTION[record.entity].released_gone(record.body)
    return BY_ENTITY[record.entity].external_gone(record.entity, record.body)


def _parts(record: MirrorRecord) -> Iterator[tuple[Place, Place, Decimal]]:
    """What a record applies: to documents, and of credits. Raises NotMoney or Problem."""
    own: Place = (record.side, record.entity, record.id)
    body = record.body
    if record.entity == PAYMENTS:
        for part in body.get("allocations") or []:
            yield own, (record.side, INVOICES, str(part.get("invoiceId"))), decimal(part.get("amount"))
    elif record.entity == SET_OFF:
        amount = decimal(body.get("amount"))
        yield own, (record.side, INVOICES, str(body.get("invoiceId"))), amount
        credit_notes = BY_TYPE[RecordType.CREDIT_NOTE].collection
        yield own, (record.side, credit_notes, str(body.get("creditNoteId"))), amount
    elif record.entity in PAYMENT_OF:
        spec = BY_ENTITY[record.entity]
        amount = spec.external_amount(record.entity, body) or ZERO
        for entity, id_ in spec.external_references(record.entity, body)[1:]:
            yield own, (record.side, entity, id_), amount
    else:
        applied = split(record.entity, body)
        for id_, amount in applied.cash:
            yield own, (record.side, DOCUMENT[record.entity], id_), amount
        for entity, id_, amount in applied.others:
            yield own, (record.side, entity, id_), amount


def _refs(
    connection: Connection, company_id: str, places: Iterable[Place]
) -> tuple[dict[Place, RecordRef], set[RecordRef], set[RecordRef]]:
    """One ref for both sides of a pair, alone for what has no partner; which are linked, and which we know at all."""
    theirs = [(entity, id_) for side, entity, id_ in places if side is Side.QUICKBOOKS]
    ours = [(entity, id_) for side, entity, id_ in places if side is Side.RELEASED]
    paired = records.links_to(connection, company_id, theirs)
    here = [RecordRef(BY_COLLECTION[entity].type, id_) for entity, id_ in ours]
    linked = {RecordRef(link.type, link.released_id) for link in paired.values()}
    linked |= set(records.links_of(connection, company_id, here))
    mirrored = {(Side.QUICKBOOKS, *key) for key in records.get_mirror(connection, company_id, Side.QUICKBOOKS, theirs)}
    mirrored |= {(Side.RELEASED, *key) for key in records.get_mirror(connection, company_id, Side.RELEASED, ours)}
    refs = {place: _ref(place, paired) for place in places}
    return refs, linked, {refs[place] for place in places if place in mirrored}


def _ref(place: Place, paired: Mapping[tuple[str, str], Link]) -> RecordRef:
    side, entity, id_ = place
    if side is Side.RELEASED:
        return RecordRef(BY_COLLECTION[entity].type, id_)
    if (entity, id_) in paired:
        link = paired[entity, id_]
        return RecordRef(link.type, link.released_id)
    type_ = BY_ENTITY[entity].type if entity in BY_ENTITY else RecordType.PAYMENT
    return RecordRef.in_quickbooks(type_, entity, id_)


def _with_reason(
    connection: Connection, company_id: str, refs: set[RecordRef], linked: set[RecordRef], known: set[RecordRef]
) -> set[RecordRef]:
    """Those of which it is known why they are not applied alike: what stays out, what waits, what the next sync takes.

    What is not in our mirror at all is from before the sync began, or of a kind that is not synced.
    """
    rows = {row.ref: row for row in results.get(connection, company_id, sorted(refs))}
    said = {ref for ref, row in rows.items() if row.outcome in balances.EXPLAINS}
    said |= {ref for ref, row in rows.items() if row.outcome is Outcome.SKIPPED and ref not in linked}
    said |= records.unlinked_among(connection, company_id, refs)
    said |= records.todo_among(connection, company_id, refs)
    return said | {ref for ref in refs if ref not in known and ref not in linked}
