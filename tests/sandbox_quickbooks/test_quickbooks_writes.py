"""Create, sparse and full update, delete, void: what each keeps, clears and refuses."""

import pytest

from bot.sandbox.quickbooks.books.schema import ENTITIES

ALL_PROPERTIES = (
    "Something you're trying to use has been made inactive. Check the fields with accounts, customers, items,"
)


def test_a_sparse_update_changes_only_what_is_sent(api, customer):
    api.make("Customer", {"Id": customer, "SyncToken": "0", "sparse": True, "Notes": "n", "GivenName": "Cy"})
    record = api.make("Customer", {"Id": customer, "SyncToken": "1", "sparse": True, "FamilyName": "Cars"})
    assert (record["Notes"], record["GivenName"], record["FamilyName"]) == ("n", "Cy", "Cars")
    assert record["SyncToken"] == "2"


def test_a_full_update_clears_writable_properties_left_out(api, customer):
    api.make("Customer", {"Id": customer, "SyncToken": "0", "sparse": True, "Notes": "n", "CompanyName": "C"})
    record = api.make("Customer", {"Id": customer, "SyncToken": "1", "DisplayName": "Cool Cars", "CompanyName": "C"})
    assert "Notes" not in record and record["CompanyName"] == "C"


def test_in_a_sparse_update_null_keeps_and_an_empty_value_clears(api, customer):
    api.make("Customer", {"Id": customer, "SyncToken": "0", "sparse": True, "Notes": "n", "CompanyName": "C"})
    body = {"Id": customer, "SyncToken": "1", "sparse": True, "Notes": None, "CompanyName": ""}
    record = api.make("Customer", body)
    assert record["Notes"] == "n" and "CompanyName" not in record


def test_a_full_update_of_a_bill_loses_its_terms(api, bodies, company, vendor):
    term = company.entity("Term").find("Name", "Net 30")["Id"]
    bill = api.make("Bill", bodies.bill(vendor, SalesTermRef={"value": term}))
    assert bill["SalesTermRef"] == {"value": term, "name": "Net 30"}
    changed = api.make("Bill", bodies.bill(vendor, Id=bill["Id"], SyncToken="0"))
    assert "SalesTermRef" not in changed


@pytest.mark.parametrize("sparse", [True, False])
def test_lines_are_replaced_whole_in_both_kinds_of_update(api, bodies, customer, sparse):
    invoice = api.make("Invoice", bodies.invoice(customer, bodies.sales_line(1), bodies.sales_line(2)))
    body = bodies.invoice(customer, bodies.sales_line(5), Id=invoice["Id"], SyncToken="0", sparse=sparse)
    changed = api.make("Invoice", body)
    assert [line["Amount"] for line in changed["Line"]] == [5, 5]
    assert changed["Line"][-1]["DetailType"] == "SubTotalLineDetail"


SPARSE_NEEDS = {
    "Bill": ("VendorRef",),
    "VendorCredit": ("VendorRef",),
    "BillPayment": ("VendorRef",),
    "Class": ("Name",),
    "Department": ("Name",),
    "Deposit": ("DepositToAccountRef",),
    "Purchase": ("PaymentType",),
    "Term by days": ("Name", "Type", "DueDays"),
    "Term by date": ("Name", "Type", "DayOfMonthDue"),
}


@pytest.fixture
def demanding(api, bodies, vendor):
    """A record of each kind of SPARSE_NEEDS."""
    bill = api.make("Bill", bodies.bill(vendor))
    interest = {"DepositLineDetail": {"AccountRef": bodies.account("Services")}}
    bank = {"DepositToAccountRef": bodies.account("Checking")}
    return {
        "Bill": api.make("Bill", bodies.bill(vendor)),
        "VendorCredit": api.make("VendorCredit", bodies.bill(vendor)),
        "BillPayment": api.make("BillPayment", bodies.bill_payment(vendor, 115, ("Bill", bill["Id"], 115))),
        "Class": api.make("Class", {"Name": "Harbour House"}),
        "Department": api.make("Department", {"Name": "North"}),
        "Deposit": api.make("Deposit", {**bank, "Line": [{"Amount": 5, **interest}]}),
        "Purchase": api.make("Purchase", bodies.purchase(vendor, bodies.expense_line(5))),
        "Term by days": api.make("Term", {"Name": "Net 7", "DueDays": 7}),
        "Term by date": api.make("Term", {"Name": "The 5th", "DayOfMonthDue": 5}),
    }


