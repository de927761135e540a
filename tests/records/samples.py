"""A small company for translating: which records are paired with which, and documents to start from."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bot.core.model import RecordType
from bot.core.spec import Facts, Lookup
from bot.records.fields.rates import RATES

FACTS = Facts("harbour", date(2026, 4, 1), released_currency="NZD", home_currency="NZD")
Json = dict[str, Any]

PAIRS = {
    (RecordType.CONTACT, "kiosk", "Customer"): "1",
    (RecordType.CONTACT, "plumb", "Vendor"): "2",
    (RecordType.CONTACT, "both", "Customer"): "3",
    (RecordType.CONTACT, "both", "Vendor"): "4",
    (RecordType.ACCOUNT, "rent", "Item"): "10",
    (RecordType.ACCOUNT, "parking", "Item"): "11",
    (RecordType.ACCOUNT, "repairs", "Account"): "20",
    (RecordType.TAX_TYPE, "gst", "TaxCode"): "30",
    (RecordType.TAX_TYPE, "twelve", "TaxCode"): "31",
    (RecordType.TAX_TYPE, "zero", "TaxCode"): "32",
    (RecordType.TAX_TYPE, "quebec", "TaxCode"): "33",
    (RecordType.TRACKING_OPTION, "quay-street", "Class"): "40",
    (RecordType.INVOICE, "inv-1", "Invoice"): "101",
    (RecordType.INVOICE, "inv-2", "Invoice"): "102",
    (RecordType.INVOICE, "bill-1", "Bill"): "201",
    (RecordType.CREDIT_NOTE, "cn-1", "CreditMemo"): "401",
    (RecordType.CREDIT_NOTE, "sc-1", "VendorCredit"): "501",
}


def tax_code(id_: str, *percents: str) -> Json:
    rates = [{"id": f"{id_}{place}", "rate": Decimal(percent)} for place, percent in enumerate(percents, 1)]
    return {"Id": id_, "Name": f"Code {id_}", RATES: {"sales": rates, "purchase": rates}}


BODIES = {
    ("TaxCode", "30"): tax_code("30", "15"),
    ("TaxCode", "31"): tax_code("31", "12"),
    ("TaxCode", "32"): tax_code("32", "0"),
    ("TaxCode", "33"): tax_code("33", "5", "9.975"),
    ("Account", "35"): {"Id": "35", "Name": "Checking", "AccountType": "Bank"},
    ("Account", "36"): {"Id": "36", "Name": "Company Card", "AccountType": "Credit Card"},
}
LOOKUP = Lookup(PAIRS, {(entity, there): here for (_, here, entity), there in PAIRS.items()}, BODIES)


def line(net: str, tax: str = "0.00", **fields: Any) -> Json:
    """One Re-Leased line; a single unit of rent under GST unless told otherwise."""
    usual = {"description": "Rent", "quantity": "1", "unitAmount": net, "accountId": "rent", "taxTypeId": "gst"}
    return {**usual, "trackingOptionId": None, "netAmount": net, "taxAmount": tax, **fields}


def invoice(*lines: Json, **fields: Any) -> Json:
    """An approved Re-Leased income invoice whose sums are those of its lines."""
    lines = lines or (line("100.00", "15.00"),)
    net, tax = (sum(Decimal(one[name]) for one in lines) for name in ("netAmount", "taxAmount"))
    usual = {"id": "inv-1", "number": "INV-1", "kind": "income", "status": "approved", "contactId": "kiosk"}
    dates = {"issueDate": "2026-10-05", "dueDate": "2026-11-20", "currency": "NZD", "amountsAre": "exclusive"}
    sums = {"lines": list(lines), "netTotal": str(net), "taxTotal": str(tax), "total": str(net + tax)}
    return {**usual, **dates, **sums, "reference": None, **fields}


def sales_line(amount: str, code: str = "30", **detail: Any) -> Json:
    found = {"ItemRef": {"value": "10"}, "TaxCodeRef": {"value": code}, **detail}
    said = {"DetailType": "SalesItemLineDetail", "Amount": Decimal(amount), "Description": "Rent"}
    return {**said, "SalesItemLineDetail": found}


def quickbooks_invoice(*lines: Json, tax: str = "15.00", **fields: Any) -> Json:
    """A QuickBooks Invoice with the subtotal line that QuickBooks adds."""
    lines = lines or (sales_line("100.00"),)
    net = sum(Decimal(one["Amount"]) for one in lines)
    subtotal = {"DetailType": "SubTotalLineDetail", "Amount": net, "SubTotalLineDetail": {}}
    usual = {"Id": "101", "SyncToken": "0", "DocNumber": "INV-1", "CustomerRef": {"value": "1"}}
    dates = {"TxnDate": "2026-10-05", "DueDate": "2026-11-20", "GlobalTaxCalculation": "TaxExcluded"}
    sums = {"TxnTaxDetail": {"TotalTax": Decimal(tax)}, "TotalAmt": net + Decimal(tax)}
    return {**usual, **dates, **sums, "Line": [*lines, subtotal], **fields}


def money(lines: list[Mapping[str, Any]], name: str) -> Decimal:
    """The sum of one amount of all lines."""
    return sum((Decimal(str(one[name])) for one in lines), Decimal(0))
