"""The rules of invoices and credit notes: their states, their lines, and what money on them forbids."""

from decimal import Decimal

from bot.sandbox.released.rules.books import Books, Edit, Outcome, missing_references, refuse_all_but, refuse_changed
from bot.sandbox.released.rules.lines import money_text, priced, totals
from bot.sandbox.released.rules.problems import forbidden_by_state, invalid
from bot.sandbox.released.rules.readers import Invalid
from bot.sandbox.released.rules.settlement import amounts_of, check_allocations, settle, standing
from bot.sandbox.released.rules.shapes import Collection, DocumentStatus, Record

DRAFT, APPROVED, PAID, VOIDED = (status.value for status in DocumentStatus)

TAKEN_WHEN_PAID = frozenset({"reference", "number", "dueDate"})
STEPS = {(DRAFT, APPROVED), (DRAFT, VOIDED), (APPROVED, VOIDED)}


def invoice(books: Books, edit: Edit) -> Outcome:
    record = _document(books, edit)
    paid = Decimal(edit.before["amountPaid"] if edit.before else 0)
    if paid > Decimal(record["total"]):
        raise forbidden_by_state(f"{money_text(paid)} of this invoice is paid already.", {"lines": ["paid already"]})
    if paid and edit.changed("currency"):
        raise forbidden_by_state("This invoice has payments.", {"currency": ["fixed while there are payments"]})
    return Outcome(standing(record, paid))


def credit_note(books: Books, edit: Edit) -> Outcome:
    """A credit note's own status never becomes paid: allocations may always be taken back."""
    record = _document(books, edit)
    if record["allocations"] and record["status"] == DRAFT:
        raise forbidden_by_state("Approve the credit note first.", {"allocations": ["not on a draft"]})
    available = Decimal(record["total"])
    amounts = check_allocations(books, record, record["kind"], available)
    allocated = sum(amounts.values(), Decimal(0))
    before = amounts_of(edit.before["allocations"]) if edit.before else {}
    record = {**standing(record, allocated), "status": record["status"], "remaining": money_text(available - allocated)}
    return Outcome(record, settle(books, before, amounts))


def _document(books: Books, edit: Edit) -> Record:
    """The document with its lines priced and its totals; the money on it is the caller's."""
    _check_step(edit)
    record = edit.after
    if errors := missing_references(books, {"contactId": (Collection.CONTACTS, record["contactId"])}):
        raise invalid(errors)
    lines = _lines(books, edit)
    record = {**record, "lines": lines, **totals(lines)}
    if record["status"] == APPROVED:
        _check_complete(record)
    return record


def _check_step(edit: Edit) -> None:
    wanted = edit.after["status"]
    if edit.before is None:
        if wanted not in (DRAFT, APPROVED):
            raise invalid({"status": ["of a new document must be draft or approved"]})
        return
    status = edit.before["status"]
    if status == VOIDED:
        refuse_all_but(edit, frozenset(), "A voided document takes nothing but externalId")
    if wanted == VOIDED and Decimal(edit.before["amountPaid"]):
        raise forbidden_by_state("It has payments: take those off first.", {"status": ["it has payments"]})
    if status == PAID:
        refuse_all_but(edit, TAKEN_WHEN_PAID, "A paid document takes only reference, number and dueDate")
    if wanted == PAID != status:
        raise invalid({"status": ["paid follows from payments and cannot be set"]})
    if wanted != status and (status, wanted) not in STEPS:
        raise forbidden_by_state(f"{status} cannot become {wanted}.", {"status": [f"{status} cannot become {wanted}"]})
    if status != DRAFT:
        refuse_changed(edit, ("kind", "contactId"), "is fixed once approved")


def _lines(books: Books, edit: Edit) -> list[Record]:
    """The lines as they will be stored: given ones replace all, other ones are priced anew if amountsAre changes."""
    lines: list[Record] = edit.after["lines"]
    if "lines" not in edit.given:
        if not edit.changed("amountsAre"):
            return lines
        lines = [{**line, "netAmount": None, "taxAmount": None} for line in lines]
    known = frozenset(line["id"] for line in edit.before["lines"]) if edit.before else frozenset()
    finished: list[Record] = []
    errors: dict[str, list[str]] = {}
    for position, line in enumerate(lines):
        try:
            finished.append(_line(books, line, edit.after["amountsAre"], known))
        except Invalid as problem:
            errors.update({f"lines[{position}]{path}": why for path, why in problem.errors.items()})
    kept = [line["id"] for line in lines if line["id"] is not None]
    if len(set(kept)) < len(kept):
        errors["lines"] = ["must not use a line id twice"]
    if errors:
        raise invalid(errors)
    return finished


def _line(books: Books, line: Record, amounts_are: str, known: frozenset[str]) -> Record:
    references = {
        ".accountId": (Collection.ACCOUNTS, line["accountId"]),
        ".taxTypeId": (Collection.TAX_TYPES, line["taxTypeId"]),
        ".trackingOptionId": (Collection.TRACKING_OPTIONS, line["trackingOptionId"]),
    }
    errors = missing_references(books, references)
    if line["id"] is not None and line["id"] not in known:
        errors[".id"] = [f"{line['id']} is no line of this document; ids of new lines are assigned here"]
    if errors:
        raise Invalid(errors)
    tax_type = books.find(Collection.TAX_TYPES, line["taxTypeId"]) if line["taxTypeId"] else None
    rate = Decimal(tax_type["rate"]) if tax_type else Decimal(0)
    return {**priced(line, amounts_are, rate), "id": line["id"] or books.new_id()}


def _check_complete(record: Record) -> None:
    """An approved document has lines, and each line with an amount says its account."""
    if not record["lines"]:
        raise invalid({"lines": ["an approved document needs at least one line"]})
    errors = {
        f"lines[{position}].accountId": ["is required once approved"]
        for position, line in enumerate(record["lines"])
        if line["accountId"] is None and (Decimal(line["netAmount"]) or Decimal(line["taxAmount"]))
    }
    if errors:
        raise invalid(errors)
