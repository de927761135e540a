"""Whatever either side or the line between does wrong: nothing is entered twice, nothing is lost, and it is said."""

import json
from typing import Any

import pytest

from bot.core.model import Outcome, RecordRef, RecordType
from bot.core.runs import CompanyStatus, Flag
from bot.sandbox.http.exchange import Request, Response
from tests.rarely import edge, named, rarely
from tests.sync.world import COMPANY, Json, World

HTML = {"kind": "reply", "status": 503, "body": "<html><title>Service Unavailable</title></html>"}
BATCH_OF_WRITES = {"method": "POST", "path": "/batch", "body": "create"}


def some_work(world: World) -> None:
    """Eight records that go out, four that come in; QuickBooks would take a number twice, so that doubles show."""
    world.books.books.settings.refuse_duplicate_numbers = False
    tenants = [world.contact(f"Tenant {number}") for number in range(3)]
    supplier = world.contact("Plumb Co", "supplier")
    for number, tenant in enumerate(tenants):
        world.invoice(tenant, f"INV-{number}")
    world.bill(supplier, "B-0")
    invoice = world.qb_invoice(world.customer("Aroha"), "SI-0")
    world.receive(invoice["CustomerRef"]["value"], "20.00", (invoice["Id"], "20.00"))
    world.qb_bill(world.vendor("Norton"), "PB-0")


def assert_in_step(world: World) -> None:
    """By the stand-ins' own data: everything is there once, paired one to one, and to the cent."""
    for entity, key in (("Customer", "DisplayName"), ("Vendor", "DisplayName"), ("Invoice", "DocNumber")):
        names = [row[key] for row in world.books.entity(entity).values()]
        assert len(names) == len(set(names)), names
    contacts, invoices, payments = (world.all(name) for name in ("contacts", "invoices", "payments"))
    assert sorted(row["name"] for row in contacts) == [
        "Aroha",
        "Norton",
        "Plumb Co",
        "Tenant 0",
        "Tenant 1",
        "Tenant 2",
    ]
    assert sorted(row["number"] for row in invoices) == ["B-0", "INV-0", "INV-1", "INV-2", "PB-0", "SI-0"]
    assert len(payments) == 1
    assert all(row["externalId"] for row in (*contacts, *invoices, *payments))
    for row in invoices:
        other = world.partner("Invoice" if row["kind"] == "income" else "Bill", row, "invoices")
        assert str(other["TotalAmt"]) == row["total"]
    assert [world.count(name) for name in ("Customer", "Vendor", "Invoice", "Bill", "Payment")] == [4, 2, 4, 2, 1]


def until_blue(world: World, runs: int = 3) -> None:
    for _ in range(runs):
        finished = world.sync()
        if finished.flag is Flag.BLUE and not finished.could_not_run:
            break
    with world.nothing_written():
        world.sync_blue()


QUICKBOOKS_FAULTS: dict[str, Json] = {
    "lost before": {"match": BATCH_OF_WRITES, "effect": {"kind": "drop_before"}, "times": 2},
    "lost after": {"match": BATCH_OF_WRITES, "effect": {"kind": "drop_after"}, "times": 2},
    "cut off": {"match": BATCH_OF_WRITES, "effect": {"kind": "truncate", "bytes": 40}, "times": 2},
    "503 html": {"match": BATCH_OF_WRITES, "effect": HTML, "times": 2},
    "502 html after it was done": {
        "match": BATCH_OF_WRITES,
        "effect": {**HTML, "kind": "after_reply", "status": 502},
        "times": 2,
    },
    "200 with a fault": {
        "match": BATCH_OF_WRITES,
        "effect": {
            "kind": "after_reply",
            "status": 200,
            "body": {"Fault": {"Error": [{"Message": "x", "Detail": "y", "code": "10000"}], "type": "SystemFault"}},
        },
        "times": 2,
    },
    "200 with nothing in it": {
        "match": BATCH_OF_WRITES,
        "effect": {"kind": "after_reply", "status": 200, "body": {"BatchItemResponse": []}},
        "times": 2,
    },
    "reads fail too": {"match": {"path": "/cdc"}, "effect": HTML, "times": 2},
    "429 json": {
        "match": BATCH_OF_WRITES,
        "effect": {"kind": "reply", "status": 429, "body": {"fault": {"error": [{"code": "3001", "message": "m"}]}}},
        "times": 2,
    },
    "429 xml": {
        "match": {"path": "/v3/company"},
        "effect": {
            "kind": "reply",
            "status": 429,
            "headers": {"content-type": "application/xml"},
            "body": '<Fault type="SERVICE"><Error code="3001"><Message>message=ThrottleExceeded; errorCode=003001; '
            "statusCode=429</Message></Error></Fault>",
        },
        "times": 3,
    },
    "429 html": {"match": {"path": "/v3/company"}, "effect": {**HTML, "status": 429}, "times": 3},
}


