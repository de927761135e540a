"""Pre-flight checks over both sides: found when connecting, in a plan, at a sync, and gone when put right."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from bot.core.planning.preflight import Finding, Severity
from bot.store.mirror import look_alikes
from tests.rarely import edge
from tests.sync.world import COMPANY, World


def planned(world: World) -> dict[str, Finding]:
    finished = world.plan()
    assert finished.plan is not None, finished.could_not_run
    return {one.code: one for one in finished.plan.findings}


def stored(world: World) -> list[str]:
    return [one.code for one in world.app.desk.companies.preflight(COMPANY)]


def test_a_sound_company_has_nothing_to_say(paired: World) -> None:
    paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    assert planned(paired) == {}
    paired.sync_blue()
    assert stored(paired) == []


@edge
def test_settings_are_found_when_connecting_and_again_by_every_run(make_world: Callable[..., World]) -> None:
    world = make_world(connected=False)
    world.books.set_preference("SalesFormsPrefs", "AutoApplyCredit", True)
    world.books.set_preference("SalesFormsPrefs", "AutoApplyPayments", True)
    world.connect()
    both = ["auto-apply-credits", "auto-apply-payments"]
    assert stored(world) == both
    assert list(planned(world)) == both
    world.sync_blue()
    assert stored(world) == both
    world.books.set_preference("SalesFormsPrefs", "AutoApplyCredit", False)
    world.sync_blue()
    assert stored(world) == ["auto-apply-payments"]


def test_the_built_in_sync_is_found_when_connecting(make_world: Callable[..., World]) -> None:
    world = make_world(connected=False)
    world.released.control("PUT", "settings", {"companies": {COMPANY: {"builtInSync": True}}})
    world.connect()
    (found,) = world.app.desk.companies.preflight(COMPANY)
    assert (found.code, found.severity) == ("built-in-sync", Severity.STOPS)


@edge
def test_numbers_that_quickbooks_gives_are_found_once_there_are_documents(make_world: Callable[..., World]) -> None:
    world = make_world(options={"custom_txn_numbers": False})
    assert "numbers-from-quickbooks" not in planned(world)
    world.rent(), world.gst()
    world.invoice(world.contact("Kiosk Ltd"), "INV-1")
    assert "numbers-from-quickbooks" in planned(world)


def test_documents_in_the_closed_period_are_counted_before_anything_is_written(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    for number in (1, 2):
        paired.invoice(tenant, f"OLD-{number}", issueDate=f"2026-09-0{number}")
    paired.invoice(tenant, "NEW-1")
    paired.books.close_books(date(2026, 9, 30))
    found = planned(paired)["books-closed-over-documents"]
    assert (found.count, found.amount) == (2, Decimal("230.00"))
    assert "2 documents dated up to 2 Sep 2026" in found.what and "30 Sep 2026" in found.why
    paired.sync_red()
    assert stored(paired) == ["books-closed-over-documents"]
    paired.books.close_books(None)
    paired.sync_blue()
    assert stored(paired) == []


def test_a_rent_account_that_is_no_sales_item_is_named_with_what_it_holds_up(paired: World) -> None:
    wrong = paired.repairs()
    tenant = paired.contact("Kiosk Ltd")
    for number in range(4):
        paired.invoice(tenant, f"INV-{number}", lines=[paired.line(accountId=wrong["id"])])
    found = planned(paired)["account-without-partner"]
    assert (found.touches, found.count) == ("Repairs and Maintenance", 4)
    assert "[S]" in found.why and "INV-0, INV-1, INV-2 …" in found.why


def test_a_tax_type_without_a_partner_is_named(paired: World) -> None:
    gone = paired.create("tax-types", name="Old GST", rate="12.50")
    paired.invoice(paired.contact("Kiosk Ltd"), "INV-1", lines=[paired.line(taxTypeId=gone["id"], taxAmount="12.50")])
    found = planned(paired)["tax-type-without-partner"]
    assert (found.touches, found.count) == ("Old GST", 1)


@edge
def test_accounts_of_one_name_are_found_on_either_side(paired: World) -> None:
    paired.create("accounts", name="Parking", code="1", kind="sales")
    assert "duplicate-names" not in planned(paired)
    paired.create("accounts", name="parking ", code="2", kind="purchase")
    assert "duplicate-names" not in planned(paired), "one of each kind is no doubt"
    paired.create("accounts", name="PARKING", code="3", kind="sales")
    found = planned(paired)["duplicate-names"]
    assert "accounts in Re-Leased" in found.what and "arking" in found.what.casefold() and found.count == 1


@edge
def test_lists_are_not_looked_through_while_none_of_their_records_changed(
    paired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in "12":
        paired.create("accounts", name="Parking", code=code, kind="sales")
    paired.sync()
    assert "duplicate-names" in stored(paired)
    looked: list[str] = []
    monkeypatch.setattr(look_alikes, "shared_names", lambda *about: looked.append(about[-1]) or [])
    paired.sync()
    assert not looked and "duplicate-names" in stored(paired)


@edge
def test_a_document_with_a_class_is_held_back_with_words_where_quickbooks_keeps_none(paired: World) -> None:
    paired.books.create("Class", {"Name": "12 Quay Street"})
    paired.sync_blue()
    option = paired.named("tracking-options", "12 Quay Street")
    paired.state.control("PUT", f"companies/{paired.company().realm}", {"classes": False})
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "INV-1", lines=[paired.line(trackingOptionId=option["id"])])
    assert planned(paired)["classes-off-for-documents"].count == 1
    paired.sync_red()
    assert paired.row("INV-1").code == "classes-off" and paired.count("Invoice") == 0
    paired.state.control("PUT", f"companies/{paired.company().realm}", {"classes": True})
    paired.sync_blue()
    sent = paired.partner("Invoice", invoice, "invoices")
    assert sent["Line"][0]["SalesItemLineDetail"]["ClassRef"]["name"] == "12 Quay Street"


def test_documents_in_another_currency_are_found(paired: World) -> None:
    abroad = paired.contact("Overseas Ltd")
    paired.invoice(abroad, "INV-1", currency="USD")
    found = planned(paired)["currency-not-kept"]
    assert found.count == 1 and "USD" in found.what


@edge
def test_a_plan_foresees_the_safety_stop(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoices = [paired.invoice(tenant, f"INV-{number}") for number in range(60)]
    paired.sync_blue()
    for one in invoices:
        paired.change("invoices", one, status="voided")
    found = planned(paired)["safety-stop-ahead"]
    assert found.severity is Severity.STOPS and "60 of" in found.touches


def test_a_start_that_is_still_to_come_is_found(make_world: Callable[..., World]) -> None:
    world = make_world(connected=False)
    assert world.released.companies()[0]["syncFrom"] == "2026-04-01"
    world.clock.advance(days=-365)
    world.connect()
    assert stored(world) == ["sync-from-ahead"]
