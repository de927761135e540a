"""The state without HTTP: direct methods, copies, loading, seeding, webhooks, attachments, size."""

import base64
import hashlib
import hmac
import json
import threading
import time
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
import requests

from bot.sandbox.http.exchange import Request
from bot.sandbox.quickbooks import OFF, QuickBooksState, Refusal, seed
from tests.patience import PATIENCE_S
from tests.rarely import edge


def test_a_request_is_answered_without_http(sandbox, api, customer):
    headers = {"authorization": f"Bearer {api.token}", "accept": "application/json"}
    response = sandbox.state.handle(Request("GET", f"/v3/company/{api.realm}/customer/{customer}", {}, headers))
    assert response.status == 200 and json.loads(response.body)["Customer"]["Id"] == customer


def test_direct_methods_follow_the_same_rules(company):
    made = company.create("Customer", {"DisplayName": "A"})
    with pytest.raises(Refusal) as caught:
        company.create("Vendor", {"DisplayName": "a"})
    assert caught.value.code == "6240"
    assert company.entity("Customer")[made["Id"]]["Balance"] == Decimal(0)
    assert company.query("select * from Customer")[0]["Id"] == made["Id"]
    assert company.count("select count(*) from Customer") == 1


def test_a_copy_goes_its_own_way(sandbox, company, bodies):
    customer = company.create("Customer", {"DisplayName": "A"})["Id"]
    invoice = company.create("Invoice", bodies.invoice(customer))["Id"]
    twin = sandbox.state.copy().companies[company.realm]
    twin.create("Payment", bodies.payment(customer, 115, ("Invoice", invoice, 115)))
    twin.create("Customer", {"DisplayName": "B"})
    assert (company.read("Invoice", invoice)["Balance"], twin.read("Invoice", invoice)["Balance"]) == (115, 0)
    assert len(company.entity("Customer")) == 1 and company.create("Customer", {"DisplayName": "B"})


def test_an_empty_company_has_only_its_identity(sandbox):
    company = sandbox.state.add_company("5", empty=True)
    assert {name for name, table in company.books.tables.items() if table} == {"CompanyInfo", "Preferences"}


@pytest.mark.parametrize("country", ["NZ", "AU", "GB", "CA", "US"])
def test_every_country_can_be_seeded_and_the_same_seed_gives_the_same_books(country, clock):
    def filled():
        state = QuickBooksState(clock, limits=OFF)
        state.add_company("1", country=country)
        return seed(state, "1", 3, 12)

    first, second = filled(), filled()
    assert len(first.entity("Invoice")) == 12 and len(first.entity("Bill")) == 6
    assert dict(first.entity("Invoice")) == dict(second.entity("Invoice"))
    owed = sum(row["Balance"] for row in first.entity("Invoice").values())
    assert owed == sum(row["Balance"] for row in first.entity("Customer").values()) > 0


@pytest.mark.parametrize("country", ["NZ", "US"])
def test_what_a_read_gives_can_be_sent_back_whole_and_changes_nothing(sandbox, country):
    api, bodies = sandbox.add_company("7", country=country)
    seed(sandbox.state, "7", 1, 12)
    changing = ("SyncToken", "MetaData")
    for name, table in bodies.company.books.tables.items():
        rows = [] if name in ("TaxCode", "TaxRate", "CompanyInfo", "Preferences") else list(table)[:5]
        for record_id in rows:
            shown = api.read(name, record_id)
            again = api.make(name, shown)
            assert again | {key: shown[key] for key in changing} == shown, name
            if table.entity.deletable and not again.get("LinkedTxn"):
                assert api.post(name.lower(), again, operation="delete").status == 200, name


def test_a_loaded_record_keeps_its_id_token_and_times(company, api):
    body = {
        "Id": "4711",
        "SyncToken": "9",
        "DisplayName": "Loaded",
        "MetaData": {"CreateTime": "2020-01-01T00:00:00-08:00", "LastUpdatedTime": "2020-02-01T00:00:00-08:00"},
    }
    company.load("Customer", body)
    record = api.read("Customer", "4711")
    assert (record["SyncToken"], record["MetaData"]) == ("9", body["MetaData"])
    assert api.post("vendor", {"DisplayName": "loaded"}).code == "6240"
    assert int(api.make("Vendor", {"DisplayName": "Next"})["Id"]) > 4711
    with pytest.raises(Refusal):
        company.load("Customer", {"Id": "1", "Nonsense": 1})


def upload(api, parts):
    headers = {"Authorization": f"Bearer {api.token}", "Accept": "application/json"}
    return requests.post(f"{api.root}/upload", files=parts, headers=headers, timeout=PATIENCE_S).json()[
        "AttachableResponse"
    ]


def test_files_are_uploaded_found_by_what_they_hang_on_and_downloaded(api, bodies, customer):
    invoice = api.make("Invoice", bodies.invoice(customer))["Id"]
    target = {"AttachableRef": [{"EntityRef": {"type": "Invoice", "value": invoice}}], "ContentType": "application/pdf"}
    parts = {
        "file_metadata_01": ("m.json", json.dumps({**target, "FileName": "lease.pdf"}), "application/json"),
        "file_content_01": ("lease.pdf", b"%PDF-1.4 \r\n\x00\xff", "application/pdf"),
    }
    made = upload(api, parts)[0]["Attachable"]
    where = f"AttachableRef.EntityRef.Type = 'invoice' and AttachableRef.EntityRef.value = '{invoice}'"
    assert [row["Id"] for row in api.rows(f"select * from Attachable where {where}")] == [made["Id"]]
    content = requests.get(api.read("Attachable", made["Id"])["TempDownloadUri"], timeout=PATIENCE_S).content
    assert content == b"%PDF-1.4 \r\n\x00\xff"
    assert api.call("GET", f"download/{made['Id']}").text == made["TempDownloadUri"]


