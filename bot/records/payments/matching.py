"""When a payment of one side is the same as one of the other, and which might be: it must never be booked twice."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from bot.core.money import NotMoney, decimal, text
from bot.core.planning.numbering import UNIQUE_AS_REFERENCE, is_counted
from bot.core.spec import Body, Lookup, Problem
from bot.records.fields.amounts import day
from bot.records.fields.parties import party_of
from bot.records.payments.applied import DOCUMENT, lines_of, split

NEAR_DAYS = 7
REFERENCE_LENGTH = 21  # developer.intuit.com, payment: PaymentRefNum; billpayment: DocNumber
REFERENCE_FIELD = {"Payment": "PaymentRefNum", "BillPayment": "DocNumber"}
KIND_OF = {"Payment": "receipt", "BillPayment": "paid"}


def short_reference(value: Any) -> str:
    """As much of a reference as QuickBooks takes."""
    return str(value or "")[:REFERENCE_LENGTH].rstrip()


def reference_text(entity: str, body: Body) -> str:
    """What a QuickBooks payment says as its reference; one that got a counter behind it says it in its memo."""
    number, memo = str(body.get(REFERENCE_FIELD[entity]) or ""), short_reference(body.get("PrivateNote"))
    return memo if entity in UNIQUE_AS_REFERENCE and memo and is_counted(number, memo) else number


def naming_key(kind: str, id_: str) -> str:
    """The key that every payment carries for each transaction that one of its lines names."""
    return f"names:{kind}:{id_}"


def _naming_keys(body: Body) -> set[str]:
    try:
        return {naming_key(kind, id_) for kind, id_, _ in lines_of(body)}
    except Problem:
        return set()


def number_keys(entity: str, body: Body) -> set[str]:
    """Where QuickBooks wants each number once: the key by which it is seen that one is taken."""
    number = str(body.get(REFERENCE_FIELD[entity]) or "")
    return {f"number:{number}"} if entity in UNIQUE_AS_REFERENCE and number else set()


def released_keys(body: Body) -> set[str]:
    return {f"payment:{body.get('date')}|{text(body.get('amount'))}"}


def external_keys(entity: str, body: Body) -> set[str]:
    others = number_keys(entity, body) | _naming_keys(body)
    try:
        return {f"payment:{body.get('TxnDate')}|{text(body.get('TotalAmt'))}"} | others
    except NotMoney:
        return others


def search_keys(entity: str, body: Body) -> set[str]:
    """The keys of payments of the same amount up to a week away: they might be the same one."""
    try:
        total = text(body.get("TotalAmt"))
        return {f"payment:{near}|{total}" for near in _near(body.get("TxnDate"))}
    except (Problem, NotMoney):
        return set()


def released_search_keys(body: Body) -> set[str]:
    try:
        total = text(body.get("amount"))
        return {f"payment:{near}|{total}" for near in _near(body.get("date"))}
    except (Problem, NotMoney):
        return set()


def same(released: Body, entity: str, external: Body, lookup: Lookup) -> int:
    """3 = contact, date, amount, reference and allocations are equal; 1 = contact and amount, and nothing differs."""
    if released.get("kind") != KIND_OF[entity] or released.get("status") == "reversed":
        return 0
    if lookup.released.get(party_of(entity, external)) != str(released.get("contactId")):
        return 0
    if decimal(released.get("amount")) != decimal(external.get("TotalAmt")):
        return 0
    ours = {str(part.get("invoiceId")): decimal(part.get("amount")) for part in released.get("allocations") or []}
    kind = DOCUMENT[entity]
    theirs = {lookup.released.get((kind, id_), f"{kind} {id_}"): part for id_, part in split(entity, external).cash}
    dates = str(released.get("date")) == str(external.get("TxnDate"))
    references_equal = short_reference(released.get("reference")) == reference_text(entity, external)
    if dates and references_equal and ours == theirs:
        return 3
    return 1 if not ours or not theirs or set(ours) & set(theirs) else 0


def _near(value: Any) -> Iterator[date]:
    """A date at either end of the calendar has fewer neighbours."""
    middle = day(value)
    for away in range(-NEAR_DAYS, NEAR_DAYS + 1):
        if 1 <= middle.toordinal() + away <= date.max.toordinal():
            yield middle + timedelta(days=away)