@pytest.mark.parametrize("rule", named(QUICKBOOKS_FAULTS, "lost after", "200 with a fault", "429 xml"))
def test_quickbooks_fails_for_a_while_and_the_run_ends_as_if_it_had_not(paired: World, rule: Json) -> None:
    some_work(paired)
    paired.quickbooks_knobs.add(rule)
    if rule["match"] is BATCH_OF_WRITES:  # once more when the contacts are through and documents go out
        paired.quickbooks_knobs.add({**rule, "match": {**BATCH_OF_WRITES, "body": "DocNumber"}})
    until_blue(paired)
    assert_in_step(paired)
    assert all(one.seen >= rule["times"] for one in paired.quickbooks_knobs.rules)


RELEASED_EFFECTS: dict[str, Json] = {
    "lost before": {"kind": "drop_before"},
    "lost after": {"kind": "drop_after"},
    "cut off": {"kind": "truncate", "bytes": 20},
    "503 html": HTML,
    "500 after it was done": {**HTML, "kind": "after_reply", "status": 500},
    "429": {"kind": "reply", "status": 429, "headers": {"Retry-After": "7"}, "body": {"title": "slow down"}},
    "an html page with 200": {**HTML, "status": 200},
}


@pytest.mark.parametrize("effect", named(RELEASED_EFFECTS, "lost after", "429"))
def test_released_fails_for_a_while_and_nothing_is_doubled_or_lost(paired: World, effect: Json) -> None:
    some_work(paired)
    for method in ("POST", "PATCH", "GET"):
        paired.released_knobs.add({"match": {"method": method}, "effect": effect, "times": 3, "skip": 1})
    until_blue(paired)
    assert_in_step(paired)
    assert all(rule.seen > rule.skip + 1 for rule in paired.released_knobs.rules)


@edge
@pytest.mark.parametrize("side", ["quickbooks", "released"])
@pytest.mark.parametrize(
    "effect",
    [HTML, *rarely({"kind": "drop_before"}, {"kind": "reply", "status": 200, "body": '{"data": [{"id"'})],
    ids=["html", "down", "cut off"],
)
def test_a_side_that_is_down_is_named_and_the_next_run_completes(paired: World, side: str, effect: Json) -> None:
    some_work(paired)
    knobs = paired.quickbooks_knobs if side == "quickbooks" else paired.released_knobs
    knobs.add({"match": {"path": "compan"}, "effect": effect, "times": None, "skip": 3})
    finished = paired.sync()
    assert finished.could_not_run and finished.flag is Flag.BLUE  # the flag is the one from before
    assert {"quickbooks": "QuickBooks", "released": "Re-Leased"}[side] in finished.could_not_run
    view = paired.app.desk.companies.named(COMPANY)
    assert view.status is CompanyStatus.INCOMPLETE_RUN
    knobs.clear()
    until_blue(paired)
    assert_in_step(paired)


