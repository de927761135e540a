"""What each transaction adds to what a customer owes or a vendor is owed, and how much of that is still open.

A cheque, a journal entry or a deposit adds to it as well, by its lines on an account of receivables or payables:
https://quickbooks.intuit.com/learn-support/en-us/help-article/refunds/record-customer-refund-quickbooks-online
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from bot.sandbox.quickbooks.books.links import ZERO, Key, links_of
from bot.sandbox.quickbooks.books.schema import Record

Tables = Mapping[str, Mapping[str, Record]]
Applied = Mapping[Key, Mapping[Key, Decimal]]

PARTIES = ("Customer", "Vendor", "Employee")
DOCUMENTS = {"Invoice": 1, "CreditMemo": -1, "Bill": 1, "VendorCredit": -1}
"""1 for what is to be paid, -1 for a credit."""
PAID_BY = {"Payment": "Customer", "BillPayment": "Vendor"}
SIDES = {"Accounts Receivable": "Customer", "Accounts Payable": "Vendor"}
"""Whose name a line on such an account must carry."""
POSTING = ("Purchase", "Deposit", "JournalEntry")


class Posting(NamedTuple):
    """`amount` is what it adds to what the customer owes, or to what the vendor is owed."""

    party: Key
    amount: Decimal

    def __deepcopy__(self, memo: object) -> "Posting":
        return self


def party_key(tables: Tables, ref: Record | None) -> Key | None:
    """Names share one sequence of ids, so that an id alone says which of them is meant."""
    name_id = str((ref or {}).get("value", ""))
    return next((Key(kind, name_id) for kind in PARTIES if name_id in tables[kind]), None)


def posted(tables: Tables, entity: str, record: Record) -> tuple[Posting, ...]:
    """What a Purchase, Deposit or JournalEntry adds for each name, before anything is settled."""
    sums: dict[Key, Decimal] = {}
    for account, name, debit in _debits(entity, record):
        side = side_of(tables, account)
        party = party_key(tables, name)
        if side and party is not None and party.entity == side:
            sums[party] = sums.get(party, ZERO) + (debit if side == "Customer" else -debit)
    return tuple(Posting(party, amount) for party, amount in sums.items() if amount)


def side_of(tables: Tables, account: Record | None) -> str | None:
    """Customer for an account of receivables, Vendor for one of payables."""
    found = tables["Account"].get((account or {}).get("value", ""))
    return SIDES.get(found["AccountType"]) if found else None


def gross(tables: Tables, key: Key, record: Record, payer: Key) -> Decimal:
    """What a transaction gives a customer or vendor to settle, with those below it; negative for a credit."""
    if key.entity in DOCUMENTS:
        return DOCUMENTS[key.entity] * Decimal(record["TotalAmt"] - record.get("Deposit", ZERO))
    return sum((one.amount for one in posted(tables, key.entity, record) if pays_for(tables, payer, one.party)), ZERO)


def pays_for(tables: Tables, payer: Key, owner: Key) -> bool:
    """A customer may also pay for its sub-customers."""
    if payer.entity != owner.entity:
        return False
    table, name_id = tables[owner.entity], owner.id
    while name_id != payer.id and "ParentRef" in table.get(name_id, {}):
        name_id = table[name_id]["ParentRef"]["value"]
    return name_id == payer.id


def payer_of(entity: str, payment: Record) -> Key:
    kind = PAID_BY[entity]
    return Key(kind, payment[f"{kind}Ref"]["value"])


def sign(tables: Tables, entity: str, payment: Record, key: Key) -> int:
    """1 if this payment pays the record, -1 if it uses the record as a credit."""
    if key.entity in DOCUMENTS:
        return DOCUMENTS[key.entity]
    record = tables[key.entity].get(key.id) if key.entity in POSTING else None
    if record is None:
        return 1
    return -1 if gross(tables, key, record, payer_of(entity, payment)) < 0 else 1


def unapplied(tables: Tables, entity: str, payment: Record) -> Decimal:
    """The part of a payment that settles nothing: its total, less what it pays, plus the credits it uses."""
    links = links_of(payment)
    settled = sum((sign(tables, entity, payment, key) * amount for key, amount in links.items()), ZERO)
    return Decimal(payment.get("TotalAmt", ZERO)) - settled


def still_owed(tables: Tables, applied: Applied, key: Key, record: Record) -> tuple[Posting, ...]:
    """What a record adds to the balances of customers and vendors as they are now."""
    if key.entity in DOCUMENTS:
        kind = "Customer" if "CustomerRef" in record else "Vendor"
        owner = record.get(f"{kind}Ref")
        amount = DOCUMENTS[key.entity] * Decimal(record.get("Balance", ZERO))
        return (Posting(Key(kind, owner["value"]), amount),) if owner and amount else ()
    if key.entity in PAID_BY:
        amount = unapplied(tables, key.entity, record)
        return (Posting(payer_of(key.entity, record), -amount),) if amount else ()
    return tuple(_left(tables, applied.get(key, {}), posted(tables, key.entity, record)))


def _left(tables: Tables, payments: Mapping[Key, Decimal], postings: tuple[Posting, ...]) -> Iterator[Posting]:
    rest = dict(payments)
    for party, amount in postings:
        left = amount
        for payment in rest:
            paying = tables[payment.entity].get(payment.id)
            if paying is not None and pays_for(tables, payer_of(payment.entity, paying), party):
                part = min(rest[payment], abs(left))
                rest[payment] -= part
                left += part if left < 0 else -part
        if left:
            yield Posting(party, left)


def _debits(entity: str, record: Record) -> Iterator[tuple[Record | None, Record | None, Decimal]]:
    """Account, name and debit of each line; a credit is a negative debit."""
    for line in record.get("Line", ()) if entity in POSTING else ():
        amount = Decimal(line.get("Amount") or ZERO)
        match entity:
            case "Purchase":
                account = line.get("AccountBasedExpenseLineDetail", {}).get("AccountRef")
                yield account, record.get("EntityRef"), -amount if record.get("Credit") else amount
            case "Deposit":
                detail = line.get("DepositLineDetail", {})
                yield detail.get("AccountRef"), detail.get("Entity"), -amount
            case "JournalEntry":
                detail = line.get("JournalEntryLineDetail", {})
                debit = amount if detail.get("PostingType") == "Debit" else -amount
                yield detail.get("AccountRef"), detail.get("Entity", {}).get("EntityRef"), debit
