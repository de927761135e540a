"""Batches, change data capture and request ids."""

import pytest


def item(b_id, operation, entity, body, **more):
    return {"bId": b_id, "operation": operation, entity: body, **more}


def test_items_of_a_batch_are_independent_and_come_back_in_another_order(api):
    bodies = [item(f"b{number}", "create", "Customer", {"DisplayName": f"C{number % 9}"}) for number in range(10)]
    answer = api.post("batch", {"BatchItemRequest": bodies})
    answers = answer.body["BatchItemResponse"]
    assert answer.status == 200 and "time" in answer.body
    assert sorted(one["bId"] for one in answers) == sorted(one["bId"] for one in bodies)
    assert [one["bId"] for one in answers] != [one["bId"] for one in bodies]
    assert sum("Customer" in one for one in answers) == 9
    fault = next(one["Fault"] for one in answers if one["bId"] == "b9")
    assert fault["Error"][0]["code"] == "6240" and fault["type"] == "ValidationFault"


def test_a_batch_updates_deletes_voids_and_queries(api, bodies, customer):
    made = [api.make("Invoice", bodies.invoice(customer))["Id"] for _ in range(2)]
    payment = api.make("Payment", bodies.payment(customer, 10))["Id"]
    answers = api.batch(
        item("1", "update", "Customer", {"Id": customer, "SyncToken": "0", "sparse": True, "Notes": "n"}),
        item("2", "delete", "Invoice", {"Id": made[0], "SyncToken": "0"}),
        item("3", "update", "Payment", {"Id": payment, "SyncToken": "0", "sparse": True}, optionsData="void"),
        {"bId": "4", "Query": "select * from Invoice"},
        {"bId": "5", "CDCQuery": {"Entities": "Payment", "ChangedSince": "2026-05-28T00:00:00Z"}},
        item("6", "delete", "Customer", {"Id": customer, "SyncToken": "0"}),
        item("7", "explode", "Customer", {"Id": customer, "SyncToken": "0"}),
        {"bId": "8", "operation": "create", "Nonsense": {}},
    )
    assert answers["1"]["Customer"]["Notes"] == "n"
    assert answers["2"]["Invoice"]["status"] == "Deleted"
    assert answers["3"]["Payment"]["TotalAmt"] == 0
    assert [row["Id"] for row in answers["4"]["QueryResponse"]["Invoice"]] == [made[1]]
    assert answers["5"]["CDCResponse"][0]["QueryResponse"][0]["Payment"][0]["Id"] == payment
    assert [answers[key]["Fault"]["Error"][0]["code"] for key in "678"] == ["500", "500", "2000"]


def test_thirty_items_are_accepted_and_thirty_one_are_not(api):
    items = [{"bId": str(number), "Query": "select * from Term"} for number in range(31)]
    assert len(api.batch(*items[:30])) == 30
    answer = api.post("batch", {"BatchItemRequest": items})
    assert (answer.status, answer.code, answer.error["Message"]) == (400, "1040", "Batch size exceeds allowed limit")


@pytest.mark.parametrize("body", [{}, {"BatchItemRequest": []}])
def test_an_empty_batch_is_malformed(api, body):
    answer = api.post("batch", body)
    assert (answer.status, answer.code) == (400, "400")
    assert (answer.error["Message"], answer.error["Detail"]) == ("MalformedRequest", "Batch Request is Empty")


def test_a_batch_holds_at_most_a_thousand_rows(api, company):
    for number in range(600):
        company.create("Term", {"Name": f"T{number}", "DueDays": 1})
    answers = api.batch(*({"bId": key, "Query": "select * from Term maxresults 1000"} for key in "ab"))
    assert sum(one["QueryResponse"]["maxResults"] for one in answers.values()) == 1000


def test_a_request_id_brings_the_first_answer_back_whatever_the_body(api, bodies, customer):
    first = api.post("invoice", bodies.invoice(customer), requestid="r1")
    second = api.post("invoice", bodies.invoice(customer, bodies.sales_line(999)), requestid="r1")
    assert second.body == first.body
    assert api.query("select count(*) from Invoice").body["QueryResponse"]["totalCount"] == 1
    assert (
        api.post("invoice", bodies.invoice(customer), requestid="r2").body["Invoice"]["Id"]
        != first.body["Invoice"]["Id"]
    )


def test_a_request_id_brings_the_first_answer_back_even_after_a_delete(api, bodies, customer):
    first = api.make("Invoice", bodies.invoice(customer), requestid="r1")
    api.make("Invoice", {"Id": first["Id"], "SyncToken": "0"}, operation="delete", requestid="r2")
    assert api.make("Invoice", bodies.invoice(customer), requestid="r1") == first
    assert api.get(f"invoice/{first['Id']}").code == "610"


def test_a_refusal_is_replayed_too(api):
    assert api.post("customer", {}, requestid="r1").code == "2020"
    assert api.post("customer", {"DisplayName": "Now right"}, requestid="r1").code == "2020"


