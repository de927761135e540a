"""Invoices, credit memos, bills and vendor credits: lines, totals, tax, numbers, dates, addresses."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.links import ZERO
from bot.sandbox.quickbooks.books.schema import EntityType, Record
from bot.sandbox.quickbooks.books.wire import pacific_date
from bot.sandbox.quickbooks.rules.chart import account_ref, check_account
from bot.sandbox.quickbooks.rules.lines import Lines, expense_lines, sales_lines
from bot.sandbox.quickbooks.rules.numbering import document_number
from bot.sandbox.quickbooks.rules.references import CURRENCIES, resolved
from bot.sandbox.quickbooks.rules.sales_forms import copied_to, tracked, with_custom_fields, with_deposit
from bot.sandbox.quickbooks.rules.tax import TaxBasis, cents, tax_detail

NEEDED = {"RefundReceipt": ("DepositToAccountRef", "Line")}
"""What a document must carry where that is not its customer or vendor and a line."""
REFUND_ACCOUNTS = ("Bank", "Other Current Asset", "Credit Card")


@dataclass(frozen=True)
class WriteOptions:
    allow_duplicate_number: bool = False


def next_document(
    books: Books, entity: EntityType, record: Record, current: Record | None, options: WriteOptions
) -> Record:
    """The document as it will be stored, all but its balance. Raises Refusal 2020, 2500, 6000, 6070, 6140, 6210 ..."""
    for needed in NEEDED.get(entity.name, (entity.party, "Line")):
        if not record.get(needed):
            raise faults.missing(needed)
    record = resolved(books, entity, record)
    record["TxnDate"] = record.get("TxnDate") or pacific_date(books.clock()).isoformat()
    check_open(books, record, current)
    _check_same_party(books, entity, record, current)
    party = party_of(books, entity, record) if entity.party in record else {}
    record |= transaction_currency(books, record, party)
    number = document_number(books, entity.name, record, current, options.allow_duplicate_number)
    record["DocNumber"] = number
    if entity.party_type == "Customer":
        record = with_custom_fields(books, entity, tracked(books, record))
    record = with_totals(books, entity, record)
    if entity.name == "Invoice":
        record = with_deposit(books, record)
    record = {**_defaults(books, entity, record), **record}
    if current is None:
        record = {**_from_party(entity, party), **copied_to(books, entity), **record}
    if "DueDate" in entity.fields and not record.get("DueDate"):
        record["DueDate"] = due_date(books, record.get("SalesTermRef"), record["TxnDate"])
    return {key: value for key, value in record.items() if value is not None}


def check_open(books: Books, record: Record, current: Record | None) -> None:
    """Raises Refusal 6210 if the old or the new date is in a closed period."""
    closed = books.close_date
    dates = [version["TxnDate"] for version in (record, current) if version and "TxnDate" in version]
    if closed and any(date.fromisoformat(text) <= closed for text in dates):
        raise faults.books_closed()


def party_of(books: Books, entity: EntityType, record: Record) -> Record:
    return books.tables[entity.party_type][record[entity.party]["value"]]


def transaction_currency(books: Books, record: Record, party: Record) -> Record:
    """CurrencyRef and, for a foreign one, ExchangeRate (home units per foreign unit).

    With multicurrency the client must name the currency, and it must be that of the customer or vendor.
    """
    told = record.get("CurrencyRef", {}).get("value")
    own = party.get("CurrencyRef", {}).get("value", books.home_currency)
    if books.multicurrency and told is None:
        raise faults.missing("CurrencyRef")
    if not books.multicurrency and told not in (None, books.home_currency):
        raise faults.business("Multi Currency should be enabled to perform this operation.", "CurrencyRef")
    if books.multicurrency and told != own:
        raise faults.business("You can only use one foreign currency per transaction.", "CurrencyRef")
    result: Record = {"CurrencyRef": {"value": own, "name": CURRENCIES[own]}, "ExchangeRate": None}
    if books.multicurrency:
        rate = record.get("ExchangeRate") or Decimal(1)
        result["ExchangeRate"] = Decimal(1) if own == books.home_currency else rate
    return result


def home_amounts(record: Record, *fields: str) -> Record:
    """HomeTotalAmt and the like, where a currency other than the company's own is possible."""
    rate = record.get("ExchangeRate")
    return {f"Home{field}": cents(record[field] * rate) for field in fields} if rate is not None else {}


