"""QuickBooks' limits on calls, per realm: each minute, each second, at once, batches each minute, reads each month.

https://developer.intuit.com/app/developer/qbo/docs/learn/limits-and-throttles
"""

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Limits:
    """None switches a limit off."""

    per_minute: int | None = 500
    per_second: int | None = 10
    concurrent: int | None = 10
    batches_per_minute: int | None = 40
    core_plus_per_month: int | None = 500_000
    """Reads that succeed, of all companies together (the free tier of the App Partner Program)."""


OFF = Limits(None, None, None, None, None)


@dataclass
class _Realm:
    calls: deque[datetime] = field(default_factory=deque)
    batches: deque[datetime] = field(default_factory=deque)
    tokens: float | None = None
    filled: datetime | None = None
    in_flight: int = 0


@dataclass
class Throttle:
    limits: Limits = field(default_factory=Limits)
    core_plus: Counter[tuple[int, int]] = field(default_factory=Counter)
    """Successful reads by year and month."""
    _realms: dict[str, _Realm] = field(default_factory=dict)

    def admits(self, realm: str, now: datetime, *, batch: bool, read: bool) -> bool:
        """Whether a call may go ahead; if so it counts against the limits."""
        state = self._realms.setdefault(realm, _Realm())
        self._refill(state, now)
        limits = self.limits
        month = limits.core_plus_per_month
        if read and month is not None and self.core_plus[(now.year, now.month)] >= month:
            return False
        if _is_full(state.calls, now, limits.per_minute):
            return False
        if batch and _is_full(state.batches, now, limits.batches_per_minute):
            return False
        if state.tokens is not None:
            if state.tokens < 1:
                return False
            state.tokens -= 1
        state.calls.append(now)
        if batch:
            state.batches.append(now)
        return True

    def count_read(self, now: datetime) -> None:
        self.core_plus[(now.year, now.month)] += 1

    def enter(self, realm: str) -> bool:
        """A call begins; False if too many are under way. Pair each True with `leave`."""
        state = self._realms.setdefault(realm, _Realm())
        if self.limits.concurrent is not None and state.in_flight >= self.limits.concurrent:
            return False
        state.in_flight += 1
        return True

    def leave(self, realm: str) -> None:
        self._realms[realm].in_flight -= 1

    def set(self, **changes: int | None) -> None:
        self.limits = replace(self.limits, **changes)
        for state in self._realms.values():
            state.tokens = state.filled = None

    def _refill(self, state: _Realm, now: datetime) -> None:
        """A bucket of one second's calls, filled evenly."""
        rate = self.limits.per_second
        if rate is None:
            state.tokens = None
        elif state.tokens is None or state.filled is None:
            state.tokens, state.filled = float(rate), now
        else:
            elapsed_s = max(0.0, (now - state.filled).total_seconds())
            state.tokens, state.filled = min(float(rate), state.tokens + elapsed_s * rate), now


def _is_full(calls: deque[datetime], now: datetime, limit: int | None) -> bool:
    while calls and now - calls[0] >= MINUTE:
        calls.popleft()
    return limit is not None and len(calls) >= limit
