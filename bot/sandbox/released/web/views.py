"""What the pages show of a record: its title, its facts, and where each reference leads."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.released.ledger.state import ReleasedState
from bot.sandbox.released.rules.problems import Problem
from bot.sandbox.released.rules.rules import OWNERS
from bot.sandbox.released.rules.shapes import SHAPES, Collection, OwnerType, Record

MOST_RELATED = 20
MOST_CHOICES = 500

WORDS = {
    each: (re.sub("ies$", "ys", each).removesuffix("s").replace("-", " "), each.replace("-", " ").capitalize())
    for each in Collection
}
"""("credit note", "Credit notes") for `credit-notes`."""

SHOWN_APART = frozenset({"lines", "allocations"})
NOT_COLUMNS = SHOWN_APART | {"externalId"}
_DOCUMENT_COLUMNS = ("number", "kind", "status", "contactId", "issueDate", "total", "balance", "currency")

COLUMNS: dict[Collection, tuple[str, ...]] = {
    **{each: tuple(name for name in shape if name not in NOT_COLUMNS) for each, shape in SHAPES.items()},
    Collection.CONTACTS: ("name", "roles", "email", "archived"),
    Collection.ACCOUNTS: ("name", "code", "kind", "archived"),
    Collection.INVOICES: _DOCUMENT_COLUMNS,
    Collection.CREDIT_NOTES: _DOCUMENT_COLUMNS,
    Collection.PAYMENTS: ("date", "kind", "status", "contactId", "amount", "unallocated", "currency"),
    Collection.ATTACHMENTS: ("fileName", "ownerType", "ownerId", "contentType", "size"),
}

HEADINGS = {
    "contactId": "Contact",
    "externalId": "QuickBooks id",
    "bankAccountId": "Bank account (QuickBooks id)",
    "ownerId": "Belongs to",
    "fileName": "File name",
    "propertyId": "Property",
    "tenancyId": "Tenancy",
    "sha256": "SHA-256",
}


@dataclass(frozen=True)
class Fact:
    """A labelled value; `href` where it is a reference to another record."""

    label: str
    value: str
    href: str | None = None


def heading(name: str) -> str:
    """`issueDate` → "Issue date"."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return HEADINGS.get(name, words.capitalize())


def title(record: Record) -> str:
    """How a person calls the record."""
    if "amount" in record:
        return f"{record['amount']} {record['currency']} on {record['date']}"
    return record.get("name") or record.get("number") or record.get("fileName") or f"(no number) {record['id']}"


def facts(state: ReleasedState, company_id: str, record: Record) -> Iterator[Fact]:
    for name, value in record.items():
        if name not in SHOWN_APART:
            yield fact(state, company_id, record, name, value)


def fact(state: ReleasedState, company_id: str, record: Record, name: str, value: Any) -> Fact:
    collection = _referred(record, name)
    if collection is None or value is None:
        return Fact(heading(name), _plain(value))
    return Fact(heading(name), label(state, company_id, collection, value), f"/{collection}/{value}")


def label(state: ReleasedState, company_id: str, collection: str, record_id: str) -> str:
    """The title of a record that another one names."""
    try:
        return title(state.get(company_id, collection, record_id))
    except Problem:
        return record_id


def choices(state: ReleasedState, company_id: str, collection: str) -> list[tuple[str, str]]:
    """(id, name) of what a form offers: whatever is not archived, by name."""
    rows, _ = state.search(company_id, collection, "", 1, MOST_CHOICES)
    named = [(row["id"], row["name"]) for row in rows if not row["archived"]]
    return sorted(named, key=lambda choice: choice[1].casefold())


def _referred(record: Record, name: str) -> Collection | None:
    match name:
        case "contactId":
            return Collection.CONTACTS
        case "ownerId":
            return OWNERS[OwnerType(record["ownerType"])]
    return None


def _plain(value: Any) -> str:
    match value:
        case None:
            return "–"
        case True:
            return "yes"
        case False:
            return "no"
        case list():
            return ", ".join(value)
        case dict():
            return ", ".join(part for part in value.values() if part) or "–"
    return str(value)
