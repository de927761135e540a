"""What a team has settled about a cause (whose it is, until when it rests, a note), and how causes came to an end."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.core.causes.grouping import key
from bot.core.results import Cause


class Snooze(StrEnum):
    """Until when a cause rests: out of the way, and counted all the same."""

    NONE = "none"
    SYNC = "sync"
    DATE = "date"
    PERIOD = "period"
    MUTED = "muted"


@dataclass(frozen=True)
class Work:
    """What is settled about the cause `key`. `assignee` is a Slack user id, "" = nobody; `until` only with Snooze.DATE.

    `by` did it last, `at` then. What rests until the period reopens, or is muted, rests for as long as the cause lasts.
    """

    company_id: str
    key: str
    at: datetime
    by: str
    assignee: str = ""
    rest: Snooze = Snooze.NONE
    until: date | None = None
    note: str = ""

    def is_snoozed(self, today: date, last_sync: datetime | None) -> bool:
        """`today` where the company is; `last_sync` is when its last finished sync ended."""
        match self.rest:
            case Snooze.NONE:
                return False
            case Snooze.SYNC:
                return last_sync is None or last_sync <= self.at
            case Snooze.DATE:
                return self.until is not None and today < self.until
            case Snooze.PERIOD | Snooze.MUTED:
                return True


UNLINK, BACK = "unlink", "back"


@dataclass(frozen=True)
class ResolvedCause:
    """A cause that is gone. `how` is "sync", or what a person did: "unlink", "relink", "undo", "link", "create".

    "back" is what was unlinked and is linked again, so that the next sync shows whether it is put right.
    `by` did that or asked for that sync; "" = nobody did, it was due.
    """

    key: str
    headline: str
    records: int
    at: datetime
    how: str = "sync"
    by: str = ""


@dataclass(frozen=True)
class Triage:
    """What there is to say about the causes of one company besides themselves; `snoozed` and `new` are keys.

    `new` are those that came since the moment that was asked about.
    """

    work: Mapping[str, Work] = field(default_factory=dict)
    snoozed: frozenset[str] = frozenset()
    resolved: Sequence[ResolvedCause] = ()
    new: frozenset[str] = frozenset()


def really_resolved(gone: Iterable[ResolvedCause], causes: Sequence[Cause]) -> list[ResolvedCause]:
    """Without those that only go by another name: a record that still needs attention is not mended."""
    lasting = {key(cause) for cause in causes} | {str(ref) for cause in causes for ref in cause.refs}
    return [one for one in gone if one.key not in lasting]
