"""Writing: idempotency keys, versions, what a body may hold, and text that must come back as it went."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import requests

from bot.sandbox.http.knobs import Knobs
from bot.sandbox.http.serving import ServerThread
from bot.sandbox.released import ReleasedState, app, connection_details, numbered_ids
from tests.patience import PATIENCE_S

HOSTILE = [
    "<!channel> <@U123> & <script>alert(1)</script>",
    "🏠 Flat 3 👩‍👩‍👧 — naïve Ω",
    "دفع الإيجار \u202eabc\u202c",
    "x" * 400,
    "é" * 500,
    " leading, trailing ",
    "tab\tnew\nline \\ \" ' {{ 7 * 7 }}",
    "\u2028\ufeff\u200d",
]


def tenant(**more) -> dict:
    return {"name": "Aroha Ngata", "roles": ["tenant"], **more}


def test_a_post_without_idempotency_key_is_refused(api, refused) -> None:
    assert set(refused(api.call("POST", api.path("contacts"), json=tenant()), 422)) == {"Idempotency-Key"}
    assert api.page("contacts").json()["totalCount"] == 0


def test_the_same_key_gives_the_same_record_whatever_the_body(api) -> None:
    first = api.post("contacts", tenant(), key="once")
    assert first.status_code == 201
    for body in (tenant(name="Another"), {}, [], {"unknown": 1}):
        again = api.post("contacts", body, key="once")
        assert (again.status_code, again.json()) == (201, first.json())
    rubbish = api.call("POST", api.path("contacts"), data=b"{rubbish", headers={"Idempotency-Key": "once"})
    assert rubbish.json() == first.json()
    assert api.page("contacts").json()["totalCount"] == 1


def test_the_same_key_gives_the_record_as_it_is_today(api) -> None:
    made = api.post("contacts", tenant(), key="once").json()
    changed = api.change("contacts", made, phone="1")
    assert api.post("contacts", tenant(), key="once").json() == changed


def test_a_key_counts_per_company_and_collection(site, api) -> None:
    made = api.post("contacts", tenant(), key="once").json()
    account = api.post("accounts", {"name": "Rent", "kind": "sales"}, key="once").json()
    site.state.add_company(id=f"{api.company}-other", name="Other")
    other = api.call(
        "POST", f"/companies/{api.company}-other/contacts", json=tenant(), headers={"Idempotency-Key": "once"}
    ).json()
    assert len({made["id"], account["id"], other["id"]}) == 3


def test_a_refused_post_does_not_use_its_key_up(api, refused) -> None:
    refused(api.post("contacts", tenant(name=""), key="once"), 422)
    assert api.post("contacts", tenant(), key="once").json()["name"] == "Aroha Ngata"


def test_a_key_has_a_length(api, refused) -> None:
    refused(api.post("contacts", tenant(), key="k" * 256), 422)


def test_one_key_sent_many_times_at_once_makes_one_record() -> None:
    """The slow id source keeps a POST under way while the others arrive."""
    number = numbered_ids()

    def slow_id() -> str:
        time.sleep(0.02)
        return number()

    state = ReleasedState(lambda: datetime.now(UTC), "key", slow_id)
    state.add_company(id="C", name="C")
    with ServerThread(app(state, Knobs())) as server:
        url = f"{connection_details(state, server.url)['url']}/companies/C/contacts"

        def post(each: int) -> requests.Response:
            headers = {"X-Api-Key": "key", "Idempotency-Key": "once"}
            return requests.post(url, json=tenant(name=f"Contact {each}"), headers=headers, timeout=PATIENCE_S)

        with ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(post, range(24)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert state.count("C", "contacts") == 1


def test_a_post_whose_answer_was_lost_is_found_again_by_its_key(site, api) -> None:
    cut = {"match": {"method": "POST", "path": api.company}, "effect": {"kind": "drop_after"}}
    requests.post(f"{site.url}/_control/faults", json=cut, timeout=PATIENCE_S)
    with pytest.raises(requests.ConnectionError):
        api.post("contacts", tenant(), key="once")
    again = api.post("contacts", tenant(), key="once")
    assert (again.status_code, again.json()["version"]) == (201, 1)
    assert api.page("contacts").json()["totalCount"] == 1


def test_one_version_patched_many_times_at_once_changes_once(api) -> None:
    contact = api.create("contacts", **tenant())

    def patch(number: int) -> int:
        headers = {"X-Api-Key": api.key, "If-Match": "1"}
        url = f"{api.url}{api.path('contacts', contact['id'])}"
        return requests.patch(url, json={"phone": str(number)}, headers=headers, timeout=PATIENCE_S).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(patch, range(16)))
    assert statuses == [200] + [412] * 15
    assert api.read("contacts", contact)["version"] == 2


def test_a_patch_says_which_version_it_changes(api, refused) -> None:
    contact = api.create("contacts", **tenant())
    path = api.path("contacts", contact["id"])
    assert set(refused(api.call("PATCH", path, json={"phone": "1"}), 428)) == {"If-Match"}
    for stale in ("0", "2", '"9"'):
        refused(api.call("PATCH", path, json={"phone": "1"}, headers={"If-Match": stale}), 412)
    refused(api.call("PATCH", path, data=b"{rubbish", headers={"If-Match": "7"}), 412)
    for nonsense in ("*", "one", "1.0"):
        refused(api.call("PATCH", path, json={"phone": "1"}, headers={"If-Match": nonsense}), 422)
    assert api.read("contacts", contact) == contact
    assert api.call("PATCH", path, json={"phone": "1"}, headers={"If-Match": '"1"'}).json()["version"] == 2


def test_a_patch_of_no_record_is_404_before_all_else(api, refused) -> None:
    refused(api.call("PATCH", api.path("contacts", "0"), json={"phone": "1"}), 404)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'"text"', b"[]", b"3", b"null", b"[" * 100_000, '{"a":1}'.encode("utf-16")]
)
def test_a_body_is_a_json_object_in_utf_8(api, refused, body) -> None:
    answer = api.call("POST", api.path("contacts"), data=body, headers={"Idempotency-Key": "a"})
    assert refused(answer, 422)


def test_an_unknown_field_is_refused(api, refused) -> None:
    errors = refused(api.post("contacts", tenant(nickname="A", address={"street": "x"})), 422)
    assert set(errors) == {"nickname", "address.street"}
    refused(api.post("contacts", {**tenant(), "\ud800": 1}), 422)


@pytest.mark.parametrize("name", ["id", "version", "createdAt", "modifiedAt"])
def test_what_re_leased_assigns_cannot_be_written(api, refused, name) -> None:
    contact = api.create("contacts", **tenant())
    assert set(refused(api.patch("contacts", contact, {name: contact[name]}), 422)) == {name}
    assert set(refused(api.post("contacts", tenant(**{name: contact[name]})), 422)) == {name}


def test_required_fields_are_required_and_never_null(api, refused) -> None:
    assert set(refused(api.post("contacts", {}), 422)) == {"name", "roles"}
    assert set(refused(api.post("contacts", {"name": None, "roles": None}), 422)) == {"name", "roles"}
    assert set(refused(api.post("invoices", {}), 422)) == {"kind", "contactId", "issueDate", "amountsAre", "lines"}
    assert set(refused(api.post("payments", {}), 422)) == {"kind", "contactId", "date", "amount"}
    expected = {"ownerType", "ownerId", "fileName", "contentType", "size", "sha256"}
    assert set(refused(api.post("attachments", {}), 422)) == expected


@pytest.mark.parametrize(
    ("collection", "body", "wrong"),
    [
        ("contacts", tenant(name=7), "name"),
        ("contacts", tenant(name="x" * 1001), "name"),
        ("contacts", tenant(name="  "), "name"),
        ("contacts", tenant(name="nul\0"), "name"),
        ("contacts", tenant(name="half \ud83d"), "name"),
        ("contacts", tenant(roles=[]), "roles"),
        ("contacts", tenant(roles="tenant"), "roles"),
        ("contacts", tenant(roles=["tenant", "tenant"]), "roles"),
        ("contacts", tenant(roles=["landlord"]), "roles[0]"),
        ("contacts", tenant(archived="no"), "archived"),
        ("contacts", tenant(archived=0), "archived"),
        ("contacts", tenant(currency="nzd"), "currency"),
        ("contacts", tenant(currency="NZDX"), "currency"),
        ("contacts", tenant(address="1 Queen Street"), "address"),
        ("contacts", tenant(address={"city": 1}), "address.city"),
        ("contacts", tenant(externalId=12), "externalId"),
        ("accounts", {"name": "Rent", "kind": "income"}, "kind"),
        ("tax-types", {"name": "GST", "rate": 15}, "rate"),
        ("tax-types", {"name": "GST", "rate": "15%"}, "rate"),
        ("tax-types", {"name": "GST", "rate": "101"}, "rate"),
        ("tax-types", {"name": "GST", "rate": "1e1"}, "rate"),
        ("tracking-options", {"name": "1 Queen Street", "propertyId": 1}, "propertyId"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_name(api, refused, collection, body, wrong) -> None:
    assert set(refused(api.post(collection, body), 422)) == {wrong}


def test_all_that_is_wrong_is_said_at_once(api, refused) -> None:
    errors = refused(api.post("contacts", {"name": 1, "roles": ["x", "tenant", 3], "colour": "red"}), 422)
    assert set(errors) == {"name", "roles[0]", "roles[2]", "colour"}


@pytest.mark.parametrize("text", HOSTILE)
def test_text_comes_back_as_it_went(api, text) -> None:
    contact = api.create("contacts", **tenant(name=text, address={"line1": text}))
    assert api.read("contacts", contact)["name"] == text
    assert api.page("contacts").json()["data"][0]["address"]["line1"] == text
    assert api.change("contacts", contact, email=text)["email"] == text


def test_a_patch_changes_only_what_it_names(api) -> None:
    contact = api.create("contacts", **tenant(email="a@example.com", address={"city": "Auckland"}))
    changed = api.change("contacts", contact, email=None, archived=True)
    moving = {"version", "modifiedAt", "email", "archived"}
    assert {name for name in contact if contact[name] != changed[name]} == moving
    assert (changed["email"], changed["archived"], changed["version"]) == (None, True, 2)
    assert api.change("contacts", changed, archived=False)["archived"] is False


def test_an_address_is_replaced_as_a_whole_and_always_complete(api) -> None:
    contact = api.create("contacts", **tenant())
    empty = dict.fromkeys(("line1", "line2", "city", "region", "postalCode", "country"))
    assert contact["address"] == empty
    contact = api.change("contacts", contact, address={"city": "Auckland", "line1": "1 Queen Street"})
    contact = api.change("contacts", contact, address={"city": "Wellington"})
    assert contact["address"] == {**empty, "city": "Wellington"}
    assert api.change("contacts", contact, address=None)["address"] == empty


def test_a_patch_that_names_nothing_is_refused(api, refused) -> None:
    refused(api.patch("contacts", api.create("contacts", **tenant()), {}), 422)


def test_currency_is_the_companys_unless_said(api) -> None:
    assert api.create("contacts", **tenant())["currency"] == "NZD"
    assert api.create("contacts", **tenant(currency="AUD"))["currency"] == "AUD"


@pytest.mark.parametrize(
    ("collection", "body", "change"),
    [
        ("accounts", {"name": "Rent", "kind": "sales", "code": "200"}, {"name": "Rents", "archived": True}),
        ("tax-types", {"name": "GST", "rate": "15.00"}, {"rate": "12.5"}),
        ("tracking-options", {"name": "1 Queen Street", "propertyId": "P1"}, {"propertyId": None}),
    ],
)
def test_the_incoming_sync_writes_accounts_tax_types_and_tracking_options(api, collection, body, change) -> None:
    record = api.create(collection, **body, externalId="12")
    assert record == {**record, **body, "externalId": "12", "archived": False, "version": 1}
    changed = api.change(collection, record, **change)
    assert changed == {**record, **change, "version": 2, "modifiedAt": changed["modifiedAt"]}
