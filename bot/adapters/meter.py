"""Counts the calls of a run, because reading from QuickBooks is metered and paid for."""

import threading


class Meter:
    """Every request that is sent counts, repeated ones too; safe to use from several threads.

    Reads (Intuit's "CorePlus") cost money, writes ("Core") do not:
    https://developer.intuit.com/app/developer/qbo/docs/learn/limits-and-throttles
    """

    def __init__(self) -> None:
        self.quickbooks_reads = 0
        self.quickbooks_writes = 0
        self.released = 0
        self._lock = threading.Lock()

    def count_read(self) -> None:
        with self._lock:
            self.quickbooks_reads += 1

    def count_write(self) -> None:
        with self._lock:
            self.quickbooks_writes += 1

    def count_released(self) -> None:
        with self._lock:
            self.released += 1

    def as_dict(self) -> dict[str, int]:
        with self._lock:
            return {
                "quickbooks_reads": self.quickbooks_reads,
                "quickbooks_writes": self.quickbooks_writes,
                "released": self.released,
            }
