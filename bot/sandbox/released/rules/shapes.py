"""The shape of every collection's records: which fields there are and what each may hold."""

from enum import StrEnum
from typing import Any

from bot.sandbox.released.rules.readers import (
    Field,
    Shape,
    currency,
    day,
    decimal,
    distinct,
    flag,
    list_of,
    matching,
    money,
    nullable,
    object_of,
    one_of,
    percentage,
    text,
    whole_number,
)

Record = dict[str, Any]

ASSIGNED = frozenset({"id", "version", "createdAt", "modifiedAt"})
MOST_LINES = 1000
MOST_ALLOCATIONS = 1000
LONGEST_NAME = 1000  # longer than QuickBooks takes (500), so that a sync has something to refuse
LARGEST_ATTACHMENT_BYTES = 100 * 2**20


class Collection(StrEnum):
    CONTACTS = "contacts"
    ACCOUNTS = "accounts"
    TAX_TYPES = "tax-types"
    TRACKING_OPTIONS = "tracking-options"
    INVOICES = "invoices"
    CREDIT_NOTES = "credit-notes"
    PAYMENTS = "payments"
    ATTACHMENTS = "attachments"


class Role(StrEnum):
    TENANT = "tenant"
    OWNER = "owner"
    SUPPLIER = "supplier"


class AccountKind(StrEnum):
    SALES = "sales"
    PURCHASE = "purchase"


class DocumentKind(StrEnum):
    INCOME = "income"
    EXPENSE = "expense"


class DocumentStatus(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    PAID = "paid"
    VOIDED = "voided"


class AmountsAre(StrEnum):
    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"
    NO_TAX = "noTax"


class PaymentKind(StrEnum):
    RECEIPT = "receipt"
    PAID = "paid"


class PaymentStatus(StrEnum):
    ACTIVE = "active"
    REVERSED = "reversed"


class OwnerType(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "creditNote"


_NAME = Field(text(LONGEST_NAME, blank=False), required=True)
_ARCHIVED = Field(flag, default=False)
_CURRENCY = Field(nullable(currency))
_REFERENCE_ID = text(100, blank=False)
_OPTIONAL_ID = Field(nullable(_REFERENCE_ID))
_WORDS = Field(nullable(text(500)))
_COMPUTED_MONEY = Field(money, computed=True, default="0.00")

_ADDRESS: Shape = {name: _WORDS for name in ("line1", "line2", "city", "region", "postalCode", "country")}

_LINE: Shape = {
    "id": _OPTIONAL_ID,
    "description": Field(nullable(text(4000))),
    "quantity": Field(decimal, required=True),
    "unitAmount": Field(decimal, required=True),
    "accountId": _OPTIONAL_ID,
    "taxTypeId": _OPTIONAL_ID,
    "trackingOptionId": _OPTIONAL_ID,
    "netAmount": Field(nullable(money)),
    "taxAmount": Field(nullable(money)),
}

_PAYMENT_ALLOCATION: Shape = {
    "invoiceId": Field(_REFERENCE_ID, required=True),
    "amount": Field(money, required=True),
}

_CREDIT_ALLOCATION: Shape = {**_PAYMENT_ALLOCATION, "date": Field(day, required=True)}

_DOCUMENT: Shape = {
    "number": Field(nullable(text(100))),
    "kind": Field(one_of(DocumentKind), required=True),
    "status": Field(one_of(DocumentStatus), default=DocumentStatus.DRAFT.value),
    "contactId": Field(_REFERENCE_ID, required=True),
    "issueDate": Field(day, required=True),
    "dueDate": Field(nullable(day)),
    "currency": _CURRENCY,
    "amountsAre": Field(one_of(AmountsAre), required=True),
    "lines": Field(list_of(object_of(_LINE), MOST_LINES), required=True),
    "netTotal": _COMPUTED_MONEY,
    "taxTotal": _COMPUTED_MONEY,
    "total": _COMPUTED_MONEY,
    "amountPaid": _COMPUTED_MONEY,
    "balance": _COMPUTED_MONEY,
    "reference": Field(nullable(text(4000))),
    "propertyId": _OPTIONAL_ID,
    "tenancyId": _OPTIONAL_ID,
}

_OWN: dict[Collection, Shape] = {
    Collection.CONTACTS: {
        "name": _NAME,
        "roles": Field(distinct(list_of(one_of(Role), len(Role))), required=True),
        "email": _WORDS,
        "phone": _WORDS,
        "taxNumber": _WORDS,
        "currency": _CURRENCY,
        "address": Field(nullable(object_of(_ADDRESS)), default={name: None for name in _ADDRESS}),
        "archived": _ARCHIVED,
    },
    Collection.ACCOUNTS: {
        "code": Field(nullable(text(100))),
        "name": _NAME,
        "kind": Field(one_of(AccountKind), required=True),
        "archived": _ARCHIVED,
    },
    Collection.TAX_TYPES: {"name": _NAME, "rate": Field(percentage, required=True), "archived": _ARCHIVED},
    Collection.TRACKING_OPTIONS: {"name": _NAME, "propertyId": _OPTIONAL_ID, "archived": _ARCHIVED},
    Collection.INVOICES: _DOCUMENT,
    Collection.CREDIT_NOTES: {
        **_DOCUMENT,
        "allocations": Field(list_of(object_of(_CREDIT_ALLOCATION), MOST_ALLOCATIONS), default=[]),
        "remaining": _COMPUTED_MONEY,
    },
    Collection.PAYMENTS: {
        "kind": Field(one_of(PaymentKind), required=True),
        "contactId": Field(_REFERENCE_ID, required=True),
        "date": Field(day, required=True),
        "amount": Field(money, required=True),
        "currency": _CURRENCY,
        "reference": Field(nullable(text(4000))),
        "bankAccountId": _OPTIONAL_ID,
        "allocations": Field(list_of(object_of(_PAYMENT_ALLOCATION), MOST_ALLOCATIONS), default=[]),
        "unallocated": _COMPUTED_MONEY,
        "status": Field(one_of(PaymentStatus), default=PaymentStatus.ACTIVE.value),
    },
    Collection.ATTACHMENTS: {
        "ownerType": Field(one_of(OwnerType), required=True),
        "ownerId": Field(_REFERENCE_ID, required=True),
        "fileName": Field(text(255, blank=False), required=True),
        "contentType": Field(
            matching(r"[\w.+-]{1,100}/[\w.+-]{1,100}(; ?[\w=. \"+-]{1,100})?", "a media type such as image/png"),
            required=True,
        ),
        "size": Field(whole_number(0, LARGEST_ATTACHMENT_BYTES), required=True),
        "sha256": Field(matching(r"[0-9a-f]{64}", "64 lower-case hexadecimal digits"), required=True),
    },
}

SHAPES: dict[Collection, Shape] = {
    collection: {"externalId": Field(nullable(text(100, blank=False))), **own} for collection, own in _OWN.items()
}

REFERRING = (Collection.INVOICES, Collection.CREDIT_NOTES, Collection.PAYMENTS, Collection.ATTACHMENTS)
"""The collections whose records refer to others."""


def referred_ids(record: Record) -> set[str]:
    """The ids of all records that this one refers to."""
    ids = {record.get("contactId"), record.get("ownerId")}
    ids.update(allocation["invoiceId"] for allocation in record.get("allocations", ()))
    for line in record.get("lines", ()):
        ids.update((line["accountId"], line["taxTypeId"], line["trackingOptionId"]))
    return {record_id for record_id in ids if record_id is not None}
