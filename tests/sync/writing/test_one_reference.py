"""One bank reference for a whole pay run: every payment is posted, each under a number that QuickBooks takes."""

from decimal import Decimal

from tests.sync.world import CENT, Json, World

RUN = "PAYRUN 15 Nov"


def paid(world: World, name: str, number: str, amount: str = "50.00", reference: str = RUN) -> Json:
    """A bill of a supplier of its own and the payment out that pays it."""
    supplier = world.contact(name, "supplier")
    bill = world.bill(supplier, number, amount)
    total = str((Decimal(amount) * Decimal("1.15")).quantize(CENT))
    parts = [{"invoiceId": bill["id"], "amount": total}]
    money = {"date": "2026-10-15", "amount": total, "currency": "NZD", "allocations": parts, "reference": reference}
    return world.create("payments", kind="paid", contactId=supplier["id"], status="active", **money)


def there(world: World, entity: str) -> list[Json]:
    table = world.books.books.tables[entity]
    return [dict(table[id_]) for id_ in table]


def numbers(world: World) -> list[str]:
    return sorted(row["DocNumber"] for row in there(world, "BillPayment"))


def test_every_payment_of_a_pay_run_is_posted(paired: World) -> None:
    for place in range(3):
        paid(paired, f"Supplier {place}", f"B-{place}")
    paired.sync_blue()
    assert numbers(paired) == [RUN, f"{RUN} (2)", f"{RUN} (3)"]
    assert {row["Balance"] for row in there(paired, "Bill")} == {0}
    with paired.nothing_written():
        paired.sync_blue()


def test_a_reference_of_last_week_gets_the_next_counter(paired: World) -> None:
    paid(paired, "Supplier 1", "B-1")
    paired.sync_blue()
    paid(paired, "Supplier 2", "B-2")
    paired.sync_blue()
    assert numbers(paired) == [RUN, f"{RUN} (2)"]


def test_the_reference_comes_back_without_its_counter(paired: World) -> None:
    paid(paired, "Supplier 1", "B-1")
    second = paid(paired, "Supplier 2", "B-2")
    paired.sync_blue()
    posted = paired.partner("BillPayment", second, "payments")
    assert (posted["DocNumber"], posted["PrivateNote"]) == (f"{RUN} (2)", RUN)
    paired.books.update("BillPayment", posted["Id"], {"TxnDate": "2026-10-16"})
    paired.sync_blue()
    now = paired.now("payments", second)
    assert (now["reference"], now["date"]) == (RUN, "2026-10-16")


def test_a_long_reference_keeps_its_counter_within_quickbooks_length(paired: World) -> None:
    long = "PAYRUN of 15 November 2026, suppliers"
    paid(paired, "Supplier 1", "B-1", reference=long)
    paid(paired, "Supplier 2", "B-2", reference=long)
    paired.sync_blue()
    assert all(len(number) <= 21 for number in numbers(paired)) and len(set(numbers(paired))) == 2
    assert {row["PrivateNote"] for row in there(paired, "BillPayment")} == {long}
    with paired.nothing_written():
        paired.sync_blue()


def test_receipts_share_a_reference_as_they_are(paired: World) -> None:
    for place in range(2):
        tenant = paired.contact(f"Tenant {place}")
        parts = [{"invoiceId": paired.invoice(tenant, f"INV-{place}")["id"], "amount": "115.00"}]
        money = {"date": "2026-10-15", "amount": "115.00", "currency": "NZD", "allocations": parts, "reference": RUN}
        paired.create("payments", kind="receipt", contactId=tenant["id"], status="active", **money)
    paired.sync_blue()
    assert [row["PaymentRefNum"] for row in there(paired, "Payment")] == [RUN, RUN]
