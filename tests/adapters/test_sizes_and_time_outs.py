"""A limit on what a server can do to us: how long it is silent, how slowly it speaks, how much it sends."""

import gzip
from dataclasses import dataclass
from io import BytesIO

import pytest
import requests

from bot.adapters import http
from bot.adapters.http import new_session, send
from bot.adapters.quickbooks.client import QuickBooks
from bot.core.faults import Action, ApiError, Side
from bot.sandbox.http.exchange import Request, Response
from tests.adapters.conftest import Server

MIB = 2**20


@dataclass
class Ticking:
    """A clock that moves on by so much at every look."""

    step_s: float
    now_s: float = 0.0

    def monotonic(self) -> float:
        self.now_s += self.step_s
        return self.now_s


def blown_up(size: int) -> Response:
    """So many bytes, of which few cross the line."""
    return Response(200, gzip.compress(bytes(size), compresslevel=1), {"content-encoding": "gzip"})


def test_we_wait_for_an_answer_longer_than_quickbooks_works_on_it() -> None:
    """It gives a request up after 120 s: https://developer.intuit.com/app/developer/qbo/docs/learn/limits-and-throttles

    Whoever gives up sooner takes for lost what is still being booked.
    """
    with new_session() as session:
        adapter = session.get_adapter("https://quickbooks.api.intuit.com/")
    connect_s, read_s = adapter.timeout_s  # type: ignore[attr-defined]
    assert 120 <= read_s <= 180
    assert 3 <= connect_s <= 30


def test_a_slow_body_is_read_for_minutes_and_not_for_ever(
    server: Server, session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers(Response(200, bytes(MIB)))  # in sixteen parts
    monkeypatch.setattr(http, "time", Ticking(10))
    assert len(send(session, "GET", server.url, side=Side.RELEASED).body) == MIB
    monkeypatch.setattr(http, "time", Ticking(60))
    with pytest.raises(ApiError) as caught:
        send(session, "GET", server.url, side=Side.RELEASED)
    assert (caught.value.fault.code, caught.value.action) == ("timeout", Action.RETRY)


def test_an_answer_of_more_than_64_megabytes_is_not_kept(server: Server, session: requests.Session) -> None:
    server.answers(blown_up(64 * MIB + 1))
    with pytest.raises(ApiError) as caught:
        send(session, "GET", server.url, side=Side.QUICKBOOKS)
    assert (caught.value.fault.code, caught.value.action) == ("too-large", Action.RECORD)


def test_a_file_of_more_than_100_megabytes_is_not_fetched(server: Server, quickbooks: QuickBooks) -> None:
    """QuickBooks takes none: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/attachable"""

    def answer(request: Request) -> Response:
        is_address = "/download/" in request.path
        return Response(200, f"{server.url}/file".encode()) if is_address else blown_up(100 * MIB + 1)

    server.answer = answer
    with pytest.raises(ApiError) as caught:
        quickbooks.download("7", BytesIO())
    assert (caught.value.fault.code, caught.value.action) == ("too-large", Action.RECORD)
