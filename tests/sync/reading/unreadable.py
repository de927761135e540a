"""Breaks the reading of kinds of record in the stand-ins, and looks at what the product makes of it."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.http.exchange import json_response
from bot.sync.ending import Finished
from tests.sync.world import COMPANY, IDLE_CALLS, Json, World


def broken_in_released(world: World, collection: str = "", status: int = 500) -> None:
    """Breaks the readings of a collection; of none: mends them all."""
    unreadable = {collection: status} if collection else {}
    world.released.control("PUT", "settings", {"companies": {COMPANY: {"unreadable": unreadable}}})


def error_of(world: World, finished: Finished) -> str:
    run = world.app.desk.runs.get(finished.run_id)
    assert run is not None
    return str(run.error)


def mirror_of(world: World, side: str, entity: str) -> list[Any]:
    statement = "SELECT id, version, body, deleted FROM mirror WHERE side = ? AND entity = ? ORDER BY id"
    with world.database.read() as connection:
        return list(connection.exec_driver_sql(statement, (side, entity)))


def complete_again(world: World) -> None:
    """The next run is blue by itself; the one after it costs as little as any, and has nothing to do."""
    world.sync_blue()
    assert not world.causes()
    with world.nothing_written():
        calls = world.sync_blue().api_calls
    assert calls.quickbooks_reads + calls.quickbooks_writes <= 2
    assert calls.released <= IDLE_CALLS
    assert not world.company().cursors.get("quickbooks_apart")


Answers = Callable[[Any], Json | None]


def answering(world: World, fault: Answers) -> None:
    """QuickBooks answers 400 with the fault that is given for a request; None = as ever."""
    handle = world.state.handle

    def answer(request: Any) -> Any:
        said = fault(request)
        return handle(request) if said is None else json_response(400, said)

    world.state.handle = answer  # type: ignore[method-assign]


def fault_of(code: str, detail: str = "it is so") -> Json:
    return {"Fault": {"Error": [{"code": code, "Message": "refused", "Detail": detail}], "type": "ValidationFault"}}
