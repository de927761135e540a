"""Verifications that people ask for: asked for here, made by the worker one after the other, looked at by everybody."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.core.faults import UserError
from bot.core.team.requested_verification import RequestedVerification
from bot.store import companies
from bot.store.database import Database, to_ms
from bot.store.team import notes, requested_verifications
from bot.store.team.notes import Deed

GONE = "This verification is not known any more. Start a new one with /qbo-sync verify."


@dataclass(frozen=True)
class Verifying:
    """Raises UserError with words for the person. `wake` tells whoever verifies that it is wanted."""

    database: Database
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    wake: Callable[[], None] = lambda: None

    def get(self, id_: str) -> RequestedVerification:
        with self.database.read() as connection:
            found = requested_verifications.get(connection, id_)
        if found is None:
            raise UserError(GONE)
        return found

    def changed_since(self, when: datetime) -> list[RequestedVerification]:
        with self.database.read() as connection:
            return requested_verifications.changed_since(connection, to_ms(when))

    def request(
        self, company_id: str, by: str, channel_id: str = "", source: str = ""
    ) -> tuple[RequestedVerification, bool]:
        """The verification, and whether it is new: while one of the company is under way, that one is given."""
        id_, now = self.new_id(), to_ms(self.clock())
        with self.database.write() as connection:
            if companies.get(connection, company_id) is None:
                raise UserError("This company is not connected any more.")
            busy = requested_verifications.under_way(connection, company_id)
            if busy is None:
                requested_verifications.add(connection, id_, company_id, by, channel_id, now)
                notes.write_deed(connection, Deed(company_id, now, by, "verify", source=source))
        self.wake()
        return busy or self.get(id_), busy is None
