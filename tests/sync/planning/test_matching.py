"""Adopt before create, who wins a conflict, and a sync that has nothing to do."""

from collections.abc import Callable

import pytest

from bot.adapters.quickbooks import wire
from bot.core.model import Outcome
from bot.sandbox.quickbooks.reading import cdc
from tests.rarely import edge
from tests.sync.world import IDLE_CALLS, World


def test_a_contact_of_exactly_the_same_name_is_adopted(paired: World) -> None:
    customer = paired.customer("kiosk  ltd")
    tenant = paired.contact("Kiosk Ltd")
    finished = paired.sync_blue()
    assert finished.counts.adopted == 1
    assert paired.now("contacts", tenant)["externalId"] == customer["Id"]
    assert (paired.count("Customer"), len(paired.all("contacts"))) == (1, 1)
    assert paired.row("Kiosk Ltd").outcome is Outcome.ADOPTED


def test_a_contact_whose_name_differs_in_full_stops_and_commas_is_adopted(paired: World) -> None:
    customer = paired.customer("Beta Ltd")
    tenant = paired.contact("Beta,  ltd.")
    assert paired.sync_blue().counts.adopted == 1
    assert paired.now("contacts", tenant)["externalId"] == customer["Id"]
    assert (paired.count("Customer"), len(paired.all("contacts"))) == (1, 1)


@pytest.mark.parametrize(("ours", "theirs"), [("Unit 1.1 Ltd", "Unit 11 Ltd"), ("Beta & Co", "Beta + Co")])
def test_contacts_whose_names_differ_in_more_are_two(paired: World, ours: str, theirs: str) -> None:
    paired.contact(ours), paired.customer(theirs)
    paired.sync_blue()
    assert (paired.count("Customer"), len(paired.all("contacts"))) == (2, 2)


def test_a_name_alike_is_left_to_the_contact_that_has_it(paired: World) -> None:
    customer = paired.customer("Beta Ltd")
    dotted, exact = paired.contact("Beta Ltd."), paired.contact("Beta Ltd")
    paired.sync_blue()
    assert paired.now("contacts", exact)["externalId"] == customer["Id"]
    assert paired.partner("Customer", dotted, "contacts")["DisplayName"] == "Beta Ltd."


def test_adoption_on_the_first_sync_of_two_full_companies_doubles_nothing(world: World) -> None:
    world.rent(), world.repairs(), world.gst()
    tenant, supplier = world.contact("Kiosk Ltd"), world.contact("Plumb Co", "supplier")
    world.invoice(tenant, "INV-1", issueDate="2026-10-06"), world.bill(supplier, "B-1", issueDate="2026-10-06")
    invoice = world.qb_invoice(world.customer("Kiosk Ltd"), "INV-1")
    bill = world.qb_bill(world.vendor("Plumb Co"), "B-1")
    world.sync_blue()
    assert [world.named("invoices", number)["externalId"] for number in ("INV-1", "B-1")] == [invoice["Id"], bill["Id"]]
    assert [world.count(entity) for entity in ("Customer", "Vendor", "Invoice", "Bill")] == [1, 1, 1, 1]
    assert [len(world.all(name)) for name in ("contacts", "invoices")] == [2, 2]
    with world.nothing_written():
        world.sync_blue()


def test_the_stored_external_id_beats_names(paired: World) -> None:
    """As after a restored store: Re-Leased remembers the pairs."""
    customer = paired.customer("Kiosk Trading As Something Else")
    tenant = paired.contact("Kiosk Ltd", externalId=customer["Id"])
    paired.sync_blue()
    assert paired.count("Customer") == 1
    assert paired.now("contacts", tenant)["externalId"] == customer["Id"]


def test_both_stored_ids_of_a_contact_of_both_roles_are_believed(paired: World) -> None:
    customer, vendor = paired.customer("Both One"), paired.vendor("Both Two")
    both = paired.contact(
        "Both Ltd", "owner", "supplier", externalId=f"customer:{customer['Id']} vendor:{vendor['Id']}"
    )
    paired.sync_blue()
    assert (paired.count("Customer"), paired.count("Vendor"), len(paired.all("contacts"))) == (1, 1, 1)
    assert paired.now("contacts", both)["externalId"] == f"customer:{customer['Id']} vendor:{vendor['Id']}"


