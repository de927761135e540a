"""The state without HTTP: the same rules, copies that cannot leak, made-up data, and speed with many records."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest

from bot.sandbox.http.exchange import Request
from bot.sandbox.released import Problem, ReleasedState, connection_details, numbered_ids, seed
from tests.rarely import edge

START = datetime(2026, 7, 1, tzinfo=UTC)


def new_state() -> ReleasedState:
    ticks = count()
    state = ReleasedState(lambda: START + timedelta(milliseconds=next(ticks)), "key", numbered_ids())
    state.add_company(id="C", name="Company")
    return state


def test_the_methods_obey_the_rules_of_the_api() -> None:
    state = new_state()
    contact = state.create("C", "contacts", {"name": "A", "roles": ["tenant"]})
    with pytest.raises(Problem) as refusal:
        state.patch("C", "contacts", contact["id"], {"name": 7})
    assert (refusal.value.status, set(refusal.value.errors)) == (422, {"name"})
    with pytest.raises(Problem) as stale:
        state.patch("C", "contacts", contact["id"], {"name": "B"}, version=9)
    assert stale.value.status == 412
    with pytest.raises(Problem) as nobody:
        state.get("C", "contacts", "0")
    assert nobody.value.status == 404


def test_what_a_method_gives_is_the_callers_own() -> None:
    state = new_state()
    contact = state.create("C", "contacts", {"name": "A", "roles": ["tenant"]})
    contact["roles"].append("owner")
    state.rows("C", "contacts")[0]["address"]["city"] = "Nowhere"
    assert state.get("C", "contacts", contact["id"])["roles"] == ["tenant"]
    assert state.get("C", "contacts", contact["id"])["address"]["city"] is None


def test_defaults_are_not_shared_between_records() -> None:
    state = new_state()
    first = state.create("C", "contacts", {"name": "A", "roles": ["tenant"]})
    state.patch("C", "contacts", first["id"], {"address": {"city": "Auckland"}})
    second = state.create("C", "contacts", {"name": "B", "roles": ["tenant"]})
    assert second["address"]["city"] is None


def test_a_company_is_added_once_and_sensibly() -> None:
    state = new_state()
    for wrong in ({"id": "C"}, {"id": "a/b"}, {"id": "D", "country": "New Zealand"}, {"id": "D", "timezone": "Mars"}):
        with pytest.raises((ValueError, KeyError)):
            state.add_company(**{"name": "Again", **wrong})


def test_the_connection_details_name_the_api_the_key_and_the_company() -> None:
    assert connection_details(new_state(), "http://127.0.0.1:1") == {
        "url": "http://127.0.0.1:1/api/v1",
        "api_key": "key",
        "company": "C",
        "web_url": "http://127.0.0.1:1",
    }
    with pytest.raises(ValueError, match="add a company"):
        connection_details(ReleasedState(lambda: START, "key", numbered_ids()), "http://127.0.0.1:1")


def seeded(number: int) -> ReleasedState:
    state = new_state()
    seed(state, "C", number, 150)
    return state


def test_made_up_data_has_every_kind_and_status() -> None:
    state = seeded(7)
    invoices = Counter((row["kind"], row["status"]) for row in state.rows("C", "invoices"))
    for kind in ("income", "expense"):
        assert {status for each, status in invoices if each == kind} == {"draft", "approved", "paid", "voided"}
    roles = {tuple(row["roles"]) for row in state.rows("C", "contacts")}
    assert {("tenant",), ("owner",), ("supplier",), ("tenant", "supplier")} <= roles
    payments = {(row["kind"], row["status"]) for row in state.rows("C", "payments")}
    assert {("receipt", "active"), ("paid", "active")} <= payments
    assert {row["kind"] for row in state.rows("C", "accounts")} == {"sales", "purchase"}
    options = state.rows("C", "tracking-options")
    assert len({row["propertyId"] for row in options}) == len(options) >= 2
    assert state.count("C", "credit-notes") and state.count("C", "attachments")
    assert any(row["archived"] for row in state.rows("C", "contacts"))


def test_made_up_data_is_the_same_for_the_same_seed() -> None:
    one, same, other = ([row["total"] for row in seeded(number).rows("C", "invoices")] for number in (7, 7, 8))
    assert one == same != other


def test_amount_paid_is_the_sum_of_what_counts() -> None:
    state = seeded(3)
    paid: Counter[str] = Counter()
    sources = [row for row in state.rows("C", "payments") if row["status"] == "active"]
    for row in sources + state.rows("C", "credit-notes"):
        for allocation in row["allocations"]:
            paid[allocation["invoiceId"]] += Decimal(allocation["amount"])
    for invoice in state.rows("C", "invoices"):
        assert Decimal(invoice["amountPaid"]) == paid[invoice["id"]]
        assert Decimal(invoice["balance"]) == Decimal(invoice["total"]) - paid[invoice["id"]]
        assert (invoice["status"] == "paid") == (paid[invoice["id"]] > 0 and invoice["balance"] == "0.00")


@edge
def test_a_late_page_of_many_records_costs_no_more_than_an_early_one() -> None:
    """Generous bounds: a scan or a sort of everything per page would take a hundred times as long."""
    state = new_state()
    made = [state.create("C", "tracking-options", {"name": str(number)}) for number in range(30_000)]
    since = made[-1000]["modifiedAt"]

    def page(**query: str) -> None:
        path = "/api/v1/companies/C/tracking-options"
        assert state.handle(Request("GET", path, query, {"x-api-key": "key"})).status == 200

    started = time.perf_counter()
    for _ in range(200):
        page(pageSize="10", page="2900")
        page(pageSize="10", modifiedSince=since, page="100")
        state.patch("C", "tracking-options", made[0]["id"], {"externalId": "1"})
    assert time.perf_counter() - started < 2
