"""How payments and credits settle invoices: which allocations are allowed, and what they make of the invoices."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bot.sandbox.released.rules.books import Books
from bot.sandbox.released.rules.lines import money_text
from bot.sandbox.released.rules.problems import forbidden_by_state, invalid
from bot.sandbox.released.rules.shapes import Collection, DocumentStatus, Record

Amounts = Mapping[str, Decimal]
"""Amount by invoice id."""

OPEN_TO_MONEY = (DocumentStatus.APPROVED, DocumentStatus.PAID)


def amounts_of(allocations: Sequence[Record]) -> dict[str, Decimal]:
    return {allocation["invoiceId"]: Decimal(allocation["amount"]) for allocation in allocations}


def check_allocations(books: Books, source: Record, document_kind: str, available: Decimal) -> dict[str, Decimal]:
    """The amounts by invoice that `source` (a payment or credit note) allocates; 422 for what can never be right."""
    errors: dict[str, list[str]] = {}
    allocations = source["allocations"]
    for position, allocation in enumerate(allocations):
        where = f"allocations[{position}]"
        invoice = books.find(Collection.INVOICES, allocation["invoiceId"])
        if invoice is None:
            errors[f"{where}.invoiceId"] = [f"this company has no invoices record {allocation['invoiceId']}"]
            continue
        if why := _mismatches(source, document_kind, invoice):
            errors[f"{where}.invoiceId"] = why
        if Decimal(allocation["amount"]) <= 0:
            errors[f"{where}.amount"] = ["must be more than 0.00"]
    amounts = amounts_of(allocations)
    if len(amounts) < len(allocations):
        errors["allocations"] = ["must not name an invoice twice"]
    if sum(amounts.values()) > available:
        errors["allocations"] = [f"come to more than the {money_text(available)} there is"]
    if errors:
        raise invalid(errors)
    return amounts


def _mismatches(source: Record, document_kind: str, invoice: Record) -> list[str]:
    wanted = {"kind": document_kind, "contactId": source["contactId"], "currency": source["currency"]}
    return [f"its {name} is {invoice[name]}, not {value}" for name, value in wanted.items() if invoice[name] != value]


def settle(books: Books, before: Amounts, after: Amounts) -> list[Record]:
    """The invoices as they stand once `after` is allocated where `before` was; 409 where an invoice forbids it."""
    settled = []
    for invoice_id in sorted(before.keys() | after.keys()):
        change = after.get(invoice_id, Decimal(0)) - before.get(invoice_id, Decimal(0))
        invoice = books.find(Collection.INVOICES, invoice_id)
        if change and invoice is not None:
            settled.append(_with_paid(invoice, Decimal(invoice["amountPaid"]) + change))
    return settled


def _with_paid(invoice: Record, paid: Decimal) -> Record:
    if invoice["status"] not in OPEN_TO_MONEY:
        why = f"invoice {invoice['id']} is {invoice['status']} and takes no allocation"
        raise forbidden_by_state(f"{why}.", {"allocations": [why]})
    if paid > Decimal(invoice["total"]):
        why = f"invoice {invoice['id']} has only {invoice['balance']} left to pay"
        raise forbidden_by_state(f"{why}.", {"allocations": [why]})
    return standing(invoice, paid)


def standing(invoice: Record, paid: Decimal) -> Record:
    """The invoice with amountPaid, balance and, once approved, the status that follows from them."""
    balance = Decimal(invoice["total"]) - paid
    status = invoice["status"]
    if status in OPEN_TO_MONEY:
        status = DocumentStatus.PAID.value if paid > 0 and balance == 0 else DocumentStatus.APPROVED.value
    return {**invoice, "status": status, "amountPaid": money_text(paid), "balance": money_text(balance)}
