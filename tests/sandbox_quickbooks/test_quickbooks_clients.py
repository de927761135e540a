"""python-quickbooks, unmodified but for its URLs, against the stand-in."""

import warnings

import pytest
from intuitlib.client import AuthClient
from quickbooks import QuickBooks
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import (
    AuthorizationException,
    ObjectNotFoundException,
    QuickbooksException,
    SevereException,
    UnsupportedException,
    ValidationException,
)
from quickbooks.objects import (
    Account,
    Attachable,
    Bill,
    BillPayment,
    BillPaymentLine,
    CheckPayment,
    Class,
    CompanyInfo,
    CreditMemo,
    Customer,
    Department,
    Deposit,
    Employee,
    Invoice,
    Item,
    Payment,
    PaymentLine,
    PaymentMethod,
    Preferences,
    TaxAgency,
    TaxCode,
    TaxRate,
    Term,
    Vendor,
    VendorCredit,
)
from quickbooks.objects.base import Address, AttachableRef, CustomerMemo, EmailAddress, PhoneNumber
from quickbooks.objects.deposit import DepositLine
from quickbooks.objects.detailline import (
    AccountBasedExpenseLine,
    AccountBasedExpenseLineDetail,
    SalesItemLine,
    SalesItemLineDetail,
)
from quickbooks.objects.taxservice import TaxRateDetails, TaxService

from bot.sandbox.quickbooks import connection_details

US_REALM = "9130350000000099"


