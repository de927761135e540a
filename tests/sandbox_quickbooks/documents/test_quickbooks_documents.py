"""Invoices, credit memos, bills and vendor credits: totals, numbers, dates, references, closed periods."""

from decimal import Decimal

import pytest

DUPLICATE = "Duplicate Document Number Error : You must specify a different number. This number has already been used."


def test_the_total_is_the_sum_of_lines_and_tax(api, bodies, customer):
    invoice = api.make("Invoice", bodies.invoice(customer, bodies.sales_line(100), bodies.sales_line(50, "No GST")))
    assert (invoice["TotalAmt"], invoice["Balance"]) == (165, 165)
    assert invoice["TxnTaxDetail"]["TotalTax"] == 15
    assert api.read("Customer", customer)["Balance"] == 165


@pytest.mark.parametrize(
    ("body", "element"), [({"Line": [{}]}, "CustomerRef"), ({"CustomerRef": {"value": "1"}}, "Line")]
)
def test_a_missing_parameter_is_fault_2020_and_named(api, body, element):
    answer = api.post("invoice", body)
    assert (answer.code, answer.error["element"]) == ("2020", element)
    assert answer.error["Detail"] == f"Required parameter {element} is missing in the request"


@pytest.mark.parametrize(
    ("quantity", "price", "amount", "accepted"),
    [(3, 33.333333, 100, True), (3, 33.33, 100, False), (2, 50, 100, True), (0, 0, 100, True), (1, 0, 100, False)],
)
def test_the_amount_must_be_quantity_times_price_to_the_cent(api, bodies, customer, quantity, price, amount, accepted):
    line = bodies.sales_line(amount, Qty=quantity, UnitPrice=price)
    answer = api.post("invoice", bodies.invoice(customer, line))
    assert answer.status == (200 if accepted else 400)
    if not accepted:
        assert answer.code == "6070" and "Amount is not equal to UnitPrice * Qty" in answer.error["Detail"]


def test_the_amount_of_a_sales_line_without_an_item_is_ignored(api, bodies, customer):
    line = bodies.sales_line(100)
    del line["SalesItemLineDetail"]["ItemRef"]
    assert api.make("Invoice", bodies.invoice(customer, line))["TotalAmt"] == 0


def test_an_expense_line_needs_an_account(api, bodies, vendor):
    line = bodies.expense_line(100)
    del line["AccountBasedExpenseLineDetail"]["AccountRef"]
    assert api.post("bill", bodies.bill(vendor, line)).code == "6440"


def test_a_category_cannot_be_used_on_a_line(api, bodies, customer):
    category = api.make("Item", {"Name": "Group", "Type": "Category"})
    answer = api.post("invoice", bodies.invoice(customer, bodies.sales_line(1, ItemRef={"value": category["Id"]})))
    assert answer.code == "2500" and "Categories cannot be used" in answer.error["Detail"]


def test_a_negative_line_is_accepted_and_a_negative_total_is_not(api, bodies, customer):
    lines = bodies.sales_line(100), bodies.sales_line(-40)
    assert api.make("Invoice", bodies.invoice(customer, *lines))["TotalAmt"] == 69
    answer = api.post("invoice", bodies.invoice(customer, bodies.sales_line(-40)))
    assert (answer.code, answer.error["Detail"]) == (
        "6000",
        "Business Validation Error: Transaction amount must be 0 or greater.",
    )


def test_a_percentage_discount_lowers_the_total_and_the_tax(api, bodies, customer):
    discount = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10}}
    invoice = api.make("Invoice", bodies.invoice(customer, bodies.sales_line(200), discount))
    assert (invoice["TxnTaxDetail"]["TotalTax"], invoice["TotalAmt"]) == (27, 207)


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"CustomerRef": {"value": "99999"}}, "Names element id 99999 not found"),
        ({"DepartmentRef": {"value": "99999"}}, "Depts element id 99999 not found"),
        ({"SalesTermRef": {"value": "99999"}}, "Terms element id 99999 not found"),
    ],
)
def test_an_unknown_reference_is_fault_2500(api, bodies, customer, change, detail):
    answer = api.post("invoice", {**bodies.invoice(customer), **change})
    assert (answer.code, answer.error["Detail"]) == ("2500", f"Invalid Reference Id : {detail}")


