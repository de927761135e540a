"""Tax outside and inside the US: how it is computed, stated and refused."""

from datetime import date
from decimal import Decimal

import pytest


def tax_of(document: dict) -> Decimal:
    return document["TxnTaxDetail"]["TotalTax"]


def test_tax_is_computed_per_rate_and_shows_its_base(api, bodies, customer):
    lines = bodies.sales_line(10.01), bodies.sales_line(10.02), bodies.sales_line(5, "Zero-rated")
    invoice = api.make("Invoice", bodies.invoice(customer, *lines))
    first, second = invoice["TxnTaxDetail"]["TaxLine"]
    assert first["TaxLineDetail"]["NetAmountTaxable"] == Decimal("20.03") and first["Amount"] == 3
    assert first["TaxLineDetail"]["TaxPercent"] == 15 and second["Amount"] == 0
    assert invoice["GlobalTaxCalculation"] == "TaxExcluded"


def test_with_tax_inclusive_prices_the_amount_is_net_and_the_inclusive_amount_gross(api, bodies, customer):
    line = bodies.sales_line(86.96, TaxInclusiveAmt=100)
    invoice = api.make("Invoice", bodies.invoice(customer, line, GlobalTaxCalculation="TaxInclusive"))
    assert (invoice["TotalAmt"], tax_of(invoice)) == (100, Decimal("13.04"))
    assert invoice["Line"][0]["Amount"] == Decimal("86.96")
    assert invoice["Line"][0]["SalesItemLineDetail"]["TaxInclusiveAmt"] == 100


def test_inclusive_amounts_that_do_not_fit_are_refused(api, bodies, customer):
    line = bodies.sales_line(100, TaxInclusiveAmt=100)
    assert api.post("invoice", bodies.invoice(customer, line, GlobalTaxCalculation="TaxInclusive")).code == "6000"


@pytest.mark.parametrize(("stated", "accepted"), [(15.02, True), (14.95, True), (15.06, False), (20, False)])
def test_a_stated_tax_may_differ_by_a_few_cents(api, bodies, company, customer, stated, accepted):
    rate = company.entity("TaxRate").find("Name", "15% GST (Sales)")["Id"]
    detail = {"TaxLineDetail": {"TaxRateRef": {"value": rate}}, "Amount": stated, "DetailType": "TaxLineDetail"}
    body = bodies.invoice(customer, TxnTaxDetail={"TotalTax": stated, "TaxLine": [detail]})
    answer = api.post("invoice", body)
    assert answer.status == (200 if accepted else 400)
    if accepted:
        assert answer.body["Invoice"]["TotalAmt"] == 100 + Decimal(str(stated))


def test_a_stated_total_without_lines_counts_too(api, bodies, customer):
    invoice = api.make("Invoice", bodies.invoice(customer, TxnTaxDetail={"TotalTax": 15.01}))
    assert invoice["TotalAmt"] == Decimal("115.01")
    kept = api.make("Invoice", {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "n"})
    assert kept["TotalAmt"] == Decimal("115.01")


def test_new_lines_without_tax_detail_are_computed_anew(api, bodies, customer):
    invoice = api.make("Invoice", bodies.invoice(customer, TxnTaxDetail={"TotalTax": 15.01}))
    body = {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "Line": [bodies.sales_line(200)]}
    assert tax_of(api.make("Invoice", body)) == 30


def test_with_no_tax_the_detail_is_refused_and_codes_are_not_needed(api, bodies, customer):
    line = bodies.sales_line(100, tax=None)
    assert api.make("Invoice", bodies.invoice(customer, line, GlobalTaxCalculation="NotApplicable"))["TotalAmt"] == 100
    body = bodies.invoice(customer, line, GlobalTaxCalculation="NotApplicable", TxnTaxDetail={"TotalTax": 1})
    assert api.post("invoice", body).code == "6170"


