"""The kinds of lines that people make on QuickBooks' own screens."""

import pytest

MARKUP = {"PercentBased": True, "Percent": 20}


@pytest.fixture
def bundle(api, bodies):
    """Two products at 30.00 and 5.00; the bundle holds one of the first and two of the second."""
    code = {"value": bodies.tax_code()}
    income = bodies.account("Services")
    ids = [
        api.make(
            "Item",
            {"Name": name, "Type": "Service", "UnitPrice": price, "IncomeAccountRef": income, "SalesTaxCodeRef": code},
        )["Id"]
        for name, price in (("Clean", 30), ("Lamp", 5))
    ]
    contents = [{"ItemRef": {"value": item}, "Qty": quantity} for item, quantity in zip(ids, (1, 2), strict=True)]
    body = {"Name": "Move-out", "Type": "Group", "ItemGroupDetail": {"ItemGroupLine": contents}}
    return api.make("Item", body)["Id"]


def group(bundle, *lines, **extra):
    detail = {"GroupItemRef": {"value": bundle}, **({"Line": list(lines)} if lines else {}), **extra}
    return {"DetailType": "GroupLineDetail", "GroupLineDetail": detail}


def test_text_alone_is_kept_in_its_place_without_an_amount(api, bodies, customer):
    lines = bodies.text("Thank you for your custom"), bodies.sales_line(200), bodies.text("Subtotal: 200.00", Amount=7)
    invoice = api.make("Invoice", bodies.invoice(customer, *lines))
    text, item, subtotal, total = invoice["Line"]
    assert text == {**bodies.text("Thank you for your custom"), "Id": "1", "LineNum": 1}
    assert subtotal == {**bodies.text("Subtotal: 200.00"), "Id": "3", "LineNum": 3}
    assert (item["LineNum"], total["Amount"], invoice["TotalAmt"]) == (2, 200, 230)


@pytest.mark.parametrize("kind", ["Bill", "VendorCredit"])
def test_text_alone_stands_on_bills_too(api, bodies, vendor, kind):
    made = api.make(kind, bodies.bill(vendor, bodies.expense_line(), bodies.text("See the lease")))
    assert [line["DetailType"] for line in made["Line"]] == ["AccountBasedExpenseLineDetail", "DescriptionOnly"]
    assert made["TotalAmt"] == 115


def test_subtotals_that_a_client_sends_are_computed_anew(api, bodies, customer):
    made_up = {"Amount": 999, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    invoice = api.make("Invoice", bodies.invoice(customer, bodies.sales_line(10), made_up, bodies.sales_line(20)))
    assert [(line["DetailType"], line["Amount"]) for line in invoice["Line"]][-1] == ("SubTotalLineDetail", 30)
    assert len(invoice["Line"]) == 3


def test_a_bundle_is_worth_what_its_lines_are_worth(api, bodies, customer, bundle):
    row = group(bundle, bodies.sales_line(60), bodies.text("in two rooms"), bodies.sales_line(15), Quantity=2)
    invoice = api.make("Invoice", bodies.invoice(customer, row, bodies.sales_line(25)))
    first, second, _ = invoice["Line"]
    assert (first["Amount"], first["GroupLineDetail"]["Quantity"], second["Amount"]) == (75, 2, 25)
    assert first["GroupLineDetail"]["GroupItemRef"] == {"value": bundle, "name": "Move-out"}
    inner = first["GroupLineDetail"]["Line"]
    assert [line["DetailType"] for line in inner] == ["SalesItemLineDetail", "DescriptionOnly", "SalesItemLineDetail"]
    assert [line["LineNum"] for line in (first, *inner, second)] == [1, 2, 3, 4, 5]
    assert len({line["Id"] for line in (first, *inner, second)}) == 5
    assert (invoice["TxnTaxDetail"]["TotalTax"], invoice["TotalAmt"]) == (15, 115)


def test_a_bundle_without_lines_is_made_of_what_its_item_holds(api, bodies, customer, bundle):
    invoice = api.make("Invoice", bodies.invoice(customer, group(bundle, Quantity=3)))
    row = invoice["Line"][0]
    assert [(line["Amount"], line["SalesItemLineDetail"]["Qty"]) for line in row["GroupLineDetail"]["Line"]] == [
        (90, 3),
        (30, 6),
    ]
    assert row["Amount"] == 120
    voided = api.make("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void")
    assert {line["Amount"] for line in voided["Line"][0]["GroupLineDetail"]["Line"]} == {0}


def test_only_a_bundle_can_be_a_group(api, bodies, customer):
    answer = api.post("invoice", bodies.invoice(customer, group(bodies.item, bodies.sales_line())))
    assert (answer.code, answer.error["element"]) == ("2500", "Line.GroupLineDetail.GroupItemRef")


def test_a_markup_is_booked_to_its_account_without_an_item(api, bodies, company, customer):
    income = bodies.account("Services")
    line = bodies.sales_line(50, ItemAccountRef=income, MarkupInfo={**MARKUP, "MarkUpIncomeAccountRef": income})
    del line["SalesItemLineDetail"]["ItemRef"]
    invoice = api.make("Invoice", bodies.invoice(customer, bodies.sales_line(250), line))
    detail = invoice["Line"][1]["SalesItemLineDetail"]
    assert (invoice["TotalAmt"], detail["MarkupInfo"]["Percent"]) == (345, 20)
    assert "ItemRef" not in detail and detail["ItemAccountRef"] == {**income, "name": "Services"}


def test_a_sales_line_names_the_account_of_its_item(api, bodies, customer):
    detail = api.make("Invoice", bodies.invoice(customer))["Line"][0]["SalesItemLineDetail"]
    assert detail["ItemAccountRef"] == {**bodies.account("Rental Income"), "name": "Rental Income"}


def test_the_shipping_fee_has_an_item_of_its_own_where_shipping_is_on(api, sandbox, bodies, customer):
    shipping = bodies.sales_line(10, ItemRef={"value": "SHIPPING_ITEM_ID"})
    discount = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10}}
    body = bodies.invoice(customer, bodies.sales_line(100), shipping, discount)
    assert api.post("invoice", body).code == "2500"
    sandbox.control("PUT", f"companies/{api.realm}", {"shipping": True})
    invoice = api.make("Invoice", body)
    assert invoice["Line"][1]["SalesItemLineDetail"]["ItemRef"] == {"value": "SHIPPING_ITEM_ID"}
    assert [line["Amount"] for line in invoice["Line"]] == [100, 10, 10, 100]


def test_lines_of_zero_and_below_it_are_kept(api, bodies, customer, vendor):
    lines = bodies.sales_line(0), bodies.sales_line(100), bodies.sales_line(-40, Qty=-2, UnitPrice=20)
    invoice = api.make("Invoice", bodies.invoice(customer, *lines))
    assert [line["Amount"] for line in invoice["Line"]] == [0, 100, -40, 60]
    bill = api.make("Bill", bodies.bill(vendor, bodies.expense_line(-10), bodies.expense_line(110)))
    assert (bill["TotalAmt"], [line["Amount"] for line in bill["Line"]]) == (115, [-10, 110])


def test_a_new_line_gets_an_id_that_no_other_has(api, bodies, customer):
    made = api.make("Invoice", bodies.invoice(customer, bodies.sales_line(1), bodies.sales_line(2)))
    new = bodies.sales_line(3)
    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Line": [new, *made["Line"]]}
    changed = api.make("Invoice", body)["Line"]
    assert [(line.get("Id"), line["Amount"]) for line in changed] == [("3", 3), ("1", 1), ("2", 2), (None, 6)]
