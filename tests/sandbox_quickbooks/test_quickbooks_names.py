"""Customers, vendors, items, accounts and the other lists: names, archiving, and what they must carry."""

import pytest


@pytest.mark.parametrize("entity", ["Customer", "Vendor", "Employee"])
def test_a_display_name_is_unique_over_customers_vendors_and_employees(api, customer, entity):
    answer = api.post(entity.lower(), {"DisplayName": "COOL cars"})
    assert (answer.status, answer.code) == (400, "6240")
    assert answer.error["Message"] == "Duplicate Name Exists Error"
    assert "Another customer, vendor or employee is already using this" in answer.error["Detail"]


def test_an_archived_name_is_still_taken(api, company, customer):
    company.archive("Customer", customer)
    assert api.post("vendor", {"DisplayName": "Cool Cars"}).code == "6240"


def test_an_archived_name_reads_deleted_and_is_hidden_unless_asked_for(api, customer):
    record = api.make("Customer", {"Id": customer, "SyncToken": "0", "sparse": True, "Active": False})
    assert (record["DisplayName"], record["Active"]) == ("Cool Cars (deleted)", False)
    assert api.rows("select * from Customer") == []
    assert [row["Id"] for row in api.rows("select * from Customer where Active in (true, false)")] == [customer]
    assert [row["Id"] for row in api.rows("select * from Customer where Active = false")] == [customer]


def test_an_archived_name_gets_its_own_name_back(api, customer):
    archived = api.make("Customer", {"Id": customer, "SyncToken": "0", "sparse": True, "Active": False})
    record = api.make("Customer", {**archived, "Active": True})
    assert record["DisplayName"] == "Cool Cars"


def test_an_inactive_account_has_no_balance_and_deleted_in_its_name(api, company):
    account = company.entity("Account").find("Name", "Savings")["Id"]
    record = api.make("Account", {"Id": account, "SyncToken": "0", "sparse": True, "Active": False})
    assert record["Name"] == "Savings (deleted)" and record["CurrentBalance"] == 0


def test_a_renamed_customer_frees_the_old_name_and_shows_in_its_documents(api, bodies, customer):
    invoice = api.make("Invoice", bodies.invoice(customer))
    api.make("Customer", {"Id": customer, "SyncToken": "0", "sparse": True, "DisplayName": "Hot Cars"})
    assert api.post("customer", {"DisplayName": "Cool Cars"}).status == 200
    shown = api.read("Invoice", invoice["Id"])
    assert shown["CustomerRef"]["name"] == "Hot Cars" and shown["SyncToken"] == "0"


@pytest.mark.parametrize("name", ["A:B", "A\tB", "A\nB"])
def test_names_have_no_colon_tab_or_newline(api, name):
    answer = api.post("customer", {"DisplayName": name})
    assert (answer.code, answer.error["element"]) == ("2040", "DisplayName")


def test_a_display_name_is_made_of_the_parts_of_the_name(api):
    assert api.make("Customer", {"GivenName": "Bessie", "FamilyName": "Williams"})["DisplayName"] == "Bessie Williams"
    answer = api.post("customer", {"CompanyName": "No name"})
    assert (answer.code, answer.error["element"]) == ("2020", "DisplayName")


@pytest.mark.parametrize(
    ("entity", "field", "limit"),
    [
        ("Customer", "DisplayName", 500),
        ("Customer", "Title", 16),
        ("Customer", "Notes", 2000),
        ("Vendor", "GivenName", 100),
    ],
)
def test_lengths_are_limited_and_the_fault_names_them(api, entity, field, limit):
    body = {"DisplayName": "Somebody"}
    assert api.post(entity.lower(), {**body, field: "x" * limit}).status == 200
    answer = api.post(entity.lower(), {**body, field: "y" * (limit + 1)})
    assert (answer.code, answer.error["element"]) == ("2050", field)
    assert f"Min:0 Max:{limit} supported. Supplied length:{limit + 1}" in answer.error["Detail"]


@pytest.mark.parametrize("address", ["nobody", "a b@c.d", "a@b"])
def test_a_bad_email_is_fault_2210(api, address):
    assert api.post("customer", {"DisplayName": "E", "PrimaryEmailAddr": {"Address": address}}).code == "2210"


def test_an_unknown_property_is_fault_2010(api):
    answer = api.post("customer", {"DisplayName": "E", "Nickname": "x"})
    assert answer.code == "2010"
    assert answer.error["Detail"] == "Property Name:Nickname specified is unsupported or invalid"


def test_an_unknown_property_inside_a_line_is_fault_2010(api, bodies, customer):
    line = bodies.sales_line(100, Colour="red")
    assert api.post("invoice", bodies.invoice(customer, line)).code == "2010"


def test_an_unknown_enumeration_is_fault_2170(api):
    answer = api.post("customer", {"DisplayName": "E", "PreferredDeliveryMethod": "Pigeon"})
    assert (answer.code, answer.error["Detail"]) == ("2170", "Invalid Enumeration : Pigeon")


def test_read_only_properties_may_be_echoed_and_change_nothing(api, customer):
    record = api.read("Customer", customer)
    assert api.make("Customer", {**record, "Balance": 999})["Balance"] == 0


def test_sub_customers_are_named_after_their_parents_at_most_five_levels(api, customer):
    parent, path = customer, "Cool Cars"
    for level in range(1, 5):
        record = api.make("Customer", {"DisplayName": f"L{level}", "ParentRef": {"value": parent}, "Job": True})
        path = f"{path}:L{level}"
        assert (record["FullyQualifiedName"], record["Level"]) == (path, level)
        parent = record["Id"]
    assert api.post("customer", {"DisplayName": "L5", "ParentRef": {"value": parent}}).code == "6000"


