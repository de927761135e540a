"""Re-Leased over real HTTP: what is asked, what is repeated, and what every refusal means."""

import io
import json
from typing import Any

import pytest
import requests

from bot.adapters.meter import Meter
from bot.adapters.released.client import Released
from bot.core.faults import Action, ApiError, Side, explain
from bot.sandbox.http.exchange import Request, Response, json_response
from tests.adapters.conftest import FakeTime, Server

RECORD = {"id": "7", "version": 3, "modifiedAt": "2026-11-22T09:00:00Z", "total": "1250.00"}
PROBLEM = {"content-type": "application/problem+json"}


@pytest.fixture
def released(server: Server, session: requests.Session, meter: Meter, fake_time: FakeTime) -> Released:
    return Released(f"{server.url}/api/", "key-1", session, meter=meter, pause=fake_time.pause, page_size=2)


def page(*rows: dict[str, Any], pages: int = 1) -> Response:
    return json_response(200, {"data": list(rows), "page": 1, "pageSize": 2, "totalPages": pages, "totalCount": 9})


def problem(status: int, **more: Any) -> Response:
    return json_response(status, {"type": "about:blank", "title": "No", "status": status, **more}, PROBLEM)


def test_the_key_goes_where_the_settings_say(server: Server, session: requests.Session, fake_time: FakeTime) -> None:
    server.answers(json_response(200, {"data": [{"id": "1"}]}))
    tenant = Released(server.url, "key-2", session, meter=Meter(), pause=fake_time.pause, key_header="Authorization")

    assert tenant.companies() == [{"id": "1"}]
    assert server.requests[0].headers["authorization"] == "key-2"
    assert server.requests[0].path == "/companies"


def test_changes_are_read_from_an_instant_and_money_stays_text(
    server: Server, released: Released, meter: Meter
) -> None:
    server.answers(page(RECORD))

    assert list(released.changed("c/1", "invoices", "2026-11-22T09:00:00Z")) == [[RECORD]]

    (request,) = server.requests
    assert request.path in ("/api/companies/c%2F1/invoices", "/api/companies/c/1/invoices")
    assert request.query == {"modifiedSince": "2026-11-22T09:00:00Z", "page": "1", "pageSize": "2"}
    assert request.headers["x-api-key"] == "key-1"
    assert meter.released == 1


def test_a_first_read_asks_for_everything(server: Server, released: Released) -> None:
    server.answers(page())

    assert list(released.changed("1", "contacts", None)) == []
    assert "modifiedSince" not in server.requests[0].query


def test_a_server_with_smaller_pages_than_asked_for_loses_nothing(
    server: Server, session: requests.Session, fake_time: FakeTime
) -> None:
    rows = [{**RECORD, "id": str(number), "modifiedAt": f"2026-11-22T09:00:0{number // 4}Z"} for number in range(9)]

    def answer(request: Request) -> Response:
        later = [row for row in rows if row["modifiedAt"] >= request.query.get("modifiedSince", "")]
        number, size = int(request.query["page"]), min(3, int(request.query["pageSize"]))
        return page(*later[(number - 1) * size : number * size], pages=-(-len(later) // size))

    server.answer = answer
    released = Released(server.url, "key-1", session, meter=Meter(), pause=fake_time.pause)

    assert [row["id"] for rows in released.changed("1", "invoices", None) for row in rows] == list("012345678")


def test_a_record_is_got_or_is_none(server: Server, released: Released) -> None:
    server.answers(json_response(200, RECORD), problem(404, detail="no such invoice"))

    assert released.get("1", "invoices", "7") == RECORD
    assert released.get("1", "invoices", "8") is None


def test_a_create_carries_its_key_and_is_repeated_with_it(server: Server, released: Released) -> None:
    server.answers(json_response(201, RECORD))
    server.knobs.add({"effect": {"kind": "drop_after"}}, {"effect": {"kind": "reply", "status": 503, "body": "<html>"}})

    assert released.create("1", "invoices", {"total": "1250.00"}, "key-of-record") == RECORD

    assert [request.headers["idempotency-key"] for request in server.requests] == ["key-of-record"] * 2
    assert json.loads(server.requests[0].body) == {"total": "1250.00"}


def test_a_patch_names_the_version_it_read(server: Server, released: Released) -> None:
    server.answers(json_response(200, RECORD))

    assert released.patch("1", "invoices", "7", {"externalId": "12"}, 3) == RECORD
    assert (server.requests[0].method, server.requests[0].headers["if-match"]) == ("PATCH", "3")


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "truncate", "after_reply"])
def test_a_patch_of_unknown_outcome_is_left_to_the_engine(server: Server, released: Released, kind: str) -> None:
    server.answers(json_response(200, RECORD))
    server.knobs.add({"times": None, "effect": {"kind": kind, "status": 502, "body": "<html>", "bytes": 4}})

    with pytest.raises(ApiError) as caught:
        released.patch("1", "invoices", "7", {}, 3)

    assert caught.value.action is Action.RETRY and caught.value.maybe_applied
    assert len(server.requests) <= 1


@pytest.mark.parametrize("call", ["get", "patch", "create"])
def test_a_throttled_request_waits_as_told_and_is_sent_again(
    server: Server, released: Released, fake_time: FakeTime, call: str
) -> None:
    busy = json_response(429, {"status": 429, "title": "slow down"}, {**PROBLEM, "retry-after": "3"})
    server.answers(busy, Response(429), json_response(200, RECORD))
    calls = {
        "get": lambda: released.get("1", "invoices", "7"),
        "patch": lambda: released.patch("1", "invoices", "7", {}, 3),
        "create": lambda: released.create("1", "invoices", {}, "k"),
    }

    assert calls[call]() == RECORD
    assert fake_time.pauses == [3, 30]


