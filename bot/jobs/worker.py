"""Schedules and the queue: what is requested is carried out, one run of a company at a time, in this process."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.exc import DBAPIError

from bot.core.faults import UserError
from bot.core.runs import Progress, RunState, RunView, Trigger
from bot.jobs import planner, verifier
from bot.jobs.boundary import guarded
from bot.store.database import to_ms
from bot.store.runs import leases, runs
from bot.sync.ending import Finished
from bot.sync.engine import run_sync
from bot.sync.run.context import Engine

log = structlog.get_logger()

SYNCS_AT_ONCE = 4
POLL_S = 1.0
STOP_PATIENCE_S = 6.0
ABANDONED_AFTER = timedelta(seconds=20)


def carry_out_one(
    engine: Engine, run: RunView, advance: Callable[[Progress], None] = lambda progress: None
) -> Finished:
    """Carry out a requested run here and now. Raises UserError when somebody else syncs the company.

    A bug ends this run only, is logged with a reference, and the reference is what people see.
    """
    ids = run.company_id, run.run_id

    def ended(reference: str) -> Finished:
        words = f"The run stopped because of an error in qbo-sync (reference {reference} in its log)."
        end_incomplete(engine, run, words)
        return Finished(run.run_id, run.company_id, None, could_not_run=words)

    def work() -> Finished:
        return run_sync(engine, *ids, accept_stop=run.accepts_stop, plan=run.plan, advance=advance)

    return guarded(work, ended, "a run failed", run_id=run.run_id, company=run.company_id)


def end_incomplete(engine: Engine, run: RunView, words: str) -> None:
    """Say why a run stopped before its end; one that somebody else has finished meanwhile stays as it is."""
    now = to_ms(engine.clock())
    with engine.database.write() as connection:
        current = runs.get(connection, run.run_id)
        if current is not None and current.state in runs.OPEN:
            state = {"state": RunState.INCOMPLETE, "flag": None, "error": words, "finished_at": now}
            runs.change(connection, run.run_id, now, **state)


class Worker:
    """Carries requested runs out in a pool of its own. Losing or doubling a wake-up is harmless: the store is asked."""

    def __init__(self, engine: Engine, wake: threading.Event) -> None:
        self.engine, self.wake = engine, wake
        self._pool = ThreadPoolExecutor(SYNCS_AT_ONCE, "sync")
        self._busy: set[str] = set()
        self._at_work = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, patience_s: float = STOP_PATIENCE_S) -> None:
        """Begin nothing new, and give runs that were told to stop a few seconds to say so."""
        self._stop.set()
        self.wake.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        deadline = time.monotonic() + patience_s
        while self.is_busy() and time.monotonic() < deadline:
            time.sleep(0.02)

    def is_busy(self) -> bool:
        with self._lock:
            return self._at_work > 0

    def _loop(self) -> None:
        while not self._stop.is_set():
            self.wake.wait(POLL_S)
            self.wake.clear()
            try:
                self._take_up()
            except DBAPIError:
                log.exception("the worker cannot read the database; it tries again")

    def _take_up(self) -> None:
        with self.engine.database.read() as connection:
            wanted = [run for run in runs.requested(connection) if not self._is_somebody_elses(run)]
            wanted += [
                run
                for run in runs.running(connection)
                if not leases.is_held(connection, run.company_id)
                and run.started_at
                and self.engine.clock() - run.started_at > ABANDONED_AFTER
            ]
        for run in wanted:
            self._begin(run.run_id, partial(self._carry_out, run))
        for asked in planner.wanted(self.engine):
            self._begin(asked.id, partial(planner.make, self.engine, asked))
        for one in verifier.wanted(self.engine):
            self._begin(one.id, partial(verifier.make, self.engine, one))

    def _begin(self, key: str, work: Callable[[], None]) -> None:
        """Once at a time for each key."""
        with self._lock:
            if key in self._busy or self._stop.is_set():
                return
            self._busy.add(key)
        self._pool.submit(self._work, key, work)

    def _work(self, key: str, work: Callable[[], None]) -> None:
        with self._lock:
            self._at_work += 1
        try:
            work()
        finally:
            with self._lock:
                self._at_work -= 1
                self._busy.discard(key)

    def _is_somebody_elses(self, run: RunView) -> bool:
        """The command line carries out its own runs; one that it left lying is ours."""
        return run.trigger is Trigger.COMMAND and self.engine.clock() - run.requested_at < ABANDONED_AFTER

    def _carry_out(self, run: RunView) -> None:
        try:
            if carry_out_one(self.engine, run).plan_changed:
                planner.make_anew(self.engine, run.run_id)
                self.wake.set()
        except UserError as error:
            log.info("a run was not carried out", run_id=run.run_id, why=str(error))
            if not self._is_under_way(run):
                end_incomplete(self.engine, run, str(error))

    def _is_under_way(self, run: RunView) -> bool:
        """Somebody else may have taken the very same run up in the meantime."""
        with self.engine.database.read() as connection:
            return leases.is_held(connection, run.company_id)
