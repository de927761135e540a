"""Payments, bill payments, credits and deposits: what they settle and what that does to the documents."""

import pytest
import requests

from tests.patience import PATIENCE_S


@pytest.fixture
def invoice(api, bodies, customer):
    return api.make("Invoice", bodies.invoice(customer, DocNumber="I1"))


@pytest.fixture
def bill(api, bodies, vendor):
    return api.make("Bill", bodies.bill(vendor, DocNumber="B1"))


def test_a_payment_lowers_the_balance_and_moves_the_invoice_on(api, bodies, customer, invoice):
    payment = api.make("Payment", bodies.payment(customer, 50, ("Invoice", invoice["Id"], 50), PaymentRefNum="R1"))
    shown = api.read("Invoice", invoice["Id"])
    assert (shown["Balance"], shown["SyncToken"]) == (65, "1")
    assert shown["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    assert payment["UnappliedAmt"] == 0 and payment["DepositToAccountRef"]["name"] == "Undeposited Funds"
    assert api.read("Customer", customer)["Balance"] == 65
    assert (
        api.post("invoice", {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"}).code == "5010"
    )


def test_an_overpayment_is_unapplied_credit(api, bodies, customer, invoice):
    payment = api.make("Payment", bodies.payment(customer, 150, ("Invoice", invoice["Id"], 115)))
    assert payment["UnappliedAmt"] == 35
    assert api.read("Customer", customer)["Balance"] == -35


def test_a_payment_may_settle_nothing(api, bodies, customer):
    assert api.make("Payment", bodies.payment(customer, 10))["UnappliedAmt"] == 10


@pytest.mark.parametrize("field", ["CustomerRef", "TotalAmt"])
def test_a_payment_needs_customer_and_total(api, bodies, customer, field):
    body = bodies.payment(customer, 10)
    del body[field]
    answer = api.post("payment", body)
    assert (answer.code, answer.error["element"]) == ("2020", field)


def test_what_belongs_to_another_customer_cannot_be_linked(api, bodies, invoice):
    other = api.make("Customer", {"DisplayName": "Other"})["Id"]
    assert api.post("payment", bodies.payment(other, 10, ("Invoice", invoice["Id"], 10))).code == "620"


def test_what_is_paid_cannot_be_linked(api, bodies, customer, invoice):
    api.make("Payment", bodies.payment(customer, 115, ("Invoice", invoice["Id"], 115)))
    assert api.post("payment", bodies.payment(customer, 10, ("Invoice", invoice["Id"], 10))).code == "620"


def test_what_is_voided_or_missing_cannot_be_linked(api, bodies, customer, invoice):
    api.make("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void")
    for txn_id in (invoice["Id"], "99999"):
        assert api.post("payment", bodies.payment(customer, 10, ("Invoice", txn_id, 10))).code == "620"


def test_more_than_the_balance_or_the_payment_cannot_be_applied(api, bodies, customer, invoice):
    assert api.post("payment", bodies.payment(customer, 200, ("Invoice", invoice["Id"], 200))).code == "6000"
    assert api.post("payment", bodies.payment(customer, 10, ("Invoice", invoice["Id"], 20))).code == "6000"


def test_a_payment_of_nothing_sets_a_credit_off_against_an_invoice(api, bodies, customer, invoice):
    credit = api.make("CreditMemo", bodies.invoice(customer, bodies.sales_line(40)))
    assert credit["RemainingCredit"] == 46
    links = ("Invoice", invoice["Id"], 46), ("CreditMemo", credit["Id"], 46)
    payment = api.make("Payment", bodies.payment(customer, 0, *links))
    assert payment["UnappliedAmt"] == 0
    assert api.read("Invoice", invoice["Id"])["Balance"] == 69
    shown = api.read("CreditMemo", credit["Id"])
    assert (shown["RemainingCredit"], shown["Balance"], shown["SyncToken"]) == (0, 0, "1")
    assert api.read("Customer", customer)["Balance"] == 69


def test_the_lines_of_a_payment_are_all_or_nothing(api, bodies, customer, invoice):
    payment = api.make("Payment", bodies.payment(customer, 115, ("Invoice", invoice["Id"], 115)))
    change = {"Id": payment["Id"], "sparse": True}
    kept = api.make("Payment", {**change, "SyncToken": "0", "PrivateNote": "n"})
    assert len(kept["Line"]) == 1 and api.read("Invoice", invoice["Id"])["SyncToken"] == "1"
    freed = api.make("Payment", {**change, "SyncToken": "1", "Line": []})
    assert freed["UnappliedAmt"] == 115
    shown = api.read("Invoice", invoice["Id"])
    assert (shown["Balance"], shown["LinkedTxn"], shown["SyncToken"]) == (115, [], "2")


@pytest.mark.parametrize("deed", ["void", "delete"])
def test_without_its_payment_an_invoice_is_open_again(api, bodies, customer, invoice, deed):
    payment = api.make("Payment", bodies.payment(customer, 115, ("Invoice", invoice["Id"], 115)))
    body = {"Id": payment["Id"], "SyncToken": "0", "sparse": True}
    if deed == "void":
        api.make("Payment", body, operation="update", include="void")
    else:
        api.make("Payment", body, operation="delete")
    assert api.read("Invoice", invoice["Id"])["Balance"] == 115
    assert api.read("Customer", customer)["Balance"] == 115


def test_an_invoice_that_something_settles_cannot_be_voided_until_it_is_unlinked(api, bodies, customer, invoice):
    payment = api.make("Payment", bodies.payment(customer, 15, ("Invoice", invoice["Id"], 15)))
    answer = api.post("invoice", {"Id": invoice["Id"], "SyncToken": "1"}, operation="void")
    assert (answer.status, answer.code) == (400, "6000")
    assert answer.error["Detail"].startswith("Business Validation Error: You can't void this transaction")
    assert api.read("Invoice", invoice["Id"])["TotalAmt"] == 115
    api.make("Payment", {"Id": payment["Id"], "SyncToken": "0", "sparse": True, "Line": []})
    voided = api.make("Invoice", {"Id": invoice["Id"], "SyncToken": "2"}, operation="void")
    assert (voided["TotalAmt"], voided["Balance"], voided["PrivateNote"]) == (0, 0, "Voided")
    assert {line["Amount"] for line in voided["Line"]} == {0}


@pytest.mark.parametrize("settled_by", ["payment", "credit"])
@pytest.mark.parametrize("way", ["void", "update", "batch", "page"])
def test_no_way_of_voiding_takes_an_invoice_that_something_settles(
    api, sandbox, bodies, customer, invoice, settled_by, way
):
    if settled_by == "payment":
        api.make("Payment", bodies.payment(customer, 15, ("Invoice", invoice["Id"], 15)))
    else:
        credit = api.make("CreditMemo", bodies.invoice(customer, bodies.sales_line(10)))["Id"]
        links = ("Invoice", invoice["Id"], 5), ("CreditMemo", credit, 5)
        api.make("Payment", bodies.payment(customer, 0, *links))
    before = api.read("Invoice", invoice["Id"])
    handle = {"Id": invoice["Id"], "SyncToken": before["SyncToken"]}
    match way:
        case "void":
            assert api.post("invoice", handle, operation="void").code == "6000"
        case "update":
            sparse = {**handle, "sparse": True}
            assert api.post("invoice", sparse, operation="update", include="void").code == "6000"
        case "batch":
            item = {"bId": "1", "operation": "void", "Invoice": handle}
            assert api.batch(item)["1"]["Fault"]["Error"][0]["code"] == "6000"
        case "page":
            path = f"{sandbox.url}/company/{api.realm}/Invoice/{invoice['Id']}/void"
            answer = requests.post(path, timeout=PATIENCE_S)
            assert answer.status_code == 400 and "Unlink it first" in answer.text
    assert api.read("Invoice", invoice["Id"]) == before


def test_without_its_invoice_a_payment_is_unapplied(api, bodies, customer, invoice):
    payment = api.make("Payment", bodies.payment(customer, 115, ("Invoice", invoice["Id"], 115)))
    api.make("Invoice", {"Id": invoice["Id"], "SyncToken": "1"}, operation="delete")
    shown = api.read("Payment", payment["Id"])
    assert (shown["UnappliedAmt"], shown["Line"], shown["SyncToken"]) == (115, [], "1")
    assert api.read("Customer", customer)["Balance"] == -115


def test_an_invoice_made_smaller_than_what_was_paid_frees_the_rest(api, bodies, customer, invoice):
    payment = api.make("Payment", bodies.payment(customer, 115, ("Invoice", invoice["Id"], 115)))
    body = {"Id": invoice["Id"], "SyncToken": "1", "sparse": True, "Line": [bodies.sales_line(10)]}
    changed = api.make("Invoice", body)
    assert (changed["TotalAmt"], changed["Balance"]) == (11.5, 0)
    assert float(api.read("Payment", payment["Id"])["UnappliedAmt"]) == 103.5


def test_a_paid_invoice_keeps_its_customer(api, bodies, customer, invoice):
    other = api.make("Customer", {"DisplayName": "Other"})["Id"]
    api.make("Payment", bodies.payment(customer, 115, ("Invoice", invoice["Id"], 115)))
    body = {"Id": invoice["Id"], "SyncToken": "1", "sparse": True, "CustomerRef": {"value": other}}
    assert api.post("invoice", body).code == "6000"


def test_a_deposited_payment_is_frozen_until_it_leaves_the_deposit(api, bodies, customer):
    payment = api.make("Payment", bodies.payment(customer, 115))
    link = {"TxnId": payment["Id"], "TxnType": "Payment", "TxnLineId": "0"}
    body = {"DepositToAccountRef": bodies.account("Checking"), "Line": [{"Amount": 115, "LinkedTxn": [link]}]}
    deposit = api.make("Deposit", body)
    shown = api.read("Payment", payment["Id"])
    assert shown["LinkedTxn"] == [{"TxnId": deposit["Id"], "TxnType": "Deposit"}] and shown["SyncToken"] == "1"
    change = {"Id": payment["Id"], "SyncToken": "1", "sparse": True}
    for answer in (
        api.post("payment", {**change, "PrivateNote": "x"}),
        api.post("payment", change, operation="update", include="void"),
        api.post("payment", change, operation="delete"),
    ):
        assert (answer.code, answer.error["Message"]) == ("6540", "Deposited Transaction cannot be changed")
    api.make("Deposit", {"Id": deposit["Id"], "SyncToken": "0"}, operation="delete")
    assert api.post("payment", {**change, "SyncToken": "2", "PrivateNote": "x"}).status == 200


def test_a_deposit_needs_the_line_of_what_it_links(api, bodies, customer):
    payment = api.make("Payment", bodies.payment(customer, 115))
    lines = [{"Amount": 115, "LinkedTxn": [{"TxnId": payment["Id"], "TxnType": "Payment"}]}]
    answer = api.post("deposit", {"DepositToAccountRef": bodies.account("Checking"), "Line": lines})
    assert (answer.code, answer.error["element"]) == ("2020", "Line.LinkedTxn.TxnLineId")


def test_a_bill_payment_settles_a_bill_and_shows_on_it(api, bodies, vendor, bill):
    payment = api.make("BillPayment", bodies.bill_payment(vendor, 115, ("Bill", bill["Id"], 115)))
    shown = api.read("Bill", bill["Id"])
    assert (shown["Balance"], shown["SyncToken"]) == (0, "1")
    assert shown["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "BillPaymentCheck"}]
    assert payment["CheckPayment"]["BankAccountRef"]["name"] == "Checking"


def test_a_vendor_credit_is_used_by_a_bill_payment_of_the_rest(api, bodies, vendor, bill):
    credit = api.make("VendorCredit", bodies.bill(vendor, bodies.expense_line(40)))
    links = ("Bill", bill["Id"], 115), ("VendorCredit", credit["Id"], 46)
    api.make("BillPayment", bodies.bill_payment(vendor, 69, *links))
    assert api.read("Bill", bill["Id"])["Balance"] == 0 == api.read("VendorCredit", credit["Id"])["Balance"]
    assert api.read("Vendor", vendor)["Balance"] == 0


@pytest.mark.parametrize(
    ("change", "code", "element"),
    [
        ({"PayType": None}, "2020", "PayType"),
        ({"Line": []}, "2020", "Line"),
        ({"CheckPayment": None}, "2020", "CheckPayment.BankAccountRef"),
        ({"PayType": "CreditCard"}, "2020", "CreditCardPayment.CCAccountRef"),
        ({"PayType": "Cash"}, "2170", "PayType"),
        ({"TotalAmt": -1}, "6000", "TotalAmt"),
    ],
)
def test_a_bill_payment_says_how_it_was_paid(api, bodies, vendor, bill, change, code, element):
    body = bodies.bill_payment(vendor, 115, ("Bill", bill["Id"], 115))
    answer = api.post("billpayment", {**body, **change})
    assert (answer.code, answer.error["element"]) == (code, element)


def test_a_bill_payment_comes_from_a_bank_account(api, bodies, vendor, bill):
    body = bodies.bill_payment(vendor, 115, ("Bill", bill["Id"], 115))
    body["CheckPayment"]["BankAccountRef"] = bodies.account("Utilities")
    assert api.post("billpayment", body).code == "6430"


def test_a_paid_bill_cannot_be_deleted_before_it_is_unlinked(api, bodies, vendor, bill):
    payment = api.make("BillPayment", bodies.bill_payment(vendor, 115, ("Bill", bill["Id"], 115)))
    assert api.post("bill", {"Id": bill["Id"], "SyncToken": "1"}, operation="delete").code == "6000"
    api.make("BillPayment", {"Id": payment["Id"], "SyncToken": "0"}, operation="delete")
    assert api.post("bill", {"Id": bill["Id"], "SyncToken": "2"}, operation="delete").status == 200
