"""The plan as a value: what a sync would do, summed up for a person, and the hash that names exactly this plan."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bot.core.content import HASH_LENGTH
from bot.core.model import Direction, Outcome, RecordType, Side
from bot.core.money import ZERO, plain
from bot.core.planning.preflight import Finding
from bot.core.planning.steps import Operation

PLAN_HASH_LENGTH = 16
COLUMNS = ("create", "match", "update", "void", "attach", "skip", "wait", "fail")
COLUMN_OF = {
    Outcome.CREATED: "create",
    Outcome.ADOPTED: "match",
    Outcome.UPDATED: "update",
    Outcome.VOIDED: "void",
    Outcome.ATTACHED: "attach",
    Outcome.SKIPPED: "skip",
    Outcome.WAITING: "wait",
    Outcome.FAILED: "fail",
}


@dataclass(frozen=True)
class TypePlan:
    """What is planned for one record type in one direction; `counts` has a number for each of COLUMNS."""

    type: RecordType
    direction: Direction
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Total:
    """How many documents of a kind (by their QuickBooks entity) one side has, and their sum, now and afterwards."""

    entity: str
    currency: str
    side: Side
    count_before: int = 0
    amount_before: Decimal = ZERO
    count_after: int = 0
    amount_after: Decimal = ZERO


@dataclass(frozen=True)
class Calls:
    """What applying the plan will ask of both APIs, when nothing is refused; `seconds` at QuickBooks' caps."""

    quickbooks_batches: int = 0
    quickbooks_singles: int = 0
    quickbooks_reads: int = 0
    released_writes: int = 0
    released_write_backs: int = 0
    released_reads: int = 0
    seconds: int = 0


@dataclass(frozen=True)
class Plan:
    """What a sync would do now. Applying it by its hash does exactly this or nothing."""

    company_id: str
    hash: str
    operations: int
    by_type: tuple[TypePlan, ...]
    totals: tuple[Total, ...]
    calls: Calls
    findings: tuple[Finding, ...]
    conflicts: int = 0  # in which an amount or a date would be lost


@dataclass(frozen=True)
class Difference:
    """How two plans differ: by (what, verb) how many operations, and a few of their names."""

    counts: Mapping[tuple[str, str], int]
    names: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)


def digest(operation: Operation) -> str:
    """Equal for the same write planned from the same state of both sides, down to an emptied field."""
    planned_from = (operation.version, operation.released_hash, operation.external_hash)
    ids = (str(operation.ref), operation.entity, operation.released_id, operation.external_id)
    said = [*ids, operation.verb, operation.direction, operation.outcome, *planned_from, _canonical(operation.body)]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:HASH_LENGTH]


def plan_hash(digests: Iterable[str]) -> str:
    """The name of a plan: over its operations in their order, read one at a time."""
    whole = hashlib.sha256()
    for one in digests:
        whole.update(one.encode())
    return whole.hexdigest()[:PLAN_HASH_LENGTH]


def is_plan_hash(text: str) -> bool:
    return len(text) == PLAN_HASH_LENGTH and all(mark in "0123456789abcdef" for mark in text)


def in_words(difference: Difference) -> str:
    """ "2 more to create (INV-7, INV-8), 1 to update gone (Kiosk Ltd)"; "" when nothing differs."""
    return ", ".join(
        f"{number} {_phrase(what, verb)}{_named(difference.names.get((what, verb), ()), number)}"
        for (what, verb), number in difference.counts.items()
    )


def seconds_at_caps(batches: int, singles: int, batches_per_minute: int, requests_per_minute: int) -> int:
    """The least time that QuickBooks' limits allow for so many requests, rounded up."""
    by_batches = batches * 60 / batches_per_minute
    by_requests = (batches + singles) * 60 / requests_per_minute
    return -int(-max(by_batches, by_requests) // 1)


def _phrase(what: str, verb: str) -> str:
    return f"more to {verb}" if what == "more" else f"to {verb} {what}"


def _named(names: tuple[str, ...], number: int) -> str:
    if not names:
        return ""
    return f" ({', '.join(names)}{' …' if number > len(names) else ''})"


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    return f"={plain(value)}" if isinstance(value, Decimal) else value
