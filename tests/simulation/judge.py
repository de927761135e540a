"""Judges a history by the two stand-ins' own states and logs, and by what our results say: which rules were broken."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from bot.core.model import Direction, Flag, LinkChange, Outcome, RecordRef, RecordType, Side
from bot.records import BY_ENTITY, BY_TYPE
from bot.store.database import load
from bot.store.tables import mirror, results
from bot.sync import Finished
from tests.simulation.audit import OURS, audit
from tests.simulation.pairs import (
    DOCUMENTS,
    NAMES,
    PAYMENTS,
    TYPES,
    Json,
    Key,
    Picture,
    contact_of,
    differences,
    entities_of,
    gone,
    is_set_off,
    is_void,
)
from tests.simulation.stage import Stage

SYNC_FROM = "2026-04-01"
SAYS_WHY = (Outcome.FAILED, Outcome.WAITING, Outcome.SKIPPED)
ATTENTION = (Outcome.FAILED, Outcome.WAITING)
PASSING = ("10000", "keeps-failing", "unanswered", "5010", "6240", "6140", "http-412")
"""Codes of faults that say nothing any more once both sides agree."""
EXPENSE_TYPES = ("Expense", "Cost of Goods Sold", "Other Expense")
DATES = {"invoices": "issueDate", "credit-notes": "issueDate", "payments": "date"}


@dataclass(frozen=True)
class Row:
    outcome: str
    code: str
    details: str
    more: str
    external_id: str
    linked: bool


class Judge:
    """Watches a stage. `verdict` gives the broken rules, one sentence each."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.dates: dict[tuple[str, str], set[str]] = {}
        self.problems: list[str] = []
        self.saw_people()

    # While it happens

    def saw_people(self) -> None:
        """The dates that people gave; nobody else may give any."""
        picture = Picture(self.stage.sides)
        for (collection, id_), row in picture.released.items():
            if collection in DATES:
                self.dates.setdefault((collection, id_), set()).add(row[DATES[collection]])
        for entity in (*DOCUMENTS, *PAYMENTS):
            for id_, record in picture.books.entity(entity).items():
                self.dates.setdefault((entity, id_), set()).add(record["TxnDate"])

    def run_begins(self) -> None:
        closed = self.stage.sides.books.books.close_date
        self.stage.closed_when_started = closed.isoformat() if closed else ""

    def known_refs(self) -> list[RecordRef]:
        """What a person may name in Slack: what is in Re-Leased, and what is in QuickBooks only."""
        picture = Picture(self.stage.sides)
        ours = [RecordRef(TYPES[name], id_) for name, id_ in picture.released if TYPES[name] in BY_TYPE]
        money = [entity for entity in (*DOCUMENTS, *PAYMENTS, *NAMES) if entity in BY_ENTITY]
        theirs = [picture.ref_of(entity, id_) for entity in money for id_ in picture.books.entity(entity)]
        return sorted({*ours, *theirs})

    def unlinked(self, refs: Sequence[RecordRef], change: LinkChange, propagate: bool) -> None:
        """Everything that refers to what was unlinked, as our mirror knows it, must stop or be named as waiting."""
        told = {*change.changed, *change.cascade, *self.stage.unlinked}
        missing = [ref for ref in self._dependents(set(refs)) if ref not in told]
        self.problems += [f"unlinking {refs[0]} says nothing of {ref}, which depends on it" for ref in missing]
        if propagate:
            left = [ref for ref in change.cascade if ref not in {*change.changed, *self.stage.unlinked}]
            self.problems += [f"unlinking {refs[0]} with all that depends on it left {ref} linked" for ref in left]

    def _dependents(self, refs: set[RecordRef]) -> set[RecordRef]:
        found, grown = set[RecordRef](), set(refs)
        bodies = self._mirrored()
        while grown:
            ids = {ref.key for ref in grown}
            grown = {
                RecordRef(TYPES[name], id_)
                for (name, id_), body in bodies.items()
                if TYPES[name] in BY_TYPE and _takes_part(name, body) and ids & _referred(body)
            } - {*found, *refs}
            found |= grown
        return found

    def _mirrored(self) -> dict[tuple[str, str], Json]:
        with self.stage.disk.database.read() as connection:
            rows = connection.execute(select(mirror).where(mirror.c.side == Side.RELEASED)).all()
        return {(row.entity, row.id): load(row.body) for row in rows if row.entity in TYPES}

    # When all is over

    def verdict(self, finished: Finished) -> list[str]:
        picture = Picture(self.stage.sides)
        with self.stage.disk.database.read() as connection:
            rows = {
                (row.type, row.key): Row(
                    row.outcome, row.code, row.details, row.more_detail, row.external_id, row.linked
                )
                for row in connection.execute(select(results))
            }
            broken = [*self.problems, *audit(connection, self.stage)]
        broken += self._once_on_either_side(picture)
        broken += self._nothing_deleted()
        broken += self._unlinked_untouched(picture)
        broken += self._closed_periods_untouched()
        broken += self._nothing_overwritten_unseen()
        broken += self._dates_unmoved(picture)
        broken += self._nothing_lost_in_released(picture, rows)
        broken += self._nothing_lost_in_quickbooks(picture, rows)
        broken += self._no_file_lost_in_quickbooks(picture, rows)
        broken += self._pairs_agree(picture, rows)
        broken += self._balances_agree(picture, rows)
        broken += self._errors_clear(picture, rows)
        broken += self._rows_say_why(finished, rows)
        return list(dict.fromkeys(broken))

    def _once_on_either_side(self, picture: Picture) -> Iterator[str]:
        claimed = Counter(key for _, _, key in picture.claims)
        for key, times in claimed.items():
            if times > 1:
                holders = [f"{name} {row['id']}" for name, row, held in picture.claims if held == key]
                yield f"{key[0]} {key[1]} belongs to {times} records of Re-Leased: {', '.join(holders)}"
        for entity, id_ in self._made_by_us():
            record = picture.external(entity, id_)
            if entity == "Attachable" and any(key[1].startswith(f"{id_}:") for key in claimed):
                continue
            if record is None or (entity, id_) in claimed or self._is_left_out(picture, entity, record):
                continue
            if entity in PAYMENTS and (is_set_off(record) or is_void(record)):
                continue  # a credit that was set off: the balances of its documents tell whether it was done once
            name = record.get("DocNumber") or record.get("DisplayName") or record.get("PaymentRefNum")
            yield f"we created {entity} {id_} ({name}), and no record of Re-Leased holds it"

    def _made_by_us(self) -> Iterator[Key]:
        for row in self.stage.sides.books.write_log:
            if row["channel"] in OURS and row["operation"] == "create" and row["code"] is None:
                yield row["entity"], row["id"]

    def _is_left_out(self, picture: Picture, entity: str, record: Json) -> bool:
        """Unlinked after it was sent and before its id was written back."""
        named = {record.get("DocNumber"), record.get("DisplayName"), record.get("PaymentRefNum")} - {None}
        for ref in self.stage.unlinked:
            for (name, id_), row in picture.released.items():
                if (TYPES[name], id_) == (ref.type, ref.key) and named & {row.get("number"), row.get("name")}:
                    return True
        return False

    def _nothing_deleted(self) -> Iterator[str]:
        for row in self.stage.sides.books.write_log:
            if row["channel"] in OURS and row["operation"] == "delete":
                yield f"we deleted {row['entity']} {row['id']}"

    def _unlinked_untouched(self, picture: Picture) -> Iterator[str]:
        for written in self.stage.written:
            for entry in written.entries:
                if entry["code"] is not None:
                    continue
                ref = picture.ref_of(entry["entity"], entry["id"])
                if ref in written.unlinked:
                    yield f"{ref} was unlinked, and {entry['operation']} wrote {entry['entity']} {entry['id']}"
                parent = self._left_out_parent(picture, entry, written.unlinked)
                if parent is not None:
                    yield f"{parent} was unlinked, and {entry['operation']} wrote {ref}, which depends on it"
            for collection, id_ in written.records:
                if collection in TYPES and RecordRef(TYPES[collection], id_) in written.unlinked:
                    yield f"{TYPES[collection]}:{id_} was unlinked, and {written.call} wrote it"

    def _left_out_parent(self, picture: Picture, entry: Json, unlinked: frozenset[RecordRef]) -> RecordRef | None:
        record = picture.external(entry["entity"], entry["id"])
        if record is None or entry["entity"] not in (*DOCUMENTS, *PAYMENTS) or entry["operation"] == "void":
            return None
        contact = RecordRef(RecordType.CONTACT, contact_of(picture, record) or "")
        return contact if contact in unlinked else None

    def _closed_periods_untouched(self) -> Iterator[str]:
        for written in self.stage.written:
            for entry in written.entries:
                if entry["code"] == "6210" and written.closed_known:
                    yield f"we tried to {entry['operation']} {entry['entity']} {entry['id']} in a closed period"

    def _nothing_overwritten_unseen(self) -> Iterator[str]:
        for written in self.stage.written:
            if written.unseen and written.records:
                yield f"{written.call} overwrote version {written.unseen}, which we had never taken in"

    def _dates_unmoved(self, picture: Picture) -> Iterator[str]:
        for pair in picture.pairs():
            if pair.external is None or pair.collection not in DATES:
                continue
            given = self.dates.get((pair.collection, pair.released["id"]), set())
            given = given | self.dates.get((pair.entity, pair.external["Id"]), set())
            for date in (pair.released[DATES[pair.collection]], pair.external["TxnDate"]):
                if date not in given:
                    yield f"{pair}: nobody gave it the date {date}"

    def _nothing_lost_in_released(self, picture: Picture, rows: dict[tuple[str, str], Row]) -> Iterator[str]:
        held = {(name, row["id"], entity): id_ for name, row, (entity, id_) in picture.claims}
        for (name, id_), record in picture.released.items():
            spec = BY_TYPE.get(TYPES[name])
            if spec is None or Direction.OUTGOING not in spec.directions:
                continue
            row = rows.get((TYPES[name], id_))
            if row is not None and row.outcome in SAYS_WHY:
                continue
            for entity in entities_of(name, record):
                partner = held.get((name, id_, entity))
                if partner is None:
                    yield f"{name} {id_} has no {entity}, and no result says why ({row})"
                elif picture.external(entity, partner) is None and not _is_over(record):
                    yield f"{entity} {partner} of {name} {id_} was deleted, and no result says so"

    def _nothing_lost_in_quickbooks(self, picture: Picture, rows: dict[tuple[str, str], Row]) -> Iterator[str]:
        told = {row.external_id for row in rows.values() if row.outcome in SAYS_WHY}
        for entity, spec in BY_ENTITY.items():
            if Direction.INCOMING not in spec.directions or entity not in picture.books.books.tables:
                continue
            for id_, record in picture.books.entity(entity).items():
                if (
                    entity == "Attachable"
                    or not _comes_in(entity, record)
                    or (entity, id_) in picture.partner
                    or id_ in told
                ):
                    continue
                yield f"{entity} {id_} is not in Re-Leased, and no result says why"

    def _no_file_lost_in_quickbooks(self, picture: Picture, rows: dict[tuple[str, str], Row]) -> Iterator[str]:
        told = {row.external_id for row in rows.values() if row.outcome in SAYS_WHY}
        held = {key[1] for key in picture.partner if key[0] == "Attachable"}
        for id_, record in picture.books.entity("Attachable").items():
            for link in record.get("AttachableRef", ()):
                owner = link["EntityRef"]["type"], link["EntityRef"]["value"]
                part = f"{id_}:{owner[0][0]}{owner[1]}"
                if owner in picture.partner and not {part, id_} & {*told, *held}:
                    yield f"the file {part} ({record['FileName']}) is not in Re-Leased, and no result says why"

    def _pairs_agree(self, picture: Picture, rows: dict[tuple[str, str], Row]) -> Iterator[str]:
        for pair in picture.pairs():
            row = rows.get((pair.ref.type, pair.ref.key))
            if pair.ref in self.stage.unlinked or (row is not None and row.outcome in SAYS_WHY):
                continue
            if TYPES[pair.collection] in BY_TYPE and self._is_told(pair.collection, pair.released, pair.entity):
                yield from differences(picture, pair)

    def _balances_agree(self, picture: Picture, rows: dict[tuple[str, str], Row]) -> Iterator[str]:
        """Of contacts of which nothing fails, waits or is left out."""
        unclear = self._unclear_contacts(picture, rows)
        for pair in picture.pairs():
            record, row = pair.external, pair.released
            if pair.entity not in DOCUMENTS or record is None or row["contactId"] in unclear or any(gone(pair)):
                continue
            open_ = row["balance"] if pair.collection == "invoices" else row["remaining"]
            if Decimal(open_) != record["Balance"] and row["status"] != "draft":
                yield f"{pair}: {open_} is open in Re-Leased and {record['Balance']} in QuickBooks"

    def _errors_clear(self, picture: Picture, rows: dict[tuple[str, str], Row]) -> Iterator[str]:
        """A record that failed and agrees by now has nothing to complain of any more."""
        agreeing: dict[RecordRef, bool] = {}
        held = Counter(pair.ref for pair in picture.pairs())
        for pair in picture.pairs():
            fine = pair.external is not None and not any(differences(picture, pair))
            whole = len(entities_of(pair.collection, pair.released)) == held[pair.ref]
            agreeing[pair.ref] = agreeing.get(pair.ref, True) and fine and whole
        for (type_, key), row in rows.items():
            if (
                row.outcome == Outcome.FAILED
                and row.code in PASSING
                and agreeing.get(RecordRef(RecordType(type_), key))
            ):
                yield f"{type_}:{key} agrees on both sides, and its row still says {row.code}: {row.details}"

    def _unclear_contacts(self, picture: Picture, rows: dict[tuple[str, str], Row]) -> set[str]:
        refs = set(self.stage.unlinked)
        refs |= {RecordRef(RecordType(type_), key) for (type_, key), row in rows.items() if row.outcome in SAYS_WHY}
        keys = {ref.key for ref in refs}
        told = {row.external_id for row in rows.values() if row.outcome in SAYS_WHY}
        unclear = {row["contactId"] for row in picture.released.values() if "contactId" in row and row["id"] in keys}
        unclear |= {key for key in keys if ("contacts", key) in picture.released}
        for entity in (*DOCUMENTS, *PAYMENTS):
            for id_, record in picture.books.entity(entity).items():
                if id_ in told or record["TxnDate"] < SYNC_FROM:
                    unclear.add(contact_of(picture, record) or "")
        unclear |= {row["contactId"] for row in picture.rows["payments"] if row["date"] < SYNC_FROM}
        for ref in refs:  # an entry of a credit note
            unclear |= {row["contactId"] for row in picture.rows["credit-notes"] if row["id"] in ref.key}
        return unclear

    def _is_told(self, collection: str, record: Json, entity: str) -> bool:
        return not (collection in DATES and record[DATES[collection]] < SYNC_FROM)

    def _rows_say_why(self, finished: Finished, rows: dict[tuple[str, str], Row]) -> Iterator[str]:
        needy = {key for key, row in rows.items() if row.outcome in ATTENTION and row.linked}
        if finished.red_reason is not None:
            yield f"the run is red for {finished.red_reason}: nothing explains that"
        elif (finished.flag is Flag.RED) != bool(needy):
            yield f"the flag is {finished.flag}, with {len(needy)} rows that need attention"
        for (type_, key), row in rows.items():
            if row.outcome in SAYS_WHY and not row.details:
                yield f"{type_}:{key} is {row.outcome}, and its row does not say what happened"
            if row.outcome in ATTENTION and not row.more:
                yield f"{type_}:{key} is {row.outcome} ({row.details}), and its row does not say why"


