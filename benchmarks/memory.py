"""How much memory a first sync takes at its peak, with few records and with many: hardly more, it is held.

A sync runs in a process of its own and the stand-ins in another one, so that a peak is the product's and nobody else's.
Of both kinds of first sync neither waits for QuickBooks' limits, which would make an hour of what takes minutes.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.product import connected, sync
from benchmarks.sides import running
from bot.adapters.quickbooks.rate_limits import Caps, LimitsByRealm

NO_LIMITS = Caps(
    requests_per_minute=1_000_000, requests_per_second=1_000_000, concurrent=10, batches_per_minute=1_000_000
)


class Mode(StrEnum):
    ADOPTS = "adopts"  # both sides hold the same records and know it: all of them are read, none is written
    CREATES = "creates"  # QuickBooks is empty: every record goes out by batches, and its id comes back


@dataclass(frozen=True)
class FirstSync:
    """`peak_mib` is the most that the process had in physical memory, its interpreter and libraries included."""

    mode: Mode
    records: int
    peak_mib: float
    seconds: float


def first_sync(mode: Mode, invoices: int) -> FirstSync:
    """RuntimeError when it could not run, or did something else than it was to do."""
    command = [sys.executable, "-m", "benchmarks.memory", mode, str(invoices)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if ended.returncode:
        raise RuntimeError(f"a first sync of {invoices:,} invoices ended with {ended.returncode}")
    told = json.loads(ended.stdout.splitlines()[-1])
    return FirstSync(**{**told, "mode": Mode(told["mode"])})


def _measured(mode: Mode, invoices: int) -> FirstSync:
    """In this process, which must not have done anything else before."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(invoices, 0, paired=mode is Mode.ADOPTS, limited=False) as sides,
        connected(sides, Path(folder)) as app,
    ):
        app.limits = LimitsByRealm(NO_LIMITS)
        begin = time.perf_counter()
        finished = sync(app)
        seconds = time.perf_counter() - begin
    done = finished.counts.adopted if mode is Mode.ADOPTS else finished.counts.created
    if done < invoices or finished.failures:
        raise RuntimeError(f"{finished.counts} of {invoices} invoices")
    # of this process since it was started; from its parent it has the peak up to then, which is less than any sync's
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return FirstSync(mode, done, peak_mib, seconds)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_measured(Mode(sys.argv[1]), int(sys.argv[2])))) + "\n")
