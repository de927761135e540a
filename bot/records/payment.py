"""Payments: receipts are QuickBooks Payments, payments out are BillPayments. They are reversed in QuickBooks only."""

from decimal import Decimal
from typing import Any

from bot.core.content import pick
from bot.core.model import Direction, Outcome, RecordRef, RecordType
from bot.core.money import ZERO, decimal, formatted, text
from bot.core.spec import Body, Facts, Lookup, Problem, RecordSpec, Reference
from bot.records.fields.absent import completed_payment, require
from bot.records.fields.amounts import amount, day, is_before
from bot.records.fields.names import reference
from bot.records.fields.parties import PARTY, check_currency, contact_of, party_of, party_out
from bot.records.payments import matching
from bot.records.payments.applied import DOCUMENT, split
from bot.records.payments.bank_account import account_of, account_out, also_read
from bot.records.payments.lines import keep_external, keep_released, lines_out, stays_out, unapplied
from bot.records.payments.matching import REFERENCE_FIELD, reference_text, short_reference

KIND_OF = {"Payment": "receipt", "BillPayment": "paid"}
NOTE_LENGTH = 4000
VOIDED_NOTE = "voided"


def entities_of(body: Body) -> tuple[str, ...]:
    return ("Payment",) if body.get("kind") == "receipt" else ("BillPayment",)


def check(body: Body, facts: Facts) -> None:
    """Raises Problem for a Re-Leased payment that stays out, or that would not cross as it stands."""
    if day(body.get("date")) < facts.sync_from:
        raise Problem("before-sync-from", outcome=Outcome.SKIPPED, sync_from=facts.sync_from.isoformat())
    if not body.get("contactId"):
        raise Problem("incomplete-record", more="It names no contact.")
    require(body, "amount", "It does not say its amount")
    for part in body.get("allocations") or []:
        require(part, "invoiceId", "It is allocated to an invoice that it does not name")
        require(part, "amount", "It does not say how much of it is allocated")
    total = amount(body.get("amount"), "amount")
    if total <= ZERO:
        raise Problem("incomplete-record", more=f"Its amount must be above zero; it is {formatted(total)}.")
    used = sum((amount(part.get("amount"), "allocation") for part in body.get("allocations") or []), ZERO)
    if used > total:
        raise Problem(
            "incomplete-record", more=f"{formatted(used)} of it is allocated, but it is only {formatted(total)}."
        )
    check_currency(body, facts)


def check_external(entity: str, body: Body, facts: Facts, lookup: Lookup) -> None:
    """Likewise for a QuickBooks payment. One that only sets credits off is no payment in Re-Leased (allocation.py)."""
    total, applied = amount(body.get("TotalAmt"), "total"), split(entity, body)
    if not total and (applied.credits or applied.others):
        raise Problem("not-imported", outcome=Outcome.SKIPPED)  # what it leaves open is said of the documents
    if day(body.get("TxnDate")) < facts.sync_from:
        raise Problem("before-sync-from", outcome=Outcome.SKIPPED, sync_from=facts.sync_from.isoformat())
    if external_gone(entity, body):
        raise Problem("voided-elsewhere", outcome=Outcome.SKIPPED)
    if not party_of(entity, body)[1]:
        raise Problem("incomplete-record", more="It names no customer or supplier.")
    documents = [id_ for id_, _ in applied.cash]
    if documents and all(_is_old(entity, id_, lookup, facts) for id_ in documents):
        raise Problem("paid-before-sync-from", outcome=Outcome.SKIPPED, sync_from=facts.sync_from.isoformat())
    paid = sum((part for _, part in applied.cash), ZERO)
    if paid > total and applied.others:
        named = ", ".join(f"{kind} {id_}" for kind, id_, _ in applied.others)
        more = (
            f"{formatted(paid)} of documents are paid with {formatted(total)} and {named}, which stays out of the sync."
        )
        raise Problem("incomplete-record", more=more)
    if paid > total:
        raise Problem(
            "incomplete-record", more=f"{formatted(paid)} of it is applied, but its total is only {formatted(total)}."
        )


def external_gone(entity: str, body: Body) -> bool:
    """Voided, or brought to nothing: without an amount and without any document that money pays."""
    if decimal(body.get("TotalAmt")):
        return False
    return VOIDED_NOTE in str(body.get("PrivateNote") or "").casefold() or not split(entity, body).cash


