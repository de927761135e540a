"""The records of one company: every way to read and to change them, under the contract's rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from itertools import islice
from typing import Any

from bot.sandbox.released.ledger.instants import from_text, to_text
from bot.sandbox.released.ledger.lacking import Lacks
from bot.sandbox.released.ledger.table import Table
from bot.sandbox.released.rules.books import Edit, Outcome
from bot.sandbox.released.rules.problems import Problem, invalid, not_found
from bot.sandbox.released.rules.readers import Invalid, copied, read_given
from bot.sandbox.released.rules.rules import RULES
from bot.sandbox.released.rules.shapes import ASSIGNED, REFERRING, SHAPES, Collection, Record, referred_ids

LONGEST_KEY = 255
BEGINNING_OF_TIME = datetime.min.replace(tzinfo=UTC)

WriteLog = Callable[[str, Collection, Record], None]
"""Is told of each record written: what was done (create, update, settle, content), where, and the record."""


@dataclass
class Ledger:
    """One company. Not safe for several threads by itself: the state holds the lock."""

    company: Record
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    log: WriteLog
    open_to_key: bool = True
    unreadable: dict[Collection, int] = field(default_factory=dict)  # with the status that its readings answer
    lacks: Lacks = field(default_factory=dict)
    _tables: dict[Collection, Table] = field(default_factory=lambda: {each: Table() for each in Collection})
    _made_with: dict[tuple[Collection, str], str] = field(default_factory=dict)
    _contents: dict[str, bytes] = field(default_factory=dict)
    _last_instant: datetime = BEGINNING_OF_TIME

    @property
    def currency(self) -> str:
        currency: str = self.company["currency"]
        return currency

    def set_built_in_sync(self, on: bool) -> None:
        """Whether Re-Leased's own QuickBooks integration is on; no call of the contract changes it."""
        instant = self._instant_after(self.company["modifiedAt"])
        version = self.company["version"] + 1
        self.company = {**self.company, "version": version, "modifiedAt": instant, "builtInSync": on}

    def find(self, collection: Collection, record_id: str) -> Record | None:
        return self._tables[collection].find(record_id)

    def get(self, collection: Collection, record_id: str) -> Record:
        """The record itself, to read and not to change; 404 if there is none."""
        record = self.find(collection, record_id)
        if record is None:
            raise not_found(f"{collection} record {record_id} in company {self.company['id']}")
        return record

    def table(self, collection: Collection) -> Table:
        return self._tables[collection]

    def made_with(self, collection: Collection, key: str) -> Record | None:
        """The record that this idempotency key has made in this collection, as it is today."""
        if not 0 < len(key) <= LONGEST_KEY:
            raise invalid({"Idempotency-Key": [f"must have 1 to {LONGEST_KEY} characters"]})
        made = self._made_with.get((collection, key))
        return None if made is None else self.get(collection, made)

    def create(self, collection: Collection, body: object, key: str | None = None) -> Record:
        """A new record; or, if `key` has made one in this collection before, that one, whatever the body."""
        if key is not None and (made := self.made_with(collection, key)):
            return made
        given = self._read(collection, body, required=True)
        defaults = {name: copied(each.default) for name, each in SHAPES[collection].items()}
        record_id = self.new_id()
        if record_id in self._tables[collection]:
            raise ValueError(f"the id source gave {record_id} twice")
        assigned = {"id": record_id, "version": 0, "createdAt": "", "modifiedAt": ""}
        edit = Edit(None, given, self._merged(collection, {**assigned, **defaults}, given))
        record = self._commit("create", collection, edit)
        if key is not None:
            self._made_with[collection, key] = record["id"]
        return record

    def check_version(self, collection: Collection, record_id: str, version: int) -> None:
        """412 unless this is the record's present version."""
        present = self.get(collection, record_id)["version"]
        if version != present:
            raise Problem(
                HTTPStatus.PRECONDITION_FAILED,
                f"The record is at version {present}, not {version}: read it again.",
                {"If-Match": [f"the version is {present}"]},
            )

    def patch(self, collection: Collection, record_id: str, body: object) -> Record:
        """Changes the fields that `body` names; an object or a list is replaced as a whole."""
        before = self.get(collection, record_id)
        given = self._read(collection, body, required=False)
        if not given:
            raise invalid({"body": ["names no field to change"]})
        return self._commit("update", collection, Edit(before, given, self._merged(collection, before, given)))

    def content(self, record_id: str) -> tuple[Record, bytes]:
        """The attachment and its bytes; 404 until they have been put."""
        record = self.get(Collection.ATTACHMENTS, record_id)
        if record_id not in self._contents:
            raise not_found(f"content of attachment {record_id} yet")
        return record, self._contents[record_id]

    def put_content(self, record_id: str, content: bytes) -> Record:
        """Stores the bytes if they are those the attachment announced; the record itself does not change."""
        record = self.get(Collection.ATTACHMENTS, record_id)
        errors = {}
        if len(content) != record["size"]:
            errors["size"] = [f"{len(content)} bytes came, {record['size']} were announced"]
        if sha256(content).hexdigest() != record["sha256"]:
            errors["sha256"] = ["is not that of the bytes that came"]
        if errors:
            raise invalid(errors)
        self._contents[record_id] = content
        self.log("content", Collection.ATTACHMENTS, record)
        return record

    def newest_first(self, collection: Collection, search: str) -> list[Record]:
        """The records in whose words (or contact's name) `search` occurs, ignoring case."""
        wanted = search.casefold()
        return [row for row in self._tables[collection].newest_first() if not wanted or wanted in self._words(row)]

    def referring_to(self, record_id: str, most: int) -> list[tuple[Collection, Record]]:
        """The documents, payments and attachments that name this record, newest change first, `most` of each."""
        found: list[tuple[Collection, Record]] = []
        for collection in REFERRING:
            rows = (row for row in self._tables[collection].newest_first() if record_id in referred_ids(row))
            found.extend((collection, row) for row in islice(rows, most))
        return found

    def _words(self, record: Record) -> str:
        contact = self.find(Collection.CONTACTS, record["contactId"]) if "contactId" in record else None
        values = [*record.values(), contact["name"] if contact else ""]
        return "\n".join(value for value in values if isinstance(value, str)).casefold()

    def _read(self, collection: Collection, body: object, *, required: bool) -> dict[str, Any]:
        assigned = ASSIGNED & body.keys() if isinstance(body, dict) else frozenset()
        if assigned:
            raise invalid({name: ["is assigned by Re-Leased and cannot be written"] for name in assigned})
        try:
            return read_given(SHAPES[collection], body, required=required)
        except Invalid as problem:
            raise invalid({path or "body": why for path, why in problem.errors.items()}) from problem

    def _merged(self, collection: Collection, record: Record, given: Mapping[str, Any]) -> Record:
        """The record with what was given, but for the amounts that the rules work out."""
        shape = SHAPES[collection]
        merged = {**record, **{name: value for name, value in given.items() if not shape[name].computed}}
        if "currency" in merged and merged["currency"] is None:
            merged["currency"] = self.currency
        return merged

    def _commit(self, deed: str, collection: Collection, edit: Edit) -> Record:
        """Applies the rule, then stores the record and the invoices it settles: all of it or nothing."""
        outcome = RULES[collection](self, edit)
        _check_computed(collection, edit, outcome)
        record = self._store(deed, collection, outcome.record)
        for invoice in outcome.invoices:
            self._store("settle", Collection.INVOICES, invoice)
        return record

    def _store(self, deed: str, collection: Collection, record: Record) -> Record:
        instant = self._instant_after(record["modifiedAt"])
        stamped = {
            **record,
            "version": record["version"] + 1,
            "createdAt": record["createdAt"] or instant,
            "modifiedAt": instant,
        }
        self._tables[collection].put(stamped)
        self.log(deed, collection, stamped)
        return stamped

    def _instant_after(self, previous: str) -> str:
        """Now, but never before an instant already given out in this company (the clock may stand or jump back),
        and later than the record's own last change."""
        instant = max(self.clock(), self._last_instant)
        if previous and to_text(instant) <= previous:
            instant = from_text(previous) + timedelta(microseconds=1)
        self._last_instant = instant
        return to_text(instant)


def _check_computed(collection: Collection, edit: Edit, outcome: Outcome) -> None:
    """An amount that follows from others may be sent, but must be what it comes to."""
    errors = {
        name: [f"comes to {outcome.record[name]}, not {value}"]
        for name, value in edit.given.items()
        if SHAPES[collection][name].computed and value != outcome.record[name]
    }
    if errors:
        raise invalid(errors)
