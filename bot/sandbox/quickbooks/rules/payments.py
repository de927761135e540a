"""Payments and bill payments: what they must say, and what they may settle."""

from decimal import Decimal

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.links import Key, key_of, links_of
from bot.sandbox.quickbooks.books.receivables import DOCUMENTS, POSTING, gross, payer_of, pays_for, unapplied
from bot.sandbox.quickbooks.books.schema import EntityType, Record
from bot.sandbox.quickbooks.books.wire import pacific_date
from bot.sandbox.quickbooks.rules.chart import account_ref, check_account
from bot.sandbox.quickbooks.rules.documents import (
    WriteOptions,
    check_open,
    home_amounts,
    party_of,
    transaction_currency,
)
from bot.sandbox.quickbooks.rules.numbering import document_number
from bot.sandbox.quickbooks.rules.references import resolved
from bot.sandbox.quickbooks.rules.settlement import left_for, line_of
from bot.sandbox.quickbooks.rules.tax import cents

LINKABLE = {"Payment": ("Invoice", "CreditMemo", *POSTING), "BillPayment": ("Bill", "VendorCredit", *POSTING)}
"""A cheque, expense, deposit or journal entry counts where it has lines on receivables or payables."""
PAY_ACCOUNTS = {
    "Check": ("CheckPayment", "BankAccountRef", ("Bank",)),
    "CreditCard": ("CreditCardPayment", "CCAccountRef", ("Credit Card",)),
}
DEPOSIT_ACCOUNTS = ("Bank", "Other Current Asset", "Other Asset", "Credit Card", "Other Current Liability")


def next_payment(
    books: Books, entity: EntityType, record: Record, current: Record | None, options: WriteOptions
) -> Record:
    """The payment as it will be stored. Raises Refusal 2020, 620, 6000, 6140, 6210, 6430, 6540 ..."""
    for needed in (entity.party, "TotalAmt"):
        if needed not in record:
            raise faults.missing(needed)
    check_not_deposited(current)
    record = resolved(books, entity, record)
    record["TxnDate"] = record.get("TxnDate") or pacific_date(books.clock()).isoformat()
    check_open(books, record, current)
    record |= transaction_currency(books, record, party_of(books, entity, record))
    record["TotalAmt"] = cents(record["TotalAmt"])
    if record["TotalAmt"] < 0:
        raise faults.business("Transaction amount must be 0 or greater.", "TotalAmt")
    number = None
    if entity.name == "BillPayment":
        number = document_number(books, entity.name, record, current, options.allow_duplicate_number)
        _check_bill_payment(books, record)
    record["Line"] = _checked_lines(books, record)
    _check_links(books, entity, record, current)
    record = {**_defaults(books, entity, record), **record, "DocNumber": number}
    record |= home_amounts(record, "TotalAmt")
    return {key: value for key, value in record.items() if value is not None}


def check_not_deposited(current: Record | None) -> None:
    if any(link["TxnType"] == "Deposit" for link in (current or {}).get("LinkedTxn", ())):
        raise faults.deposited()


def _check_bill_payment(books: Books, record: Record) -> None:
    if "PayType" not in record:
        raise faults.missing("PayType")
    if not record.get("Line"):
        raise faults.missing("Line")
    section, field, kinds = PAY_ACCOUNTS[record["PayType"]]
    account = record.get(section, {}).get(field)
    if account is None and record["TotalAmt"]:
        raise faults.missing(f"{section}.{field}")
    check_account(books, account, kinds)
    check_account(books, record.get("APAccountRef"), ("Accounts Payable",))


def _checked_lines(books: Books, record: Record) -> list[Record]:
    """Lines with an amount and one link each, and nothing else: they carry no other information."""
    lines = []
    for line in record.get("Line") or ():
        if "Amount" not in line:
            raise faults.missing("Line.Amount")
        if len(line.get("LinkedTxn", ())) != 1:
            raise faults.missing("Line.LinkedTxn")
        if line["Amount"] < 0:
            raise faults.business("Transaction amount must be 0 or greater.", "Line.Amount")
        link = line["LinkedTxn"][0]
        for needed in ("TxnId", "TxnType"):
            if needed not in link:
                raise faults.missing(f"Line.LinkedTxn.{needed}")
        lines.append(line_of(books, key_of(link), cents(line["Amount"])))
    return lines


def _check_links(books: Books, entity: EntityType, record: Record, current: Record | None) -> None:
    own = Key(entity.name, current["Id"]) if current else None
    links = links_of(record)
    for key, amount in links.items():
        _check_link(books, entity, record, key, amount, own)
    used = unapplied(books.tables, entity.name, record) - record["TotalAmt"]
    if used > 0:
        raise faults.business("The credits are more than the transactions they are applied to.", "Line")
    if -used > record["TotalAmt"]:
        raise faults.business("The amount applied to the transactions is more than the amount of the payment.", "Line")


def _check_link(books: Books, entity: EntityType, record: Record, key: Key, amount: Decimal, own: Key | None) -> None:
    if key.entity not in LINKABLE[entity.name]:
        raise faults.cannot_link(key.id, f"a {entity.name} does not settle a {key.entity}")
    found = books.get(key)
    if found is None:
        raise faults.cannot_link(key.id, f"there is no such {key.entity}")
    payer = payer_of(entity.name, record)
    owner = Key(payer.entity, found.get(entity.party, {}).get("value", ""))
    if key.entity in DOCUMENTS and not pays_for(books.tables, payer, owner):
        raise faults.cannot_link(key.id, "it belongs to another customer or vendor")
    if not gross(books.tables, key, found, payer):
        kind = "receivable from" if payer.entity == "Customer" else "payable to"
        voided = "it is voided" if key.entity in DOCUMENTS else f"nothing in it is {kind} this {payer.entity.lower()}"
        raise faults.cannot_link(key.id, voided)
    left = left_for(books, entity.name, record, key, found, but=own)
    if left <= 0:
        raise faults.cannot_link(key.id, "it is already paid")
    if amount > left:
        raise faults.business(f"The amount {amount} is more than the open balance {left} of {key.entity} {key.id}.")


def _defaults(books: Books, entity: EntityType, record: Record) -> Record:
    if entity.name == "BillPayment":
        return {"APAccountRef": account_ref(books, "Accounts Payable"), "CheckPayment": _print_status(record)}
    check_account(books, record.get("DepositToAccountRef"), DEPOSIT_ACCOUNTS)
    return {
        "DepositToAccountRef": account_ref(books, "Other Current Asset", "UndepositedFunds"),
        "UnappliedAmt": unapplied(books.tables, entity.name, record),
        "ProcessPayment": False,
    }


def _print_status(record: Record) -> Record | None:
    return {"PrintStatus": "NotSet"} if record["PayType"] == "Check" else None


def undeposited(books: Books, payment: Record) -> bool:
    funds = account_ref(books, "Other Current Asset", "UndepositedFunds")
    return bool(funds and payment.get("DepositToAccountRef", {}).get("value") == funds["value"])