def test_an_account_needs_a_type_or_a_sub_type(api):
    assert api.post("account", {"Name": "X"}).code == "2020"
    record = api.make("Account", {"Name": "Petty Cash", "AccountSubType": "CashOnHand"})
    assert (record["AccountType"], record["Classification"]) == ("Bank", "Asset")


@pytest.mark.parametrize("name", ["Say:cheese", 'The "best"'])
def test_account_names_have_no_colon_or_quote(api, name):
    assert api.post("account", {"Name": name, "AccountType": "Bank"}).code == "2040"


def test_account_names_are_unique_under_one_parent_only(api, company):
    parents = [company.entity("Account").find("Name", name)["Id"] for name in ("Utilities", "Insurance")]
    for parent in parents:
        api.make(
            "Account", {"Name": "Water", "AccountType": "Expense", "SubAccount": True, "ParentRef": {"value": parent}}
        )
    body = {"Name": "water", "AccountType": "Expense", "SubAccount": True, "ParentRef": {"value": parents[0]}}
    answer = api.post("account", body)
    assert answer.code == "6240" and "Another account is already using" in answer.error["Detail"]


@pytest.mark.parametrize("country", ["US", "NZ"])
def test_account_numbers_have_at_most_twenty_characters(sandbox, country):
    api, _ = sandbox.add_company("2", country=country)
    assert api.post("account", {"Name": "X", "AccountType": "Bank", "AcctNum": "1" * 21}).code == "2050"
    assert api.make("Account", {"Name": "X", "AccountType": "Bank", "AcctNum": "1" * 20})["AcctNum"] == "1" * 20


def test_a_service_item_needs_an_income_account_of_that_type(api, bodies):
    assert api.post("item", {"Name": "X", "Type": "Service"}).code == "2020"
    wrong = {"Name": "X", "Type": "Service", "IncomeAccountRef": bodies.account("Checking")}
    assert api.post("item", wrong).code == "6430"


def test_classes_and_locations_must_be_switched_on(api, sandbox, bodies, customer):
    made = api.make("Class", {"Name": "Harbour House"})
    sandbox.control("PUT", f"companies/{api.realm}", {"classes": False, "departments": False})
    assert api.post("class", {"Name": "Other"}).code == "5020"
    assert api.post("department", {"Name": "North"}).code == "5020"
    line = bodies.sales_line(10, ClassRef={"value": made["Id"]})
    assert api.post("invoice", bodies.invoice(customer, line)).code == "5020"


def test_archiving_through_the_control_is_the_same_as_through_the_api(api, sandbox, customer):
    sandbox.control("POST", f"companies/{api.realm}/archive", {"entity": "Customer", "id": customer})
    assert api.read("Customer", customer)["DisplayName"] == "Cool Cars (deleted)"


def test_the_currency_of_a_customer_cannot_change(sandbox):
    api, _ = sandbox.add_company("2", country="NZ", multicurrency=True)
    record = api.make("Customer", {"DisplayName": "A", "CurrencyRef": {"value": "AUD"}})
    answer = api.post("customer", {**record, "CurrencyRef": {"value": "NZD"}})
    assert answer.code == "6000"


@pytest.mark.parametrize(
    ("entity", "flag", "extra"),
    [
        ("Class", "SubClass", {}),
        ("Department", "SubDepartment", {}),
        ("Account", "SubAccount", {"AccountType": "Expense"}),
    ],
)
def test_lists_stand_under_parents_and_are_named_with_them(api, entity, flag, extra):
    parent = api.make(entity, {"Name": "Property", **extra})
    assert parent[flag] is False
    child = api.make(entity, {"Name": "12 Queen Street", "ParentRef": {"value": parent["Id"]}, **extra})
    assert (child[flag], child["FullyQualifiedName"]) == (True, "Property:12 Queen Street")
    assert child["ParentRef"] == {"value": parent["Id"], "name": "Property"}
    api.make(entity, {**parent, "Name": "Estate"})
    assert api.read(entity, child["Id"])["FullyQualifiedName"] == "Estate:12 Queen Street"


def test_items_stand_in_categories(api, bodies):
    category = api.make("Item", {"Name": "Recharges", "Type": "Category"})["Id"]
    body = {"Name": "Water", "Type": "Service", "IncomeAccountRef": bodies.account("Services")}
    item = api.make("Item", {**body, "ParentRef": {"value": category}})
    assert (item["SubItem"], item["FullyQualifiedName"], item["Level"]) == (True, "Recharges:Water", 1)


def test_documents_name_a_class_and_a_sub_customer_with_their_parents(api, bodies, customer):
    parent = api.make("Class", {"Name": "Property"})["Id"]
    house = api.make("Class", {"Name": "12 Queen Street", "ParentRef": {"value": parent}})["Id"]
    child = api.make("Customer", {"DisplayName": "Unit 1", "ParentRef": {"value": customer}})
    assert (child["Job"], child["DisplayName"], child["FullyQualifiedName"]) == (True, "Unit 1", "Cool Cars:Unit 1")
    invoice = api.make("Invoice", bodies.invoice(child["Id"], bodies.sales_line(1, ClassRef={"value": house})))
    assert invoice["CustomerRef"] == {"value": child["Id"], "name": "Cool Cars:Unit 1"}
    assert invoice["Line"][0]["SalesItemLineDetail"]["ClassRef"]["name"] == "Property:12 Queen Street"
