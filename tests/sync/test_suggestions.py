"""What only may be the same: one cause for a pair, names instead of ids, reasons in words, and never a guess."""

from bot.core.model import Outcome, RecordRef, RecordType
from tests.sync.world import COMPANY, Json, World, invoice_ref


def paired_tenant(world: World) -> tuple[Json, Json]:
    tenant = world.contact("Kiosk Ltd")
    world.sync_blue()
    return tenant, world.partner("Customer", tenant, "contacts")


def test_a_pair_that_may_be_the_same_is_one_cause_with_both_records(paired: World) -> None:
    tenant, customer = paired_tenant(paired)
    ours = paired.invoice(tenant, "INV-1", "100.00")
    there = paired.qb_invoice(customer, "INV-1", "120.00", TxnDate="2026-10-05")
    finished = paired.sync_red()
    assert len(finished.failures) == 2
    (cause,) = paired.app.desk.causes(COMPANY)
    assert cause.ref == invoice_ref(ours) and cause.count == 2
    assert cause.headline == "INV-1 looks like INV-1 of 5 Oct 2026, 138.00, but not exactly"
    assert cause.fix == "adopt"
    detail = paired.row(ours["id"]).more_detail
    assert "same number, contact and date" in detail and f"{there['Id']} in QuickBooks" in detail
    assert "total differs: 115.00 in Re-Leased, 138.00 in QuickBooks" in detail


def test_suggestions_can_be_asked_for_from_either_side(paired: World) -> None:
    tenant, customer = paired_tenant(paired)
    ours = paired.invoice(tenant, "INV-1", "100.00")
    there = paired.qb_invoice(customer, "INV-1", "120.00", TxnDate="2026-10-08")
    paired.sync_red()
    (out,) = paired.app.desk.suggestions(COMPANY, invoice_ref(ours))
    assert (out.side, out.entity, out.id, out.name) == (
        "quickbooks",
        "Invoice",
        there["Id"],
        "INV-1 of 8 Oct 2026, 138.00",
    )
    assert out.reasons[0] == "same number and contact" and "3 days apart" in out.reasons
    incoming = RecordRef.in_quickbooks(RecordType.INVOICE, "Invoice", there["Id"])
    (back,) = paired.app.desk.suggestions(COMPANY, incoming)
    assert (back.side, back.id, back.name) == ("released", ours["id"], "INV-1 of 5 Oct 2026, 115.00")
    assert paired.app.desk.suggestions(COMPANY, RecordRef(RecordType.CONTACT, tenant["id"])) == ()


def test_correcting_the_side_that_is_wrong_settles_both_rows_in_one_run(paired: World) -> None:
    tenant, customer = paired_tenant(paired)
    ours = paired.invoice(tenant, "INV-1", "100.00")
    there = paired.qb_invoice(customer, "INV-1", "120.00", TxnDate="2026-10-05")
    paired.sync_red()
    paired.books.update("Invoice", there["Id"], {"Line": [paired.sales_line("100.00")]})
    paired.sync_blue()
    assert paired.now("invoices", ours)["externalId"] == there["Id"]
    assert [row.outcome for row in paired.rows(type=RecordType.INVOICE)] == [Outcome.ADOPTED]


def test_a_document_that_stands_twice_in_quickbooks_is_adopted_by_neither(paired: World) -> None:
    """Whichever of the two came first used to be taken, and the other entered in Re-Leased a second time."""
    paired.books.books.settings.refuse_duplicate_numbers = False
    tenant, customer = paired_tenant(paired)
    ours = paired.invoice(tenant, "INV-1", issueDate="2026-10-06")
    pair = [paired.qb_invoice(customer, "INV-1") for _ in range(2)]
    paired.sync_red()
    assert not paired.now("invoices", ours)["externalId"] and len(paired.all("invoices")) == 1
    assert {row.code for row in paired.rows(needs_attention=True)} == {"ambiguous-match"}
    (cause,) = paired.app.desk.causes(COMPANY)
    assert (cause.ref, cause.count) == (invoice_ref(ours), 3)
    assert all(one["Id"] in paired.row(ours["id"]).more_detail for one in pair)


def test_leaving_the_wrong_one_out_decides_between_two(paired: World) -> None:
    paired.books.books.settings.refuse_duplicate_numbers = False
    tenant, customer = paired_tenant(paired)
    ours = paired.invoice(tenant, "INV-1", issueDate="2026-10-06")
    wanted, wrong = (paired.qb_invoice(customer, "INV-1") for _ in range(2))
    paired.sync_red()
    paired.unlink(RecordRef.in_quickbooks(RecordType.INVOICE, "Invoice", wrong["Id"]))
    paired.sync()
    assert paired.now("invoices", ours)["externalId"] == wanted["Id"]
    assert len(paired.all("invoices")) == 1 and paired.count("Invoice") == 2


def test_deleting_one_of_two_in_quickbooks_decides_as_well(paired: World) -> None:
    paired.books.books.settings.refuse_duplicate_numbers = False
    tenant, customer = paired_tenant(paired)
    ours = paired.invoice(tenant, "INV-1", issueDate="2026-10-06")
    wanted, wrong = (paired.qb_invoice(customer, "INV-1") for _ in range(2))
    paired.sync_red()
    paired.books.delete("Invoice", wrong["Id"])
    paired.sync_blue()
    assert paired.now("invoices", ours)["externalId"] == wanted["Id"]
    assert paired.row("INV-1").outcome is Outcome.ADOPTED


def test_a_missing_parent_is_named(paired: World) -> None:
    """A tax type that Re-Leased has and QuickBooks has not."""
    gone = paired.create("tax-types", name="Old GST 12.5%", rate="12.50")
    tenant = paired.contact("Kiosk Ltd")
    paired.invoice(tenant, "INV-1", lines=[paired.line(taxTypeId=gone["id"], taxAmount="12.50")])
    paired.sync_red()
    (cause,) = paired.app.desk.causes(COMPANY)
    assert "tax type Old GST 12.5%" in cause.headline
    assert cause.fix == "retry", "there is nothing to choose from"
