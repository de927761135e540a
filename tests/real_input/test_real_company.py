"""A real company's tables and replies are read, refused with a reason, adopted or brought in; never doubled."""

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.adapters.quickbooks.wire import decipher
from bot.core.content import content_hash
from bot.core.faults import explain, planned
from bot.core.model import Outcome, RecordType
from bot.core.runs import Flag
from bot.core.spec import Facts, Lookup, Problem
from bot.records import BY_ENTITY
from bot.store import companies
from bot.sync.reading import normalise
from tests.real_input.tables import DATA, bodies
from tests.sync.world import COMPANY

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the data of real companies is not on this machine")

ENTITIES = ("Customer", "Vendor", "Account", "Item", "Invoice", "Bill", "Payment", "BillPayment")
REPLIES = {
    "account_response.json": "Account",
    "bill_payment_response.json": "BillPayment",
    "bill_response.json": "Bill",
    "class_response.json": "Class",
    "class_response_with_inactive_values.json": "Class",
    "items_response.json": "Item",
    "items_response_with_category.json": "Item",
    "items_response_with_inactive_values.json": "Item",
    "tax_code_response.json": "TaxCode",
    "tax_code_response_with_inactive_values.json": "TaxCode",
    "vendor_response.json": "Vendor",
}
FACTS = Facts(COMPANY, date(2010, 1, 1), "USD", "USD", country="US")
KNOWN_REASONS = {
    *("incomplete-record", "not-imported", "before-sync-from", "paid-before-sync-from", "voided-elsewhere"),
    *("line-without-account", "bundle-line"),
}


def read(entity: str, body: dict[str, Any]) -> str:
    """The way of one body through the record type; "taken", or the code of the reason why not."""
    spec = BY_ENTITY[entity]
    heard = normalise.quickbooks(entity, body)
    assert heard.record.id == body["Id"] and content_hash(heard.content) == content_hash(heard.content)
    pairs = {key: f"r-{key[1]}" for key in normalise.external_references(spec, entity, body)}
    lookup = Lookup(released=pairs)
    try:
        spec.check_external(entity, body, FACTS, lookup)
        came_in = spec.to_released(entity, body, lookup, FACTS)
    except Problem as problem:
        assert problem.code in KNOWN_REASONS
        assert problem.code == "not-imported" or explain(planned(problem.code), problem.context).what
        return problem.code
    assert json.dumps(came_in, default=str)
    return "taken"


def through_the_wire(entity: str, body: dict[str, Any]) -> dict[str, Any]:
    """As the adapter would hand it over."""
    written = json.dumps({entity: body, "time": "2026-10-20T09:00:00-07:00"}, default=float).encode()
    deciphered: dict[str, Any] = decipher(200, {"content-type": "application/json"}, written)[entity]
    return deciphered


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_row_is_taken_or_refused_with_a_known_reason(entity: str) -> None:
    outcomes = Counter(read(entity, through_the_wire(entity, body)) for body in bodies(entity))
    assert sum(outcomes.values()) == len(bodies(entity)) > 0
    if entity in ("Customer", "Vendor"):
        assert outcomes["taken"] == len(bodies(entity))


def test_of_the_documents_the_complete_ones_are_taken_and_no_other() -> None:
    taken = {
        (entity, body["Id"])
        for entity in ("Invoice", "Bill")
        for body in bodies(entity)
        if read(entity, body) == "taken"
    }
    assert taken == {("Invoice", "40114"), ("Invoice", "40115"), ("Invoice", "40116"), ("Bill", "5001")}


@pytest.mark.parametrize(("name", "entity"), REPLIES.items())
def test_every_reply_is_taken_or_refused_with_a_known_reason(name: str, entity: str) -> None:
    value = json.loads((DATA / "quickbooks_replies" / name).read_text(), parse_float=Decimal)
    for body in value if isinstance(value, list) else [value]:
        read(entity, through_the_wire(entity, body))


@pytest.mark.parametrize("name", ["company_info.json", "preference_response.json", "tax_rate_get_by_id.json"])
def test_replies_about_the_company_come_through_the_adapter_whole(name: str) -> None:
    value = json.loads((DATA / "quickbooks_replies" / name).read_text(), parse_float=Decimal)
    assert through_the_wire("Reply", value) == json.loads(json.dumps(value, default=float), parse_float=Decimal)


@pytest.fixture
def existing(make_world: Any) -> Any:
    """QuickBooks holds the complete records of the real company; Re-Leased nothing yet."""
    world = make_world(country="US", currency="USD")
    with world.app.database.write() as connection:
        companies.change(connection, COMPANY, sync_from="2010-01-01")
    world.loaded = _load(world)
    return world


