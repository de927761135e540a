"""Fields that a real Re-Leased may not have: each does what docs/contract.md says, left out or null."""

import re
from decimal import Decimal
from typing import Any

import pytest

from bot.app import first_tokens
from bot.core.model import Outcome
from bot.core.runs import Flag
from bot.desk.companies.connect import Connected, connect
from bot.records.fields.absent import completed_document, completed_payment
from bot.sandbox.released.ledger.lacking import How
from bot.sandbox.released.rules import shapes
from bot.sandbox.released.rules.shapes import ASSIGNED, SHAPES, Collection
from tests.docs.pages import ROOT
from tests.rarely import edge, rarely
from tests.sync.world import COMPANY, REALM, Json, World
from tests.sync.writing.filed import PDF, announced, attachables, copies, ours, theirs

ROW = re.compile(r"^\| ([\w-]+)\.([\w.]+) \| (goes on|fails|stops) \|", re.M)
STATED = {(one, path): does for one, path, does in ROW.findall((ROOT / "docs" / "contract.md").read_text())}
COMPANY_FIELDS = {"name", "country", "timezone", "currency", "syncFrom", "builtInSync"}
FAST = {("attachments", "sha256"), ("invoices", "kind"), ("payments", "kind"), ("contacts", "version")}
LISTS = ("accounts", "tax-types", "tracking-options")


def lacking(world: World, how: How, *fields: tuple[str, str]) -> None:
    """From now on Re-Leased answers without these, or with null for them."""
    told: dict[str, dict[str, How]] = {}
    for collection, path in fields:
        told.setdefault(collection, {})[path] = how
    world.released._ledgers[COMPANY].lacks = told


def filled(world: World) -> Json:
    """One record of each kind, with all its fields; gives the invoice."""
    address = {"line1": "1 Queen St", "city": "Auckland"}
    tenant = world.contact("Kiosk Ltd", email="a@kiosk.nz", phone="09 1", taxNumber="12-345", address=address)
    supplier = world.contact("Plumb Co", "supplier")
    invoice, bill = world.invoice(tenant, "INV-1", reference="ref 1"), world.bill(supplier, "BILL-1")
    body = {"kind": "income", "status": "approved", "contactId": tenant["id"], "issueDate": "2026-10-06"}
    credit = {"invoiceId": invoice["id"], "amount": "11.50", "date": "2026-10-07"}
    lines = {"amountsAre": "exclusive", "lines": [world.line("10.00")]}
    world.create("credit-notes", number="CN-1", **body, **lines, allocations=[credit])
    for kind, contact, document, amount in (
        ("receipt", tenant, invoice, "50.00"),
        ("paid", supplier, bill, "57.50"),
    ):
        paid = [{"invoiceId": document["id"], "amount": amount}]
        told = {"date": "2026-10-10", "amount": amount, "reference": f"{kind} 1", "allocations": paid}
        world.create("payments", kind=kind, contactId=contact["id"], **told)
    ours(world, invoice)
    return invoice


def carried_over(world: World) -> dict[str, list[Decimal]]:
    """What each kind of document and payment of QuickBooks comes to."""
    names = ("Invoice", "Bill", "CreditMemo", "Payment", "BillPayment")
    rows = {name: world.books.entity(name).in_id_order(None, None, False) for name in names}
    return {name: sorted(Decimal(row["TotalAmt"]) for row in found) for name, found in rows.items()}


ALL = {
    **{"Invoice": [Decimal("115.00")], "Bill": [Decimal("57.50")], "CreditMemo": [Decimal("11.50")]},
    **{"Payment": [Decimal("0.00"), Decimal("50.00")], "BillPayment": [Decimal("57.50")]},
}


def test_every_field_of_the_contract_has_its_row() -> None:
    expected = {("companies", name) for name in COMPANY_FIELDS} | {("any", name) for name in {*ASSIGNED, "externalId"}}
    for collection, shape in SHAPES.items():
        if collection is not Collection.CREDIT_NOTES:
            expected |= {(str(collection), name) for name in shape if name != "externalId"}
    expected |= {("invoices", f"lines.{name}") for name in shapes._LINE}
    expected |= {("credit-notes", name) for name in ("allocations", "remaining")}
    expected |= {("credit-notes", f"allocations.{name}") for name in ("invoiceId", "amount", "date")}
    expected |= {("payments", f"allocations.{name}") for name in ("invoiceId", "amount")}
    assert STATED.keys() == expected


def cases() -> list[Any]:
    found = [
        (collection if collection != "any" else "contacts", path, does, how)
        for (collection, path), does in STATED.items()
        if collection != "companies"
        for how in How
    ]
    return [one if one[:2] in FAST else rarely(one)[0] for one in found]


