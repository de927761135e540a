"""One company (realm) of the stand-in: all that is done to it, over HTTP, by pages or directly, goes through here."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import DELETED_SUFFIX, Books
from bot.sandbox.quickbooks.books.links import ZERO, Key, links_of
from bot.sandbox.quickbooks.books.schema import Record, checked
from bot.sandbox.quickbooks.books.table import Table
from bot.sandbox.quickbooks.books.wire import seconds_stamp
from bot.sandbox.quickbooks.reading.broken import BAD_EMAIL, REASONS
from bot.sandbox.quickbooks.reading.present import presented
from bot.sandbox.quickbooks.reading.query import parse
from bot.sandbox.quickbooks.reading.search import run
from bot.sandbox.quickbooks.rules.attachments import LARGEST_FILE_BYTES
from bot.sandbox.quickbooks.rules.documents import WriteOptions
from bot.sandbox.quickbooks.rules.names import register_loaded
from bot.sandbox.quickbooks.rules.sales_forms import CUSTOM_NAME, custom_field_names
from bot.sandbox.quickbooks.rules.taxservice import change_rate, create_tax_code
from bot.sandbox.quickbooks.rules.writes import VOIDABLE, delete, entity_named, find, void, write

MOST_CUSTOM_FIELDS = 3


@dataclass(frozen=True)
class Origin:
    """Where a write came from: `channel` is api, batch, page or direct."""

    channel: str = "direct"
    request_id: str = ""
    b_id: str = ""


@dataclass
class Counters:
    """Calls by kind since the start; `throttled` counts the answers 429."""

    reads: int = 0
    queries: int = 0
    cdc: int = 0
    writes: int = 0
    batches: int = 0
    batch_items: int = 0
    throttled: int = 0
    core: int = 0
    core_plus: int = 0


@dataclass
class Company:
    """Methods take and give JSON-shaped dicts with Decimal amounts, and raise `Refusal` as the API would."""

    books: Books
    counters: Counters = field(default_factory=Counters)
    replies: dict[str, tuple[int, Mapping[str, Any]]] = field(default_factory=dict)
    """First answers by request id, for as long as the stand-in lives."""
    write_log: list[Record] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    """Contents of uploaded files by the id of their Attachable."""

    @property
    def realm(self) -> str:
        return self.books.realm

    @property
    def name(self) -> str:
        return str(self.books.tables["CompanyInfo"]["1"]["CompanyName"])

    def entity(self, name: str) -> Table:
        """The records of a type, by id, as stored."""
        return self.books.tables[entity_named(name).name]

    def read(self, name: str, record_id: str) -> Record:
        entity = entity_named(name)
        return presented(self.books, entity, find(self.books, entity, record_id))

    def query(self, statement: str) -> list[Record]:
        entity, rows, _ = run(self.books, parse(statement))
        return [presented(self.books, entity, row) for row in rows]

    def count(self, statement: str) -> int:
        return run(self.books, parse(statement))[2]

    def create(self, name: str, body: Mapping[str, Any], *, allow_duplicate_number: bool = False) -> Record:
        return self.perform("write", name, body, Origin(), WriteOptions(allow_duplicate_number))

    def attach(self, body: Mapping[str, Any], content: bytes, origin: Origin | None = None) -> Record:
        """Stores a file with its Attachable. Raises Refusal, 6030 for a file that is too large."""
        if len(content) > LARGEST_FILE_BYTES:
            raise faults.refuse("6030", f"The file {body.get('FileName')} is larger than 100 MB.", "FileName")
        record_id = str(self.perform("write", "Attachable", body, origin or Origin())["Id"])
        self.files[record_id] = content
        uri = f"/v3/company/{self.realm}/download/{record_id}"
        complete = {**self.entity("Attachable")[record_id], "Size": Decimal(len(content)), "FileAccessUri": uri}
        self.books.tables["Attachable"].put(complete)
        return complete

    def update(self, name: str, record_id: str, changes: Mapping[str, Any], origin: Origin | None = None) -> Record:
        """A sparse update of the current version."""
        current = self.read(name, record_id)
        entity = entity_named(name)
        needed = {key: current[key] for key in entity.sparse_needs if key in current}
        body = {**needed, "Id": record_id, "SyncToken": current["SyncToken"], "sparse": True, **changes}
        return self.perform("write", name, body, origin or Origin())

    def delete(self, name: str, record_id: str, origin: Origin | None = None) -> Record:
        return self.perform("delete", name, self._handle(name, record_id), origin or Origin())

    def void(self, name: str, record_id: str, origin: Origin | None = None) -> Record:
        return self.perform("void", name, self._handle(name, record_id), origin or Origin())

    def archive(self, name: str, record_id: str, origin: Origin | None = None) -> Record:
        return self._set_active(name, record_id, False, origin)

    def activate(self, name: str, record_id: str, origin: Origin | None = None) -> Record:
        return self._set_active(name, record_id, True, origin)

    def perform(
        self, operation: str, name: str, body: object, origin: Origin, options: WriteOptions | None = None
    ) -> Record:
        """One write by its rules, noted in the write log whether it succeeds or not.

        `operation` is write (create or update), delete, void or taxcode.
        """
        before = len(self.books.changes)
        try:
            record = self._performed(operation, name, body, options or WriteOptions())
        except faults.Refusal as refusal:
            self._note(operation, name, body, origin, {"code": refusal.code, "fault": str(refusal)})
            raise
        made = {"id": record.get("Id") or record.get("TaxCodeId"), "sync_token": record.get("SyncToken")}
        touched = [f"{change.entity}:{change.id}" for change in self.books.changes[before:]]
        self._note(operation, name, body, origin, {**made, "code": None, "touched": touched})
        return record

    def load(self, name: str, body: Mapping[str, Any]) -> Record:
        """Inserts an existing record with its own Id, SyncToken and times; its shape is checked, not its sums."""
        entity = entity_named(name)
        checked(entity, body)
        now = seconds_stamp(self.books.clock())
        meta = {"CreateTime": now, "LastUpdatedTime": now, **body.get("MetaData", {})}
        known = {key: _exact(value) for key, value in body.items() if key in entity.fields and value is not None}
        common = {"Id": str(body["Id"]), "SyncToken": str(body.get("SyncToken", 0)), "domain": "QBO", "sparse": False}
        stored = self.books.insert(entity.name, {**known, **common, "MetaData": meta})
        if entity.name_field:
            register_loaded(self.books, entity, stored)
        for target, amount in links_of(stored).items() if entity.name in ("Payment", "BillPayment") else ():
            self.books.applied.setdefault(target, {})[Key(entity.name, stored["Id"])] = amount
            self.books.reckon(target)
        return stored

    def close_books(self, day: date | None) -> None:
        """Sets or removes the closing date, which only a person in QuickBooks can do."""
        preferences = self.books.preferences
        section = {key: value for key, value in preferences["AccountingInfoPrefs"].items() if key != "BookCloseDate"}
        if day is not None:
            section["BookCloseDate"] = day.isoformat()
        self.books.save("Preferences", {**preferences, "AccountingInfoPrefs": section})

    def set_preference(self, section: str, name: str, value: object) -> None:
        preferences = self.books.preferences
        self.books.save("Preferences", {**preferences, section: {**preferences.get(section, {}), name: value}})

    def add_tax_code(
        self, name: str, percent: Decimal, *, purchases: bool = True, origin: Origin | None = None
    ) -> Record:
        """A tax code of one rate for sales and, unless told otherwise, for purchases."""
        agency = next(iter(self.entity("TaxAgency").in_id_order()))["Id"]
        sides = {"Sales": f"{name} (Sales)", **({"Purchase": f"{name} (Purchases)"} if purchases else {})}
        details = [
            {"TaxRateName": rate_name, "RateValue": percent, "TaxAgencyId": agency, "TaxApplicableOn": side}
            for side, rate_name in sides.items()
        ]
        body = {"TaxCode": name, "TaxRateDetails": details}
        made = self.perform("taxcode", "TaxCode", body, origin or Origin())
        return self.entity("TaxCode")[made["TaxCodeId"]]

    def add_tax_rates(self, name: str, sales: Sequence[Decimal] = (), purchases: Sequence[Decimal] = ()) -> Record:
        """A tax code of several rates, also below zero: a reverse charge has +15 and -15 for purchases."""
        agency = next(iter(self.entity("TaxAgency").in_id_order()))["Id"]
        details = [
            {
                **{"TaxRateName": f"{name} ({side} {percent})", "RateValue": percent},
                **{"TaxAgencyId": agency, "TaxApplicableOn": side},
            }
            for side, percents in (("Sales", sales), ("Purchase", purchases))
            for percent in percents
        ]
        made = self.perform("taxcode", "TaxCode", {"TaxCode": name, "TaxRateDetails": details}, Origin())
        return self.entity("TaxCode")[made["TaxCodeId"]]

    def change_tax_rate(self, rate_id: str, percent: Decimal, start: date) -> Record:
        """Another percentage from a day on, as a bookkeeper sets it when the law changes."""
        return change_rate(self.books, self.entity("TaxRate")[rate_id], percent, start)

    def define_custom_field(self, name: str) -> None:
        """A field of the company's own on its sales forms; QuickBooks has room for three."""
        names = [*custom_field_names(self.books).values(), name]
        if len(names) > MOST_CUSTOM_FIELDS:
            raise ValueError(f"there are {MOST_CUSTOM_FIELDS} already")
        used = [
            {"Name": f"SalesFormsPrefs.UseSalesCustom{number}", "Type": "BooleanType", "BooleanValue": True}
            for number, _ in enumerate(names, 1)
        ]
        called = [
            {"Name": f"{CUSTOM_NAME}{number}", "Type": "StringType", "StringValue": one}
            for number, one in enumerate(names, 1)
        ]
        self.set_preference("SalesFormsPrefs", "CustomField", [{"CustomField": used}, {"CustomField": called}])

    def deposit(self, payment_ids: list[str], account_id: str) -> Record:
        """Puts payments from undeposited funds into the bank, which freezes them."""
        links = [{"TxnId": payment_id, "TxnType": "Payment", "TxnLineId": "0"} for payment_id in payment_ids]
        lines = [{"Amount": ZERO, "LinkedTxn": [link]} for link in links]
        return self.create("Deposit", {"DepositToAccountRef": {"value": account_id}, "Line": lines})

    def settle(self, name: str, record_id: str) -> None:
        """Marks a payment as settled by the card processor: it cannot be voided any more (6450)."""
        self.books.settings.settled.add(Key(name, record_id))

    def match_to_bank(self, name: str, record_id: str) -> None:
        """Marks a transaction as matched to a downloaded one: it cannot be deleted (6480)."""
        self.books.settings.bank_matched.add(Key(name, record_id))

    def break_reading(self, name: str, code: str = BAD_EMAIL) -> None:
        """Makes every reading of this entity fail with 4002 or 10000, as one damaged record does; writes go on."""
        if code not in REASONS:
            raise ValueError(f"code must be one of {', '.join(REASONS)}")
        self.books.settings.unreadable[entity_named(name).name] = code

    def mend_reading(self, name: str) -> None:
        self.books.settings.unreadable.pop(name, None)

    def as_counters(self) -> dict[str, int]:
        return asdict(self.counters)

    def _performed(self, operation: str, name: str, body: object, options: WriteOptions) -> Record:
        settings = self.books.settings
        if settings.subscription_lapsed:
            raise faults.subscription_ended(settings.lapsed_status)
        if operation == "taxcode":
            return create_tax_code(self.books, body)
        entity = entity_named(name)
        match operation:
            case "delete":
                return delete(self.books, entity, body)
            case "void" if entity.name == "Bill":
                raise faults.system_failure("Unable to void the transaction", status=200)
            case "void" if entity.name not in VOIDABLE:
                raise faults.unsupported("void")
            case "void":
                return presented(self.books, entity, void(self.books, entity, body))
        return presented(self.books, entity, write(self.books, entity, body, options))

    def _handle(self, name: str, record_id: str) -> Record:
        return {"Id": record_id, "SyncToken": self.read(name, record_id)["SyncToken"]}

    def _set_active(self, name: str, record_id: str, active: bool, origin: Origin | None) -> Record:
        if entity_named(name).group == "tax":
            current = self.entity(name)[record_id]
            plain = str(current["Name"]).removesuffix(DELETED_SUFFIX)
            return self.books.save(
                name, {**current, "Active": active, "Name": plain if active else plain + DELETED_SUFFIX}
            )
        return self.update(name, record_id, {"Active": active}, origin)

    def _note(self, operation: str, name: str, body: object, origin: Origin, result: Mapping[str, Any]) -> None:
        sent = body if isinstance(body, Mapping) else {}
        kind = operation if operation != "write" else "update" if sent.get("Id") not in (None, "", 0, "0") else "create"
        self.write_log.append(
            {
                "at": self.books.clock().isoformat(),
                "realm": self.realm,
                "channel": origin.channel,
                "requestid": origin.request_id,
                "bId": origin.b_id,
                "operation": kind,
                "entity": name,
                "id": sent.get("Id"),
                **result,
            }
        )


def _exact(value: Any) -> Any:
    """Whole JSON numbers as Decimal, like those with a fraction."""
    match value:
        case bool():
            return value
        case int():
            return Decimal(value)
        case dict():
            return {key: _exact(item) for key, item in value.items()}
        case list():
            return [_exact(item) for item in value]
    return value
