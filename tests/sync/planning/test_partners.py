"""Pairs that people decide on: linked when both are free, kept apart for good, undone while nothing was built on it."""

import pytest

from bot.core.faults import UserError
from bot.core.model import Outcome, RecordRef, RecordType
from bot.desk.links.undo import Overtaken
from bot.store.runs import leases
from tests.rarely import edge, rarely
from tests.sync.world import COMPANY, Json, World, contact_ref, invoice_ref

ANA, BEN = "U0ANA", "U0BEN"


def alike(world: World, theirs: str = "120.00", number: str = "INV-1") -> tuple[Json, Json]:
    """An invoice on each side that may be the same: their totals differ, so neither is adopted."""
    world.books.books.settings.refuse_duplicate_numbers = False
    tenant = world.contact("Kiosk Ltd")
    world.sync_blue()
    ours = world.invoice(tenant, "INV-1")
    there = world.qb_invoice(world.partner("Customer", tenant, "contacts"), number, theirs, TxnDate="2026-10-05")
    world.sync_red()
    return ours, there


def alone(there: Json) -> RecordRef:
    return RecordRef.in_quickbooks(RecordType.INVOICE, "Invoice", there["Id"])


def test_a_suggested_match_that_is_linked_becomes_one_pair_and_nothing_is_entered_twice(paired: World) -> None:
    ours, there = alike(paired)
    with paired.nothing_written():
        change = paired.app.desk.matching.link_to(
            COMPANY, invoice_ref(ours), "Invoice", there["Id"], ANA, "same", "C1 12.5"
        )
    assert change.changed == (invoice_ref(ours),) and change.undo_token
    assert "Linked to INV-1 of 5 Oct 2026, 138.00 in QuickBooks by hand" in paired.row(ours["id"]).details
    assert paired.causes() == []
    paired.sync()
    assert paired.count("Invoice") == 1 and len(paired.all("invoices")) == 1
    assert paired.row(ours["id"]).details == "INV-1 comes to a different total in QuickBooks"
    assert paired.now("invoices", ours)["externalId"] == there["Id"]
    paired.books.update("Invoice", there["Id"], {"Line": [paired.sales_line("100.00")]})
    paired.sync_blue()
    assert paired.now("invoices", ours)["externalId"] == there["Id"]


@edge
def test_from_the_side_of_quickbooks_it_is_the_same_pair(paired: World) -> None:
    ours, there = alike(paired)
    (suggested,) = paired.app.desk.matching.suggestions(COMPANY, alone(there))
    paired.app.desk.matching.link_to(COMPANY, alone(there), suggested.entity, suggested.id, ANA)
    paired.books.update("Invoice", there["Id"], {"Line": [paired.sales_line("100.00")]})
    paired.sync_blue()
    assert paired.now("invoices", ours)["externalId"] == there["Id"] and len(paired.all("invoices")) == 1


@edge
def test_what_found_another_partner_meanwhile_is_not_linked(paired: World) -> None:
    ours, there = alike(paired)
    paired.app.desk.matching.link_to(COMPANY, invoice_ref(ours), "Invoice", there["Id"], ANA)
    other = paired.invoice(paired.named("contacts", "Kiosk Ltd"), "INV-7")
    paired.sync()
    with pytest.raises(UserError, match=r"linked to INV-1 of .* in Re-Leased already"):
        paired.app.desk.matching.link_to(COMPANY, invoice_ref(other), "Invoice", there["Id"], BEN)
    with pytest.raises(UserError, match="linked to this record already"):
        paired.app.desk.matching.link_to(COMPANY, invoice_ref(ours), "Invoice", there["Id"], BEN)


@edge
def test_what_is_gone_or_of_another_kind_is_not_linked(paired: World) -> None:
    ours, there = alike(paired)
    desk = paired.app.desk
    with pytest.raises(UserError, match="not in QuickBooks any more"):
        desk.matching.link_to(COMPANY, invoice_ref(ours), "Invoice", "999", ANA)
    with pytest.raises(UserError, match="not in Re-Leased any more"):
        desk.matching.link_to(COMPANY, RecordRef(RecordType.INVOICE, "gone"), "Invoice", there["Id"], ANA)
    with pytest.raises(UserError, match="different kinds"):
        desk.matching.link_to(COMPANY, contact_ref(paired.named("contacts", "Kiosk Ltd")), "Invoice", there["Id"], ANA)


@edge
def test_nothing_is_decided_while_a_sync_could_be_writing_it(paired: World) -> None:
    ours, there = alike(paired)
    with paired.database.write() as connection:
        assert leases.claim(connection, COMPANY, "somebody", 60_000)
    for act in (
        lambda: paired.app.desk.matching.link_to(COMPANY, invoice_ref(ours), "Invoice", there["Id"], ANA),
        lambda: paired.app.desk.matching.create_anyway(COMPANY, invoice_ref(ours), ANA),
    ):
        with pytest.raises(UserError, match="is being synced just now"):
            act()


