"""Characters that nobody sees, on either side: not sent, no difference, no second record, shown where they matter."""

import pytest

from bot.core.model import Outcome
from tests.rarely import edge, rarely
from tests.sync.world import World

MARKS = ["\u200b", "\u00a0", *rarely("\ufeff", "\u00ad", "\u200e", "\u2060", " ")]
PERSIAN, HINDI, FAMILY = "شرکت می\u200cخواهم", "क्\u200dष Traders", "👨\u200d👩\u200d👧 Care"


@pytest.mark.parametrize("mark", MARKS)
def test_they_stay_behind_on_the_way_to_quickbooks_and_nothing_is_updated_for_them(paired: World, mark: str) -> None:
    address = {"line1": f"1 Queen St{mark}", "city": f"{mark}Auckland"}
    told = {"email": f"{mark}anna@kiosk.nz{mark}", "phone": f"09 123{mark}", "address": address}
    contact = paired.contact(f"Kiosk Ltd{mark}", "tenant", "supplier", **told)
    invoice = paired.invoice(contact, f"{mark}INV-1{mark}", reference=f"Lease 7{mark}")
    paired.bill(contact, f"B-1{mark}")
    allocated = [{"invoiceId": invoice["id"], "amount": "50.00"}]
    body = {"kind": "receipt", "contactId": contact["id"], "date": "2026-10-10", "amount": "50.00"}
    paired.create("payments", **body, reference=f"R 1{mark}", allocations=allocated)
    paired.sync_blue()
    customer, vendor = (paired.partner(entity, contact, "contacts") for entity in ("Customer", "Vendor"))
    assert (customer["DisplayName"], vendor["DisplayName"]) == ("Kiosk Ltd", "Kiosk Ltd (Supplier)")
    assert customer["PrimaryEmailAddr"]["Address"] == "anna@kiosk.nz"
    assert (customer["PrimaryPhone"]["FreeFormNumber"], customer["BillAddr"]["City"]) == ("09 123", "Auckland")
    made = paired.partner("Invoice", invoice, "invoices")
    assert (made["DocNumber"], made["PrivateNote"]) == ("INV-1", "Lease 7")
    (payment,) = paired.books.entity("Payment").in_id_order(None, None, False)
    assert payment["PaymentRefNum"] == "R 1"
    for _ in range(2):
        with paired.nothing_written():
            paired.sync_blue()
    paired.change("contacts", contact, phone="09 456")
    paired.sync_blue()
    assert paired.now("contacts", contact)["name"] == f"Kiosk Ltd{mark}", "what Re-Leased holds is its own"
    with paired.nothing_written():
        paired.sync_blue()


@pytest.mark.parametrize("mark", MARKS)
def test_they_stay_behind_on_the_way_to_re_leased(paired: World, mark: str) -> None:
    told = {"PrimaryPhone": {"FreeFormNumber": f"09 123{mark}"}, "BillAddr": {"City": f"Auckland{mark}"}}
    customer = paired.customer(f"Kiosk Ltd{mark}", **told)
    paired.vendor(f"{mark}Plumb Co")
    paired.qb_invoice(customer, f"INV-1{mark}", PrivateNote=f"Lease 7{mark}")
    paired.receive(customer["Id"], "10.00", PaymentRefNum=f"R 1{mark}")
    paired.sync_blue()
    contact, invoice = paired.named("contacts", "Kiosk Ltd"), paired.named("invoices", "INV-1")
    assert (contact["phone"], contact["address"]["city"], invoice["reference"]) == ("09 123", "Auckland", "Lease 7")
    assert paired.named("contacts", "Plumb Co")
    assert [row["reference"] for row in paired.all("payments")] == ["R 1"]
    for _ in range(2):
        with paired.nothing_written():
            paired.sync_blue()


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("side", ["ours", *rarely("theirs")])
def test_what_differs_in_them_alone_is_one_record(paired: World, mark: str, side: str) -> None:
    ours, theirs = (mark, "") if side == "ours" else ("", mark)
    customer = paired.customer(f"Kiosk Ltd{theirs}")
    paired.qb_invoice(customer, f"INV-1{theirs}", TxnDate="2026-10-05")
    contact = paired.contact(f"Kiosk Ltd{ours}")
    paired.invoice(contact, f"INV-1{ours}", "100.00")
    paired.sync_blue()
    assert (paired.count("Customer"), paired.count("Invoice")) == (1, 1)
    assert (len(paired.all("contacts")), len(paired.all("invoices"))) == (1, 1)
    assert paired.row("INV-1").outcome is Outcome.ADOPTED
    with paired.nothing_written():
        paired.sync_blue()