@pytest.mark.parametrize(("collection", "path", "does", "how"), cases())
def test_each_field_that_is_missing_does_what_is_stated(
    paired: World, collection: str, path: str, does: str, how: How
) -> None:
    filled(paired)
    lacking(paired, how, (collection, path))
    finished = paired.sync()
    if does == "stops":
        assert finished.flag is Flag.RED and not any(carried_over(paired).values())
        with paired.nothing_written():
            paired.sync_red()
        return
    assert not finished.could_not_run
    if does == "goes on":
        assert finished.flag is Flag.BLUE, [(row.name, row.details, row.more_detail) for row in finished.failures]
        assert carried_over(paired) == ALL and len(attachables(paired)) == 1
        with paired.nothing_written():
            paired.sync_blue()
    else:
        assert finished.flag is Flag.RED and (carried_over(paired) != ALL or not attachables(paired))
        others = {row.ref.type for row in finished.failures if row.outcome is Outcome.FAILED}
        assert others, "a record of its own says so"
        with paired.nothing_written():
            paired.sync_red()


@pytest.mark.parametrize("how", How)
def test_all_that_is_not_needed_may_be_missing_at_once(paired: World, how: How) -> None:
    """All but what a rule needs in place of another: the balance needs what is paid, a file its size or its hash, and
    its name or its kind.
    """
    kept = {"balance", "size", "name", "kind", "fileName"}
    filled(paired)
    fields = [(one if one != "any" else "invoices", path) for (one, path), does in STATED.items() if does == "goes on"]
    lacking(paired, how, *(field for field in fields if field[0] != "companies" and field[1] not in kept))
    paired.sync_blue()
    assert carried_over(paired) == ALL and len(attachables(paired)) == 1
    with paired.nothing_written():
        paired.sync_blue()


@pytest.mark.parametrize(
    ("collection", "path", "said"),
    [
        ("invoices", "status", "whether it is a draft, approved or voided"),
        *rarely(("invoices", "lines.taxAmount", "A line does not say its tax")),
        *rarely(("payments", "allocations.invoiceId", "lacks its invoiceId or amount")),
        *rarely(("contacts", "roles", "whether it is a tenant, an owner or a supplier")),
        *rarely(("attachments", "ownerId", "which document it belongs to")),
    ],
)
def test_what_is_missing_is_named_in_words_and_comes_once_it_is_there(
    paired: World, collection: str, path: str, said: str
) -> None:
    filled(paired)
    lacking(paired, How.NULL, (collection, path))
    finished = paired.sync_red()
    reasons = [row.more_detail for row in finished.failures if row.outcome is Outcome.FAILED]
    assert any(said in reason and path.rpartition(".")[2] in reason for reason in reasons), reasons
    lacking(paired, How.NULL)
    for row in paired.all(collection):
        paired.change(collection, row, externalId=row["externalId"])  # a new version, so that it is read again
    paired.sync_blue()
    assert carried_over(paired) == ALL


@pytest.mark.parametrize("collection", LISTS)
@pytest.mark.parametrize("how", [How.ABSENT, *rarely(How.NULL)])
def test_a_list_entry_that_says_little_is_matched_by_its_name(world: World, collection: str, how: How) -> None:
    world.rent(), world.repairs(), world.gst()
    lacking(world, how, ("accounts", "kind"), ("tax-types", "rate"), ("accounts", "code"), (collection, "archived"))
    before = {name: len(world.all(name)) for name in LISTS}
    world.sync()
    names = [str(row["name"]) for row in world.all(collection)]
    assert before and len(names) == len(set(names)), "nothing is there twice"


# Files whose hash is not announced


@pytest.mark.parametrize("how", How)
@pytest.mark.parametrize("owner", ["invoice", *rarely("bill", "credit")])
def test_a_file_without_a_hash_is_checked_by_its_size(paired: World, how: How, owner: str) -> None:
    lacking(paired, how, ("attachments", "sha256"))
    contact = paired.contact("Both Ltd", "tenant", "supplier")
    if owner == "credit":
        body = {"kind": "income", "status": "approved", "contactId": contact["id"], "issueDate": "2026-10-06"}
        lines = {"amountsAre": "exclusive", "lines": [paired.line("10.00")]}
        ours(paired, paired.create("credit-notes", number="CN-1", **body, **lines), ownerType="creditNote")
    else:
        ours(paired, (paired.invoice if owner == "invoice" else paired.bill)(contact, "N-1"))
    paired.sync_blue()
    (made,) = attachables(paired)
    assert paired.books.files[made["Id"]] == PDF
    with paired.nothing_written():
        paired.sync_blue()


