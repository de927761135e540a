"""What a new company starts with: its identity, preferences, chart of accounts, tax codes, terms and two items."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.sandbox.quickbooks.api.company import Company
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.schema import ENTITIES, Record
from bot.sandbox.quickbooks.rules.names import commit_name, next_name
from bot.sandbox.quickbooks.rules.references import CURRENCIES
from bot.sandbox.quickbooks.rules.tax import US_CODES
from bot.sandbox.quickbooks.rules.taxservice import save_tax_code, save_tax_rate

HOME_CURRENCY = {"NZ": "NZD", "AU": "AUD", "GB": "GBP", "UK": "GBP", "CA": "CAD", "US": "USD", "SG": "SGD", "IN": "INR"}
AGENCY = {
    "NZ": "Inland Revenue",
    "AU": "Australian Taxation Office",
    "GB": "HM Revenue & Customs",
    "UK": "HM Revenue & Customs",
    "CA": "Canada Revenue Agency",
    "US": "California Department of Tax and Fee Administration",
}

ACCOUNTS = (
    ("Advertising", "Expense", "OtherMiscellaneousServiceCost", "6000"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable", None),
    ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable", None),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds", None),
    ("Checking", "Bank", "Checking", "1000"),
    ("Savings", "Bank", "Savings", "1010"),
    ("Credit Card", "Credit Card", "CreditCard", "2100"),
    ("Inventory Asset", "Other Current Asset", "Inventory", None),
    ("Sales of Product Income", "Income", "SalesOfProductIncome", "4000"),
    ("Services", "Income", "ServiceFeeIncome", "4100"),
    ("Rental Income", "Income", "OtherPrimaryIncome", "4200"),
    ("Outgoings Recovered", "Income", "OtherPrimaryIncome", "4210"),
    ("Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs", "5000"),
    ("Repairs and Maintenance", "Expense", "RepairMaintenance", "6100"),
    ("Insurance", "Expense", "Insurance", "6200"),
    ("Utilities", "Expense", "Utilities", "6300"),
    ("Property Management Fees", "Expense", "LegalProfessionalFees", "6400"),
    ("Other Expense", "Other Expense", "OtherMiscellaneousExpense", "8000"),
    ("Opening Balance Equity", "Equity", "OpeningBalanceEquity", None),
)
ITEMS = (("Services", "Services"), ("Rent", "Rental Income"))
TERMS: tuple[tuple[str, Mapping[str, int]], ...] = (
    ("Due on receipt", {"DueDays": 0}),
    ("Net 15", {"DueDays": 15}),
    ("Net 30", {"DueDays": 30}),
    ("20th of the following month", {"DayOfMonthDue": 20, "DueNextMonthDays": 31}),
)
PAYMENT_METHODS = ("Cash", "Cheque", "Credit Card", "Direct Debit")

TaxRow = tuple[str, tuple[str, ...]]
TAX_CODES: Mapping[str, tuple[TaxRow, ...]] = {
    "NZ": (("15% GST", ("15",)), ("Zero-rated", ("0",)), ("No GST", ())),
    "AU": (("GST", ("10",)), ("GST free", ("0",)), ("Out of Scope", ())),
    "GB": (("20.0% S", ("20",)), ("5.0% R", ("5",)), ("0.0% Z", ("0",)), ("No VAT", ())),
    "CA": (("HST ON", ("13",)), ("GST", ("5",)), ("GST/QST QC - 9.975", ("5", "9.975")), ("Out of Scope", ())),
}
"""Tax codes by country, each with the percentages of its rates; no rates means outside of the tax."""

US_GROUP_CODE = "California"
US_RATE = Decimal(8)


def identify(books: Books, name: str, *, multicurrency: bool, custom_txn_numbers: bool) -> Books:
    """Gives empty books their home currency, CompanyInfo and Preferences."""
    books.home_currency = books.home_currency or HOME_CURRENCY.get(books.country, "USD")
    books.save("CompanyInfo", _company_info(books, name), "Create")
    books.save("Preferences", _preferences(books, multicurrency, custom_txn_numbers), "Create")
    return books


def fill_new_company(company: Company) -> None:
    accounts = {name: _account(company, name, kind, subtype, number) for name, kind, subtype, number in ACCOUNTS}
    _add_tax(company.books)
    for name, days in TERMS:
        company.create("Term", {"Name": name, **{key: Decimal(value) for key, value in days.items()}})
    for name in PAYMENT_METHODS:
        company.create("PaymentMethod", {"Name": name})
    for name, account in ITEMS:
        ref = {"value": accounts[account]["Id"]}
        company.create("Item", {"Name": name, "Type": "Service", "IncomeAccountRef": ref})
    company.write_log.clear()


def _account(company: Company, name: str, kind: str, subtype: str, number: str | None) -> Record:
    body = {"Name": name, "AccountType": kind, "AccountSubType": subtype, "AcctNum": number}
    return company.create("Account", body)


def _add_tax(books: Books) -> None:
    agency_id = add_agency(books, AGENCY.get(books.country, "Tax Office"))
    if books.is_us:
        _add_us_tax(books, agency_id)
        return
    country = "GB" if books.country == "UK" else books.country
    for name, percents in TAX_CODES.get(country, TAX_CODES["NZ"]):
        sides = [
            [
                _rate_detail(books, f"{name} ({side}{number or ''})", Decimal(percent), agency_id)
                for number, percent in enumerate(percents)
            ]
            for side in ("Sales", "Purchases")
        ]
        save_tax_code(books, name, sides[0], sides[1])


def add_agency(books: Books, name: str) -> str:
    """The id of a company's first tax agency, which is 1: agencies have numbers of their own in QuickBooks."""
    agency = ENTITIES["TaxAgency"]
    record = {"DisplayName": name, "TaxTrackedOnSales": True, "TaxTrackedOnPurchases": not books.is_us}
    return str(commit_name(books, agency, next_name(books, agency, {**record, "Id": "1"}, None), None)["Id"])


