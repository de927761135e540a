"""Payments: QuickBooks Payments come in as receipts, BillPayments as payments out; a void comes in as a reversal."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.core.content import pick
from bot.core.model import Direction, Outcome, RecordRef, RecordType
from bot.core.money import ZERO, NotMoney, decimal, text
from bot.core.spec import Body, Facts, Lookup, Problem, RecordSpec, Reference
from bot.records.account import never_sent
from bot.records.invoice import PARTY as DOCUMENT_PARTY
from bot.records.invoice import amount, contact_of, day, external_gone
from bot.records.names import reference

PARTY = {"Payment": DOCUMENT_PARTY["Invoice"], "BillPayment": DOCUMENT_PARTY["Bill"]}
DOCUMENT = {"Payment": "Invoice", "BillPayment": "Bill"}
CREDIT = {"Payment": "CreditMemo", "BillPayment": "VendorCredit"}
KIND_OF = {"Payment": "receipt", "BillPayment": "paid"}
NEAR_DAYS = 7


def entities_of(body: Body) -> tuple[str, ...]:
    return ("Payment",) if body.get("kind") == "receipt" else ("BillPayment",)


def applied(entity: str, body: Body) -> Iterator[tuple[str, str, Decimal]]:
    """(type, id, amount) of what a QuickBooks payment is applied to, in its order."""
    for line in body.get("Line") or []:
        for linked in line.get("LinkedTxn") or []:
            yield str(linked.get("TxnType")), str(linked.get("TxnId")), amount(line.get("Amount"), "line amount")


def check_external(entity: str, body: Body, facts: Facts, lookup: Lookup) -> None:
    if day(body.get("TxnDate")) < facts.sync_from:
        raise Problem("before-sync-from", outcome=Outcome.SKIPPED, sync_from=facts.sync_from.isoformat())
    if external_gone(entity, body):
        raise Problem("voided-elsewhere", outcome=Outcome.SKIPPED)
    if not reference(body, PARTY[entity][0]):
        raise Problem("incomplete-record", more="It names no customer or supplier.")
    parts = list(applied(entity, body))
    if any(kind == CREDIT[entity] for kind, _, _ in parts):
        raise Problem("incomplete-record", more="It applies a credit note, which is not brought over yet.")
    documents = [id_ for kind, id_, _ in parts if kind == DOCUMENT[entity]]
    if documents and all(_is_old(entity, id_, lookup, facts) for id_ in documents):
        raise Problem("paid-before-sync-from", outcome=Outcome.SKIPPED, sync_from=facts.sync_from.isoformat())
    total = amount(body.get("TotalAmt"), "total")
    if sum((part for _, _, part in parts), ZERO) > total:
        raise Problem("incomplete-record", more="More of it is applied than its total.")


def to_released(entity: str, body: Body, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    """What is applied to documents that stay out (older, or of other kinds) comes as unallocated."""
    allocations = [
        {"invoiceId": lookup.released[(kind, id_)], "amount": text(part)}
        for kind, id_, part in applied(entity, body)
        if (kind, id_) in lookup.released
    ]
    total = amount(body.get("TotalAmt"), "total")
    return {
        "kind": KIND_OF[entity],
        "contactId": contact_of(PARTY[entity], body, lookup),
        "date": day(body.get("TxnDate")).isoformat(),
        "amount": text(total),
        "currency": reference(body, "CurrencyRef") or facts.home_currency,
        "reference": reference_text(entity, body) or None,
        "bankAccountId": bank_account(entity, body) or None,
        "allocations": allocations,
        "status": "reversed" if external_gone(entity, body) else "active",
    }


def left_unallocated(entity: str, body: Body, lookup: Lookup, facts: Facts) -> str:
    """What is said of a payment that comes whole although part of it pays what stays out; "" for any other."""
    parts = list(applied(entity, body))
    old = [part for kind, id_, part in parts if kind == DOCUMENT[entity] and (kind, id_) not in lookup.released]
    others = [part for kind, _, part in parts if kind != DOCUMENT[entity]]
    notes = []
    if old:
        sync_from = facts.sync_from.isoformat()
        notes.append(f"{text(sum(old, ZERO))} of it pays documents from before {sync_from}, which stay out")
    if others:
        notes.append(f"{text(sum(others, ZERO))} of it pays other kinds of documents, which stay out")
    return f"{'; '.join(notes)}: that part came unallocated." if notes else ""


def reference_text(entity: str, body: Body) -> str:
    return str(body.get("PaymentRefNum" if entity == "Payment" else "DocNumber") or "")


def bank_account(entity: str, body: Body) -> str:
    if entity == "Payment":
        return reference(body, "DepositToAccountRef")
    check = reference(body.get("CheckPayment") or {}, "BankAccountRef")
    return check or reference(body.get("CreditCardPayment") or {}, "CCAccountRef")


def external_references(entity: str, body: Body) -> tuple[tuple[str, str], ...]:
    party_ref, party = PARTY[entity]
    documents = ((kind, id_) for kind, id_, _ in applied(entity, body) if kind == DOCUMENT[entity])
    return ((party, reference(body, party_ref)), *documents)


def references(body: Body) -> tuple[Reference, ...]:
    receipt = body.get("kind") == "receipt"
    contact = RecordRef(RecordType.CONTACT, str(body.get("contactId") or ""))
    document = "Invoice" if receipt else "Bill"
    return (
        Reference(contact, "Customer" if receipt else "Vendor"),
        *(
            Reference(RecordRef(RecordType.INVOICE, str(part.get("invoiceId"))), document)
            for part in body.get("allocations") or []
        ),
    )


def released_keys(body: Body) -> set[str]:
    return {f"payment:{body.get('date')}|{text(body.get('amount'))}"}


def external_keys(entity: str, body: Body) -> set[str]:
    try:
        return {f"payment:{body.get('TxnDate')}|{text(body.get('TotalAmt'))}"}
    except NotMoney:
        return set()


def search_keys(entity: str, body: Body) -> set[str]:
    """The keys of payments of the same amount up to a week away: they might be the same one."""
    try:
        paid, total = day(body.get("TxnDate")), text(body.get("TotalAmt"))
    except (Problem, NotMoney):
        return set()
    return {f"payment:{paid + timedelta(days=away)}|{total}" for away in range(-NEAR_DAYS, NEAR_DAYS + 1)}


def same(released: Body, entity: str, external: Body, lookup: Lookup) -> int:
    """3 = contact, date, amount, reference and allocations are equal; 1 = contact and amount, and nothing differs."""
    if entity not in entities_of(released) or released.get("status") == "reversed":
        return 0
    party_ref, party = PARTY[entity]
    if lookup.released.get((party, reference(external, party_ref))) != str(released.get("contactId")):
        return 0
    if decimal(released.get("amount")) != decimal(external.get("TotalAmt")):
        return 0
    ours = {str(part.get("invoiceId")): decimal(part.get("amount")) for part in released.get("allocations") or []}
    theirs = {
        lookup.released.get((kind, id_), f"{kind} {id_}"): part
        for kind, id_, part in applied(entity, external)
        if kind == DOCUMENT[entity]
    }
    dates = str(released.get("date")) == str(external.get("TxnDate"))
    references_equal = str(released.get("reference") or "") == reference_text(entity, external)
    if dates and references_equal and ours == theirs:
        return 3
    return 1 if not ours or not theirs or set(ours) & set(theirs) else 0


def external_content(entity: str, body: Body) -> Any:
    found = pick(body, (f"{PARTY[entity][0]}.value", "TxnDate", "TotalAmt"))
    parts = sorted((kind, id_, str(part.normalize())) for kind, id_, part in applied(entity, body))
    return {**found, "reference": reference_text(entity, body), "applied": parts, "gone": external_gone(entity, body)}


def _is_old(entity: str, document_id: str, lookup: Lookup, facts: Facts) -> bool:
    """Documents from before *sync from* are neither paired nor, as a rule, read at all."""
    key = (DOCUMENT[entity], document_id)
    if key in lookup.released:
        return False
    document = lookup.bodies.get(key)
    return document is None or day(document.get("TxnDate")) < facts.sync_from


RELEASED_FIELDS = ("kind", "contactId", "date", "amount", "currency", "reference", "status")

SPEC = RecordSpec(
    type=RecordType.PAYMENT,
    collection="payments",
    entities=("Payment", "BillPayment"),
    directions=frozenset({Direction.INCOMING}),
    entities_of=entities_of,
    released_name=lambda body: str(body.get("reference") or f"payment of {body.get('date')}"),
    external_name=lambda entity, body: reference_text(entity, body) or f"payment of {body.get('TxnDate')}",
    released_content=lambda body: {**pick(body, RELEASED_FIELDS), "allocations": body.get("allocations")},
    external_content=external_content,
    released_keys=released_keys,
    external_keys=external_keys,
    references=references,
    external_references=external_references,
    same=same,
    check=lambda body, facts: None,
    check_external=check_external,
    to_quickbooks=never_sent,
    to_released=to_released,
    released_gone=lambda body: body.get("status") == "reversed",
    external_gone=external_gone,
    amount=lambda body: decimal(body.get("amount")),
    external_amount=lambda entity, body: decimal(body.get("TotalAmt")),
    dates=("date", "TxnDate"),
    dated_from_sync_from=True,
    search_keys=search_keys,
    incoming_note=left_unallocated,
    optional_parents=frozenset({RecordType.INVOICE}),
)
