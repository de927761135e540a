"""Billable expenses: the charge that each makes, and the invoice that passes it on."""

import pytest

TENANT = "Cool Cars"


@pytest.fixture
def bill(api, bodies, vendor, customer):
    """A repair of 250.00 for the tenant with 20 % on top, and 100.00 that is nobody else's."""
    billable = {"BillableStatus": "Billable", "CustomerRef": {"value": customer}, "MarkupInfo": {"Percent": 20}}
    lines = {**bodies.expense_line(250, **billable), "Description": "Repair"}, bodies.expense_line(100)
    return api.make("Bill", bodies.bill(vendor, lines[0], lines[1]))


def charge_of(bill):
    return bill["Line"][0]["LinkedTxn"][0]["TxnId"]


def invoice_of(bodies, customer, charge):
    """An invoice as QuickBooks' screen makes it of a charge: the cost, then its markup without an item."""
    link = {"TxnId": charge, "TxnType": "ReimburseCharge"}
    income = bodies.account("Services")
    rows = []
    for line, (amount, markup) in enumerate(((250, {}), (50, {"Percent": 20, "PercentBased": True})), 1):
        row = bodies.sales_line(amount, ItemAccountRef=income, MarkupInfo=markup or {"Percent": 20})
        if markup:
            del row["SalesItemLineDetail"]["ItemRef"]
        rows.append({**row, "LinkedTxn": [{**link, "TxnLineId": str(line)}]})
    return bodies.invoice(customer, *rows)


def test_each_billable_line_has_a_charge(api, bill, customer):
    assert bill["LinkedTxn"] == [{"TxnId": charge_of(bill), "TxnType": "ReimburseCharge"}]
    assert "LinkedTxn" not in bill["Line"][1]
    charge = api.read("ReimburseCharge", charge_of(bill))
    assert (charge["Amount"], charge["HasBeenInvoiced"], charge["CustomerRef"]["name"]) == (300, False, TENANT)
    assert [(line["Amount"], line.get("Description")) for line in charge["Line"]] == [
        (250, "Repair"),
        (50, "20% markup for Repair"),
    ]
    assert [one["Id"] for one in api.rows("select * from ReimburseCharge where HasBeenInvoiced = false")] == [
        charge["Id"]
    ]


def test_an_expense_can_be_billable_too(api, bodies, vendor, customer):
    detail = {"BillableStatus": "Billable", "CustomerRef": {"value": customer}}
    purchase = api.make("Purchase", bodies.purchase(vendor, bodies.expense_line(40, **detail)))
    assert api.read("ReimburseCharge", charge_of(purchase))["Amount"] == 40


def test_an_invoice_passes_a_charge_on_and_shows_it(api, bodies, bill, customer):
    invoice = api.make("Invoice", invoice_of(bodies, customer, charge_of(bill)))
    assert (invoice["TotalAmt"], invoice["LinkedTxn"]) == (345, bill["LinkedTxn"])
    assert [line["LinkedTxn"][0]["TxnLineId"] for line in invoice["Line"][:2]] == ["1", "2"]
    charge = api.read("ReimburseCharge", charge_of(bill))
    assert charge["HasBeenInvoiced"] and charge["LinkedTxn"] == [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]
    shown = api.read("Bill", bill["Id"])
    assert shown["Line"][0]["AccountBasedExpenseLineDetail"]["BillableStatus"] == "HasBeenBilled"
    assert shown["SyncToken"] == "1"
    payment = api.make("Payment", bodies.payment(customer, 345, ("Invoice", invoice["Id"], 345)))
    links = api.read("Invoice", invoice["Id"])["LinkedTxn"]
    assert links == [*bill["LinkedTxn"], {"TxnId": payment["Id"], "TxnType": "Payment"}]


