"""Makes the verifications that people asked for, in the worker, one of a company at a time."""

from datetime import timedelta

from bot.core.balance.verification import Verification
from bot.core.faults import UserError
from bot.core.team.requested_verification import UNDER_WAY, RequestedVerification, VerificationState
from bot.jobs.boundary import guarded
from bot.store.database import to_ms
from bot.store.runs import leases
from bot.store.team import requested_verifications
from bot.sync.run.context import Engine
from bot.sync.verify import verify

ABANDONED_AFTER = timedelta(seconds=20)


def wanted(engine: Engine) -> list[RequestedVerification]:
    """Those that can be made now: while a company is being synced, its verification waits."""
    with engine.database.read() as connection:
        found = requested_verifications.pending(connection, to_ms(engine.clock() - ABANDONED_AFTER))
        return [asked for asked in found if not leases.is_held(connection, asked.company_id)]


def make(engine: Engine, asked: RequestedVerification) -> None:
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
    done = {"summary": requested_verifications.columns_of(found), "error": ""}
    _move(engine, asked, (VerificationState.VERIFYING,), VerificationState.DONE, **done)


def _end(engine: Engine, asked: RequestedVerification, words: str) -> None:
    """Somebody else syncs the company, or we are told to stop: it is made after that. Otherwise it says why not."""
    with engine.database.read() as connection:
        waits = engine.stopping() or leases.is_held(connection, asked.company_id)
    after = VerificationState.REQUESTED if waits else VerificationState.FAILED
    _move(engine, asked, (VerificationState.VERIFYING,), after, error="" if waits else words)


def _move(
    engine: Engine,
    asked: RequestedVerification,
    before: tuple[VerificationState, ...],
    after: VerificationState,
    **more: str,
) -> bool:
    if asked.state not in UNDER_WAY:
        return False
    with engine.database.write() as connection:
        return requested_verifications.transition(connection, asked.id, before, after, to_ms(engine.clock()), **more)
