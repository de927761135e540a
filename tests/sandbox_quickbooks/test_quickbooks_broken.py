"""Kinds of record of which nothing can be read, until somebody mends what is wrong in QuickBooks."""

import pytest

FAULTS = {
    "4002": (400, "Error processing query", "QueryProcessingError: To email address entered is invalid"),
    "10000": (500, "An application error has occurred while processing your request", "System Failure Error: "),
}


@pytest.fixture(params=FAULTS)
def broken(request, api, sandbox, bodies, customer):
    """The fault that every reading of invoices answers."""
    api.make("Invoice", bodies.invoice(customer, DocNumber="I1"))
    sandbox.control("POST", f"companies/{api.realm}/break", {"entity": "Invoice", "code": request.param})
    return request.param, *FAULTS[request.param]


def is_fault(answer, broken):
    code, status, message, detail = broken
    error = answer.error
    assert (answer.status, error["code"], error["Message"]) == (status, code, message)
    assert error["Detail"].startswith(detail)
    assert answer.body["Fault"]["type"] == ("SystemFault" if code == "10000" else "ValidationFault")
    return True


def test_every_way_of_reading_the_kind_fails(api, broken):
    assert is_fault(api.query("select * from Invoice"), broken)
    assert is_fault(api.query("select count(*) from Invoice where DocNumber = 'I1'"), broken)
    assert is_fault(api.get("cdc", entities="Customer,Invoice", changedSince="2026-05-28T00:00:00Z"), broken)
    assert is_fault(api.get("invoice/1"), broken)


def test_other_kinds_are_read_and_the_kind_is_still_written(api, bodies, customer, broken):
    assert api.query("select * from Customer").status == 200
    assert api.get("cdc", entities="Customer,Bill", changedSince="2026-05-28T00:00:00Z").status == 200
    assert api.make("Invoice", bodies.invoice(customer, DocNumber="I2"))["DocNumber"] == "I2"


def test_in_a_batch_only_the_item_that_reads_the_kind_fails(api, bodies, customer, broken):
    answers = api.batch(
        {"bId": "1", "Query": "select * from Invoice"},
        {"bId": "2", "Query": "select * from Customer"},
        {"bId": "3", "operation": "create", "Invoice": bodies.invoice(customer)},
        {"bId": "4", "CDCQuery": {"Entities": "Invoice", "ChangedSince": "2026-05-28T00:00:00Z"}},
    )
    codes = {b_id: one["Fault"]["Error"][0]["code"] for b_id, one in answers.items() if "Fault" in one}
    assert codes == {"1": broken[0], "4": broken[0]}


def test_it_ends_when_it_is_mended(api, sandbox, company, broken):
    described = sandbox.control("GET", "companies")[0]
    assert described["unreadable"] == {"Invoice": broken[0]}
    sandbox.control("POST", f"companies/{api.realm}/mend", {"entity": "Invoice"})
    assert len(api.rows("select * from Invoice")) == 1
    company.break_reading("Preferences")
    assert api.get("preferences").code == "4002"
    company.mend_reading("Preferences")
    assert api.get("preferences").status == 200


def test_only_these_two_faults_and_known_kinds_can_be_broken(company):
    with pytest.raises(ValueError, match="4002, 10000"):
        company.break_reading("Invoice", "42")