def test_what_is_kept_apart_comes_into_being_on_both_sides_and_stays_apart(paired: World) -> None:
    ours, there = alike(paired)
    change = paired.app.desk.matching.create_anyway(COMPANY, invoice_ref(ours), ANA)
    assert change.changed == (invoice_ref(ours),)
    paired.sync_blue()
    assert paired.count("Invoice") == 2 and len(paired.all("invoices")) == 2
    assert paired.now("invoices", ours)["externalId"] not in ("", there["Id"])
    paired.change("invoices", ours, reference="changed")
    paired.books.update("Invoice", there["Id"], {"PrivateNote": "changed"})
    paired.sync_blue()
    assert paired.count("Invoice") == 2
    with pytest.raises(UserError, match="nothing to decide"):
        paired.app.desk.matching.create_anyway(COMPANY, invoice_ref(ours), ANA)


@edge
def test_a_new_candidate_after_a_decision_is_a_question_of_its_own(paired: World) -> None:
    """The decision is about exactly those that were looked at."""
    ours, there = alike(paired)
    paired.app.desk.matching.create_anyway(COMPANY, invoice_ref(ours), ANA)
    customer = paired.partner("Customer", paired.named("contacts", "Kiosk Ltd"), "contacts")
    later = paired.qb_invoice(customer, "INV-1", "130.00", TxnDate="2026-10-05")
    paired.sync_red()
    (left,) = paired.app.desk.matching.suggestions(COMPANY, invoice_ref(ours))
    assert left.id == later["Id"] != there["Id"]


@edge
@pytest.mark.parametrize("decision", ["create", *rarely("link")])
def test_a_decision_is_undone_until_a_sync_has_built_on_it(paired: World, decision: str) -> None:
    ours, there = alike(paired)
    desk = paired.app.desk

    def decide() -> str:
        if decision == "link":
            return desk.matching.link_to(COMPANY, invoice_ref(ours), "Invoice", there["Id"], ANA).undo_token
        return desk.matching.create_anyway(COMPANY, invoice_ref(ours), ANA).undo_token

    desk.undo.take_back(decide(), BEN)
    paired.sync_red()
    assert {row.code for row in paired.rows(needs_attention=True)} == {"suggested-match"}
    token = decide()
    paired.sync()
    with pytest.raises(UserError, match="A sync has worked with this since"):
        desk.undo.take_back(token, BEN)


@edge
def test_a_partner_that_was_deleted_and_entered_again_is_suggested_and_linked(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    ours = paired.invoice(tenant, "INV-1")
    paired.sync_blue()
    customer = paired.partner("Customer", tenant, "contacts")
    paired.books.delete("Invoice", paired.now("invoices", ours)["externalId"])
    again = paired.qb_invoice(customer, "INV-1", "120.00", TxnDate="2026-10-05")
    paired.sync_red()
    (suggested,) = paired.app.desk.matching.suggestions(COMPANY, invoice_ref(ours))
    assert suggested.id == again["Id"]
    paired.app.desk.matching.link_to(COMPANY, invoice_ref(ours), suggested.entity, suggested.id, ANA)
    paired.books.update("Invoice", again["Id"], {"Line": [paired.sales_line("100.00")]})
    paired.sync_blue()
    assert paired.now("invoices", ours)["externalId"] == again["Id"] and paired.count("Invoice") == 1


@edge
def test_an_undo_that_came_too_late_says_who_changed_what(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    invoice = paired.invoice(tenant, "INV-7")
    paired.sync_blue()
    desk = paired.app.desk
    token = desk.linking.unlink(COMPANY, [contact_ref(tenant)], ANA, propagate=True).undo_token
    desk.linking.relink(COMPANY, [invoice_ref(invoice)], BEN)
    with pytest.raises(Overtaken) as late:
        desk.undo.take_back(token, ANA)
    assert (late.value.name, late.value.done, late.value.by) == ("invoice INV-7", "relinked", BEN)
    assert not paired.row("Kiosk Ltd").linked


def test_a_preview_tells_what_tenants_owe_from_what_suppliers_are_owed(paired: World) -> None:
    both = paired.contact("Kiosk Ltd", "tenant", "supplier")
    paired.invoice(both, "INV-1", "100.00")
    paired.bill(both, "B-1", "50.00")
    paired.sync_blue()
    (owed,) = paired.app.desk.linking.preview(COMPANY, [contact_ref(both)]).open_amounts
    assert (owed.currency, str(owed.receivable), str(owed.payable)) == ("NZD", "115.00", "57.50")


def test_every_act_is_in_the_audit_trail_with_before_after_why_and_where(paired: World) -> None:
    ours, there = alike(paired)
    paired.app.desk.matching.link_to(COMPANY, invoice_ref(ours), "Invoice", there["Id"], ANA, "same", "C1 12.5")
    (entry,) = [one for one in paired.app.desk.team.audit(COMPANY, 5) if one.what == "link"]
    assert (entry.by, entry.note, entry.count, entry.source) == (ANA, "same", 1, "C1 12.5") and "138.00" in entry.after
    assert paired.row(ours["id"]).outcome is Outcome.SKIPPED
