"""What stands in the header of a document when its lines do not say it, and tax codes of several rates."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.core.spec import Problem
from bot.records.documents import document
from tests.records.samples import FACTS, LOOKUP, invoice, line, quickbooks_invoice, sales_line, tax_code

PER_DOCUMENT = replace(FACTS, class_per_document=True)
REVERSE = replace(
    LOOKUP,
    external={**LOOKUP.external, next(iter(k for k in LOOKUP.external if k[1] == "gst")): "39"},
    bodies={**LOOKUP.bodies, ("TaxCode", "39"): tax_code("39", "15", "-15")},
)


def options(body: dict[str, object]) -> list[object]:
    came_in = document.to_released("Invoice", body, LOOKUP, FACTS)
    return [one["trackingOptionId"] for one in came_in["lines"]]


def test_one_class_in_the_header_is_that_of_every_line_without_one() -> None:
    assert options(quickbooks_invoice(ClassRef={"value": "40"})) == ["quay-street"]
    own = sales_line("100.00", ClassRef={"value": "41"})
    assert options(quickbooks_invoice(own, sales_line("50.00"), ClassRef={"value": "40"})) == [None, "quay-street"]


def test_a_class_of_the_header_is_a_parent_and_a_change_of_it_is_seen() -> None:
    body = quickbooks_invoice(ClassRef={"value": "40"})
    assert ("Class", "40") in document.external_references("Invoice", body)
    other = {**body, "ClassRef": {"value": "41"}}
    assert document.external_content("Invoice", body) != document.external_content("Invoice", other)


def test_it_goes_out_in_the_header_where_quickbooks_keeps_one_for_the_document() -> None:
    body = invoice(
        line("60.00", "9.00", trackingOptionId="quay-street"), line("40.00", "6.00", trackingOptionId="quay-street")
    )
    sent = document.to_quickbooks(body, "Invoice", LOOKUP, PER_DOCUMENT)
    assert sent["ClassRef"] == {"value": "40"}
    assert all("ClassRef" not in one["SalesItemLineDetail"] for one in sent["Line"])


def test_lines_of_several_properties_have_a_reason_there() -> None:
    body = invoice(line("60.00", "9.00", trackingOptionId="quay-street"), line("40.00", "6.00"))
    with pytest.raises(Problem, match="class-per-document"):
        document.to_quickbooks(body, "Invoice", LOOKUP, PER_DOCUMENT)


def test_reverse_charge_sends_both_taxes_which_cancel_out() -> None:
    body = invoice(line("1000.00", "0.00"))
    sent = document.to_quickbooks(body, "Invoice", REVERSE, FACTS)
    amounts = [one["Amount"] for one in sent["TxnTaxDetail"]["TaxLine"]]
    assert amounts == [Decimal("150.00"), Decimal("-150.00")] and sent["TxnTaxDetail"]["TotalTax"] == 0


def test_a_rate_that_has_changed_since_is_read_from_the_tax_line() -> None:
    detail = {"TaxRateRef": {"value": "301"}, "PercentBased": True, "TaxPercent": Decimal(12)}
    taxes = {"Amount": Decimal("12.00"), "DetailType": "TaxLineDetail", "TaxLineDetail": detail}
    lines = sales_line("60.00"), sales_line("40.00")
    body = quickbooks_invoice(*lines, tax="12.00", TxnTaxDetail={"TotalTax": Decimal(12), "TaxLine": [taxes]})
    came_in = document.to_released("Invoice", body, LOOKUP, FACTS)
    assert [one["taxAmount"] for one in came_in["lines"]] == ["7.20", "4.80"]