@edge
def test_items_missing_from_a_batch_answer_are_found_again_and_not_sent_twice(paired: World) -> None:
    some_work(paired)
    handle = paired.state.handle

    def forgetful(request: Request) -> Response:
        response = handle(request)
        if request.path.endswith("/batch") and b"create" in request.body:
            paired.state.handle = handle  # type: ignore[method-assign]
            items = _items(response.body)
            return Response(200, _answer(items[: len(items) // 2]), response.headers)
        return response

    paired.state.handle = forgetful  # type: ignore[method-assign]
    until_blue(paired)
    assert_in_step(paired)


def test_a_batch_that_was_answered_with_nothing_is_done_in_the_same_run(paired: World) -> None:
    some_work(paired)
    effect = {"kind": "reply", "status": 200, "body": {"BatchItemResponse": []}}
    paired.quickbooks_knobs.add({"match": BATCH_OF_WRITES, "effect": effect})
    paired.sync_blue()
    assert_in_step(paired)


@edge
def test_one_poisoned_record_does_not_hold_up_the_other_twenty_nine(paired: World) -> None:
    """QuickBooks refuses the whole batch, without saying which record it means."""
    for number in range(20):
        paired.contact(f"Tenant {number}" if number != 11 else "Poison")
    fault = {"Fault": {"Error": [{"Message": "Bad request", "Detail": "no", "code": "400"}], "type": "ValidationFault"}}
    effect = {"kind": "reply", "status": 400, "body": fault}
    paired.quickbooks_knobs.add({"match": {"path": "/batch", "body": "Poison"}, "effect": effect, "times": None})
    finished = paired.sync_red()
    assert (finished.counts.created, finished.counts.failed) == (19, 1)
    assert paired.row("Poison").code == "400"
    paired.quickbooks_knobs.clear()
    paired.sync_blue()
    assert paired.count("Customer") == 20


def test_a_token_that_ends_in_mid_run_is_renewed_once(paired: World) -> None:
    some_work(paired)
    calls = paired.token_calls()
    handle = paired.state.handle

    def ends(request: Request) -> Response:
        if request.path.endswith("/batch") and b"create" in request.body and not calls():
            paired.state.oauth.access.clear()
        return handle(request)

    paired.state.handle = ends  # type: ignore[method-assign]
    paired.sync_blue()
    assert calls() == 1
    assert_in_step(paired)


@edge
def test_a_dead_grant_says_reconnect_asks_little_and_connecting_repairs_it(paired: World) -> None:
    some_work(paired)
    for grant in paired.state.oauth.grants:
        grant.revoked = True
    calls = paired.token_calls()
    first = paired.sync()
    assert "reconnect" in first.could_not_run.casefold() and first.flag is Flag.BLUE
    assert calls() <= 2
    assert paired.app.desk.companies.named(COMPANY).status is CompanyStatus.NEEDS_RECONNECTING
    before = calls()
    paired.app.close()
    paired.app = paired.new_app()
    assert "reconnect" in paired.sync().could_not_run.casefold()
    assert calls() - before <= 1
    paired.connect()
    assert paired.app.desk.companies.named(COMPANY).status is not CompanyStatus.NEEDS_RECONNECTING
    until_blue(paired)
    assert_in_step(paired)


def test_a_stale_sync_token_is_read_again_and_the_change_goes_through(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    customer = paired.partner("Customer", tenant, "contacts")
    paired.change("contacts", tenant, phone="09 222")
    handle = paired.state.handle

    def bookkeeper_first(request: Request) -> Response:
        if request.path.endswith("/batch") and b'"update"' in request.body:
            paired.state.handle = handle  # type: ignore[method-assign]
            paired.books.update("Customer", customer["Id"], {"Notes": "called"})
        return handle(request)

    paired.state.handle = bookkeeper_first  # type: ignore[method-assign]
    finished = paired.sync_blue()
    assert (finished.counts.updated, finished.counts.failed) == (1, 0)
    now = paired.partner("Customer", tenant, "contacts")
    assert (now["PrimaryPhone"]["FreeFormNumber"], now["Notes"]) == ("09 222", "called")


@edge
def test_a_stale_version_in_released_is_read_again(paired: World) -> None:
    customer = paired.customer("Aroha")
    paired.sync_blue()
    tenant = paired.named("contacts", "Aroha")
    paired.books.update("Customer", customer["Id"], {"PrimaryPhone": {"FreeFormNumber": "09 333"}})
    handle = paired.released.handle

    def manager_first(request: Request) -> Response:
        if request.method == "PATCH":
            paired.released.handle = handle  # type: ignore[method-assign]
            paired.change("contacts", tenant, taxNumber="12-345-678")
        return handle(request)

    paired.released.handle = manager_first  # type: ignore[method-assign]
    paired.sync_blue()
    now = paired.now("contacts", tenant)
    assert (now["phone"], now["taxNumber"]) == ("09 333", "12-345-678")


@edge
def test_a_wrong_released_key_is_said_and_nothing_is_lost(paired: World) -> None:
    some_work(paired)
    paired.released.api_key = "another key"
    assert "key" in paired.sync().could_not_run
    paired.released.api_key = "key-of-the-tests"
    until_blue(paired)
    assert_in_step(paired)


@edge
def test_a_refused_record_gets_a_new_request_id(paired: World) -> None:
    """QuickBooks replays its refusal for ever under the old one."""
    employee = paired.books.create("Employee", {"DisplayName": "Dup Name"})
    paired.contact("Dup Name")
    paired.sync_red()
    paired.books.update("Employee", employee["Id"], {"DisplayName": "Somebody"})
    paired.sync_blue()
    assert paired.count("Customer") == 1


@edge
def test_the_same_refusal_may_carry_any_status(paired: World) -> None:
    """A lapsed subscription has been answered with HTTP 200."""
    paired.contact("Kiosk Ltd")
    paired.books.books.settings.subscription_lapsed = True
    paired.books.books.settings.lapsed_status = 200
    finished = paired.sync()
    assert finished.could_not_run or finished.flag is Flag.RED
    paired.books.books.settings.subscription_lapsed = False
    until_blue(paired)
    assert paired.count("Customer") == 1


def _items(body: bytes) -> list[Any]:
    return json.loads(body)["BatchItemResponse"]


def _answer(items: list[Any]) -> bytes:
    return json.dumps({"BatchItemResponse": items}).encode()


@edge
def test_a_record_that_waits_is_known_on_both_sides_all_the_same(paired: World) -> None:
    """Its id could not be told to Re-Leased before its tax type was unlinked."""
    paired.sync_blue()
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    rule = {"match": {"method": "PATCH", "path": "/invoices/"}, "effect": {"kind": "reply", "status": 503}}
    paired.released_knobs.add({**rule, "times": None})
    paired.sync()
    assert paired.count("Invoice") == 1 and not paired.now("invoices", invoice)["externalId"]
    paired.released_knobs.clear()
    paired.unlink(RecordRef(RecordType.TAX_TYPE, paired.gst()["id"]))
    paired.change("invoices", invoice, dueDate="2026-11-30")
    paired.sync_red()
    assert paired.row("INV-1").outcome is Outcome.WAITING
    assert paired.now("invoices", invoice)["externalId"] == next(iter(paired.books.entity("Invoice")))
