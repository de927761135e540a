"""Sees to it that every record that a side gave unreadably has a row that says so, however it came in."""

from sqlalchemy import Connection

from bot.core.balance.control_totals import MONEY
from bot.core.model import NEEDS_ATTENTION, RecordRef, RecordType, Side
from bot.core.planning.plan import plan
from bot.core.planning.requirements import UNREADABLE
from bot.core.planning.steps import Report
from bot.records import BY_COLLECTION, BY_ENTITY, BY_TYPE
from bot.records.fields.names import reference
from bot.store.mirror import records
from bot.store.results import results
from bot.sync.reading import normalise
from bot.sync.reading.gather import situations
from bot.sync.run import outcome
from bot.sync.run.run import Run

KEYS = (normalise.UNREADABLE_KEY, normalise.NAMELESS_KEY)


def report_unreadable(run: Run) -> None:
    """Rows for those that have none that needs attention: what came with an answer to a write, or at the very end."""
    for type_, refs in _refs(run).items():
        with run.database.read() as connection:
            rows = {row.ref: row for row in results.get(connection, run.company.id, refs)}
            silent = [ref for ref in refs if ref not in rows or rows[ref].outcome not in NEEDS_ATTENTION]
            found = situations(connection, run.company.id, BY_TYPE[type_], silent) if silent else []
        steps = [step for one in found for step in plan(BY_TYPE[type_], one, run.facts)]
        reports = [step for step in steps if isinstance(step, Report) and step.code == UNREADABLE]
        with run.ledger() as connection:
            said = [outcome.reported(report, run.clock()) for report in reports]
            results.record(connection, run.company.id, run.run_id, said)
            records.add_todo(connection, run.company.id, [report.ref for report in reports])


def clouded_parties(connection: Connection, company_id: str) -> frozenset[str]:
    """Contacts, by their id on either side, of money that cannot be read: nobody knows what is open with them.

    "" where it is not even known whose money it is: then nothing is known of anybody.
    """
    found: set[str] = set()
    for side in Side:
        ids = records.dependents(connection, company_id, side, KEYS)
        for (entity, _), record in records.get_mirror(connection, company_id, side, ids).items():
            spec = BY_ENTITY[entity] if side is Side.QUICKBOOKS else BY_COLLECTION[entity]
            if spec.type in MONEY and not record.deleted:
                said = [reference(record.body, name) for name in ("CustomerRef", "VendorRef")]
                found.add(next((id_ for id_ in (*said, str(record.body.get("contactId") or "")) if id_), ""))
    return frozenset(found)


def _refs(run: Run) -> dict[RecordType, list[RecordRef]]:
    found: dict[RecordType, list[RecordRef]] = {}
    with run.database.read() as connection:
        ours = records.dependents(connection, run.company.id, Side.RELEASED, KEYS)
        theirs = records.dependents(connection, run.company.id, Side.QUICKBOOKS, KEYS)
        links = records.links_to(connection, run.company.id, theirs)
    refs = [RecordRef(BY_COLLECTION[collection].type, id_) for collection, id_ in ours]
    for entity, id_ in theirs:
        link = links.get((entity, id_))
        unpaired = RecordRef.in_quickbooks(BY_ENTITY[entity].type, entity, id_)
        refs.append(RecordRef(link.type, link.released_id) if link else unpaired)
    for ref in dict.fromkeys(refs):
        found.setdefault(ref.type, []).append(ref)
    return found
