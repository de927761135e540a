"""Money outside of payment records: cheques, card credits, refunds, deposits and journal entries on what is owed."""

import pytest

from tests.sandbox_quickbooks.conftest import PAYABLE, RECEIVABLE


@pytest.fixture
def credit(api, bodies, customer):
    return api.make("CreditMemo", bodies.invoice(customer, DocNumber="C1"))


@pytest.fixture
def invoice(api, bodies, customer):
    return api.make("Invoice", bodies.invoice(customer, DocNumber="I1"))


@pytest.fixture
def bill(api, bodies, vendor):
    return api.make("Bill", bodies.bill(vendor, DocNumber="B1"))


@pytest.fixture
def vendor_credit(api, bodies, vendor):
    return api.make("VendorCredit", bodies.bill(vendor))


def balance(api, entity, record_id):
    return api.read(entity, record_id)["Balance"]


def test_a_cheque_is_written_read_queried_changed_and_deleted(api, bodies, vendor):
    cheque = api.make("Purchase", bodies.purchase(vendor, bodies.expense_line(100), DocNumber="101"))
    assert (cheque["TotalAmt"], cheque["PaymentType"], cheque["Credit"]) == (115, "Check", False)
    assert cheque["EntityRef"] == {"value": vendor, "name": "Norton Lumber", "type": "Vendor"}
    assert cheque["AccountRef"]["name"] == "Checking"
    assert cheque["PurchaseEx"]["any"][0]["value"] == {"Name": "TxnType", "Value": "54"}
    for where in ("PaymentType = 'Check'", "DocNumber = '101'", "TotalAmt = '115'"):
        assert [row["Id"] for row in api.rows(f"select * from Purchase where {where}")] == [cheque["Id"]]
    handle = {"Id": cheque["Id"], "SyncToken": "0"}
    answer = api.post("purchase", {**handle, "sparse": True, "PrivateNote": "n"})
    assert (answer.code, answer.error["element"]) == ("2020", "PaymentType")
    changed = api.make("Purchase", {**handle, "sparse": True, "PaymentType": "Check", "PrivateNote": "n"})
    assert (changed["TotalAmt"], changed["PrivateNote"]) == (115, "n")
    assert api.post("purchase", {**handle, "SyncToken": "1"}, operation="void").code == "500"
    api.make("Purchase", {**handle, "SyncToken": "1"}, operation="delete")
    assert api.get(f"purchase/{cheque['Id']}").code == "610"


def test_purchases_are_captured_as_changes(api, bodies, vendor):
    purchase = api.make("Purchase", bodies.purchase(vendor, bodies.expense_line(1)))
    body = api.get("cdc", entities="Purchase", changedSince="2026-05-28T00:00:00Z").body
    assert body["CDCResponse"][0]["QueryResponse"][0]["Purchase"] == [purchase]


@pytest.mark.parametrize(
    ("change", "code", "element"),
    [
        ({"PaymentType": None}, "2020", "PaymentType"),
        ({"AccountRef": None}, "2020", "AccountRef"),
        ({"Line": []}, "2020", "Line"),
        ({"PaymentType": "Barter"}, "2170", "PaymentType"),
        ({"PaymentType": "CreditCard"}, "6430", ""),
        ({"Credit": True}, "6000", "Credit"),
        ({"EntityRef": {"value": "99999"}}, "2500", "EntityRef"),
    ],
)
def test_a_purchase_says_how_it_was_paid(api, bodies, vendor, change, code, element):
    answer = api.post("purchase", {**bodies.purchase(vendor, bodies.expense_line(1)), **change})
    assert (answer.code, answer.error["element"]) == (code, element)


def test_a_name_of_another_type_is_refused(api, bodies, vendor):
    body = bodies.purchase(vendor, bodies.expense_line(1))
    assert api.post("purchase", {**body, "EntityRef": {"value": vendor, "type": "Customer"}}).code == "2500"
    assert api.post("purchase", {**body, "EntityRef": {"value": vendor, "type": "Vendor"}}).status == 200


def test_purchase_numbers_are_unique_unless_duplicates_are_allowed(api, bodies, vendor):
    body = bodies.purchase(vendor, bodies.expense_line(1), DocNumber="101")
    api.make("Purchase", body)
    assert api.post("purchase", body).code == "6140"
    assert api.post("purchase", body, include="allowduplicatedocnum").status == 200


