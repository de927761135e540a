"""Batches that QuickBooks never answers although it is up: what of them is there, and what still has to go."""

from collections.abc import Sequence

from bot.adapters.http import is_throttle
from bot.core.faults import Action, ApiError, Fault, Side
from bot.core.model import Direction, RecordRef, RecordType
from bot.core.planning.plan import plan
from bot.core.planning.requirements import UNREADABLE
from bot.core.planning.steps import Operation, Verb
from bot.records import BY_TYPE
from bot.store.results import results
from bot.sync.reading.gather import situations
from bot.sync.run.run import Run
from bot.sync.writing.attachments import compare

PROBE = "SELECT * FROM CompanyInfo"
SETTLING_S = 130.0  # QuickBooks works on a request for 120 s at most: .../docs/learn/limits-and-throttles
KEEPS_FAILING = "keeps-failing"
SPLIT_INTO = 6  # of a batch of thirty: five records each, then each alone


def is_about_the_batch(run: Run, error: ApiError) -> bool:
    """Whether QuickBooks answers others meanwhile; if not, the run has to wait, and nothing is wrong with the batch."""
    if error.action is Action.STOP or is_throttle(error):
        return False
    if error.fault.side is Side.RELEASED and error.action is Action.RETRY:
        return False  # a file could not be fetched: its own side has to come back
    if error.action is Action.RECORD:
        return True
    try:
        run.quickbooks.query(PROBE)
    except ApiError:
        return False
    return True


def is_plain_refusal(error: ApiError) -> bool:
    """A request that was turned away was not carried out; with a status of success or a known id, it may have been."""
    if error.action is Action.RECORD and error.fault.side is Side.RELEASED:
        return True  # a file that could not be fetched, so that nothing was sent
    return error.action is Action.RECORD and 400 <= error.fault.http_status < 500 and error.fault.code != "600"


def wait_until_settled(run: Run, errors: Sequence[ApiError]) -> None:
    """Before looking up: what a gateway or the line gave up on may still be carried out behind it."""
    if not all(is_plain_refusal(error) or _said_by_quickbooks(error) for error in errors):
        run.pause(SETTLING_S)


def still_to_send(run: Run, operations: Sequence[Operation]) -> list[Operation]:
    """Of operations that were looked up; what was found is left out, for planning to adopt it or to say why not.

    An update stays in: it carries the SyncToken it was made for, so if it was done, QuickBooks refuses it now.
    """
    wanted = _still_to_be_created(run, operations)
    return [one for one in operations if one.verb is not Verb.CREATE or (one.ref, one.entity) in wanted]


def split(operations: Sequence[Operation], of: int) -> list[list[Operation]]:
    """Smaller groups for what is left of a batch of so many."""
    size = -(-of // SPLIT_INTO)
    return [list(operations[start : start + size]) for start in range(0, len(operations), size)]


def split_off_suspects(run: Run, operations: Sequence[Operation]) -> tuple[list[Operation], list[Operation]]:
    """(those that go with others, those that kept failing in the run before and so go by themselves)"""
    with run.database.read() as connection:
        last_attempts = results.last_attempts(connection, run.company.id, [operation.ref for operation in operations])
    suspects = {ref for ref, one in last_attempts.items() if one.code == KEEPS_FAILING}
    return (
        [operation for operation in operations if operation.ref not in suspects],
        [operation for operation in operations if operation.ref in suspects],
    )


def keeps_failing(error: ApiError) -> ApiError:
    """The same fault, said of a record alone: others went through in the meantime. An answer of success that cannot be
    read is no failure of QuickBooks, and keeps its own words.
    """
    fault = error.fault
    if fault.code == UNREADABLE:
        return error
    said = " · ".join(part for part in (fault.code, fault.message, fault.detail) if part)
    return ApiError(Fault(KEEPS_FAILING, message=said, http_status=fault.http_status, trace_id=fault.trace_id))


def _still_to_be_created(run: Run, operations: Sequence[Operation]) -> set[tuple[RecordRef, str]]:
    """What planning would create even now that everything that looks like it is in the mirror."""
    wanted = set()
    refs = [operation.ref for operation in operations if operation.verb is Verb.CREATE]
    for type_ in dict.fromkeys(ref.type for ref in refs):
        spec = BY_TYPE[type_]
        named = [ref for ref in refs if ref.type == type_]
        if type_ is RecordType.ATTACHMENT:
            compare(run, spec, named)
        with run.database.read() as connection:
            found = situations(connection, run.company.id, spec, named)
        for step in (step for situation in found for step in plan(spec, situation, run.facts)):
            if isinstance(step, Operation) and step.verb is Verb.CREATE and step.direction is Direction.OUTGOING:
                wanted.add((step.ref, step.entity))
    return wanted


def _said_by_quickbooks(error: ApiError) -> bool:
    """QuickBooks' own words for a failure: it is done with the request. A gateway's page says nothing of the kind."""
    return bool(error.fault.kind) and error.fault.code.isdigit() and error.fault.http_status in (200, 400, 500)