def _check_same_party(books: Books, entity: EntityType, record: Record, current: Record | None) -> None:
    same = current is None or current.get(entity.party, {}).get("value") == record.get(entity.party, {}).get("value")
    if current is not None and not same and current.get("LinkedTxn"):
        raise faults.business("Unlink the payments before you change the name on this transaction.", entity.party)


def with_totals(books: Books, entity: EntityType, record: Record) -> Record:
    """The record with its lines as QuickBooks keeps them, its tax and its total. Raises Refusal 6000, 6070, 6440 ..."""
    basis = TaxBasis(_tax_mode(books, record), entity.party_type == "Customer", record["TxnDate"])
    make = sales_lines if basis.sales else expense_lines
    lines: Lines = make(books, entity, record["Line"], basis)
    detail = tax_detail(books, lines.taxed, basis, record.get("TxnTaxDetail"))
    total = lines.subtotal + (detail["TotalTax"] if detail else ZERO)
    if total < 0:
        raise faults.business("Transaction amount must be 0 or greater.")
    result: Record = {**record, "Line": lines.rows, "TxnTaxDetail": detail, "TotalAmt": total}
    result["GlobalTaxCalculation"] = None if books.is_us else basis.mode
    return result | home_amounts(result, "TotalAmt")


def _tax_mode(books: Books, record: Record) -> str:
    return "TaxExcluded" if books.is_us else str(record.get("GlobalTaxCalculation") or "TaxExcluded")


def _defaults(books: Books, entity: EntityType, record: Record) -> Record:
    """What QuickBooks fills in whenever it is left out, in a full update too."""
    if entity.name == "RefundReceipt":
        check_account(books, record["DepositToAccountRef"], REFUND_ACCOUNTS)
        return {"PrintStatus": "NotSet", "ApplyTaxAfterDiscount": False, "Balance": ZERO}
    if entity.party_type == "Customer":
        return {"PrintStatus": "NotSet", "EmailStatus": "NotSet", "ApplyTaxAfterDiscount": False}
    check_account(books, record.get("APAccountRef"), ("Accounts Payable",))
    return {"APAccountRef": account_ref(books, "Accounts Payable")}


def _from_party(entity: EntityType, party: Record) -> Record:
    """What a new document takes from its customer or vendor; a full update that leaves it out clears it."""
    sources = {
        "SalesTermRef": "TermRef" if entity.party_type == "Vendor" else "SalesTermRef",
        "BillAddr": "BillAddr",
        "ShipAddr": "ShipAddr",
        "VendorAddr": "BillAddr",
        "BillEmail": "PrimaryEmailAddr",
    }
    taken = entity.fields.keys() & sources.keys() - ({"SalesTermRef"} if entity.name == "CreditMemo" else set())
    return {field: party[sources[field]] for field in taken if sources[field] in party}


def due_date(books: Books, terms: Record | None, dated: str) -> str:
    """The document's date moved on by its terms, or that date itself."""
    day = date.fromisoformat(dated)
    term = books.tables["Term"].get(terms["value"]) if terms else None
    if term is None:
        return dated
    if "DayOfMonthDue" not in term:
        return (day + timedelta(days=int(term["DueDays"]))).isoformat()
    due = int(term["DayOfMonthDue"])
    months = 1 if day.day >= due or due - day.day < int(term["DueNextMonthDays"]) else 0
    month_start = (day.replace(day=1) + timedelta(days=31 * months)).replace(day=1)
    month_end = (month_start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return month_start.replace(day=min(due, month_end.day)).isoformat()
