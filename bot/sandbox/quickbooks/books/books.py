"""The stored state of one company: its records, their order of change, what payments pay, names in use, settings."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from bot.sandbox.quickbooks.books.links import ZERO, Key
from bot.sandbox.quickbooks.books.receivables import Posting, still_owed
from bot.sandbox.quickbooks.books.schema import ENTITIES, Record
from bot.sandbox.quickbooks.books.table import Table
from bot.sandbox.quickbooks.books.wire import parse_moment, seconds_stamp

DELETED_SUFFIX = " (deleted)"


class Change(NamedTuple):
    """Orders by time (whole seconds, as clients see it), then by sequence."""

    at: datetime
    sequence: int
    entity: str
    id: str
    operation: str

    def __deepcopy__(self, memo: object) -> "Change":
        return self


@dataclass
class Settings:
    """What an administrator, a bank or Intuit's billing decides about a company; the API cannot change it."""

    subscription_lapsed: bool = False
    lapsed_status: int = 400
    """Old reports show fault 6190 with HTTP 200 too."""
    refuse_duplicate_numbers: bool = True
    """"Warn if duplicate check/bill number is used"."""
    inactive_code: str | None = None
    """Fault code for a reference to something inactive; None: 610 for customers and vendors, 2500 for the rest."""
    settled: set[Key] = field(default_factory=set)
    bank_matched: set[Key] = field(default_factory=set)
    unreadable: dict[str, str] = field(default_factory=dict)
    """Entities of which nothing can be read, with the code of the fault: 4002 or 10000."""


class Books:
    """`save` and `remove` are the only ways in; the rules are in the modules that call them."""

    def __init__(self, realm: str, country: str, home_currency: str, clock: Callable[[], datetime]) -> None:
        self.realm, self.country, self.home_currency, self.clock = realm, country, home_currency, clock
        self.settings = Settings()
        self.tables = {name: Table(entity) for name, entity in ENTITIES.items()}
        self.applied: dict[Key, dict[Key, Decimal]] = {}
        """For every invoice, bill, credit or other open transaction: how much of it each payment settles."""
        self.owed: dict[Key, tuple[Posting, ...]] = {}
        """What each record adds to the balances of customers and vendors."""
        self.charge_sources: dict[str, Key] = {}
        """For every ReimburseCharge: the bill or purchase whose line it is."""
        self.names: dict[tuple[str, str], Key] = {}
        self.changes: list[Change] = []
        self.latest: dict[Key, Change] = {}
        self._last_id = 0
        self.sequence = 0

    @property
    def is_us(self) -> bool:
        return self.country == "US"

    @property
    def preferences(self) -> Record:
        return self.tables["Preferences"]["1"]

    def preference(self, section: str, name: str) -> Any:
        return self.preferences.get(section, {}).get(name)

    @property
    def multicurrency(self) -> bool:
        return bool(self.preference("CurrencyPrefs", "MultiCurrencyEnabled"))

    @property
    def close_date(self) -> date | None:
        text = self.preference("AccountingInfoPrefs", "BookCloseDate")
        return date.fromisoformat(text) if text else None

    def get(self, key: Key) -> Record | None:
        return self.tables[key.entity].get(key.id)

    def next_id(self) -> str:
        self._last_id += 1
        return str(self._last_id)

    def save(self, entity: str, record: Record, operation: str = "Update") -> Record:
        """Stores a new version: its Id if it is new, the next SyncToken, the times, a line in the log of changes."""
        now = seconds_stamp(self.clock())
        table = self.tables[entity]
        old = table.get(record.get("Id", ""))
        meta = {"CreateTime": old["MetaData"]["CreateTime"] if old else now, "LastUpdatedTime": now}
        stored = {
            **record,
            "Id": record["Id"] if old else (record.get("Id") or self.next_id()),
            "SyncToken": str(int(old["SyncToken"]) + 1) if old else "0",
            "MetaData": meta,
            "domain": "QBO",
            "sparse": False,
        }
        table.put(stored)
        self.reckon(Key(entity, stored["Id"]))
        self._log(Key(entity, stored["Id"]), self.clock().replace(microsecond=0), operation)
        return stored

    def remove(self, key: Key) -> Record:
        """Deletes a transaction and gives back its tombstone."""
        table, now = self.tables[key.entity], self.clock()
        meta = {"LastUpdatedTime": seconds_stamp(now)}
        tombstone = {"domain": "QBO", "status": "Deleted", "Id": key.id, "MetaData": meta}
        table.remove(key.id, tombstone)
        self.reckon(key)
        self._log(key, now.replace(microsecond=0), "Delete")
        return tombstone

    def insert(self, entity: str, record: Record) -> Record:
        """Stores a record that already has its Id, SyncToken and times."""
        self.tables[entity].put(record)
        if record["Id"].isdecimal():
            self._last_id = max(self._last_id, int(record["Id"]))
        self.reckon(Key(entity, record["Id"]))
        self._log(Key(entity, record["Id"]), parse_moment(record["MetaData"]["LastUpdatedTime"]), "Create")
        return record

    def changes_since(self, moment: datetime) -> Iterator[Change]:
        """The latest change of each record at or after `moment`, oldest first."""
        start = bisect_left(self.changes, (moment,))
        for position in range(start, len(self.changes)):
            change = self.changes[position]
            if self.latest[Key(change.entity, change.id)].sequence == change.sequence:
                yield change

    def applied_to(self, key: Key, but: Key | None = None, entity: str = "") -> Decimal:
        """What is settled of it; by payments of one entity alone if that is named."""
        payments = {payment: amount for payment, amount in self.applied.get(key, {}).items() if payment != but}
        return sum((payments[one] for one in payments if entity in ("", one.entity)), ZERO)

    def _log(self, key: Key, at: datetime, operation: str) -> None:
        self.sequence += 1
        change = Change(at, self.sequence, key.entity, key.id, operation)
        insort(self.changes, change)
        self.latest[key] = change

    def reckon(self, key: Key) -> None:
        """Brings the balances of customers and vendors up to what a record adds now; that is no new version of them."""
        record = self.get(key)
        before = self.owed.pop(key, ())
        after = still_owed(self.tables, self.applied, key, record) if record else ()
        if after:
            self.owed[key] = after
        if before != after:
            for party, amount in (*((party, -amount) for party, amount in before), *after):
                self._move(party, amount)

    def _move(self, party: Key, amount: Decimal) -> None:
        """Customer.Balance is its own, BalanceWithJobs that of its sub-customers too."""
        table = self.tables[party.entity]
        owner = table.get(party.id)
        if owner is None:
            return
        table.put({**owner, "Balance": owner.get("Balance", ZERO) + amount})
        while owner is not None and "BalanceWithJobs" in owner:
            with_jobs = owner["BalanceWithJobs"] + amount
            table.put({**table[owner["Id"]], "BalanceWithJobs": with_jobs})
            owner = table.get(owner.get("ParentRef", {}).get("value", ""))
