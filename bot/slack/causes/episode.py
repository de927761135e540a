"""What is known of one red episode where its message stands, kept as the text of the message's bookkeeping."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bot.store.team.notes import PostedMessage


class State(StrEnum):
    """Lost: the episode goes on, but its message can be edited no more, so another one is to take its place."""

    OPEN = "open"
    LOST = "lost"
    CLOSED = "closed"


@dataclass(frozen=True)
class Episode:
    """`digest` is of what the message shows; `records` and `causes` are the most it counted: what the episode was."""

    state: State
    digest: str
    since: datetime
    records: int
    causes: int

    @property
    def is_open(self) -> bool:
        return self.state is State.OPEN

    def __str__(self) -> str:
        return f"{self.state}|{self.digest}|{int(self.since.timestamp())}|{self.records}|{self.causes}"

    @classmethod
    def parse(cls, text: str) -> "Episode":
        state, digest, since, records, causes = text.split("|")
        return cls(State(state), digest, datetime.fromtimestamp(int(since), UTC), int(records), int(causes))


def is_open(posted: PostedMessage | None) -> bool:
    return posted is not None and Episode.parse(posted.digest).is_open


def lost(posted: PostedMessage | None) -> Episode | None:
    """The episode whose message was lost; None when there is none."""
    episode = Episode.parse(posted.digest) if posted else None
    return episode if episode and episode.state is State.LOST else None
