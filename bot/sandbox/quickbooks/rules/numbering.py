"""Document numbers: given by the client, by QuickBooks, or not at all; and the refusal of a number in use."""

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.schema import Record
from bot.sandbox.quickbooks.books.table import id_key

SALES_FORMS = ("Invoice", "CreditMemo", "RefundReceipt")
AUTO = "AUTO_GENERATE"
FIRST_NUMBER = 1001
TXN_TYPES = {
    "CreditMemo": "Credit Memo",
    "VendorCredit": "Vendor Credit",
    "BillPayment": "Bill Payment",
    "JournalEntry": "Journal Entry",
    "RefundReceipt": "Refund",
}


def document_number(
    books: Books, entity: str, record: Record, current: Record | None, allow_duplicate: bool
) -> str | None:
    """The number a document gets. Raises Refusal 6140, which names the holder of the number.

    Sales forms follow the preference CustomTxnNumbers: off, QuickBooks numbers them and accepts what is sent;
    on, the client numbers them and a duplicate is refused. Other forms refuse a duplicate unless it is allowed.
    """
    number = record.get("DocNumber")
    custom = entity not in SALES_FORMS or bool(books.preference("SalesFormsPrefs", "CustomTxnNumbers"))
    if number == AUTO or (number is None and not custom and current is None):
        return _next_number(books, entity)
    if number is None:
        return None if custom or current is None else current.get("DocNumber")
    unchanged = current is not None and current.get("DocNumber") == number
    if custom and books.settings.refuse_duplicate_numbers and not allow_duplicate and not unchanged:
        _check_free(books, entity, str(number), current)
    return str(number)


def _check_free(books: Books, entity: str, number: str, current: Record | None) -> None:
    holders = books.tables[entity].ids_where("DocNumber", number) - {(current or {}).get("Id", "")}
    if holders:
        raise faults.duplicate_number(number, TXN_TYPES.get(entity, entity), min(holders, key=id_key))


def _next_number(books: Books, entity: str) -> str:
    table = books.tables[entity]
    number = FIRST_NUMBER + len(table) + len(table.deleted)
    while table.ids_where("DocNumber", str(number)):
        number += 1
    return str(number)
