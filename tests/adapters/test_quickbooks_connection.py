"""Every call to QuickBooks over real HTTP: tokens, throttles, repeated reads, and nothing ever written twice."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from bot.adapters.meter import Meter
from bot.adapters.quickbooks.client import QuickBooks
from bot.adapters.quickbooks.wire import BatchItem
from bot.core.faults import Action, ApiError
from bot.sandbox.http.exchange import Request, Response, json_response
from tests.adapters.conftest import FakeTime, Grant, Server
from tests.patience import PATIENCE_S

ITEMS = [BatchItem("1", "create", "Bill", {"TotalAmt": Decimal("10.10")})]


WRITES: list[Callable[[QuickBooks], Any]] = [
    lambda quickbooks: quickbooks.create("Bill", {"TotalAmt": Decimal("1")}, "r1"),
    lambda quickbooks: quickbooks.update("Bill", {"Id": "5", "SyncToken": "0", "sparse": True}, "r1"),
    lambda quickbooks: quickbooks.delete("Bill", {"Id": "5", "SyncToken": "0"}, "r1"),
    lambda quickbooks: quickbooks.batch(ITEMS, "r1"),
    lambda quickbooks: quickbooks.upload({"FileName": "a.txt", "ContentType": "text/plain"}, BytesIO(b"x"), "r1"),
]
READS: list[Callable[[QuickBooks], Any]] = [
    lambda quickbooks: quickbooks.query("SELECT * FROM Bill"),
    lambda quickbooks: quickbooks.query("SELECT * FROM Bill WHERE DocNumber IN ('" + "x" * 2000 + "')"),
    lambda quickbooks: quickbooks.cdc(["Bill"], datetime(2026, 11, 1, tzinfo=UTC)),
    lambda quickbooks: quickbooks.read("Bill", "5"),
    lambda quickbooks: quickbooks.company_info(),
    lambda quickbooks: quickbooks.preferences(),
]
GOOD = json_response(
    200,
    {
        "Bill": {"Id": "5"},
        "CompanyInfo": {"Id": "1"},
        "Preferences": {"Id": "1"},
        "QueryResponse": {"Bill": [{"Id": "5"}]},
        "CDCResponse": [{"QueryResponse": [{"Bill": [{"Id": "5"}]}]}],
        "BatchItemResponse": [{"bId": "1", "Bill": {"Id": "5"}}],
    },
)


@pytest.mark.parametrize("call", READS + WRITES)
def test_every_call_asks_for_json_of_minor_version_75_with_the_token(
    server: Server, quickbooks: QuickBooks, call: Callable[[QuickBooks], Any]
) -> None:
    uploaded = json_response(200, {**json.loads(GOOD.body), "AttachableResponse": [{"Attachable": {"Id": "7"}}]})
    server.answers(uploaded)

    assert call(quickbooks)

    (request,) = server.requests
    assert request.path.startswith("/v3/company/46/")
    assert request.query["minorversion"] == "75"
    assert request.headers["accept"] == "application/json"
    assert request.headers["authorization"] == "Bearer token-1"
    assert request.headers["user-agent"].startswith("qbo-sync")


@pytest.mark.parametrize("call", WRITES)
def test_every_write_carries_its_request_id(
    server: Server, quickbooks: QuickBooks, call: Callable[[QuickBooks], Any]
) -> None:
    server.answers(json_response(200, {**json.loads(GOOD.body), "AttachableResponse": [{"Attachable": {"Id": "7"}}]}))

    call(quickbooks)

    assert server.requests[0].query["requestid"] == "r1"


def test_reads_and_writes_are_counted_apart_and_repeated_ones_too(
    server: Server, quickbooks: QuickBooks, meter: Meter
) -> None:
    server.answers(json_response(503, {}), GOOD)

    quickbooks.query("SELECT * FROM Bill")
    quickbooks.batch(ITEMS, "r1")

    assert meter.as_dict() == {"quickbooks_reads": 2, "quickbooks_writes": 1, "released": 0}


XML_3100 = '<Fault><Error code="3100"><Message>errorCode=003100; statusCode=500</Message></Error></Fault>'
TROUBLES: dict[str, dict[str, Any]] = {
    "cut": {"kind": "drop_after"},
    "cut off": {"kind": "truncate"},
    "503": {"kind": "reply", "status": 503, "body": "<html>503</html>"},
    "html": {"kind": "reply", "status": 200, "body": "<html>Back soon</html>"},
    "10000": {"kind": "reply", "status": 200, "body": {"Fault": {"Error": [{"code": "10000"}]}}},
    "xml 3100": {"kind": "reply", "status": 500, "body": XML_3100},
}


@pytest.mark.parametrize("call", READS)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_read_is_repeated_on_what_passes(
    server: Server, quickbooks: QuickBooks, call: Callable[[QuickBooks], Any], trouble: str, fake_time: FakeTime
) -> None:
    server.answers(GOOD)
    server.knobs.add({"times": 2, "effect": TROUBLES[trouble]})

    assert call(quickbooks)
    assert fake_time.pauses == [1, 2]


@pytest.mark.parametrize("call", WRITES)
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "truncate", "after_reply"])
def test_a_write_of_unknown_outcome_is_never_sent_again_by_the_adapter(
    server: Server, quickbooks: QuickBooks, call: Callable[[QuickBooks], Any], kind: str
) -> None:
    server.answers(GOOD)
    server.knobs.add({"times": None, "effect": {"kind": kind, "status": 503, "body": "<html>503</html>", "bytes": 5}})

    with pytest.raises(ApiError) as caught:
        call(quickbooks)

    assert caught.value.action is Action.RETRY and caught.value.maybe_applied
    assert len(server.requests) == (0 if kind == "drop_before" else 1)


@pytest.mark.parametrize("call", [READS[0], WRITES[0], WRITES[3]])
def test_a_refused_token_is_renewed_once_and_the_same_request_sent_again(
    server: Server, quickbooks: QuickBooks, grant: Grant, call: Callable[[QuickBooks], Any]
) -> None:
    def answer(request: Request) -> Response:
        return GOOD if request.headers["authorization"] == "Bearer token-2" else json_response(401, {})

    server.answer = answer

    assert call(quickbooks)

    first, second = server.requests
    assert (first.body, first.query, first.path) == (second.body, second.query, second.path)
    assert grant.renewals == 1


def test_a_token_that_is_refused_after_its_renewal_stops_the_run(
    server: Server, quickbooks: QuickBooks, grant: Grant
) -> None:
    body = {
        "fault": {"error": [{"message": "errorCode=003200; statusCode=401", "code": "3200"}], "type": "AUTHENTICATION"}
    }
    server.answers(json_response(401, body))

    with pytest.raises(ApiError) as caught:
        quickbooks.query("SELECT * FROM Bill")

    assert (caught.value.fault.code, caught.value.action) == ("3200", Action.STOP)
    assert (len(server.requests), grant.renewals) == (2, 1)


def test_eight_threads_with_a_stale_token_renew_it_once(server: Server, quickbooks: QuickBooks, grant: Grant) -> None:
    def answer(request: Request) -> Response:
        return GOOD if request.headers["authorization"] == "Bearer token-2" else json_response(401, {})

    server.answer = answer
    threads = [threading.Thread(target=quickbooks.batch, args=(ITEMS, f"r{number}")) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE_S)

    assert grant.renewals == 1


XML_429 = '<Fault type="SERVICE"><Error code="3001"><Message>ThrottleExceeded; statusCode=429</Message></Error></Fault>'


@pytest.mark.parametrize("call", [READS[0], WRITES[0], WRITES[3]])
@pytest.mark.parametrize(
    ("status", "headers", "body", "wait_s"),
    [(429, {"retry-after": "7"}, "", 7), (429, {}, XML_429, 60), (403, {}, XML_429, 60), (429, {}, "<html>", 60)],
)
def test_a_throttled_request_waits_and_is_sent_again_unchanged(
    server: Server,
    quickbooks: QuickBooks,
    fake_time: FakeTime,
    call: Callable[[QuickBooks], Any],
    status: int,
    headers: dict[str, str],
    body: str,
    wait_s: float,
) -> None:
    server.answers(Response(status, body.encode(), headers), GOOD)

    assert call(quickbooks)

    first, second = server.requests
    assert (first.body, first.query) == (second.body, second.query)
    assert sum(fake_time.pauses) == wait_s


@pytest.mark.parametrize("call", [READS[0], WRITES[0]])
def test_a_throttle_that_does_not_end_is_given_up(
    server: Server, quickbooks: QuickBooks, call: Callable[[QuickBooks], Any]
) -> None:
    server.answers(Response(429))

    with pytest.raises(ApiError) as caught:
        call(quickbooks)

    assert caught.value.action is Action.RETRY and not caught.value.maybe_applied
    assert len(server.requests) == 5


def test_a_throttle_of_hours_is_not_waited_for(server: Server, quickbooks: QuickBooks, fake_time: FakeTime) -> None:
    server.answers(Response(429, b"", {"retry-after": "7200"}))

    with pytest.raises(ApiError) as caught:
        quickbooks.query("SELECT * FROM Bill")

    assert caught.value.retry_after_s == 7200
    assert fake_time.pauses == []
