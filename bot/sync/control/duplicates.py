"""Finds documents and payments that seem to be in one side twice, and says so in a row that clears itself.

Only what leaves no doubt counts: the same number (or reference), contact, date and amount, or two Re-Leased records
that carry one QuickBooks id. Two equal cash receipts of one day are nobody's mistake.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.core.faults import Explanation, explain, planned
from bot.core.model import NEEDS_ATTENTION, Direction, Link, Outcome, RecordRef, Result, Side
from bot.records import BY_TYPE
from bot.store.mirror import balances, records
from bot.store.mirror.balances import RecordFigures
from bot.store.results import results
from bot.sync.reading import normalise
from bot.sync.run.outcome import in_sync_again, noun_of
from bot.sync.run.run import Run
from bot.sync.run.vanished import STAYS_OUT, vanished

CODE = "suspected-duplicate"
SYSTEMS = {Side.QUICKBOOKS: "QuickBooks", Side.RELEASED: "Re-Leased"}


@dataclass(frozen=True)
class Duplicate:
    """A record that seems to be there a second time; `first` is the one that was there before it."""

    record: RecordFigures
    first: RecordFigures
    link: Link | None

    @property
    def ref(self) -> RecordRef:
        """Under a name of its own where it is linked: the pair's own row says how its sync went."""
        if self.link is not None:
            return RecordRef.in_quickbooks(self.link.type, self.link.entity, self.link.external_id)
        if self.record.side is Side.QUICKBOOKS:
            return RecordRef.in_quickbooks(self.record.figures.type, self.record.entity, self.record.id)
        return RecordRef(self.record.figures.type, self.record.id)

    @property
    def own_ref(self) -> RecordRef:
        return RecordRef(self.link.type, self.link.released_id) if self.link is not None else self.ref


def duplicates_among(connection: Connection, company_id: str, found: Sequence[RecordFigures]) -> list[Duplicate]:
    """The duplicates that these records are part of, each once; what a person unlinked is none."""
    groups = [*_alike(connection, company_id, found), *_with_one_id(connection, company_id, found)]
    if not groups:
        return []
    links = _links(connection, company_id, [one for group in groups for one in group])
    duplicates: dict[RecordRef, Duplicate] = {}
    for group in groups:
        first, *others = sorted(group, key=lambda one: _age(one, links))
        for one in others:
            duplicate = Duplicate(one, first, links.get(one.key))
            duplicates.setdefault(duplicate.ref, duplicate)
    return _without_unlinked(connection, company_id, list(duplicates.values()))


def in_words(duplicate: Duplicate) -> str:
    """ "Invoice INV-1 seems to be in QuickBooks twice (QuickBooks ids 101 and 245)"."""
    return f"{_explained(duplicate).what} ({_ids(duplicate).rstrip('.')})"


def report(run: Run, connection: Connection, duplicates: Sequence[Duplicate]) -> set[RecordRef]:
    """Write a row for each duplicate that has none; gives the refs of all that are reported."""
    present = {
        row.ref: row for row in results.get(connection, run.company.id, [duplicate.ref for duplicate in duplicates])
    }
    rows, told = [], set()
    for duplicate in duplicates:
        before = present.get(duplicate.ref)
        if before is not None and before.code != CODE and before.outcome in NEEDS_ATTENTION:
            continue  # it is held up by something else already, and that row says so
        told.add(duplicate.ref)
        row = _row(run, duplicate)
        if before is None or before.details != row.details:
            rows.append(row)
    results.record(connection, run.company.id, run.run_id, rows)
    return told


def forget(run: Run, connection: Connection, refs: Sequence[RecordRef]) -> None:
    """They are not there twice any more. A pair agrees again; what has no partner is planned, and so gets a row."""
    close_findings(run, connection, refs)
    records.add_todo(connection, run.company.id, refs)


def close_findings(run: Run, connection: Connection, refs: Sequence[RecordRef]) -> None:
    """What the control said of these records is over: their rows stay, and say so."""
    links = records.links_of(connection, run.company.id, refs)
    before = results.get(connection, run.company.id, refs)
    again = [in_sync_again(row, run.clock()) for row in before if row.ref in links]
    results.record(connection, run.company.id, run.run_id, again)
    over = vanished(connection, run.company.id, [row for row in before if row.ref not in links], run.clock())
    gone = [row for row in over.rows if row.code != STAYS_OUT]
    results.record(connection, run.company.id, run.run_id, gone)
    told = {row.ref for row in (*again, *gone)}
    results.forget(connection, run.company.id, [ref for ref in refs if ref not in told])


