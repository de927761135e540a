"""Answers with odd values in single records: each record fails alone, with a reason, and all others go on."""

import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from bot.core.model import NEEDS_ATTENTION, Result
from tests.sync.tampering import GONE, TWICE, Deed, Key, Tampering
from tests.sync.world import World
from tests.sync.writing.filed import ours

SECONDS = 30
HELD_UP = frozenset({"failing-parent", "missing-parent", "part-stays-out"})
PART_OF = {"Payment": "AppliedCredit", "BillPayment": "AppliedVendorCredit"}
SAID_OTHERWISE = (GONE, TWICE, None, "", [], {})  # what is simply missing: "It names no contact."
FEW, MANY = 3, 12  # of each type


def busy(world: World, each: int) -> None:
    """Records of every type, made on both sides; those that others need are left alone."""
    tenant, owner, supplier = world.contact("Kiosk Ltd"), world.customer("Aroha"), world.contact("Plumb", "supplier")
    vendor = world.vendor("Sparks")
    line = {"accountId": world.rent()["id"], "taxTypeId": world.gst()["id"]}
    for place in range(each):
        world.contact(f"Tenant {place}", address={"line1": "1 Queen St"}, email=f"t{place}@example.org")
        world.customer(f"Customer {place}", PrimaryEmailAddr={"Address": "c@example.org"}, BillAddr={"City": "Napier"})
        world.books.create("Class", {"Name": f"Property {place}"})
        world.books.create("Account", {"Name": f"Costs {place}", "AccountType": "Expense"})
        invoice = world.invoice(tenant, f"INV-{place}")
        bill = world.bill(supplier, f"B-{place}")
        ours(world, invoice, f"lease-{place}.pdf")
        other = world.qb_invoice(owner, f"Q-{place}")
        world.receive(owner["Id"], "50.00", (other["Id"], "50.00"))
        billed = world.qb_bill(vendor, f"QB-{place}")
        world.pay(vendor["Id"], "20.00", (billed["Id"], "20.00"))
        credit = {"kind": "income", "status": "approved", "contactId": tenant["id"], "issueDate": "2026-10-07"}
        lines = [world.line("20.00", **line)]
        parts = [{"invoiceId": invoice["id"], "amount": "10.00", "date": "2026-10-08"}]
        credit |= {"number": f"CN-{place}", "amountsAre": "exclusive", "lines": lines}
        world.create("credit-notes", allocations=parts, **credit)
        paid = {"contactId": tenant["id"], "date": "2026-10-12", "status": "active", "reference": f"R-{place}"}
        parts = [{"invoiceId": invoice["id"], "amount": "30.00"}]
        world.create("payments", kind="receipt", amount="30.00", allocations=parts, **paid)
        paid |= {"contactId": supplier["id"], "reference": f"P-{place}"}
        parts = [{"invoiceId": bill["id"], "amount": "12.00"}]
        world.create("payments", kind="paid", amount="12.00", allocations=parts, **paid)


def stand_before(world: World, tampering: Tampering) -> None:
    for switch in (world.servers.quickbooks_switch, world.servers.released_switch):
        switch.inner = tampering.before(switch.inner)


def protected(world: World) -> frozenset[Key]:
    """What nearly everything refers to: tampered with, it would hold all others up, which tests nothing."""
    kept = {("Item", row["Id"]) for row in world.books.entity("Item").in_id_order(None, None, False)}
    kept |= {("TaxCode", row["Id"]) for row in world.books.entity("TaxCode").in_id_order(None, None, False)}
    named = ("Kiosk Ltd", "Aroha", "Plumb", "Sparks", "Rent", "Repairs and Maintenance", "GST", "15% GST")
    for entity in ("Customer", "Vendor", "Account"):
        rows = world.books.entity(entity).in_id_order(None, None, False)
        kept |= {(entity, row["Id"]) for row in rows if not str(row.get("DisplayName") or row["Name"])[-1:].isdigit()}
    for collection in ("contacts", "accounts", "tax-types", "tracking-options"):
        kept |= {(collection, row["id"]) for row in world.all(collection) if row["name"] in named}
    return frozenset(kept)


def row_of(rows: list[Result], key: Key) -> list[Result]:
    """By one of its ids, a credit of a credit note or payment by the ids that are part of its own."""
    entity, id_ = key
    ours_ = entity[:1].islower()
    return [
        row
        for row in rows
        if (ours_ and row.released_id.split("~")[0] == id_)
        or (not ours_ and row.entity in (entity, PART_OF.get(entity)) and row.external_id.split(":")[0] == id_)
    ]


def check(world: World, tampering: Tampering, finished: Any, took_s: float) -> None:
    assert not finished.could_not_run, finished.could_not_run
    assert took_s < SECONDS
    rows = world.rows()
    nameless = [row for row in rows if row.external_id.startswith("?") or row.released_id.startswith("?")]
    for key, deed in tampering.deeds.items():
        told = [row for row in row_of(rows, key) if row.outcome in NEEDS_ATTENTION]
        if deed.field in ("Id", "id", "the record"):
            told += nameless
        said = " ".join(f"{row.details} {row.more_detail}" for row in told)
        if told and deed.value not in SAID_OTHERWISE:
            ids = {part for row in told for part in (*row.released_id.split("~"), *row.external_id.split(":"))}
            fields = {other.field for named, other in tampering.deeds.items() if named[1] in ids} | {deed.field}
            if any(_came_garbled(row) for row in told):
                fields = {other.field for other in tampering.deeds.values()}
            held_up = any(row.code in HELD_UP for row in told)
            is_named = any(name.casefold() in said.casefold() for name in fields)
            assert held_up or is_named, f"{key} {deed.field} {str(deed.value)[:99]} {said[:400]}"
    touched = {key[1] for key in tampering.deeds}
    for row in rows:
        if row.outcome not in NEEDS_ATTENTION or row.code in HELD_UP or row in nameless:
            continue
        parts = {*row.released_id.split("~"), *row.external_id.split(":")}
        said = (row.name, row.code, row.details, row.more_detail, tampering.deeds)
        assert parts & touched or _came_garbled(row), said


