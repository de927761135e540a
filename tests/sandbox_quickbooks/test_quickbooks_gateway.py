"""The gateway: tokens, wrong companies, throttles, metering, and its three kinds of faults."""

import threading

import pytest
import requests

from bot.sandbox.quickbooks import Limits
from tests.patience import PATIENCE_S, eventually, held

MINUTE_LIMITS = Limits(
    per_minute=5, per_second=None, concurrent=None, batches_per_minute=None, core_plus_per_month=None
)


def fault(answer):
    assert set(answer.body) >= {"fault"} and "Fault" not in answer.body
    return answer.body["fault"]["error"][0]


@pytest.mark.parametrize("token", ["", "garbage"])
def test_a_bad_token_is_401_with_a_lower_case_fault(api, token):
    api.token = token
    answer = api.get("preferences")
    assert answer.status == 401 and answer.body["fault"]["type"] == "AUTHENTICATION"
    assert fault(answer)["code"] == "3200"
    assert fault(answer)["message"] == "message=AuthenticationFailed; errorCode=003200; statusCode=401"


def test_an_access_token_lives_one_hour(api, clock):
    clock.advance(minutes=59)
    assert api.get("preferences").status == 200
    clock.advance(minutes=1)
    assert api.get("preferences").status == 401


@pytest.mark.parametrize("realm", ["2", "999"])
def test_a_token_opens_only_its_own_company(api, sandbox, realm):
    sandbox.add_company("2")
    api.realm = realm
    answer = api.get("preferences")
    assert answer.status == 403
    assert fault(answer)["message"] == "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"


@pytest.mark.parametrize(
    ("style", "kind", "words"),
    [
        ("json", "application/json", '"fault"'),
        ("xml", "application/xml", '<Error code="3200">'),
        ("html", "text/html", "<html>"),
    ],
)
def test_the_gateway_may_answer_another_kind_than_asked(api, sandbox, style, kind, words):
    sandbox.control("PUT", "gateway", {"style": style})
    api.token = "x"
    answer = api.get("preferences")
    assert answer.status == 401 and answer.headers["content-type"].startswith(kind) and words in answer.text


def test_more_than_the_calls_of_a_minute_are_refused_until_it_is_over(api, sandbox, clock):
    sandbox.state.throttle.limits = MINUTE_LIMITS
    statuses = [api.get("preferences").status for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    answer = api.get("preferences")
    assert answer.headers["intuit_tid"]
    assert fault(answer)["code"] == "3001" and "ThrottleExceeded" in fault(answer)["message"]
    clock.advance(seconds=60)
    assert api.get("preferences").status == 200
    assert sandbox.control("GET", "counters")[api.realm]["throttled"] == 2


def test_a_throttled_write_is_not_done(api, sandbox):
    sandbox.control("PUT", "limits", {"per_minute": 0})
    assert api.post("customer", {"DisplayName": "A"}, requestid="r1").status == 429
    sandbox.control("PUT", "limits", {"per_minute": None})
    assert api.rows("select * from Customer") == []
    assert api.post("customer", {"DisplayName": "A"}, requestid="r1").status == 200


def test_ten_calls_a_second_with_a_burst_of_ten(api, sandbox, clock):
    sandbox.control("PUT", "limits", {"per_second": 10})
    assert [api.get("preferences").status for _ in range(11)] == [200] * 10 + [429]
    clock.advance(seconds=0.2)
    assert [api.get("preferences").status for _ in range(3)] == [200, 200, 429]


def test_forty_batches_a_minute(api, sandbox, clock):
    sandbox.control("PUT", "limits", {"batches_per_minute": 40})
    body = {"BatchItemRequest": [{"bId": "1", "Query": "select * from Term maxresults 1"}]}
    statuses = [api.post("batch", body).status for _ in range(41)]
    assert statuses == [200] * 40 + [429] and api.get("preferences").status == 200


def test_ten_calls_at_once(api, sandbox):
    sandbox.control("PUT", "limits", {"concurrent": 10})
    url, headers = f"{api.root}/preferences", {"Authorization": f"Bearer {api.token}", "Accept": "application/json"}
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(requests.get(url, headers=headers, timeout=PATIENCE_S).status_code)

    threads = [threading.Thread(target=ask) for _ in range(14)]
    with held(sandbox.state) as gate:
        for thread in threads:
            thread.start()
        eventually(lambda: len(statuses) == 4)
        gate.opened.set()
        for thread in threads:
            thread.join()
    assert statuses == [429] * 4 + [200] * 10
    assert api.get("preferences").status == 200


def test_the_limits_of_one_company_leave_others_alone(api, sandbox):
    other, _ = sandbox.add_company("2")
    sandbox.state.throttle.limits = MINUTE_LIMITS
    for _ in range(6):
        api.get("preferences")
    assert other.get("preferences").status == 200


def test_the_limits_are_on_unless_switched_off():
    assert Limits() == Limits(500, 10, 10, 40, 500_000)


def test_reads_are_metered_and_writes_are_not(api, sandbox, customer):
    api.get(f"customer/{customer}")
    api.get("customer/99999")
    api.query("select * from Customer")
    api.get("cdc", entities="Customer", changedSince="2026-05-28T00:00:00Z")
    api.batch({"bId": "1", "Query": "select * from Customer"})
    api.batch({"bId": "1", "operation": "create", "Customer": {"DisplayName": "B"}})
    counters = sandbox.control("GET", "counters")[api.realm]
    assert counters["core_plus"] == 4 and counters["core"] == 2
    assert (counters["reads"], counters["queries"], counters["cdc"]) == (2, 1, 1)
    assert (counters["writes"], counters["batches"], counters["batch_items"]) == (1, 2, 2)


def test_reads_stop_when_the_months_allowance_is_used_up_and_writes_go_on(api, sandbox, clock):
    sandbox.control("PUT", "limits", {"core_plus_per_month": 2})
    assert [api.get("preferences").status for _ in range(3)] == [200, 200, 429]
    assert api.post("customer", {"DisplayName": "A"}).status == 200
    sandbox.clock.advance(days=4)
    api = sandbox.connect()
    assert api.get("preferences").status == 200


def test_a_planned_fault_answers_instead(api, sandbox):
    effect = {"kind": "after_reply", "status": 503, "body": "<html>Avi Vantage/</html>"}
    sandbox.control("POST", "faults", {"match": {"path": "/customer"}, "effect": effect})
    assert api.post("customer", {"DisplayName": "A"}, requestid="r1").status == 503
    assert api.post("customer", {"DisplayName": "A"}, requestid="r1").status == 200
    assert len(api.rows("select * from Customer")) == 1


def test_a_reply_cut_off_after_the_commit_is_given_again_for_the_same_request_id(api, sandbox):
    sandbox.control("POST", "faults", {"match": {"path": "/customer"}, "effect": {"kind": "drop_after"}})
    with pytest.raises(requests.ConnectionError):
        api.post("customer", {"DisplayName": "A"}, requestid="r1")
    made = api.make("Customer", {"DisplayName": "A"}, requestid="r1")
    assert [row["Id"] for row in api.rows("select * from Customer")] == [made["Id"]]
