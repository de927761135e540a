"""What bookkeepers do by hand in both ledgers, and how an accountant then reads it in Slack: five short stories."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from bot.core.runs import Flag
from bot.sandbox.demo_data import HARBOUR_CITY
from bot.sandbox.quickbooks import Company
from tests.browser.chromium import MARKS
from tests.browser.conftest import Sit, Stage, over_socket
from tests.browser.person import Person
from tests.browser.test_pages import clears
from tests.browser.web_page import DETAILS, KIND, OURS, column, put_right, searched

pytestmark = [*MARKS, pytest.mark.long]  # tests/sync has the same without a browser in the fast set
TENANT, RENAMED = "Wharf Street Cafe", "Wharf Street Kitchen"
NET = "200.00"  # 230.00 with the tax
PHONE_WIDTH_PX = 390
Json = dict[str, Any]


@dataclass(frozen=True)
class Books:
    """Harbour City in sync, with one tenant more and its invoice INV-9001; what a bookkeeper types on either side."""

    stage: Stage

    @property
    def quickbooks(self) -> Company:
        return self.stage.demo.quickbooks.companies[HARBOUR_CITY.realm]

    def in_released(self, collection: str, key: str, value: str) -> Json:
        rows = self.stage.demo.released.rows(HARBOUR_CITY.id, collection)
        return next(row for row in rows if row.get(key) == value)

    def change(self, collection: str, record: Json, **fields: Any) -> None:
        self.stage.demo.released.patch(HARBOUR_CITY.id, collection, record["id"], fields)

    def in_quickbooks(self, entity: str, key: str, value: str) -> Json:
        (found,) = self.quickbooks.query(f"SELECT * FROM {entity} WHERE {key} = '{value}'")
        return found

    def bank(self) -> Json:
        return {"value": self.in_quickbooks("Account", "Name", "Checking")["Id"]}

    def tied(self, customer: Json, amount: Decimal, *parts: tuple[str, str]) -> None:
        """QuickBooks' payment of nothing, over the same amount of both."""
        lines = [{"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]} for kind, id_ in parts]
        self.quickbooks.create("Payment", {"CustomerRef": customer, "TotalAmt": Decimal(0), "Line": lines})


def line(books: Books, net: str) -> Json:
    """As on the other invoices of this company."""
    rows = books.stage.demo.released.rows(HARBOUR_CITY.id, "invoices")
    rent = next(row for row in rows if row["kind"] == "income" and row["lines"][0]["taxAmount"] != "0.00")["lines"][0]
    tax = str((Decimal(net) * Decimal("0.15")).quantize(Decimal("0.01")))
    kept = {name: rent[name] for name in ("accountId", "taxTypeId")}
    return {**kept, "description": "Rent", "quantity": "1", "unitAmount": net, "netAmount": net, "taxAmount": tax}


@contextmanager
def in_sync() -> Iterator[Books]:
    with over_socket() as stage:
        put_right(stage.demo)
        books, released = Books(stage), stage.demo.released
        tenant = released.create(HARBOUR_CITY.id, "contacts", {"name": TENANT, "roles": ["tenant"]})
        today = stage.demo.app.engine.clock().date().isoformat()
        head = {"number": "INV-9001", "kind": "income", "status": "approved", "contactId": tenant["id"]}
        days = {"issueDate": today, "dueDate": today, "amountsAre": "exclusive"}
        released.create(HARBOUR_CITY.id, "invoices", {**head, **days, "lines": [line(books, NET)]})
        finished = stage.demo.sync(HARBOUR_CITY.id)
        assert finished.flag is Flag.BLUE, [(row.name, row.details) for row in finished.failures]
        yield books


@pytest.fixture
def books() -> Iterator[Books]:
    with in_sync() as made:
        yield made


def conflict(books: Books, ana: Person) -> Locator:
    """Both sides change the amount of one invoice: one value wins, and the message says which was lost."""
    ours, theirs = books.in_released("invoices", "number", "INV-9001"), their_invoice(books)
    books.change("invoices", ours, lines=[line(books, "210.00")])
    sold = {**theirs["Line"][0], "Amount": Decimal(220)}
    sold["SalesItemLineDetail"] = {**sold["SalesItemLineDetail"], "Qty": Decimal(1), "UnitPrice": Decimal(220)}
    books.quickbooks.update("Invoice", theirs["Id"], {"Line": [sold]})
    run = syncs(ana, "🔵 Blue")
    expect(run).to_contain_text("1 conflict settled: both sides had changed. Look whether the right value won.")
    lost = "amount 253.00 in QuickBooks gave way to 241.50"
    expect(run).to_contain_text(lost)
    shown = looks_for(ana, run, "INV-9001")
    (said,) = column(shown, DETAILS)
    assert said.startswith("Updated in QuickBooks. Both sides had changed: ") and lost in said
    modal = details(ana, shown, "INV-9001")
    expect(modal).to_contain_text(lost)
    expect(modal).to_contain_text("NZD 241.50")
    return modal


def rename(books: Books, ana: Person) -> Locator:
    """All documents of a tenant are found by its new name after the sync."""
    books.change("contacts", books.in_released("contacts", "name", TENANT), name=RENAMED)
    shown = looks_for(ana, syncs(ana, "🔵 Blue"), RENAMED)
    assert column(shown, OURS) == [f"{RENAMED} ↗", "INV-9001 ↗"]
    assert column(shown, KIND) == ["Contact", "Invoice"]
    assert "Updated in QuickBooks." in column(shown, DETAILS)
    assert books.in_quickbooks("Customer", "DisplayName", RENAMED)
    return shown


def deleted_then_voided(books: Books, ana: Person) -> Locator:
    """It needs attention while one side has it; once neither has, its row stays and says so."""
    books.quickbooks.delete("Invoice", their_invoice(books)["Id"])
    syncs(ana, "🟥 Red")
    red = ana.reads("1 record needs attention, 1 cause", "INV-9001 was deleted in QuickBooks")
    expect(red).to_contain_text("If it should be gone, void it in Re-Leased.")
    books.change("invoices", books.in_released("invoices", "number", "INV-9001"), status="voided")
    shown = looks_for(ana, syncs(ana, "🔵 Blue"), "INV-9001")
    assert column(shown, DETAILS) == ["INV-9001 is deleted in QuickBooks and voided in Re-Leased"]
    return shown


def refund(books: Books, ana: Person) -> Locator:
    """A credit is paid out by cheque: an expense on receivables, and a payment of nothing that ties both together."""
    customer = {"value": their_invoice(books)["CustomerRef"]["value"]}
    sold = their_invoice(books)["Line"][0]
    del sold["Id"]
    body = {"CustomerRef": customer, "DocNumber": "CN-9001", "Line": [sold]}
    note = books.quickbooks.create("CreditMemo", body)
    syncs(ana, "🔵 Blue")
    receivable = books.in_quickbooks("Account", "AccountType", "Accounts Receivable")
    spent = {"AccountRef": {"value": receivable["Id"]}, "CustomerRef": customer}
    cheque = {"Amount": note["Balance"], "DetailType": "AccountBasedExpenseLineDetail"}
    cheque["AccountBasedExpenseLineDetail"] = spent
    payee = {"EntityRef": {**customer, "type": "Customer"}, "DocNumber": "1187"}
    made = books.quickbooks.create(
        "Purchase", {"PaymentType": "Check", "AccountRef": books.bank(), **payee, "Line": [cheque]}
    )
    books.tied(customer, note["Balance"], ("Expense", made["Id"]), ("CreditMemo", note["Id"]))
    run = syncs(ana, "🟥 Red")
    red = ana.reads("1 record needs attention, 1 cause")
    expect(red).to_contain_text("CN-9001 has NZD 230.00 open in Re-Leased and NZD 0.00 in QuickBooks")
    expect(red).to_contain_text("the cheque 1187 of 230.00")
    expect(red).to_contain_text("in Re-Leased record the refund of 230.00 on this credit note, so that nothing")
    modal = details(ana, looks_for(ana, run, "CN-9001"), "CN-9001")
    expect(modal).to_contain_text("the cheque 1187 of 230.00")
    ana.page.get_by_test_id("modal-x").click()
    expect(ana.modal).to_have_count(0)
    return red


def deposit(books: Books, ana: Person) -> Locator:
    """Paid in part on the invoice itself: money that no payment record holds."""
    customer = {"value": their_invoice(books)["CustomerRef"]["value"]}
    sold = their_invoice(books)["Line"][0]
    del sold["Id"]
    paid = {"Deposit": Decimal(50), "DepositToAccountRef": books.bank()}
    books.quickbooks.create("Invoice", {"CustomerRef": customer, "DocNumber": "INV-9002", "Line": [sold], **paid})
    syncs(ana, "🟥 Red")
    red = ana.reads("1 record needs attention, 1 cause")
    expect(red).to_contain_text("INV-9002 has NZD 230.00 open in Re-Leased and NZD 180.00 in QuickBooks")
    expect(red).to_contain_text("50.00 is entered as a deposit on the invoice itself")
    expect(red).to_contain_text("In Re-Leased record the 50.00 as a payment of this invoice")
    return red


def test_the_message_of_a_run_says_which_value_won_a_conflict(books: Books, sits_down: Sit) -> None:
    conflict(books, sits_down(books.stage))


def test_the_documents_of_a_renamed_tenant_are_found_by_its_new_name(books: Books, sits_down: Sit) -> None:
    rename(books, sits_down(books.stage))


def test_what_is_gone_on_both_sides_keeps_its_row_and_says_so(books: Books, sits_down: Sit) -> None:
    deleted_then_voided(books, sits_down(books.stage))


def test_a_credit_refunded_by_cheque_is_red_with_the_cheque_and_what_to_do(books: Books, sits_down: Sit) -> None:
    refund(books, sits_down(books.stage))


def test_a_deposit_on_the_invoice_is_red_with_both_balances_on_a_phone_too(books: Books, sits_down: Sit) -> None:
    deposit(books, sits_down(books.stage, width=PHONE_WIDTH_PX))


def their_invoice(books: Books) -> Json:
    return books.in_quickbooks("Invoice", "DocNumber", "INV-9001")


def syncs(ana: Person, flag: str) -> Locator:
    """The message of a new run, once it has ended: those of earlier runs are still on the page."""
    ended = ana.page.get_by_test_id("messages").get_by_test_id("message").filter(has_text="started by @ana")
    ended = ended.filter(has_text="View results")
    before = ended.count()
    ana.types("/qbo-sync sync harbour")
    expect(ended).to_have_count(before + 1)
    expect(ended.last).to_contain_text(flag)
    return ended.last


def looks_for(ana: Person, run: Locator, text: str) -> Locator:
    """View results, and all rows that the filter's text finds."""
    old = ana.message("Only visible to you", "Refresh")
    before = old.get_attribute("data-ts") if old.count() else ""
    ana.presses("View results", run)
    expect(old).not_to_have_attribute("data-ts", before or "")
    shown = ana.reads("Only visible to you", "Refresh")
    if shown.get_by_test_id("button").filter(has_text=re.compile("^Clear$")).count():
        clears(ana, shown)
    searched(ana, shown, text)
    return shown


def details(ana: Person, shown: Locator, name: str) -> Locator:
    ana.chooses("More detail…", shown)
    ana.picks(name)
    ana.modal.get_by_text("Attempts").wait_for()
    return ana.modal
