"""The shape of each record of Re-Leased, by the contract that we code to (money is text there)."""

from collections.abc import Mapping
from typing import Any

from bot.core.answers.shape import Each, Kind, Rules, Shape, apart, read

RULES = Rules("id", keeps_nulls=True)
RECORD: Mapping[str, Shape] = {
    **{"id": Kind.ID, "version": Kind.WHOLE, "externalId": Kind.TEXT},
    **{"createdAt": Kind.INSTANT, "modifiedAt": Kind.INSTANT},
}
LISTED: Mapping[str, Shape] = {**RECORD, "name": Kind.TEXT, "archived": Kind.FLAG}
TEXT_LINES = ("line1", "line2", "city", "region", "postalCode", "country")
KIND_OF_DOCUMENT = frozenset({"income", "expense"})
LINE: Mapping[str, Shape] = {
    **dict.fromkeys(("quantity", "unitAmount", "netAmount", "taxAmount"), Kind.AMOUNT),
    **dict.fromkeys(("id", "accountId", "taxTypeId", "trackingOptionId"), Kind.ID),
    "description": Kind.TEXT,
}
ALLOCATION: Mapping[str, Shape] = {"invoiceId": Kind.ID, "amount": Kind.AMOUNT, "date": Kind.DATE}
DOCUMENT: Mapping[str, Shape] = {
    **{**RECORD, "number": Kind.TEXT, "reference": Kind.TEXT, "contactId": Kind.ID, "currency": Kind.TEXT},
    **{"kind": KIND_OF_DOCUMENT, "status": frozenset({"draft", "approved", "paid", "voided"})},
    **{"issueDate": Kind.DATE, "dueDate": Kind.DATE, "lines": Each(LINE), "allocations": Each(ALLOCATION)},
    "amountsAre": frozenset({"exclusive", "inclusive", "noTax"}),
    **dict.fromkeys(("netTotal", "taxTotal", "total", "amountPaid", "balance", "remaining"), Kind.AMOUNT),
}
SHAPES: Mapping[str, Mapping[str, Shape]] = {
    "companies": {
        **dict.fromkeys(("name", "timezone", "currency", "country"), Kind.TEXT),
        **{"id": Kind.ID, "builtInSync": Kind.FLAG, "syncFrom": Kind.DATE},
    },
    "contacts": {
        **{**LISTED, "roles": Each(frozenset({"tenant", "owner", "supplier"}))},
        **dict.fromkeys(("email", "phone", "taxNumber", "currency"), Kind.TEXT),
        "address": dict.fromkeys(TEXT_LINES, Kind.TEXT),
    },
    "accounts": {**LISTED, "code": Kind.TEXT, "kind": frozenset({"sales", "purchase"})},
    "tax-types": {**LISTED, "rate": Kind.AMOUNT},
    "tracking-options": LISTED,
    "invoices": DOCUMENT,
    "credit-notes": DOCUMENT,
    "payments": {
        **{**RECORD, "contactId": Kind.ID, "date": Kind.DATE, "amount": Kind.AMOUNT, "unallocated": Kind.AMOUNT},
        **{"currency": Kind.TEXT, "reference": Kind.TEXT, "bankAccountId": Kind.ID},
        **{"kind": frozenset({"receipt", "paid"}), "status": frozenset({"active", "reversed"})},
        "allocations": Each(ALLOCATION),
    },
    "attachments": {
        **{**RECORD, "ownerType": frozenset({"invoice", "creditNote"}), "ownerId": Kind.ID, "size": Kind.WHOLE},
        **dict.fromkeys(("fileName", "contentType", "sha256"), Kind.TEXT),
    },
}


def record_of(collection: str, value: Any) -> dict[str, Any]:
    """One record of an answer, sound; `id` begins with "?" where it has none."""
    return read(SHAPES.get(collection, DOCUMENT), RULES, value)


def records_of(collection: str, values: list[Any]) -> list[dict[str, Any]]:
    """All records of one page."""
    return apart([record_of(collection, value) for value in values], "id")
