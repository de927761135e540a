"""Kinds of cause, by which channels are chosen: what those who mend one kind need not read of the others."""

from enum import StrEnum

from bot.core.causes.grouping import key
from bot.core.choosing import LISTS
from bot.core.model import RecordType
from bot.core.results import Cause


class CauseKind(StrEnum):
    CONTACTS = "contacts"
    DOCUMENTS = "documents"
    PAYMENTS = "payments"
    LISTS = "lists"
    FILES = "files"
    BOOKS = "books"  # closed periods: a setting, no record


OF_TYPE = {
    **dict.fromkeys(LISTS, CauseKind.LISTS),
    RecordType.CONTACT: CauseKind.CONTACTS,
    RecordType.PAYMENT: CauseKind.PAYMENTS,
    RecordType.ALLOCATION: CauseKind.PAYMENTS,
    RecordType.ATTACHMENT: CauseKind.FILES,
}
"""All other types are documents."""


def kind_of(cause: Cause) -> CauseKind:
    return kind_of_key(key(cause))


def kind_of_key(cause_key: str) -> CauseKind:
    """Of a cause by the key that it has while it lasts: "contact:12", or "code:6210:…" for a setting.

    A kind of record that cannot be read holds documents up, whatever it is.
    """
    type_ = cause_key.partition(":")[0]
    if type_ in set(RecordType):
        return OF_TYPE.get(RecordType(type_), CauseKind.DOCUMENTS)
    return CauseKind.DOCUMENTS if cause_key.partition(":")[2].startswith("unreadable-") else CauseKind.BOOKS