def add_us_line_codes(books: Books) -> None:
    """US lines are TAX or NON; the rate comes from the tax code of the whole transaction."""
    for code_id in US_CODES:
        record = save_tax_code(books, code_id, [], [], code_id)
        books.save("TaxCode", {**record, "Taxable": code_id == "TAX", "TaxGroup": False})


def _add_us_tax(books: Books, agency_id: str) -> None:
    add_us_line_codes(books)
    detail = _rate_detail(books, US_GROUP_CODE, US_RATE, agency_id)
    group = save_tax_code(books, US_GROUP_CODE, [detail], [])
    preferences = books.preferences
    taxes = {**preferences["TaxPrefs"], "TaxGroupCodeRef": {"value": group["Id"]}}
    books.save("Preferences", {**preferences, "TaxPrefs": taxes})


def _rate_detail(books: Books, name: str, percent: Decimal, agency_id: str) -> Record:
    rate = save_tax_rate(books, name, percent, agency_id)
    ref = {"value": rate["Id"], "name": rate["Name"]}
    return {"TaxRateRef": ref, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": Decimal(0)}


def _company_info(books: Books, name: str) -> Record:
    address = {
        "Id": "1",
        "Line1": "1 Example Street",
        "City": "Example",
        "PostalCode": "1010",
        "Country": books.country,
    }
    values = {"NeoEnabled": "true", "SubscriptionStatus": "PAID", "OfferingSku": "QuickBooks Online Plus"}
    return {
        "Id": "1",
        "CompanyName": name,
        "LegalName": name,
        "CompanyAddr": address,
        "LegalAddr": address,
        "CustomerCommunicationAddr": address,
        "Email": {"Address": "books@example.com"},
        "WebAddr": {},
        "CompanyStartDate": "2020-04-01",
        "FiscalYearStartMonth": "January" if books.is_us else "April",
        "Country": books.country,
        "SupportedLanguages": "en",
        "NameValue": [{"Name": key, "Value": value} for key, value in values.items()],
    }


def _preferences(books: Books, multicurrency: bool, custom_txn_numbers: bool) -> Record:
    home = {"value": books.home_currency, "name": CURRENCIES.get(books.home_currency, books.home_currency)}
    tax: dict[str, Any] = {"UsingSalesTax": True, "PartnerTaxEnabled": books.is_us}
    return {
        "Id": "1",
        "AccountingInfoPrefs": {
            "FirstMonthOfFiscalYear": "January" if books.is_us else "April",
            "UseAccountNumbers": True,
            "TaxYearMonth": "January",
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": True,
            "TrackDepartments": True,
            "CustomerTerminology": "Customers",
            "DepartmentTerminology": "Location",
        },
        "ProductAndServicesPrefs": {"ForSales": True, "ForPurchase": True, "QuantityWithPriceAndRate": True},
        "SalesFormsPrefs": {
            "CustomTxnNumbers": custom_txn_numbers,
            "AllowDiscount": True,
            "AllowDeposit": True,
            "AllowShipping": False,
            "AutoApplyCredit": False,
            "AutoApplyPayments": False,
        },
        "EmailMessagesPrefs": {},
        "VendorAndPurchasesPrefs": {"TrackingByCustomer": True, "BillableExpenseTracking": True},
        "TimeTrackingPrefs": {"UseServices": True, "WorkWeekStartDate": "Monday"},
        "TaxPrefs": tax,
        "CurrencyPrefs": {"HomeCurrency": home, "MultiCurrencyEnabled": multicurrency},
        "ReportPrefs": {"ReportBasis": "Accrual"},
        "OtherPrefs": {
            "NameValue": [
                {"Name": "SalesFormsPrefs.DefaultItem", "Value": "1"},
                {"Name": "VendorAndPurchasesPrefs.UseCustomTxnNumbers", "Value": "true"},
            ]
        },
    }
