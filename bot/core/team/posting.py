"""The claim on a message that is to be posted once: who tries it, since when, and whether Slack may have taken it."""

from dataclasses import dataclass
from datetime import UTC, datetime

HELD, IN_DOUBT = "held", "in-doubt"


@dataclass(frozen=True)
class Claim:
    """`first_at` is when somebody first meant to post it, `tried_at` the last time that somebody took it up.

    `is_in_doubt`: it was sent and no answer came, so whether it stands in Slack has to be looked up.
    """

    first_at: datetime
    tried_at: datetime
    is_in_doubt: bool = False

    def __str__(self) -> str:
        return f"{IN_DOUBT if self.is_in_doubt else HELD} {_ms(self.first_at)} {_ms(self.tried_at)}"

    @classmethod
    def parse(cls, text: str, at: datetime) -> "Claim":
        """`at` is the time of a claim that was written without any words, by an earlier version."""
        if not text:
            return cls(at, at)
        state, first, tried = text.split()
        return cls(_instant(first), _instant(tried), state == IN_DOUBT)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _instant(ms: str) -> datetime:
    return datetime.fromtimestamp(int(ms) / 1000, UTC)
