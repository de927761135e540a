"""What a team settles about a company, and what it did: values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class CompanySettings:
    """`schedule` is a cron line, "" = the default of all companies; so is `channel_id` "" = the default channel.

    `needs_approval`: whoever asked for a plan may not be the one who approves it. `digest_at` is "HH:MM".
    `calls_channel`: a change to red calls everybody in the channel. `routes`: kind of cause (CauseKind) → the channel
    that it goes to instead; what is not in it goes where the flags go.
    """

    company_id: str
    name: str
    timezone: str
    schedule: str = ""
    channel_id: str = ""
    needs_approval: bool = False
    has_digest: bool = True
    digest_day: str = "mon"
    digest_at: str = "09:00"
    calls_channel: bool = False
    routes: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest_schedule(self) -> str:
        """As a cron line."""
        hour, _, minute = self.digest_at.partition(":")
        return f"{int(minute)} {int(hour)} * * {self.digest_day}"


@dataclass(frozen=True)
class AuditEntry:
    """Something that somebody did. `what` is "unlink", "relink", "link", "create" (kept apart), "rename" (its name in
    QuickBooks), "undo", "plan", "approve", "sync", "override" (of a safety stop), "verify", "export" (a file of
    results), "cause" (given to somebody, snoozed, muted), "settings" or "roles". `source` is the message it was done
    from, "channel ts", or "".

    `by` is a Slack user id or a word; `names` are those of the first `records`, of which there are `count` in all.
    """

    at: datetime
    by: str
    what: str
    company: str
    count: int = 0
    names: Sequence[str] = ()
    note: str = ""
    before: str = ""
    after: str = ""
    source: str = ""
