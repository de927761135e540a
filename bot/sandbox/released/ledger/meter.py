"""Counts the calls, keeps the log of writes, and limits the calls of a minute."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from bot.sandbox.released.ledger.instants import to_text
from bot.sandbox.released.rules.problems import Problem
from bot.sandbox.released.rules.shapes import Collection, Record

WINDOW_S = 60
WRITES_KEPT = 500_000


@dataclass(frozen=True)
class Write:
    """One record written: `deed` is create, update, settle (by a payment or credit) or content."""

    at: datetime
    deed: str
    company: str
    collection: Collection
    record_id: str
    version: int

    def to_json(self) -> dict[str, Any]:
        return {
            "at": to_text(self.at),
            "deed": self.deed,
            "company": self.company,
            "collection": self.collection.value,
            "id": self.record_id,
            "version": self.version,
        }


@dataclass
class Meter:
    clock: Callable[[], datetime]
    calls_per_minute: int | None = None
    calls: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    writes: deque[Write] = field(default_factory=lambda: deque(maxlen=WRITES_KEPT))
    _window: int = 0
    _in_window: int = 0

    def count(self, method: str, collection: str, status: int) -> None:
        self.calls[f"{method} {collection}"] += 1
        self.answers[status] += 1

    def log_of(self, company_id: str) -> Callable[[str, Collection, Record], None]:
        def log(deed: str, collection: Collection, record: Record) -> None:
            self.writes.append(Write(self.clock(), deed, company_id, collection, record["id"], record["version"]))

        return log

    def admit(self) -> None:
        """429 with Retry-After when this minute's calls are used up."""
        if self.calls_per_minute is None:
            return
        second = int(self.clock().timestamp())
        if second // WINDOW_S != self._window:
            self._window, self._in_window = second // WINDOW_S, 0
        self._in_window += 1
        if self._in_window > self.calls_per_minute:
            wait_s = WINDOW_S - second % WINDOW_S
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"More than {self.calls_per_minute} calls a minute; try again in {wait_s} seconds.",
                headers={"retry-after": str(wait_s)},
            )

    def counters(self) -> dict[str, Any]:
        return {
            "total": self.calls.total(),
            "calls": dict(self.calls),
            "answers": {str(status): number for status, number in self.answers.items()},
        }

    def forget_counts(self) -> None:
        self.calls.clear()
        self.answers.clear()
