"""The sample company: what it holds, that its books are in balance, what clients of Intuit's own sample do with it."""

import html
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import requests

from bot.sandbox.quickbooks import QuickBooksState, add_sample
from bot.sandbox.quickbooks.books.schema import ENTITIES
from bot.sandbox.quickbooks.books.wire import pacific_date
from bot.sandbox.quickbooks.rules.chart import CLASSIFICATIONS
from bot.sandbox.quickbooks.web.pages import LISTED
from tests.patience import PATIENCE_S

SAMPLE = "9130350000000042"
ZERO = Decimal(0)
LEAST = {"Payment": 5, "Invoice": 20, "Bill": 20, "Customer": 10, "Vendor": 5, "BillPayment": 5, "Purchase": 4}
"""How many there are at least; of everything else, one."""
CREDITS = ("CreditMemo", "VendorCredit")
PAYS = {"Payment": ("Invoice", "CreditMemo"), "BillPayment": ("Bill", "VendorCredit")}


@pytest.fixture
def sample(sandbox):
    add_sample(sandbox.state, SAMPLE)
    return sandbox.connect(SAMPLE)


def every(api, entity):
    return api.rows(f"select * from {entity} maxresults 1000")


def first(api, entity, where=""):
    return api.rows(f"select * from {entity} {where} maxresults 1")[0]


def ref(record):
    return {"value": record["Id"]}


def worth(line):
    return -line["Amount"] if line["DetailType"] == "DiscountLineDetail" else line.get("Amount", ZERO)


@pytest.mark.parametrize("entity", ENTITIES)
def test_there_is_something_of_every_entity(sample, entity):
    assert len(every(sample, entity)) >= LEAST.get(entity, 1)


def test_lists_have_something_of_each_kind(sample):
    assert {one["AccountType"] for one in every(sample, "Account")} == CLASSIFICATIONS.keys()
    kinds = ENTITIES["Item"].fields["Type"].argument.split("|")
    assert {one["Type"] for one in every(sample, "Item")} == set(kinds)
    below = {"Customer": "Job", "Account": "SubAccount", "Item": "SubItem", "Class": "SubClass"}
    for entity, flag in below.items():
        assert any(one[flag] and ":" in one["FullyQualifiedName"] for one in every(sample, entity)), entity
    assert {one["PaymentType"] for one in every(sample, "Purchase")} == {"Cash", "Check", "CreditCard"}
    assert {one["PayType"] for one in every(sample, "BillPayment")} == {"Check", "CreditCard"}
    lines = {line["DetailType"] for one in every(sample, "Invoice") for line in one["Line"]}
    assert lines == {"SalesItemLineDetail", "GroupLineDetail", "DiscountLineDetail", "SubTotalLineDetail"}


def test_it_is_an_american_company_without_gst(sample):
    info, preferences = sample.read("CompanyInfo", SAMPLE), sample.get("preferences").body["Preferences"]
    assert (info["Country"], preferences["CurrencyPrefs"]["HomeCurrency"]["value"]) == ("US", "USD")
    codes = {one["Id"]: one for one in every(sample, "TaxCode")}
    assert {"TAX", "NON"} < codes.keys() and len(codes) == 4
    rates = {one["Id"]: one["RateValue"] for one in every(sample, "TaxRate")}
    sums = [
        sum(rates[one["TaxRateRef"]["value"]] for one in code["SalesTaxRateList"]["TaxRateDetail"])
        for code in codes.values()
        if code["TaxGroup"]
    ]
    assert sorted(sums) == [Decimal("9.1"), Decimal("10.35")]
    assert {one["AgencyRef"]["value"] for one in every(sample, "TaxRate")} == {first(sample, "TaxAgency")["Id"]}


def test_its_preferences_say_what_stands_on_sales_forms_and_in_emails(sample):
    preferences = sample.get("preferences").body["Preferences"]
    message = preferences["SalesFormsPrefs"]["DefaultCustomerMessage"]
    assert message
    said = {"Name": "SalesFormsPrefs.DefaultCustomerMessage", "Value": message}
    assert preferences["OtherPrefs"]["NameValue"][0] == said
    emails = preferences["EmailMessagesPrefs"]
    assert emails.keys() == {"InvoiceMessage", "EstimateMessage", "SalesReceiptMessage", "StatementMessage"}
    assert all("Northgate Property Care" in one["Subject"] and one["Message"] for one in emails.values())


