"""Blue means that the same is open on both sides: what settles a document outside of synced payments makes it red."""

from decimal import Decimal
from typing import Any

from bot.core.model import Outcome
from bot.core.runs import Flag, RedReason
from bot.sync.ending import Finished
from tests.sync.world import World


def on_screen(world: World, entity: str, id_: str, **fields: Any) -> None:
    """What QuickBooks' own screens do to a document, which the API cannot."""
    stored = world.books.books.tables[entity][id_]
    world.books.books.save(entity, {**stored, **fields}, "Update")


def red_row(world: World, finished: Finished, name: str) -> Any:
    assert finished.flag is Flag.RED and finished.red_reason is RedReason.OUT_OF_BALANCE
    (row,) = [row for row in finished.failures if row.name == name]
    assert (row.code, row.outcome) == ("open-balance-differs", Outcome.FAILED)
    return row


def test_a_deposit_on_the_invoice_itself_is_named_with_its_amount(paired: World) -> None:
    customer = paired.customer("Kiosk Ltd")
    made = paired.qb_invoice(customer, "INV-1", "200.00")
    account = {"value": paired.id_of("Account", "Checking")}
    on_screen(paired, "Invoice", made["Id"], Deposit=Decimal(50), DepositToAccountRef=account, Balance=Decimal(180))
    row = red_row(paired, paired.sync_red(), "INV-1")
    assert row.details == "INV-1 has NZD 230.00 open in Re-Leased and NZD 180.00 in QuickBooks"
    assert "50.00 is entered as a deposit on the invoice itself" in row.more_detail
    assert "receive it as a payment, which then comes over by itself. Then retry." in row.more_detail
    with paired.nothing_written():
        again = paired.sync_red()
    assert [one.at for one in again.failures] == [row.at], "the same finding is not told anew"


def test_it_clears_itself_when_re_leased_shows_the_same(paired: World) -> None:
    customer = paired.customer("Kiosk Ltd")
    made = paired.qb_invoice(customer, "INV-1", "200.00")
    on_screen(paired, "Invoice", made["Id"], Deposit=Decimal(50), Balance=Decimal(180))
    paired.sync_red()
    on_screen(paired, "Invoice", made["Id"], Deposit=Decimal(0), Balance=Decimal(230))
    paired.sync_blue()
    assert [row for row in paired.rows() if row.code == "open-balance-differs"] == []


def test_a_credit_given_back_in_money_is_named_and_is_not_called_voided(paired: World) -> None:
    customer = paired.customer("Kiosk Ltd")
    line = paired.sales_line("100.00")
    body = {"CustomerRef": {"value": customer["Id"]}, "DocNumber": "CN-1", "TxnDate": "2026-10-06", "Line": [line]}
    credit = paired.books.create("CreditMemo", body)
    paired.sync_blue()
    refund = {"Amount": Decimal(115), "LinkedTxn": [{"TxnId": "900", "TxnType": "Expense"}]}
    used = {"Amount": Decimal(115), "LinkedTxn": [{"TxnId": credit["Id"], "TxnType": "CreditMemo"}]}
    paired.books.books.save(
        "Payment",
        {
            "CustomerRef": {"value": customer["Id"]},
            "CurrencyRef": {"value": "NZD"},
            "TxnDate": "2026-10-07",
            "TotalAmt": Decimal(0),
            "UnappliedAmt": Decimal(0),
            "Line": [refund, used],
        },
        "Create",
    )
    on_screen(paired, "CreditMemo", credit["Id"], Balance=Decimal(0), RemainingCredit=Decimal(0))
    row = red_row(paired, paired.sync_red(), "CN-1")
    assert "the expense with the QuickBooks id 900 of 115.00" in row.more_detail
    assert "refund of 115.00 on this credit note, so that nothing of it is left to be used." in row.more_detail
    assert not [one for one in paired.rows() if "void" in one.details.casefold()]


def test_what_a_payment_of_this_run_pays_is_read_once_more_and_agrees(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    ours = paired.invoice(tenant, "INV-1")
    paired.sync_blue()
    parts = [{"invoiceId": ours["id"], "amount": "115.00"}]
    money = {"date": "2026-10-15", "amount": "115.00", "currency": "NZD", "allocations": parts, "reference": "R"}
    paired.create("payments", kind="receipt", contactId=tenant["id"], status="active", **money)
    calls = paired.sync_blue().api_calls
    assert calls.quickbooks_reads <= 3, "one reading of what was paid"
    quiet = paired.sync_blue().api_calls
    assert (quiet.quickbooks_reads, quiet.quickbooks_writes) == (2, 0)