@pytest.mark.parametrize(("country", "words"), [("NZ", "GST/HST"), ("CA", "GST/HST"), ("GB", "VAT")])
def test_outside_the_us_every_line_needs_a_tax_code(sandbox, country, words):
    api, bodies = sandbox.add_company("2", country=country)
    customer = api.make("Customer", {"DisplayName": "C"})["Id"]
    answer = api.post("invoice", bodies.invoice(customer, bodies.sales_line(100, tax=None)))
    assert answer.code == "6000"
    expected = f"Business Validation Error: Make sure all your transactions have a {words} rate before you save."
    assert answer.error["Detail"] == expected


def test_purchases_use_the_purchase_rates(api, bodies, vendor):
    bill = api.make("Bill", bodies.bill(vendor))
    rate = bill["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]["TaxRateRef"]["value"]
    assert api.read("TaxRate", rate)["Name"] == "15% GST (Purchases)"


def test_a_code_of_two_rates_rounds_each(sandbox):
    api, bodies = sandbox.add_company("2", country="CA")
    customer = api.make("Customer", {"DisplayName": "C"})["Id"]
    invoice = api.make("Invoice", bodies.invoice(customer, bodies.sales_line(10.1, "GST/QST QC - 9.975")))
    assert [line["Amount"] for line in invoice["TxnTaxDetail"]["TaxLine"]] == [Decimal("0.51"), Decimal("1.01")]


def test_three_decimals_in_an_amount_break_the_calculation_of_tax(api, bodies, customer):
    assert api.post("invoice", bodies.invoice(customer, bodies.sales_line(10.123))).code == "6000"


def test_in_the_us_lines_are_tax_or_non_and_intuit_computes_the_tax(sandbox):
    api, bodies = sandbox.add_company("2", country="US")
    customer = api.make("Customer", {"DisplayName": "C"})["Id"]
    body = bodies.invoice(
        customer, bodies.sales_line(100, "TAX"), bodies.sales_line(50, "NON"), bodies.sales_line(1, None)
    )
    invoice = api.make("Invoice", {**body, "GlobalTaxCalculation": "TaxExcluded"})
    assert (tax_of(invoice), invoice["TotalAmt"]) == (8, 159) and "GlobalTaxCalculation" not in invoice
    wrong = bodies.sales_line(100, None, TaxCodeRef={"value": bodies.tax_code("California")})
    assert api.post("invoice", bodies.invoice(customer, wrong)).code == "6100"
    assert {row["Id"] for row in api.rows("select * from TaxCode")} > {"TAX", "NON"}


def test_tax_codes_are_created_through_the_tax_service(api, bodies, customer):
    details = [
        {"TaxRateName": f"Levy {side}", "RateValue": "2.5", "TaxAgencyId": api.rows("select * from TaxAgency")[0]["Id"],
         "TaxApplicableOn": side}
        for side in ("Sales", "Purchase")
    ]  # fmt: skip
    answer = api.post("taxservice/taxcode", {"TaxCode": "Levy", "TaxRateDetails": details})
    assert answer.status == 200 and answer.body["TaxCode"] == "Levy"
    code = api.read("TaxCode", answer.body["TaxCodeId"])
    rate = api.read("TaxRate", code["SalesTaxRateList"]["TaxRateDetail"][0]["TaxRateRef"]["value"])
    assert rate["RateValue"] == Decimal("2.5")
    invoice = api.make("Invoice", bodies.invoice(customer, bodies.sales_line(100, "Levy")))
    assert tax_of(invoice) == Decimal("2.5")
    again = api.post("taxservice/taxcode", {"TaxCode": "Levy", "TaxRateDetails": details})
    assert again.code == "6240"


def test_tax_codes_cannot_be_posted(api):
    assert api.post("taxcode", {"Name": "X"}).code == "500"


def reverse_charge(company):
    company.add_tax_rates("Reverse charge", purchases=(Decimal(15), Decimal(-15)))
    return "Reverse charge"


def test_a_reverse_charge_adds_tax_and_takes_it_back(api, bodies, company, vendor):
    code = reverse_charge(company)
    bill = api.make("Bill", bodies.bill(vendor, bodies.expense_line(1000, code)))
    amounts = [(line["Amount"], line["TaxLineDetail"]["TaxPercent"]) for line in bill["TxnTaxDetail"]["TaxLine"]]
    assert (bill["TotalAmt"], amounts) == (1000, [(150, 15), (-150, -15)])
    rates = api.read("TaxCode", bodies.tax_code(code))["PurchaseTaxRateList"]["TaxRateDetail"]
    lines = [{"Amount": 0, "TaxLineDetail": {"TaxRateRef": one["TaxRateRef"]}} for one in rates]
    stated = {"TotalTax": 0, "TaxLine": [{**line, "DetailType": "TaxLineDetail"} for line in lines]}
    assert api.post("bill", bodies.bill(vendor, bodies.expense_line(1000, code), TxnTaxDetail=stated)).code == "6000"
    inclusive = bodies.bill(vendor, bodies.expense_line(1000, code), GlobalTaxCalculation="TaxInclusive")
    assert api.make("Bill", inclusive)["TotalAmt"] == 1000


def test_a_code_for_purchases_alone_is_refused_on_a_sale(api, bodies, company, customer):
    code = reverse_charge(company)
    assert api.post("invoice", bodies.invoice(customer, bodies.sales_line(1, code))).code == "6470"


def test_a_negative_rate_can_be_made_through_the_tax_service(api, bodies, vendor):
    agency = api.rows("select * from TaxAgency")[0]["Id"]
    details = [
        {"TaxRateName": name, "RateValue": percent, "TaxAgencyId": agency, "TaxApplicableOn": "Purchase"}
        for name, percent in (("In", "15"), ("Out", "-15"))
    ]
    assert api.post("taxservice/taxcode", {"TaxCode": "RC", "TaxRateDetails": details}).status == 200
    assert tax_of(api.make("Bill", bodies.bill(vendor, bodies.expense_line(10, "RC")))) == 0


def test_a_rate_that_changes_on_a_day_is_the_old_one_before_it(api, sandbox, bodies, company, clock, customer):
    rate = company.entity("TaxRate").find("Name", "15% GST (Sales)")["Id"]
    assert [one["RateValue"] for one in api.read("TaxRate", rate)["EffectiveTaxRate"]] == [15]
    company.change_tax_rate(rate, Decimal("17.5"), date(2026, 7, 1))
    assert api.read("TaxRate", rate)["RateValue"] == 15
    for day, percent in (("2026-06-30", 15), ("2026-07-01", Decimal("17.5"))):
        invoice = api.make("Invoice", bodies.invoice(customer, TxnDate=day))
        detail = invoice["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]
        assert (detail["TaxPercent"], tax_of(invoice)) == (percent, percent)
    clock.advance(days=40)
    shown = sandbox.connect().rows("select * from TaxRate where Name = '15% GST (Sales)'")[0]
    assert shown["RateValue"] == Decimal("17.5")
    assert [one["RateValue"] for one in shown["EffectiveTaxRate"]] == [15, Decimal("17.5")]
    assert shown["EffectiveTaxRate"][0]["EndDate"][:10] == "2026-06-30"
    assert "EndDate" not in shown["EffectiveTaxRate"][1]


def test_prices_with_tax_hold_the_rate_of_their_day(api, bodies, company, customer):
    rate = company.entity("TaxRate").find("Name", "15% GST (Sales)")["Id"]
    company.change_tax_rate(rate, Decimal(20), date(2026, 5, 1))
    body = bodies.invoice(customer, GlobalTaxCalculation="TaxInclusive")
    for day, gross in (("2026-04-30", 115), ("2026-05-01", 120)):
        line = api.make("Invoice", {**body, "TxnDate": day})["Line"][0]
        assert line["SalesItemLineDetail"]["TaxInclusiveAmt"] == gross
