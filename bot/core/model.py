"""The words of records as values: what a record, its link, its result and a change of links are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class RecordType(StrEnum):
    """Parents first: a record refers only to records of types before its own."""

    ACCOUNT = "account"
    TAX_TYPE = "tax-type"
    TRACKING_OPTION = "tracking-option"
    CONTACT = "contact"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"
    PAYMENT = "payment"
    ALLOCATION = "credit-allocation"
    ATTACHMENT = "attachment"

    @property
    def noun(self) -> str:
        """ "credit note"."""
        return self.value.replace("-", " ")

    @property
    def plural(self) -> str:
        """ "credit notes"."""
        return plural_of(self.noun)


def plural_of(noun: str) -> str:
    """ "entries", "keys"."""
    return re.sub("(?<![aeiou])y$", "ie", noun) + "s"


class Side(StrEnum):
    RELEASED = "released"
    QUICKBOOKS = "quickbooks"


class Direction(StrEnum):
    OUTGOING = "outgoing"
    INCOMING = "incoming"


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    ADOPTED = "adopted"
    VOIDED = "voided"
    ATTACHED = "attached"
    SKIPPED = "skipped"
    WAITING = "waiting"
    FAILED = "failed"
    PLANNED = "planned"


NEEDS_ATTENTION = frozenset({Outcome.FAILED, Outcome.WAITING})


@dataclass(frozen=True, order=True)
class RecordRef:
    """Names one record. `key` is its Re-Leased id, or `@Entity:id` while it exists in QuickBooks only."""

    type: RecordType
    key: str

    @classmethod
    def in_quickbooks(cls, type_: RecordType, entity: str, external_id: str) -> "RecordRef":
        return cls(type_, f"@{entity}:{external_id}")

    @property
    def external(self) -> tuple[str, str] | None:
        """(entity, QuickBooks id) of a record that exists in QuickBooks only."""
        if not self.key.startswith("@"):
            return None
        entity, _, external_id = self.key[1:].partition(":")
        return entity, external_id

    def __str__(self) -> str:
        return f"{self.type}:{self.key}"


@dataclass(frozen=True)
class MirrorRecord:
    """What one side last said about a record. `entity` is a Re-Leased collection or a QuickBooks entity name."""

    side: Side
    entity: str
    id: str
    version: str
    body: Mapping[str, Any]
    deleted: bool = False


@dataclass(frozen=True)
class Link:
    """A pair of ids. The hashes are of both sides' content when they last agreed ("" = never seen to agree).

    `agreed` is False for an adopted pair of which one side holds what the other was never told.
    """

    type: RecordType
    released_id: str
    entity: str
    external_id: str
    released_hash: str = ""
    external_hash: str = ""
    agreed: bool = True


@dataclass(frozen=True)
class Result:
    """The last attempt of one record, as the results table shows it.

    `name` is readable text for the record ("INV-2041", "Kiosk Ltd"); `cause` the record that holds this one up
    (itself when nothing else does). `released_url` and `external_url` are empty while that side has no record.
    """

    at: datetime
    ref: RecordRef
    name: str
    released_id: str
    entity: str
    external_id: str
    direction: Direction
    outcome: Outcome
    code: str
    details: str
    more_detail: str
    linked: bool
    cause: RecordRef | None = None
    amount: Decimal | None = None
    currency: str = ""
    released_url: str = ""
    external_url: str = ""


@dataclass(frozen=True)
class OpenAmount:
    """What is still owed in one currency: by tenants (receivable) and to suppliers (payable).

    Credit that is left, and money that is not allocated, are taken off: below zero it is they who are owed.
    """

    currency: str
    receivable: Decimal = Decimal(0)
    payable: Decimal = Decimal(0)


@dataclass(frozen=True)
class LinkChange:
    """What unlinking or relinking did, or would do.

    `blocked` are dependents left linked that will wait; `cascade` are all dependents, counted by type in
    `cascade_counts`; `undo_token` is "" when nothing was changed. `unlinked` are those of them that are unlinked, and
    `open_amounts` what is owed on all of them, as they were before. `unmatched` are those of the named ones that the
    filter does not have any more which they were chosen with.
    """

    changed: tuple[RecordRef, ...]
    blocked: tuple[RecordRef, ...]
    cascade: tuple[RecordRef, ...]
    undo_token: str = ""
    names: Mapping[RecordRef, str] = field(default_factory=dict)
    open_amounts: tuple[OpenAmount, ...] = ()
    unlinked: frozenset[RecordRef] = frozenset()
    unmatched: frozenset[RecordRef] = frozenset()

    @property
    def cascade_counts(self) -> dict[RecordType, int]:
        counts: dict[RecordType, int] = {}
        for ref in self.cascade:
            counts[ref.type] = counts.get(ref.type, 0) + 1
        return counts
