"""Who may call, which paths there are, and the limit on calls."""

import pytest
import requests

from tests.patience import PATIENCE_S

COLLECTIONS = (
    "contacts",
    "accounts",
    "tax-types",
    "tracking-options",
    "invoices",
    "credit-notes",
    "payments",
    "attachments",
)


@pytest.mark.parametrize("key", ["", "wrong", "the-key-of-the-tests ü"])
def test_a_wrong_key_is_refused_on_every_path(api, refused, key) -> None:
    for path in ("/companies", api.path("contacts"), "/no/such/path"):
        refused(api.call("GET", path, headers={"X-Api-Key": key.encode()}), 401)


def test_a_missing_key_is_refused(api, refused) -> None:
    refused(requests.get(f"{api.url}/companies", timeout=PATIENCE_S), 401)


def test_companies_say_what_an_engine_must_know(api) -> None:
    companies = {company["id"]: company for company in api.call("GET", "/companies").json()["data"]}
    company = companies[api.company]
    assert company["country"] == "NZ"
    assert company["timezone"] == "Pacific/Auckland"
    assert company["currency"] == "NZD"
    assert company["syncFrom"] == "2026-04-01"
    assert company["builtInSync"] is False
    assert {"version", "createdAt", "modifiedAt", "externalId", "name"} <= set(company)


def test_a_company_without_access_is_403_and_not_listed(site, api, refused) -> None:
    site.state.add_company(id=f"{api.company}-closed", name="Closed", open_to_key=False)
    refused(api.call("GET", f"/companies/{api.company}-closed/contacts"), 403)
    listed = {company["id"] for company in api.call("GET", "/companies").json()["data"]}
    assert api.company in listed
    assert f"{api.company}-closed" not in listed


def test_an_unknown_company_collection_record_or_path_is_404(api, refused) -> None:
    for path in (
        "/companies/nobody/contacts",
        api.path("properties"),
        api.path("contacts", "0"),
        api.path("contacts", "0", "content"),
        api.path("attachments", "0", "content"),
        f"/companies/{api.company}",
        "/nothing",
        "/",
    ):
        refused(api.call("GET", path), 404)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_collection_can_be_listed(api, collection) -> None:
    expected = {"data": [], "page": 1, "pageSize": 200, "totalPages": 0, "totalCount": 0}
    assert api.page(collection).json() == expected


def test_nothing_is_ever_deleted(api, books, refused) -> None:
    answer = api.call("DELETE", api.path("contacts", books.contact["id"]))
    refused(answer, 405)
    assert answer.headers["allow"] == "GET, PATCH"
    assert api.read("contacts", books.contact) == books.contact


def test_a_record_of_another_company_is_404(site, api, books, refused) -> None:
    site.state.add_company(id=f"{api.company}-other", name="Other")
    refused(api.call("GET", f"/companies/{api.company}-other/contacts/{books.contact['id']}"), 404)


def test_past_the_limit_calls_get_429_and_the_seconds_to_wait(site, api, refused) -> None:
    settings = f"{site.url}/_control/settings"
    assert requests.put(settings, json={"callsPerMinute": 0}, timeout=PATIENCE_S).json()["callsPerMinute"] == 0
    try:
        answer = api.call("GET", "/companies")
        refused(answer, 429)
        assert 1 <= int(answer.headers["retry-after"]) <= 60
    finally:
        requests.put(settings, json={"callsPerMinute": None}, timeout=PATIENCE_S)
    assert api.call("GET", "/companies").status_code == 200


def test_the_controls_count_calls_and_log_writes(site, api, books) -> None:
    requests.delete(f"{site.url}/_control/counters", timeout=PATIENCE_S)
    requests.delete(f"{site.url}/_control/writes", timeout=PATIENCE_S)
    invoice = books.invoice()
    payment = api.create("payments", **books.payment(invoice, "115.00"))
    api.page("invoices")
    counters = requests.get(f"{site.url}/_control/counters", timeout=PATIENCE_S).json()
    assert counters["calls"] == {"POST invoices": 1, "POST payments": 1, "GET invoices": 1}
    assert counters["answers"] == {"201": 2, "200": 1}
    writes = requests.get(f"{site.url}/_control/writes", timeout=PATIENCE_S).json()["writes"]
    assert [(write["deed"], write["id"], write["version"]) for write in writes] == [
        ("create", invoice["id"], 1),
        ("create", payment["id"], 1),
        ("settle", invoice["id"], 2),
    ]


def test_the_controls_set_access_and_built_in_sync(site, api, refused) -> None:
    settings = f"{site.url}/_control/settings"
    switches = {"companies": {api.company: {"access": False, "builtInSync": True}}}
    answer = requests.put(settings, json=switches, timeout=PATIENCE_S).json()
    shown = {"access": False, "builtInSync": True, "unreadable": {}, "lacks": {}}
    assert answer["companies"][api.company] == shown
    refused(api.page("contacts"), 403)
    assert site.state.company(api.company)["builtInSync"] is True


@pytest.mark.parametrize("status", [403, 500])
def test_a_collection_that_a_control_breaks_is_not_read_until_it_is_mended(site, api, refused, books, status) -> None:
    settings, invoice = f"{site.url}/_control/settings", books.invoice()
    for broken in ({"invoices": status}, {}):
        switches = {"companies": {api.company: {"unreadable": broken}}}
        answer = requests.put(settings, json=switches, timeout=PATIENCE_S).json()
        assert answer["companies"][api.company]["unreadable"] == broken
        if broken:
            refused(api.page("invoices"), status)
            refused(api.call("GET", api.path("invoices", invoice["id"])), status)
            assert api.page("contacts").status_code == 200
    assert api.page("invoices").status_code == 200


@pytest.mark.parametrize(
    "settings",
    [
        [],
        {"colour": 1},
        {"callsPerMinute": "9"},
        {"companies": {"nobody": {}}},
        {"companies": 3},
        {"companies": {"first": 3}},
        {"companies": {"first": {"unreadable": {"rents": 500}}}},
        {"companies": {"first": {"unreadable": {"invoices": 418}}}},
    ],
)
def test_the_controls_refuse_what_is_no_setting(site, settings) -> None:
    assert requests.put(f"{site.url}/_control/settings", json=settings, timeout=PATIENCE_S).status_code == 400


def test_a_field_that_a_real_system_may_lack_is_left_out_or_null_in_every_answer(site, api) -> None:
    settings = f"{site.url}/_control/settings"
    made = api.create("contacts", name="Kiosk Ltd", roles=["tenant"], address={"city": "Auckland"})
    lacks = {"contacts": {"phone": "absent", "taxNumber": "null", "address.city": "absent"}}
    try:
        for how in (lacks, {}):
            switches = {"companies": {api.company: {"lacks": how}}}
            answer = requests.put(settings, json=switches, timeout=PATIENCE_S).json()
            assert answer["companies"][api.company]["lacks"] == how
            (listed,) = [row for row in api.page("contacts").json()["data"] if row["id"] == made["id"]]
            for row in (listed, api.read("contacts", made)):
                assert ("phone" in row, row["taxNumber"], "city" in row["address"]) == (not how, None, not how)
        wrong = {"companies": {api.company: {"lacks": {"contacts": {"phone": "gone"}}}}}
        assert requests.put(settings, json=wrong, timeout=PATIENCE_S).status_code == 400
    finally:
        requests.put(settings, json={"companies": {api.company: {"lacks": {}}}}, timeout=PATIENCE_S)
