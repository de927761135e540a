"""The tables of one small real company as QuickBooks bodies; what a table lacks, its body lacks as well.

The tables are incomplete on purpose of their owner: see the README beside them.
"""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "../shared/data"
Row = dict[str, str]
Body = dict[str, Any]

FULL = {"Name": "name", "FullyQualifiedName": "fully_qualified_name"}
SHOWN = {"DisplayName": "display_name", "CompanyName": "company_name"}
NAMED = {
    "Customer": ("customer", SHOWN),
    "Vendor": ("vendor", SHOWN),
    "Account": ("account", {**FULL, "AccountType": "account_type"}),
    "Item": ("item", FULL),
}


def table(name: str) -> list[Row]:
    with (DATA / "quickbooks_csv" / f"{name}_data.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def bodies(entity: str) -> list[Body]:
    """Every row of an entity, deleted ones and repeated ids included."""
    if entity in NAMED:
        return [_named(entity, row) for row in table(NAMED[entity][0])]
    return [
        {"Invoice": _invoice, "Bill": _bill, "Payment": _payment, "BillPayment": _bill_payment}[entity](row)
        for row in table(_SNAKE[entity])
    ]


_SNAKE = {"Invoice": "invoice", "Bill": "bill", "Payment": "payment", "BillPayment": "bill_payment"}


def _named(entity: str, row: Row) -> Body:
    body = {theirs: row[ours] for theirs, ours in NAMED[entity][1].items() if row.get(ours)}
    body |= {"Id": row["id"], "SyncToken": row["sync_token"] or "0", "Active": row["active"] == "TRUE"}
    if entity == "Item":  # the types are hashed in the tables; these were sold
        body |= {"Type": "Service", "IncomeAccountRef": {"value": row["income_account_id"]}}
    if row.get("email"):
        body["PrimaryEmailAddr"] = {"Address": f"{row['email']}@example.com"}  # hashed as well
    if row.get("currency_id"):
        body["CurrencyRef"] = {"value": row["currency_id"]}
    return body


def _document(row: Row, party: str, party_id: str) -> Body:
    body: Body = {
        "Id": row["id"],
        "SyncToken": row["sync_token"] or "0",
        "TxnDate": row["transaction_date"][:10],
        "TotalAmt": Decimal(row["total_amount"] or 0),
        "CurrencyRef": {"value": row["currency_id"] or "USD"},
    }
    if party_id:
        body[party] = {"value": party_id}
    for theirs, ours in (("DocNumber", "doc_number"), ("DueDate", "due_date"), ("PrivateNote", "private_note")):
        if row.get(ours):
            body[theirs] = row[ours]
    return body


def _invoice(row: Row) -> Body:
    body = _document(row, "CustomerRef", row["customer_id"])
    lines = [line for line in table("invoice_line") if line["invoice_id"] == row["id"]]
    body["Line"] = [_sales_line(line) for line in lines]
    body["TxnTaxDetail"] = {"TotalTax": Decimal(row["total_tax"] or 0)}
    body["Balance"] = Decimal(row["balance"] or 0)
    return body


def _sales_line(line: Row) -> Body:
    kind = line["detail_type"] or "SalesItemLineDetail"
    detail: Body = {"TaxCodeRef": {"value": line["sales_item_tax_code_id"] or "NON"}}
    if item := line["sales_item_item_id"] or line["item_id"]:
        detail["ItemRef"] = {"value": item}
    return {"Id": str(int(line["index"]) + 1), "DetailType": kind, "Amount": Decimal(line["amount"] or 0), kind: detail}


def _bill(row: Row) -> Body:
    body = _document(row, "VendorRef", row["vendor_id"])
    lines = [line for line in table("bill_line") if line["bill_id"] == row["id"]]
    body["Line"] = [_expense_line(line) for line in lines]
    body["Balance"] = Decimal(row["balance"] or 0)
    return body


def _expense_line(line: Row) -> Body:
    by_item = bool(line["item_expense_item_id"])
    kind = "ItemBasedExpenseLineDetail" if by_item else "AccountBasedExpenseLineDetail"
    named = {"ItemRef": {"value": line["item_expense_item_id"]}} if by_item else {}
    if line["account_expense_account_id"]:
        named = {"AccountRef": {"value": line["account_expense_account_id"]}}
    return {"Id": str(int(line["index"]) + 1), "DetailType": kind, "Amount": Decimal(line["amount"]), kind: named}


def _payment(row: Row) -> Body:
    body = _document(row | {"doc_number": ""}, "CustomerRef", row["customer_id"])
    body["PaymentRefNum"] = row["reference_number"]
    lines = [line for line in table("payment_line") if line["payment_id"] == row["id"]]
    body["Line"] = [_applied(line, "Invoice", line["invoice_id"]) for line in lines]
    return body


def _bill_payment(row: Row) -> Body:
    body = _document(row, "VendorRef", row["vendor_id"])
    lines = [line for line in table("bill_payment_line") if line["bill_payment_id"] == row["id"]]
    body["Line"] = [_applied(line, "Bill", line["bill_id"]) for line in lines]
    return body


def _applied(line: Row, kind: str, document_id: str) -> Body:
    return {"Amount": Decimal(line["amount"]), "LinkedTxn": [{"TxnId": document_id, "TxnType": kind}]}
