"""Every body that QuickBooks is known to send, and many that it is not, is read for what it says."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.adapters.quickbooks.oauth import refusal
from bot.adapters.quickbooks.wire import (
    BatchItem,
    batch_body,
    batch_items,
    batch_reply,
    cdc_reply,
    decipher,
    entity_of,
    query_reply,
    quote,
    reply_time,
)
from bot.core.faults import Action, ApiError, Fault, Side, explain

# What each recorded body has to lead to, by a text that it holds; the first that fits counts.
EXPECTED = [
    ("invalid_grant", "invalid_grant", Action.STOP),
    ("Invalid Company Status", "6190", Action.STOP),
    ('"BatchItemResponse"', "500", Action.RECORD),
    ("<BatchItemResponse", "2050", Action.RECORD),
    ("errorCode=003100; statusCode=500", "3100", Action.RETRY),
    ("ThrottleExceeded", "3001", Action.RETRY),
    ("(-30000)", "6000", Action.RETRY),
    ("GST/HST rate", "6000", Action.RECORD),
    ("VAT rate", "6000", Action.RECORD),
    ("application error has occurred", "10000", Action.RETRY),
    ("Could not find resource for relative", "500", Action.RETRY),
    ("Service Temporarily Unavailable", "http-503", Action.RETRY),
    ("Batch Request is Empty", "400", Action.RECORD),
    ("value 0 is too small", "4001", Action.RECORD),
    ("Stale Object", "5010", Action.RECORD),
    ("Period Closed", "6210", Action.RECORD),
    ("Duplicate Name", "6240", Action.RECORD),
    ("Invalid Reference Id", "2500", Action.RECORD),
    ("Length exceeds limit", "2050", Action.RECORD),
    ("unsupported property", "2010", Action.RECORD),
    ("Unsupported", "500", Action.RECORD),
]


def error_of(status: int, body: bytes, headers: dict[str, str] | None = None) -> ApiError:
    with pytest.raises(ApiError) as caught:
        decipher(status, headers or {}, body)
    return caught.value


def errors_in(status: int, body: bytes) -> list[ApiError]:
    """As the adapters meet it: the token endpoint, a whole call, or the items of a batch."""
    if b"invalid_grant" in body:
        return [refusal(status, {}, body)]
    try:
        reply = decipher(status, {}, body)
    except ApiError as error:
        return [error]
    items = [BatchItem(str(item["bId"]), "update", "Customer", {}) for item in reply["BatchItemResponse"]]
    answers = batch_items(reply, items).values()
    return [answer for answer in answers if isinstance(answer, ApiError)]


def test_every_recorded_fault_is_recognised_explained_and_acted_on(
    recorded_fault: tuple[int | None, str, bytes, str],
) -> None:
    status, _, body, _ = recorded_fault
    errors = errors_in(status or 400, body)

    said = body.decode()
    code, action = next((code, action) for text, code, action in EXPECTED if text in said)
    if said.count('"bId"') > 1 and "Stale Object" in said:
        assert [error.fault.code for error in errors] == ["6240", "610", "5010"]
    else:
        assert (code, action) in [(error.fault.code, error.action) for error in errors]
    for error in errors:
        for fault in error.faults:
            assert explain(fault).what != explain(Fault("no such code", side=fault.side)).what


def test_the_recorded_xml_batch_never_passes_an_unread_record_for_a_read_one() -> None:
    body = b"""<IntuitResponse xmlns="http://schema.intuit.com/finance/v3"><BatchItemResponse bId="1a">
      <Fault type="ValidationFault"><Error code="2050" element="DocNumber"><Detail>Max:21</Detail></Error></Fault>
      </BatchItemResponse><BatchItemResponse bId="2b"><Bill><Id>1</Id></Bill></BatchItemResponse></IntuitResponse>"""
    items = [BatchItem("1a", "create", "Bill", {}), BatchItem("2b", "create", "Bill", {})]

    refused, unread = (batch_items(decipher(200, {}, body), items)[bid] for bid in ("1a", "2b"))

    assert isinstance(refused, ApiError) and refused.fault.code == "2050" and not refused.maybe_applied
    assert isinstance(unread, ApiError) and unread.action is Action.RETRY and unread.maybe_applied


def test_a_successful_answer_keeps_its_cents() -> None:
    reply = decipher(200, {}, b'{"Invoice":{"Id":"1","TotalAmt":1150.10,"Line":[]},"time":"2026-11-22T01:00:00-08:00"}')

    assert entity_of(reply, "Invoice")["TotalAmt"] == Decimal("1150.10")


def test_http_200_with_a_fault_is_no_success() -> None:
    body = json.dumps({"Fault": {"Error": [{"Message": "System Failure", "code": "10000"}], "type": "SystemFault"}})

    error = error_of(200, body.encode(), {"intuit_tid": "1-abc"})

    assert (error.fault.code, error.fault.kind, error.fault.trace_id) == ("10000", "SystemFault", "1-abc")
    assert error.action is Action.RETRY and error.maybe_applied


def test_http_200_with_an_empty_batch_answer_is_no_success_of_a_single_write() -> None:
    with pytest.raises(ApiError) as caught:
        entity_of(decipher(200, {}, b'{"BatchItemResponse":[],"time":"x"}'), "JournalEntry")

    assert caught.value.fault.code == "unexpected-answer" and caught.value.maybe_applied


@pytest.mark.parametrize("envelope", ["Fault", "fault"])
@pytest.mark.parametrize("keys", [("Error", "Message", "Detail"), ("error", "message", "detail")])
@pytest.mark.parametrize("code", ["003001", "3001", 3001])
def test_both_envelopes_and_every_way_to_write_a_code_mean_the_same(
    envelope: str, keys: tuple[str, str, str], code: str | int
) -> None:
    errors, message, detail = keys
    body = {envelope: {errors: [{message: "ThrottleExceeded", detail: None, "code": code}], "type": "SERVICE"}}

    error = error_of(429, json.dumps(body).encode(), {"retry-after": "12"})

    assert (error.fault.code, error.fault.message, error.fault.detail) == ("3001", "ThrottleExceeded", "")
    assert error.retry_after_s == 12


def test_a_code_that_stands_only_in_the_message_is_found_there() -> None:
    body = b'{"fault":{"error":[{"message":"message=AuthenticationFailed; errorCode=003200; statusCode=401"}]}}'

    assert error_of(401, body).fault.code == "3200"


def test_all_errors_of_a_fault_are_kept() -> None:
    body = {
        "Fault": {"Error": [{"code": "2080", "element": "PostalCode"}, {"code": "6190"}], "type": "ValidationFault"}
    }

    error = error_of(400, json.dumps(body).encode())

    assert [fault.code for fault in error.faults] == ["2080", "6190"]
    assert error.fault.code == "6190"


@pytest.mark.parametrize("container", ["QueryResponse", "CDCResponse", "AttachableResponse", "IntuitResponse"])
def test_a_fault_inside_a_container_is_found(container: str) -> None:
    body = {container: [{"QueryResponse": [{"Fault": {"Error": [{"code": "4001"}]}}]}]}

    assert error_of(200, json.dumps(body).encode()).fault.code == "4001"


@pytest.mark.parametrize(
    ("status", "body", "code", "action"),
    [
        (200, b"", "truncated", Action.RETRY),
        (200, b'{"Invoice":{"Id":"1', "truncated", Action.RETRY),
        (200, b"<html><body>Sign in</body></html>", "not-json", Action.RETRY),
        (200, b"<Invoice><Id>1</Id></Invoice>", "not-json", Action.RETRY),
        (200, b'"OK"', "not-json", Action.RETRY),
        (302, b"", "http-302", Action.STOP),
        (401, b"", "http-401", Action.STOP),
        (403, b"<html>Forbidden</html>", "http-403", Action.STOP),
        (404, b"{}", "http-404", Action.RECORD),
        (413, b"", "http-413", Action.RECORD),
        (429, b"", "http-429", Action.RETRY),
        (502, b"Bad gateway", "http-502", Action.RETRY),
        (504, b'{"message":"Endpoint request timed out"}', "http-504", Action.RETRY),
        (500, b'{"Fault":{}}', "http-500", Action.RETRY),
        (503, b'{"Fault":"down"}', "http-503", Action.RETRY),
    ],
)
def test_a_body_without_a_known_fault_means_what_its_status_means(
    status: int, body: bytes, code: str, action: Action
) -> None:
    error = error_of(status, body)

    assert (error.fault.code, error.action) == (code, action)


def test_the_title_of_a_page_is_kept_for_support() -> None:
    assert error_of(503, b"<html><title>503 Back soon</title></html>").fault.message == "503 Back soon"


def test_xml_that_would_blow_up_is_not_expanded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><Fault><Error code="1">&b;</Error></Fault>'

    assert error_of(400, bomb).fault.code == "http-400"


KEYS = (
    *("Fault", "fault", "Error", "error", "code", "Code", "message", "Detail", "element", "type", "bId", "Invoice"),
    *("BatchItemResponse", "CDCResponse", "QueryResponse", "AttachableResponse", "IntuitResponse"),
    *("status", "Id", "time", "totalCount"),
)
SHAPED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "Fault",
                    "fault",
                    "Error",
                    "error",
                    "code",
                    "Code",
                    "message",
                    "Detail",
                    "element",
                    "type",
                    "BatchItemResponse",
                    "bId",
                    "CDCResponse",
                    "QueryResponse",
                    "AttachableResponse",
                    "IntuitResponse",
                    "Invoice",
                    "status",
                    "Id",
                    "time",
                    "totalCount",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)
BODIES = st.binary() | SHAPED.map(lambda value: json.dumps(value).encode()) | st.text().map(str.encode)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([200, 204, 302, 400, 401, 403, 429, 500, 503]), BODIES)
@example(400, b'<?xml version="1.0" encoding="no-such"?><Fault/>')
@example(400, b"<" * 5_000)
@example(200, b"[" * 100_000)
@example(400, '<?xml version="1.0" encoding="utf-16"?><Fault/>'.encode("utf-16"))
def test_no_bytes_whatever_break_the_reader(status: int, body: bytes) -> None:
    items = [BatchItem("1", "create", "Invoice", {}), BatchItem("2", "query", "Invoice", statement="SELECT 1")]
    readers = [
        lambda reply: batch_reply(reply, items),
        cdc_reply,
        query_reply,
        lambda reply: entity_of(reply, "Invoice"),
    ]
    for read in readers:
        try:
            reply = decipher(status, {}, body)
            assert 200 <= status < 300
            read(reply)
        except ApiError as error:
            assert error.fault.code or status < 300
            assert explain(error.fault).what


def test_batch_answers_are_matched_by_their_bid_and_not_by_their_place() -> None:
    reply: dict[str, Any] = {
        "BatchItemResponse": [
            {"bId": "stranger", "Bill": {"Id": "9"}},
            {"bId": "2", "Fault": {"Error": [{"code": "6240"}]}},
            {"bId": "3", "QueryResponse": {"Bill": [{"Id": "7"}], "startPosition": 1, "maxResults": 1}},
            {"bId": "1", "Bill": {"Id": "5"}},
            {"bId": "1", "Bill": {"Id": "said twice"}},
        ],
        "time": "2026-11-22T01:00:00-08:00",
    }
    items = [
        BatchItem("1", "create", "Bill", {}),
        BatchItem("2", "create", "Bill", {}),
        BatchItem("3", "query", "Bill", statement="SELECT * FROM Bill"),
        BatchItem("4", "create", "Bill", {}),
    ]

    answer = batch_reply(reply, items)

    assert answer.items["1"] == {"Id": "5"}
    assert isinstance(refused := answer.items["2"], ApiError) and refused.action is Action.RECORD
    assert answer.items["3"] == {"rows": [{"Id": "7"}]}
    assert answer.unanswered == ("4",)
    assert "stranger" not in answer.items


def test_an_empty_batch_answer_leaves_every_outcome_unknown() -> None:
    items = [BatchItem("1", "create", "Bill", {})]

    assert batch_reply({"BatchItemResponse": []}, items).unanswered == ("1",)


def test_the_bytes_of_a_batch_follow_from_its_items_alone() -> None:
    items = [
        BatchItem("1", "create", "Bill", {"TotalAmt": Decimal("10.10"), "VendorRef": {"value": "3"}}),
        BatchItem("2", "update", "Payment", {"Id": "4", "SyncToken": "0"}, options="void"),
        BatchItem("3", "query", "", statement="SELECT * FROM Bill"),
    ]

    assert batch_body(items) == (
        b'{"BatchItemRequest":[{"bId":"1","operation":"create","Bill":{"TotalAmt":10.10,"VendorRef":{"value":"3"}}},'
        b'{"bId":"2","operation":"update","optionsData":"void","Payment":{"Id":"4","SyncToken":"0"}},'
        b'{"bId":"3","Query":"SELECT * FROM Bill"}]}'
    )


@pytest.mark.parametrize("bids", [[], [str(number) for number in range(31)], ["1", "1"]], ids=["none", "31", "twins"])
def test_a_batch_that_quickbooks_would_refuse_is_not_made(bids: list[str]) -> None:
    with pytest.raises(ValueError):
        batch_body([BatchItem(bid, "create", "Bill", {}) for bid in bids])


def test_changes_come_by_entity_and_the_deleted_ones_apart() -> None:
    reply: dict[str, Any] = {
        "CDCResponse": [
            {
                "QueryResponse": [
                    {"Customer": [{"Id": "1"}, {"Id": "2", "status": "Deleted"}], "startPosition": 1, "maxResults": 2},
                    {"Invoice": [{"Id": "3"}]},
                    {},
                ]
            }
        ],
        "time": "2026-11-22T01:00:00-08:00",
    }

    changes = cdc_reply(reply)

    assert changes.objects == {"Customer": [{"Id": "1"}], "Invoice": [{"Id": "3"}]}
    assert changes.deleted == [("Customer", "2")]
    assert changes.count == 3 and not changes.full
    assert changes.time is not None and changes.time.isoformat() == "2026-11-22T09:00:00+00:00"


@pytest.mark.parametrize(("count", "full"), [(999, False), (1000, True), (1001, True)])
def test_an_answer_of_a_thousand_changes_is_not_trusted_to_be_whole(count: int, full: bool) -> None:
    halves = [{"Id": str(number)} for number in range(count - 500)], [{"Id": "x", "status": "Deleted"}] * 500

    assert cdc_reply({"CDCResponse": [{"QueryResponse": [{"Bill": halves[0]}, {"Item": halves[1]}]}]}).full is full


def test_an_empty_result_is_no_rows_and_a_count_is_a_number() -> None:
    assert query_reply({"QueryResponse": {}}).rows == []
    assert query_reply({"QueryResponse": {"totalCount": 12}}).total == 12


@pytest.mark.parametrize("time", ["", "yesterday", "2026-11-22T01:00:00", None, 5, "9999-12-31T23:59:59-23:00"])
def test_a_clock_that_cannot_be_read_is_no_clock(time: object) -> None:
    assert reply_time({"time": time}) is None


@pytest.mark.parametrize(
    ("value", "literal"),
    [("O'Neil", r"'O\'Neil'"), ("a\\b", r"'a\\b'"), ("\\'", r"'\\\''"), ("", "''"), ("%", "'%'")],
)
def test_quotes_and_backslashes_cannot_leave_a_literal(value: str, literal: str) -> None:
    assert quote(value) == literal


def test_an_error_of_the_token_endpoint_is_told_from_one_of_the_company() -> None:
    assert refusal(400, {}, b'{"error":"invalid_grant"}').fault.side is Side.INTUIT
