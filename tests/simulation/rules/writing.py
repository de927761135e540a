"""The rules of writing: nothing twice, nothing deleted, nothing unlinked, closed or unseen, no date of our own."""

from collections import Counter
from collections.abc import Iterator

from bot.core.model import RecordRef, RecordType
from tests.simulation.rules.audit import OURS
from tests.simulation.rules.case import DATES, Case
from tests.simulation.rules.pairs import (
    DOCUMENTS,
    PAYMENTS,
    TYPES,
    Json,
    Key,
    contact_of,
    is_set_off,
    is_void,
    kinds_of,
)


def once_on_either_side(case: Case) -> Iterator[str]:
    claimed = Counter(key for _, _, key in case.picture.claims)
    for key, times in claimed.items():
        if times > 1:
            holders = [f"{name} {row['id']}" for name, row, held in case.picture.claims if held == key]
            yield f"{key[0]} {key[1]} belongs to {times} records of Re-Leased: {', '.join(holders)}"
    for entity, id_ in _made_by_us(case):
        record = case.picture.external(entity, id_)
        if entity == "Attachable" and any(key[1].startswith(f"{id_}:") for key in claimed):
            continue
        if record is None or (entity, id_) in claimed or _is_left_out(case, entity, id_):
            continue
        if entity in PAYMENTS and (is_set_off(record) or is_void(record)):
            continue  # a credit that was set off: the balances of its documents tell whether it was done once
        name = record.get("DocNumber") or record.get("DisplayName") or record.get("PaymentRefNum")
        yield f"we created {entity} {id_} ({name}), and no record of Re-Leased holds it"


def _made_by_us(case: Case) -> Iterator[Key]:
    for row in case.stage.sides.books.write_log:
        if row["channel"] in OURS and row["operation"] == "create" and row["code"] is None:
            yield row["entity"], row["id"]


def _is_left_out(case: Case, entity: str, id_: str) -> bool:
    """Unlinked after it was sent and before its id was written back: its result has the id."""
    types = {TYPES[name] for name in case.picture.rows if entity in kinds_of(name)}
    rows = (case.row_of(ref) for ref in case.stage.unlinked if ref.type in types)
    return any(row is not None and not row.linked and row.external_id.partition(":")[0] == id_ for row in rows)


def nothing_deleted(case: Case) -> Iterator[str]:
    for row in case.stage.sides.books.write_log:
        if row["channel"] in OURS and row["operation"] == "delete":
            yield f"we deleted {row['entity']} {row['id']}"


def unlinked_untouched(case: Case) -> Iterator[str]:
    for written in case.stage.written:
        for entry in written.entries:
            if entry["code"] is not None:
                continue
            ref = case.picture.ref_of(entry["entity"], entry["id"])
            if ref in written.unlinked:
                yield f"{ref} was unlinked, and {entry['operation']} wrote {entry['entity']} {entry['id']}"
            parent = _left_out_parent(case, entry, written.unlinked)
            if parent is not None:
                yield f"{parent} was unlinked, and {entry['operation']} wrote {ref}, which depends on it"
        for collection, id_ in written.records:
            if collection in TYPES and RecordRef(TYPES[collection], id_) in written.unlinked:
                yield f"{TYPES[collection]}:{id_} was unlinked, and {written.call} wrote it"


def _left_out_parent(case: Case, entry: Json, unlinked: frozenset[RecordRef]) -> RecordRef | None:
    record = case.picture.external(entry["entity"], entry["id"])
    if record is None or entry["entity"] not in (*DOCUMENTS, *PAYMENTS) or entry["operation"] == "void":
        return None
    contact = RecordRef(RecordType.CONTACT, contact_of(case.picture, record) or "")
    return contact if contact in unlinked else None


def closed_periods_untouched(case: Case) -> Iterator[str]:
    for written in case.stage.written:
        for entry in written.entries:
            if entry["code"] == "6210" and written.closed_known:
                yield f"we tried to {entry['operation']} {entry['entity']} {entry['id']} in a closed period"


def nothing_overwritten_unseen(case: Case) -> Iterator[str]:
    for written in case.stage.written:
        if written.unseen and written.records:
            yield f"{written.call} overwrote version {written.unseen}, which we had never taken in"


def dates_unmoved(case: Case) -> Iterator[str]:
    for pair in case.picture.pairs():
        if pair.external is None or pair.collection not in DATES:
            continue
        given = case.dates.get((pair.collection, pair.released["id"]), set())
        given = given | case.dates.get((pair.entity, pair.external["Id"]), set())
        for date in (pair.released[DATES[pair.collection]], pair.external["TxnDate"]):
            if date not in given:
                yield f"{pair}: nobody gave it the date {date}"
