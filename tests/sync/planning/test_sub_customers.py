"""Sub-customers are matched with tenants by their own name or with their parent's, and never moved from under it."""

import pytest

from bot.core.model import Outcome, RecordRef, RecordType
from tests.rarely import edge
from tests.sync.world import COMPANY, Json, World

ANA = "U0ANA"


def partner_of(world: World, ours: Json) -> str | None:
    return world.now("contacts", ours)["externalId"]


def sub_customer(world: World, name: str, parent: Json, **more: object) -> Json:
    return world.customer(name, ParentRef={"value": parent["Id"]}, Job=True, **more)


@pytest.mark.parametrize("name", ["Unit 1", "unit  1 ", "Kiosk Ltd:Unit 1", "kiosk ltd : unit 1"])
def test_a_sub_customer_is_matched_with_its_parent_and_without_and_stays_under_it(paired: World, name: str) -> None:
    """An edit of the tenant goes out without moving the sub-customer, and without its parent in its own name."""
    parent = paired.customer("Kiosk Ltd")
    there = sub_customer(paired, "Unit 1", parent)
    tenant, whole = paired.contact(name), paired.contact("Kiosk Ltd")
    paired.sync_blue()
    assert [partner_of(paired, one) for one in (tenant, whole)] == [there["Id"], parent["Id"]]
    assert (paired.count("Customer"), len(paired.all("contacts"))) == (2, 2)
    paired.change("contacts", tenant, email="unit1@kiosk.example")
    paired.sync_blue()
    now = paired.books.read("Customer", there["Id"])
    assert now["PrimaryEmailAddr"] == {"Address": "unit1@kiosk.example"}
    assert (now["DisplayName"], now["FullyQualifiedName"]) == ("Unit 1", "Kiosk Ltd:Unit 1")
    assert (now["ParentRef"]["value"], now["Job"]) == (parent["Id"], True)
    assert paired.now("contacts", tenant)["name"] == name


def test_a_tenant_renamed_with_its_parent_in_its_name_renames_the_sub_customer_alone(paired: World) -> None:
    parent = paired.customer("Kiosk Ltd")
    there, tenant = sub_customer(paired, "Unit 1", parent), paired.contact("Kiosk Ltd:Unit 1")
    paired.sync_blue()
    paired.change("contacts", tenant, name="Kiosk Ltd:Unit 2")
    paired.sync_blue()
    now = paired.books.read("Customer", there["Id"])
    assert (now["DisplayName"], now["FullyQualifiedName"]) == ("Unit 2", "Kiosk Ltd:Unit 2")
    assert now["ParentRef"]["value"] == parent["Id"]
    paired.books.update("Customer", there["Id"], {"DisplayName": "Unit 3"})
    paired.sync_blue()
    assert paired.now("contacts", tenant)["name"] == "Kiosk Ltd:Unit 3"


def test_a_renamed_parent_customer_leaves_its_sub_customers_linked_and_unwritten(paired: World) -> None:
    parent = paired.customer("Kiosk Ltd")
    there = sub_customer(paired, "Unit 1", parent)
    plain, whole = paired.contact("Unit 1"), paired.contact("Kiosk Ltd")
    paired.sync_blue()
    before = paired.now("contacts", plain)
    paired.books.update("Customer", parent["Id"], {"DisplayName": "Kiosk Group"})
    paired.sync_blue()
    assert paired.now("contacts", plain) == before and paired.now("contacts", whole)["name"] == "Kiosk Group"
    assert partner_of(paired, plain) == there["Id"] and len(paired.all("contacts")) == 2


def test_two_tenants_that_one_sub_customer_may_be_are_asked_about(paired: World) -> None:
    """Neither takes it by coming first."""
    there = sub_customer(paired, "Unit 1", paired.customer("Kiosk Ltd"))
    tenants = [paired.contact("Unit 1"), paired.contact("Kiosk Ltd:Unit 1")]
    paired.sync_red()
    assert [partner_of(paired, one) for one in tenants] == [None, None]
    assert {paired.row(one["id"]).code for one in tenants} == {"ambiguous-match"}
    assert paired.count("Customer") == 2
    one = RecordRef(RecordType.CONTACT, tenants[1]["id"])
    paired.app.desk.matching.link_to(COMPANY, one, "Customer", there["Id"], ANA)
    paired.sync_red()
    assert partner_of(paired, tenants[1]) == there["Id"] and paired.count("Customer") == 2
    assert paired.row(tenants[0]["id"]).code == "6240", "QuickBooks has the name already: a person names it apart"


@edge
def test_a_customer_whose_name_only_looks_like_that_of_a_sub_customer_is_another_one(paired: World) -> None:
    there = sub_customer(paired, "Unit 1", paired.customer("Kiosk Ltd"))
    other = paired.customer("Unit 1.")
    tenants = [paired.contact("Unit 1."), paired.contact("Unit 1")]
    paired.sync_blue()
    assert [partner_of(paired, one) for one in tenants] == [other["Id"], there["Id"]]
    assert paired.count("Customer") == 3


def test_a_colon_that_names_no_parent_is_said_and_what_needs_it_waits(paired: World) -> None:
    paired.customer("Kiosk Ltd")
    tenant = paired.contact("Unit 3: Kiosk Ltd")
    paired.invoice(tenant, "INV-1")
    paired.sync_red()
    row, waiting = paired.row(tenant["id"]), paired.row("INV-1")
    assert (row.outcome, row.code) == (Outcome.FAILED, "name-forbidden-characters")
    assert (waiting.outcome, waiting.cause) == (Outcome.WAITING, row.ref) and paired.count("Customer") == 1
