"""Payments and bill payments: what they may settle, and what settling does to invoices, bills and credits."""

from collections.abc import Mapping
from decimal import Decimal

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import CREDIT_TYPES, ZERO, Books, Key, links_of, unapplied
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
from bot.sandbox.quickbooks.rules.tax import cents

LINKABLE = {"Payment": ("Invoice", "CreditMemo"), "BillPayment": ("Bill", "VendorCredit")}
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
    record["Line"] = _checked_lines(record)
    _check_links(books, entity, record, current)
    record = {**_defaults(books, entity, record), **record, "DocNumber": number}
    record |= home_amounts(record, "TotalAmt")
    return {key: value for key, value in record.items() if value is not None}


def check_not_deposited(current: Record | None) -> None:
    if any(link["TxnType"] == "Deposit" for link in (current or {}).get("LinkedTxn", ())):
        raise faults.deposited()


def apply(books: Books, payment: Key, links: Mapping[Key, Decimal]) -> None:
    """Makes a payment settle exactly these documents; each document that changes gets a new version."""
    before = {key: amounts[payment] for key, amounts in books.applied.items() if payment in amounts}
    for key in {**before, **links}:
        amount = links.get(key, ZERO)
        if before.get(key, ZERO) == amount:
            continue
        amounts = books.applied.setdefault(key, {})
        amounts.pop(payment, None)
        if amount:
            amounts[payment] = amount
        if not amounts:
            del books.applied[key]
        document = books.get(key)
        if document is not None:
            books.save(key.entity, with_balance(books, key.entity, document))


def with_balance(books: Books, entity: str, document: Record) -> Record:
    """The document with its balance and its links as the payments leave them."""
    key = Key(entity, document.get("Id", ""))
    balance = open_balance(books, key, document)
    links = [{"TxnId": payment.id, "TxnType": _link_type(books, payment)} for payment in books.applied.get(key, ())]
    result = {**document, "Balance": balance, "LinkedTxn": links}
    result |= home_amounts(result, "TotalAmt", "Balance")
    if entity == "CreditMemo":
        result["RemainingCredit"] = balance
    return result


def open_balance(books: Books, key: Key, document: Record, but: Key | None = None) -> Decimal:
    """What is left to pay; the deposit of an invoice counts as paid, and one payment can be left out of account."""
    due: Decimal = document["TotalAmt"] - document.get("Deposit", ZERO)
    return due - books.applied_to(key, but=but)


def release(books: Books, document: Key, keep: Decimal = ZERO) -> None:
    """Takes payments off a document until they settle at most `keep` of it; the rest becomes unapplied."""
    for payment_key in list(books.applied.get(document, {})):
        excess = books.applied_to(document) - keep
        if excess <= 0:
            return
        payment = books.tables[payment_key.entity][payment_key.id]
        links = links_of(payment)
        links[document] = max(ZERO, links[document] - excess)
        links = _balanced({key: amount for key, amount in links.items() if amount})
        books.save(payment_key.entity, with_links(payment_key.entity, payment, links))
        apply(books, payment_key, links)


def with_links(entity: str, payment: Record, links: Mapping[Key, Decimal]) -> Record:
    lines = [_line(key, amount) for key, amount in links.items()]
    result = {**payment, "Line": lines}
    return {**result, "UnappliedAmt": unapplied(result)} if entity == "Payment" else result


def _balanced(links: dict[Key, Decimal]) -> dict[Key, Decimal]:
    """Credits may not exceed what they are set off against; those that no longer fit are dropped, last first."""
    excess = sum((amount if key.entity in CREDIT_TYPES else -amount for key, amount in links.items()), ZERO)
    for key in reversed([key for key in links if key.entity in CREDIT_TYPES]):
        cut = min(links[key], max(ZERO, excess))
        links[key] -= cut
        excess -= cut
    return {key: amount for key, amount in links.items() if amount}


def _line(key: Key, amount: Decimal) -> Record:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": key.id, "TxnType": key.entity}]}


def _link_type(books: Books, payment: Key) -> str:
    if payment.entity == "Payment":
        return "Payment"
    pay_type = (books.get(payment) or {}).get("PayType", "Check")
    return "BillPaymentCreditCard" if pay_type == "CreditCard" else "BillPaymentCheck"


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


def _checked_lines(record: Record) -> list[Record]:
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
        lines.append(_line(Key(link["TxnType"], str(link["TxnId"])), cents(line["Amount"])))
    return lines


def _check_links(books: Books, entity: EntityType, record: Record, current: Record | None) -> None:
    own = Key(entity.name, current["Id"]) if current else None
    links = links_of(record)
    for key, amount in links.items():
        _check_link(books, entity, record, key, amount, own)
    credits = sum((amount for key, amount in links.items() if key.entity in CREDIT_TYPES), ZERO)
    charges = sum(links.values(), ZERO) - credits
    if credits > charges:
        raise faults.business("The credits are more than the transactions they are applied to.", "Line")
    if charges - credits > record["TotalAmt"]:
        raise faults.business("The amount applied to the transactions is more than the amount of the payment.", "Line")


def _check_link(books: Books, entity: EntityType, record: Record, key: Key, amount: Decimal, own: Key | None) -> None:
    if key.entity not in LINKABLE[entity.name]:
        raise faults.cannot_link(key.id, f"a {entity.name} does not settle a {key.entity}")
    document = books.get(key)
    if document is None:
        raise faults.cannot_link(key.id, f"there is no such {key.entity}")
    if not _same_party(books, entity, record, document):
        raise faults.cannot_link(key.id, "it belongs to another customer or vendor")
    left = open_balance(books, key, document, but=own)
    if left <= 0:
        raise faults.cannot_link(key.id, "it is voided" if not document["TotalAmt"] else "it is already paid")
    if amount > left:
        raise faults.business(f"The amount {amount} is more than the open balance {left} of {key.entity} {key.id}.")


def _same_party(books: Books, entity: EntityType, record: Record, document: Record) -> bool:
    """A customer may also pay for its sub-customers."""
    payer, owner = record[entity.party]["value"], document[entity.party]["value"]
    table = books.tables[entity.party_type]
    while owner != payer and "ParentRef" in table.get(owner, {}):
        owner = table[owner]["ParentRef"]["value"]
    return bool(owner == payer)


def _defaults(books: Books, entity: EntityType, record: Record) -> Record:
    if entity.name == "BillPayment":
        return {"APAccountRef": account_ref(books, "Accounts Payable"), "CheckPayment": _print_status(record)}
    check_account(books, record.get("DepositToAccountRef"), DEPOSIT_ACCOUNTS)
    return {
        "DepositToAccountRef": account_ref(books, "Other Current Asset", "UndepositedFunds"),
        "UnappliedAmt": unapplied(record),
        "ProcessPayment": False,
    }


def _print_status(record: Record) -> Record | None:
    return {"PrintStatus": "NotSet"} if record["PayType"] == "Check" else None


def undeposited(books: Books, payment: Record) -> bool:
    funds = account_ref(books, "Other Current Asset", "UndepositedFunds")
    return bool(funds and payment.get("DepositToAccountRef", {}).get("value") == funds["value"])
