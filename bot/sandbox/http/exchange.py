"""One HTTP request and its answer as plain values, so that a stand-in's state can be used with and without a socket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Request:
    """`headers` have lower-case names; `query` holds the decoded query string (last value wins)."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Exchange(Protocol):
    """The state of a stand-in: answers a request, without network and without sleeping."""

    def handle(self, request: Request) -> Response: ...


def json_response(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Response(status, body, {"content-type": "application/json;charset=UTF-8", **(headers or {})})