def test_an_unknown_account_is_fault_2500(api, bodies, vendor):
    answer = api.post("bill", bodies.bill(vendor, bodies.expense_line(1, AccountRef={"value": "99999"})))
    assert answer.error["Detail"] == "Invalid Reference Id : Accounts element id 99999 not found"


def test_an_unknown_item_is_fault_2500_with_its_path_as_the_element(api, bodies, customer):
    answer = api.post("invoice", bodies.invoice(customer, bodies.sales_line(1, ItemRef={"value": "99999"})))
    assert (answer.code, answer.error["element"]) == ("2500", "Line.SalesItemLineDetail.ItemRef")
    assert answer.error["Detail"] == "Invalid Reference Id : Line.SalesItemLineDetail.ItemRef"


def test_a_vendor_is_no_customer(api, bodies, vendor):
    assert api.post("invoice", bodies.invoice(vendor)).code == "6250"


def test_an_inactive_customer_or_item_cannot_be_used(api, bodies, company, customer):
    body = bodies.invoice(customer)
    company.archive("Item", bodies.item)
    answer = api.post("invoice", body)
    assert answer.code == "2500" and "has been made inactive" in answer.error["Detail"]
    company.archive("Customer", customer)
    answer = api.post("payment", bodies.payment(customer, 1))
    assert answer.code == "610" and answer.error["Detail"].startswith(
        "Object Not Found : Something you're trying to use"
    )


@pytest.mark.parametrize("code", ["610", "2500", "6250"])
def test_the_code_for_something_inactive_can_be_chosen(api, sandbox, bodies, company, customer, code):
    sandbox.control("PUT", f"companies/{api.realm}", {"inactive_code": code})
    company.archive("Customer", customer)
    assert api.post("invoice", bodies.invoice(customer)).code == code


def test_a_duplicate_number_names_its_holder(api, bodies, customer):
    holder = api.make("Invoice", bodies.invoice(customer, DocNumber="INV-7"))
    answer = api.post("invoice", bodies.invoice(customer, DocNumber="INV-7"))
    assert (answer.status, answer.code) == (400, "6140")
    assert (
        answer.error["Detail"]
        == f"{DUPLICATE} DocNumber=INV-7 is assigned to TxnType=Invoice with TxnId={holder['Id']}"
    )


def test_bill_numbers_are_unique_whatever_the_vendor_unless_duplicates_are_allowed(api, bodies, vendor):
    other = api.make("Vendor", {"DisplayName": "Another"})["Id"]
    holder = api.make("Bill", bodies.bill(vendor, DocNumber="B1"))
    answer = api.post("bill", bodies.bill(other, DocNumber="B1"))
    assert answer.code == "6140" and f"TxnType=Bill with TxnId={holder['Id']}" in answer.error["Detail"]
    assert api.post("bill", bodies.bill(other, DocNumber="B1"), include="allowduplicatedocnum").status == 200