@pytest.mark.parametrize(("kind", "missing"), [(kind, one) for kind, needed in SPARSE_NEEDS.items() for one in needed])
def test_a_sparse_update_must_name_what_the_sandbox_demands(api, demanding, kind, missing):
    made, entity = demanding[kind], kind.split()[0]
    changed = {"Active": False} if "Active" in made else {"PrivateNote": "x"}
    named = {one: made[one] for one in SPARSE_NEEDS[kind] if one != missing}
    handle = {"Id": made["Id"], "SyncToken": made["SyncToken"], "sparse": True, **changed, **named}
    answer = api.post(entity.lower(), handle)
    assert (answer.status, answer.code, answer.error["element"]) == (400, "2020", missing)
    assert api.make(entity, {**handle, missing: made[missing]})["SyncToken"] == "1"


def test_no_other_entity_demands_anything_of_a_sparse_update():
    demanding = {entity.name for entity in ENTITIES.values() if entity.sparse_needs}
    assert demanding == {kind.split()[0] for kind in SPARSE_NEEDS}


@pytest.mark.parametrize("token", ["0", "5"])
def test_any_other_sync_token_than_the_current_one_is_stale(api, customer, token):
    api.make("Customer", {"Id": customer, "SyncToken": "0", "sparse": True, "Notes": "n"})
    answer = api.post("customer", {"Id": customer, "SyncToken": token, "sparse": True, "Notes": "m"})
    assert (answer.status, answer.code) == (400, "5010")
    assert answer.error["Detail"].startswith("Stale Object Error : You and root were working on this at the same time.")
    assert answer.body["Fault"]["type"] == "ValidationFault"


def test_an_update_without_a_sync_token_is_fault_2020(api, customer):
    answer = api.post("customer", {"Id": customer, "sparse": True, "Notes": "n"})
    assert (answer.code, answer.error["element"]) == ("2020", "SyncToken")


def test_reading_what_is_not_there_is_fault_610(api):
    answer = api.get("invoice/99999")
    assert (answer.status, answer.code) == (400, "610")
    assert answer.error["Detail"].startswith(f"Object Not Found : {ALL_PROPERTIES}")


def test_an_id_that_is_no_number_is_fault_2030(api):
    assert api.get("invoice/abc").code == "2030"


