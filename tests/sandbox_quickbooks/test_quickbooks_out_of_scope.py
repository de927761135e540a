"""Types of QuickBooks that the stand-in does not have: refused as a feature that the company has not got."""

import pytest

from bot.sandbox.quickbooks.books.out_of_scope import NAMES
from bot.sandbox.quickbooks.books.schema import ENTITIES
from bot.sandbox.quickbooks.reading.cdc import UNSUPPORTED

SINCE = "2026-05-28T00:00:00Z"


@pytest.mark.parametrize("name", NAMES)
def test_every_way_to_one_is_permission_denied(api, name):
    answers = {
        "query": api.query(f"select * from {name}"),
        "read": api.get(f"{name.lower()}/1"),
        "create": api.post(name.lower(), {"Line": []}),
        "changes": api.get("cdc", entities=f"Invoice,{name}", changedSince=SINCE),
    }
    denied = {way: "5020" for way in answers} | ({"changes": "2000"} if name in UNSUPPORTED else {})
    assert {way: answer.code for way, answer in answers.items()} == denied
    assert {answer.status for answer in answers.values()} == {400}
    assert answers["query"].error["Message"] == "Permission Denied Error"


def test_in_a_batch_only_that_item_is_refused(api):
    answers = api.batch(
        {"bId": "1", "operation": "create", "Estimate": {"Line": []}},
        {"bId": "2", "Query": "select * from SalesReceipt"},
        {"bId": "3", "operation": "create", "Term": {"Name": "Net 7", "DueDays": 7}},
    )
    assert [answers[b_id]["Fault"]["Error"][0]["code"] for b_id in "12"] == ["5020", "5020"]
    assert answers["3"]["Term"]["Name"] == "Net 7"


def test_what_nobody_knows_is_another_fault(api):
    assert api.query("select * from Nonsense").code == "4001"
    assert api.get("nonsense/1").code == "500"
    answers = api.batch({"bId": "1", "operation": "create", "Nonsense": {}})
    assert answers["1"]["Fault"]["Error"][0]["code"] == "2000"
    assert not set(NAMES) & ENTITIES.keys()


def test_sending_printing_and_reports_are_refused_too(api, bodies, customer):
    invoice = api.make("Invoice", bodies.invoice(customer))["Id"]
    assert api.get(f"invoice/{invoice}/pdf").code == api.post(f"invoice/{invoice}/send", {}).code == "500"
    assert api.get("reports/ProfitAndLoss").code == "5020"
