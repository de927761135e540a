"""The wire format: envelopes, headers, times, numbers, JSON and XML."""

import re
from decimal import Decimal

import pytest

PACIFIC_TIME = r"2026-05-28T09:30:00(\.\d{3})?-07:00"


def test_an_answer_wraps_the_entity_and_carries_a_pacific_time_and_a_transaction_id(api):
    answer = api.post("customer", {"DisplayName": "Cool Cars"})
    assert answer.status == 200
    assert set(answer.body) == {"Customer", "time"}
    assert re.fullmatch(PACIFIC_TIME, answer.body["time"])
    assert answer.headers["intuit_tid"]
    assert answer.headers["content-type"].startswith("application/json")


def test_ids_and_sync_tokens_are_text_and_times_have_whole_seconds(api, customer):
    record = api.read("Customer", customer)
    assert record["SyncToken"] == "0" and isinstance(record["Id"], str)
    assert record["MetaData"]["LastUpdatedTime"] == "2026-05-28T09:30:00-07:00"
    assert record["domain"] == "QBO" and record["sparse"] is False


def test_ids_come_from_one_sequence_shared_by_all_entities(api):
    first = api.make("Customer", {"DisplayName": "A"})["Id"]
    second = api.make("Vendor", {"DisplayName": "B"})["Id"]
    assert int(second) == int(first) + 1


@pytest.mark.parametrize("amount", ["0.1", "33.35", "1234567.89", "9999999999.99"])
def test_amounts_are_json_numbers_without_binary_noise(api, bodies, customer, amount):
    answer = api.post("invoice", bodies.invoice(customer, bodies.sales_line(Decimal(amount).__float__(), "No GST")))
    assert answer.body["Invoice"]["TotalAmt"] == Decimal(amount)
    assert re.search(rf'"TotalAmt": {re.escape(amount.rstrip("0"))}\d?[,}}]', answer.text)


def test_without_an_accept_header_the_answer_is_xml(api, customer):
    answer = api.call("GET", f"customer/{customer}", headers={"Accept": None})
    assert answer.headers["content-type"].startswith("application/xml")
    assert '<IntuitResponse xmlns="http://schema.intuit.com/finance/v3" time="' in answer.text
    assert '<Customer domain="QBO" sparse="false">' in answer.text and f"<Id>{customer}</Id>" in answer.text


def test_any_type_accepted_means_json(api, customer):
    assert api.call("GET", f"customer/{customer}", headers={"Accept": "*/*"}).body["Customer"]["Id"] == customer


def test_xml_faults_have_the_code_and_element_as_attributes(api):
    answer = api.call("POST", "invoice", json={"Line": []}, headers={"Accept": "application/xml"})
    assert answer.status == 400
    assert (
        '<Fault type="ValidationFault"><Error code="2020" element="CustomerRef"><Message>Required param' in answer.text
    )


def test_xml_queries_and_references_follow_the_schema(api, bodies, customer):
    api.make("Invoice", bodies.invoice(customer))
    answer = api.call("GET", "query", headers={"Accept": "application/xml"}, query="select * from Invoice")
    assert '<QueryResponse startPosition="1" maxResults="1"><Invoice' in answer.text
    assert f'<CustomerRef name="Cool Cars">{customer}</CustomerRef>' in answer.text


def test_a_broken_body_is_fault_2010(api):
    answer = api.call("POST", "customer", data=b'{"DisplayName": ', headers={"Content-Type": "application/json"})
    assert (answer.status, answer.code) == (400, "2010")
    assert answer.error["Message"] == "Request has invalid or unsupported property"


def test_a_body_that_is_not_utf_8_is_fault_500(api):
    answer = api.call("POST", "customer", data=b'{"DisplayName": "caf\xe9"}')
    assert (answer.status, answer.code) == (400, "500")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_there_is_no_put_or_delete(api, customer, method):
    answer = api.call(method, f"customer/{customer}")
    assert (answer.status, answer.code) == (400, "500")
    assert f"No resource method found for {method}, return 405 with Allow header" in answer.error["Detail"]


def test_an_unknown_resource_is_fault_500(api):
    answer = api.get("customers/1")
    assert answer.code == "500" and "Could not find resource for relative" in answer.error["Detail"]


@pytest.mark.parametrize("version", ["1", "53", "75", "99"])
def test_the_minor_version_makes_no_difference(api, customer, version):
    assert api.get(f"customer/{customer}", minorversion=version).body["Customer"]["Id"] == customer


def test_company_info_is_read_under_the_realm_and_has_id_1(api):
    info = api.get(f"companyinfo/{api.realm}").body["CompanyInfo"]
    assert info["Id"] == "1" and info["Country"] == "NZ" and info["CompanyName"] == "Harbour Property"


def test_preferences_are_a_singleton_whose_closing_date_the_api_cannot_set(api, company):
    preferences = api.get("preferences").body["Preferences"]
    assert preferences["CurrencyPrefs"]["HomeCurrency"]["value"] == "NZD"
    changed = {**preferences, "AccountingInfoPrefs": {"BookCloseDate": "2026-01-31", "TrackDepartments": False}}
    answer = api.post("preferences", {**changed, "sparse": True}).body["Preferences"]
    assert answer["AccountingInfoPrefs"]["TrackDepartments"] is False
    assert "BookCloseDate" not in answer["AccountingInfoPrefs"]
    assert company.books.close_date is None