def _alike(connection: Connection, company_id: str, found: Sequence[RecordFigures]) -> list[list[RecordFigures]]:
    groups = []
    for side in (Side.QUICKBOOKS, Side.RELEASED):  # what came in from there is called by its name there
        keys = {one.figures.same_key for one in found if one.side is side and one.figures.counted}
        groups += balances.suspected_duplicates(connection, company_id, side, keys)
    return groups


def _with_one_id(connection: Connection, company_id: str, found: Sequence[RecordFigures]) -> list[list[RecordFigures]]:
    """Living Re-Leased records that carry the id of one QuickBooks record, which our own sync wrote into them."""
    whole = [one for one in found if one.figures.counted and not BY_TYPE[one.figures.type].part_of]
    ours = [(one.entity, one.id) for one in whole if one.side is Side.RELEASED]
    marks = balances.stored_id_keys(connection, company_id, ours)
    marks |= {normalise.stored_as(one.entity, one.id) for one in whole if one.side is Side.QUICKBOOKS}
    groups = []
    for collection in {BY_TYPE[one.figures.type].collection for one in whole}:
        carried = records.find_by_keys(connection, company_id, Side.RELEASED, collection, marks)
        for ids in (ids for ids in carried.values() if len(ids) > 1):
            known = balances.get(connection, company_id, [(Side.RELEASED, collection, id_) for id_ in ids])
            groups.append([one for one in known.values() if one.figures.counted])
    return [group for group in groups if len(group) > 1]


def _links(connection: Connection, company_id: str, found: Sequence[RecordFigures]) -> dict[balances.Key, Link]:
    theirs = records.links_to(
        connection, company_id, [(one.entity, one.id) for one in found if one.side is Side.QUICKBOOKS]
    )
    refs = [RecordRef(one.figures.type, one.id) for one in found if one.side is Side.RELEASED]
    ours = records.links_of(connection, company_id, refs)
    links = {(str(Side.QUICKBOOKS), entity, id_): link for (entity, id_), link in theirs.items()}
    return links | {(str(Side.RELEASED), BY_TYPE[ref.type].collection, ref.key): some[0] for ref, some in ours.items()}


def _age(one: RecordFigures, links: Mapping[balances.Key, Link]) -> tuple[bool, int, str]:
    """Linked ones first, by the QuickBooks id, which grows; so both sides call the same record the second."""
    link = links.get(one.key)
    id_ = link.external_id if link is not None else one.id
    return link is None, int(id_) if id_.isdecimal() else 0, id_


def _without_unlinked(connection: Connection, company_id: str, duplicates: list[Duplicate]) -> list[Duplicate]:
    refs = {ref for duplicate in duplicates for ref in (duplicate.ref, duplicate.own_ref)}
    unlinked = records.unlinked_among(connection, company_id, refs)
    skipped = {
        row.ref
        for row in results.get(
            connection, company_id, [duplicate.ref for duplicate in duplicates if duplicate.link is None]
        )
        if row.outcome is Outcome.SKIPPED
    }
    return [one for one in duplicates if not {one.ref, one.own_ref} & unlinked and one.ref not in skipped]


def _explained(duplicate: Duplicate) -> Explanation:
    figures = duplicate.record.figures
    kind = noun_of(figures.kind)
    record = f"{kind} {figures.name}".strip()
    context = {"record": record, "system": SYSTEMS[duplicate.record.side], "other": f"{kind} {duplicate.first.id}"}
    return explain(planned(CODE), context)


def _row(run: Run, duplicate: Duplicate) -> Result:
    figures, link, explanation = duplicate.record.figures, duplicate.link, _explained(duplicate)
    in_quickbooks = duplicate.record.side is Side.QUICKBOOKS
    return Result(
        at=run.clock(),
        ref=duplicate.ref,
        name=figures.name,
        released_id=link.released_id if link else ("" if in_quickbooks else duplicate.record.id),
        entity=link.entity if link else (duplicate.record.entity if in_quickbooks else ""),
        external_id=link.external_id if link else (duplicate.record.id if in_quickbooks else ""),
        direction=Direction.INCOMING if in_quickbooks else Direction.OUTGOING,
        outcome=Outcome.FAILED,
        code=CODE,
        details=explanation.what,
        more_detail=f"{explanation.why}\nHow to fix it: {explanation.how}\n{_ids(duplicate)}",
        linked=True,
        amount=figures.gross,
        currency=figures.currency,
    )


def _ids(duplicate: Duplicate) -> str:
    system = SYSTEMS[duplicate.record.side]
    return f"{system} ids: {duplicate.first.id} and {duplicate.record.id}."
