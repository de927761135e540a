"""What only sales forms have: a class for the whole of them, deposits on invoices, custom fields, e-mail copies."""

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.links import ZERO
from bot.sandbox.quickbooks.books.schema import EntityType, Record
from bot.sandbox.quickbooks.rules.chart import account_ref, check_account
from bot.sandbox.quickbooks.rules.tax import cents

DEPOSIT_ACCOUNTS = ("Bank", "Other Current Asset")
LINE_DETAILS = ("SalesItemLineDetail", "DiscountLineDetail")
CUSTOM_NAME = "SalesFormsPrefs.SalesCustomName"


def tracked(books: Books, record: Record) -> Record:
    """Classes stand in the header or on the lines, as the preferences say; in the other place they are dropped.

    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice (ClassRef)
    """
    if not books.preference("AccountingInfoPrefs", "ClassTrackingPerTxn"):
        record = {key: value for key, value in record.items() if key != "ClassRef"}
    if not books.preference("AccountingInfoPrefs", "ClassTrackingPerTxnLine"):
        record = {**record, "Line": [_without_class(row) for row in record["Line"]]}
    return record


def _without_class(row: Record) -> Record:
    for kind in LINE_DETAILS:
        if kind in row:
            row = {**row, kind: {key: value for key, value in row[kind].items() if key != "ClassRef"}}
    if "GroupLineDetail" in row:
        detail = row["GroupLineDetail"]
        row = {**row, "GroupLineDetail": {**detail, "Line": [_without_class(part) for part in detail["Line"]]}}
    return row


def with_deposit(books: Books, record: Record) -> Record:
    """What was paid on the invoice itself, and where it went. Raises Refusal 6000 or 6430.

    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice (DepositToAccountRef). That
    it may not be more than the invoice is an assumption.
    """
    if not record.get("Deposit"):
        return record
    if not books.preference("SalesFormsPrefs", "AllowDeposit"):
        raise faults.business("Deposits on invoices are not switched on for this company.", "Deposit")
    amount = cents(record["Deposit"])
    if not ZERO < amount <= record["TotalAmt"]:
        raise faults.business(f"The deposit {amount} is more than the invoice.", "Deposit")
    check_account(books, record.get("DepositToAccountRef"), DEPOSIT_ACCOUNTS)
    funds = account_ref(books, "Other Current Asset", "UndepositedFunds")
    return {**record, "Deposit": amount, "DepositToAccountRef": record.get("DepositToAccountRef") or funds}


def with_custom_fields(books: Books, entity: EntityType, record: Record) -> Record:
    """Each field that the company has defined stands on each form, filled in or not.

    https://developer.intuit.com/app/developer/qbo/docs/develop/tutorials/create-custom-fields
    """
    names = custom_field_names(books)
    if not names or "CustomField" not in entity.fields or entity.party_type != "Customer":
        return record
    told = {str(one.get("DefinitionId")): one.get("StringValue") for one in record.get("CustomField") or ()}
    fields = []
    for number, name in names.items():
        field = {"DefinitionId": number, "Name": name, "Type": "StringType"}
        fields.append(field if told.get(number) is None else {**field, "StringValue": told[number]})
    return {**record, "CustomField": fields}


def custom_field_names(books: Books) -> dict[str, str]:
    """The company's own fields on sales forms: their names by their numbers."""
    groups = books.preference("SalesFormsPrefs", "CustomField") or ()
    rows = [row for group in groups for row in group.get("CustomField", ())]
    return {
        row["Name"].removeprefix(CUSTOM_NAME): row["StringValue"]
        for row in rows
        if row["Name"].startswith(CUSTOM_NAME) and "StringValue" in row
    }


def copied_to(books: Books, entity: EntityType) -> Record:
    """The copies that the company's preferences ask for where an invoice names none."""
    wanted = {"BillEmailCc": "SalesEmailCc", "BillEmailBcc": "SalesEmailBcc"} if entity.name == "Invoice" else {}
    found = {field: books.preference("SalesFormsPrefs", name) for field, name in wanted.items()}
    return {field: value for field, value in found.items() if value and value.get("Address")}
