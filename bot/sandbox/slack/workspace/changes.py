"""Tells open pages what changed: a numbered list, so that a page misses nothing before its stream is open."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

KEPT = 2_000


@dataclass(frozen=True)
class Change:
    """`topic` is `messages`, `views`, `home`, `toast` or `sockets`; `user` empty means everyone."""

    number: int
    topic: str
    user: str = ""
    channel: str = ""
    text: str = ""

    def concerns(self, user: str) -> bool:
        return self.user in ("", user)


Listener = Callable[[Change], None]


class Changes:
    def __init__(self) -> None:
        self.number = 0
        self._recent: deque[Change] = deque(maxlen=KEPT)
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()

    def add(self, topic: str, *, user: str = "", channel: str = "", text: str = "") -> None:
        with self._lock:
            self.number += 1
            change = Change(self.number, topic, user, channel, text)
            self._recent.append(change)
            listeners = list(self._listeners)
        for listener in listeners:
            listener(change)

    def subscribe(self, listener: Listener, since: int) -> list[Change]:
        """From now on call `listener`; returns what has changed after the number `since`."""
        with self._lock:
            self._listeners.append(listener)
            return [change for change in self._recent if change.number > since]

    def unsubscribe(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.remove(listener)