@pytest.mark.parametrize("deed", ["delete", "void", "change"])
def test_without_its_invoice_a_charge_is_billable_again(api, bodies, bill, customer, deed):
    invoice = api.make("Invoice", invoice_of(bodies, customer, charge_of(bill)))
    handle = {"Id": invoice["Id"], "SyncToken": "0"}
    if deed == "change":
        api.make("Invoice", {**handle, "sparse": True, "Line": [bodies.sales_line(1)]})
    else:
        api.make("Invoice", handle, operation=deed)
    assert not api.read("ReimburseCharge", charge_of(bill))["HasBeenInvoiced"]
    line = api.read("Bill", bill["Id"])["Line"][0]
    assert line["AccountBasedExpenseLineDetail"]["BillableStatus"] == "Billable"
    assert api.post("invoice", invoice_of(bodies, customer, charge_of(bill))).status == 200


def test_a_charge_is_passed_on_once_and_to_its_own_customer(api, bodies, bill, customer):
    other = api.make("Customer", {"DisplayName": "Other"})["Id"]
    assert api.post("invoice", invoice_of(bodies, other, charge_of(bill))).code == "620"
    assert api.post("invoice", invoice_of(bodies, customer, "99999")).code == "620"
    api.make("Invoice", invoice_of(bodies, customer, charge_of(bill)))
    assert api.post("invoice", invoice_of(bodies, customer, charge_of(bill))).code == "620"


def test_a_line_that_is_sent_without_its_mark_loses_its_charge(api, bodies, bill, vendor):
    lines = [bodies.expense_line(250), bodies.expense_line(100)]
    handle = {"Id": bill["Id"], "SyncToken": "0", "sparse": True, "VendorRef": {"value": vendor}}
    kept = api.make("Bill", {**handle, "PrivateNote": "seen"})
    assert kept["LinkedTxn"] == bill["LinkedTxn"]
    changed = api.make("Bill", {**handle, "SyncToken": "1", "Line": [{**lines[0], "Id": "1"}, {**lines[1], "Id": "2"}]})
    assert changed["LinkedTxn"] == []
    assert api.get(f"reimbursecharge/{charge_of(bill)}").code == "610"


def test_a_changed_amount_changes_the_charge_until_it_is_invoiced(api, bodies, bill, vendor, customer):
    first, second = bill["Line"]
    handle = {"Id": bill["Id"], "sparse": True, "VendorRef": {"value": vendor}}
    api.make("Bill", {**handle, "SyncToken": "0", "Line": [{**first, "Amount": 300}, second]})
    assert api.read("ReimburseCharge", charge_of(bill))["Amount"] == 360
    api.make("Invoice", invoice_of(bodies, customer, charge_of(bill)))
    changed = api.make("Bill", {**handle, "SyncToken": "2", "Line": [first, second]})
    assert api.read("ReimburseCharge", charge_of(bill))["Amount"] == 360
    assert changed["Line"][0]["AccountBasedExpenseLineDetail"]["BillableStatus"] == "HasBeenBilled"


def test_a_deleted_bill_takes_its_charge_along(api, bill):
    api.make("Bill", {"Id": bill["Id"], "SyncToken": "0"}, operation="delete")
    assert api.get(f"reimbursecharge/{charge_of(bill)}").code == "610"


def test_only_an_invoice_makes_a_line_billed_and_a_billable_one_names_a_customer(api, bodies, vendor, customer):
    billed = bodies.expense_line(1, BillableStatus="HasBeenBilled", CustomerRef={"value": customer})
    answer = api.post("bill", bodies.bill(vendor, billed))
    assert (answer.code, answer.error["Detail"]) == ("2170", "Invalid Enumeration : HAS_BEEN_BILLED")
    assert api.post("bill", bodies.bill(vendor, bodies.expense_line(1, BillableStatus="Billable"))).code == "6000"


def test_charges_cannot_be_written(api, bill):
    charge = api.read("ReimburseCharge", charge_of(bill))
    assert api.post("reimbursecharge", charge).code == "500"
    assert api.post("reimbursecharge", {"Id": charge["Id"], "SyncToken": "0"}, operation="delete").code == "500"