@edge
def test_a_lost_store_adopts_everything_again(paired: World, make_world: Callable[..., World]) -> None:
    tenant, both = paired.contact("Kiosk Ltd"), paired.contact("Both Ltd", "tenant", "supplier")
    paired.invoice(tenant, "INV-1"), paired.bill(both, "B-1")
    sent = paired.sync_blue() and paired.partner("Invoice", paired.named("invoices", "INV-1"), "invoices")
    paired.receive(sent["CustomerRef"]["value"], "15.00", (sent["Id"], "15.00"))
    paired.sync_blue()
    paired.app.close()
    for file in paired.folder.glob("store.sqlite3*"):
        file.unlink()
    paired.app = paired.new_app()
    paired.connect()
    with paired.nothing_written():
        finished = paired.sync_blue()
    assert finished.counts.adopted >= 6


def test_a_document_of_the_same_number_but_another_total_waits_for_a_person(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    customer = paired.partner("Customer", tenant, "contacts")
    paired.qb_invoice(customer, "INV-1", "77.00", TxnDate="2026-10-05")
    ours = paired.invoice(tenant, "INV-1", "100.00")
    paired.sync_red()
    row = paired.row(ours["id"])
    assert (row.outcome, row.code) == (Outcome.WAITING, "suggested-match")
    assert paired.count("Invoice") == 1 and len(paired.all("invoices")) == 1


@edge
def test_the_same_number_of_another_customer_is_another_document(paired: World) -> None:
    """Customers may be numbered alike where QuickBooks allows it."""
    paired.books.books.settings.refuse_duplicate_numbers = False
    paired.qb_invoice(paired.customer("Somebody Else"), "INV-1", TxnDate="2026-10-05")
    ours = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.sync_blue()
    assert paired.partner("Invoice", ours, "invoices")["CustomerRef"]["name"] == "Kiosk Ltd"
    assert paired.count("Invoice") == 2


@edge
def test_two_customers_of_one_e_mail_address_are_not_mixed_up(paired: World) -> None:
    mail = {"PrimaryEmailAddr": {"Address": "office@example.com"}}
    paired.customer("Aroha", **mail), paired.customer("Ben", **mail)
    paired.contact("Chloe", email="office@example.com")
    paired.sync_blue()
    assert {row["name"] for row in paired.all("contacts")} == {"Aroha", "Ben", "Chloe"}
    assert paired.count("Customer") == 3


def test_released_wins_a_contact_changed_on_both_sides_and_the_losing_value_is_kept(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd", phone="09 111")
    paired.sync_blue()
    customer = paired.partner("Customer", tenant, "contacts")
    paired.change("contacts", tenant, phone="09 222")
    paired.books.update("Customer", customer["Id"], {"PrimaryPhone": {"FreeFormNumber": "09 333"}})
    paired.sync_blue()
    assert paired.partner("Customer", tenant, "contacts")["PrimaryPhone"]["FreeFormNumber"] == "09 222"
    assert "09 333" in paired.row("Kiosk Ltd").more_detail
    with paired.nothing_written():
        paired.sync_blue()


def test_released_wins_an_unpaid_document(paired: World) -> None:
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.sync_blue()
    sent = paired.partner("Invoice", invoice, "invoices")
    paired.change("invoices", invoice, dueDate="2026-12-01")
    paired.books.update("Invoice", sent["Id"], {"DueDate": "2026-12-31"})
    paired.sync_blue()
    assert paired.partner("Invoice", invoice, "invoices")["DueDate"] == "2026-12-01"
    assert "31 Dec 2026" in paired.row("INV-1").more_detail


def test_quickbooks_wins_a_paid_document(paired: World) -> None:
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.sync_blue()
    sent = paired.partner("Invoice", invoice, "invoices")
    paired.receive(sent["CustomerRef"]["value"], "115.00", (sent["Id"], "115.00"))
    paired.sync_blue()
    paired.change("invoices", invoice, dueDate="2026-12-01")
    paired.books.update("Invoice", sent["Id"], {"DueDate": "2026-12-31"})
    paired.sync_blue()
    assert paired.now("invoices", invoice)["dueDate"] == "2026-12-31"
    assert "1 Dec 2026" in paired.row("INV-1").more_detail


def test_quickbooks_wins_archiving(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    customer = paired.partner("Customer", tenant, "contacts")
    paired.change("contacts", tenant, phone="09 222")
    paired.books.archive("Customer", customer["Id"])
    paired.sync()
    assert paired.now("contacts", tenant)["archived"]
    assert not paired.books.read("Customer", customer["Id"])["Active"]


def test_the_same_change_on_both_sides_is_no_conflict(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    paired.change("contacts", tenant, phone="09 222")
    customer = paired.partner("Customer", tenant, "contacts")
    paired.books.update("Customer", customer["Id"], {"PrimaryPhone": {"FreeFormNumber": "09 222"}})
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_an_edit_and_back_again_does_nothing(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd", phone="09 111")
    paired.sync_blue()
    paired.change("contacts", tenant, phone="09 222")
    paired.change("contacts", tenant, phone="09 111")
    with paired.nothing_written():
        paired.sync_blue()


def test_a_sync_with_nothing_to_do_writes_nothing_and_asks_little(paired: World) -> None:
    both = paired.contact("Both Ltd", "tenant", "supplier")
    paired.invoice(both, "INV-1"), paired.bill(both, "B-1")
    invoice = paired.qb_invoice(paired.customer("Aroha"), "SI-1")
    paired.receive(invoice["CustomerRef"]["value"], "15.00", (invoice["Id"], "15.00"))
    paired.sync_blue()
    with paired.nothing_written():
        finished = paired.sync_blue()
        assert finished.counts.created == finished.counts.updated == finished.counts.failed == 0
        finished = paired.sync_blue()
    calls = finished.api_calls
    assert calls.quickbooks_reads + calls.quickbooks_writes <= 2 and calls.released <= IDLE_CALLS


@edge
def test_what_only_one_side_of_an_adopted_pair_holds_is_never_erased(paired: World) -> None:
    """Neither was told by the other, so neither was emptied: unlike a field that both had."""
    theirs = {"PrimaryEmailAddr": {"Address": "theirs@example.com"}, "BillAddr": {"Line1": "1 Quay Street"}}
    customer, tenant = paired.customer("Kiosk Ltd", **theirs), paired.contact("Kiosk Ltd", phone="09 ours")
    paired.sync_blue()
    paired.change("contacts", tenant, address={"line2": "Level 3"})
    paired.sync_blue()
    now = paired.books.read("Customer", customer["Id"])
    assert now["PrimaryEmailAddr"]["Address"] == "theirs@example.com"
    paired.books.update("Customer", customer["Id"], {"PrimaryEmailAddr": {"Address": "new@example.com"}})
    paired.sync_blue()
    came = paired.now("contacts", tenant)
    assert (came["email"], came["phone"], came["address"]["line2"]) == ("new@example.com", "09 ours", "Level 3")
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_what_is_emptied_in_quickbooks_is_emptied_in_released(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd", email="kiosk@example.com", phone="09 555")
    paired.sync_blue()
    customer = paired.partner("Customer", tenant, "contacts")
    paired.books.update("Customer", customer["Id"], {"PrimaryEmailAddr": {"Address": ""}})
    paired.sync_blue()
    assert (paired.now("contacts", tenant)["email"], paired.now("contacts", tenant)["phone"]) == (None, "09 555")


@edge
def test_a_change_of_one_half_of_a_contact_of_both_roles_reaches_the_other_half(paired: World) -> None:
    both = paired.contact("Both Ltd", "tenant", "supplier", phone="09 111")
    paired.sync_blue()
    customer = paired.partner("Customer", both, "contacts")
    paired.books.update("Customer", customer["Id"], {"PrimaryPhone": {"FreeFormNumber": "09 222"}})
    paired.sync_blue()
    assert paired.now("contacts", both)["phone"] == "09 222"
    assert paired.partner("Vendor", both, "contacts")["PrimaryPhone"]["FreeFormNumber"] == "09 222"
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_a_role_added_later_gets_its_own_name(paired: World) -> None:
    both = paired.contact("Both Ltd", "tenant")
    paired.sync_blue()
    customer = paired.partner("Customer", both, "contacts")
    paired.change("contacts", both, roles=["tenant", "supplier"])
    paired.sync_blue()
    vendor = paired.partner("Vendor", both, "contacts")
    assert paired.now("contacts", both)["externalId"] == f"customer:{customer['Id']} vendor:{vendor['Id']}"
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_a_document_deleted_and_entered_again_in_quickbooks_is_the_same_document(paired: World) -> None:
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1", issueDate="2026-10-06")
    paired.sync_blue()
    sent = paired.partner("Invoice", invoice, "invoices")
    paired.books.delete("Invoice", sent["Id"])
    paired.sync_red()
    again = paired.qb_invoice({"Id": sent["CustomerRef"]["value"]}, "INV-1")
    paired.sync_blue()
    assert paired.now("invoices", invoice)["externalId"] == again["Id"]
    assert len(paired.all("invoices")) == 1
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_a_voided_document_is_not_taken_for_a_living_one_of_the_same_number(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    paired.invoice(tenant, "INV-1", issueDate="2026-10-06", status="draft")
    paired.change("invoices", paired.named("invoices", "INV-1"), status="voided")
    living = paired.qb_invoice(paired.partner("Customer", tenant, "contacts"), "INV-1")
    paired.sync_blue()
    by_status = {row["status"]: row["externalId"] for row in paired.all("invoices")}
    assert by_status == {"voided": None, "approved": living["Id"]}


@edge
def test_a_draft_that_is_in_quickbooks_already_does_not_come_in_twice(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    draft = paired.invoice(tenant, "INV-1", issueDate="2026-10-06", status="draft")
    there = paired.qb_invoice(paired.partner("Customer", tenant, "contacts"), "INV-1")
    paired.sync()
    assert len(paired.all("invoices")) == 1
    paired.change("invoices", draft, status="approved")
    paired.sync_blue()
    assert paired.now("invoices", draft)["externalId"] == there["Id"] and paired.count("Invoice") == 1


@edge
def test_two_contacts_of_one_name_get_one_customer_and_one_explanation(paired: World) -> None:
    """QuickBooks knows a name once; which of the two it is, a person decides."""
    first, second = paired.contact("J Smith"), paired.contact("J Smith")
    finished = paired.sync_red()
    assert [row.code for row in finished.failures] == ["6240"]
    assert paired.count("Customer") == 1
    assert len({paired.now("contacts", one)["externalId"] for one in (first, second)} - {None}) == 1
    loser = finished.failures[0].released_id
    paired.released.patch("harbour", "contacts", loser, {"name": "J Smith (Unit 4)"})
    paired.sync_blue()


@edge
def test_a_long_pause_reads_everything_again_and_loses_nothing(paired: World) -> None:
    """QuickBooks looks back 30 days only."""
    customer = paired.customer("Aroha")
    gone = paired.qb_invoice(customer, "SI-1")
    paired.sync_blue()
    paired.books.delete("Invoice", gone["Id"])
    paired.qb_invoice(customer, "SI-2")
    paired.clock.advance(days=45)
    paired.sync()
    assert paired.named("invoices", "SI-2")["externalId"]
    assert paired.row("SI-1").code == "deleted-in-quickbooks"


@edge
def test_more_changes_than_one_answer_holds_are_all_read(paired: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_CDC_OBJECTS", 30)
    monkeypatch.setattr(cdc, "MAX_OBJECTS", 30)
    for number in range(65):
        paired.customer(f"Customer {number}")
    paired.vendor("Norton")
    paired.sync_blue()
    assert len(paired.all("contacts")) == 66