def test_a_throttle_that_does_not_end_is_given_up(server: Server, released: Released, fake_time: FakeTime) -> None:
    server.answers(Response(429, b"", {"retry-after": "1"}))

    with pytest.raises(ApiError) as caught:
        released.get("1", "invoices", "7")

    assert caught.value.action is Action.RETRY and not caught.value.maybe_applied
    assert len(fake_time.pauses) == 5


def test_a_throttle_of_hours_is_not_waited_for(server: Server, released: Released, fake_time: FakeTime) -> None:
    server.answers(Response(429, b"", {"retry-after": "7200"}))

    with pytest.raises(ApiError) as caught:
        released.get("1", "invoices", "7")

    assert caught.value.retry_after_s == 7200
    assert fake_time.pauses == []


@pytest.mark.parametrize(
    ("answer", "code", "action"),
    [
        (problem(401), "http-401", Action.STOP),
        (problem(403), "http-403", Action.STOP),
        (problem(404), "http-404", Action.RECORD),
        (problem(409, detail="It has payments."), "http-409", Action.RECORD),
        (problem(412), "http-412", Action.RECORD),
        (problem(422, errors={"contactId": ["does not exist"]}), "http-422", Action.RECORD),
        (problem(428), "http-428", Action.RECORD),
        (problem(500), "http-500", Action.RETRY),
        (Response(503, b"<html><title>Back soon</title></html>"), "http-503", Action.RETRY),
        (Response(404, b"[]"), "http-404", Action.RECORD),
        (Response(200, b"<html>Sign in</html>"), "not-json", Action.RETRY),
        (Response(200, b'{"id":"7","ver'), "truncated", Action.RETRY),
        (Response(200, b""), "truncated", Action.RETRY),
        (Response(200, b'{"data":[]}'), "unexpected-answer", Action.RETRY),
        (Response(200, b"[]"), "unexpected-answer", Action.RETRY),
        (Response(302, b"", {"location": "http://127.0.0.1:1/"}), "http-302", Action.STOP),
    ],
    ids=lambda value: str(value)[:30],
)
def test_every_answer_leads_to_the_right_conclusion(
    server: Server, released: Released, answer: Response, code: str, action: Action
) -> None:
    server.answers(answer)

    with pytest.raises(ApiError) as caught:
        released.patch("1", "invoices", "7", {}, 3)

    error = caught.value
    assert (error.fault.code, error.action, error.fault.side) == (code, action, Side.RELEASED)
    assert "Re-Leased" in explain(error.fault).what


def test_each_field_that_is_wrong_is_a_fault_of_its_own(server: Server, released: Released) -> None:
    server.answers(problem(422, errors={"contactId": ["does not exist", "is archived"], "dueDate": ["is missing"]}))

    with pytest.raises(ApiError) as caught:
        released.create("1", "invoices", {}, "k")

    first, second = caught.value.faults
    assert (first.element, first.detail) == ("contactId", "contactId: does not exist; is archived")
    assert (second.element, second.detail) == ("dueDate", "dueDate: is missing")


@pytest.mark.parametrize("body", ["[]", '{"data":{}}', '{"data":[1]}', '{"data":[],"totalPages":"x"}', '{"data":[]}'])
def test_a_list_of_another_form_is_not_taken_for_an_empty_one(server: Server, released: Released, body: str) -> None:
    server.answers(Response(200, body.encode()))

    with pytest.raises(ApiError) as caught:
        list(released.changed("1", "invoices", None))

    assert caught.value.fault.code == "unexpected-answer"


@pytest.mark.parametrize("kind", ["drop_after", "truncate"])
def test_a_file_comes_down_whole_even_if_the_first_try_breaks_off(
    server: Server, released: Released, kind: str
) -> None:
    content = b"\x00PDF" * 50_000
    server.answers(Response(200, content, {"content-type": "application/pdf"}))
    server.knobs.add({"effect": {"kind": kind}})
    sink = io.BytesIO(b"kept")
    sink.seek(4)

    assert released.download("1", "a1", sink).size == len(content)
    assert sink.getvalue() == b"kept" + content
    assert server.requests[0].path == "/api/companies/1/attachments/a1/content"


def test_nothing_of_a_try_that_broke_off_stays_behind_a_shorter_file(server: Server, released: Released) -> None:
    server.answers(Response(200, b"x" * 200_000), Response(200, b"short"))
    server.knobs.add({"effect": {"kind": "truncate", "bytes": 150_000}})
    sink = io.BytesIO()

    assert released.download("1", "a1", sink).size == 5
    assert sink.getvalue() == b"short"


def test_a_refused_file_leaves_no_bytes(server: Server, released: Released) -> None:
    server.answers(problem(404))
    sink = io.BytesIO()

    with pytest.raises(ApiError) as caught:
        released.download("1", "a1", sink)

    assert caught.value.fault.code == "http-404"
    assert sink.getvalue() == b""


def test_a_file_goes_up_whole_even_if_the_first_try_breaks_off(server: Server, released: Released) -> None:
    stored: list[bytes] = []

    def answer(request: Request) -> Response:
        stored.append(request.body)
        return Response(204)

    server.answer = answer
    server.knobs.add({"effect": {"kind": "drop_after"}}, {"effect": {"kind": "reply", "status": 429, "body": ""}})

    released.upload("1", "a1", io.BytesIO(b"content"))

    assert stored == [b"content", b"content"]
    assert server.requests[-1].method == "PUT"


@pytest.mark.parametrize("page_size", [0, 501])
def test_a_page_size_that_the_contract_refuses_is_a_mistake_at_once(session: requests.Session, page_size: int) -> None:
    with pytest.raises(ValueError):
        Released("http://x", "k", session, meter=Meter(), pause=lambda _: None, page_size=page_size)
