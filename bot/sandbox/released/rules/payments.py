"""The rules of payments: what they settle, and that a reversed one takes nothing more."""

from decimal import Decimal

from bot.sandbox.released.rules.books import Books, Edit, Outcome, missing_references, refuse_all_but, refuse_changed
from bot.sandbox.released.rules.lines import money_text
from bot.sandbox.released.rules.problems import invalid
from bot.sandbox.released.rules.settlement import amounts_of, check_allocations, settle
from bot.sandbox.released.rules.shapes import Collection, DocumentKind, PaymentKind, PaymentStatus, Record

SETTLES = {PaymentKind.RECEIPT: DocumentKind.INCOME, PaymentKind.PAID: DocumentKind.EXPENSE}
SETTLED_BY = {document_kind: payment_kind for payment_kind, document_kind in SETTLES.items()}


def payment(books: Books, edit: Edit) -> Outcome:
    """A reversed payment keeps its allocations as history; they no longer count on the invoices."""
    record, before = edit.after, edit.before
    if before is None and record["status"] != PaymentStatus.ACTIVE:
        raise invalid({"status": ["of a new payment must be active"]})
    if before is not None and before["status"] == PaymentStatus.REVERSED:
        refuse_all_but(edit, frozenset(), "A reversed payment takes nothing but externalId")
        return Outcome(record)
    refuse_changed(edit, ("kind", "contactId"), "of a payment is fixed")
    amounts = _allocated(books, record)
    unallocated = Decimal(record["amount"]) - sum(amounts.values(), Decimal(0))
    settled_before = amounts_of(before["allocations"]) if before else {}
    settled_after = amounts if record["status"] == PaymentStatus.ACTIVE else {}
    return Outcome({**record, "unallocated": money_text(unallocated)}, settle(books, settled_before, settled_after))


def _allocated(books: Books, record: Record) -> dict[str, Decimal]:
    errors = missing_references(books, {"contactId": (Collection.CONTACTS, record["contactId"])})
    amount = Decimal(record["amount"])
    if amount <= 0:
        errors["amount"] = ["must be more than 0.00"]
    if errors:
        raise invalid(errors)
    return check_allocations(books, record, SETTLES[PaymentKind(record["kind"])].value, amount)
