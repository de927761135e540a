"""What is left alone for a while: channels and messages about which Slack said "not now" or "not here"."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class Holds:
    """Safe to use from several threads."""

    clock: Callable[[], datetime]
    _until: dict[str, datetime] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def is_held(self, name: str) -> bool:
        with self._lock:
            until = self._until.get(name)
        return until is not None and self.clock() < until

    def hold(self, name: str, wait: timedelta) -> None:
        now = self.clock()
        with self._lock:
            self._until = {known: until for known, until in self._until.items() if until > now}
            self._until[name] = now + wait

    def let_go(self, name: str) -> None:
        with self._lock:
            self._until.pop(name, None)
