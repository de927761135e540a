"""Real processes, killed at moments nobody chose: afterwards nothing is doubled and nothing is lost."""

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from bot.sandbox.http.exchange import Exchange, Request, Response
from tests.long.office import Office
from tests.long.ready import ready_to_fork
from tests.patience import PATIENCE_S, eventually
from tests.store import postgres

pytestmark = [pytest.mark.long, pytest.mark.timeout(540)]

KILLS, MOST_TRIES = 40, 90
IN_DOUBT = 5  # of the kills, at least: with writes on their way
QUICKBOOKS_MS, RELEASED_MS = 120, 20


@dataclass
class Calls:
    count: int = 0


@contextmanager
def counted(*sides: Exchange) -> Iterator[Calls]:
    """How many calls both sides have got: a run is killed after so many of them, however long those take."""
    calls, lock = Calls(), threading.Lock()

    def counting(handle: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def count(request: Request) -> Response:
            with lock:
                calls.count += 1
            return handle(request)

        return count

    before = [side.handle for side in sides]
    for side, handle in zip(sides, before, strict=True):
        side.handle = counting(handle)  # type: ignore[method-assign]
    yield calls
    for side, handle in zip(sides, before, strict=True):
        side.handle = handle  # type: ignore[method-assign]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("seed", [1])
def test_a_sync_killed_at_forty_random_moments_doubles_nothing_and_loses_nothing(
    make_office: Callable[[str], Office], kind: str, seed: int
) -> None:
    office, chance = make_office(kind), random.Random(seed)
    office.quickbooks_knobs.latency_ms, office.released_knobs.latency_ms = QUICKBOOKS_MS, RELEASED_MS
    died, left_open = 0, 0
    with ready_to_fork(office) as fork, counted(office.state, office.released) as calls:
        for _ in range(2):  # the first one makes more calls than the others will
            office.some_work(chance)
            before = calls.count
            assert fork().end() == 0
        usual = calls.count - before
        for _ in range(MOST_TRIES):
            if not office.open_writes():
                office.some_work(chance)
            until = calls.count + chance.randint(0, usual)
            running = fork()
            eventually(lambda running=running, until=until: calls.count >= until or running.has_ended())
            time.sleep(chance.uniform(0, 2 * QUICKBOOKS_MS / 1000))  # somewhere between two calls
            died += running.end(signal.SIGKILL) == -signal.SIGKILL
            left_open += office.open_writes() > 0
            office.free_the_lease()
            if died >= KILLS and left_open >= IN_DOUBT:
                break
    assert died >= KILLS and left_open >= IN_DOUBT, f"seed {seed}: the kills came too late or too early to say anything"
    office.settle()
    office.assert_exactly_once()


def test_a_postgresql_that_fails_in_mid_run_loses_and_doubles_nothing(
    make_office: Callable[[str], Office], server: postgres.Server
) -> None:
    office, chance = make_office("postgresql"), random.Random(3)
    office.quickbooks_knobs.latency_ms = office.released_knobs.latency_ms = 60
    with counted(office.state, office.released) as calls:
        for _ in range(3):
            office.some_work(chance, invoices=40)
            process = office.start_sync()
            until = calls.count + chance.randint(1, 40)
            eventually(lambda process=process, until=until: calls.count >= until or process.poll() is not None)
            server.stop()
            time.sleep(0.5)
            server.start()
            out, err = process.communicate(timeout=PATIENCE_S)
            assert process.returncode in (0, 2), (out, err)
            assert process.returncode == 0 or "database" in err, (out, err)
            office.free_the_lease()
    office.settle()
    office.assert_exactly_once()
