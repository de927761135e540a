"""What a verification found: control totals of both sides, what explains their difference, and what does not agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bot.core.balance.control_totals import Sums
from bot.core.faults import Fault, explain, planned
from bot.core.model import NEEDS_ATTENTION, Outcome, RecordRef, Side
from bot.core.runs import ApiCalls

LISTED = 200  # findings of one kind that are listed; all are counted
OF_SEVERAL = {
    "archived-contact": "the contact is inactive in QuickBooks",
    "6140": "the number is already used in QuickBooks",
    "6240": "the name is already taken in QuickBooks",
    "duplicate-name-both-sides": "the name would stand twice in QuickBooks",
    "unlinked-parent": "a record that it refers to is unlinked",
    "failing-parent": "a record that it refers to needs attention",
    "missing-parent": "the other side lacks a record that it refers to",
    **dict.fromkeys(("6200", "6210", "closed-period"), "the books are closed over its date"),
}
"""What is the matter with each of several records, where the words for one name something of it."""
SKIPPED_WORDS = {"not-approved": "Draft in Re-Leased", "before-sync-from": "Dated before the start of the sync"}


@dataclass(frozen=True)
class Item:
    """Documents and payments of one side only, with one reason why. `explains` is False where nobody knows why.

    `attention` = a person has something to do about it; `examples` are a few of their names.
    """

    side: Side
    kind: str
    currency: str
    reason: str
    sums: Sums
    explains: bool
    attention: bool
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class KindTotals:
    """Everything of one kind (by its QuickBooks entity) and currency. `explained` is Re-Leased less QuickBooks."""

    kind: str
    currency: str
    released: Sums = field(default_factory=Sums)
    quickbooks: Sums = field(default_factory=Sums)
    explained: Sums = field(default_factory=Sums)

    @property
    def difference(self) -> Sums:
        return self.released - self.quickbooks

    @property
    def unexplained(self) -> Sums:
        return self.difference - self.explained


@dataclass(frozen=True)
class ContactBalance:
    """What one contact owes us (ledger "receivable") or we owe it ("payable"), as each side has it."""

    ledger: str
    contact: str
    name: str
    currency: str
    released: Decimal
    quickbooks: Decimal


@dataclass(frozen=True)
class Drift:
    """A linked pair that does not agree any more. `moved` says which side changed since they last did."""

    ref: RecordRef
    name: str
    entity: str
    external_id: str
    moved: str
    words: str


@dataclass(frozen=True)
class Sample:
    """Some findings of one kind: the first of them, and how many there are."""

    count: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verification:
    """One verification of one company. `unexplained` by currency: what differs in money and nothing explains.

    It adds up every unexplained record by itself (the larger of its total and its open balance), so that an amount too
    much here and an amount too little there do not cancel out. Exactly zero when all is explained.
    """

    company_id: str
    name: str
    at: datetime
    timezone: str
    api_calls: ApiCalls
    totals: tuple[KindTotals, ...]
    items: tuple[Item, ...]
    ledgers: tuple[ContactBalance, ...]
    contacts: tuple[ContactBalance, ...]
    contact_count: int
    drift: tuple[Drift, ...]
    drift_count: int
    duplicates: Sample
    lost: Sample
    repaired: Mapping[Side, Sample]
    gone: Mapping[Side, Sample]
    unexplained: Mapping[str, Decimal]
    checked: Mapping[Side, int]

    @property
    def agrees(self) -> bool:
        """True when nobody has anything to look at."""
        found = self.drift_count + self.duplicates.count + self.lost.count
        found += sum(one.count for one in (*self.repaired.values(), *self.gone.values()))
        return not found and not any(self.unexplained.values()) and not any(item.attention for item in self.items)


def reason(outcome: Outcome | None, code: str, is_unlinked: bool, to_be_planned: bool) -> tuple[str, bool, bool]:
    """(why a record is on one side only, whether that explains it, whether a person has something to do)."""
    if is_unlinked or code == "left-out":
        return "Unlinked", True, False
    if outcome is Outcome.SKIPPED:
        return SKIPPED_WORDS.get(code) or _headline(code), True, False
    if outcome in NEEDS_ATTENTION:
        what = OF_SEVERAL.get(code) or explain(planned(code), {"record": "the record"}).what
        return f"{'Waits' if outcome is Outcome.WAITING else 'Needs attention'}: {what}", True, True
    if outcome is Outcome.PLANNED:
        return "Would be synced (this company is only observed)", True, False
    if to_be_planned:
        return "New or changed: the next sync takes it", True, True
    return "No reason known", False, True


def add_up(
    sums: Mapping[tuple[Side, str, str], Sums], explained: Mapping[tuple[str, str], Sums]
) -> tuple[KindTotals, ...]:
    """One line for each kind and currency that there is."""
    keys = sorted({(kind, currency) for _, kind, currency in sums} | set(explained))
    return tuple(
        KindTotals(
            kind,
            currency,
            sums.get((Side.RELEASED, kind, currency), Sums()),
            sums.get((Side.QUICKBOOKS, kind, currency), Sums()),
            explained.get((kind, currency), Sums()),
        )
        for kind, currency in keys
    )


def largest(sums: Sums) -> Decimal:
    """The largest amount among net, tax, gross and open, without its sign."""
    return max(abs(amount) for amount in sums.amounts)


def sample(names: Sequence[str]) -> Sample:
    return Sample(len(names), tuple(names[:LISTED]))


def _headline(code: str) -> str:
    """What a code of ours, or else of QuickBooks, means."""
    told = explain(planned(code)).what
    return told if told != explain(planned("")).what else explain(Fault(code)).what
