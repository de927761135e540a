"""Tells how far a run is: to the caller at once, to the store for Slack at every batch."""

from dataclasses import replace

from bot.core.runs import Flag, Progress
from bot.store.runs import runs
from bot.sync.run.context import RunContext
from bot.sync.run.run import Run

WORTH_TELLING = 5  # records of single writes that the store hears of together


class Reporter:
    """Tells where the run is: to the caller at once, to the store for Slack at every batch."""

    def __init__(self, context: RunContext) -> None:
        self.context = context
        self.progress = Progress()
        self.untold = 0

    def phase(self, name: str, total: int) -> None:
        self.progress = Progress(name, 0, total)
        self._store({})

    def more(self, done: int, run: Run) -> None:
        """A batch was answered; a record that is tried twice counts twice, so not beyond what there is."""
        done_now = min(self.progress.done + done, self.progress.total)
        self.untold += done
        if self.untold >= WORTH_TELLING:
            self.reached(done_now, run)
        else:
            self.progress = replace(self.progress, done=done_now)
            self.context.advance(self.progress)

    def reached(self, done: int, run: Run) -> None:
        self.progress, self.untold = replace(self.progress, done=done), 0
        problems = run.tally.problems()
        flag = {"flag": Flag.ORANGE, "problems": problems} if problems else {}
        self._store({"counts": run.tally.counts(), "api_calls": self.context.api_calls, **flag})

    def _store(self, values: dict[str, object]) -> None:
        self.context.advance(self.progress)
        if not self.context.request.dry_run:
            with self.context.lease.transaction() as connection:
                runs.change(connection, self.context.run_id, self.context.now_ms(), progress=self.progress, **values)
