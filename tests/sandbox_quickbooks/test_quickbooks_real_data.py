"""Replies and tables of real companies, which nobody here wrote, go in and come out as they were."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from bot.sandbox.quickbooks import Refusal

DATA = Path(__file__).parents[2] / "../shared/data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the data of real companies is not on this machine")

REPLIES = {
    "account_response.json": "Account",
    "bill_payment_response.json": "BillPayment",
    "bill_response.json": "Bill",
    "class_response.json": "Class",
    "class_response_with_inactive_values.json": "Class",
    "items_response.json": "Item",
    "items_response_with_category.json": "Item",
    "items_response_with_inactive_values.json": "Item",
    "tax_code_response.json": "TaxCode",
    "tax_code_response_with_inactive_values.json": "TaxCode",
    "tax_rate_get_by_id.json": "TaxRate",
    "vendor_response.json": "Vendor",
}


def reply(name):
    value = json.loads((DATA / "quickbooks_replies" / name).read_text(), parse_float=Decimal)
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(("name", "entity"), REPLIES.items())
def test_a_reply_of_quickbooks_is_read_back_as_it_was(sandbox, name, entity):
    api, bodies = sandbox.add_company("2", country="US", empty=True)
    rows = {row["Id"]: row for row in reply(name)}
    for row in rows.values():
        bodies.company.load(entity, row)
    for record_id, row in rows.items():
        shown = api.read(entity, record_id)
        assert {key: shown.get(key) for key in row} == row


def test_a_loaded_vendor_can_be_changed_through_the_api(sandbox):
    api, bodies = sandbox.add_company("2", country="US", empty=True)
    (vendor,) = reply("vendor_response.json")
    bodies.company.load("Vendor", vendor)
    changed = api.make("Vendor", {"Id": "30", "SyncToken": "0", "sparse": True, "CompanyName": "Books"})
    assert (changed["CompanyName"], changed["BillAddr"]["City"], changed["SyncToken"]) == ("Books", "Palo Alto", "1")


def table(name):
    with (DATA / "quickbooks_csv" / f"{name}_data.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row.get("_fivetran_deleted") != "TRUE"]


def test_the_names_of_a_real_company_load_and_stay_unique(sandbox):
    api, bodies = sandbox.add_company("3", country="US", empty=True)
    loaded = {}
    for entity in ("customer", "vendor"):
        for row in table(entity):
            if not row["display_name"] or (entity, row["id"]) in loaded:
                continue
            body = {
                "Id": row["id"],
                "SyncToken": row["sync_token"],
                "DisplayName": row["display_name"],
                "Active": row["active"] == "TRUE",
                "CurrencyRef": {"value": row["currency_id"]},
                "Balance": Decimal(row["balance"] or 0),
            }
            loaded[entity, row["id"]] = bodies.company.load(entity.title(), body)["DisplayName"]
    assert len(loaded) > 10
    for (entity, record_id), name in loaded.items():
        assert api.read(entity.title(), record_id)["DisplayName"] == name
        assert api.post("employee", {"DisplayName": name}).code == "6240"


def test_the_invoices_of_a_real_company_load_and_are_found_by_number(sandbox):
    api, bodies = sandbox.add_company("3", country="US", empty=True)
    rows = [row for row in table("invoice") if row["doc_number"] and row["total_amount"]]
    for row in rows:
        body = {
            "Id": row["id"],
            "SyncToken": row["sync_token"],
            "DocNumber": row["doc_number"],
            "TxnDate": row["transaction_date"],
            "TotalAmt": Decimal(row["total_amount"]),
            "Balance": Decimal(row["balance"]),
            "CustomerRef": {"value": row["customer_id"]},
            "Line": [],
        }
        bodies.company.load("Invoice", body)
    assert len(rows) >= 3
    for row in rows:
        found = api.rows(f"select * from Invoice where DocNumber = '{row['doc_number']}'")
        assert row["id"] in [one["Id"] for one in found]


def test_rows_that_are_not_of_the_documented_form_are_refused(company):
    with pytest.raises(Refusal) as caught:
        company.load("Item", {"Id": "1", "Name": "x", "Type": table("item")[0]["type"]})
    assert caught.value.code == "2170"


def test_faults_have_the_code_and_words_of_real_ones(api, bodies, company, customer):
    ours = _our_faults(api, bodies, company, customer)
    collected = [json.loads(line)["body"] for line in (DATA / "faults.jsonl").read_text().splitlines()]
    envelopes = [one for body in collected for one in (body, *body.get("BatchItemResponse", ()))]
    real = [error for one in envelopes for error in one.get("Fault", {}).get("Error", ())]
    seen = {
        str(error["code"])
        for error in real
        if (same := ours.get((error["Message"], str(error.get("code"))))) and same["Detail"] == error["Detail"]
    }
    assert seen == {"6240", "610", "5010", "2500", "6210", "6000"}


def _our_faults(api, bodies, company, customer):
    item, untaxed = bodies.invoice(customer), bodies.invoice(customer, bodies.sales_line(1, tax=None))
    untaxed_answer = api.post("invoice", untaxed)
    company.archive("Item", bodies.item)
    company.books.settings.inactive_code = "610"
    answers = [
        api.post("vendor", {"DisplayName": "Cool Cars"}),
        api.post("invoice", item),
        api.post("customer", {"Id": customer, "SyncToken": "7", "sparse": True}),
    ]
    company.books.settings.inactive_code = "2500"
    answers.append(api.post("invoice", item))
    company.close_books(company.books.clock().date())
    answers.append(api.post("payment", bodies.payment(customer, 1)))
    answers.append(untaxed_answer)
    return {(answer.error["Message"], answer.code): answer.error for answer in answers}