@pytest.mark.parametrize("how", How)
def test_a_file_without_a_hash_that_is_cut_off_is_not_attached(paired: World, how: How) -> None:
    lacking(paired, how, ("attachments", "sha256"))
    attachment = announced(paired, paired.invoice(paired.contact("Kiosk Ltd"), "INV-1"))
    paired.released._ledgers[COMPANY]._contents[attachment["id"]] = PDF[:-1]
    finished = paired.sync_red()
    assert [row.code for row in finished.failures] == ["file-differs"] and not attachables(paired)


@pytest.mark.parametrize("how", How)
def test_the_same_file_on_both_sides_is_recognised_by_the_hash_that_is_ours(paired: World, how: How) -> None:
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.sync_blue()
    lacking(paired, how, ("attachments", "sha256"))
    ours(paired, invoice)
    theirs(paired, ("Invoice", paired.partner("Invoice", invoice, "invoices")))
    paired.sync_blue()
    assert copies(paired) == (1, 1) and paired.row("lease.pdf").outcome is Outcome.ADOPTED


@edge
@pytest.mark.parametrize("how", How)
def test_another_file_of_the_same_name_and_size_is_another_file(paired: World, how: How) -> None:
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.sync_blue()
    lacking(paired, how, ("attachments", "sha256"))
    ours(paired, invoice)
    theirs(paired, ("Invoice", paired.partner("Invoice", invoice, "invoices")), content=PDF[::-1])
    paired.sync_blue()
    assert copies(paired) == (2, 2)


@edge
@pytest.mark.parametrize("how", How)
def test_a_file_comes_in_although_re_leased_does_not_say_its_hash_back(paired: World, how: How) -> None:
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.sync_blue()
    lacking(paired, how, ("attachments", "sha256"))
    theirs(paired, ("Invoice", paired.partner("Invoice", invoice, "invoices")))
    paired.sync_blue()
    with paired.nothing_written():
        paired.sync_blue()
    assert copies(paired) == (1, 1)


# Sums


def test_sums_follow_from_the_rest_and_what_is_told_is_never_replaced() -> None:
    lines = [{"netAmount": "100.00", "taxAmount": "15.00"}, {"netAmount": "-10.00", "taxAmount": "-1.50"}]
    document = {"status": "approved", "lines": lines, "amountPaid": "3.50"}
    found = completed_document(document)
    assert [found[name] for name in ("netTotal", "taxTotal", "total", "balance")] == [
        *("90.00", "13.50", "103.50", "100.00"),
    ]
    assert completed_document({**document, "status": "paid", "amountPaid": None})["balance"] == "0.00"
    assert completed_document({**document, "total": "1.00", "balance": "7.00"})["total"] == "1.00"
    part = {"amount": "40.00", "invoiceId": "1"}
    assert completed_document({**document, "allocations": [part]})["remaining"] == "63.50"
    assert completed_payment({"amount": "50.00", "allocations": [part]})["unallocated"] == "10.00"
    for odd in ({"lines": "none"}, {"lines": [3]}, {"lines": [{"netAmount": "x"}]}, {"total": "1e999999"}):
        assert completed_document(odd).items() >= odd.items()


# Connecting


def connected(world: World, **lacks: How) -> Connected:
    lacking(world, How.NULL)
    world.released._ledgers[COMPANY].lacks = {"companies": lacks}
    tokens = first_tokens(world.state.refresh_token(REALM))
    return connect(world.engine(), world.app.vault, COMPANY, REALM, tokens)


@pytest.mark.parametrize("how", How)
def test_a_company_that_says_hardly_anything_is_connected_and_what_was_assumed_is_said(
    make_world: Any, how: How
) -> None:
    world = make_world(connected=False)
    found = connected(world, **{name: how for name in COMPANY_FIELDS - {"country"}})
    company, notes = found.company, " ".join(found.notes)
    assert (company.name, company.timezone, company.observe_only) == (COMPANY, "Pacific/Auckland", False)
    assert "built-in" in notes and "Pacific/Auckland" in notes and "first day of this year" in notes
    world.rent(), world.repairs(), world.gst()
    world.invoice(world.contact("Kiosk Ltd"), "INV-1")
    world.sync_blue()
    assert world.count("Invoice") == 1


@edge
@pytest.mark.parametrize(("country", "zone"), [("GB", "Europe/London"), ("AU", "UTC"), ("US", "UTC")])
def test_a_time_zone_that_is_none_is_said_and_replaced(make_world: Any, country: str, zone: str) -> None:
    world = make_world(connected=False, country=country)
    world.released._ledgers[COMPANY].company["timezone"] = "New Zealand Standard Time"
    found = connected(world)
    assert found.company.timezone == zone and any(zone in note for note in found.notes)
