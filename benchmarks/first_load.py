"""How near a first load comes to what QuickBooks allows: 40 batches of 30 a minute, and 460 single writes beside."""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.product import connected, sync
from benchmarks.sides import running
from bot.adapters.quickbooks.rate_limits import MAX_BATCH_ITEMS, Caps

CAPS = Caps()
BATCHES_ALLOW = CAPS.batches_per_minute * MAX_BATCH_ITEMS / 60  # records a second
MIXED_ALLOWS = BATCHES_ALLOW + (CAPS.requests_per_minute - CAPS.batches_per_minute) / 60
LATENCY_MS = 50


@dataclass(frozen=True)
class Load:
    """`rate` is invoices a second over whole minutes of the limits; `calls` are all that went to QuickBooks."""

    mode: str
    records: int
    seconds: float
    rate: float
    allowed: float
    calls: int
    throttled: int

    @property
    def calls_per_record(self) -> float:
        return self.calls / self.records

    @property
    def share(self) -> float:
        return self.rate / self.allowed


def first_load(mode: str, invoices: int) -> Load:
    """Sync a new company. What is timed is invoices as QuickBooks logs them, from the first one on."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(invoices, LATENCY_MS) as sides,
        connected(sides, Path(folder), qbo_writes=mode) as app,
    ):
        before = sides.counters()
        finished = sync(app)
        made = [row for row in sides.writes() if row["entity"] == "Invoice" and row["operation"] == "create"]
        if len(made) != invoices:
            raise RuntimeError(f"{len(made)} invoices were made of {invoices}")
        after = sides.counters()
        calls = finished.api_calls.quickbooks_reads + finished.api_calls.quickbooks_writes
        allowed = BATCHES_ALLOW if mode == "batches" else MIXED_ALLOWS
        times = [_at(row) for row in made]
        took_s = (times[-1] - times[0]).total_seconds()
        records = finished.counts.created
        return Load(mode, records, took_s, steady_rate(made), allowed, calls, after["throttled"] - before["throttled"])


def steady_rate(made: list[dict[str, Any]]) -> float:
    """Records a second from the start of one minute's batches to the start of another's, so that no burst counts twice.

    A fresh minute lets forty batches through at once; only what comes before the next forty tells the lasting rate.
    """
    batches: dict[str, datetime] = {}
    for row in made:
        if row["channel"] == "batch":
            batches.setdefault(row["requestid"], _at(row))
    starts = sorted(batches.values())[:: CAPS.batches_per_minute]
    if len(starts) < 2:
        raise RuntimeError("too few records for two minutes of batches")
    between = [row for row in made if starts[0] <= _at(row) < starts[-1]]
    return len(between) / (starts[-1] - starts[0]).total_seconds()


def _at(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(str(row["at"]))
