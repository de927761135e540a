"""A contact whose name is taken in QuickBooks goes out by a name that a person chose; in Re-Leased it keeps its own."""

import pytest

from bot.core.faults import UserError
from bot.core.model import Outcome, RecordRef, RecordType
from bot.core.naming import suffix_of
from tests.rarely import edge, rarely
from tests.sync.world import COMPANY, Json, World, contact_ref
from tests.sync.writing.test_exactly_once import LOST_AFTER, leave_open, writes_of

ANA, BEN = "U0ANA", "U0BEN"


def refused(world: World, name: str = "Dup Name", **more: object) -> Json:
    """A tenant whose name an employee has in QuickBooks, with an invoice that waits for it."""
    world.books.create("Employee", {"DisplayName": name})
    tenant = world.contact(name, **more)
    world.invoice(tenant, "INV-1")
    world.sync_red()
    return tenant


def called(world: World, tenant: Json, entity: str = "Customer") -> str:
    return str(world.partner(entity, tenant, "contacts")["DisplayName"])


def test_the_cause_offers_a_name_with_what_tells_it_apart(paired: World) -> None:
    tenant = refused(paired, address={"city": "Wellington"})
    (cause,) = paired.causes()
    assert (cause.ref, cause.fix, cause.count) == (contact_ref(tenant), "rename", 2)
    choice = paired.app.desk.matching.name_choice(COMPANY, contact_ref(tenant))
    assert (choice.entity, choice.name, choice.holders) == ("Customer", "Dup Name", ())
    assert choice.suffixes == (" (Tenant)", " (Wellington)", " (2)")


@edge
def test_who_has_the_name_is_said_and_a_name_that_is_taken_too_is_not_proposed(paired: World) -> None:
    supplier = paired.contact("Plumb Co", "supplier")
    paired.customer("Plumb Co (Tenant)")
    paired.sync_blue()
    tenant = paired.contact("Plumb Co")
    paired.sync_red()
    choice = paired.app.desk.matching.name_choice(COMPANY, contact_ref(tenant))
    (holder,) = choice.holders
    assert (holder.entity, holder.name, holder.is_active, holder.partner) == ("Vendor", "Plumb Co", True, "Plumb Co")
    assert holder.id == paired.now("contacts", supplier)["externalId"]
    assert choice.suffixes == (" (2)",)


def test_the_chosen_name_goes_out_once_and_its_documents_follow(paired: World) -> None:
    tenant = refused(paired)
    change = paired.app.desk.matching.name_apart(
        COMPANY, contact_ref(tenant), "Tenant", ANA, "as in the lease", "C1 12.5"
    )
    assert change.names == {contact_ref(tenant): "Dup Name"}
    assert paired.row(tenant["id"]).outcome is Outcome.SKIPPED
    assert "Goes to QuickBooks as “Dup Name (Tenant)”" in paired.row(tenant["id"]).details
    finished = paired.sync_blue()
    assert finished.counts.created == 2 and called(paired, tenant) == "Dup Name (Tenant)"
    assert "customer Dup Name (Tenant)" in paired.row(tenant["id"]).details
    assert paired.now("contacts", tenant)["name"] == "Dup Name"
    entry = next(one for one in paired.app.desk.team.audit(COMPANY, 5) if one.what == "rename")
    assert (entry.by, entry.before, entry.after) == (ANA, "Dup Name", "Dup Name (Tenant)")
    assert (entry.note, entry.source) == ("as in the lease", "C1 12.5")


@edge
def test_the_next_planning_keeps_it_and_sees_no_difference(paired: World) -> None:
    tenant = refused(paired)
    paired.app.desk.matching.name_apart(COMPANY, contact_ref(tenant), "Tenant", ANA)
    paired.sync_blue()
    with paired.nothing_written():
        paired.sync_blue()
    paired.change("contacts", tenant, phone="04 123")
    paired.sync_blue()
    assert called(paired, tenant) == "Dup Name (Tenant)"
    customer = paired.partner("Customer", tenant, "contacts")
    paired.books.update("Customer", customer["Id"], {"PrimaryPhone": {"FreeFormNumber": "04 999"}})
    paired.sync_blue()
    ours = paired.now("contacts", tenant)
    assert (ours["name"], ours["phone"]) == ("Dup Name", "04 999")


