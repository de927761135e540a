"""The network of a simulation: hands each prepared request straight to a stand-in's state, without a socket."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.exceptions import ConnectionError, ReadTimeout
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import NewConnectionError, ProtocolError

from bot.sandbox.http.exchange import Exchange, Request, Response

QUICKBOOKS_URL, RELEASED_URL = "http://quickbooks.test", "http://released.test"


@dataclass(frozen=True)
class Call:
    """One request as the nemesis sees it."""

    host: str
    request: Request

    @property
    def to_quickbooks(self) -> bool:
        return self.host == "quickbooks.test" and self.request.path.startswith("/v3/")

    @property
    def to_released(self) -> bool:
        return self.host == "released.test"

    @property
    def is_batch(self) -> bool:
        return self.to_quickbooks and self.request.path.endswith("/batch")

    @property
    def is_write(self) -> bool:
        if self.is_batch:
            return b'"Query"' not in self.request.body
        return self.request.method != "GET" and not self.request.path.endswith("/query")

    def __str__(self) -> str:
        query = " ".join(f"{name}={value}" for name, value in self.request.query.items() if name != "minorversion")
        return f"{self.request.method} {self.request.path} {query}".strip()


Carry = Callable[[Call], Response]
Strike = Callable[[Call, Carry], Response]
"""Carries a call out, or not, or twice; may raise what `requests` raises when a network fails."""


class Wire(BaseAdapter):
    """Mount it on a session for both hosts. `strike` is where faults come in."""

    def __init__(self, sides: Mapping[str, Exchange], strike: Strike) -> None:
        super().__init__()
        self.sides, self.strike = sides, strike

    def send(  # type: ignore[override]  # the parent's options mean nothing without a socket
        self, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        address = urlsplit(str(request.url))
        headers = {name.lower(): str(value) for name, value in request.headers.items()}
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        method = str(request.method)
        headers.setdefault("host", address.netloc)
        wanted = Request(method, address.path, query, headers, _bytes_of(request.body))
        answer = self.strike(Call(address.netloc, wanted), self._carry)
        return _response(answer, request)

    def close(self) -> None:
        """Nothing is open."""

    def _carry(self, call: Call) -> Response:
        return self.sides[call.host].handle(call.request)


class _Torn(io.BytesIO):
    """A body whose connection is cut before its end."""

    def stream(self, *_: object, **__: object) -> Any:
        yield self.getvalue()[: len(self.getvalue()) // 2]
        raise ProtocolError("Connection broken: IncompleteRead")


def torn(response: Response) -> Response:
    return Response(response.status, response.body, {**response.headers, "x-torn": "yes"})


def refused() -> ConnectionError:
    """Nobody listens: it is sure that nothing was changed."""
    return ConnectionError(_Reason(NewConnectionError(None, "Connection refused")))  # type: ignore[arg-type]


def reset() -> ConnectionError:
    return ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer")))


def timed_out() -> ReadTimeout:
    return ReadTimeout("Read timed out. (read timeout=120)")


class _Reason(Exception):
    """As urllib3's MaxRetryError, which keeps the true cause inside."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _bytes_of(body: Any) -> bytes:
    match body:
        case None:
            return b""
        case bytes():
            return body
        case str():
            return body.encode()
    if hasattr(body, "read"):
        return bytes(body.read())
    return b"".join(body)


def _response(answer: Response, request: requests.PreparedRequest) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(answer.headers)
    response.raw = _Torn(answer.body) if "x-torn" in answer.headers else io.BytesIO(answer.body)
    response.request, response.url = request, str(request.url)
    response.encoding = "utf-8"
    return response