def test_a_number_is_free_again_after_a_delete(api, bodies, customer):
    invoice = api.make("Invoice", bodies.invoice(customer, DocNumber="INV-7"))
    api.make("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="delete")
    assert api.post("invoice", bodies.invoice(customer, DocNumber="INV-7")).status == 200


def test_quickbooks_numbers_sales_forms_itself_if_custom_numbers_are_off(api, sandbox, bodies, customer):
    assert "DocNumber" not in api.make("Invoice", bodies.invoice(customer))
    assert api.make("Invoice", bodies.invoice(customer, DocNumber="AUTO_GENERATE"))["DocNumber"].isdecimal()
    sandbox.control("PUT", f"companies/{api.realm}", {"custom_txn_numbers": False})
    first, second = (api.make("Invoice", bodies.invoice(customer))["DocNumber"] for _ in range(2))
    assert int(second) > int(first)
    assert api.make("Invoice", bodies.invoice(customer, DocNumber=first))["DocNumber"] == first


def test_a_number_has_at_most_21_characters(api, bodies, customer):
    answer = api.post("invoice", bodies.invoice(customer, DocNumber="x" * 45))
    assert (answer.code, answer.error["element"]) == ("2050", "DocNumber")
    assert answer.error["Detail"].endswith("Min:0 Max:21 supported. Supplied length:45")


@pytest.mark.parametrize(
    ("field", "value", "code"), [("TxnDate", "28/05/2026", "2060"), ("ExchangeRate", "much", "2080")]
)
def test_dates_and_numbers_are_checked(api, bodies, customer, field, value, code):
    answer = api.post("invoice", bodies.invoice(customer, **{field: value}))
    assert (answer.code, answer.error["element"]) == (code, field)


@pytest.mark.parametrize(("term", "due"), [("Net 30", "2026-02-14"), ("20th of the following month", "2026-02-20")])
def test_the_due_date_follows_the_terms(api, bodies, company, customer, term, due):
    term_ref = {"value": company.entity("Term").find("Name", term)["Id"]}
    invoice = api.make("Invoice", bodies.invoice(customer, TxnDate="2026-01-15", SalesTermRef=term_ref))
    assert invoice["DueDate"] == due


def test_missing_addresses_are_copied_from_the_customer(api, bodies, customer):
    address = {"Line1": "1 Main St", "City": "Auckland"}
    body = {"Id": customer, "SyncToken": "0", "sparse": True, "BillAddr": address}
    api.make("Customer", {**body, "PrimaryEmailAddr": {"Address": "a@b.co"}})
    invoice = api.make("Invoice", bodies.invoice(customer))
    assert invoice["BillAddr"] == address and invoice["BillEmail"] == {"Address": "a@b.co"}


@pytest.mark.parametrize("deed", ["create", "move in", "move out", "void", "delete"])
def test_nothing_dated_in_a_closed_period_can_be_written(api, sandbox, bodies, customer, deed):
    old = api.make("Invoice", bodies.invoice(customer, TxnDate="2026-03-31"))
    new = api.make("Invoice", bodies.invoice(customer, TxnDate="2026-04-01"))
    sandbox.control("PUT", f"companies/{api.realm}", {"book_close_date": "2026-03-31"})
    assert api.get("preferences").body["Preferences"]["AccountingInfoPrefs"]["BookCloseDate"] == "2026-03-31"
    change = {"SyncToken": "0", "sparse": True}
    answer = {
        "create": lambda: api.post("invoice", bodies.invoice(customer, TxnDate="2026-03-31")),
        "move in": lambda: api.post("invoice", {"Id": new["Id"], **change, "TxnDate": "2026-03-01"}),
        "move out": lambda: api.post("invoice", {"Id": old["Id"], **change, "TxnDate": "2026-05-01"}),
        "void": lambda: api.post("invoice", {"Id": old["Id"], "SyncToken": "0"}, operation="void"),
        "delete": lambda: api.post("invoice", {"Id": old["Id"], "SyncToken": "0"}, operation="delete"),
    }[deed]()
    assert (answer.status, answer.code) == (400, "6210")
    assert answer.error["Message"] == "Account Period Closed, Cannot Update Through Services API"
    assert "through through the QBO Services API" in answer.error["Detail"]
    assert api.post("invoice", {"Id": new["Id"], **change, "PrivateNote": "still open"}).status == 200


def test_with_multicurrency_a_transaction_names_the_currency_of_its_customer(sandbox):
    api, bodies = sandbox.add_company("2", country="NZ", multicurrency=True)
    customer = api.make("Customer", {"DisplayName": "Oz", "CurrencyRef": {"value": "AUD"}})["Id"]
    assert api.post("invoice", bodies.invoice(customer)).error["element"] == "CurrencyRef"
    wrong = api.post("invoice", bodies.invoice(customer, CurrencyRef={"value": "NZD"}))
    assert (wrong.code, wrong.error["element"]) == ("6000", "CurrencyRef")
    made = api.make("Invoice", bodies.invoice(customer, CurrencyRef={"value": "AUD"}, ExchangeRate=1.08))
    assert (made["TotalAmt"], made["HomeTotalAmt"], made["HomeBalance"]) == (115, Decimal("124.2"), Decimal("124.2"))


def test_without_multicurrency_a_foreign_currency_is_refused(api, bodies, customer):
    assert api.post("invoice", bodies.invoice(customer, CurrencyRef={"value": "USD"})).code == "6000"


def test_a_bill_keeps_a_balance_for_its_vendor(api, bodies, vendor):
    bill = api.make("Bill", bodies.bill(vendor, DocNumber="B1"))
    assert bill["APAccountRef"]["name"] == "Accounts Payable (A/P)"
    assert api.read("Vendor", vendor)["Balance"] == 115
    api.make("VendorCredit", bodies.bill(vendor, bodies.expense_line(40)))
    assert api.read("Vendor", vendor)["Balance"] == 69
