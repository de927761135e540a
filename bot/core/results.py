"""Results as people ask for them: filters, orders, pages, attempts, and causes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bot.core.model import Outcome, RecordRef, RecordType, Result
from bot.core.runs import Trigger


class LinkStatus(StrEnum):
    LINKED = "linked"
    UNLINKED = "unlinked"
    ALL = "all"


class ResultsOrder(StrEnum):
    """Newest first among equals, except where the oldest come first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TYPE = "type"
    CAUSE = "cause"


@dataclass(frozen=True)
class ResultsFilter:
    """`since` is a calendar date in the company's time zone; None = no lower bound. `text` ignores case.

    `cause` is the key of a cause, "" = any: exactly the records that it counts now are left.
    """

    company_id: str
    status: LinkStatus = LinkStatus.ALL
    type: RecordType | None = None
    text: str = ""
    since: date | None = None
    needs_attention: bool = False
    cause: str = ""
    outcome: Outcome | None = None


FieldValue = str | date | Decimal
"""One field of a record as a side says it: an amount, a calendar date, or words; "" = it says nothing."""


@dataclass(frozen=True)
class Attempt:
    """One try at a record: how it went, and who or what started the run. `by` is a Slack user id or ""."""

    result: Result
    trigger: Trigger | None = None
    by: str = ""


@dataclass(frozen=True)
class ResultsPage:
    rows: tuple[Result, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Cause:
    """Why rows fail or wait, grouped: one record (or one reason) and everything it holds up.

    `fix` is a value of bot.core.faults.Fix: the button that suits (`relink` = the cause is unlinked, `adopt` = it is to
    be told which record of the other side it is, `rename` = its name is taken there, `choose` = an account, tax type or
    tracking option has no partner). `move` says who acts next, in words.
    `held_up` counts the rows by record type, the cause's own row included. `partners` is how many records of the other
    side it may be; `partner` says in words what the likeliest is, or whose the number is that it was refused for.
    """

    ref: RecordRef | None
    code: str
    name: str
    headline: str
    why: str
    how: str
    fix: str
    held_up: Mapping[RecordType, int]
    refs: tuple[RecordRef, ...]
    amount: Decimal | None = None
    currency: str = ""
    released_url: str = ""
    external_url: str = ""
    move: str = ""
    partners: int = 0
    partner: str = ""

    @property
    def count(self) -> int:
        return sum(self.held_up.values())
