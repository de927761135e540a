"""The pages: deep links, and a bookkeeper's deeds by the same rules as the API."""

import re

import pytest
import requests

from tests.patience import PATIENCE_S


class Browser:
    """A session that remembers the page it is on."""

    def __init__(self, url: str) -> None:
        self.url, self.session, self.page = url, requests.Session(), None

    def open(self, path: str) -> str:
        self.page = self.session.get(f"{self.url}{path}", timeout=PATIENCE_S)
        return self.page.text

    def send(self, path: str, **form: str) -> str:
        self.page = self.session.post(f"{self.url}{path}", data=form, timeout=PATIENCE_S)
        return self.page.text


@pytest.fixture
def browser(sandbox):
    return Browser(sandbox.url)


@pytest.fixture
def invoice(api, bodies, customer):
    return api.make("Invoice", bodies.invoice(customer, DocNumber="I<1>"))


def test_every_page_says_that_it_is_a_stand_in(browser, api, invoice):
    paths = ("/", f"/company/{api.realm}", f"/company/{api.realm}/Invoice", f"/company/{api.realm}/settings")
    for path in (*paths, f"/app/invoice?txnId={invoice['Id']}"):
        assert "QuickBooks stand-in" in browser.open(path) and browser.page.status_code == 200, path


def test_texts_are_escaped(browser, invoice):
    assert "I&lt;1&gt;" in browser.open(f"/app/invoice?txnId={invoice['Id']}")


def test_every_kind_of_record_has_its_deep_link(browser, api, bodies, customer, vendor, invoice):
    credit = api.make("CreditMemo", bodies.invoice(customer))["Id"]
    paid = api.make("Payment", bodies.payment(customer, 5, ("Invoice", invoice["Id"], 5)))["Id"]
    bill = api.make("Bill", bodies.bill(vendor))["Id"]
    vendor_credit = api.make("VendorCredit", bodies.bill(vendor))["Id"]
    bill_paid = api.make("BillPayment", bodies.bill_payment(vendor, 5, ("Bill", bill, 5)))["Id"]
    pages = {
        f"invoice?txnId={invoice['Id']}": "Invoice",
        f"creditmemo?txnId={credit}": "CreditMemo",
        f"recvpayment?txnId={paid}": "Payment",
        f"bill?txnId={bill}": "Bill",
        f"vendorcredit?txnId={vendor_credit}": "VendorCredit",
        f"billpayment?txnId={bill_paid}": "BillPayment",
        f"customerdetail?nameId={customer}": "Customer",
        f"vendordetail?nameId={vendor}": "Vendor",
    }
    for path, entity in pages.items():
        text = browser.open(f"/app/{path}")
        assert browser.page.status_code == 200 and f">{entity}</a>" in text, path


@pytest.mark.parametrize(
    "form", ["/login?deeplinkcompanyid={realm}&pagereq={page}", "/app/login?pagereq={page}&deeplinkcompanyid={realm}"]
)
def test_a_link_with_the_company_switches_to_it(browser, sandbox, form):
    for realm in ("2", "3"):
        sandbox.add_company(realm, name=f"Company {realm}")
    for realm in ("2", "3"):
        made = sandbox.state.companies[realm].create("Customer", {"DisplayName": f"Only in {realm}"})["Id"]
        text = browser.open(form.format(realm=realm, page=f"customerdetail%3FnameId%3D{made}"))
        assert f"Only in {realm}" in text and f"Company {realm}" in text


def test_a_link_to_nothing_is_404(browser):
    for path in ("/app/invoice?txnId=99999", "/app/nonsense?txnId=1", "/company/none", "/app/invoice"):
        browser.open(path)
        assert browser.page.status_code == 404, path


def test_a_name_is_changed_made_inactive_and_active_again(browser, api, customer):
    base = f"/company/{api.realm}/Customer/{customer}"
    assert "Hot Cars" in browser.send(f"{base}/edit", DisplayName="Hot Cars")
    browser.send(f"{base}/archive")
    assert api.read("Customer", customer)["DisplayName"] == "Hot Cars (deleted)"
    browser.send(f"{base}/activate")
    record = api.read("Customer", customer)
    assert (record["DisplayName"], record["Active"], record["SyncToken"]) == ("Hot Cars", True, "3")


def test_an_archived_customer_is_first_brought_to_zero(browser, api, customer, invoice):
    browser.send(f"/company/{api.realm}/Customer/{customer}/archive")
    record = api.read("Customer", customer)
    assert (record["Active"], record["Balance"]) == (False, 0)
    assert api.read("Invoice", invoice["Id"])["Balance"] == 0
    assert len(api.rows("select * from CreditMemo")) == 1


