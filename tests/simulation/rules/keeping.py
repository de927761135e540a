"""The rule of keeping: what only QuickBooks knows of a record is there after our update as before it."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.simulation.deeds.choosing import Json
from tests.simulation.rules.case import Case
from tests.simulation.rules.pairs import DOCUMENTS, NAMES

OURS_ON_DOCUMENTS = frozenset(
    {
        *("TxnDate", "DueDate", "DocNumber", "PrivateNote", "Line", "TxnTaxDetail", "GlobalTaxCalculation", "ClassRef"),
        *("CustomerRef", "VendorRef", "CurrencyRef", "TotalAmt", "HomeTotalAmt", "ExchangeRate"),
    }
)
OURS_ON_NAMES = frozenset(
    {"DisplayName", "CompanyName", "PrimaryEmailAddr", "PrimaryPhone", "BillAddr", "CurrencyRef", "Active"}
)
KEPT_BY_QUICKBOOKS = frozenset(
    {
        *("SyncToken", "MetaData", "Balance", "HomeBalance", "RemainingCredit", "LinkedTxn", "sparse", "EmailStatus"),
        *("BalanceWithJobs", "FullyQualifiedName", "PrintOnCheckName", "ApplyTaxAfterDiscount"),
    }
)
OURS_ON_LINES = frozenset(
    {"ItemRef", "AccountRef", "ItemAccountRef", "TaxCodeRef", "ClassRef", "Qty", "UnitPrice", "TaxInclusiveAmt"}
)


def nothing_wiped(case: Case) -> Iterator[str]:
    for written in case.stage.written:
        for entity, before, after in written.updates:
            yield from (
                f"our update of {entity} {before['Id']} wiped it: {why}" for why in wiped(entity, before, after)
            )


def wiped(entity: str, before: Json, after: Json) -> Iterator[str]:
    """What one of our updates took from a record. A line that is gone from the other side takes its marks along."""
    if entity not in (*DOCUMENTS, *NAMES):
        return
    ours = OURS_ON_DOCUMENTS if entity in DOCUMENTS else OURS_ON_NAMES
    for name in sorted(before.keys() - ours - KEPT_BY_QUICKBOOKS):
        if _plain(after.get(name)) != _plain(before[name]) and not _follows_the_party(name, before, after):
            yield f"{name} was {before[name]} and is {after.get(name)}"
    if entity in DOCUMENTS:
        yield from _marks_wiped(before["Line"], after["Line"])


def _follows_the_party(name: str, before: Json, after: Json) -> bool:
    """Another customer or supplier brings addresses of their own."""
    moved = any(before.get(ref) != after.get(ref) for ref in ("CustomerRef", "VendorRef"))
    return moved and name in ("BillAddr", "ShipAddr", "VendorAddr", "BillEmail")


def _marks_wiped(before: list[Json], after: list[Json]) -> Iterator[str]:
    texts = Counter(_words(before)) - Counter(_words(after))
    yield from (f"the text line {words!r} is gone" for words in texts)
    if len(_money(after)) >= len(_money(before)):
        marks = Counter(_marks(before)) - Counter(_marks(after))
        yield from (f"a line has lost {mark}" for mark in marks)


def _words(lines: list[Json]) -> list[str]:
    return [line.get("Description", "") for line in lines if line["DetailType"] == "DescriptionOnly"]


def _money(lines: list[Json]) -> list[Json]:
    return [line for line in lines if "Amount" in line and line["DetailType"] != "SubTotalLineDetail"]


def _marks(lines: list[Json]) -> Iterator[str]:
    for line in _money(lines):
        detail: dict[str, Any] = line.get(line["DetailType"], {})
        yield from (f"{name} {_plain(detail[name])}" for name in sorted(detail.keys() - OURS_ON_LINES))


def _plain(value: Any) -> Any:
    """A reference is its id: the name in it follows when its record is renamed."""
    return value["value"] if isinstance(value, dict) and "value" in value else value
