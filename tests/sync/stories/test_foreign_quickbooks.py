"""A QuickBooks that says the same in slightly other words, as regions and years differ: nothing may depend on it."""

import json
from collections.abc import Callable
from decimal import Decimal
from functools import reduce
from typing import Any

import pytest

from bot.sandbox.http.exchange import Request, Response
from bot.sandbox.quickbooks.books.wire import to_json
from tests.rarely import edge, named, rarely
from tests.sync.stories.test_faults import assert_in_step, some_work, until_blue
from tests.sync.world import Json, World

Change = Callable[[Any], Any]


def everywhere(change: Callable[[Json], Json]) -> Change:
    """Applies a change to every JSON object of an answer, innermost first."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return change({key: walk(item) for key, item in value.items()})
        return [walk(item) for item in value] if isinstance(value, list) else value

    return walk


def without(*names: str) -> Change:
    return everywhere(lambda body: {key: value for key, value in body.items() if key not in names})


def _numbers_as_strings(body: Json) -> Json:
    return {
        key: str(value) if isinstance(value, Decimal | int) and _is_amount(key) else value
        for key, value in body.items()
    }


def _is_amount(key: str) -> bool:
    return key.endswith("Amt") or key in (
        "Amount",
        "Balance",
        "Qty",
        "UnitPrice",
        "RateValue",
        "TotalTax",
        "TaxPercent",
    )


def _with_extras(body: Json) -> Json:
    extras = {"CustomExtensions": [{"X": 1}], "JobStatusEx": None, "status": "Pending"}
    return {**extras, **body} if "Id" in body and "SyncToken" in body else body


def _ids_as_numbers(body: Json) -> Json:
    ids = ("Id", "SyncToken", "TxnId", "value")
    return {k: int(v) if k in ids and isinstance(v, str) and v.isdecimal() else v for k, v in body.items()}


def _nulls(body: Json) -> Json:
    absent = {
        name: None for name in ("PrimaryPhone", "BillAddr", "CurrencyRef", "PrivateNote", "LinkedTxn", "TxnTaxDetail")
    }
    return {**absent, **body} if "Id" in body and "SyncToken" in body else body


def _thin_preferences(body: Json) -> Json:
    if "Preferences" not in body:
        return body
    value = body["Preferences"]
    thin = {"Id": "1", "SyncToken": "0", "TaxPrefs": {}}
    return {**body, "Preferences": [thin] if isinstance(value, list) else thin}


def _empty_lists(body: Json) -> Json:
    """An empty list where QuickBooks leaves the key away, and the counters left away where it gives them."""
    if "QueryResponse" not in body or not isinstance(body["QueryResponse"], dict):
        return body
    kept = {k: v for k, v in body["QueryResponse"].items() if k not in ("startPosition", "maxResults")}
    return {**body, "QueryResponse": kept or {"Customer": [], "startPosition": 1, "maxResults": 0, "totalCount": 0}}


def _queries_on_settings_refused(body: Json) -> Json:
    """Some settings cannot be queried, least of all inside a batch."""
    response = body.get("QueryResponse")
    if "bId" in body and isinstance(response, dict) and ({"Preferences", "CompanyInfo"} & response.keys()):
        error = {"Message": "Error validating query", "Detail": "QueryValidationError", "code": "4001"}
        return {"bId": body["bId"], "Fault": {"Error": [error], "type": "ValidationFault"}}
    return body


def _other_order(body: Json) -> Json:
    items = body.get("BatchItemResponse")
    return {**body, "BatchItemResponse": items[::-1]} if isinstance(items, list) else body


VARIATIONS: dict[str, Change] = {
    "no time anywhere": without("time"),
    "no Active key": everywhere(lambda body: {k: v for k, v in body.items() if not (k == "Active" and v is True)}),
    "amounts as strings": everywhere(_numbers_as_strings),
    "unknown fields": everywhere(_with_extras),
    "ids as numbers": everywhere(_ids_as_numbers),
    "null for what is absent": everywhere(_nulls),
    "preferences without their sections": everywhere(_thin_preferences),
    "empty lists": everywhere(_empty_lists),
    "settings cannot be queried": everywhere(_queries_on_settings_refused),
    "batches in another order": everywhere(_other_order),
    "no names in references": everywhere(
        lambda body: {"value": body["value"]} if body.keys() == {"value", "name"} else body
    ),
    "no currency and no sparse": without("CurrencyRef", "sparse", "domain"),
}


def speak_otherwise(world: World, change: Change) -> None:
    handle = world.state.handle

    def handled(request: Request) -> Response:
        response = handle(request)
        if not request.path.startswith("/v3/company") or "json" not in response.headers.get("content-type", ""):
            return response
        body = json.loads(response.body, parse_float=Decimal)
        return Response(response.status, to_json(change(body)), response.headers)

    world.state.handle = handled  # type: ignore[method-assign]


def all_at_once(body: Any) -> Any:
    return reduce(lambda said, change: change(said), VARIATIONS.values(), body)


@edge
@pytest.mark.parametrize("change", named({"all at once": all_at_once, **VARIATIONS}, "all at once"))
def test_the_same_said_in_other_words_syncs_all_the_same(world: World, change: Change) -> None:
    speak_otherwise(world, change)
    world.connect()
    world.rent(), world.repairs(), world.gst()
    some_work(world)
    world.sync_blue()
    world.change("contacts", world.named("contacts", "Tenant 0"), phone="09 222")
    invoice = world.named("invoices", "SI-0")
    world.books.update("Invoice", invoice["externalId"], {"DueDate": "2026-12-24"})
    until_blue(world)
    assert world.named("invoices", "SI-0")["dueDate"] == "2026-12-24"
    assert_in_step(world)


@edge
def test_where_no_batch_of_questions_is_taken_each_is_asked_alone(paired: World) -> None:
    fault = {
        "Fault": {
            "Error": [{"Message": "Unsupported", "Detail": "no queries", "code": "400"}],
            "type": "ValidationFault",
        }
    }
    effect = {"kind": "reply", "status": 400, "body": fault}
    paired.quickbooks_knobs.add({"match": {"path": "/batch", "body": '"Query"'}, "effect": effect, "times": None})
    some_work(paired)
    until_blue(paired)
    assert_in_step(paired)


@edge
def test_a_tax_code_without_rates_is_a_rate_of_nothing(world: World) -> None:
    speak_otherwise(world, without("SalesTaxRateList", "PurchaseTaxRateList"))
    world.sync_blue()
    assert {row["rate"] for row in world.all("tax-types")} == {"0.00"}


@edge
def test_invoices_of_a_code_without_rates_come_in_with_the_tax_they_have(world: World) -> None:
    speak_otherwise(world, without("SalesTaxRateList", "PurchaseTaxRateList"))
    world.qb_invoice(world.customer("Aroha"), "SI-1", Line=[world.sales_line("33.33"), world.sales_line("66.65")])
    world.sync_blue()
    assert world.named("invoices", "SI-1")["total"] == "114.98"


@pytest.mark.parametrize("country,currency", [("CA", "CAD"), *rarely(("US", "USD"), ("GB", "GBP"), ("AU", "AUD"))])
def test_every_country_syncs_both_ways_to_the_cent(
    make_world: Callable[..., World], country: str, currency: str
) -> None:
    world = make_world(country=country, currency=currency)
    world.rent(), world.repairs(), world.gst()
    world.sync_blue()
    invoice = world.invoice(world.contact("Kiosk Ltd"), "INV-1", "33.33")
    bill = world.bill(world.contact("Plumb Co", "supplier"), "B-1", "33.33")
    world.qb_invoice(world.customer("Aroha"), "SI-1", "33.33"), world.qb_bill(world.vendor("Norton"), "PB-1", "33.33")
    world.sync_blue()
    came = [world.named("invoices", number) for number in ("SI-1", "PB-1")]
    for record, entity in ((invoice, "Invoice"), (bill, "Bill"), (came[0], "Invoice"), (came[1], "Bill")):
        other = world.partner(entity, record, "invoices")
        assert str(other["TotalAmt"]) == world.now("invoices", record)["total"]
    with world.nothing_written():
        world.sync_blue()


@edge
def test_the_sales_tax_that_quickbooks_computes_in_the_us_comes_back(make_world: Callable[..., World]) -> None:
    world = make_world(country="US", currency="USD")
    world.rent(), world.repairs(), world.gst()
    world.sync_blue()
    line = {**world.line("33.33"), "taxAmount": "2.50"}
    invoice = world.invoice(world.contact("Kiosk Ltd"), "INV-1", lines=[line])
    world.sync_blue()
    assert world.partner("Invoice", invoice, "invoices")["TotalAmt"] == Decimal("36.00")
    assert world.now("invoices", invoice)["total"] == "36.00"
    with world.nothing_written():
        world.sync_blue()


@edge
def test_several_currencies_go_out_and_come_in(make_world: Callable[..., World]) -> None:
    world = make_world(options={"multicurrency": True})
    world.rent(), world.repairs(), world.gst()
    world.sync_blue()
    tenant = world.contact("Yankee Ltd", currency="USD")
    invoice = world.invoice(tenant, "INV-1", currency="USD")
    customer = world.customer("Aussie", CurrencyRef={"value": "AUD"})
    world.qb_invoice(customer, "SI-1", CurrencyRef={"value": "AUD"}, ExchangeRate=Decimal("1.1"))
    world.sync_blue()
    assert world.partner("Invoice", invoice, "invoices")["CurrencyRef"]["value"] == "USD"
    assert (world.named("invoices", "SI-1")["currency"], world.named("contacts", "Aussie")["currency"]) == (
        "AUD",
        "AUD",
    )
    with world.nothing_written():
        world.sync_blue()
