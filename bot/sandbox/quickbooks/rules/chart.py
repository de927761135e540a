"""The chart of accounts: types, sub-types, classifications, and which type a reference to an account demands."""

from collections.abc import Collection, Mapping

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.schema import Record

CLASSIFICATIONS = {
    "Bank": "Asset",
    "Accounts Receivable": "Asset",
    "Other Current Asset": "Asset",
    "Fixed Asset": "Asset",
    "Other Asset": "Asset",
    "Accounts Payable": "Liability",
    "Credit Card": "Liability",
    "Other Current Liability": "Liability",
    "Long Term Liability": "Liability",
    "Equity": "Equity",
    "Income": "Revenue",
    "Other Income": "Revenue",
    "Cost of Goods Sold": "Expense",
    "Expense": "Expense",
    "Other Expense": "Expense",
}

FIRST_SUBTYPE = {
    "Bank": "Checking",
    "Accounts Receivable": "AccountsReceivable",
    "Other Current Asset": "OtherCurrentAssets",
    "Fixed Asset": "OtherFixedAssets",
    "Other Asset": "OtherLongTermAssets",
    "Accounts Payable": "AccountsPayable",
    "Credit Card": "CreditCard",
    "Other Current Liability": "OtherCurrentLiabilities",
    "Long Term Liability": "OtherLongTermLiabilities",
    "Equity": "OpeningBalanceEquity",
    "Income": "ServiceFeeIncome",
    "Other Income": "OtherMiscellaneousIncome",
    "Cost of Goods Sold": "SuppliesMaterialsCogs",
    "Expense": "OtherMiscellaneousServiceCost",
    "Other Expense": "OtherMiscellaneousExpense",
}

TYPE_OF_SUBTYPE = {
    **{subtype: kind for kind, subtype in FIRST_SUBTYPE.items()},
    "CashOnHand": "Bank",
    "Savings": "Bank",
    "TrustAccounts": "Bank",
    "RentsHeldInTrust": "Bank",
    "UndepositedFunds": "Other Current Asset",
    "Inventory": "Other Current Asset",
    "PrepaidExpenses": "Other Current Asset",
    "SalesOfProductIncome": "Income",
    "NonProfitIncome": "Income",
    "OtherPrimaryIncome": "Income",
    "RepairMaintenance": "Expense",
    "RentOrLeaseOfBuildings": "Expense",
    "Utilities": "Expense",
    "Insurance": "Expense",
    "LegalProfessionalFees": "Expense",
    "OfficeGeneralAdministrativeExpenses": "Expense",
    "GlobalTaxPayable": "Other Current Liability",
    "SalesTaxPayable": "Other Current Liability",
}

LONGEST_NUMBER = 20
"""Of an account, everywhere: the documentation says 7 for the US, the UK and India, but python-quickbooks' integration
tests, which run in a US sandbox, number accounts with 11 characters and speak of a limit of 20.
"""


def account_types(record: Record) -> Record:
    """AccountType, AccountSubType and Classification, from either of the first two. Raises 2020 or 2170."""
    subtype, kind = record.get("AccountSubType"), record.get("AccountType")
    kind = kind or TYPE_OF_SUBTYPE.get(subtype or "")
    if kind is None:
        if subtype:
            raise faults.refuse("2170", f"Invalid Enumeration : {subtype}", "AccountSubType")
        raise faults.missing("AccountType")
    if kind not in CLASSIFICATIONS:
        raise faults.refuse("2170", f"Invalid Enumeration : {kind}", "AccountType")
    if subtype in TYPE_OF_SUBTYPE and TYPE_OF_SUBTYPE[subtype] != kind:
        raise faults.refuse("6430", f"Invalid account type: {subtype} is no {kind}", "AccountSubType")
    return {
        "AccountType": kind,
        "AccountSubType": subtype or FIRST_SUBTYPE[kind],
        "Classification": CLASSIFICATIONS[kind],
    }


def check_number_length(number: str | None) -> None:
    """Raises Refusal 2050 for an AcctNum that is too long."""
    if number and len(number) > LONGEST_NUMBER:
        raise faults.wrong_length("AcctNum", LONGEST_NUMBER, len(number))


def check_account(books: Books, ref: Mapping[str, str] | None, kinds: Collection[str]) -> None:
    """Raises Refusal 6430 if the account referred to is of none of these types."""
    if ref is not None and books.tables["Account"][ref["value"]]["AccountType"] not in kinds:
        raise faults.refuse("6430", f"Invalid account type: {ref.get('name', ref['value'])}")


def account_of(books: Books, kind: str, subtype: str | None = None) -> Record | None:
    """The first active account of a type, such as the company's Accounts Receivable."""
    for account in books.tables["Account"].in_id_order():
        if account["AccountType"] == kind and account["Active"] and subtype in (None, account["AccountSubType"]):
            return account
    return None


def account_ref(books: Books, kind: str, subtype: str | None = None) -> Record | None:
    account = account_of(books, kind, subtype)
    return {"value": account["Id"], "name": account["FullyQualifiedName"]} if account else None