def to_quickbooks(body: Body, entity: str, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    """What is allocated to documents that stay out (older ones) goes as unapplied; see `outgoing_note`."""
    sent: dict[str, Any] = {
        **party_out(body, entity, lookup, facts),
        "TotalAmt": amount(body.get("amount"), "amount"),
        "TxnDate": str(body["date"]),
        "Line": lines_out(body, entity, lookup, facts),
        **account_out(body, entity, lookup, facts),
    }
    said = str(body.get("reference") or "")
    if said:
        sent[REFERENCE_FIELD[entity]] = short_reference(said)
    if said != short_reference(said):
        sent["PrivateNote"] = said[:NOTE_LENGTH]
    return sent


def to_released(entity: str, body: Body, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    """What is applied to documents that stay out (older, or of other kinds) comes as unallocated.

    What a credit pays of a document is no part of the payment: credit allocations bring that.
    """
    allocations = [
        {"invoiceId": lookup.released[DOCUMENT[entity], id_], "amount": text(part)}
        for id_, part in split(entity, body).cash
        if (DOCUMENT[entity], id_) in lookup.released
    ]
    return {
        "kind": KIND_OF[entity],
        "contactId": contact_of(entity, body, lookup),
        "date": day(body.get("TxnDate")).isoformat(),
        "amount": text(amount(body.get("TotalAmt"), "total")),
        "currency": reference(body, "CurrencyRef") or facts.home_currency,
        "reference": reference_text(entity, body) or None,
        "bankAccountId": account_of(entity, body) or None,
        "allocations": allocations,
        "status": "reversed" if external_gone(entity, body) else "active",
    }


def incoming_note(entity: str, body: Body, lookup: Lookup, facts: Facts) -> str:
    """What is said of a payment that comes whole although part of it pays what stays out; "" for any other."""
    applied = split(entity, body)
    old = [part for id_, part in applied.cash if (DOCUMENT[entity], id_) not in lookup.released]
    others = [part for _, _, part in applied.others]
    notes = []
    if old:
        notes.append(_old_words(old, facts))
    if others:
        notes.append(f"{formatted(sum(others, ZERO))} of it pays other kinds of documents, which stay out")
    return f"{'; '.join(notes)}: that part came unallocated." if notes else ""


def outgoing_note(body: Body, entity: str, lookup: Lookup, facts: Facts) -> str:
    """Likewise for one that goes out."""
    parts = body.get("allocations") or []
    old = [decimal(part.get("amount")) for part in parts if stays_out(part, entity, lookup, facts)]
    return f"{_old_words(old, facts)}: that part went unapplied." if old else ""


def external_references(entity: str, body: Body) -> tuple[tuple[str, str], ...]:
    return (party_of(entity, body), *((DOCUMENT[entity], id_) for id_, _ in split(entity, body).cash))


def also_named(entity: str, body: Body) -> set[tuple[str, str]]:
    """Documents that only a credit pays: their lines are kept, but they do not hold the payment up."""
    return {(DOCUMENT[entity], id_) for _, id_, _ in split(entity, body).credits}


def references(body: Body) -> tuple[Reference, ...]:
    entity = entities_of(body)[0]
    contact = RecordRef(RecordType.CONTACT, str(body.get("contactId") or ""))
    parts = body.get("allocations") or []
    paid = (RecordRef(RecordType.INVOICE, str(part.get("invoiceId"))) for part in parts)
    return (Reference(contact, PARTY[entity][1]), *(Reference(ref, DOCUMENT[entity]) for ref in paid))


def released_content(body: Body) -> Any:
    allocations = {str(part.get("invoiceId")): part.get("amount") for part in body.get("allocations") or []}
    return {**pick(body, RELEASED_FIELDS), "allocations": sorted(allocations.items())}


def external_content(entity: str, body: Body) -> Any:
    found = pick(body, (f"{PARTY[entity][0]}.value", "TxnDate", "TotalAmt"))
    applied = split(entity, body)
    parts = sorted([(DOCUMENT[entity], id_, _plain(part)) for id_, part in applied.cash])
    parts += sorted((kind, id_, _plain(part)) for kind, id_, part in applied.others)
    said = {"reference": reference_text(entity, body), "applied": parts, "account": account_of(entity, body)}
    return {**found, **said, "gone": external_gone(entity, body)}


def _plain(part: Decimal) -> str:
    return str(part.normalize())


def _old_words(parts: list[Decimal], facts: Facts) -> str:
    return (
        f"{formatted(sum(parts, ZERO))} of it pays documents from before {facts.sync_from.isoformat()}, which stay out"
    )


def _is_old(entity: str, document_id: str, lookup: Lookup, facts: Facts) -> bool:
    """Documents from before *sync from* are neither paired nor, as a rule, read at all."""
    key = (DOCUMENT[entity], document_id)
    if key in lookup.released:
        return False
    document = lookup.bodies.get(key)
    return document is None or is_before(document.get("TxnDate"), facts.sync_from)


RELEASED_FIELDS = ("kind", "contactId", "date", "amount", "currency", "reference", "bankAccountId", "status")

SPEC = RecordSpec(
    type=RecordType.PAYMENT,
    collection="payments",
    entities=("Payment", "BillPayment"),
    directions=frozenset({Direction.INCOMING, Direction.OUTGOING}),
    entities_of=entities_of,
    released_name=lambda body: str(body.get("reference") or f"payment of {body.get('date')}"),
    external_name=lambda entity, body: reference_text(entity, body) or f"payment of {body.get('TxnDate')}",
    released_content=released_content,
    external_content=external_content,
    released_keys=matching.released_keys,
    external_keys=matching.external_keys,
    references=references,
    external_references=external_references,
    same=matching.same,
    check=check,
    must_say={"kind": "whether it was received or paid out"},
    completed=completed_payment,
    check_external=check_external,
    to_quickbooks=to_quickbooks,
    to_released=to_released,
    released_gone=lambda body: body.get("status") == "reversed",
    external_gone=external_gone,
    amount=lambda body: decimal(body.get("amount")),
    external_amount=lambda entity, body: decimal(body.get("TotalAmt")),
    dates=("date", "TxnDate"),
    search_keys=matching.search_keys,
    released_search_keys=matching.released_search_keys,
    incoming_note=incoming_note,
    outgoing_note=outgoing_note,
    optional_parents=frozenset({RecordType.INVOICE}),
    keep_external=keep_external,
    keep_released=keep_released,
    also_read=also_read,
    also_named=also_named,
    unapplied=unapplied,
    reversed_in_quickbooks_only=True,
    moves_money=True,
    voidable=frozenset({"Payment", "BillPayment"}),
    side_by_side=(
        ("Date", "date", "TxnDate"),
        ("Amount", "amount", "TotalAmt"),
        ("Reference", "reference", "PaymentRefNum"),
        ("Unallocated", "unallocated", "UnappliedAmt"),
        ("Status", "status", ""),
    ),
    web_pages={"Payment": "recvpayment?txnId=", "BillPayment": "billpayment?txnId="},
)