def test_a_bad_upload_is_a_fault_of_its_own(api):
    metadata = json.dumps({"AttachableRef": [{"EntityRef": {"type": "Invoice", "value": "99999"}}]})
    parts = {
        "file_metadata_01": ("m.json", metadata, "application/json"),
        "file_content_01": ("a.txt", b"a", "text/plain"),
    }
    answer = upload(api, parts)[0]
    assert answer["Fault"]["Error"][0]["code"] == "2500"


def test_an_upload_that_is_sent_again_is_one_file_and_its_changes_are_told(api, bodies, customer, company):
    invoice = api.make("Invoice", bodies.invoice(customer))["Id"]
    told = {"AttachableRef": [{"EntityRef": {"type": "Invoice", "value": invoice}}], "FileName": "a.txt"}
    parts = {
        "file_metadata_01": ("m.json", json.dumps(told), "application/json"),
        "file_content_01": ("a.txt", b"a", "text/plain"),
    }
    headers = {"Authorization": f"Bearer {api.token}", "Accept": "application/json"}
    for _ in range(2):
        again = requests.post(
            f"{api.root}/upload?requestid=r1", files=parts, headers=headers, timeout=PATIENCE_S
        ).json()
    made = again["AttachableResponse"][0]["Attachable"]
    assert len(company.entity("Attachable")) == 1
    assert made["AttachableRef"][0]["IncludeOnSend"] is False and made["Size"] == 1

    def changed():
        answer = api.get("cdc", entities="Attachable", changedSince=made["MetaData"]["LastUpdatedTime"])
        return answer.body["CDCResponse"][0]["QueryResponse"][0]["Attachable"]

    assert [row["Size"] for row in changed()] == [1]
    company.delete("Attachable", made["Id"])
    assert [row["status"] for row in changed()] == ["Deleted"]


def test_a_file_that_is_too_large_is_refused(company):
    with pytest.raises(Refusal) as caught:
        company.attach({"FileName": "film.mov"}, bytes(100 * 2**20 + 1))
    assert caught.value.code == "6030"
    assert not company.files


class _Receiver(BaseHTTPRequestHandler):
    received: ClassVar[list] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.received.append((dict(self.headers), body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver():
    server = HTTPServer(("127.0.0.1", 0), _Receiver)
    _Receiver.received.clear()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", _Receiver.received
    server.shutdown()


def test_cloud_events_are_signed_and_name_company_and_record(api, sandbox, receiver):
    url, received = receiver
    sandbox.control("PUT", "webhooks", {"url": url, "verifier_token": "secret"})
    made = api.make("Customer", {"DisplayName": "A"})["Id"]
    sent = sandbox.control("POST", "webhooks/deliveries", {"duplicate": True})
    assert [one["status"] for one in sent] == [200, 200]
    headers, body = received[0]
    assert received[1][1] == body
    signed = base64.b64encode(hmac.new(b"secret", body, hashlib.sha256).digest()).decode()
    assert headers["intuit-signature"] == signed and headers["content-type"] == "application/cloudevents+json"
    (event,) = json.loads(body)
    assert (event["type"], event["intuitentityid"]) == ("qbo.customer.created.v1", made)
    assert (event["intuitaccountid"], event["specversion"], event["data"]) == (api.realm, "1.0", {})
    assert sandbox.control("POST", "webhooks/deliveries", {}) == []


def test_legacy_notifications_may_come_out_of_order_and_hold_several_companies(api, sandbox, bodies, customer):
    other, _ = sandbox.add_company("2")
    sandbox.control("PUT", "webhooks", {"url": "http://x", "verifier_token": "s", "format": "legacy"})
    sandbox.state.sender = None
    invoice = api.make("Invoice", bodies.invoice(customer))["Id"]
    api.make("Invoice", {"Id": invoice, "SyncToken": "0"}, operation="void")
    other.make("Vendor", {"DisplayName": "V"})
    (delivery,) = sandbox.control("POST", "webhooks/deliveries", {"reorder": True})
    notifications = {one["realmId"]: one for one in json.loads(delivery["body"])["eventNotifications"]}
    operations = [one["operation"] for one in notifications[api.realm]["dataChangeEvent"]["entities"]]
    assert operations == ["Void", "Create"] and set(notifications) == {api.realm, "2"}


@edge
def test_twenty_thousand_records_are_paged_and_looked_up_without_looking_at_all(company):
    for number in range(20_000):
        company.books.save("Invoice", {"DocNumber": f"N{number}", "TxnDate": "2026-01-01", "TotalAmt": Decimal(1)})
    started = time.perf_counter()
    for _ in range(50):
        assert len(company.query("select * from Invoice where DocNumber = 'N777'")) == 1
        assert len(company.query("select * from Invoice where Id > '15000' orderby Id maxresults 100")) == 100
    assert time.perf_counter() - started < 1
