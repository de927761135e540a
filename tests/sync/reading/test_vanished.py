"""A record never vanishes from the results: what is gone keeps a row that says how it went on which side."""

import pytest

from bot.core.model import Outcome
from bot.sandbox.released.rules.shapes import Collection
from bot.sync.verify import verify
from tests.sync.world import COMPANY, Json, World

GONE = "gone-on-both-sides"


def both(world: World) -> tuple[Json, Json]:
    ours = world.invoice(world.contact("Kiosk Ltd"), "INV-7")
    world.sync_blue()
    return ours, world.partner("Invoice", ours, "invoices")


def says(world: World, name: str, code: str, words: str) -> None:
    """Its row now, and after further runs and a whole reading."""
    for _ in range(2):
        row = world.row(name)
        assert (row.outcome, row.code, row.details) == (Outcome.SKIPPED, code, words)
        world.sync_blue()
    assert world.row(name).details == words


def lose(world: World, collection: Collection, id_: str) -> None:
    """Re-Leased does not show it any more, whatever its contract says."""
    table = world.released._ledgers[COMPANY].table(collection)
    gone = table._records.pop(id_)
    table._order.remove((gone["modifiedAt"], id_))
    world.clock.advance(hours=1)
    verify(world.engine(), COMPANY)


def test_deleted_in_quickbooks_and_then_voided_in_released(paired: World) -> None:
    ours, theirs = both(paired)
    paired.books.delete("Invoice", theirs["Id"])
    paired.sync_red()
    assert paired.row("INV-7").code == "deleted-in-quickbooks"
    paired.change("invoices", ours, status="voided")
    paired.sync_blue()
    says(paired, "INV-7", GONE, "INV-7 is deleted in QuickBooks and voided in Re-Leased")


def test_voided_in_released_and_then_deleted_in_quickbooks(paired: World) -> None:
    ours, theirs = both(paired)
    paired.change("invoices", ours, status="voided")
    paired.sync_blue()
    assert paired.row("INV-7").outcome is Outcome.VOIDED
    paired.books.delete("Invoice", theirs["Id"])
    paired.sync_blue()
    says(paired, "INV-7", GONE, "INV-7 is deleted in QuickBooks and voided in Re-Leased")


def test_deleted_and_voided_between_two_runs(paired: World) -> None:
    ours, theirs = both(paired)
    paired.change("invoices", ours, status="voided")
    paired.books.delete("Invoice", theirs["Id"])
    paired.sync_blue()
    says(paired, "INV-7", GONE, "INV-7 is deleted in QuickBooks and voided in Re-Leased")


def test_voided_on_both_sides_between_two_runs(paired: World) -> None:
    ours, theirs = both(paired)
    paired.change("invoices", ours, status="voided")
    paired.books.void("Invoice", theirs["Id"])
    paired.sync_blue()
    says(paired, "INV-7", GONE, "INV-7 is voided in QuickBooks and voided in Re-Leased")


def test_a_bill_that_only_a_person_can_void_in_quickbooks_and_who_deletes_it(paired: World) -> None:
    ours = paired.bill(paired.contact("Plumb Ltd", "supplier"), "B-1")
    paired.sync_blue()
    theirs = paired.partner("Bill", ours, "invoices")
    paired.change("invoices", ours, status="voided")
    paired.sync_red()
    paired.books.delete("Bill", theirs["Id"])
    paired.sync_blue()
    says(paired, "B-1", GONE, "B-1 is deleted in QuickBooks and voided in Re-Leased")


def test_a_payment_deleted_in_quickbooks_is_reversed_and_its_row_stays(paired: World) -> None:
    kiosk = paired.contact("Kiosk Ltd")
    ours = paired.create(
        "payments",
        **{"kind": "receipt", "contactId": kiosk["id"], "date": "2026-10-12", "amount": "50.00", "currency": "NZD"},
        **{"reference": "EFT 7"},
    )
    paired.sync_blue()
    theirs = paired.partner("Payment", ours, "payments")
    paired.books.delete("Payment", theirs["Id"])
    paired.change("payments", ours, status="reversed")
    paired.sync_blue()
    says(paired, "EFT 7", GONE, "EFT 7 is deleted in QuickBooks and reversed in Re-Leased")


@pytest.mark.parametrize("also_in_quickbooks", [False, True])
def test_deleted_in_released_which_the_contract_does_not_know(paired: World, also_in_quickbooks: bool) -> None:
    ours, theirs = both(paired)
    paired.invoice(paired.named("contacts", "Kiosk Ltd"), "INV-8")
    paired.sync_blue()
    if also_in_quickbooks:
        paired.books.delete("Invoice", theirs["Id"])
        paired.sync_red()
    lose(paired, Collection.INVOICES, ours["id"])
    paired.sync()
    if also_in_quickbooks:
        words = "INV-7 was deleted in QuickBooks, and is not in Re-Leased any more"
        says(paired, "INV-7", "lost-on-both-sides", words)
    else:
        for _ in range(2):
            row = paired.row("INV-7")
            assert (row.outcome, row.code) == (Outcome.FAILED, "lost-in-released")
            assert row.details == "INV-7 is not in Re-Leased any more, and still in QuickBooks"
            paired.sync_red()


def test_what_never_went_out_and_is_not_in_released_any_more(paired: World) -> None:
    kiosk = paired.contact("Kiosk Ltd")
    paired.invoice(kiosk, "INV-1")
    ours = paired.invoice(kiosk, "INV-" + "1" * 30)
    paired.sync_red()
    lose(paired, Collection.INVOICES, ours["id"])
    paired.sync_blue()
    words = f"{ours['number']} is not in Re-Leased any more, and was never in QuickBooks"
    says(paired, ours["number"], "lost-before-it-went", words)


def test_what_waited_in_quickbooks_and_was_deleted_there(paired: World) -> None:
    customer = paired.customer("Kiosk Ltd")
    paired.sync_blue()
    contact = paired.row("Kiosk Ltd").ref
    paired.unlink(contact)
    theirs = paired.qb_invoice(customer, "QB-1")
    paired.sync_red()
    assert paired.row("QB-1").outcome is Outcome.WAITING
    paired.books.delete("Invoice", theirs["Id"])
    paired.sync_blue()
    says(paired, "QB-1", "deleted-before-it-came", "QB-1 was deleted in QuickBooks before it came into Re-Leased")


def test_a_contact_that_was_merged_into_another_one_in_quickbooks_and_archived_in_released(paired: World) -> None:
    """QuickBooks moves the documents to the one that stays, and the other one is gone for good."""
    survivor, merged = paired.contact("Kiosk Ltd"), paired.contact("Kiosk Limited")
    paired.sync_blue()
    theirs = paired.partner("Customer", merged, "contacts")
    table = paired.books.books.tables["Customer"]
    table.remove(theirs["Id"], {"Id": theirs["Id"], "status": "Deleted"})
    lost = paired.sync()
    row = paired.row("Kiosk Limited")
    assert row.details.startswith("Kiosk Limited was deleted in QuickBooks"), (lost, row)
    paired.change("contacts", merged, archived=True)
    paired.sync_blue()
    says(paired, "Kiosk Limited", GONE, "Kiosk Limited is deleted in QuickBooks and archived in Re-Leased")
    assert paired.row("Kiosk Ltd").outcome is Outcome.CREATED and survivor
