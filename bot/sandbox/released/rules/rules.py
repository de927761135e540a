"""Which rule each collection's records obey."""

from bot.sandbox.released.rules import documents, payments
from bot.sandbox.released.rules.books import Books, Edit, Outcome, Rule, missing_references, refuse_changed
from bot.sandbox.released.rules.problems import invalid
from bot.sandbox.released.rules.readers import copied
from bot.sandbox.released.rules.shapes import SHAPES, Collection, OwnerType

OWNERS = {OwnerType.INVOICE: Collection.INVOICES, OwnerType.CREDIT_NOTE: Collection.CREDIT_NOTES}
FIXED_ON_ATTACHMENTS = ("ownerType", "ownerId", "contentType", "size", "sha256")


def contact(_books: Books, edit: Edit) -> Outcome:
    """An address is always an object; null empties it."""
    address = edit.after["address"] or copied(SHAPES[Collection.CONTACTS]["address"].default)
    return Outcome({**edit.after, "address": address})


def as_written(_books: Books, edit: Edit) -> Outcome:
    """Accounts, tax types and tracking options, which only come in: the sync may write all they have."""
    return Outcome(edit.after)


def attachment(books: Books, edit: Edit) -> Outcome:
    """The bytes belong to what was announced, so only the name changes later."""
    record = edit.after
    owner = (OWNERS[OwnerType(record["ownerType"])], record["ownerId"])
    if edit.before is None and (errors := missing_references(books, {"ownerId": owner})):
        raise invalid(errors)
    refuse_changed(edit, FIXED_ON_ATTACHMENTS, "of an attachment is fixed")
    return Outcome(record)


RULES: dict[Collection, Rule] = {
    **dict.fromkeys(Collection, as_written),
    Collection.CONTACTS: contact,
    Collection.INVOICES: documents.invoice,
    Collection.CREDIT_NOTES: documents.credit_note,
    Collection.PAYMENTS: payments.payment,
    Collection.ATTACHMENTS: attachment,
}