def test_delete_answers_the_id_and_status_and_later_reads_say_so(api, bodies, customer):
    invoice = api.make("Invoice", bodies.invoice(customer))
    deleted = api.make("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="delete")
    assert (deleted["status"], deleted["domain"], deleted["Id"]) == ("Deleted", "QBO", invoice["Id"])
    answer = api.get(f"invoice/{invoice['Id']}")
    assert (answer.code, answer.error["Detail"]) == (
        "610",
        "Object Not Found : Another user has deleted this transaction.",
    )


def test_names_cannot_be_deleted(api, customer):
    answer = api.post("customer", {"Id": customer, "SyncToken": "0"}, operation="delete")
    assert (answer.code, answer.error["Detail"]) == ("500", "Operation delete is not supported.")


def test_echoing_extension_blocks_on_delete_is_refused(api, bodies, customer):
    payment = api.make("Payment", bodies.payment(customer, 10))
    assert api.post("payment", {**payment, "PaymentEx": {"any": []}}, operation="delete").code == "2010"
    assert api.post("payment", {"Id": payment["Id"], "SyncToken": "0"}, operation="delete").status == 200


def test_a_voided_invoice_stays_at_zero_with_a_note(api, bodies, customer):
    invoice = api.make("Invoice", bodies.invoice(customer, DocNumber="V1", PrivateNote="old"))
    voided = api.make("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void")
    assert (voided["TotalAmt"], voided["Balance"], voided["DocNumber"]) == (0, 0, "V1")
    assert "Voided" in voided["PrivateNote"] and "old" in voided["PrivateNote"]
    assert api.read("Customer", customer)["Balance"] == 0


@pytest.mark.parametrize("entity", ["Payment", "BillPayment"])
def test_payments_are_voided_by_an_update_that_includes_void(api, bodies, customer, vendor, entity):
    if entity == "Payment":
        paid = api.make("Payment", bodies.payment(customer, 50))
    else:
        bill = api.make("Bill", bodies.bill(vendor))
        paid = api.make("BillPayment", bodies.bill_payment(vendor, 50, ("Bill", bill["Id"], 50)))
    body = {"Id": paid["Id"], "SyncToken": "0", "sparse": True}
    voided = api.make(entity, body, operation="update", include="void")
    assert voided["TotalAmt"] == 0 and "Voided" in voided["PrivateNote"] and voided["Line"] == []


@pytest.mark.parametrize("entity", ["BillPayment", "Payment", "CreditMemo", "VendorCredit", "Customer"])
def test_a_plain_void_is_refused_but_for_invoices(api, entity):
    answer = api.post(entity.lower(), {"Id": "1", "SyncToken": "0"}, operation="void")
    assert (answer.status, answer.code) == (400, "500")
    assert answer.error["Detail"] == "Operation void is not supported."


def test_voiding_a_bill_answers_200_with_a_system_fault_and_changes_nothing(api, bodies, vendor):
    bill = api.make("Bill", bodies.bill(vendor))
    answer = api.post("bill", {"Id": bill["Id"], "SyncToken": "0"}, operation="void")
    assert (answer.status, answer.code, answer.body["Fault"]["type"]) == (200, "10000", "SystemFault")
    assert api.read("Bill", bill["Id"]) == bill


def test_voiding_a_journal_entry_answers_200_and_changes_nothing(api, bodies):
    def side(kind: str, account: str) -> dict:
        detail = {"PostingType": kind, "AccountRef": bodies.account(account)}
        return {"Amount": 10, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}

    entry = api.make("JournalEntry", {"Line": [side("Debit", "Utilities"), side("Credit", "Checking")]})
    answer = api.post("journalentry", {"Id": entry["Id"], "SyncToken": "0"}, operation="void")
    assert answer.status == 200 and answer.body["BatchItemResponse"] == []
    assert api.read("JournalEntry", entry["Id"]) == entry


def test_a_journal_entry_must_balance(api, bodies):
    def side(kind: str, amount: int) -> dict:
        detail = {"PostingType": kind, "AccountRef": bodies.account("Utilities")}
        return {"Amount": amount, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}

    assert api.post("journalentry", {"Line": [side("Debit", 10), side("Credit", 9)]}).code == "2300"


@pytest.mark.parametrize("lapsed_status", [400, 200])
def test_a_lapsed_subscription_refuses_writes_and_allows_reads(api, sandbox, customer, lapsed_status):
    settings = {"subscription_lapsed": True, "lapsed_status": lapsed_status}
    sandbox.control("PUT", f"companies/{api.realm}", settings)
    answer = api.post("customer", {"DisplayName": "Another"})
    assert (answer.status, answer.code, answer.error["Message"]) == (lapsed_status, "6190", "Invalid Company Status")
    assert api.read("Customer", customer)["Id"] == customer


def test_settled_payments_cannot_be_voided_and_matched_ones_not_deleted(api, sandbox, bodies, customer):
    payment = api.make("Payment", bodies.payment(customer, 50))
    named = {"entity": "Payment", "id": payment["Id"]}
    sandbox.control("POST", f"companies/{api.realm}/settle", named)
    sandbox.control("POST", f"companies/{api.realm}/match", named)
    body = {"Id": payment["Id"], "SyncToken": "0", "sparse": True}
    assert api.post("payment", body, operation="update", include="void").code == "6450"
    assert api.post("payment", body, operation="delete").code == "6480"


def test_the_write_log_tells_who_wrote_what_and_what_else_it_touched(api, sandbox, bodies, customer):
    invoice = api.make("Invoice", bodies.invoice(customer), requestid="r-1")
    api.make("Payment", bodies.payment(customer, 115, ("Invoice", invoice["Id"], 115)))
    api.post("invoice", {})
    log = sandbox.control("GET", f"writes/{api.realm}")
    made, paid, refused = log[-3:]
    assert (made["entity"], made["operation"], made["requestid"], made["channel"]) == (
        "Invoice",
        "create",
        "r-1",
        "api",
    )
    assert paid["touched"] == [f"Payment:{paid['id']}", f"Invoice:{invoice['Id']}"]
    assert refused["code"] == "2020"
