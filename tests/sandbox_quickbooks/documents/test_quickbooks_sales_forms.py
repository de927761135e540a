"""Headers of sales forms as people fill them in: deposits, classes, custom fields, and what is kept of all the rest."""

import pytest

PER_TRANSACTION = {"class_per_transaction": True, "class_per_line": False}


@pytest.fixture
def house(api):
    return {"value": api.make("Class", {"Name": "Harbour House"})["Id"]}


def test_a_deposit_on_the_invoice_lowers_what_is_open(api, bodies, customer):
    body = bodies.invoice(customer, bodies.sales_line(200), Deposit=50)
    invoice = api.make("Invoice", {**body, "DepositToAccountRef": bodies.account("Checking")})
    assert (invoice["TotalAmt"], invoice["Deposit"], invoice["Balance"]) == (230, 50, 180)
    assert api.read("Customer", customer)["Balance"] == 180
    assert api.post("payment", bodies.payment(customer, 200, ("Invoice", invoice["Id"], 200))).code == "6000"
    api.make("Payment", bodies.payment(customer, 180, ("Invoice", invoice["Id"], 180)))
    assert api.read("Invoice", invoice["Id"])["Balance"] == 0 == api.read("Customer", customer)["Balance"]


def test_a_deposit_goes_to_undeposited_funds_and_can_be_taken_off_again(api, bodies, customer):
    invoice = api.make("Invoice", bodies.invoice(customer, Deposit=15))
    assert invoice["DepositToAccountRef"]["name"] == "Undeposited Funds"
    changed = api.make("Invoice", {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "Deposit": 0})
    assert (changed["Deposit"], changed["Balance"]) == (0, 115)


@pytest.mark.parametrize(("change", "code"), [({"Deposit": 116}, "6000"), ({"Deposit": -1}, "6000")])
def test_a_deposit_is_a_part_of_the_invoice(api, bodies, customer, change, code):
    assert api.post("invoice", bodies.invoice(customer, **change)).code == code


def test_a_deposit_needs_its_setting_and_a_bank(api, sandbox, bodies, customer):
    body = bodies.invoice(customer, Deposit=15)
    assert api.post("invoice", {**body, "DepositToAccountRef": bodies.account("Utilities")}).code == "6430"
    sandbox.control("PUT", f"companies/{api.realm}", {"invoice_deposits": False})
    assert api.post("invoice", body).code == "6000"


def test_a_higher_deposit_takes_payments_off(api, bodies, customer):
    invoice = api.make("Invoice", bodies.invoice(customer))
    payment = api.make("Payment", bodies.payment(customer, 115, ("Invoice", invoice["Id"], 115)))
    changed = api.make("Invoice", {"Id": invoice["Id"], "SyncToken": "1", "sparse": True, "Deposit": 15})
    assert changed["Balance"] == 0 and api.read("Payment", payment["Id"])["UnappliedAmt"] == 15


@pytest.mark.parametrize("entity", ["Invoice", "CreditMemo"])
def test_one_class_stands_for_the_whole_transaction_where_the_company_tracks_it_so(
    api, sandbox, bodies, customer, house, entity
):
    body = bodies.invoice(customer, bodies.sales_line(100, ClassRef=house), ClassRef=house)
    per_line = api.make(entity, body)
    assert "ClassRef" not in per_line
    assert per_line["Line"][0]["SalesItemLineDetail"]["ClassRef"] == {**house, "name": "Harbour House"}
    sandbox.control("PUT", f"companies/{api.realm}", PER_TRANSACTION)
    prefs = api.get("preferences").body["Preferences"]["AccountingInfoPrefs"]
    assert (prefs["ClassTrackingPerTxn"], prefs["ClassTrackingPerTxnLine"]) == (True, False)
    whole = api.make(entity, body)
    assert whole["ClassRef"] == {**house, "name": "Harbour House"}
    assert "ClassRef" not in whole["Line"][0]["SalesItemLineDetail"]


def test_a_location_stands_in_the_header(api, bodies, customer, vendor):
    place = {"value": api.make("Department", {"Name": "North"})["Id"]}
    for entity, body in (("Invoice", bodies.invoice(customer)), ("Bill", bodies.bill(vendor))):
        assert api.make(entity, {**body, "DepartmentRef": place})["DepartmentRef"] == {**place, "name": "North"}


def test_custom_fields_stand_on_every_form_filled_in_or_not(api, company, bodies, customer):
    company.define_custom_field("Lease")
    company.define_custom_field("Unit")
    fields = [{"DefinitionId": "2", "StringValue": "4B"}]
    invoice = api.make("Invoice", bodies.invoice(customer, CustomField=fields))
    assert invoice["CustomField"] == [
        {"DefinitionId": "1", "Name": "Lease", "Type": "StringType"},
        {"DefinitionId": "2", "Name": "Unit", "Type": "StringType", "StringValue": "4B"},
    ]
    kept = api.make("Invoice", {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "n"})
    assert kept["CustomField"] == invoice["CustomField"]


def test_a_company_has_three_custom_fields_at_most(company):
    for name in "abc":
        company.define_custom_field(name)
    with pytest.raises(ValueError, match="3 already"):
        company.define_custom_field("d")


def test_what_people_fill_in_is_kept_until_somebody_changes_it(api, company, bodies, customer):
    term = {"value": company.entity("Term").find("Name", "Net 30")["Id"]}
    told = {
        "CustomerMemo": {"value": "Thank you"},
        "PrivateNote": "call first",
        "SalesTermRef": term,
        "ShipAddr": {"Line1": "2 Pier Road", "City": "Nelson"},
        "BillAddr": {"Line1": "1 Pier Road", "City": "Nelson"},
        "BillEmail": {"Address": "a@example.com"},
        "BillEmailCc": {"Address": "b@example.com"},
        "ShipDate": "2026-05-01",
        "TrackingNum": "T-1",
        "EmailStatus": "NeedToSend",
        "PrintStatus": "NeedToPrint",
        "AllowOnlineACHPayment": True,
    }
    invoice = api.make("Invoice", bodies.invoice(customer, **told))
    expected = {**told, "SalesTermRef": {**term, "name": "Net 30"}}
    assert {key: invoice[key] for key in told} == expected
    changed = api.make("Invoice", {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "DueDate": "2026-07-01"})
    assert {key: changed[key] for key in told} == expected and changed["DueDate"] == "2026-07-01"


def test_copies_go_where_the_company_wants_them(api, company, bodies, customer):
    company.set_preference("SalesFormsPrefs", "SalesEmailCc", {"Address": "books@example.com"})
    assert api.make("Invoice", bodies.invoice(customer))["BillEmailCc"] == {"Address": "books@example.com"}
    own = {"Address": "own@example.com"}
    assert api.make("Invoice", bodies.invoice(customer, BillEmailCc=own))["BillEmailCc"] == own