@edge
@pytest.mark.parametrize("length", [495, *rarely(8)])
def test_a_new_name_of_either_side_crosses_without_what_was_added(paired: World, length: int) -> None:
    name = "N" * length
    tenant = refused(paired, name)
    paired.app.desk.matching.name_apart(COMPANY, contact_ref(tenant), "Tenant", ANA)
    paired.sync_blue()
    assert paired.now("contacts", tenant)["name"] == name and len(called(paired, tenant)) <= 500
    customer = paired.partner("Customer", tenant, "contacts")
    paired.books.update("Customer", customer["Id"], {"PrimaryPhone": {"FreeFormNumber": "04 999"}})
    paired.sync_blue()
    assert paired.now("contacts", tenant)["name"] == name, "what was cut off there is not cut off here"
    paired.change("contacts", tenant, name="Other Name")
    paired.sync_blue()
    assert called(paired, tenant) == "Other Name (Tenant)"
    customer = paired.partner("Customer", tenant, "contacts")
    paired.books.update("Customer", customer["Id"], {"DisplayName": "Third Name (Tenant)"})
    paired.sync_blue()
    assert paired.now("contacts", tenant)["name"] == "Third Name" and called(paired, tenant) == "Third Name (Tenant)"


@edge
def test_a_name_that_the_bookkeeper_made_plain_again_is_left_so(paired: World) -> None:
    tenant = refused(paired)
    paired.app.desk.matching.name_apart(COMPANY, contact_ref(tenant), "Tenant", ANA)
    paired.sync_blue()
    holder = paired.books.entity("Employee").find("DisplayName", "Dup Name")
    assert holder is not None
    paired.books.update("Employee", holder["Id"], {"DisplayName": "Gone Away"})
    customer = paired.partner("Customer", tenant, "contacts")
    paired.books.update("Customer", customer["Id"], {"DisplayName": "Dup Name"})
    paired.sync_blue()
    paired.change("contacts", tenant, phone="04 123")
    paired.sync_blue()
    assert called(paired, tenant) == "Dup Name" and paired.now("contacts", tenant)["name"] == "Dup Name"


@edge
def test_a_contact_of_both_roles_may_have_another_name_as_supplier(paired: World) -> None:
    paired.vendor("Plumb Co (Supplier)", Active=True)
    paired.books.create("Employee", {"DisplayName": "Plumb Two (Supplier)"})
    both = paired.contact("Plumb Two", "tenant", "supplier")
    paired.sync_red()
    choice = paired.app.desk.matching.name_choice(COMPANY, contact_ref(both))
    assert (choice.entity, choice.name) == ("Vendor", "Plumb Two (Supplier)")
    assert " (Supplier)" not in choice.suffixes
    paired.app.desk.matching.name_apart(COMPANY, contact_ref(both), "Trade", ANA)
    paired.sync_blue()
    assert called(paired, both, "Vendor") == "Plumb Two (Trade)" and called(paired, both) == "Plumb Two"
    vendor = paired.partner("Vendor", both, "contacts")
    paired.books.update("Vendor", vendor["Id"], {"PrimaryPhone": {"FreeFormNumber": "04 999"}})
    paired.sync_blue()
    assert paired.now("contacts", both)["name"] == "Plumb Two" and called(paired, both, "Vendor") == "Plumb Two (Trade)"


def test_two_contacts_of_one_name_are_both_entered_once_one_is_named_apart(paired: World) -> None:
    first, second = paired.contact("J Smith"), paired.contact("J Smith")
    (row,) = paired.sync_red().failures
    paired.app.desk.matching.name_apart(COMPANY, row.ref, "Unit 4", ANA)
    paired.sync_blue()
    assert {called(paired, one) for one in (first, second)} == {"J Smith", "J Smith (Unit 4)"}
    assert [one["name"] for one in paired.all("contacts")] == ["J Smith", "J Smith"]


