"""Which message stands where, and who is posting one: so that each is posted once, across processes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.core.team.posting import Claim
from bot.store.database import Database, to_ms
from bot.store.team import notes
from bot.store.team.notes import PostedMessage


@dataclass(frozen=True)
class Posts:
    """A claim says that a message is being posted."""

    database: Database
    clock: Callable[[], datetime]

    def get(self, key: str) -> PostedMessage | None:
        with self.database.read() as connection:
            return notes.get_post(connection, key)

    def note(self, key: str, channel_id: str, ts: str, digest: str) -> None:
        with self.database.write() as connection:
            notes.put_post(connection, key, channel_id, ts, digest, to_ms(self.clock()))

    def claim(self, key: str) -> bool:
        with self.database.write() as connection:
            return notes.claim_post(connection, key, to_ms(self.clock()))

    def claimed(self, key: str) -> Claim | None:
        """The claim on a message that is not posted yet."""
        with self.database.read() as connection:
            return notes.get_claim(connection, key)

    def change(self, key: str, seen: Claim, now: Claim) -> bool:
        """False when somebody else has changed it since it was seen."""
        with self.database.write() as connection:
            return notes.change_claim(connection, key, seen, now)

    def release(self, key: str) -> None:
        with self.database.write() as connection:
            notes.release_post(connection, key)