@pytest.mark.parametrize("entity", ["Invoice", "CreditMemo", "RefundReceipt", "Bill", "VendorCredit", "Purchase"])
def test_a_total_is_its_lines_and_their_tax(sample, entity):
    for one in every(sample, entity):
        lines = [line for line in one["Line"] if line["DetailType"] != "SubTotalLineDetail"]
        tax = one.get("TxnTaxDetail", {})
        assert one["TotalAmt"] == sum(map(worth, lines)) + tax.get("TotalTax", ZERO) > 0, one
        assert tax.get("TotalTax", ZERO) == sum(line["Amount"] for line in tax.get("TaxLine", ()))


@pytest.mark.parametrize("payment", PAYS)
def test_what_is_open_follows_from_the_payments(sample, payment):
    settled, links = {}, {}
    for one in every(sample, payment):
        for line in one["Line"]:
            (link,) = line["LinkedTxn"]
            key = link["TxnType"], link["TxnId"]
            settled[key] = settled.get(key, ZERO) + line["Amount"]
            links.setdefault(key, []).append(one["Id"])
        used = sum(
            -line["Amount"] if line["LinkedTxn"][0]["TxnType"] in CREDITS else line["Amount"] for line in one["Line"]
        )
        assert one["TotalAmt"] == used + one.get("UnappliedAmt", ZERO)
    balances = []
    for entity in PAYS[payment]:
        for one in every(sample, entity):
            key = entity, one["Id"]
            assert one["Balance"] == one["TotalAmt"] - one.get("Deposit", ZERO) - settled.pop(key, ZERO) >= 0
            paid_by = [link["TxnId"] for link in one["LinkedTxn"] if "Payment" in link["TxnType"]]
            assert paid_by == links.get(key, [])
            balances.append(one["Balance"] / one["TotalAmt"])
    assert not settled
    assert {min(balances), max(balances)} == {0, 1} and len(set(balances)) > 2, "paid, in part, and not at all"


def test_customers_and_vendors_owe_what_is_open(sample):
    for party, kinds in (("Customer", PAYS["Payment"]), ("Vendor", PAYS["BillPayment"])):
        owed = {}
        for entity in kinds:
            for one in every(sample, entity):
                name = one[f"{party}Ref"]["value"]
                owed[name] = owed.get(name, ZERO) + (-one["Balance"] if entity in CREDITS else one["Balance"])
        for one in every(sample, "Payment") if party == "Customer" else ():
            owed[one["CustomerRef"]["value"]] = owed.get(one["CustomerRef"]["value"], ZERO) - one["UnappliedAmt"]
        assert {one["Id"]: one["Balance"] for one in every(sample, party) if one["Balance"]} == {
            name: amount for name, amount in owed.items() if amount
        }


def test_deposits_and_journal_entries_add_up(sample):
    payments = {one["Id"]: one for one in every(sample, "Payment")}
    deposited = set()
    for one in every(sample, "Deposit"):
        assert one["TotalAmt"] == sum(line["Amount"] for line in one["Line"]) > 0
        for line in one["Line"]:
            for link in line.get("LinkedTxn", ()):
                assert payments[link["TxnId"]]["TotalAmt"] == line["Amount"]
                assert payments[link["TxnId"]]["LinkedTxn"] == [{"TxnId": one["Id"], "TxnType": "Deposit"}]
                deposited.add(link["TxnId"])
    assert len(deposited) == 3 and len(payments) > 3
    for one in every(sample, "JournalEntry"):
        sides = {line["JournalEntryLineDetail"]["PostingType"]: line["Amount"] for line in one["Line"]}
        assert sides["Debit"] == sides["Credit"] == one["TotalAmt"] > 0


def test_an_expense_was_charged_on(sample):
    charge = first(sample, "ReimburseCharge")
    (link,) = charge["LinkedTxn"]
    invoice = sample.read("Invoice", link["TxnId"])
    assert charge["HasBeenInvoiced"] and charge["Amount"] in [line["Amount"] for line in invoice["Line"]]


@pytest.mark.parametrize("moment", [datetime(2024, 2, 29, 7, tzinfo=UTC), datetime(2027, 1, 1, 20, tzinfo=UTC)])
def test_it_is_the_same_on_the_same_day_and_ends_before_today(moment):
    first_one, second = (add_sample(QuickBooksState(lambda: moment), SAMPLE) for _ in range(2))
    assert first_one.books.tables == second.books.tables and first_one.write_log == []
    days = [date.fromisoformat(one["TxnDate"]) for one in first_one.entity("Invoice").values()]
    assert 0 < (pacific_date(moment) - max(days)).days <= 7 < (max(days) - min(days)).days


