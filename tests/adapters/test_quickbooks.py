"""What the sync asks of QuickBooks, as it goes over the wire and comes back."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from io import BytesIO

import pytest

from bot.adapters.files import Arrived
from bot.adapters.quickbooks.client import QuickBooks
from bot.adapters.quickbooks.wire import BatchItem
from bot.core.faults import Action, ApiError
from bot.sandbox.http.exchange import Request, Response, json_response
from tests.adapters.conftest import Server

ITEMS = [BatchItem("1", "create", "Bill", {"TotalAmt": Decimal("10.10")})]
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


def test_money_goes_out_and_comes_back_to_the_cent(server: Server, quickbooks: QuickBooks) -> None:
    server.answers(Response(200, b'{"Bill":{"Id":"5","TotalAmt":0.1,"Balance":1e2}}'))

    bill = quickbooks.create("Bill", {"TotalAmt": Decimal("1150.10")}, "r1")

    assert server.requests[0].body == b'{"TotalAmt":1150.10}'
    assert bill["TotalAmt"] == Decimal("0.1") and bill["Balance"] == Decimal(100)


def test_a_short_query_goes_by_get_and_a_long_one_as_text(server: Server, quickbooks: QuickBooks) -> None:
    server.answers(json_response(200, {"QueryResponse": {"Bill": [{"Id": "1"}]}, "time": "2026-11-22T01:00:00-08:00"}))
    long = f"SELECT * FROM Bill WHERE DocNumber IN ('{'x' * 2000}', 'Māori')"

    reply = quickbooks.query("SELECT * FROM Bill WHERE DocNumber = 'O\\'Neil & Söhne'")
    quickbooks.query(long)

    short_request, long_request = server.requests
    assert reply.rows == [{"Id": "1"}] and reply.time == datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert short_request.query["query"] == "SELECT * FROM Bill WHERE DocNumber = 'O\\'Neil & Söhne'"
    assert (long_request.method, long_request.headers["content-type"]) == ("POST", "application/text")
    assert long_request.body.decode() == long


def test_changes_are_asked_for_by_utc_and_for_many_entities_at_once(server: Server, quickbooks: QuickBooks) -> None:
    server.answers(GOOD)
    pacific = timezone(timedelta(hours=-8))

    changes = quickbooks.cdc(["Bill", "Invoice"], datetime(2026, 11, 1, 2, 3, 4, 999_999, tzinfo=pacific))

    assert server.requests[0].query["entities"] == "Bill,Invoice"
    assert server.requests[0].query["changedSince"] == "2026-11-01T10:03:04+00:00"
    assert changes.objects == {"Bill": [{"Id": "5"}]}


def test_what_quickbooks_does_not_have_is_none(server: Server, quickbooks: QuickBooks) -> None:
    server.answers(json_response(400, {"Fault": {"Error": [{"code": "610", "Detail": "Object Not Found"}]}}))

    assert quickbooks.read("Bill", "5/../6") is None
    assert server.requests[0].path in ("/v3/company/46/bill/5%2F..%2F6", "/v3/company/46/bill/5/../6")


class Ledger:
    """Bills by id, answering the adapter's own form of query as QuickBooks would."""

    def __init__(self, count: int) -> None:
        self.bills = {number: {"Id": str(number)} for number in range(1, count + 1)}
        self.statements: list[str] = []

    def __call__(self, request: Request) -> Response:
        words = request.query["query"].split()
        self.statements.append(request.query["query"])
        after = int(words[words.index("Id") + 2].strip("'")) if ">" in words else 0
        size = min(int(words[-1]), 1_000)  # QuickBooks shows no more rows of one query
        rows = [self.bills[number] for number in sorted(self.bills) if number > after][:size]
        return json_response(200, {"QueryResponse": {"Bill": rows} if rows else {}})


def test_paging_shows_every_record_once(server: Server, quickbooks: QuickBooks) -> None:
    server.answer = ledger = Ledger(25)

    pages = list(quickbooks.pages("Bill", "Active IN (true, false)", page_size=10))

    assert [row["Id"] for page in pages for row in page.rows] == [str(number) for number in range(1, 26)]
    assert ledger.statements[0] == "SELECT * FROM Bill WHERE Active IN (true, false) ORDERBY Id MAXRESULTS 10"
    assert ledger.statements[1] == (
        "SELECT * FROM Bill WHERE Active IN (true, false) AND Id > '10' ORDERBY Id MAXRESULTS 10"
    )
    assert len(ledger.statements) == 3


def test_a_page_is_as_large_as_quickbooks_shows_and_no_larger(server: Server, quickbooks: QuickBooks) -> None:
    """https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/data-queries

    Who asks for more takes the thousand that come for the last page, and loses the rest.
    """
    server.answer = ledger = Ledger(2_050)

    assert sum(len(page.rows) for page in quickbooks.pages("Bill")) == 2_050
    assert len(ledger.statements) == 3


def test_paging_loses_nothing_when_records_are_deleted_meanwhile(server: Server, quickbooks: QuickBooks) -> None:
    server.answer = ledger = Ledger(30)
    seen: list[str] = []
    for page in quickbooks.pages("Bill", page_size=10):
        seen += [row["Id"] for row in page.rows]
        for number in (1, 2, 3, 4, 5):
            ledger.bills.pop(number, None)

    assert seen == [str(number) for number in range(1, 31)]


def test_an_empty_list_is_one_call_and_no_page(server: Server, quickbooks: QuickBooks) -> None:
    server.answer = Ledger(0)

    assert list(quickbooks.pages("Bill")) == []
    assert len(server.requests) == 1


