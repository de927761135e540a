"""Credit allocations: a credit note set off against an invoice; in QuickBooks a Payment (or BillPayment) of total 0.

Neither side has a record of its own for one. In Re-Leased it is an entry of the credit note, in QuickBooks a pair of
lines of a payment, which may hold cash and other credits as well. So the mirror keeps them apart from what they are
part of: `parts_of_credit_note` and `parts_of_payment` take them out of those bodies, and are all that makes them.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from bot.core.content import pick
from bot.core.model import Direction, RecordRef, RecordType
from bot.core.money import ZERO, decimal, text
from bot.core.spec import Body, Facts, Lookup, Problem, RecordSpec, Reference
from bot.records.fields.names import reference
from bot.records.fields.parties import PARTY
from bot.records.payments.applied import CREDIT, DOCUMENT, lines_of, split

COLLECTION = "credit-allocations"
PAYMENT_OF = {"AppliedCredit": "Payment", "AppliedVendorCredit": "BillPayment"}
APPLIED_BY = {payment: entity for entity, payment in PAYMENT_OF.items()}
KIND_OF = {"AppliedCredit": "income", "AppliedVendorCredit": "expense"}
REVERSED = "reversed"


def parts_of_credit_note(body: Body) -> Iterator[dict[str, Any]]:
    """The allocations of a Re-Leased credit note, as records; `id` is the credit note's with the invoice's."""
    seen: dict[str, int] = {}
    for part in body.get("allocations") or []:
        invoice = str(part.get("invoiceId"))
        seen[invoice] = seen.get(invoice, 0) + 1
        again = f"~{seen[invoice]}" if seen[invoice] > 1 else ""
        yield {
            "id": f"{body.get('id')}~{invoice}{again}",
            "version": body.get("version"),
            "creditNoteId": str(body.get("id")),
            "number": body.get("number"),
            "kind": body.get("kind"),
            "contactId": body.get("contactId"),
            "invoiceId": invoice,
            "amount": part.get("amount"),
            "date": part.get("date") or body.get("issueDate"),
            "currency": body.get("currency"),
            "status": REVERSED if body.get("status") == "voided" else "active",
        }


def parts_of_payment(entity: str, body: Body) -> Iterator[dict[str, Any]]:
    """The credits that a QuickBooks Payment or BillPayment applies, as records that carry the whole payment along."""
    for credit_id, document_id, part in split(entity, body).credits:
        part_of = {"creditId": credit_id, "documentId": document_id, "amount": part}
        yield {**body, "Id": f"{body.get('Id')}:{credit_id}:{document_id}", "Applied": part_of}


def payment_id(external_id: str) -> str:
    """The QuickBooks id of the payment that an applied credit is part of; any other id as it is."""
    return external_id.partition(":")[0]


def entities_of(body: Body) -> tuple[str, ...]:
    return ("AppliedCredit",) if body.get("kind") == "income" else ("AppliedVendorCredit",)


def references(body: Body) -> tuple[Reference, ...]:
    payment = PAYMENT_OF[entities_of(body)[0]]
    document = DOCUMENT[payment]
    return (
        Reference(RecordRef(RecordType.CONTACT, str(body.get("contactId") or "")), PARTY[payment][1]),
        Reference(RecordRef(RecordType.CREDIT_NOTE, str(body.get("creditNoteId"))), CREDIT[payment]),
        Reference(RecordRef(RecordType.INVOICE, str(body.get("invoiceId"))), document),
    )


def external_references(entity: str, body: Body) -> tuple[tuple[str, str], ...]:
    payment = PAYMENT_OF[entity]
    party_ref, party = PARTY[payment]
    part = _applied(body)
    found = ((CREDIT[payment], str(part["creditId"])), (DOCUMENT[payment], str(part["documentId"])))
    return ((party, reference(body, party_ref)), *found)


def to_quickbooks(body: Body, entity: str, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    """A payment of total 0; or, where one applies this credit already, that one with another amount."""
    payment = PAYMENT_OF[entity]
    credit = lookup.external[(RecordType.CREDIT_NOTE, str(body["creditNoteId"]), CREDIT[payment])]
    document = lookup.external[(RecordType.INVOICE, str(body["invoiceId"]), DOCUMENT[payment])]
    party_ref, party = PARTY[payment]
    amount = decimal(body.get("amount"))
    present = lookup.bodies.get((entity, lookup.external.get((RecordType.ALLOCATION, str(body["id"]), entity), "")))
    sent: dict[str, Any] = {
        party_ref: {"value": lookup.external[(RecordType.CONTACT, str(body["contactId"]), party)]},
        "TotalAmt": decimal(present.get("TotalAmt")) if present else ZERO,
        "Line": _lines(payment, present, credit, document, amount),
    }
    if present is None or is_alone(payment, present):
        sent["TxnDate"] = str(body["date"])
    if facts.multicurrency and body.get("currency"):
        sent["CurrencyRef"] = {"value": body["currency"]}
    if payment == "BillPayment" and present is None:
        bank = {"CheckPayment": {"BankAccountRef": {"value": facts.bank_account_id}}} if facts.bank_account_id else {}
        sent |= {"PayType": "Check", **bank}
    return sent


def is_alone(payment: str, body: Body) -> bool:
    """Whether a payment does nothing but set off one credit against one document: then it may be voided or moved."""
    applied = split(payment, body)
    return not decimal(body.get("TotalAmt")) and len(applied.credits) == 1 and not applied.cash and not applied.others


def taken_out(entity: str, body: Body) -> dict[str, Any] | None:
    """The payment without this credit; None when nothing would be left of it, so that it is voided as a whole."""
    payment, part = PAYMENT_OF[entity], _applied(body)
    if is_alone(payment, body):
        return None
    lines = _lines(payment, body, str(part["creditId"]), str(part["documentId"]), ZERO)
    party_ref = PARTY[payment][0]
    return {party_ref: body.get(party_ref), "TotalAmt": decimal(body.get("TotalAmt")), "Line": lines}


def to_released(entity: str, body: Body, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    """An entry of the credit note's `allocations`, with the credit note that it belongs to."""
    payment, part = PAYMENT_OF[entity], _applied(body)
    try:
        credit_note = lookup.released[(CREDIT[payment], str(part["creditId"]))]
        invoice = lookup.released[(DOCUMENT[payment], str(part["documentId"]))]
    except KeyError:
        raise Problem("incomplete-record", more="The credit or what it pays is not in Re-Leased.") from None
    return {
        "creditNoteId": credit_note,
        "invoiceId": invoice,
        "amount": text(part["amount"]),
        "date": str(body.get("TxnDate")),
    }