def _takes_part(collection: str, body: Json) -> bool:
    date = body.get(DATES.get(collection, ""), SYNC_FROM)
    return bool(date >= SYNC_FROM and body.get("status") not in ("draft", "voided", "reversed"))


def _referred(body: Json) -> set[str]:
    ids = {body.get("contactId"), body.get("ownerId")}
    ids |= {part["invoiceId"] for part in body.get("allocations") or ()}
    for line in body.get("lines") or ():
        ids |= {line["accountId"], line["taxTypeId"], line["trackingOptionId"]}
    return {id_ for id_ in ids if id_}


def _is_over(record: Json) -> bool:
    return record.get("status") in ("voided", "reversed") or bool(record.get("archived"))


def _comes_in(entity: str, record: Json) -> bool:
    """What is eligible by the rules of the product: active names of the right kinds, documents from *sync from* on."""
    if entity in (*DOCUMENTS, *PAYMENTS):
        counts = not is_void(record) and not (entity in PAYMENTS and is_set_off(record))
        return record["TxnDate"] >= SYNC_FROM and counts
    if not record.get("Active", True):
        return False
    if entity == "Account":
        return record["AccountType"] in EXPENSE_TYPES
    return entity != "Item" or (record["Type"] in ("Service", "NonInventory") and "IncomeAccountRef" in record)