def test_a_document_is_edited(browser, api, invoice):
    form = {"DocNumber": "I2", "TxnDate": "2026-02-03", "PrivateNote": "seen", "amount-1": "200.00"}
    browser.send(f"/company/{api.realm}/Invoice/{invoice['Id']}/edit", **form)
    record = api.read("Invoice", invoice["Id"])
    assert (record["DocNumber"], record["TxnDate"], record["PrivateNote"]) == ("I2", "2026-02-03", "seen")
    assert record["TotalAmt"] == 230


def test_the_form_of_a_page_sends_back_what_it_shows_without_a_change(browser, api, invoice):
    text = browser.open(f"/app/invoice?txnId={invoice['Id']}")
    form = text[text.index("/edit") :].partition("</form>")[0]
    fields = dict(re.findall(r'<input[^>]*name="([^"]+)" value="([^"]*)"', form))
    assert "amount-1" in fields and "TxnDate" in fields
    fields["DocNumber"] = "I<1>"
    browser.send(f"/company/{api.realm}/Invoice/{invoice['Id']}/edit", **fields)
    assert api.read("Invoice", invoice["Id"])["SyncToken"] == "0"


def test_a_bookkeeper_receives_pays_deposits_voids_and_deletes(browser, api, bodies, vendor, customer, invoice):
    base = f"/company/{api.realm}"
    browser.send(f"{base}/Invoice/{invoice['Id']}/pay", amount="15", reference="R9")
    payment = api.rows("select * from Payment where PaymentRefNum = 'R9'")[0]["Id"]
    assert api.read("Invoice", invoice["Id"])["Balance"] == 100
    browser.send(f"{base}/Payment/{payment}/deposit")
    assert "6540" in browser.send(f"{base}/Payment/{payment}/void")
    bill = api.make("Bill", bodies.bill(vendor))["Id"]
    browser.send(f"{base}/Bill/{bill}/pay", amount="115", date="2026-05-01")
    assert api.read("Bill", bill)["Balance"] == 0
    assert "a payment is applied to it" in browser.send(f"{base}/Invoice/{invoice['Id']}/void")
    other = api.make("Invoice", bodies.invoice(customer))["Id"]
    browser.send(f"{base}/Invoice/{other}/void")
    assert api.read("Invoice", other)["TotalAmt"] == 0
    browser.send(f"{base}/Invoice/{invoice['Id']}/delete")
    assert api.get(f"invoice/{invoice['Id']}").code == "610"


def test_a_refused_deed_shows_the_fault(browser, api, bodies, customer, invoice):
    api.make("Invoice", bodies.invoice(customer, DocNumber="TAKEN"))
    text = browser.send(f"/company/{api.realm}/Invoice/{invoice['Id']}/edit", DocNumber="TAKEN")
    assert browser.page.status_code == 400
    assert 'role="alert"' in text and "Duplicate Document Number Error (6140)" in text


def test_the_settings_close_and_reopen_the_books(browser, api, bodies, customer):
    settings = f"/company/{api.realm}/settings"
    assert "closed up to and including 2026-03-31" in browser.send(settings, do="close", day="2026-03-31")
    assert api.post("invoice", bodies.invoice(customer, TxnDate="2026-03-31")).code == "6210"
    assert "The books are open" in browser.send(settings, do="reopen")
    assert api.post("invoice", bodies.invoice(customer, TxnDate="2026-03-31")).status == 200
    browser.send(settings, do="close", day="soon")
    assert browser.page.status_code == 400


def test_the_settings_add_tax_codes_and_stop_the_subscription(browser, api, bodies, customer):
    settings = f"/company/{api.realm}/settings"
    browser.send(settings, do="tax", name="Special 12.5", percent="12.5")
    line = bodies.sales_line(100, "Special 12.5")
    assert float(api.make("Invoice", bodies.invoice(customer, line))["TotalAmt"]) == 112.5
    assert "6240" in browser.send(settings, do="tax", name="Special 12.5", percent="12.5")
    browser.send(settings, do="numbers", custom="no")
    assert api.make("Invoice", bodies.invoice(customer))["DocNumber"]
    browser.send(settings, do="subscription", lapsed="yes")
    assert api.post("customer", {"DisplayName": "X"}).code == "6190"


def test_lists_search_and_page(browser, api, company):
    for number in range(60):
        company.create("Customer", {"DisplayName": f"Person {number:02}"})
    first = browser.open(f"/company/{api.realm}/Customer")
    assert "Person 59" in first and "Person 05" not in first and "60 found" in first
    assert "Person 05" in browser.open(f"/company/{api.realm}/Customer?page=2")
    found = browser.open(f"/company/{api.realm}/Customer?search=person+07")
    assert "Person 07" in found and "1 found" in found


def test_what_a_page_did_is_in_the_write_log(browser, api, sandbox, customer):
    browser.send(f"/company/{api.realm}/Customer/{customer}/edit", DisplayName="Hot Cars")
    last = sandbox.control("GET", "writes")[-1]
    assert (last["channel"], last["operation"], last["id"]) == ("page", "update", customer)
