"""How fast a run goes on: measured by what is seen of it, so that nothing has to be kept and no run waits."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from blocks.runs.run import Pace
from bot.core.runs import RunState, RunView

SEEN_FOR = timedelta(seconds=3)
"""Shorter than this a rate would be chance."""


@dataclass(frozen=True)
class Mark:
    """Where a phase of a run was when it was first seen."""

    phase: str
    done: int
    at: datetime


@dataclass
class ProgressMeter:
    """Of the runs under way; asked by one thread."""

    _marks: dict[str, Mark] = field(default_factory=dict)

    def pace(self, run: RunView, now: datetime) -> Pace | None:
        """None while nothing can be said: the phase has just begun, or its end is not known."""
        progress = run.progress
        if run.state is not RunState.RUNNING or not progress.total:
            self._marks.pop(run.run_id, None)
            return None
        mark = self._marks.get(run.run_id)
        if mark is None or mark.phase != progress.phase or progress.done < mark.done:
            self._marks[run.run_id] = Mark(progress.phase, progress.done, now)
            return None
        gone, elapsed = progress.done - mark.done, now - mark.at
        left = progress.total - progress.done
        if not gone or left <= 0 or elapsed < SEEN_FOR:
            return None
        per_s = gone / elapsed.total_seconds()
        return Pace(per_s, left / per_s)
