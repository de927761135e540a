"""What a record of the mirror must say to be understood: without it something else would be read out of it.

Only what nobody else misses: a document without a date or a customer is told by its own checks (bot/records).
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from bot.core.answers.shape import marked, marks_of
from bot.core.money import ZERO, decimal, formatted

Body = Mapping[str, Any]
DOCUMENTS = frozenset({"Invoice", "Bill", "CreditMemo", "VendorCredit"})
PAYMENTS = frozenset({"Payment", "BillPayment"})
IN_QUICKBOOKS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys((*DOCUMENTS, *PAYMENTS), ("SyncToken", "TotalAmt")),
    **dict.fromkeys(("Customer", "Vendor", "Attachable"), ("SyncToken",)),
    **{"Item": ("Name", "Type"), "Account": ("Name", "AccountType"), "Class": ("Name",), "TaxCode": ("Name",)},
}
EXPECTED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("Customer", "Vendor"), ("DisplayName",)),
    **dict.fromkeys(("Invoice", "CreditMemo"), ("TxnDate", "CustomerRef", "Line")),
    **dict.fromkeys(("Bill", "VendorCredit"), ("TxnDate", "VendorRef", "Line")),
    **{"Payment": ("TxnDate", "CustomerRef"), "BillPayment": ("TxnDate", "VendorRef")},
    "attachments": ("ownerType", "ownerId"),
    **{"accounts": ("name", "kind"), "tax-types": ("name",), "tracking-options": ("name",)},
    **{"contacts": ("name", "roles"), "payments": ("date", "contactId", "kind")},
    **dict.fromkeys(("invoices", "credit-notes"), ("issueDate", "contactId", "lines", "kind", "status")),
}
"""Of an entity or collection: what its own checks miss, in words of their own. It may have been lost on the way."""

MONEY_LINES = frozenset({"SalesItemLineDetail", "ItemBasedExpenseLineDetail", "AccountBasedExpenseLineDetail"})
ALIVE = frozenset({"approved", "paid", "active"})


def of_quickbooks(entity: str, body: Body) -> dict[str, Any]:
    """The record, with a mark for each thing that it lacks."""
    lacking = [f"{name} is missing" for name in IN_QUICKBOOKS.get(entity, ()) if body.get(name) in (None, "")]
    if entity in PAYMENTS and not marks_of(body) and not lacking:
        lacking += _unapplied(body)
    return marked(body, lacking)


def of_released(collection: str, body: Body) -> dict[str, Any]:
    """Likewise for one of Re-Leased; a payment's allocations and what is left of it make its amount."""
    lacking: list[str] = []  # other gaps are worked out or told by the type (bot/records/fields/absent.py)
    left = {"payments": ("amount", "unallocated"), "credit-notes": ("total", "remaining")}.get(collection)
    told = left and all(body.get(name) not in (None, "") for name in left)
    if left and told and not marks_of(body) and body.get("status", "active") in ALIVE:
        lacking += _left_over(body, *left)
    return marked(body, lacking)


def is_worth_another_look(kind: str, body: Body) -> bool:
    """Whether it lacks something that such a record always has, so that it is read once more by the next run."""
    if any(body.get(name) in (None, "", []) for name in EXPECTED.get(kind, ())):
        return True
    if kind in DOCUMENTS:
        return any(map(_lacks_account, body.get("Line") or []))
    if kind in ("invoices", "credit-notes") and body.get("status") in ALIVE and not marks_of(body):
        lines = body.get("lines") or []
        named = ("accountId",) if body.get("amountsAre") == "noTax" else ("accountId", "taxTypeId")
        parts = (decimal(line.get(name)) for line in lines for name in ("netAmount", "taxAmount"))
        return any(not line.get(name) for line in lines for name in named) or sum(parts, ZERO) != decimal(
            body.get("total")
        )
    return False


def _lacks_account(line: Body) -> bool:
    """A line of money that does not say how much, or on what."""
    kind = line.get("DetailType")
    if kind not in MONEY_LINES:
        return kind is None
    detail = line.get(kind) or {}
    return "Amount" not in line or not {"ItemRef", "AccountRef"} & detail.keys()


def _unapplied(body: Body) -> Iterator[str]:
    """A line that says no amount or no document would count as money that is not applied."""
    for place, line in enumerate(body.get("Line") or [], start=1):
        for name in ("Amount", "LinkedTxn"):
            if name not in line:
                yield f"Line {place}, {name} is missing"
        for linked in line.get("LinkedTxn") or []:
            for name in ("TxnId", "TxnType"):
                if name not in linked:
                    yield f"Line {place}, LinkedTxn, {name} is missing"
    if "Line" not in body and decimal(body.get("UnappliedAmt")) != decimal(body["TotalAmt"]):
        yield "Line is missing"


def _left_over(body: Body, total: str, left: str) -> Iterator[str]:
    for place, part in enumerate(body.get("allocations") or [], start=1):
        if part.get("invoiceId") in (None, "") or part.get("amount") in (None, ""):
            yield f"allocations {place} lacks its invoiceId or amount"
            return
    used: Decimal = sum((decimal(part["amount"]) for part in body.get("allocations") or []), ZERO)
    if used + decimal(body[left]) != decimal(body[total]):
        said = f"allocations make {formatted(used)} and {left} is {formatted(body[left])}"
        yield f"{said}, together not {total} {formatted(body[total])}"
