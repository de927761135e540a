"""Invoices and bills, to the cent: what goes out, what comes in, and what is refused before it is sent."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Outcome, RecordRef, RecordType
from bot.core.money import cents
from bot.core.spec import Lookup, Problem
from bot.records import BY_TYPE
from bot.records.documents import checks
from bot.records.documents import document as invoices
from bot.records.documents import lines as document_lines
from bot.records.invoice import SPEC
from tests.records.samples import BODIES, FACTS, LOOKUP, PAIRS, invoice, line, money, quickbooks_invoice, sales_line

AMOUNTS = st.decimals(Decimal("0.01"), Decimal("99999.99"), places=2)
RATE_OF = {"30": 15, "31": 12, "32": 0, "33": Decimal("14.975")}


def sent(body: Mapping[str, Any], entity: str = "Invoice", **facts: Any) -> dict[str, Any]:
    return invoices.to_quickbooks(body, entity, LOOKUP, replace(FACTS, **facts))


def brought(body: Mapping[str, Any], entity: str = "Invoice", **facts: Any) -> dict[str, Any]:
    return invoices.to_released(entity, body, LOOKUP, replace(FACTS, **facts))


def problem_of(act: Callable[[], object]) -> Problem:
    with pytest.raises(Problem) as raised:
        act()
    return raised.value


@pytest.mark.parametrize(
    ("amounts", "code", "tax"),
    [
        (["81.09"], "31", "9.73"),  # 9.7308
        (["99.99"], "30", "15.00"),  # 14.9985
        (["0.10"], "30", "0.02"),  # a tie at half a cent
        (["0.03", "0.03", "0.03"], "30", "0.01"),  # each 0.0045, together 0.0135
        (["33.33", "33.33", "33.33"], "30", "15.00"),
        (["100.00", "33.33"], "33", "19.97"),
        (["12.34"], "32", "0.00"),
    ],
)
def test_the_tax_of_the_lines_adds_up_to_that_of_the_document(amounts: list[str], code: str, tax: str) -> None:
    body = brought(quickbooks_invoice(*(sales_line(amount, code) for amount in amounts), tax=tax))
    assert money(body["lines"], "netAmount") == Decimal(body["netTotal"]) == sum(map(Decimal, amounts))
    assert money(body["lines"], "taxAmount") == Decimal(body["taxTotal"]) == Decimal(tax)
    assert Decimal(body["total"]) == sum(map(Decimal, amounts)) + Decimal(tax)


@given(st.lists(st.tuples(AMOUNTS, st.sampled_from(sorted(RATE_OF))), min_size=1, max_size=8), st.integers(-4, 4))
def test_whatever_the_lines_and_the_rounding_the_sums_agree(lines: list[tuple[Decimal, str]], off: int) -> None:
    tax = cents(sum((amount * RATE_OF[code] / 100 for amount, code in lines), Decimal(0))) + Decimal(off) / 100
    body = brought(quickbooks_invoice(*(sales_line(str(amount), code) for amount, code in lines), tax=str(tax)))
    assert money(body["lines"], "taxAmount") == tax
    assert money(body["lines"], "netAmount") + tax == Decimal(body["total"])


@given(st.lists(st.tuples(AMOUNTS, st.sampled_from(["gst", "twelve", "zero", "quebec"])), min_size=1, max_size=8))
def test_the_tax_lines_that_go_out_add_up_to_the_total_tax(lines: list[tuple[Decimal, str]]) -> None:
    taxed = [
        line(str(net), str(cents(net * RATE_OF[PAIRS[RecordType.TAX_TYPE, code, "TaxCode"]] / 100)), taxTypeId=code)
        for net, code in lines
    ]
    detail = sent(invoice(*taxed))["TxnTaxDetail"]
    assert sum(one["Amount"] for one in detail["TaxLine"]) == detail["TotalTax"] == money(taxed, "taxAmount")


@given(st.lists(AMOUNTS, min_size=1, max_size=6))
def test_an_inclusive_document_comes_back_as_it_went_out(gross: list[Decimal]) -> None:
    nets = [cents(amount / Decimal("1.15")) for amount in gross]
    lines = [line(str(net), str(whole - net), unitAmount=str(whole)) for net, whole in zip(nets, gross, strict=True)]
    body = invoice(*lines, amountsAre="inclusive")
    back = brought(invoices.as_held(body, "Invoice", LOOKUP, FACTS))
    assert [one["taxAmount"] for one in back["lines"]] == [one["taxAmount"] for one in lines]
    assert [one["unitAmount"] for one in back["lines"]] == [one["unitAmount"] for one in lines]
    assert back["total"] == body["total"]


def test_an_inclusive_line_says_net_and_gross() -> None:
    detail = sent(invoice(line("86.95", "13.04", unitAmount="99.99"), amountsAre="inclusive"))["Line"][0]
    assert detail["Amount"] == Decimal("86.95")
    assert detail["SalesItemLineDetail"]["TaxInclusiveAmt"] == Decimal("99.99")
    assert "Qty" not in detail["SalesItemLineDetail"]


@pytest.mark.parametrize(
    ("quantity", "unit", "net", "is_said"),
    [
        ("3", "33.33", "99.99", True),
        ("3", "33.333", "100.00", True),
        ("3", "33.34", "100.00", False),
        ("0.5", "0.01", "0.01", False),  # half a cent: one rounds it up, the other down
        ("0.5", "0.01", "0.00", False),
        ("-1", "20.00", "-20.00", True),
        ("", "", "20.00", False),
    ],
)
def test_quantity_and_price_go_out_only_where_any_rounding_gives_the_amount(
    quantity: str, unit: str, net: str, is_said: bool
) -> None:
    detail = sent(invoice(line(net, quantity=quantity, unitAmount=unit)))["Line"][0]["SalesItemLineDetail"]
    assert ("Qty" in detail, "UnitPrice" in detail) == (is_said, is_said)


def test_us_sales_tax_stays_off_the_lines_that_are_exempt() -> None:
    body = quickbooks_invoice(sales_line("100.00", "TAX"), sales_line("50.00", "NON"), tax="8.25")
    assert [one["taxAmount"] for one in brought(body, country="US")["lines"]] == ["8.25", "0.00"]


def test_a_us_company_sends_tax_or_non_and_no_amount_of_tax() -> None:
    body = sent(invoice(line("100.00", "8.25"), line("50.00")), country="US")
    codes = [one["SalesItemLineDetail"]["TaxCodeRef"]["value"] for one in body["Line"]]
    assert codes == ["TAX", "NON"]
    assert not {"TxnTaxDetail", "GlobalTaxCalculation"} & set(body)


def test_a_document_without_tax_names_no_tax_code() -> None:
    body = sent(invoice(line("120.00", taxTypeId=None), amountsAre="noTax"))
    assert "TaxCodeRef" not in body["Line"][0]["SalesItemLineDetail"]
    assert "TxnTaxDetail" not in body  # QuickBooks refuses it with 6170


@pytest.mark.parametrize(
    ("change", "code", "outcome"),
    [
        ({"status": "draft"}, "not-approved", Outcome.SKIPPED),
        ({"issueDate": "2026-03-31"}, "before-sync-from", Outcome.SKIPPED),
        ({"issueDate": None}, "incomplete-record", Outcome.FAILED),
        ({"issueDate": "2026-02-30"}, "incomplete-record", Outcome.FAILED),
        ({"dueDate": "soon"}, "incomplete-record", Outcome.FAILED),
        ({"lines": []}, "incomplete-record", Outcome.FAILED),
        ({"contactId": None}, "incomplete-record", Outcome.FAILED),
        ({"number": "N" * 22}, "number-too-long", Outcome.FAILED),
        ({"currency": "AUD"}, "currency-not-enabled", Outcome.FAILED),
        ({"total": "116.00"}, "incomplete-record", Outcome.FAILED),
    ],
)
def test_what_cannot_go_out_is_said_before_it_is_sent(change: dict[str, Any], code: str, outcome: Outcome) -> None:
    found = problem_of(lambda: checks.check({**invoice(), **change}, FACTS))
    assert (found.code, found.outcome) == (code, outcome)


def test_the_first_day_of_the_sync_and_a_number_of_21_characters_are_fine() -> None:
    checks.check(invoice(issueDate="2026-04-01", number="N" * 21), FACTS)
    checks.check(invoice(currency="AUD"), replace(FACTS, multicurrency=True))


@pytest.mark.parametrize(
    ("change", "code", "outcome"),
    [
        ({"TxnDate": "2026-03-31"}, "before-sync-from", Outcome.SKIPPED),
        ({"TxnDate": None}, "incomplete-record", Outcome.FAILED),
        ({"TxnDate": "31/12/2026"}, "incomplete-record", Outcome.FAILED),
        ({"CustomerRef": None}, "incomplete-record", Outcome.FAILED),
        ({"Line": []}, "incomplete-record", Outcome.FAILED),
        ({"Line": None}, "incomplete-record", Outcome.FAILED),
        ({"TotalAmt": Decimal("115.01")}, "incomplete-record", Outcome.FAILED),
        ({"TotalAmt": "a lot"}, "incomplete-record", Outcome.FAILED),
        ({"TxnTaxDetail": {"TotalTax": "some"}}, "incomplete-record", Outcome.FAILED),
        ({"TotalAmt": 0, "PrivateNote": "Voided", "Line": [sales_line("0.00")]}, "voided-elsewhere", Outcome.SKIPPED),
    ],
)
def test_what_cannot_come_in_is_said(change: dict[str, Any], code: str, outcome: Outcome) -> None:
    body = {**quickbooks_invoice(), **change}
    found = problem_of(lambda: checks.check_external("Invoice", body, FACTS, LOOKUP))
    assert (found.code, found.outcome) == (code, outcome)


@pytest.mark.parametrize(
    ("kind", "detail", "code", "said"),
    [
        ("DiscountLineDetail", {}, "discount-line", "an account that QuickBooks does not name"),
        ("DiscountLineDetail", {"DiscountAccountRef": {"value": "9", "name": "Rebates"}}, "discount-line", "Rebates"),
        ("GroupLineDetail", {"GroupItemRef": {"value": "9", "name": "Lease pack"}}, "bundle-line", "Lease pack"),
    ],
)
def test_a_discount_or_a_bundle_that_cannot_come_is_named(
    kind: str, detail: dict[str, Any], code: str, said: str
) -> None:
    body = quickbooks_invoice(sales_line("100.00"), {"DetailType": kind, "Amount": Decimal("10.00"), kind: detail})
    problem = problem_of(lambda: brought(body))
    assert problem.code == code and said in problem.context.values()


def test_a_discount_counts_against_the_total() -> None:
    discount = {"DetailType": "DiscountLineDetail", "Amount": Decimal("10.00"), "DiscountLineDetail": {}}
    body = {**quickbooks_invoice(sales_line("100.00"), tax="13.50"), "TotalAmt": Decimal("103.50")}
    checks.check_complete("Invoice", {**body, "Line": [*body["Line"], discount]})
    with pytest.raises(Problem):
        checks.check_complete("Invoice", body)


@given(
    st.lists(st.tuples(AMOUNTS, st.sampled_from(["gst", "twelve", "zero", "quebec"])), min_size=1, max_size=6),
    st.sampled_from(["Invoice", "Bill", "CreditMemo", "VendorCredit"]),
    st.sampled_from(["exclusive", "inclusive", "noTax"]),
)
def test_a_document_that_goes_out_and_comes_back_says_the_same(
    told: list[tuple[Decimal, str]], entity: str, amounts_are: str
) -> None:
    """Each of the four, in each way of stating tax: the same totals, lines, tax of each line, and account."""
    sales = entity in ("Invoice", "CreditMemo")
    account = "rent" if sales else "repairs"
    lines = []
    for net, code in told:
        tax = cents(net * RATE_OF[PAIRS[RecordType.TAX_TYPE, code, "TaxCode"]] / 100) if amounts_are != "noTax" else 0
        unit = net + tax if amounts_are == "inclusive" else net
        tax_type = code if amounts_are != "noTax" else None
        lines.append(line(str(net), f"{Decimal(tax):.2f}", unitAmount=str(unit), accountId=account, taxTypeId=tax_type))
    parties = {"kind": "income", "contactId": "kiosk"} if sales else {"kind": "expense", "contactId": "plumb"}
    body = invoice(*lines, amountsAre=amounts_are, reference="Lease 7", **parties)
    back = brought(invoices.as_held(body, entity, LOOKUP, FACTS), entity)
    for name in ("number", "kind", "contactId", "issueDate", "currency", "amountsAre", "reference"):
        assert back[name] == body[name], name
    assert [Decimal(back[name]) for name in ("netTotal", "taxTotal", "total")] == [
        Decimal(body[name]) for name in ("netTotal", "taxTotal", "total")
    ]
    for came, went in zip(back["lines"], body["lines"], strict=True):
        for name in ("netAmount", "unitAmount", "quantity"):
            assert Decimal(came[name]) == Decimal(went[name]), name
        assert (came["accountId"], came["taxTypeId"]) == (went["accountId"], went["taxTypeId"])
    assert money(back["lines"], "taxAmount") == money(body["lines"], "taxAmount")


@given(st.lists(st.tuples(st.sampled_from(["inv-1", "inv-2"]), AMOUNTS), max_size=2, unique_by=lambda one: one[0]))
def test_a_payment_that_goes_out_and_comes_back_says_the_same(parts: list[tuple[str, Decimal]]) -> None:
    spec = BY_TYPE[RecordType.PAYMENT]
    total = sum((part for _, part in parts), Decimal("7.77"))
    allocations = [{"invoiceId": invoice_id, "amount": str(part)} for invoice_id, part in parts]
    body = {"kind": "receipt", "contactId": "kiosk", "date": "2026-10-20", "amount": str(total), "currency": "NZD"}
    body |= {"reference": "EFT 9", "bankAccountId": "35", "allocations": allocations, "status": "active"}
    sent = spec.to_quickbooks(body, "Payment", LOOKUP, FACTS)
    assert spec.to_released("Payment", sent, LOOKUP, FACTS) == body


@pytest.mark.parametrize(
    ("field", "code", "type_"),
    [("accountId", "account-missing", RecordType.ACCOUNT), ("taxTypeId", "tax-missing", RecordType.TAX_TYPE)],
)
def test_a_line_whose_account_or_tax_is_not_paired_names_it(field: str, code: str, type_: RecordType) -> None:
    found = problem_of(lambda: sent(invoice(line("1.00", **{field: "unknown"}))))
    assert (found.code, found.cause) == (code, RecordRef(type_, "unknown"))
    assert problem_of(lambda: sent(invoice(line("1.00", **{field: None})))).cause is None


@pytest.mark.parametrize("length", [4_000, 5_000])
def test_a_description_and_a_reference_go_out_as_long_as_quickbooks_takes_them(length: int) -> None:
    """https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice: 4000 characters each."""
    text = "R" * length
    body = sent(invoice(line("100.00", "15.00", description=text), reference=text))
    assert body["Line"][0]["Description"] == body["PrivateNote"] == "R" * 4_000
    account = replace(LOOKUP, external={**PAIRS, (RecordType.ACCOUNT, "allowed", "Account"): "50"})
    discount = invoice(line("100.00", "15.00"), line("-10.00", description=text, accountId="allowed"))
    assert invoices.to_quickbooks(discount, "Invoice", account, FACTS)["Line"][1]["Description"] == "R" * 4_000


def test_a_sales_line_takes_items_only_and_a_bill_takes_accounts_first() -> None:
    assert problem_of(lambda: sent(invoice(line("1.00", accountId="repairs")))).code == "account-missing"
    both = Lookup({**PAIRS, (RecordType.ACCOUNT, "rent", "Account"): "22"}, LOOKUP.released, BODIES)
    bill = invoice(kind="expense", contactId="plumb")
    detail = invoices.to_quickbooks(bill, "Bill", both, FACTS)["Line"][0]
    assert detail["AccountBasedExpenseLineDetail"]["AccountRef"] == {"value": "22"}


def test_a_record_refers_to_its_party_and_to_all_that_its_lines_name() -> None:
    body = invoice(line("1.00", trackingOptionId="quay-street"), line("2.00", accountId="parking"), kind="expense")
    found = [(str(reference.ref), reference.entity) for reference in SPEC.references(body)]
    assert found[0] == ("contact:kiosk", "Vendor")
    named = ["account:rent", "tax-type:gst", "tracking-option:quay-street", "account:parking"]
    assert sorted(ref for ref, _ in found[1:]) == sorted(named)
    external = invoices.external_references("Invoice", quickbooks_invoice(sales_line("1", "NON"), sales_line("2")))
    assert set(external) == {("Customer", "1"), ("Item", "10"), ("TaxCode", "30")}


@pytest.mark.parametrize(
    ("change", "score"),
    [
        ({}, 3),
        ({"DocNumber": "inv-1"}, 3),
        ({"TxnDate": "2026-10-06"}, 1),
        ({"TotalAmt": Decimal("115.01")}, 1),
        ({"DocNumber": "INV-2"}, 0),
        ({"DocNumber": " INV-1 "}, 3),
        ({"DocNumber": None}, 2),
        ({"DocNumber": "0001"}, 2),
        ({"DocNumber": "0001", "TotalAmt": Decimal("115.01")}, 0),
        ({"CustomerRef": {"value": "3"}}, 0),
    ],
)
def test_an_invoice_is_the_same_only_when_all_that_tells_it_agrees(change: dict[str, Any], score: int) -> None:
    assert SPEC.same(invoice(), "Invoice", {**quickbooks_invoice(), **change}, LOOKUP) == score


def test_a_number_that_quickbooks_gave_tells_nothing_apart() -> None:
    external = {**quickbooks_invoice(), "DocNumber": "1007"}
    assert SPEC.same(invoice(), "Invoice", external, LOOKUP) == 0
    theirs = replace(LOOKUP, numbered_there=frozenset({"Invoice"}))
    assert SPEC.same(invoice(), "Invoice", external, theirs) == 2


def test_paying_or_reading_an_invoice_again_changes_nothing_that_we_sync() -> None:
    before, after = quickbooks_invoice(), quickbooks_invoice(SyncToken="7", Balance=Decimal(0), MetaData={"x": "y"})
    assert invoices.external_content("Invoice", before) == invoices.external_content("Invoice", after)
    ours, paid = invoice(), invoice(status="paid", amountPaid="115.00", balance="0.00", version=9)
    assert invoices.released_content(ours) == invoices.released_content(paid)


@pytest.mark.parametrize("change", [{"Amount": Decimal(99)}, {"Description": "Parking"}])
def test_a_changed_line_is_seen(change: dict[str, Any]) -> None:
    before = sales_line("100.00")
    assert document_lines.content([before]) != document_lines.content([{**before, **change}])


def test_zero_alone_does_not_make_a_document_voided() -> None:
    free = quickbooks_invoice(sales_line("0.00"), tax="0.00")
    assert not checks.external_gone("Invoice", free)
    assert not checks.external_gone("Invoice", quickbooks_invoice(PrivateNote="Voided cheque sent back"))
    assert checks.external_gone("Invoice", {**free, "PrivateNote": "Lease 12 - Voided"})
    assert not checks.external_gone("Invoice", {**free, "PrivateNote": "the voided parking ticket"})
    counted = sales_line("0.00", Qty=Decimal(1))
    alive = quickbooks_invoice(counted, tax="0.00", PrivateNote="Voided: see INV-7")
    assert not checks.external_gone("Invoice", alive), "QuickBooks empties the quantities of what it voids"
    waived = quickbooks_invoice(sales_line("80.00"), sales_line("-80.00"), tax="0.00", TotalAmt=0, PrivateNote="Voided")
    assert not checks.external_gone("Invoice", waived), "lines that cancel out are lines"
