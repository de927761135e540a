"""The stored state of one company: its records, their order of change, what payments pay, names in use, settings."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from bot.sandbox.quickbooks.books.schema import ENTITIES, Record
from bot.sandbox.quickbooks.books.table import Table
from bot.sandbox.quickbooks.books.wire import parse_moment, seconds_stamp

ZERO = Decimal(0)
DELETED_SUFFIX = " (deleted)"

CREDIT_TYPES = ("CreditMemo", "VendorCredit")


class Key(NamedTuple):
    entity: str
    id: str

    def __deepcopy__(self, memo: object) -> "Key":
        return self


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
        """For every invoice, bill and credit: how much of it each payment settles."""
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
        self._move_party_balance(entity, old, stored)
        self._log(Key(entity, stored["Id"]), self.clock().replace(microsecond=0), operation)
        return stored

    def remove(self, key: Key) -> Record:
        """Deletes a transaction and gives back its tombstone."""
        table, now = self.tables[key.entity], self.clock()
        self._move_party_balance(key.entity, table[key.id], None)
        meta = {"LastUpdatedTime": seconds_stamp(now)}
        tombstone = {"domain": "QBO", "status": "Deleted", "Id": key.id, "MetaData": meta}
        table.remove(key.id, tombstone)
        self._log(key, now.replace(microsecond=0), "Delete")
        return tombstone

    def insert(self, entity: str, record: Record) -> Record:
        """Stores a record that already has its Id, SyncToken and times."""
        self.tables[entity].put(record)
        if record["Id"].isdecimal():
            self._last_id = max(self._last_id, int(record["Id"]))
        self._move_party_balance(entity, None, record)
        self._log(Key(entity, record["Id"]), parse_moment(record["MetaData"]["LastUpdatedTime"]), "Create")
        return record

    def changes_since(self, moment: datetime) -> Iterator[Change]:
        """The latest change of each record at or after `moment`, oldest first."""
        start = bisect_left(self.changes, (moment,))
        for position in range(start, len(self.changes)):
            change = self.changes[position]
            if self.latest[Key(change.entity, change.id)].sequence == change.sequence:
                yield change

    def applied_to(self, key: Key, but: Key | None = None) -> Decimal:
        payments = self.applied.get(key, {})
        return sum((amount for payment, amount in payments.items() if payment != but), ZERO)

    def _log(self, key: Key, at: datetime, operation: str) -> None:
        self.sequence += 1
        change = Change(at, self.sequence, key.entity, key.id, operation)
        insort(self.changes, change)
        self.latest[key] = change

    def _move_party_balance(self, entity: str, old: Record | None, new: Record | None) -> None:
        """Customer.Balance and Vendor.Balance follow their documents; that is no new version of the customer."""
        for record, sign in ((old, -1), (new, 1)):
            amount = open_amount(entity, record) if record else ZERO
            party = ENTITIES[entity].party
            if not amount or record is None or party not in record:
                continue
            table = self.tables[ENTITIES[entity].party_type]
            owner = table.get(record[party]["value"])
            if owner is not None:
                balance = owner.get("Balance", ZERO) + sign * amount
                moved = {**owner, "Balance": balance}
                table.put({**moved, "BalanceWithJobs": balance} if "BalanceWithJobs" in owner else moved)


def open_amount(entity: str, record: Record) -> Decimal:
    """What a record adds to the balance of its customer or vendor."""
    match entity:
        case "Invoice" | "Bill":
            return Decimal(record.get("Balance", ZERO))
        case "CreditMemo" | "VendorCredit":
            return -Decimal(record.get("Balance", ZERO))
        case "Payment" | "BillPayment":
            return -unapplied(record)
    return ZERO


def links_of(record: Record) -> dict[Key, Decimal]:
    """What a payment's lines say it settles; a document named twice counts once, with the sum."""
    links: dict[Key, Decimal] = {}
    for line in record.get("Line", ()):
        for link in line.get("LinkedTxn", ()):
            key = Key(link["TxnType"], str(link["TxnId"]))
            links[key] = links.get(key, ZERO) + line["Amount"]
    return links


def unapplied(record: Record) -> Decimal:
    """The part of a payment that settles nothing: its total, less invoices or bills, plus the credits it uses."""
    settled = sum((-v if key.entity in CREDIT_TYPES else v for key, v in links_of(record).items()), ZERO)
    return Decimal(record.get("TotalAmt", ZERO)) - settled