def test_a_request_id_belongs_to_one_company(api, sandbox):
    other, _ = sandbox.add_company("2")
    api.make("Customer", {"DisplayName": "A"}, requestid="r1")
    assert other.make("Customer", {"DisplayName": "B"}, requestid="r1")["DisplayName"] == "B"


def test_a_request_id_has_at_most_fifty_characters(api):
    assert api.post("customer", {"DisplayName": "A"}, requestid="x" * 50).status == 200
    assert api.post("customer", {"DisplayName": "B"}, requestid="x" * 51).code == "2130"


def test_in_a_batch_the_request_id_counts_per_item(api):
    def batch(*names):
        return api.batch(*(item(name, "create", "Customer", {"DisplayName": name}) for name in names), requestid="r1")

    first, second = batch("a", "b"), batch("a", "b", "c")
    assert (second["a"], second["b"]) == (first["a"], first["b"])
    assert second["c"]["Customer"]["DisplayName"] == "c"
    assert api.query("select count(*) from Customer").body["QueryResponse"]["totalCount"] == 3


def test_a_refused_item_is_replayed_and_reads_are_not(api):
    query = {"bId": "q", "Query": "select * from Customer"}
    first = api.batch(item("a", "create", "Customer", {}), query, requestid="r1")
    api.make("Customer", {"DisplayName": "New"})
    second = api.batch(item("a", "create", "Customer", {"DisplayName": "ok"}), query, requestid="r1")
    assert second["a"]["Fault"] == first["a"]["Fault"]
    assert first["q"]["QueryResponse"] == {} and second["q"]["QueryResponse"]["maxResults"] == 1


def test_request_id_and_b_id_have_at_most_fifty_characters_together(api):
    answers = api.batch(item("b" * 11, "create", "Customer", {"DisplayName": "A"}), requestid="r" * 40)
    assert answers["b" * 11]["Fault"]["Error"][0]["code"] == "2130"


def cdc(api, entities, since):
    return api.get("cdc", entities=entities, changedSince=since)


def test_cdc_groups_by_type_with_the_deleted_last(api, clock, bodies, customer):
    first, second = (api.make("Invoice", bodies.invoice(customer))["Id"] for _ in range(2))
    clock.advance(minutes=5)
    api.make("Invoice", {"Id": first, "SyncToken": "0"}, operation="delete")
    clock.advance(minutes=5)
    third = api.make("Invoice", bodies.invoice(customer))["Id"]
    answer = cdc(api, "Invoice,Customer,Bill", "2026-05-28T09:00:00-07:00")
    invoices, customers, bills = answer.body["CDCResponse"][0]["QueryResponse"]
    assert [row["Id"] for row in invoices["Invoice"]] == [second, third, first]
    gone = invoices["Invoice"][-1]
    assert (gone["status"], gone["domain"]) == ("Deleted", "QBO")
    assert gone["MetaData"]["LastUpdatedTime"] == "2026-05-28T09:35:00-07:00"
    assert (invoices["startPosition"], invoices["maxResults"]) == (1, 3)
    assert customers["maxResults"] == 1 and bills == {}


def test_cdc_includes_the_moment_asked_for_and_nothing_before(api, clock, customer):
    clock.advance(seconds=10)
    later = api.make("Customer", {"DisplayName": "Later"})["Id"]
    rows = cdc(api, "Customer", "2026-05-28T09:30:10-07:00").body["CDCResponse"][0]["QueryResponse"][0]["Customer"]
    assert [row["Id"] for row in rows] == [later]


def test_cdc_shows_inactive_names_and_documents_touched_by_payments(api, company, clock, bodies, customer):
    invoice = api.make("Invoice", bodies.invoice(customer))
    clock.advance(minutes=1)
    api.make("Payment", bodies.payment(customer, 115, ("Invoice", invoice["Id"], 115)))
    company.archive("Customer", customer)
    parts = cdc(api, "Customer,Invoice", "2026-05-28T09:31:00-07:00").body["CDCResponse"][0]["QueryResponse"]
    assert parts[0]["Customer"][0]["Active"] is False and parts[1]["Invoice"][0]["Balance"] == 0


def test_cdc_looks_back_thirty_days(sandbox, clock):
    clock.advance(days=30)
    api = sandbox.connect()
    assert cdc(api, "Customer", "2026-05-28T16:30:00Z").status == 200
    answer = cdc(api, "Customer", "2026-05-28T16:29:59Z")
    assert (answer.status, answer.body["Fault"]["type"]) == (400, "ValidationFault")


@pytest.mark.parametrize("name", ["TaxCode", "TaxRate", "TaxAgency", "TimeActivity", "JournalCode", "Nonsense"])
def test_cdc_does_not_know_some_types(api, name):
    assert cdc(api, f"Customer,{name}", "2026-05-28T00:00:00Z").code == "2000"


def test_cdc_gives_a_thousand_objects_over_all_types(api, company):
    for number in range(700):
        company.create("Term", {"Name": f"T{number}", "DueDays": 1})
        company.create("Class", {"Name": f"C{number}"})
    parts = cdc(api, "Term,Class", "2026-05-28T00:00:00Z").body["CDCResponse"][0]["QueryResponse"]
    assert sum(part["maxResults"] for part in parts) == 1000