def _load(world: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """What is complete, each id once; the parties that documents name though the tables lack them are restored."""
    loaded: dict[tuple[str, str], dict[str, Any]] = {}
    taken = {body["DisplayName"] for name in ("Customer", "Vendor") for body in world.books.entity(name).values()}
    for entity in ("Account", "Customer", "Vendor", "Item"):
        for body in bodies(entity):
            own = {**body, "Id": f"9{int(body['Id']):06}"}
            name = own.get("DisplayName") or own.get("Name")
            if (entity, own["Id"]) in loaded or not own["Active"] or not name or (entity, name) in taken:
                continue
            if entity == "Item":
                own["IncomeAccountRef"] = {"value": _income(world)}
            taken.add((entity, name))
            loaded[entity, own["Id"]] = world.books.load(entity, own)
    for entity, party, named in (("Invoice", "CustomerRef", "Customer"), ("Bill", "VendorRef", "Vendor")):
        for body in bodies(entity):
            if read(entity, body) != "taken":
                continue
            party_id = f"8{int(body[party]['value']):06}"
            if (named, party_id) not in loaded:
                restored = {"Id": party_id, "SyncToken": "0", "DisplayName": f"{named} {party_id}", "Active": True}
                loaded[named, party_id] = world.books.load(named, restored)
            own = _with_own_ids({**body, "Id": f"7{int(body['Id']):06}", party: {"value": party_id}})
            loaded[entity, own["Id"]] = world.books.load(entity, own)
    return loaded


def _income(world: Any) -> str:
    return next(row["Id"] for row in world.books.entity("Account").values() if row["AccountType"] == "Income")


def _with_own_ids(body: dict[str, Any]) -> dict[str, Any]:
    for line in body["Line"]:
        detail = line[line["DetailType"]]
        if "ItemRef" in detail:
            detail["ItemRef"] = {"value": f"9{int(detail['ItemRef']['value']):06}"}
    return body


def _make_released_half(world: Any) -> Counter[str]:
    """Re-Leased knows every second name and the numbered invoice, as a person would have entered them."""
    made: Counter[str] = Counter()
    ids: dict[tuple[str, str], str] = {}
    (numbered,) = (key for key, body in world.loaded.items() if key[0] == "Invoice" and body.get("DocNumber"))
    invoice = world.loaded[numbered]
    needed = set(normalise.external_references(BY_ENTITY["Invoice"], "Invoice", invoice))
    for place, (key, body) in enumerate(sorted(world.loaded.items())):
        if key[0] in ("Customer", "Vendor") and (place % 2 == 0 or key in needed):
            role = "tenant" if key[0] == "Customer" else "supplier"
            contact = {"name": body["DisplayName"], "roles": [role], "currency": "USD"}
            ids[key] = world.released.create(COMPANY, "contacts", contact)["id"]
            made["contacts"] += 1
        elif key in needed:
            account = {"code": key[1], "name": body["FullyQualifiedName"], "kind": "sales"}
            ids[key] = world.released.create(COMPANY, "accounts", account)["id"]
    entered = BY_ENTITY["Invoice"].to_released("Invoice", invoice, Lookup(released=ids), FACTS)
    world.released.create(COMPANY, "invoices", entered)
    made["invoices"] += 1
    return made


def _count(world: Any) -> dict[str, int]:
    return {
        **{entity: len(world.books.entity(entity).values()) for entity in ENTITIES},
        **{name: len(world.released.rows(COMPANY, name)) for name in ("contacts", "accounts", "invoices", "payments")},
    }


def test_an_existing_company_is_adopted_and_brought_in_without_doubling_anything(existing: Any) -> None:
    known = _make_released_half(existing)
    before = _count(existing)
    first = existing.sync()
    assert first.could_not_run == ""
    after = _count(existing)
    assert {entity: after[entity] for entity in ENTITIES} == {entity: before[entity] for entity in ENTITIES}
    names = [(entity, body) for (entity, _), body in existing.loaded.items() if entity in ("Customer", "Vendor")]
    assert after["contacts"] == len(names)
    rows = existing.rows(type=RecordType.CONTACT)
    assert Counter(row.outcome for row in rows) == {
        Outcome.ADOPTED: known["contacts"],
        Outcome.CREATED: len(names) - known["contacts"],
    }
    incoming = {row.external_id: row for row in existing.rows(type=RecordType.INVOICE)}
    documents = {id_ for entity, id_ in existing.loaded if entity in ("Invoice", "Bill")}
    assert set(incoming) == documents
    assert Counter(row.outcome for row in incoming.values()) == {
        Outcome.ADOPTED: known["invoices"],
        Outcome.CREATED: len(documents) - known["invoices"],
    }
    assert after["invoices"] == len(documents)
    for row in incoming.values():
        invoice = existing.released.get(COMPANY, "invoices", row.released_id)
        assert Decimal(invoice["total"]) == existing.loaded[row.entity, row.external_id]["TotalAmt"]


def test_the_second_sync_of_an_existing_company_has_nothing_to_do(existing: Any) -> None:
    _make_released_half(existing)
    existing.sync()
    with existing.nothing_written():
        second = existing.sync()
    assert second.counts.created == second.counts.updated == second.counts.adopted == 0
    assert (second.flag, second.failures) == (Flag.BLUE, [])
