"""Serves a stand-in over real HTTP: the state's answers, its knobs under `/_control`, its pages for the rest."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.http.exchange import Exchange, Request, Response, json_response
from bot.sandbox.http.knobs import BadRule, Knobs

HOST = "127.0.0.1"
START_TIMEOUT_S = 20


class ExchangeApp:
    """ASGI: paths that start with one of `prefixes` go to the state, `/_control` to the knobs, others to `pages`."""

    def __init__(self, state: Exchange, knobs: Knobs, prefixes: tuple[str, ...], pages: ASGIApp | None = None) -> None:
        self.state, self.knobs, self.prefixes, self.pages = state, knobs, prefixes, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/_control"):
            request = await _read(scope, receive)
            await _answer(send, await run_in_threadpool(self._control, request))
        elif scope["type"] == "http" and scope["path"].startswith(self.prefixes):
            await self._exchange(scope, receive, send)
        elif self.pages is not None:
            await self.pages(scope, receive, send)
        elif scope["type"] == "http":
            await _answer(send, json_response(404, {"error": "no such path"}))

    async def _exchange(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await _read(scope, receive)
        effect = self.knobs.effect_for(request) or {}
        kind = effect.get("kind")
        delay_ms = self.knobs.latency_ms + (effect.get("ms", 0) if kind == "delay" else 0)
        if delay_ms:
            await asyncio.sleep(delay_ms / 1000)
        if kind == "reply":
            await _answer(send, _canned(effect))
        elif kind == "drop_before":
            _cut(receive)
        else:
            response = await run_in_threadpool(self.state.handle, request)
            if kind == "after_reply":
                await _answer(send, _canned(effect))
            elif kind == "drop_after":
                await asyncio.sleep(effect.get("ms", 0) / 1000)
                _cut(receive)
            elif kind == "truncate":
                await _answer(send, response, cut_at=int(effect.get("bytes", len(response.body) // 2)))
                _cut(receive)
            else:
                await _answer(send, response)

    def _control(self, request: Request) -> Response:
        """GET/PUT `/_control/latency` {"ms": n}; POST/DELETE `/_control/faults`; more by the state's own `control`."""
        try:
            body = json.loads(request.body) if request.body else {}
            match request.method, request.path:
                case "PUT", "/_control/latency":
                    self.knobs.latency_ms = int(body["ms"])
                case "POST", "/_control/faults":
                    self.knobs.add(*(body if isinstance(body, list) else [body]))
                case "DELETE", "/_control/faults":
                    self.knobs.clear()
                case _:
                    control: Callable[[str, str, Any], Response | None] | None = getattr(self.state, "control", None)
                    answer = control(request.method, request.path.removeprefix("/_control/"), body) if control else None
                    return answer or json_response(404, {"error": "no such control"})
        except (BadRule, ValueError, KeyError, TypeError) as problem:
            return json_response(400, {"error": str(problem)})
        return json_response(200, {"latency_ms": self.knobs.latency_ms, "rules": len(self.knobs.rules)})


class ServerThread:
    """Runs an ASGI app on localhost in a thread; a context manager that gives back the address."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        self._socket = socket.create_server((HOST, port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited; else 40 ms an answer
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1, ws_max_size=2**24)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    def start(self) -> "ServerThread":
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"the stand-in on port {self.port} did not start")
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()

    def __enter__(self) -> "ServerThread":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


async def _read(scope: Scope, receive: Receive) -> Request:
    chunks: list[bytes] = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
    return Request(scope["method"], scope["path"], query, headers, b"".join(chunks))


async def _answer(send: Callable[[Any], Awaitable[None]], response: Response, cut_at: int | None = None) -> None:
    headers = {"content-length": str(len(response.body)), **response.headers}
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": pairs})
    body = response.body if cut_at is None else response.body[:cut_at]
    await send({"type": "http.response.body", "body": body, "more_body": cut_at is not None})


def _canned(effect: Mapping[str, Any]) -> Response:
    body = effect.get("body", "")
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    default = "application/json" if not isinstance(body, str) else "text/html"
    return Response(int(effect.get("status", 500)), data, {"content-type": default, **effect.get("headers", {})})


def _cut(receive: Receive) -> None:
    """Abort the TCP connection: uvicorn's `receive` is a method of the object that owns the transport."""
    cycle = getattr(receive, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is None:
        raise RuntimeError("cannot cut a connection on this server")
    if cycle is not None:
        cycle.disconnected = True
    transport.abort()
