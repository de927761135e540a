"""A verification that somebody asked for in Slack: who did, how far it is, and what is kept of its findings."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.core.balance.control_totals import Sums
from bot.core.balance.verification import ContactBalance, Drift, Item, KindTotals, Sample, Verification
from bot.core.model import RecordRef, RecordType, Side
from bot.core.runs import ApiCalls, Flag

KEPT = 20  # findings of one kind that are kept; all are counted


class VerificationState(StrEnum):
    REQUESTED = "requested"
    VERIFYING = "verifying"
    DONE = "done"
    FAILED = "failed"  # it could not be made


UNDER_WAY = (VerificationState.REQUESTED, VerificationState.VERIFYING)


@dataclass(frozen=True)
class RequestedVerification:
    """`requested_by` is a Slack user id, `flag` the company's. `found` is there once it is through."""

    id: str
    company_id: str
    company_name: str
    flag: Flag | None
    state: VerificationState
    requested_by: str
    requested_at: datetime
    channel_id: str = ""
    found: Verification | None = None
    error: str = ""


def to_keep(found: Verification) -> dict[str, Any]:
    """What is kept of it, for `verification_from`: the first findings of each kind."""
    some = replace(
        found,
        items=tuple(sorted(found.items, key=lambda item: (item.explains, not item.attention))[:KEPT]),
        contacts=found.contacts[:KEPT],
        drift=found.drift[:KEPT],
        duplicates=_first(found.duplicates),
        lost=_first(found.lost),
        repaired={side: _first(one) for side, one in found.repaired.items()},
        gone={side: _first(one) for side, one in found.gone.items()},
    )
    return {**asdict(some), "at": found.at.isoformat()}


def verification_from(kept: Mapping[str, Any]) -> Verification:
    """As it was kept."""
    return Verification(
        **{
            **kept,
            "at": datetime.fromisoformat(kept["at"]),
            "api_calls": ApiCalls(**kept["api_calls"]),
            "totals": tuple(_totals(row) for row in kept["totals"]),
            "items": tuple(_item(row) for row in kept["items"]),
            "ledgers": tuple(ContactBalance(**row) for row in kept["ledgers"]),
            "contacts": tuple(ContactBalance(**row) for row in kept["contacts"]),
            "drift": tuple(_drift(row) for row in kept["drift"]),
            "duplicates": _found(kept["duplicates"]),
            "lost": _found(kept["lost"]),
            "repaired": {Side(side): _found(row) for side, row in kept["repaired"].items()},
            "gone": {Side(side): _found(row) for side, row in kept["gone"].items()},
            "checked": {Side(side): count for side, count in kept["checked"].items()},
        }
    )


def _first(found: Sample) -> Sample:
    return replace(found, examples=found.examples[:KEPT])


def _found(row: Mapping[str, Any]) -> Sample:
    return Sample(row["count"], tuple(row["examples"]))


def _totals(row: Mapping[str, Any]) -> KindTotals:
    sums = {one.name: Sums(**row[one.name]) for one in fields(KindTotals) if one.name not in ("kind", "currency")}
    return KindTotals(row["kind"], row["currency"], **sums)


def _item(row: Mapping[str, Any]) -> Item:
    return Item(**{**row, "side": Side(row["side"]), "sums": Sums(**row["sums"]), "examples": tuple(row["examples"])})


def _drift(row: Mapping[str, Any]) -> Drift:
    return Drift(**{**row, "ref": RecordRef(RecordType(row["ref"]["type"]), row["ref"]["key"])})
