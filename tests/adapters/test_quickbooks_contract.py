"""The adapter and the QuickBooks stand-in, end to end: tokens, limits, writes, changes, files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import requests

from bot.adapters.meter import Meter
from bot.adapters.quickbooks.client import QuickBooks
from bot.adapters.quickbooks.oauth import IntuitApp, TokenSet, refresh, revoke
from bot.adapters.quickbooks.rate_limits import Caps, RealmLimits
from bot.adapters.quickbooks.tokens import Tokens
from bot.adapters.quickbooks.wire import BatchItem, quote
from bot.core.faults import Action, ApiError, explain
from bot.sandbox.http.knobs import Knobs
from bot.sandbox.http.serving import ServerThread
from bot.sandbox.quickbooks import QuickBooksState, app, connection_details, seed
from tests.adapters.conftest import FakeTime
from tests.rarely import edge

REALM = "9130350000000001"
START = datetime(2026, 11, 22, 9, tzinfo=UTC)
ENTITIES = ["Customer", "Invoice", "Payment", "Bill"]


@dataclass
class World:
    state: QuickBooksState
    quickbooks: QuickBooks
    app: IntuitApp
    kept: TokenSet
    meter: Meter
    time: FakeTime

    def now(self) -> datetime:
        return START + timedelta(seconds=self.time.now)

    def customer(self, name: str = "Kiosk Ltd") -> dict[str, Any]:
        return self.quickbooks.create("Customer", {"DisplayName": name}, f"customer {name}")

    def invoice_body(self, customer: dict[str, Any]) -> dict[str, Any]:
        item = self.quickbooks.query("SELECT * FROM Item WHERE Type = 'Service' ORDERBY Id").rows[0]
        tax_code = self.quickbooks.query("SELECT * FROM TaxCode ORDERBY Id").rows[0]
        detail = {"ItemRef": {"value": item["Id"]}, "TaxCodeRef": {"value": tax_code["Id"]}}
        line = {"Amount": Decimal("100.10"), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
        return {"CustomerRef": {"value": customer["Id"]}, "TxnDate": "2026-11-20", "Line": [line]}


@pytest.fixture
def world(session: requests.Session) -> Iterator[World]:
    time = FakeTime()
    state = QuickBooksState(lambda: START + timedelta(seconds=time.now))
    state.add_company(REALM)
    with ServerThread(app(state, Knobs())) as server:
        details = connection_details(state, REALM, server.url)
        intuit = IntuitApp(
            details["client_id"], details["client_secret"], "https://bot.example/callback", details["discovery_url"]
        )
        kept = TokenSet("", details["refresh_token"], START, START + timedelta(days=100))
        world = World(state, None, intuit, kept, Meter(), time)  # type: ignore[arg-type]  # set below
        tokens = Tokens(
            lambda: world.kept,
            lambda renewed: setattr(world, "kept", renewed),
            lambda refresh_token: refresh(intuit, refresh_token, world.now),
            world.now,
        )
        limits = RealmLimits(Caps(), time.clock, time.pause)
        world.quickbooks = QuickBooks(
            REALM, details["url"], tokens.access_token, session, limits, world.meter, time.pause
        )
        yield world
        session.close()


def test_a_record_is_written_found_read_changed_and_its_name_is_taken(world: World) -> None:
    quickbooks = world.quickbooks
    customer = world.customer("O'Neil \\ Söhne")

    found = quickbooks.query(f"SELECT * FROM Customer WHERE DisplayName = {quote(customer['DisplayName'])}").rows
    changed = quickbooks.update(
        "Customer", {"Id": customer["Id"], "SyncToken": customer["SyncToken"], "sparse": True, "Notes": "x"}, "r2"
    )
    with pytest.raises(ApiError) as caught:
        quickbooks.create("Customer", {"DisplayName": customer["DisplayName"]}, "r3")

    assert [row["Id"] for row in found] == [customer["Id"]]
    assert quickbooks.read("Customer", customer["Id"]) == changed
    assert quickbooks.read("Customer", "999999") is None
    assert caught.value.fault.code == "6240" and caught.value.fault.trace_id.startswith("1-")


def test_the_same_request_id_gives_the_same_record(world: World) -> None:
    assert world.customer()["Id"] == world.customer()["Id"]


def test_a_stale_change_is_refused_and_said_so(world: World) -> None:
    customer = world.customer()

    with pytest.raises(ApiError) as caught:
        world.quickbooks.update(
            "Customer", {"Id": customer["Id"], "SyncToken": "7", "sparse": True, "Notes": "x"}, "r2"
        )

    assert (caught.value.fault.code, caught.value.action) == ("5010", Action.RECORD)


def test_a_batch_answers_each_item_by_itself(world: World) -> None:
    customer = world.customer()
    items = [
        BatchItem("1", "create", "Invoice", world.invoice_body(customer)),
        BatchItem("2", "create", "Customer", {"DisplayName": "Kiosk Ltd"}),
        BatchItem("3", "query", "Customer", statement="SELECT * FROM Customer"),
    ]

    reply = world.quickbooks.batch(items, "batch-1")

    invoice, refused, found = (reply.items[bid] for bid in ("1", "2", "3"))
    assert isinstance(invoice, dict) and isinstance(invoice["TotalAmt"], Decimal)
    assert isinstance(refused, ApiError) and refused.fault.code == "6240"
    assert isinstance(found, dict) and len(found["rows"]) == 1
    assert reply.unanswered == () and reply.time is not None


def test_a_void_shows_zero_afterwards(world: World) -> None:
    invoice = world.quickbooks.create("Invoice", world.invoice_body(world.customer()), "r2")

    voided = world.quickbooks.void("Invoice", {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]}, "r3")

    assert (voided["TotalAmt"], voided["Balance"]) == (0, 0)


def test_changes_and_deletions_come_in_one_call(world: World) -> None:
    customer = world.customer()
    invoice = world.quickbooks.create("Invoice", world.invoice_body(customer), "r2")
    world.quickbooks.delete("Invoice", {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]}, "r3")
    before = world.meter.quickbooks_reads

    changes = world.quickbooks.cdc(ENTITIES, world.now() - timedelta(hours=1))

    assert [row["Id"] for row in changes.objects["Customer"]] == [customer["Id"]]
    assert changes.deleted == [("Invoice", invoice["Id"])]
    assert not changes.full and changes.time is not None
    assert world.meter.quickbooks_reads == before + 1


def test_pages_show_every_record_once(world: World) -> None:
    seed(world.state, REALM, seed=1, size=60)

    ids = [row["Id"] for page in world.quickbooks.pages("Invoice", page_size=7) for row in page.rows]

    assert len(ids) == len(set(ids)) == 60


def test_a_closed_period_is_recognised_and_explained(world: World) -> None:
    customer = world.customer()
    body = world.invoice_body(customer)
    world.state.control("PUT", f"companies/{REALM}", {"book_close_date": "2026-11-21"})

    with pytest.raises(ApiError) as caught:
        world.quickbooks.create("Invoice", body, "r2")

    assert caught.value.action is Action.RECORD
    assert explain(caught.value.fault).what.startswith("The books are closed")


def test_a_lapsed_subscription_stops_the_run_whatever_its_status(world: World) -> None:
    world.state.control("PUT", f"companies/{REALM}", {"subscription_lapsed": True, "lapsed_status": 200})

    with pytest.raises(ApiError) as caught:
        world.customer()

    assert (caught.value.fault.code, caught.value.action) == ("6190", Action.STOP)


def test_an_hour_later_the_token_is_renewed_by_one_call(world: World) -> None:
    world.customer()
    first = world.kept
    world.time.now += 3_600

    world.customer("Other")

    assert world.kept.access_token != first.access_token
    assert world.kept.hard_expires_at is not None


def test_after_a_day_the_new_refresh_token_is_kept(world: World) -> None:
    world.customer()
    first = world.kept.refresh_token
    world.time.now += 25 * 3_600

    world.customer("Other")

    assert world.kept.refresh_token != first


def test_a_disconnected_company_asks_for_reconnecting(world: World) -> None:
    world.customer()
    revoke(world.app, world.kept.refresh_token)

    for name in ("A", "B"):
        with pytest.raises(ApiError) as caught:
            world.customer(name)
        assert (caught.value.fault.code, caught.value.action) == ("invalid_grant", Action.STOP)


@pytest.mark.parametrize("style", ["auto", "json", "xml", "html"])
def test_a_token_for_another_company_opens_nothing_in_whatever_form_it_is_said(world: World, style: str) -> None:
    world.customer()
    world.state.companies["1"] = world.state.companies.pop(REALM)
    world.state.control("PUT", "gateway", {"style": style})

    with pytest.raises(ApiError) as caught:
        world.quickbooks.company_info()

    assert caught.value.action is Action.STOP


@edge
def test_a_long_load_never_meets_a_429(world: World) -> None:
    quickbooks = world.quickbooks
    statement = BatchItem("1", "query", "Customer", statement="SELECT * FROM Customer")
    for number in range(560):
        if number % 8 == 0:
            quickbooks.batch([statement], f"b{number}")
        else:
            quickbooks.preferences()

    assert world.meter.quickbooks_reads == 560, "each call once, none of them again"
    assert world.time.now - 1_000 < 560 / 500 * 60 / 0.95 + 61


def test_a_throttle_by_somebody_else_is_waited_for(world: World) -> None:
    world.customer()
    world.state.throttle.set(per_minute=1)

    world.customer("Other")

    assert 60 in world.time.pauses


def test_a_file_goes_up_and_comes_down(world: World) -> None:
    customer = world.customer()
    content = bytes(range(256)) * 100
    target = {"EntityRef": {"type": "Customer", "value": customer["Id"]}}
    body = {"FileName": "lease.pdf", "ContentType": "application/pdf", "AttachableRef": [target]}

    attachable = world.quickbooks.upload(body, BytesIO(content), "r2")

    sink = BytesIO()
    assert world.quickbooks.download(attachable["Id"], sink).size == len(content)
    assert sink.getvalue() == content
    assert world.quickbooks.company_info()["Id"] == "1"
