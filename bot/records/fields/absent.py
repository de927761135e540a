"""What Re-Leased may leave out of a record: worked out where it follows from the rest, or said to be missing.

docs/contract.md says it for every field. Nothing that decides what a record *is* is ever guessed.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.core.money import ZERO, NotMoney, decimal, text
from bot.core.spec import Body, Problem

INCOME_OR_EXPENSE = {"kind": "whether it is income or expense"}
STATE = {"status": "whether it is a draft, approved or voided"}


def says(body: Body, name: str) -> bool:
    return body.get(name) not in (None, "")


def require(part: Body, name: str, what: str) -> None:
    """Raises Problem where a line or an allocation leaves out what nothing else tells."""
    if not says(part, name):
        raise Problem("incomplete-record", more=f"{what} ({name} is missing).")


def completed_document(body: Body) -> Body:
    """A document with the sums that it does not say: totals from its lines, what is open from what is paid."""
    try:
        found = _with_totals(body)
        if "allocations" in found and not says(found, "remaining") and not says(found, "balance"):
            return {**found, "remaining": text(decimal(found.get("total")) - _allocated(found))}
        if says(found, "balance") or says(found, "remaining") or found.get("status") == "voided":
            return found
        return {**found, "balance": text(_unpaid(found))}
    except NotMoney:
        return body  # planning says what is wrong with it


def completed_payment(body: Body) -> Body:
    """A payment with what is left of it."""
    if says(body, "unallocated") or not says(body, "amount"):
        return body
    try:
        return {**body, "unallocated": text(decimal(body["amount"]) - _allocated(body))}
    except NotMoney:
        return body


def _with_totals(body: Body) -> dict[str, Any]:
    found = dict(body)
    lines = body.get("lines")
    told = lines if isinstance(lines, list) and all(isinstance(line, Mapping) for line in lines) else []
    for name, field in (("netTotal", "netAmount"), ("taxTotal", "taxAmount")):
        if not says(body, name) and told and all(says(line, field) for line in told):
            found[name] = text(sum((decimal(line[field]) for line in told), ZERO))
    if not says(body, "total") and says(found, "netTotal") and says(found, "taxTotal"):
        found["total"] = text(decimal(found["netTotal"]) + decimal(found["taxTotal"]))
    return found


def _unpaid(body: Body) -> Decimal:
    """Without a word of what is paid, nothing of it is, unless the document says that it is paid."""
    if body.get("status") == "paid":
        return ZERO
    return decimal(body.get("total")) - decimal(body.get("amountPaid"))


def _allocated(body: Body) -> Decimal:
    parts = body.get("allocations")
    told = parts if isinstance(parts, list) else []
    return sum((decimal(part.get("amount")) for part in told if isinstance(part, Mapping)), ZERO)
