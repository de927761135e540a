"""How a test waits: for what it needs to see, and never for a time that another machine would need longer for."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.http.exchange import Exchange, Request, Response
from bot.sandbox.slack import SlackState
from bot.sandbox.slack.workspace import tickets
from bot.slack.settings import company
from bot.slack.who import permission

PATIENCE_S = 120.0
"""Only a test that fails waits so long: it is far more than anything takes on the slowest and busiest machine."""


def eventually(look: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
    """The first true value that `look` gives."""
    deadline = time.monotonic() + patience_s
    while not (found := look()):
        assert time.monotonic() < deadline, "what was expected did not happen"
        time.sleep(0.02)
    return found


@dataclass
class Standing:
    """Stands for the module `time` where a test moves it: it goes on only where somebody sleeps."""

    now_s: float = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


@dataclass
class Gate:
    """`arrived` is set when a request waits before it, which takes effect only once it is `opened`."""

    arrived: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> None:
        assert self.arrived.wait(PATIENCE_S), "no such request came"


@contextmanager
def held(side: Exchange, method: str = "", path: str = "", skip: int = 0) -> Iterator[Gate]:
    """Of the requests to a stand-in that match, all after the first `skip` wait for the test. At the end they go on."""
    gate, handle, lock, seen = Gate(), side.handle, threading.Lock(), [0]

    def waits(request: Request) -> Response:
        if method in ("", request.method) and path in request.path:
            with lock:
                seen[0] += 1
                is_held = seen[0] > skip
            if is_held:
                gate.arrived.set()
                assert gate.opened.wait(PATIENCE_S), "the test has forgotten its gate"
        return handle(request)

    side.handle = waits  # type: ignore[method-assign]
    try:
        yield gate
    finally:
        gate.opened.set()
        side.handle = handle  # type: ignore[method-assign]


@contextmanager
def unhurried(*slack: SlackState) -> Iterator[None]:
    """Slack waits for the bot, and the bot for Slack, as long as a busy machine needs; a test of that has its own."""
    for one in slack:
        one.settings.ack_timeout_s = PATIENCE_S
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tickets, "TRIGGER_LIFE", timedelta(seconds=PATIENCE_S))
        for module, name in ((permission, "PATIENCE_S"), (permission, "ALTOGETHER_S"), (company, "PATIENCE_S")):
            patch.setattr(module, name, PATIENCE_S)
        yield
