"""What settles what: payments, set-offs and refunds move the balances and links of all that they name."""

from collections.abc import Mapping
from decimal import Decimal

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.links import CHARGE, ZERO, Key, link, links_of
from bot.sandbox.quickbooks.books.receivables import DOCUMENTS, POSTING, gross, payer_of, sign, unapplied
from bot.sandbox.quickbooks.books.schema import Record
from bot.sandbox.quickbooks.rules.documents import home_amounts

REFUND = "RefundReceipt"


def is_open(entity: str) -> bool:
    """Whether a payment may settle transactions of this entity, or use them as a credit."""
    return entity in DOCUMENTS or entity in POSTING


def apply(books: Books, payment: Key, links: Mapping[Key, Decimal]) -> None:
    """Makes a payment settle exactly these transactions; each that changes gets a new version."""
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
        record = books.get(key)
        if record is not None:
            books.save(key.entity, as_settled(books, key.entity, record))


def as_settled(books: Books, entity: str, record: Record) -> Record:
    """The record with its links, and a document with its balance, as the payments leave them."""
    key = Key(entity, record.get("Id", ""))
    paying = [link(payment, books.get(payment)) for payment in books.applied.get(key, ())]
    result = {**record, "LinkedTxn": [*charge_links(record), *paying]}
    if entity not in DOCUMENTS:
        return result if result["LinkedTxn"] else {name: result[name] for name in result if name != "LinkedTxn"}
    result["Balance"] = record["TotalAmt"] - record.get("Deposit", ZERO) - books.applied_to(key)
    result |= home_amounts(result, "TotalAmt", "Balance")
    if entity == "CreditMemo":
        result["RemainingCredit"] = result["Balance"]
    return result


def charge_links(record: Record) -> list[Record]:
    """The on-charged expenses that lines come from, or that they were made into."""
    named = (one for line in record.get("Line", ()) for one in line.get("LinkedTxn", ()) if one["TxnType"] == CHARGE)
    return [{"TxnId": charge, "TxnType": CHARGE} for charge in dict.fromkeys(str(one["TxnId"]) for one in named)]


def left_for(books: Books, entity: str, payment: Record, key: Key, record: Record, but: Key | None = None) -> Decimal:
    """What this payment could settle of a transaction, of which `but` may be left out of account."""
    whole = abs(gross(books.tables, key, record, payer_of(entity, payment)))
    if key.entity in DOCUMENTS:
        return whole - books.applied_to(key, but)
    return whole - books.applied_to(key, but, entity)


def release(books: Books, key: Key, new: Record | None = None) -> None:
    """Takes payments off a transaction until they settle at most what its new version leaves to settle."""
    for payment_key in list(books.applied.get(key, {})):
        payment = books.tables[payment_key.entity][payment_key.id]
        if payment_key.entity == REFUND:
            excess = books.applied_to(key) - (new["TotalAmt"] if new else ZERO)
        else:
            allowed = left_for(books, payment_key.entity, payment, key, new) if new else -books.applied_to(key)
            excess = -allowed
        if excess > 0:
            _take_off(books, payment_key, payment, key, excess)


def _take_off(books: Books, payment_key: Key, payment: Record, key: Key, excess: Decimal) -> None:
    if payment_key.entity == REFUND:
        left = [one for one in payment.get("LinkedTxn", ()) if Key(one["TxnType"], str(one["TxnId"])) != key]
        books.save(REFUND, {**payment, "LinkedTxn": left})
        apply(books, payment_key, refunded(books, {**payment, "LinkedTxn": left}))
        return
    links = links_of(payment)
    links[key] = max(ZERO, links[key] - excess)
    links = _balanced(books, payment_key.entity, payment, links)
    books.save(payment_key.entity, with_links(books, payment_key.entity, payment, links))
    apply(books, payment_key, links)


def with_links(books: Books, entity: str, payment: Record, links: Mapping[Key, Decimal]) -> Record:
    result = {**payment, "Line": [line_of(books, key, amount) for key, amount in links.items()]}
    return {**result, "UnappliedAmt": unapplied(books.tables, entity, result)} if entity == "Payment" else result


def line_of(books: Books, key: Key, amount: Decimal) -> Record:
    return {"Amount": amount, "LinkedTxn": [link(key, books.get(key))]}


def refunded(books: Books, refund: Record) -> dict[Key, Decimal]:
    """The credit memos that a refund receipt gives back, each up to what is left of it, within the receipt's total.

    Raises Refusal 620.
    """
    result: dict[Key, Decimal] = {}
    left = Decimal(refund["TotalAmt"])
    own = Key(REFUND, refund.get("Id", ""))
    for one in refund.get("LinkedTxn", ()):
        key = Key(str(one.get("TxnType", "")), str(one.get("TxnId", "")))
        memo = books.get(key) if key.entity == "CreditMemo" else None
        if memo is None:
            raise faults.cannot_link(key.id, f"a refund receipt gives back no {key.entity}")
        amount = min(left, memo["TotalAmt"] - books.applied_to(key, own))
        left -= amount
        if amount > 0:
            result[key] = amount
    return result


def _balanced(books: Books, entity: str, payment: Record, links: dict[Key, Decimal]) -> dict[Key, Decimal]:
    """A payment uses no more credits than it pays, and pays no more than it and its credits are worth.

    What no longer fits is dropped, last first.
    """
    signs = {key: sign(books.tables, entity, payment, key) for key in links}
    used = -sum((signs[key] * amount for key, amount in links.items()), ZERO)
    for wrong, excess in ((-1, used), (1, -used - payment["TotalAmt"])):
        over = max(ZERO, excess)
        for key in reversed([key for key in links if signs[key] == wrong]):
            cut = min(links[key], over)
            links[key] -= cut
            over -= cut
    return {key: amount for key, amount in links.items() if amount}
