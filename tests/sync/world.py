"""Both stand-ins on real ports with one connected company between them, and short words for deeds on each side."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.adapters.meter import Meter
from bot.adapters.quickbooks.client import QuickBooks
from bot.adapters.quickbooks.rate_limits import Caps, LimitsByRealm
from bot.adapters.released.client import Released
from bot.app import App, build, first_tokens, new_id
from bot.core.model import Outcome, RecordRef, RecordType, Result
from bot.core.results import Cause, ResultsFilter
from bot.core.runs import Flag, Trigger
from bot.desk.companies.connect import connect
from bot.sandbox import quickbooks as quickbooks_stand_in
from bot.sandbox import released as released_stand_in
from bot.sandbox.http.knobs import Knobs
from bot.sandbox.http.serving import ServerThread
from bot.sandbox.quickbooks import OFF, QuickBooksState
from bot.sandbox.released import ReleasedState
from bot.settings import Settings
from bot.store import companies
from bot.store.companies import Company
from bot.store.database import Database
from bot.sync.ending import Finished
from bot.sync.engine import run_sync
from bot.sync.reading.pull import READ_SPECS
from bot.sync.run.context import Engine
from tests.store.thrift import lay_out, thrifty
from tests.twins import twins

COMPANY, REALM, API_KEY = "harbour", "9341", "key-of-the-tests"
CENT = Decimal("0.01")
TAXES = {
    "NZ": ("15% GST", "15.00"),
    "AU": ("GST", "10.00"),
    "GB": ("20.0% S", "20.00"),
    "CA": ("GST/QST QC - 9.975", "14.98"),
    "US": ("TAX", "0.00"),
}
"""The usual tax code of a new QuickBooks company by country, and its percentage in Re-Leased."""
IDLE_CALLS = 1 + len(READ_SPECS)
"""Of a run with nothing to do, to Re-Leased: its companies, and each collection once."""
NO_LIMITS = Caps(100_000, 100_000, 10, 100_000)
Json = dict[str, Any]


class Clock:
    """One for both sides and us; every look at it moves it by a millisecond, so that no two events share an instant."""

    def __init__(self) -> None:
        self.time, self._lock = datetime(2026, 10, 20, 9, 0, tzinfo=UTC), threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self.time += timedelta(milliseconds=1)
            return self.time

    def advance(self, **units: float) -> None:
        with self._lock:
            self.time += timedelta(**units)


class Patience:
    """Waits as it is told, in no time at all; keeps what it was asked for."""

    def __init__(self) -> None:
        self.waits_s: list[float] = []
        self._now_s = 1_000.0

    def pause(self, seconds: float) -> None:
        self.waits_s.append(seconds)
        self._now_s += seconds

    def monotonic_s(self) -> float:
        self._now_s += 0.001
        return self._now_s


class Switch:
    """One server for many tests: each puts its own stand-in behind it."""

    inner: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (message := await receive())["type"] != "lifespan.shutdown":
                await send({"type": f"{message['type']}.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        await self.inner(scope, receive, send)


@dataclass
class Servers:
    quickbooks: ServerThread
    released: ServerThread
    quickbooks_switch: Switch
    released_switch: Switch


@contextmanager
def serving() -> Iterator[Servers]:
    first, second = Switch(), Switch()
    with ServerThread(first) as quickbooks, ServerThread(second) as released:
        yield Servers(quickbooks, released, first, second)


@dataclass
class World:
    """`books` is the QuickBooks company, `state` and `released` the stand-ins; both obey their own rules."""

    folder: Path
    servers: Servers
    country: str = "NZ"
    currency: str = "NZD"
    options: Json = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    patience: Patience = field(default_factory=Patience)
    is_twin: bool = False

    def __post_init__(self) -> None:
        if self.is_twin:
            return
        state = QuickBooksState(self.clock, seed=7, limits=OFF)
        state.add_company(REALM, "Harbour Books", self.country, self.currency, **self.options)
        released = ReleasedState(self.clock, API_KEY, released_stand_in.numbered_ids())
        released.add_company(id=COMPANY, name="Harbour City Property", country=self.country, currency=self.currency)
        self.open(state, released)

    def open(self, state: QuickBooksState, released: ReleasedState) -> None:
        """Put these stand-ins behind the servers, and the product in front of them."""
        self.state, self.released, self.books = state, released, state.companies[REALM]
        self.quickbooks_knobs, self.released_knobs = Knobs(), Knobs()
        self.servers.quickbooks_switch.inner = quickbooks_stand_in.app(self.state, self.quickbooks_knobs)
        self.servers.released_switch.inner = released_stand_in.app(self.released, self.released_knobs)
        lay_out(self.folder / "store.sqlite3")
        self.app = self.new_app()
        self.limits = LimitsByRealm(NO_LIMITS, self.patience.monotonic_s, self.patience.pause)
        self.ids: Callable[[], str] = new_id

    def twin(self, folder: Path) -> "World":
        """A world of its own that begins where this one is; far quicker than to sync it there."""
        twin = World(folder, self.servers, is_twin=True)
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        twin.clock.time = self.clock.time
        twin.open(*twins(self.state, self.released, {id(self.clock): twin.clock}))
        return twin

    # The product

    def environment(self) -> dict[str, str]:
        """What the product is told by its surroundings."""
        url = self.servers.quickbooks.url
        return {
            "DATABASE_URL": f"sqlite:///{self.folder / 'store.sqlite3'}",
            "QBO_API_URL": url,
            "QBO_DISCOVERY_URL": f"{url}/.well-known/openid_configuration/",
            "QBO_CLIENT_ID": self.state.oauth.client_id,
            "QBO_CLIENT_SECRET": self.state.oauth.client_secret,
            "RELEASED_API_URL": f"{self.servers.released.url}/api/v1",
            "RELEASED_API_KEY": API_KEY,
        }

    def new_app(self) -> App:
        """The product as another process would see it: nothing in memory, the same store."""
        told = {name.lower(): value for name, value in self.environment().items()}
        secret = {name: SecretStr(told[name]) for name in ("qbo_client_secret", "released_api_key")}
        app = thrifty(build(Settings(_env_file=None, **{**told, **secret})))
        app.clock = self.clock
        return app

    def engine(self) -> Engine:
        return Engine(self.app.database, self.sides, self.clock, self.ids, self.patience.pause)

    def sides(self, company: Company, meter: Meter) -> tuple[Released, QuickBooks]:
        settings = self.app.settings
        released = Released(
            settings.released_api_url,
            settings.released_api_key.get_secret_value(),
            self.app.session,
            meter=meter,
            pause=self.patience.pause,
        )
        quickbooks = QuickBooks(
            company.realm,
            settings.quickbooks_api,
            self.app.tokens(company.realm).access_token,
            self.app.session,
            self.limits.of(company.realm),
            meter,
            self.patience.pause,
        )
        return released, quickbooks

    def connect(self) -> None:
        connect(self.engine(), self.app.vault, COMPANY, REALM, first_tokens(self.state.refresh_token(REALM)))

    def sync(self, **options: bool) -> Finished:
        run, _ = self.app.desk.runs.request(COMPANY, "", Trigger.COMMAND)
        return run_sync(self.engine(), COMPANY, run.run_id, **options)

    def plan(self) -> Finished:
        """A dry run: it has no run of its own in the store."""
        return run_sync(self.engine(), COMPANY, self.ids(), dry_run=True)

    def sync_blue(self) -> Finished:
        finished = self.sync()
        assert not finished.could_not_run, finished.could_not_run
        assert finished.flag is Flag.BLUE, [(row.name, row.details, row.more_detail) for row in finished.failures]
        return finished

    def sync_red(self) -> Finished:
        finished = self.sync()
        assert not finished.could_not_run, finished.could_not_run
        assert finished.flag is Flag.RED
        return finished

    def company(self) -> Company:
        with self.app.database.read() as connection:
            found = companies.get(connection, COMPANY)
        assert found is not None
        return found

    @property
    def database(self) -> Database:
        return self.app.database

    def rows(self, **filters: Any) -> list[Result]:
        return list(self.app.desk.results.page(ResultsFilter(COMPANY, **filters), rows=None).rows)

    def causes(self) -> list[Cause]:
        """As their cards show them."""
        return self.app.desk.causes.with_fixes(COMPANY, self.app.desk.causes.of(COMPANY))

    def row(self, name: str) -> Result:
        """The one row of a record, by its name or one of its ids."""
        found = [row for row in self.rows() if name in (row.name, row.released_id, row.external_id)]
        assert len(found) == 1, (name, [(row.name, row.outcome) for row in self.rows()])
        return found[0]

    def unlink(self, *refs: RecordRef, propagate: bool = False) -> Any:
        return self.app.desk.linking.unlink(COMPANY, refs, "a test", propagate)

    def relink(self, *refs: RecordRef, propagate: bool = False) -> Any:
        return self.app.desk.linking.relink(COMPANY, refs, "a test", propagate)

    # Re-Leased

    def create(self, collection: str, **body: Any) -> Json:
        return self.released.create(COMPANY, collection, body)

    def change(self, collection: str, record: Json, **fields: Any) -> Json:
        return self.released.patch(COMPANY, collection, record["id"], fields)

    def now(self, collection: str, record: Json) -> Json:
        return self.released.get(COMPANY, collection, record["id"])

    def all(self, collection: str) -> list[Json]:
        return self.released.rows(COMPANY, collection)

    def named(self, collection: str, name: str) -> Json:
        """The one record of this name or number."""
        found = [row for row in self.all(collection) if name in (row.get("name"), row.get("number"))]
        assert len(found) == 1, (name, [row.get("name") or row.get("number") for row in self.all(collection)])
        return found[0]

    def contact(self, name: str, *roles: str, **more: Any) -> Json:
        return self.create("contacts", name=name, roles=list(roles or ("tenant",)), **more)

    def listed(self, collection: str, name: str, **body: Any) -> Json:
        """An account, tax type or tracking option, made where it is not there yet."""
        known = [row for row in self.all(collection) if row["name"] == name]
        return known[0] if known else self.create(collection, name=name, **body)

    def rent(self) -> Json:
        return self.listed("accounts", "Rent", code="200", kind="sales")

    def repairs(self) -> Json:
        return self.listed("accounts", "Repairs and Maintenance", code="400", kind="purchase")

    def gst(self) -> Json:
        name, rate = TAXES[self.country]
        return self.listed("tax-types", name, rate=rate)

    def line(self, amount: str = "100.00", kind: str = "income", **more: Any) -> Json:
        account = self.rent() if kind == "income" else self.repairs()
        tax = (Decimal(amount) * Decimal(TAXES[self.country][1]) / 100).quantize(CENT)
        return {
            **{"description": "Rent", "quantity": "1", "unitAmount": amount, "netAmount": amount},
            **{"accountId": account["id"], "taxTypeId": self.gst()["id"], "taxAmount": str(tax)},
            **more,
        }

    def invoice(self, contact: Json, number: str, amount: str = "100.00", **more: Any) -> Json:
        kind = more.get("kind", "income")
        body = {
            **{"number": number, "kind": kind, "status": "approved", "contactId": contact["id"]},
            **{"issueDate": "2026-10-05", "dueDate": "2026-11-20", "amountsAre": "exclusive"},
            "lines": [self.line(amount, kind)],
        }
        return self.create("invoices", **{**body, **more})

    def bill(self, contact: Json, number: str, amount: str = "50.00", **more: Any) -> Json:
        return self.invoice(contact, number, amount, kind="expense", **more)

    # QuickBooks

    def id_of(self, entity: str, name: str) -> str:
        found = self.books.entity(entity).find("Name", name)
        assert found is not None, (entity, name)
        return str(found["Id"])

    def customer(self, name: str, **more: Any) -> Json:
        return self.books.create("Customer", {"DisplayName": name, **more})

    def vendor(self, name: str, **more: Any) -> Json:
        return self.books.create("Vendor", {"DisplayName": name, **more})

    def sales_line(self, amount: str = "100.00", tax: str = "", **detail: Any) -> Json:
        kind, code = "SalesItemLineDetail", self.id_of("TaxCode", tax or TAXES[self.country][0])
        told = {"ItemRef": {"value": self.id_of("Item", "Rent")}, "TaxCodeRef": {"value": code}}
        return {"Amount": Decimal(amount), "DetailType": kind, "Description": "Rent", kind: {**told, **detail}}

    def expense_line(self, amount: str = "50.00", tax: str = "", **detail: Any) -> Json:
        kind, account = "AccountBasedExpenseLineDetail", self.id_of("Account", "Repairs and Maintenance")
        code = self.id_of("TaxCode", tax or TAXES[self.country][0])
        told = {"AccountRef": {"value": account}, "TaxCodeRef": {"value": code}}
        return {"Amount": Decimal(amount), "DetailType": kind, "Description": "Repairs", kind: {**told, **detail}}

    def qb_invoice(self, customer: Json, number: str, amount: str = "100.00", **more: Any) -> Json:
        body = {"CustomerRef": {"value": customer["Id"]}, "DocNumber": number, "TxnDate": "2026-10-06"}
        return self.books.create("Invoice", {**body, "Line": [self.sales_line(amount)], **more})

    def qb_bill(self, vendor: Json, number: str, amount: str = "50.00", **more: Any) -> Json:
        body = {"VendorRef": {"value": vendor["Id"]}, "DocNumber": number, "TxnDate": "2026-10-06"}
        return self.books.create("Bill", {**body, "Line": [self.expense_line(amount)], **more})

    def receive(self, customer_id: str, total: str, *links: tuple[str, str], **more: Any) -> Json:
        """A payment of a customer; each link is (invoice id, amount)."""
        body = {"CustomerRef": {"value": customer_id}, "TotalAmt": Decimal(total), "TxnDate": "2026-10-12"}
        return self.books.create("Payment", {**body, "Line": _links("Invoice", links), **more})

    def pay(self, vendor_id: str, total: str, *links: tuple[str, str], **more: Any) -> Json:
        bank = {"PayType": "Check", "CheckPayment": {"BankAccountRef": {"value": self.id_of("Account", "Checking")}}}
        body = {"VendorRef": {"value": vendor_id}, "TotalAmt": Decimal(total), "TxnDate": "2026-10-12"}
        return self.books.create("BillPayment", {**body, **bank, "Line": _links("Bill", links), **more})

    def partner(self, entity: str, record: Json, collection: str) -> Json:
        """The QuickBooks record of a Re-Leased one, by the id that was written back to it."""
        stored = str(self.now(collection, record)["externalId"] or "")
        parts = dict(part.split(":") for part in stored.split()) if ":" in stored else {entity.lower(): stored}
        return self.books.read(entity, parts[entity.lower()])

    def count(self, entity: str) -> int:
        return len(self.books.entity(entity))

    # What was written, by the stand-ins' own logs

    def writes(self) -> tuple[int, int]:
        return len(self.books.write_log), len(self.released.meter.writes)

    @contextmanager
    def nothing_written(self) -> Iterator[None]:
        before = self.writes()
        yield
        new = self.books.write_log[before[0] :], list(self.released.meter.writes)[before[1] :]
        assert self.writes() == before, new

    def token_calls(self) -> Callable[[], int]:
        """Counts the calls to Intuit's token endpoint from now on."""
        seen: list[str] = []
        handle = self.state.oauth.handle

        def counted(request: Any, now: Any) -> Any:
            if request.path.startswith("/oauth2/"):
                seen.append(request.path)
            return handle(request, now)

        self.state.oauth.handle = counted  # type: ignore[method-assign]
        return lambda: len(seen)


def _links(kind: str, links: tuple[tuple[str, str], ...]) -> list[Json]:
    return [{"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": txn_id, "TxnType": kind}]} for txn_id, amount in links]


def contact_ref(record: Json) -> RecordRef:
    return RecordRef(RecordType.CONTACT, record["id"])


def invoice_ref(record: Json) -> RecordRef:
    return RecordRef(RecordType.INVOICE, record["id"])


def outcomes(rows: list[Result]) -> dict[str, Outcome]:
    return {row.name: row.outcome for row in rows}