def test_a_page_that_is_too_large_is_asked_for_in_halves(server: Server, quickbooks: QuickBooks) -> None:
    ledger = Ledger(9)

    def answer(request: Request) -> Response:
        if int(request.query["query"].split()[-1]) > 4:
            return json_response(400, {"Fault": {"Error": [{"code": "10100", "Message": "Result too big"}]}})
        return ledger(request)

    server.answer = answer

    assert [len(page.rows) for page in quickbooks.pages("Bill", page_size=16)] == [4, 4, 1]


def test_a_server_that_repeats_a_page_does_not_keep_us_for_ever(server: Server, quickbooks: QuickBooks) -> None:
    server.answers(json_response(200, {"QueryResponse": {"Bill": [{"Id": "1"}, {"Id": "2"}]}}))

    with pytest.raises(ApiError) as caught:
        list(quickbooks.pages("Bill", page_size=2))

    assert caught.value.fault.code == "endless-paging"
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("entity", "query"),
    [
        ("Invoice", {"operation": "void"}),
        ("Payment", {"operation": "update", "include": "void"}),
        ("BillPayment", {"operation": "update", "include": "void"}),
    ],
)
def test_a_void_is_asked_for_in_the_way_of_its_entity(
    server: Server, quickbooks: QuickBooks, entity: str, query: dict[str, str]
) -> None:
    server.answers(json_response(200, {entity: {"Id": "5", "TotalAmt": 0}}))

    quickbooks.void(entity, {"Id": "5", "SyncToken": "1"}, "r1")

    (request,) = server.requests
    assert request.path == f"/v3/company/46/{entity.lower()}"
    assert request.query == {**query, "requestid": "r1", "minorversion": "75"}
    assert json.loads(request.body) == {"Id": "5", "SyncToken": "1", "sparse": True}


@pytest.mark.parametrize("entity", ["Bill", "CreditMemo", "VendorCredit", "JournalEntry"])
def test_what_the_api_cannot_void_is_not_even_asked_for(server: Server, quickbooks: QuickBooks, entity: str) -> None:
    with pytest.raises(ValueError):
        quickbooks.void(entity, {"Id": "5", "SyncToken": "1"}, "r1")

    assert server.requests == []


def test_a_success_that_shows_no_record_is_of_unknown_outcome(server: Server, quickbooks: QuickBooks) -> None:
    server.answers(json_response(200, {"BatchItemResponse": [], "time": "2026-11-22T01:00:00-08:00"}))

    with pytest.raises(ApiError) as caught:
        quickbooks.create("JournalEntry", {}, "r1")

    assert caught.value.fault.code == "unexpected-answer" and caught.value.maybe_applied


@pytest.mark.parametrize(("requestid", "bid"), [("", "1"), ("r" * 51, "1"), ("r" * 45, "123456")])
def test_a_request_id_that_quickbooks_would_cut_is_not_sent(
    server: Server, quickbooks: QuickBooks, requestid: str, bid: str
) -> None:
    with pytest.raises(ValueError):
        quickbooks.batch([BatchItem(bid, "create", "Bill", {})], requestid)

    assert server.requests == []


def test_a_frozen_batch_is_sent_byte_for_byte(server: Server, quickbooks: QuickBooks) -> None:
    server.answers(GOOD)
    frozen = b'{"BatchItemRequest":[ {"bId":"1","operation":"create","Bill":{"TotalAmt":10.10}} ]}'

    reply = quickbooks.send_batch(frozen, ITEMS, "r1")

    assert server.requests[0].body == frozen
    assert reply.items == {"1": {"Id": "5"}} and reply.unanswered == ()


def test_a_file_goes_up_with_its_description_and_the_same_bytes_each_time(
    server: Server, quickbooks: QuickBooks
) -> None:
    server.answers(json_response(200, {"AttachableResponse": [{"Attachable": {"Id": "7"}}]}))
    attachable = {"FileName": 'lease "A" – ö.pdf', "ContentType": "application/pdf", "Note": "x"}

    for _ in range(2):
        assert quickbooks.upload(attachable, BytesIO(b"\x00%PDF\r\n"), "r1") == {"Id": "7"}

    first, second = server.requests
    assert first.body == second.body
    assert first.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b"\x00%PDF\r\n" in first.body and b'name="file_metadata_01"' in first.body


def test_a_refused_file_is_a_fault_although_the_status_is_200(server: Server, quickbooks: QuickBooks) -> None:
    server.answers(json_response(200, {"AttachableResponse": [{"Fault": {"Error": [{"code": "6190"}]}}]}))

    with pytest.raises(ApiError) as caught:
        quickbooks.upload({"FileName": "a", "ContentType": "b"}, BytesIO(), "r1")

    assert caught.value.action is Action.STOP


def test_a_file_comes_from_its_signed_address_which_never_sees_our_token(
    server: Server, quickbooks: QuickBooks
) -> None:
    def answer(request: Request) -> Response:
        if "/download/" in request.path:
            return Response(200, f"{server.url}/signed?x=1".encode(), {"content-type": "text/plain"})
        return Response(200, b"\x00content")

    server.answer = answer

    sink = BytesIO()
    assert quickbooks.download("7", sink) == Arrived(8, sha256(b"\x00content").hexdigest())
    assert sink.getvalue() == b"\x00content"
    assert server.requests[0].path == "/v3/company/46/download/7"
    assert "authorization" not in server.requests[1].headers