def test_a_line_on_receivables_needs_a_customer_and_one_on_payables_a_vendor(api, bodies, customer, vendor):
    for party, account, who in ((vendor, RECEIVABLE, "customer"), (customer, PAYABLE, "vendor")):
        words = f"you must choose a {who} in the Name field."
        assert words in api.post("purchase", bodies.purchase(party, bodies.posting(account, 1))).error["Detail"]
        line = {
            "Amount": 1,
            "DepositLineDetail": {"AccountRef": bodies.account(account), "Entity": {"value": party}},
        }
        body = {"DepositToAccountRef": bodies.account("Checking"), "Line": [line]}
        assert words in api.post("deposit", body).error["Detail"]
        entry = bodies.journal(("Debit", 1, account, party), ("Credit", 1, "Services", None))
        assert words in api.post("journalentry", entry).error["Detail"]


@pytest.mark.parametrize(("kind", "word"), [("Check", "Check"), ("Cash", "Expense")])
def test_a_credit_is_refunded_by_a_cheque_and_a_payment_of_nothing(api, bodies, customer, credit, kind, word):
    refund = api.make("Purchase", bodies.purchase(customer, bodies.posting(RECEIVABLE, 115), PaymentType=kind))
    assert (refund["TotalAmt"], balance(api, "Customer", customer)) == (115, 0)
    links = (word, refund["Id"], 115), ("CreditMemo", credit["Id"], 115)
    payment = api.make("Payment", bodies.payment(customer, 0, *links))
    assert (payment["TotalAmt"], payment["UnappliedAmt"]) == (0, 0)
    assert [line["LinkedTxn"][0]["TxnType"] for line in payment["Line"]] == [word, "CreditMemo"]
    shown = api.read("CreditMemo", credit["Id"])
    assert (shown["Balance"], shown["RemainingCredit"], shown["SyncToken"]) == (0, 0, "1")
    paid = [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    cheque = api.read("Purchase", refund["Id"])
    assert shown["LinkedTxn"] == paid == cheque["LinkedTxn"] and cheque["SyncToken"] == "1"
    assert balance(api, "Customer", customer) == 0


def test_a_cheque_can_be_refunded_once_and_to_its_own_customer(api, bodies, customer, credit):
    refund = api.make("Purchase", bodies.purchase(customer, bodies.posting(RECEIVABLE, 100)))["Id"]
    body = bodies.payment(customer, 0, ("Expense", refund, 115), ("CreditMemo", credit["Id"], 115))
    assert api.post("payment", body).code == "6000"
    other = api.make("Customer", {"DisplayName": "Other"})["Id"]
    memo = api.make("CreditMemo", bodies.invoice(other))["Id"]
    body = bodies.payment(other, 0, ("Expense", refund, 100), ("CreditMemo", memo, 100))
    assert api.post("payment", body).code == "620"
    links = ("Check", refund, 100), ("CreditMemo", credit["Id"], 100)
    payment = api.make("Payment", bodies.payment(customer, 0, *links))
    assert payment["Line"][0]["LinkedTxn"] == [{"TxnId": refund, "TxnType": "Check"}]
    assert api.post("payment", bodies.payment(customer, 0, *links)).code == "620"


def test_what_is_not_receivable_cannot_be_linked(api, bodies, customer, vendor, credit):
    expense = api.make("Purchase", bodies.purchase(vendor, bodies.expense_line(100)))["Id"]
    for kind, record_id in (("Check", expense), ("Purchase", expense), ("Invoice", "99999"), ("Check", "99999")):
        body = bodies.payment(customer, 0, (kind, record_id, 100), ("CreditMemo", credit["Id"], 100))
        assert api.post("payment", body).code == "620", kind


@pytest.mark.parametrize("deed", ["delete", "change"])
def test_without_the_refund_the_credit_can_be_used_again(api, bodies, customer, credit, deed):
    refund = api.make("Purchase", bodies.purchase(customer, bodies.posting(RECEIVABLE, 115)))
    links = ("Check", refund["Id"], 115), ("CreditMemo", credit["Id"], 115)
    payment = api.make("Payment", bodies.payment(customer, 0, *links))
    handle = {"Id": refund["Id"], "SyncToken": "1"}
    if deed == "delete":
        api.make("Purchase", handle, operation="delete")
    else:
        line = bodies.posting(RECEIVABLE, 40)
        api.make("Purchase", {**handle, "sparse": True, "PaymentType": "Check", "Line": [line]})
    left = 0 if deed == "delete" else 40
    assert api.read("CreditMemo", credit["Id"])["RemainingCredit"] == 115 - left
    amounts = [line["Amount"] for line in api.read("Payment", payment["Id"])["Line"]]
    assert amounts == [left, left][: len(amounts)] and bool(amounts) == bool(left)
    assert balance(api, "Customer", customer) == left - 115


def test_a_deleted_credit_leaves_no_payment_above_its_amount(api, bodies, customer, invoice, credit):
    links = ("Invoice", invoice["Id"], 115), ("CreditMemo", credit["Id"], 115)
    payment = api.make("Payment", bodies.payment(customer, 0, *links))
    api.make("CreditMemo", {"Id": credit["Id"], "SyncToken": "1"}, operation="delete")
    shown = api.read("Payment", payment["Id"])
    assert (shown["Line"], shown["UnappliedAmt"]) == ([], 0)
    assert balance(api, "Invoice", invoice["Id"]) == 115 == balance(api, "Customer", customer)


def test_a_journal_entry_is_set_off_against_an_invoice(api, bodies, customer, invoice):
    entry = api.make(
        "JournalEntry", bodies.journal(("Credit", 40, RECEIVABLE, customer), ("Debit", 40, "Utilities", None))
    )
    assert balance(api, "Customer", customer) == 75
    links = ("JournalEntry", entry["Id"], 40), ("Invoice", invoice["Id"], 40)
    payment = api.make("Payment", bodies.payment(customer, 0, *links))
    assert (payment["UnappliedAmt"], balance(api, "Invoice", invoice["Id"])) == (0, 75)
    shown = api.read("JournalEntry", entry["Id"])
    assert shown["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}] and shown["SyncToken"] == "1"
    assert balance(api, "Customer", customer) == 75
    api.make("JournalEntry", {"Id": entry["Id"], "SyncToken": "1"}, operation="delete")
    assert balance(api, "Invoice", invoice["Id"]) == 115 == balance(api, "Customer", customer)


def test_a_journal_entry_that_debits_a_customer_is_paid_like_an_invoice(api, bodies, customer):
    entry = bodies.journal(("Debit", 40, RECEIVABLE, customer), ("Credit", 40, "Services", None))
    entry_id = api.make("JournalEntry", entry)["Id"]
    payment = api.make("Payment", bodies.payment(customer, 40, ("JournalEntry", entry_id, 40)))
    assert payment["UnappliedAmt"] == 0 == balance(api, "Customer", customer)


def test_money_deposited_to_receivables_pays_an_invoice(api, bodies, customer, invoice):
    line = {
        "Amount": 115,
        "DepositLineDetail": {"AccountRef": bodies.account(RECEIVABLE), "Entity": {"value": customer}},
    }
    deposit = api.make("Deposit", {"DepositToAccountRef": bodies.account("Checking"), "Line": [line]})
    assert deposit["Line"][0]["DepositLineDetail"]["Entity"] == {
        "value": customer,
        "name": "Cool Cars",
        "type": "CUSTOMER",
    }
    assert (deposit["TotalAmt"], balance(api, "Customer", customer)) == (115, 0)
    links = ("Deposit", deposit["Id"], 115), ("Invoice", invoice["Id"], 115)
    payment = api.make("Payment", bodies.payment(customer, 0, *links))
    assert (payment["UnappliedAmt"], balance(api, "Invoice", invoice["Id"])) == (0, 0)
    shown = api.read("Deposit", deposit["Id"])
    assert shown["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}] and shown["SyncToken"] == "1"


def test_cash_kept_back_lowers_a_deposit(api, bodies):
    line = {"Amount": 50, "DepositLineDetail": {"AccountRef": bodies.account("Services")}}
    back = {"AccountRef": bodies.account("Savings"), "Amount": 20}
    body = {"DepositToAccountRef": bodies.account("Checking"), "Line": [line], "CashBack": back}
    assert api.make("Deposit", body)["TotalAmt"] == 30


def test_money_paid_ahead_to_a_vendor_pays_a_bill(api, bodies, vendor, bill):
    ahead = api.make("Purchase", bodies.purchase(vendor, bodies.posting(PAYABLE, 100)))
    assert balance(api, "Vendor", vendor) == 15
    links = ("Check", ahead["Id"], 100), ("Bill", bill["Id"], 100)
    payment = api.make("BillPayment", bodies.bill_payment(vendor, 0, *links))
    assert (payment["TotalAmt"], balance(api, "Bill", bill["Id"])) == (0, 15)
    link = {"TxnId": payment["Id"], "TxnType": "BillPaymentCheck"}
    assert api.read("Purchase", ahead["Id"])["LinkedTxn"] == [link]
    assert balance(api, "Vendor", vendor) == 15


def test_a_vendor_credit_is_given_back_by_a_deposit(api, bodies, vendor, vendor_credit):
    line = {"Amount": 115, "DepositLineDetail": {"AccountRef": bodies.account(PAYABLE), "Entity": {"value": vendor}}}
    deposit = api.make("Deposit", {"DepositToAccountRef": bodies.account("Checking"), "Line": [line]})["Id"]
    links = ("Deposit", deposit, 115), ("VendorCredit", vendor_credit["Id"], 115)
    api.make("BillPayment", bodies.bill_payment(vendor, 0, *links))
    assert balance(api, "VendorCredit", vendor_credit["Id"]) == 0 == balance(api, "Vendor", vendor)


def test_a_journal_entry_settles_bills_and_vendor_credits(api, bodies, vendor, bill, vendor_credit):
    for posting, kind, record in (("Debit", "Bill", bill), ("Credit", "VendorCredit", vendor_credit)):
        other = "Credit" if posting == "Debit" else "Debit"
        entry = bodies.journal((posting, 115, PAYABLE, vendor), (other, 115, "Utilities", None))
        links = ("JournalEntry", api.make("JournalEntry", entry)["Id"], 115), (kind, record["Id"], 115)
        api.make("BillPayment", bodies.bill_payment(vendor, 0, *links))
        assert balance(api, kind, record["Id"]) == 0
    assert balance(api, "Vendor", vendor) == 0


def test_a_credit_on_the_card_is_a_charge_for_a_vendor_who_gives_money_back(api, bodies, vendor, vendor_credit):
    card = {"PaymentType": "CreditCard", "AccountRef": bodies.account("Credit Card"), "Credit": True}
    refund = api.make("Purchase", bodies.purchase(vendor, bodies.posting(PAYABLE, 115), **card))["Id"]
    links = ("CreditCardCredit", refund, 115), ("VendorCredit", vendor_credit["Id"], 115)
    payment = api.make("BillPayment", bodies.bill_payment(vendor, 0, *links))
    assert payment["Line"][0]["LinkedTxn"] == [{"TxnId": refund, "TxnType": "CreditCardCredit"}]
    assert balance(api, "VendorCredit", vendor_credit["Id"]) == 0 == balance(api, "Vendor", vendor)


def refund_receipt(bodies, customer, **extra):
    return {**bodies.invoice(customer), "DepositToAccountRef": bodies.account("Checking"), **extra}


def test_a_refund_receipt_gives_money_back_at_once(api, bodies, customer):
    answer = api.post("refundreceipt", bodies.invoice(customer))
    assert (answer.code, answer.error["element"]) == ("2020", "DepositToAccountRef")
    receipt = api.make("RefundReceipt", refund_receipt(bodies, customer, DocNumber="R1"))
    assert (receipt["TotalAmt"], receipt["Balance"], balance(api, "Customer", customer)) == (115, 0, 0)
    assert [row["Id"] for row in api.rows("select * from RefundReceipt where DocNumber = 'R1'")] == [receipt["Id"]]
    assert api.post("refundreceipt", refund_receipt(bodies, customer, DocNumber="R1")).code == "6140"
    body = refund_receipt(bodies, customer)
    del body["CustomerRef"]
    assert api.make("RefundReceipt", body)["TotalAmt"] == 115


def test_a_refund_receipt_may_give_back_a_credit(api, bodies, customer, credit):
    link = {"TxnId": credit["Id"], "TxnType": "CreditMemo"}
    receipt = api.make("RefundReceipt", refund_receipt(bodies, customer, LinkedTxn=[link]))
    shown = api.read("CreditMemo", credit["Id"])
    assert (shown["RemainingCredit"], shown["SyncToken"]) == (0, "1")
    assert shown["LinkedTxn"] == [{"TxnId": receipt["Id"], "TxnType": "RefundReceipt"}]
    assert balance(api, "Customer", customer) == 0
    api.make("RefundReceipt", {"Id": receipt["Id"], "SyncToken": "0"}, operation="delete")
    assert api.read("CreditMemo", credit["Id"])["RemainingCredit"] == 115
    assert api.post("refundreceipt", refund_receipt(bodies, customer, LinkedTxn=[{**link, "TxnId": "9"}])).code == "620"


def test_a_deleted_credit_leaves_its_refund_receipt(api, bodies, customer, credit):
    link = {"TxnId": credit["Id"], "TxnType": "CreditMemo"}
    receipt = api.make("RefundReceipt", refund_receipt(bodies, customer, LinkedTxn=[link]))
    api.make("CreditMemo", {"Id": credit["Id"], "SyncToken": "1"}, operation="delete")
    assert api.read("RefundReceipt", receipt["Id"])["LinkedTxn"] == []


def test_a_sub_customers_balance_is_its_parents_too(api, bodies, customer):
    child = api.make("Customer", {"DisplayName": "Unit 1", "ParentRef": {"value": customer}, "Job": True})["Id"]
    invoice = api.make("Invoice", bodies.invoice(child))
    parent = api.read("Customer", customer)
    assert (parent["Balance"], parent["BalanceWithJobs"], balance(api, "Customer", child)) == (0, 115, 115)
    api.make("Payment", bodies.payment(customer, 115, ("Invoice", invoice["Id"], 115)))
    parent = api.read("Customer", customer)
    assert (parent["Balance"], parent["BalanceWithJobs"], balance(api, "Customer", child)) == (0, 0, 0)
