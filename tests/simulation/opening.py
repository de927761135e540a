"""How a history begins: a small company, connected and synced once without trouble; made once per process."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from bot.app import first_tokens
from bot.core.runs import Flag
from bot.desk.companies.connect import connect
from bot.sandbox.quickbooks import Limits, QuickBooksState
from bot.sandbox.released import ReleasedState
from bot.store.database import migrate
from tests.simulation.clocks import WorldClock
from tests.simulation.disk import Disk, scratch_folder
from tests.simulation.nemesis import Danger, Nemesis
from tests.simulation.stage import API_KEY, COMPANY, REALM, NumberedIds, Sides, Stage, frozen

Json = dict[str, Any]
TAX = {"NZ": "15% GST", "AU": "GST", "GB": "20.0% S", "US": "TAX"}


@dataclass(frozen=True)
class Setting:
    """A kind of company. `numbers` = QuickBooks takes our document numbers; `one_class` = of a form, not of a line."""

    country: str = "NZ"
    numbers: bool = True
    one_class: bool = False


SETTINGS = (
    *[Setting()] * 6,
    *(Setting("NZ", numbers=False), Setting("NZ", one_class=True)),
    *(Setting("AU"), Setting("GB"), Setting("US")),
)


@dataclass(frozen=True)
class Opening:
    sides: bytes
    store: Path


@cache
def disk() -> Disk:
    return Disk(scratch_folder())


@cache
def opening(setting: Setting) -> Opening:
    """Raises AssertionError when even a first sync in peace is not blue."""
    clock = WorldClock()
    quickbooks = QuickBooksState(clock, seed=7, limits=Limits())
    quickbooks.add_company(REALM, "Harbour Books", setting.country, custom_txn_numbers=setting.numbers)
    if setting.one_class:
        quickbooks.companies[REALM].set_preference("AccountingInfoPrefs", "ClassTrackingPerTxn", True)
        quickbooks.companies[REALM].set_preference("AccountingInfoPrefs", "ClassTrackingPerTxnLine", False)
    if setting.country == "GB":  # a reverse charge: its two rates are nothing together
        quickbooks.companies[REALM].add_tax_rates("20.0% RC", purchases=(Decimal(20), Decimal(-20)))
    released = ReleasedState(clock, API_KEY, NumberedIds())
    currency = quickbooks.companies[REALM].books.home_currency
    released.add_company(id=COMPANY, name="Harbour City Property", country=setting.country, currency=currency)
    sides = Sides(clock, quickbooks, released)
    place = disk()
    place.put_in(_empty_store())
    stage = Stage(sides, place, 0)
    _fill_quickbooks(sides)
    engine = stage._engine(Nemesis(Danger(), Random(0), clock, stage.tell))
    connect(engine, stage.vault, COMPANY, REALM, first_tokens(quickbooks.refresh_token(REALM)))
    _blue(stage)
    _fill_released(sides, TAX[setting.country])
    _blue(stage)
    _pay_in_part(sides)
    _blue(stage)
    place.power_cycle()
    store = place.folder / f"opening-{setting.country}-{setting.numbers}-{setting.one_class}.sqlite3"
    store.write_bytes(place.file.read_bytes())
    return Opening(frozen(sides), store)


@cache
def _empty_store() -> Path:
    place = disk()
    migrate(place.database.engine)
    place.power_cycle()
    store = place.folder / "empty.sqlite3"
    store.write_bytes(place.file.read_bytes())
    return store


def _blue(stage: Stage) -> None:
    finished = stage.sync(Danger(), Random(0))
    assert finished is not None and finished.flag is Flag.BLUE, finished


def _fill_quickbooks(sides: Sides) -> None:
    books = sides.books
    for name in ("Kauri House", "Rimu House"):
        books.create("Class", {"Name": name})
    books.create("Customer", {"DisplayName": "Old Town Books", "PrimaryEmailAddr": {"Address": "shop@example.com"}})
    books.create("Vendor", {"DisplayName": "City Power"})


def _fill_released(sides: Sides, tax: str) -> None:
    made = {}
    for name, *roles in (("Kiosk Ltd", "tenant"), ("Harbour Cafe", "tenant"), ("Ms Owner", "owner", "supplier")):
        made[name] = sides.released.create(COMPANY, "contacts", {"name": name, "roles": roles})
    made["Plumber"] = sides.released.create(COMPANY, "contacts", {"name": "Plumber", "roles": ["supplier"]})
    for number, contact, kind, amount in (
        ("INV-1", "Kiosk Ltd", "income", "1200.00"),
        ("INV-2", "Harbour Cafe", "income", "333.33"),
        ("BILL-1", "Plumber", "expense", "81.09"),
    ):
        body = document(sides, made[contact]["id"], kind, [amount], tax, number=number)
        sides.released.create(COMPANY, "invoices", body)


def _pay_in_part(sides: Sides) -> None:
    """So that something depends on documents from the beginning."""
    invoice = next(row for row in sides.books.entity("Invoice").in_id_order() if row["TotalAmt"] < 1000)
    line = {"Amount": Decimal("33.33"), "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    body = {"CustomerRef": {"value": invoice["CustomerRef"]["value"]}, "TotalAmt": Decimal("33.33"), "Line": [line]}
    sides.books.create("Payment", {**body, "TxnDate": "2026-10-08", "PaymentRefNum": "D-1"})


def document(sides: Sides, contact_id: str, kind: str, amounts: list[str], tax: str, **more: Any) -> Json:
    """An approved invoice or bill of Re-Leased, to be created."""
    name = "Rent" if kind == "income" else "Repairs and Maintenance"
    account = _named(sides, "accounts", name)
    lines = [
        {
            **{"description": name, "quantity": "1", "unitAmount": amount},
            **{"accountId": account["id"], "taxTypeId": _named(sides, "tax-types", tax)["id"]},
        }
        for amount in amounts
    ]
    return {
        **{"kind": kind, "status": "approved", "contactId": contact_id, "amountsAre": "exclusive"},
        **{"issueDate": "2026-10-05", "dueDate": "2026-11-20", "lines": lines},
        **more,
    }


def _named(sides: Sides, collection: str, name: str) -> Json:
    return next(row for row in sides.released.rows(COMPANY, collection) if row["name"] == name)