@edge
def test_an_answer_that_was_lost_does_not_enter_it_twice(paired: World) -> None:
    """It is found again by the name that it was sent under."""
    tenant = refused(paired)
    paired.app.desk.matching.name_apart(COMPANY, contact_ref(tenant), "Tenant", ANA)
    leave_open(paired, LOST_AFTER, "Dup Name")
    paired.clock.advance(hours=2)
    seen = writes_of(paired)
    paired.sync_blue()
    assert not [request for request in seen if b"DisplayName" in request.body]
    names = [row["DisplayName"] for row in paired.books.entity("Customer").values()]
    assert names == ["Dup Name (Tenant)"] and len(paired.all("contacts")) == 1


@edge
def test_what_came_into_being_there_under_that_name_is_taken_for_it(paired: World) -> None:
    tenant = refused(paired)
    paired.app.desk.matching.name_apart(COMPANY, contact_ref(tenant), "Tenant", ANA)
    there = paired.customer("Dup Name (Tenant)")
    paired.plan()
    alone = RecordRef.in_quickbooks(RecordType.CONTACT, "Customer", there["Id"])
    assert [one.id for one in paired.app.desk.matching.suggestions(COMPANY, alone)] == [tenant["id"]]
    paired.sync_blue()
    assert paired.now("contacts", tenant)["externalId"] == there["Id"] and len(paired.all("contacts")) == 1


@edge
def test_a_name_is_undone_until_a_sync_has_used_it(paired: World) -> None:
    tenant, desk = refused(paired), paired.app.desk
    desk.undo.take_back(desk.matching.name_apart(COMPANY, contact_ref(tenant), "Tenant", ANA).undo_token, BEN)
    paired.sync_red()
    assert paired.row(tenant["id"]).code == "6240"
    token = desk.matching.name_apart(COMPANY, contact_ref(tenant), "Owner", ANA).undo_token
    paired.sync_blue()
    with pytest.raises(UserError, match="A sync has worked with this since"):
        desk.undo.take_back(token, BEN)


@edge
def test_a_name_that_is_refused_as_well_is_a_new_question(paired: World) -> None:
    paired.books.create("Employee", {"DisplayName": "Dup Name (Tenant)"})
    tenant, desk = refused(paired), paired.app.desk
    desk.matching.name_apart(COMPANY, contact_ref(tenant), "Tenant", ANA)
    paired.sync_red()
    assert "“" not in paired.row(tenant["id"]).details
    assert paired.row(tenant["id"]).details == "The name Dup Name (Tenant) is already taken in QuickBooks"
    with pytest.raises(UserError, match="refused “Dup Name \\(Tenant\\)” already"):
        desk.matching.name_apart(COMPANY, contact_ref(tenant), "Tenant", ANA)
    desk.matching.name_apart(COMPANY, contact_ref(tenant), "2", ANA)
    paired.sync_blue()
    assert called(paired, tenant) == "Dup Name (2)"


@edge
def test_nothing_is_named_that_is_not_held_up_by_its_name(paired: World) -> None:
    tenant = refused(paired)
    paired.customer("Dup Name (Wellington)")
    paired.sync()
    with pytest.raises(UserError, match="is taken in QuickBooks as well"):
        paired.app.desk.matching.name_apart(COMPANY, contact_ref(tenant), "Wellington", ANA)
    paired.change("contacts", tenant, name="Free Name")
    paired.sync_blue()
    for ref in (contact_ref(tenant), RecordRef(RecordType.CONTACT, "nobody")):
        with pytest.raises(UserError, match="not held up by its name"):
            paired.app.desk.matching.name_apart(COMPANY, ref, "Tenant", ANA)


@pytest.mark.parametrize("text", ["", "  ", "()", "a: b", "x" * 41, "(a) (b)"])
def test_what_quickbooks_would_not_take_is_refused_at_once(text: str) -> None:
    with pytest.raises(UserError):
        suffix_of(text)


def test_brackets_and_spaces_around_it_do_not_matter() -> None:
    assert {suffix_of(text) for text in ("Unit 4", " (Unit  4) ", "(Unit 4")} == {" (Unit 4)"}