def same(released: Body, entity: str, external: Body, lookup: Lookup) -> int:
    """3 = the same credit, document and amount; 1 = the same credit and document. Their dates may differ."""
    if entity not in entities_of(released) or released.get("status") == REVERSED:
        return 0
    payment, part = PAYMENT_OF[entity], _applied(external)
    credit = lookup.released.get((CREDIT[payment], str(part["creditId"])))
    document = lookup.released.get((DOCUMENT[payment], str(part["documentId"])))
    if (credit, document) != (str(released.get("creditNoteId")), str(released.get("invoiceId"))):
        return 0
    return 3 if decimal(released.get("amount")) == decimal(part["amount"]) else 1


def external_content(entity: str, body: Body) -> Any:
    return {**pick(body, ("TxnDate",)), **_applied(body)}


def released_name(body: Body) -> str:
    return f"credit {body.get('number') or body.get('creditNoteId')}"


def external_name(entity: str, body: Body) -> str:
    return f"credit applied by {PAYMENT_OF[entity]} {payment_id(str(body.get('Id')))}"


def check(body: Body, facts: Facts) -> None:
    if decimal(body.get("amount")) <= ZERO:
        raise Problem("incomplete-record", more="The amount of the credit that is set off must be above zero.")


def _lines(payment: str, present: Body | None, credit: str, document: str, amount: Decimal) -> list[dict[str, Any]]:
    """All lines of the payment, with this much of the credit set off against the document."""
    sums: dict[tuple[str, str], Decimal] = {}
    for kind, id_, part in lines_of(present or {}):
        sums[kind, id_] = sums.get((kind, id_), ZERO) + part
    change = amount - (decimal(_applied(present)["amount"]) if present else ZERO)
    for key in ((DOCUMENT[payment], document), (CREDIT[payment], credit)):
        sums[key] = sums.get(key, ZERO) + change
    return [
        {"Amount": part, "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]} for (kind, id_), part in sums.items() if part
    ]


def _applied(body: Body) -> Mapping[str, Any]:
    found = body.get("Applied")
    return found if isinstance(found, Mapping) else {"creditId": "", "documentId": "", "amount": ZERO}


SPEC = RecordSpec(
    type=RecordType.ALLOCATION,
    collection=COLLECTION,
    entities=tuple(PAYMENT_OF),
    directions=frozenset({Direction.INCOMING, Direction.OUTGOING}),
    entities_of=entities_of,
    released_name=released_name,
    external_name=external_name,
    released_content=lambda body: pick(body, ("invoiceId", "amount", "date", "status")),
    external_content=external_content,
    released_keys=lambda body: {f"applied:{text(body.get('amount'))}"},
    external_keys=lambda entity, body: {f"applied:{text(_applied(body)['amount'])}"},
    references=references,
    external_references=external_references,
    same=same,
    check=check,
    check_external=lambda entity, body, facts, lookup: None,
    to_quickbooks=to_quickbooks,
    to_released=to_released,
    released_gone=lambda body: body.get("status") == REVERSED,
    external_gone=lambda entity, body: False,  # a voided payment applies nothing, so that its parts are gone altogether
    amount=lambda body: decimal(body.get("amount")),
    external_amount=lambda entity, body: decimal(_applied(body)["amount"]),
    dates=("date", "TxnDate"),
    part_of="credit-notes",
    taken_out=taken_out,
    moves_money=True,
    voidable=frozenset(PAYMENT_OF),
    side_by_side=(
        ("Date", "date", "TxnDate"),
        ("Amount", "amount", "Applied.amount"),
        ("Credit", "creditNoteId", "Applied.creditId"),
        ("Set off against", "invoiceId", "Applied.documentId"),
        ("Status", "status", ""),
    ),
    web_pages={"AppliedCredit": "recvpayment?txnId=", "AppliedVendorCredit": "billpayment?txnId="},
    stays_out_with=frozenset({RecordType.CREDIT_NOTE, RecordType.INVOICE}),
)
