"""Where every call of a run passes: what may not be sent any more is stopped here, what is sent is counted."""

import threading
from collections.abc import Callable


def free() -> None:
    """Nothing stands in the way of a write."""


class Meter:
    """Every request that is sent counts, repeated ones too; safe to use from several threads.

    Reads (Intuit's "CorePlus") cost money, writes ("Core") do not:
    https://developer.intuit.com/app/developer/qbo/docs/learn/limits-and-throttles
    `admit` is asked right before a write is sent, after all waiting, and raises where the run has lost its company.
    """

    def __init__(self, admit: Callable[[], None] = free) -> None:
        self._admit = admit
        self.quickbooks_reads = 0
        self.quickbooks_writes = 0
        self.released = 0
        self._lock = threading.Lock()

    def count_read(self) -> None:
        with self._lock:
            self.quickbooks_reads += 1

    def count_write(self) -> None:
        self._admit()
        with self._lock:
            self.quickbooks_writes += 1

    def count_released(self) -> None:
        """Re-Leased's reads and writes are one number to it, so its reads are asked for as well."""
        self._admit()
        with self._lock:
            self.released += 1

    def as_dict(self) -> dict[str, int]:
        with self._lock:
            return {
                "quickbooks_reads": self.quickbooks_reads,
                "quickbooks_writes": self.quickbooks_writes,
                "released": self.released,
            }