@edge
@pytest.mark.parametrize("mark", ["\u200b", "\u00a0", "\ufeff", " "])
def test_accounts_tax_types_and_tracking_options_are_matched_without_them(world: World, mark: str) -> None:
    world.create("accounts", name=f"Rent{mark}", code=f"200{mark}", kind="sales")
    world.create("accounts", name=f"{mark}Repairs and Maintenance", code="400", kind="purchase")
    world.create("tax-types", name=f"15% GST{mark}", rate="15.00")
    world.books.create("Class", {"Name": f"12 Queen Street{mark}"})
    world.create("tracking-options", name="12 Queen Street")
    world.sync_blue()
    for collection, name in (("accounts", "Rent"), ("tax-types", "15% GST"), ("tracking-options", "12 Queen Street")):
        alike = [row for row in world.all(collection) if str(row["name"]).replace(mark, "") == name.replace(mark, "")]
        assert len(alike) == 1, alike


@pytest.mark.parametrize("name", [PERSIAN, *rarely(HINDI, FAMILY, "നന്\u200d & Co")])
def test_letters_that_need_joiners_cross_whole_both_ways(paired: World, name: str) -> None:
    contact = paired.contact(f"{name}\u200b")
    paired.customer(f"\ufeff{name} Two")
    paired.sync_blue()
    assert paired.partner("Customer", contact, "contacts")["DisplayName"] == name
    assert paired.named("contacts", f"{name} Two")
    with paired.nothing_written():
        paired.sync_blue()


# Shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("anna\u200bkiosk.nz", "anna[U+200B]kiosk.nz"),
        *rarely(("anna kiosk.nz\ufeff", "anna kiosk.nz[U+FEFF]")),
        *rarely(("\u202eanna@", "[U+202E]anna@")),
    ],
)
def test_a_refused_address_is_shown_with_them(paired: World, address: str, shown: str) -> None:
    paired.contact("Kiosk Ltd", email=address)
    paired.sync_red()
    row = paired.row("Kiosk Ltd")
    assert row.code == "2210" and shown in row.more_detail and "In Re-Leased" in row.more_detail
    assert "\u200b" not in row.details + row.more_detail and "\ufeff" not in row.more_detail


@edge
@pytest.mark.parametrize("mark", ["\u200b", "\ufeff", "\u00ad"])
def test_two_that_look_alike_are_told_apart_by_what_is_shown(paired: World, mark: str) -> None:
    """They cannot both be called so in QuickBooks."""
    paired.contact("Kiosk Ltd")
    second = paired.contact(f"Kiosk{mark} Ltd")
    paired.sync_red()
    assert paired.count("Customer") == 1
    row = paired.row(second["id"])
    assert (row.outcome, row.code) == (Outcome.FAILED, "6240")
    assert f"Kiosk[U+{ord(mark):04X}] Ltd" in row.more_detail


@edge
@pytest.mark.parametrize("name", ["\u200b", "\u00a0\ufeff", "\u3164"])
def test_a_name_of_nothing_else_is_no_name_and_says_why(paired: World, name: str) -> None:
    contact = paired.contact(name)
    paired.sync_red()
    row = paired.row(contact["id"])
    assert "It has no name" in row.more_detail and not paired.count("Customer")
    assert "[U+" in row.more_detail


@pytest.mark.parametrize("words", ["Kiosk\u00a0Ltd", "\u200bKiosk", *rarely("kiosk\ufeff ltd")])
def test_a_search_for_copied_text_finds_it(paired: World, words: str) -> None:
    paired.contact("Kiosk Ltd")
    paired.sync_blue()
    assert [row.name for row in paired.rows(text=words)] == ["Kiosk Ltd"]