def _came_garbled(row: Result) -> bool:
    """The answer to a write: one side has the record, but under which id could not be read."""
    return row.code == "unreadable-record" and not (row.external_id and row.released_id)


def rounds(world: World, folder: Path, seeds: range, share: int) -> int:
    """Each seed plays a first sync of the same books through tampered answers, then in peace; gives how many."""
    count = 0
    for seed in seeds:
        twin = world.twin(folder / f"seed-{seed}")  # beside the books, which would be copied with all before
        kept = protected(twin)
        tampering = Tampering(seed)
        tampering.wanted = lambda key, kept=kept, seed=seed: key not in kept and hash_of(seed, key) % share == 0
        stand_before(twin, tampering)
        started = time.monotonic()
        finished = twin.sync()
        check(twin, tampering, finished, time.monotonic() - started)
        tampering.wanted = lambda key: False
        twin.sync()
        twin.sync_blue()
        count += tampering.answers
        twin.app.close()
        shutil.rmtree(twin.folder)
    return count


def hash_of(seed: int, key: Key) -> int:
    return sum(map(ord, f"{seed}{key[0]}{key[1]}")) * 2_654_435_761 >> 7


@pytest.fixture
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tampered")


def test_a_hundred_tampered_answers_end_no_run_and_mend_themselves(paired: World, beside: Path) -> None:
    busy(paired, FEW)
    assert rounds(paired, beside, range(1, 5), share=3) >= 100


@pytest.mark.parametrize("value", ["0001-01-01", "9999-12-31", "x" * 20_000])
def test_what_is_odd_but_may_be_meant_ends_no_run(paired: World, value: str) -> None:
    busy(paired, FEW)
    kept = protected(paired)
    tampering = Tampering(9, lambda key: key not in kept and hash_of(9, key) % 2 == 0, only=(value,))
    stand_before(paired, tampering)
    started = time.monotonic()
    for _ in range(2):
        assert not paired.sync().could_not_run
    assert time.monotonic() - started < 2 * SECONDS and tampering.answers > 30


@pytest.mark.long
def test_a_thousand_tampered_answers_end_no_run_and_mend_themselves(paired: World, beside: Path) -> None:
    busy(paired, MANY)
    assert rounds(paired, beside, range(100, 112), share=2) >= 1_500


def tamper_with(world: World, key: Key, path: tuple[Any, ...], value: Any) -> Tampering:
    tampering = Tampering(0, lambda seen: seen == key)
    tampering.deeds[key] = Deed(path, value)
    stand_before(world, tampering)
    return tampering


def test_an_instant_of_the_far_future_does_not_move_the_cursor_there(paired: World) -> None:
    first, second = paired.contact("Tenant 1"), paired.contact("Tenant 2")
    tampering = tamper_with(paired, ("contacts", second["id"]), ("modifiedAt",), "9999-12-31T00:00:00Z")
    paired.sync_red()
    row = paired.row("Tenant 2")
    assert "modifiedAt is “9999-12-31T00:00:00Z”, later than now" in row.more_detail
    assert paired.now("contacts", first)["externalId"], "the other one is through"
    assert paired.company().cursors["released"]["contacts"] < "2027"
    tampering.wanted = lambda key: False
    paired.contact("Tenant 3")
    paired.sync_blue()
    assert paired.now("contacts", second)["externalId"]


def test_an_unreadable_payment_is_neither_unapplied_nor_voided_and_its_invoice_is_not_called_out_of_balance(
    paired: World,
) -> None:
    customer = paired.customer("Aroha")
    invoice = paired.qb_invoice(customer, "Q-1")
    payment = paired.receive(customer["Id"], "50.00", (invoice["Id"], "50.00"))
    paired.sync_blue()
    (before,) = paired.all("payments")
    paired.books.update("Payment", payment["Id"], {"PrivateNote": "Thank you"})
    tampering = tamper_with(paired, ("Payment", payment["Id"]), ("Line", 0, "LinkedTxn", 0, "TxnId"), ["x"])
    finished = paired.sync_red()
    assert [row.code for row in finished.failures] == ["unreadable-record"]
    assert "Line 1, LinkedTxn 1, TxnId is a list, not an id" in finished.failures[0].more_detail
    assert paired.all("payments") == [before]
    tampering.wanted = lambda key: False
    paired.sync_blue()


def test_a_closing_date_that_cannot_be_read_is_not_taken_for_none(paired: World) -> None:
    paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.books.set_preference("AccountingInfoPrefs", "BookCloseDate", "2026-02-30")
    with paired.nothing_written():
        said = paired.sync().could_not_run
    assert "cannot be read" in said and "BookCloseDate" in said, said