@pytest.fixture
def qb(sandbox, monkeypatch):
    """A client of a US company, which is what the library's own tests expect."""
    sandbox.add_company(US_REALM, country="US")
    details = connection_details(sandbox.state, US_REALM, sandbox.url)
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    for name in ("api_url_v3", "sandbox_api_url_v3"):
        monkeypatch.setattr(QuickBooks, name, f"{details['url']}/v3")
    auth = AuthClient(
        details["client_id"],
        details["client_secret"],
        "http://localhost/callback",
        environment=details["discovery_url"],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return QuickBooks(
            auth_client=auth, refresh_token=details["refresh_token"], company_id=US_REALM, minorversion=75
        )


@pytest.fixture
def customer(qb):
    record = Customer()
    record.DisplayName = "Cool Cars"
    return record.save(qb=qb)


@pytest.fixture
def vendor(qb):
    record = Vendor()
    record.DisplayName = "Norton Lumber"
    return record.save(qb=qb)


def sales_line(qb, amount=100):
    line = SalesItemLine()
    line.LineNum, line.Description, line.Amount = 1, "description", amount
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = Item.all(max_results=1, qb=qb)[0].to_ref()
    return line


def make_invoice(qb, customer, amount=100, request_id=None):
    invoice = Invoice()
    invoice.Line.append(sales_line(qb, amount))
    invoice.CustomerRef = customer.to_ref()
    invoice.CustomerMemo = CustomerMemo()
    invoice.CustomerMemo.value = "Customer Memo"
    return invoice.save(qb=qb, request_id=request_id)


def make_bill(qb, vendor, amount=200):
    line = AccountBasedExpenseLine()
    line.Amount = amount
    line.AccountBasedExpenseLineDetail = AccountBasedExpenseLineDetail()
    line.AccountBasedExpenseLineDetail.AccountRef = Account.where("AccountType = 'Expense'", qb=qb)[0].to_ref()
    bill = Bill()
    bill.Line.append(line)
    bill.VendorRef = vendor.to_ref()
    return bill.save(qb=qb)


def make_bill_payment(qb, vendor, bill, amount=200):
    payment = BillPayment()
    payment.PayType, payment.TotalAmt, payment.PrivateNote = "Check", amount, "Private Note"
    payment.VendorRef = vendor.to_ref()
    payment.CheckPayment = CheckPayment()
    payment.CheckPayment.BankAccountRef = Account.where("AccountSubType = 'Checking'", qb=qb)[0].to_ref()
    payment.APAccountRef = Account.where("AccountSubType = 'AccountsPayable'", qb=qb)[0].to_ref()
    line = BillPaymentLine()
    line.LinkedTxn.append(bill.to_linked_txn())
    line.Amount = amount
    payment.Line.append(line)
    return payment.save(qb=qb)


def test_a_customer_with_everything_is_created_and_updated(qb):
    customer = Customer()
    customer.Title, customer.GivenName, customer.MiddleName = "Mr", "James", "B"
    customer.FamilyName, customer.Suffix, customer.DisplayName = "King", "Jr", "King James"
    customer.BillAddr = Address()
    customer.BillAddr.Line1, customer.BillAddr.CountrySubDivisionCode = "123 Main", "CA"
    customer.PrimaryPhone = PhoneNumber()
    customer.PrimaryPhone.FreeFormNumber = "555-555-5555"
    customer.PrimaryEmailAddr = EmailAddress()
    customer.PrimaryEmailAddr.Address = "test@email.com"
    customer.save(qb=qb)
    read = Customer.get(customer.Id, qb=qb)
    assert (read.Title, read.FamilyName, read.BillAddr.Line1) == ("Mr", "King", "123 Main")
    assert read.PrimaryEmailAddr.Address == "test@email.com"
    read.GivenName = "Jim"
    read.save(qb=qb)
    again = Customer.get(customer.Id, qb=qb)
    assert (again.GivenName, again.FamilyName, again.SyncToken) == ("Jim", "King", "1")


@pytest.mark.parametrize("kind", [Class, Department, Employee, Vendor])
def test_other_names_are_created_updated_and_found(qb, kind):
    record = kind()
    field = "Name" if kind in (Class, Department) else "DisplayName"
    setattr(record, field, "First name")
    if kind is Employee:
        record.GivenName, record.FamilyName = "First", "name"
    record.save(qb=qb)
    read = kind.get(record.Id, qb=qb)
    setattr(read, field, "O'Second")
    read.save(qb=qb)
    assert [one.Id for one in kind.filter(**{field: "O'Second"}, qb=qb)] == [record.Id]
    assert kind.count(qb=qb) == 1


def test_an_account_an_item_and_a_term_are_created(qb):
    account = Account()
    account.Name, account.AccountSubType, account.AcctNum = "Petty", "CashOnHand", "1234"
    account.save(qb=qb)
    assert Account.get(account.Id, qb=qb).AccountType == "Bank"
    item = Item()
    item.Name, item.Type, item.TrackQtyOnHand, item.QtyOnHand, item.InvStartDate = (
        "Pump",
        "Inventory",
        True,
        10,
        "2015-01-01",
    )
    item.IncomeAccountRef = Account.where("AccountSubType = 'SalesOfProductIncome'", max_results=1, qb=qb)[0].to_ref()
    item.ExpenseAccountRef = Account.where("AccountSubType = 'SuppliesMaterialsCogs'", max_results=1, qb=qb)[0].to_ref()
    item.AssetAccountRef = Account.where("AccountSubType = 'Inventory'", max_results=1, qb=qb)[0].to_ref()
    item.save(qb=qb)
    assert (Item.get(item.Id, qb=qb).QtyOnHand, Item.get(item.Id, qb=qb).Type) == (10, "Inventory")
    term = Term()
    term.Name, term.DueDays = "Net 7", 7
    term.save(qb=qb)
    assert Term.get(term.Id, qb=qb).Type == "STANDARD"


def test_an_invoice_is_created_changed_voided_and_deleted(qb, customer):
    invoice = make_invoice(qb, customer)
    read = Invoice.get(invoice.Id, qb=qb)
    assert (read.CustomerRef.name, read.CustomerMemo.value, read.Line[0].Amount) == ("Cool Cars", "Customer Memo", 100)
    read.Line[0].Amount = 120
    read.save(qb=qb)
    assert Invoice.get(invoice.Id, qb=qb).TotalAmt == 120
    read = Invoice.get(invoice.Id, qb=qb)
    read.void(qb=qb)
    voided = Invoice.get(invoice.Id, qb=qb)
    assert voided.TotalAmt == 0 and "Voided" in voided.PrivateNote
    voided.delete(qb=qb)
    assert Invoice.filter(Id=invoice.Id, qb=qb) == []


def test_two_creates_with_one_request_id_are_one_invoice(qb, customer):
    first, second = (make_invoice(qb, customer, request_id="9e8f5a2c-1d2e") for _ in range(2))
    assert first.Id == second.Id and Invoice.count(qb=qb) == 1


def test_a_payment_is_created_linked_and_voided(qb, customer):
    invoice = make_invoice(qb, customer)
    payment = Payment()
    payment.TotalAmt = 140.0
    payment.CustomerRef = customer.to_ref()
    payment.PaymentMethodRef = PaymentMethod.all(max_results=1, qb=qb)[0].to_ref()
    line = PaymentLine()
    line.Amount = 100
    line.LinkedTxn.append(invoice.to_linked_txn())
    payment.Line.append(line)
    payment.save(qb=qb)
    read = Payment.get(payment.Id, qb=qb)
    assert (read.TotalAmt, read.UnappliedAmt, Invoice.get(invoice.Id, qb=qb).Balance) == (140, 40, 0)
    read.PrivateNote = "n"
    read.save(qb=qb)
    read = Payment.get(payment.Id, qb=qb)
    assert (read.PrivateNote, len(read.Line)) == ("n", 1)
    read.void(qb=qb)
    voided = Payment.get(payment.Id, qb=qb)
    assert voided.TotalAmt == 0 and "Voided" in voided.PrivateNote


def test_a_bill_is_paid_and_the_payment_voided(qb, vendor):
    bill = make_bill(qb, vendor)
    payment = make_bill_payment(qb, vendor, bill)
    read = BillPayment.get(payment.Id, qb=qb)
    assert (read.PayType, read.TotalAmt, read.PrivateNote, read.Line[0].Amount) == ("Check", 200, "Private Note", 200)
    read.void(qb=qb)
    voided = BillPayment.get(payment.Id, qb=qb)
    assert voided.TotalAmt == 0 and "Voided" in voided.PrivateNote
    assert Bill.get(bill.Id, qb=qb).Balance == 200


def test_credits_are_created_and_changed(qb, customer, vendor):
    memo = CreditMemo()
    memo.CustomerRef = customer.to_ref()
    memo.Line.append(sales_line(qb))
    memo.save(qb=qb)
    read = CreditMemo.get(memo.Id, qb=qb)
    assert (read.RemainingCredit, read.Line[0].Description) == (100, "description")
    read.PrivateNote = "Test"
    read.save(qb=qb)
    assert CreditMemo.all(max_results=1, qb=qb)[0].PrivateNote == "Test"
    credit = VendorCredit()
    credit.VendorRef = vendor.to_ref()
    credit.Line.append(make_bill(qb, vendor).Line[0])
    credit.save(qb=qb)
    assert VendorCredit.get(credit.Id, qb=qb).TotalAmt == 200


def test_a_deposit_freezes_a_payment(qb, customer):
    payment = Payment()
    payment.TotalAmt, payment.CustomerRef = 50, customer.to_ref()
    payment.save(qb=qb)
    deposit = Deposit()
    deposit.DepositToAccountRef = Account.where("AccountSubType = 'Checking'", qb=qb)[0].to_ref()
    line = DepositLine()
    line.LinkedTxn.append(payment.to_linked_txn())
    line.Amount = 50
    deposit.Line.append(line)
    deposit.save(qb=qb)
    read = Payment.get(payment.Id, qb=qb)
    with pytest.raises(QuickbooksException) as caught:
        read.save(qb=qb)
    assert caught.value.error_code == 6540


def test_batches_create_update_and_delete(qb):
    customers = []
    for number in range(35):
        one = Customer()
        one.DisplayName = f"C{number % 34}"
        customers.append(one)
    result = batch_create(customers, qb=qb)
    assert (len(result.successes), len(result.faults)) == (34, 1)
    assert result.faults[0].Error[0].code == "6240"
    for one in result.successes:
        one.Notes = "seen"
    assert len(batch_update(result.successes, qb=qb).successes) == 34
    invoices = [make_invoice(qb, result.successes[0]) for _ in range(3)]
    deleted = batch_delete(invoices, qb=qb)
    assert len(deleted.successes) == 3 and Invoice.count(qb=qb) == 0


def test_changes_are_captured(qb, customer):
    invoice = make_invoice(qb, customer)
    response = change_data_capture([Invoice, Customer, Bill], "2026-05-28T00:00:00-07:00", qb=qb)
    assert [one.Id for one in response.Invoice] == [invoice.Id]
    assert len(response.Customer) == 1 and not hasattr(response, "Bill")


def test_lists_count_filter_choose_and_page(qb):
    for name in "ABC":
        one = Customer()
        one.DisplayName = name
        one.save(qb=qb)
    assert Customer.count(qb=qb) == 3
    assert [one.DisplayName for one in Customer.all(order_by="DisplayName", qb=qb)] == ["A", "B", "C"]
    assert len(Customer.choose(["A", "B"], field="DisplayName", qb=qb)) == 2
    page = Customer.where("Active = true", order_by="DisplayName DESC", start_position=2, max_results=1, qb=qb)
    assert [one.DisplayName for one in page] == ["B"]
    assert len(Customer.filter(Active=True, qb=qb)) == 3


def test_tax_is_read_and_created(qb):
    agency = TaxAgency.all(max_results=1, qb=qb)[0]
    service = TaxService()
    service.TaxCode = "County"
    detail = TaxRateDetails()
    detail.TaxRateName, detail.RateValue, detail.TaxAgencyId = "County", 10, agency.Id
    service.TaxRateDetails.append(detail)
    created = service.save(qb=qb)
    assert created.TaxCode == "County" and created.TaxRateDetails[0].RateValue == 10
    assert "County" in [one.Name for one in TaxCode.all(qb=qb)]
    assert TaxRate.filter(Name="County", qb=qb)[0].RateValue == 10


def test_company_info_and_preferences_are_read_and_preferences_saved(qb):
    assert CompanyInfo.get(1, qb=qb).Country == "US"
    preferences = Preferences.get(qb=qb)
    preferences.AccountingInfoPrefs.CustomerTerminology = "Tenants"
    preferences.save(qb=qb)
    assert Preferences.get(qb=qb).AccountingInfoPrefs.CustomerTerminology == "Tenants"


def test_notes_and_files_are_attached(qb, vendor, tmp_path, sandbox):
    ref = AttachableRef()
    ref.EntityRef = vendor.to_ref()
    note = Attachable()
    note.AttachableRef.append(ref)
    note.Note = "A note"
    note.save(qb=qb)
    assert Attachable.get(note.Id, qb=qb).AttachableRef[0].EntityRef.value == vendor.Id
    path = tmp_path / "lease.txt"
    path.write_bytes(b"the lease\r\n")
    file = Attachable()
    file.AttachableRef.append(ref)
    file.FileName, file._FilePath, file.ContentType = path.name, str(path), "text/plain"
    file.save(qb=qb)
    assert Attachable.get(file.Id, qb=qb).Size == 11
    assert sandbox.state.companies[US_REALM].files[file.Id] == b"the lease\r\n"


def test_faults_become_the_librarys_exceptions(qb, customer):
    with pytest.raises(ValidationException) as caught:
        Invoice().save(qb=qb)
    assert caught.value.error_code == 2020
    with pytest.raises(ObjectNotFoundException):
        Customer.get("99999", qb=qb)
    with pytest.raises(UnsupportedException):
        qb.delete_object("Customer", '{"Id": "1", "SyncToken": "0"}')
    with pytest.raises(QuickbooksException) as duplicate:
        same = Customer()
        same.DisplayName = "cool cars"
        same.save(qb=qb)
    assert duplicate.value.error_code == 6240
    qb.session.token = {"access_token": "expired"}
    with pytest.raises(AuthorizationException):
        Customer.all(qb=qb)


def test_a_bill_cannot_be_voided_although_the_status_is_200(qb, vendor):
    bill = make_bill(qb, vendor)
    url = f"{qb.api_url}/company/{qb.company_id}/bill"
    body = f'{{"Id": "{bill.Id}", "SyncToken": "0"}}'
    with pytest.raises(SevereException) as caught:
        qb.post(url, body, params={"operation": "void"})
    assert caught.value.error_code == 10000
