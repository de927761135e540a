"""One small server for all adapter tests: each test says how it answers, and sees what was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.adapters.http import new_session
from bot.adapters.meter import Meter
from bot.adapters.quickbooks.client import QuickBooks
from bot.adapters.quickbooks.rate_limits import Caps, RealmLimits
from bot.sandbox.http.exchange import Request, Response, json_response
from bot.sandbox.http.knobs import Knobs
from bot.sandbox.http.serving import ExchangeApp, ServerThread
from tests.patience import PATIENCE_S

SHARED_DATA = Path(__file__).parents[2].parent / "shared" / "data"
Answer = Callable[[Request], Response]


@dataclass
class Server:
    """`answer` is what the server does; `requests` is what it was asked, in order."""

    url: str = ""
    knobs: Knobs = field(default_factory=Knobs)
    answer: Answer = lambda request: json_response(404, {})
    requests: list[Request] = field(default_factory=list)

    def handle(self, request: Request) -> Response:
        self.requests.append(request)
        return self.answer(request)

    def answers(self, *responses: Response) -> None:
        """One after the other; the last one for ever."""
        left = list(responses)
        self.answer = lambda request: left.pop(0) if len(left) > 1 else left[0]


@dataclass
class FakeTime:
    """A clock that moves only by pausing."""

    now: float = 1_000.0
    pauses: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture(scope="session")
def _served() -> Iterator[Server]:
    server = Server()
    with ServerThread(ExchangeApp(server, server.knobs, ("/",))) as thread:
        server.url = thread.url
        yield server


@pytest.fixture
def server(_served: Server) -> Iterator[Server]:
    yield _served
    _served.requests.clear()
    _served.knobs.clear()
    _served.answers(json_response(404, {}))


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with new_session(timeout_s=(PATIENCE_S, PATIENCE_S)) as session:
        yield session


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


class Grant:
    """Hands out token-1, token-2 ... and a new one only for the one that was refused."""

    def __init__(self) -> None:
        self.number, self.renewals, self.lock = 1, 0, threading.Lock()

    def __call__(self, refused: str) -> str:
        with self.lock:
            if refused == f"token-{self.number}":
                self.number, self.renewals = self.number + 1, self.renewals + 1
            return f"token-{self.number}"


@pytest.fixture
def grant() -> Grant:
    return Grant()


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def quickbooks(
    server: Server, session: requests.Session, grant: Grant, meter: Meter, fake_time: FakeTime
) -> QuickBooks:
    limits = RealmLimits(Caps(), fake_time.clock, fake_time.pause)
    return QuickBooks("46", f"{server.url}/", grant, session, limits, meter, fake_time.pause)


def recorded(name: str) -> list[dict[str, Any]]:
    """The fault bodies that others met; empty where the shared data is not there (the tests then say why they skip)."""
    path = SHARED_DATA / name
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`recorded_fault`: each JSON, XML or HTML body of shared/data as (status, content type, bytes)."""
    if "recorded_fault" not in metafunc.fixturenames:
        return
    json_faults = [
        (fault["http_status"], "application/json", json.dumps(fault["body"]).encode(), fault["source"])
        for fault in recorded("faults.jsonl")
    ]
    xml_faults = [
        (fault["http_status"], fault["content_type"], fault["body_xml"].encode(), fault["source"])
        for fault in recorded("faults_xml.jsonl")
    ]
    faults = json_faults + xml_faults
    absent = pytest.param(None, marks=pytest.mark.skip(reason=f"no recorded faults in {SHARED_DATA.name}"))
    ids = [f"{number}-{source.rpartition('/')[2][:40]}" for number, (*_, source) in enumerate(faults)]
    metafunc.parametrize("recorded_fault", faults or [absent], ids=ids or None)
