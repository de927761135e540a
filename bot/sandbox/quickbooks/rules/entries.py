"""Deposits, which freeze the payments in them, and journal entries."""

from decimal import Decimal

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.links import ZERO, Key, links_of
from bot.sandbox.quickbooks.books.receivables import party_key
from bot.sandbox.quickbooks.books.schema import EntityType, Record
from bot.sandbox.quickbooks.books.wire import pacific_date
from bot.sandbox.quickbooks.rules.chart import check_account
from bot.sandbox.quickbooks.rules.documents import WriteOptions, check_open
from bot.sandbox.quickbooks.rules.lines import line_kind, numbered
from bot.sandbox.quickbooks.rules.numbering import document_number
from bot.sandbox.quickbooks.rules.payments import undeposited
from bot.sandbox.quickbooks.rules.purchases import check_name
from bot.sandbox.quickbooks.rules.references import currency, resolved
from bot.sandbox.quickbooks.rules.tax import cents


def next_deposit(
    books: Books, entity: EntityType, record: Record, current: Record | None, options: WriteOptions
) -> Record:
    """Raises Refusal 2020, 620, 6000, 6210, 6430."""
    for needed in ("DepositToAccountRef", "Line"):
        if not record.get(needed):
            raise faults.missing(needed)
    record = _dated(books, entity, record, current)
    check_account(books, record["DepositToAccountRef"], ("Bank", "Other Current Asset", "Credit Card"))
    lines = list(numbered([_deposit_line(books, row, current) for row in record["Line"]]))
    total = sum((line["Amount"] for line in lines), ZERO) - record.get("CashBack", {}).get("Amount", ZERO)
    record["DocNumber"] = document_number(books, entity.name, record, current, options.allow_duplicate_number)
    return _stored(books, {**record, "Line": lines, "TotalAmt": total})


def commit_deposit(books: Books, deposit: Key, record: Record | None, current: Record | None) -> None:
    """Payments that come into a deposit are frozen, those that leave it are free again."""
    before, after = set(links_of(current or {})), set(links_of(record or {}))
    for key in before ^ after:
        payment = books.get(key)
        if payment is not None:
            link = [{"TxnId": deposit.id, "TxnType": "Deposit"}] if key in after else []
            books.save(key.entity, {**payment, "LinkedTxn": link})


def next_journal_entry(
    books: Books, entity: EntityType, record: Record, current: Record | None, options: WriteOptions
) -> Record:
    """Raises Refusal 2020, 2300, 6000, 6140, 6210."""
    if not record.get("Line"):
        raise faults.missing("Line")
    record = _dated(books, entity, record, current)
    sides = {"Debit": ZERO, "Credit": ZERO}
    for row in record["Line"]:
        if line_kind(entity, row) == "JournalEntryLineDetail":
            sides[_posting(books, row)] += row["Amount"]
    if sides["Debit"] != sides["Credit"] or len(record["Line"]) < 2:
        raise faults.refuse("2300", f"Debits {sides['Debit']} are not equal to credits {sides['Credit']}.", "Line")
    number = document_number(books, entity.name, record, current, options.allow_duplicate_number)
    made = {"Line": list(numbered(record["Line"])), "DocNumber": number, "TotalAmt": sides["Debit"]}
    return _stored(books, {"Adjustment": False, **record, **made})


def _dated(books: Books, entity: EntityType, record: Record, current: Record | None) -> Record:
    record = resolved(books, entity, record)
    record["TxnDate"] = record.get("TxnDate") or pacific_date(books.clock()).isoformat()
    check_open(books, record, current)
    return record


def _stored(books: Books, record: Record) -> Record:
    record = {"CurrencyRef": currency(books.home_currency), **record}
    return {key: value for key, value in record.items() if value is not None}


def _deposit_line(books: Books, row: Record, current: Record | None) -> Record:
    amount = row.get("Amount")
    if amount is None:
        raise faults.missing("Line.Amount")
    if not row.get("LinkedTxn"):
        detail = row.get("DepositLineDetail", {})
        if "AccountRef" not in detail:
            raise faults.missing("Line.DepositLineDetail.AccountRef")
        check_name(books, detail["AccountRef"], detail.get("Entity"), "Line.DepositLineDetail.Entity")
        party = party_key(books.tables, detail.get("Entity"))
        if party is not None:
            detail = {**detail, "Entity": {**detail["Entity"], "type": party.entity.upper()}}
        return {**row, "Amount": cents(amount), "DetailType": "DepositLineDetail", "DepositLineDetail": detail}
    link = row["LinkedTxn"][0]
    if "TxnLineId" not in link:
        raise faults.missing("Line.LinkedTxn.TxnLineId")
    key = Key(str(link.get("TxnType", "")), str(link.get("TxnId", "")))
    _check_deposited_payment(books, key, current)
    payment = books.tables["Payment"][key.id]
    linked = {"TxnId": key.id, "TxnType": "Payment", "TxnLineId": str(link["TxnLineId"])}
    return {"Amount": Decimal(payment["TotalAmt"]), "LinkedTxn": [linked]}


def _check_deposited_payment(books: Books, key: Key, current: Record | None) -> None:
    payment = books.get(key) if key.entity == "Payment" else None
    if payment is None:
        raise faults.cannot_link(key.id, "it is no payment of this company")
    if key in links_of(current or {}):
        return
    if payment.get("LinkedTxn") or not undeposited(books, payment):
        raise faults.cannot_link(key.id, "it is not in undeposited funds")


def _posting(books: Books, row: Record) -> str:
    detail = row.get("JournalEntryLineDetail", {})
    for needed in ("PostingType", "AccountRef"):
        if needed not in detail:
            raise faults.missing(f"Line.JournalEntryLineDetail.{needed}")
    if "Amount" not in row:
        raise faults.missing("Amount")
    name = detail.get("Entity", {}).get("EntityRef")
    check_name(books, detail["AccountRef"], name, "Line.JournalEntryLineDetail.Entity")
    return str(detail["PostingType"])
