"""What a record says in money is read alike on both sides, and what does not count, counts as nothing."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.core.balance.control_totals import (
    Figures,
    Sums,
    agree,
    external_figures,
    from_cents,
    released_figures,
    to_cents,
)
from bot.core.balance.verification import KindTotals, add_up, largest, reason
from bot.core.model import Outcome, RecordType, Side
from bot.records import BY_TYPE
from tests.core.planning.situations import BILL, QUICKBOOKS_BILL, VOIDED, held, payment, receipt, tenant
from tests.records.samples import Json, invoice, line, quickbooks_invoice

INVOICE, PAYMENT = BY_TYPE[RecordType.INVOICE], BY_TYPE[RecordType.PAYMENT]
ZERO = Decimal(0)


def ours(body: Json, deleted: bool = False) -> Figures:
    spec = PAYMENT if "allocations" in body else INVOICE
    found = released_figures(spec, body, deleted)
    assert found is not None
    return found


def theirs(body: Json, entity: str = "Invoice", deleted: bool = False) -> Figures:
    found = external_figures(PAYMENT if "Payment" in entity else INVOICE, entity, body, deleted)
    assert found is not None
    return found


def test_both_sides_of_one_invoice_say_the_same() -> None:
    body = invoice(line("81.09", "9.73"), line("33.33", "5.00"), balance="129.15")
    mine, other = ours(body), theirs({**held(body), "Balance": Decimal("129.15")})
    assert mine.totals == other.totals == (Decimal("114.42"), Decimal("14.73"), Decimal("129.15"))
    assert (mine.kind, mine.open) == (other.kind, other.open) and agree(mine, other)


def test_expense_invoices_are_bills_on_both_sides() -> None:
    assert ours(BILL).kind == theirs(QUICKBOOKS_BILL, "Bill").kind == "Bill"


def test_tax_and_net_are_held_against_each_other_apart_from_the_total() -> None:
    body = invoice()
    shifted = {**held(body), "TxnTaxDetail": {"TotalTax": Decimal("14.99")}}
    assert theirs(shifted).gross == ours(body).gross and not agree(ours(body), theirs(shifted))


def test_a_payment_is_its_amount_and_has_open_what_it_does_not_pay() -> None:
    mine = ours(receipt(amount="120.00", unallocated="5.00"))
    other = theirs(payment(TotalAmt=Decimal("120.00"), UnappliedAmt=Decimal("5.00")), "Payment")
    assert mine.totals == other.totals == (Decimal(120), ZERO, Decimal(120)) and mine.open == other.open == 5


def test_a_bill_payment_has_left_what_its_lines_do_not_apply() -> None:
    lines = [
        {"Amount": Decimal("80.00"), "LinkedTxn": [{"TxnId": "201", "TxnType": "Bill"}]},
        {"Amount": Decimal("30.00"), "LinkedTxn": [{"TxnId": "9", "TxnType": "VendorCredit"}]},
    ]
    body = {
        "Id": "1",
        "VendorRef": {"value": "2"},
        "TxnDate": "2026-10-20",
        "TotalAmt": Decimal("60.00"),
        "Line": lines,
    }
    assert theirs(body, "BillPayment").open == Decimal("10.00")


@pytest.mark.parametrize(
    "gone",
    [
        ours(invoice(status="voided")),
        ours(invoice(), deleted=True),
        ours(receipt(status="reversed")),
        theirs({**quickbooks_invoice(), **VOIDED}),
        theirs(quickbooks_invoice(), deleted=True),
        theirs(payment(TotalAmt=ZERO), "Payment"),
        ours(invoice(total="not an amount", netTotal="x")),
        theirs(quickbooks_invoice(TotalAmt="not an amount")),
    ],
)
def test_what_is_gone_or_is_no_amount_counts_as_nothing(gone: Figures) -> None:
    assert not gone.counted and (*gone.totals, gone.open) == (ZERO, ZERO, ZERO, ZERO) and gone.same_key == ""


def test_a_draft_counts_but_owes_nothing_yet_and_is_like_no_other() -> None:
    draft = ours(invoice(status="draft", balance="115.00"))
    assert draft.counted and draft.gross == 115 and draft.open == 0 and draft.same_key == ""


def test_what_has_no_money_has_no_figures() -> None:
    assert released_figures(BY_TYPE[RecordType.CONTACT], tenant()) is None


@pytest.mark.parametrize(
    "change",
    [
        {"DocNumber": "INV-2"},
        {"TxnDate": "2026-10-06"},
        {"CustomerRef": {"value": "2"}},
        {"TotalAmt": Decimal("115.01"), "TxnTaxDetail": {"TotalTax": Decimal("15.01")}},
    ],
)
def test_invoices_look_alike_only_with_equal_number_contact_date_and_total(change: Json) -> None:
    same = quickbooks_invoice(Id="999", DocNumber="inv-1", PrivateNote="entered again")
    assert theirs(same).same_key == theirs(quickbooks_invoice()).same_key != ""
    assert theirs({**same, **change}).same_key != theirs(quickbooks_invoice()).same_key


@pytest.mark.parametrize("number", ["", None, "  "])
def test_nothing_without_a_number_looks_like_another(number: str | None) -> None:
    assert theirs(quickbooks_invoice(DocNumber=number)).same_key == ""
    assert theirs(payment(PaymentRefNum=number), "Payment").same_key == ""


def test_payments_for_different_documents_do_not_look_alike() -> None:
    applied = [{"Amount": Decimal("115.00"), "LinkedTxn": [{"TxnId": "102", "TxnType": "Invoice"}]}]
    one, other = theirs(payment(), "Payment"), theirs(payment(Line=applied), "Payment")
    assert one.same_key != other.same_key and one.same_key == theirs(payment(Id="302"), "Payment").same_key


@pytest.mark.parametrize("amount", ["0.00", "0.01", "-0.01", "1234567890123.45"])
def test_cents_and_back(amount: str) -> None:
    assert str(from_cents(to_cents(Decimal(amount)))) == amount


def test_sums_are_kept_in_whole_cents() -> None:
    assert to_cents(Decimal("12.34")) == 1234 and to_cents(Decimal("-0.005")) == -1


def test_the_unexplained_part_is_the_difference_less_what_is_explained() -> None:
    sums = {(Side.RELEASED, "Invoice", "NZD"): Sums(3, Decimal(30), Decimal(3), Decimal(33), Decimal(5))}
    sums[Side.QUICKBOOKS, "Invoice", "NZD"] = Sums(2, Decimal(20), Decimal(2), Decimal(22), Decimal(5))
    known = {("Invoice", "NZD"): Sums(1, Decimal(10), Decimal(1), Decimal(11))}
    (found,) = add_up(sums, known)
    assert found.difference == Sums(1, Decimal(10), Decimal(1), Decimal(11), ZERO) and found.unexplained == Sums()
    assert add_up(sums, {})[0].unexplained == found.difference
    assert KindTotals("Bill", "NZD").unexplained == Sums()


def test_the_largest_of_the_amounts_counts_whatever_its_sign() -> None:
    assert largest(Sums(1, Decimal(-3), Decimal(2), Decimal(-1), ZERO)) == 3


@pytest.mark.parametrize(
    ("outcome", "code", "is_unlinked", "planned", "word", "explains", "attention"),
    [
        (Outcome.SKIPPED, "not-approved", False, False, "Draft", True, False),
        (Outcome.SKIPPED, "before-sync-from", False, False, "start of the sync", True, False),
        (Outcome.SKIPPED, "left-out", True, False, "Unlinked", True, False),
        (None, "", True, False, "Unlinked", True, False),
        (Outcome.FAILED, "6210", False, True, "closed", True, True),
        (Outcome.WAITING, "failing-parent", False, True, "Waits", True, True),
        (Outcome.PLANNED, "", False, False, "observed", True, False),
        (None, "", False, True, "next sync", True, True),
        (None, "", False, False, "No reason", False, True),
        (Outcome.CREATED, "", False, False, "No reason", False, True),
    ],
)
def test_why_a_record_is_on_one_side_only(
    outcome: Outcome | None, code: str, is_unlinked: bool, planned: bool, word: str, explains: bool, attention: bool
) -> None:
    words, *flags = reason(outcome, code, is_unlinked, planned)
    assert word in words and flags == [explains, attention]


def test_agreeing_looks_at_totals_and_not_at_what_is_open() -> None:
    figures = ours(invoice())
    assert agree(figures, replace(figures, open=Decimal(1))) and not agree(figures, replace(figures, tax=Decimal(1)))


@pytest.mark.parametrize(
    ("type_", "has_figures"),
    [
        *((type_, True) for type_ in (RecordType.INVOICE, RecordType.CREDIT_NOTE, RecordType.PAYMENT)),
        *((RecordType.ALLOCATION, True), (RecordType.CONTACT, False), (RecordType.ATTACHMENT, False)),
    ],
)
def test_whatever_moves_money_is_in_the_totals_and_nothing_else(type_: RecordType, has_figures: bool) -> None:
    assert (released_figures(BY_TYPE[type_], {"status": "voided"}) is not None) is has_figures
