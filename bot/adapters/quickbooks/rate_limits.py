"""Every limit of QuickBooks, and the turnstile that keeps all threads working on one company below them."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

MAX_BATCH_ITEMS = 30
MAX_ROWS = 1000  # of one query
MAX_CDC_OBJECTS = 1000  # of all entities together
CDC_LOOK_BACK = timedelta(days=30)
MAX_REQUESTID_CHARS = 50  # together with the bId in a batch
THROTTLE_WAIT_S = 60.0  # after a 429 that does not say how long

# What a request may be late by on its way: it is counted when it arrives, not when it is sent, so a window is a little
# longer here than there. One second in a minute costs under 2 % of the rate.
_MINUTE_S, _MINUTE_MARGIN_S = 60.0, 1.0
_SECOND_S, _SECOND_MARGIN_S = 1.0, 0.1
_SHORTEST_PAUSE_S = 0.001  # so that a rounding error never becomes an endless loop
KEPT_FOR_READS = 20  # requests of a minute that single writes leave alone


@dataclass(frozen=True)
class Caps:
    """Per realm: https://developer.intuit.com/app/developer/qbo/docs/learn/limits-and-throttles

    Batches may be raised to 120 a minute, which that page grants to a realm over all apps.
    """

    requests_per_minute: int = 500
    requests_per_second: int = 10
    concurrent: int = 10
    batches_per_minute: int = 40


@dataclass(frozen=True)
class Room:
    """What may be sent at once: batches, and single writes beside all the batches of a minute."""

    batches: int
    singles: int


@dataclass
class _Window:
    """The last `cap` starts; the next may follow when the oldest is `length_s` ago, so every window keeps the cap."""

    cap: int
    length_s: float
    starts: deque[float] = field(default_factory=deque)

    def wait_s(self, now: float) -> float:
        return self.starts[0] + self.length_s - now if len(self.starts) >= self.cap else 0.0

    def enter(self, now: float) -> None:
        self.starts.append(now)
        if len(self.starts) > self.cap:
            self.starts.popleft()

    def used(self, now: float) -> int:
        return sum(1 for start in self.starts if now - start < self.length_s)


class RealmLimits:
    """One for each realm and process. `clock` gives monotonic seconds; `pause` sleeps and is called by many threads."""

    def __init__(
        self,
        caps: Caps = Caps(),  # frozen
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.caps = caps
        self._clock, self._pause = clock, pause
        minute_s = _MINUTE_S + _MINUTE_MARGIN_S
        self._minute = _Window(caps.requests_per_minute, minute_s)
        self._requests = (self._minute, _Window(caps.requests_per_second, _SECOND_S + _SECOND_MARGIN_S))
        self._batches = _Window(caps.batches_per_minute, minute_s)
        self._held_until = float("-inf")
        self._in_flight = 0
        self._changed = threading.Condition()

    @contextmanager
    def slot(self, batch: bool = False) -> Iterator[None]:
        """Waits until one more request may be sent, and holds its place among the concurrent ones until it is over."""
        self._enter(batch)
        try:
            yield
        finally:
            with self._changed:
                self._in_flight -= 1
                self._changed.notify_all()  # not just one: who wakes may still have to wait for its window

    def hold(self, seconds: float) -> None:
        """After a 429: nobody sends to this realm for so long."""
        with self._changed:
            self._held_until = max(self._held_until, self._clock() + seconds)

    def room(self) -> Room:
        """At this moment; a single write may be sent where it takes nothing from this minute's batches and reads."""
        with self._changed:
            now = self._clock()
            if self._held_until > now:
                return Room(0, 0)
            batches = self._batches.used(now)
            others = self._minute.used(now) - batches
            singles = self.caps.requests_per_minute - self.caps.batches_per_minute - KEPT_FOR_READS - others
            return Room(max(0, self.caps.batches_per_minute - batches), max(0, singles))

    def _enter(self, batch: bool) -> None:
        windows = (*self._requests, self._batches) if batch else self._requests
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._in_flight < self.caps.concurrent)
                now = self._clock()
                wait_s = max(self._held_until - now, *(window.wait_s(now) for window in windows))
                if wait_s <= 0:
                    for window in windows:
                        window.enter(now)
                    self._in_flight += 1
                    return
            self._pause(max(wait_s, _SHORTEST_PAUSE_S))


class LimitsByRealm:
    """Hands out the one `RealmLimits` of each realm."""

    def __init__(
        self,
        caps: Caps = Caps(),  # frozen
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._caps, self._clock, self._pause = caps, clock, pause
        self._limits: dict[str, RealmLimits] = {}
        self._lock = threading.Lock()

    def of(self, realm: str) -> RealmLimits:
        with self._lock:
            return self._limits.setdefault(realm, RealmLimits(self._caps, self._clock, self._pause))
