"""Verifications that people ask for: asked for here, made by the worker one after the other, looked at by everybody."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.boundary import guarded
from bot.core.asked_verification import UNDER_WAY, AskedVerification, VerificationState
from bot.core.faults import UserError
from bot.core.verification import Verification
from bot.store import asked_verifications, companies, leases, notes
from bot.store.database import Database, to_ms
from bot.store.notes import Deed
from bot.sync import Engine
from bot.sync.verify import verify

ABANDONED_AFTER = timedelta(seconds=20)
GONE = "This verification is not known any more. Start a new one with /qbo-sync verify."


@dataclass(frozen=True)
class Verifying:
    """Raises UserError with words for the person. `wake` tells whoever verifies that it is wanted."""

    database: Database
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    wake: Callable[[], None] = lambda: None

    def get(self, id_: str) -> AskedVerification:
        with self.database.read() as connection:
            found = asked_verifications.get(connection, id_)
        if found is None:
            raise UserError(GONE)
        return found

    def changed_since(self, when: datetime) -> list[AskedVerification]:
        with self.database.read() as connection:
            return asked_verifications.changed_since(connection, to_ms(when))

    def request(
        self, company_id: str, by: str, channel_id: str = "", source: str = ""
    ) -> tuple[AskedVerification, bool]:
        """The verification, and whether it is new: while one of the company is under way, that one is given."""
        id_, now = self.new_id(), to_ms(self.clock())
        with self.database.write() as connection:
            if companies.get(connection, company_id) is None:
                raise UserError("This company is not connected any more.")
            busy = asked_verifications.under_way(connection, company_id)
            if busy is None:
                asked_verifications.add(connection, id_, company_id, by, channel_id, now)
                notes.write_deed(connection, Deed(company_id, now, by, "verify", source=source))
        self.wake()
        return busy or self.get(id_), busy is None


def wanted(engine: Engine) -> list[AskedVerification]:
    """Those that can be made now: while a company is being synced, its verification waits."""
    with engine.database.read() as connection:
        found = asked_verifications.wanted(connection, to_ms(engine.clock() - ABANDONED_AFTER))
        return [asked for asked in found if not leases.is_held(connection, asked.company_id)]


def make(engine: Engine, asked: AskedVerification) -> None:
    """Make it, unless somebody else has begun to. A bug ends this one only, with a reference."""
    if not _move(engine, asked, (asked.state,), VerificationState.VERIFYING):
        return

    def failed(reference: str) -> Verification:
        raise UserError(f"It stopped because of an error in qbo-sync (reference {reference} in its log).")

    try:
        found = guarded(lambda: verify(engine, asked.company_id), failed, "a verification failed", asked=asked.id)
    except UserError as error:
        _end(engine, asked, str(error))
        return
    done = {"summary": asked_verifications.kept(found), "error": ""}
    _move(engine, asked, (VerificationState.VERIFYING,), VerificationState.DONE, **done)


def _end(engine: Engine, asked: AskedVerification, words: str) -> None:
    """Somebody else syncs the company, or we are told to stop: it is made after that. Otherwise it says why not."""
    with engine.database.read() as connection:
        waits = engine.stopping() or leases.is_held(connection, asked.company_id)
    after = VerificationState.REQUESTED if waits else VerificationState.FAILED
    _move(engine, asked, (VerificationState.VERIFYING,), after, error="" if waits else words)


def _move(
    engine: Engine,
    asked: AskedVerification,
    before: tuple[VerificationState, ...],
    after: VerificationState,
    **more: str,
) -> bool:
    if asked.state not in UNDER_WAY:
        return False
    with engine.database.write() as connection:
        return asked_verifications.move(connection, asked.id, before, after, to_ms(engine.clock()), **more)
