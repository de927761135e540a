"""Expenses, cheques and credit card charges: money that goes out without a bill, or comes back to a card.

https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/purchase
"""

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.receivables import SIDES, party_key
from bot.sandbox.quickbooks.books.schema import EntityType, Record
from bot.sandbox.quickbooks.books.wire import pacific_date
from bot.sandbox.quickbooks.rules.chart import check_account
from bot.sandbox.quickbooks.rules.documents import WriteOptions, check_open, transaction_currency, with_totals
from bot.sandbox.quickbooks.rules.numbering import document_number
from bot.sandbox.quickbooks.rules.references import name_of, resolved

ACCOUNTS = {
    "Cash": ("Bank", "Other Current Asset"),
    "Check": ("Bank",),
    "CreditCard": ("Credit Card",),
}


def next_purchase(
    books: Books, entity: EntityType, record: Record, current: Record | None, options: WriteOptions
) -> Record:
    """The purchase as it will be stored. Raises Refusal 2020, 2500, 6000, 6140, 6210, 6430 ..."""
    for needed in ("PaymentType", "AccountRef", "Line"):
        if not record.get(needed):
            raise faults.missing(needed)
    told = record.get("EntityRef", {}).get("type")
    record = resolved(books, entity, record)
    record["TxnDate"] = record.get("TxnDate") or pacific_date(books.clock()).isoformat()
    check_open(books, record, current)
    check_account(books, record["AccountRef"], ACCOUNTS[record["PaymentType"]])
    if record.get("Credit") and record["PaymentType"] != "CreditCard":
        raise faults.business("Only a credit card purchase can be a credit.", "Credit")
    party: Record = {}
    if "EntityRef" in record:
        record["EntityRef"] = party_ref(books, record["EntityRef"], told)
        party = books.tables[record["EntityRef"]["type"]][record["EntityRef"]["value"]]
    record |= transaction_currency(books, record, party)
    for line in record["Line"]:
        account = line.get("AccountBasedExpenseLineDetail", {}).get("AccountRef")
        check_name(books, account, record.get("EntityRef"), "EntityRef")
    record["DocNumber"] = document_number(books, entity.name, record, current, options.allow_duplicate_number)
    record = {"Credit": False, "PrintStatus": "NotSet", **with_totals(books, entity, record)}
    return {key: value for key, value in record.items() if value is not None}


def party_ref(books: Books, ref: Record, told: str | None) -> Record:
    """The reference with the type of its name. Raises Refusal 2500 if the client says another type."""
    key = party_key(books.tables, ref)
    if key is None or (told or key.entity).title() != key.entity:
        raise faults.invalid_reference(f"Names element id {ref['value']} not found", "EntityRef")
    return {"value": key.id, "name": name_of(key.entity, books.tables[key.entity][key.id]), "type": key.entity}


def check_name(books: Books, account: Record | None, name: Record | None, element: str) -> None:
    """A line on receivables needs a customer, one on payables a vendor. Raises Refusal 6000."""
    found = books.tables["Account"].get((account or {}).get("value", ""))
    side = SIDES.get(found["AccountType"]) if found else None
    key = party_key(books.tables, name)
    if found and side and (key is None or key.entity != side):
        words = f"When you use {found['AccountType']}, you must choose a {side.lower()} in the Name field."
        raise faults.business(words, element)
