"""The shape of each QuickBooks entity that we read: the fields that are looked at, and what they may hold.

QuickBooks leaves a field out that says nothing; an explicit null is taken for the same.
https://developer.intuit.com/app/developer/qbo/docs/api/accounting/most-commonly-used/account
"""

from collections.abc import Mapping
from typing import Any

from bot.core.answers.shape import Each, Kind, Rules, Shape, apart, read

RULES = Rules("Id", keeps_nulls=False)
UNNUMBERED = Rules("", keeps_nulls=False)  # settings: there is one of each in a company
REF: Mapping[str, Shape] = {"value": Kind.ID, "name": Kind.TEXT}
LINKED: Mapping[str, Shape] = {"TxnId": Kind.ID, "TxnType": Kind.TEXT, "TxnLineId": Kind.ID}
META: Mapping[str, Shape] = {"CreateTime": Kind.INSTANT, "LastUpdatedTime": Kind.INSTANT}
RECORD: Mapping[str, Shape] = {
    **{"Id": Kind.ID, "SyncToken": Kind.ID, "MetaData": META, "status": Kind.TEXT},
    **{"CurrencyRef": REF, "TxnDate": Kind.DATE, "Active": Kind.FLAG},  # asked of records of every type
}
DETAIL: Mapping[str, Shape] = {
    **dict.fromkeys(("ItemRef", "AccountRef", "TaxCodeRef", "ClassRef", "CustomerRef", "DiscountAccountRef"), REF),
    **dict.fromkeys(("ItemAccountRef", "GroupItemRef", "TaxRateRef"), REF),
    **dict.fromkeys(("Qty", "UnitPrice", "TaxInclusiveAmt", "DiscountPercent", "TaxPercent"), Kind.AMOUNT),
    **dict.fromkeys(("NetAmountTaxable", "TaxAmount"), Kind.AMOUNT),
    **{"PercentBased": Kind.FLAG, "ServiceDate": Kind.DATE, "BillableStatus": Kind.TEXT, "MarkupInfo": {}},
    "PostingType": Kind.TEXT,
}
DETAILS = (
    *("SalesItemLineDetail", "ItemBasedExpenseLineDetail", "AccountBasedExpenseLineDetail", "DiscountLineDetail"),
    *("GroupLineDetail", "SubTotalLineDetail", "TaxLineDetail", "DescriptionLineDetail", "JournalEntryLineDetail"),
)
LINE: Mapping[str, Shape] = {
    **{"Id": Kind.ID, "Amount": Kind.AMOUNT, "Description": Kind.TEXT, "DetailType": Kind.TEXT},
    **{"LinkedTxn": Each(LINKED), **dict.fromkeys(DETAILS, DETAIL)},
}
TRANSACTION: Mapping[str, Shape] = {
    **RECORD,
    **dict.fromkeys(("CustomerRef", "VendorRef", "ClassRef", "CurrencyRef", "DepositToAccountRef"), REF),
    **dict.fromkeys(("TotalAmt", "Balance", "RemainingCredit", "UnappliedAmt", "Deposit", "ExchangeRate"), Kind.AMOUNT),
    **{"DocNumber": Kind.TEXT, "PaymentRefNum": Kind.TEXT, "PrivateNote": Kind.TEXT},
    **{"TxnDate": Kind.DATE, "DueDate": Kind.DATE, "Line": Each(LINE), "LinkedTxn": Each(LINKED)},
    "GlobalTaxCalculation": frozenset({"TaxExcluded", "TaxInclusive", "NotApplicable"}),
    "TxnTaxDetail": {"TotalTax": Kind.AMOUNT, "TxnTaxCodeRef": REF, "TaxLine": Each(LINE)},
    **{"PayType": Kind.TEXT, "CheckPayment": {"BankAccountRef": REF}, "CreditCardPayment": {"CCAccountRef": REF}},
}
ADDRESS: Mapping[str, Shape] = dict.fromkeys(
    ("Line1", "Line2", "City", "CountrySubDivisionCode", "PostalCode", "Country"), Kind.TEXT
)
NAMED: Mapping[str, Shape] = {
    **{**RECORD, "Active": Kind.FLAG, "ParentRef": REF},
    **dict.fromkeys(("Name", "FullyQualifiedName", "DisplayName", "CompanyName"), Kind.TEXT),
}
PARTY: Mapping[str, Shape] = {
    **{**NAMED, "CurrencyRef": REF, "BillAddr": ADDRESS},
    **{"PrimaryEmailAddr": {"Address": Kind.TEXT}, "PrimaryPhone": {"FreeFormNumber": Kind.TEXT}},
    **dict.fromkeys(("ResaleNum", "PrimaryTaxIdentifier", "TaxIdentifier", "BusinessNumber"), Kind.TEXT),
}
RATE_LIST: Mapping[str, Shape] = {"TaxRateDetail": Each({"TaxRateRef": REF})}
SHAPES: Mapping[str, Mapping[str, Shape]] = {
    **dict.fromkeys(("Invoice", "Bill", "CreditMemo", "VendorCredit", "Payment", "BillPayment"), TRANSACTION),
    **dict.fromkeys(("Customer", "Vendor"), PARTY),
    "Item": {**NAMED, "Type": Kind.TEXT, "Sku": Kind.TEXT, "IncomeAccountRef": REF},
    "Account": {**NAMED, "AccountType": Kind.TEXT, "AcctNum": Kind.TEXT},
    "Class": NAMED,
    "TaxCode": {**NAMED, "SalesTaxRateList": RATE_LIST, "PurchaseTaxRateList": RATE_LIST},
    "TaxRate": {**NAMED, "RateValue": Kind.AMOUNT},
    "Attachable": {
        **{**RECORD, "FileName": Kind.TEXT, "ContentType": Kind.TEXT, "Size": Kind.WHOLE, "FileAccessUri": Kind.TEXT},
        **{"TempDownloadUri": Kind.TEXT, "AttachableRef": Each({"EntityRef": {"type": Kind.TEXT, "value": Kind.ID}})},
    },
    "Preferences": {
        "CurrencyPrefs": {"MultiCurrencyEnabled": Kind.FLAG, "HomeCurrency": REF},
        "AccountingInfoPrefs": {
            "BookCloseDate": Kind.DATE,
            **dict.fromkeys(("ClassTrackingPerTxnLine", "ClassTrackingPerTxn"), Kind.FLAG),
        },
        "SalesFormsPrefs": {"CustomTxnNumbers": Kind.FLAG},
    },
    "CompanyInfo": {"Country": Kind.TEXT, "CompanyName": Kind.TEXT},
}
SETTINGS = frozenset({"Preferences", "CompanyInfo"})


def record_of(entity: str, value: Any) -> dict[str, Any]:
    """One record of an answer, sound; `Id` begins with "?" where it has none."""
    return read(SHAPES.get(entity, TRANSACTION), UNNUMBERED if entity in SETTINGS else RULES, value)


def records_of(entity: str, values: list[Any]) -> list[dict[str, Any]]:
    """All records of one list of an answer."""
    return apart([record_of(entity, value) for value in values], "Id")