def test_the_first_that_a_query_gives_can_be_used(sample):
    """Clients written for Intuit's sample take the first of each list, whatever it is."""
    customer, item = first(sample, "Customer"), first(sample, "Item")
    assert sample.rows(f"select * from Invoice where CustomerRef = '{customer['Id']}'")
    detail = {"ItemRef": ref(item)}
    line = {"Amount": 100, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    invoice = sample.make("Invoice", {"CustomerRef": ref(customer), "Line": [line]})
    assert (invoice["TotalAmt"], invoice["CustomerRef"]["name"]) == (100, customer["DisplayName"])
    for entity in ("Term", "Department", "Class", "Employee", "CreditMemo", "Attachable"):
        found = first(sample, entity)
        assert sample.make(entity, found)["SyncToken"] == str(int(found["SyncToken"]) + 1)
    first_bank, second_bank = sample.rows("select * from Account where AccountType = 'Bank' maxresults 2")
    line = {"Amount": 20, "DetailType": "DepositLineDetail", "DepositLineDetail": {"AccountRef": ref(first_bank)}}
    assert sample.make("Deposit", {"DepositToAccountRef": ref(second_bank), "Line": [line]})["TotalAmt"] == 20


def test_what_such_clients_know_by_its_id_is_there(sample):
    """Account 1 for the line of a bill, account 42 for a card, tax agency 1, a tax code that is called by its id."""
    kind = "AccountBasedExpenseLineDetail"
    line = {"Amount": 200, "DetailType": kind, kind: {"AccountRef": {"value": "1"}}}
    assert sample.make("Bill", {"VendorRef": ref(first(sample, "Vendor")), "Line": [line]})["Balance"] == 200
    code, item = first(sample, "TaxCode"), first(sample, "Item", "where Type = 'Inventory'")
    kind = "ItemBasedExpenseLineDetail"
    line = {"Amount": 100, "DetailType": kind, kind: {"ItemRef": ref(item), "TaxCodeRef": ref(code)}}
    card = {"PaymentType": "CreditCard", "AccountRef": {"value": "42", "name": "Visa"}, "Line": [line]}
    assert sample.make("Purchase", card)["Line"][0][kind]["TaxCodeRef"]["value"] == code["Name"] == "TAX"
    rate = {"TaxRateName": "County", "RateValue": 10, "TaxAgencyId": "1", "TaxApplicableOn": "Sales"}
    made = sample.post("taxservice/taxcode", {"TaxCode": "County", "TaxRateDetails": [rate]})
    assert made.body["TaxRateDetails"][0]["TaxAgencyId"] == "1"


def test_a_page_of_us_tax_codes_has_three_more_than_asked_for(sample, api):
    assert [one["Id"] for one in sample.rows("select * from TaxCode maxresults 1")][:2] == ["TAX", "NON"]
    assert len(sample.rows("select * from TaxCode maxresults 1")) == 4
    assert len(sample.rows("select * from TaxRate maxresults 1")) == 1
    assert len(api.rows("select * from TaxCode maxresults 1")) == 1, "only in the US"


def test_an_invoice_that_is_mailed_has_a_link_for_paying_it(sample):
    customer = first(sample, "Customer")
    invoice = first(sample, "Invoice", f"where CustomerRef = '{customer['Id']}'")
    shown = sample.get(f"invoice/{invoice['Id']}", include="invoiceLink").body["Invoice"]
    assert shown["InvoiceLink"].startswith("https://") and invoice["Id"] in shown["InvoiceLink"]
    assert "InvoiceLink" not in sample.read("Invoice", invoice["Id"])


def test_the_pages_show_all_of_it(sandbox, sample):
    def opened(path):
        answer = requests.get(f"{sandbox.url}{path}", timeout=PATIENCE_S)
        assert answer.status_code == 200, path
        return answer.text

    assert "Northgate Property Care" in opened("/")
    front = opened(f"/company/{SAMPLE}")
    for entity in LISTED:
        count = len(sandbox.state.companies[SAMPLE].entity(entity))
        assert re.search(rf">{entity}<br><span class=\"soft\">{count}</span>", front), entity
        links = re.findall(r'href="(/app/[^"]+)"', opened(f"/company/{SAMPLE}/{entity}"))
        assert len(links) >= count
        assert entity in opened(html.unescape(links[0]))
