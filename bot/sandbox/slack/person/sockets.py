"""Socket Mode: the connections of the app, envelopes sent over them, and their acknowledgements.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.slack.workspace.state import SlackState
from bot.sandbox.slack.workspace.workspace import APP_ID

CONNECTIONS = 10
POLICY_VIOLATION = 1008
GOING_AWAY = 1001


@dataclass
class Sockets:
    """Lives on the server's event loop; a payload goes to one of the open connections, in turn."""

    state: SlackState
    _open: list[WebSocket] = field(default_factory=list)
    _waiting: dict[str, "asyncio.Future[Mapping[str, Any]]"] = field(default_factory=dict)
    _turn: int = 0

    @property
    def is_connected(self) -> bool:
        return bool(self._open)

    async def serve(self, websocket: WebSocket) -> None:
        """One connection from hello to goodbye; it needs a fresh ticket of apps.connections.open."""
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self.state.socket_tickets or len(self._open) >= CONNECTIONS:
            await websocket.close(POLICY_VIOLATION)
            return
        self.state.socket_tickets.discard(ticket)
        await websocket.accept()
        await websocket.send_json(self._hello())
        self._open.append(websocket)
        self.state.changes.add("sockets")
        try:
            while True:
                self._acknowledged(await websocket.receive_text())
        except WebSocketDisconnect:
            return
        finally:
            if websocket in self._open:
                self._open.remove(websocket)
            self.state.changes.add("sockets")

    def _hello(self) -> dict[str, Any]:
        connection = {"app_id": APP_ID}
        return {"type": "hello", "num_connections": len(self._open) + 1, "connection_info": connection}

    def _acknowledged(self, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return
        waiting = self._waiting.get(message.get("envelope_id", "")) if isinstance(message, dict) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(message.get("payload") or {})

    async def send(self, envelope: Mapping[str, Any], timeout_s: float) -> Mapping[str, Any] | None:
        """The payload of the acknowledgement, or None if none came in time."""
        self._turn += 1
        websocket = self._open[self._turn % len(self._open)]
        envelope_id = str(envelope["envelope_id"])
        waiting: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting
        try:
            async with asyncio.timeout(timeout_s):
                await websocket.send_text(json.dumps(envelope))
                return await waiting
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return None
        finally:
            del self._waiting[envelope_id]

    async def disconnect(self, reason: str) -> int:
        """Close every connection and say how many there were.

        `reason` is Slack's (`warning`, `refresh_requested`, `link_disabled`) and makes a client come back at once;
        without one the line is simply cut.
        """
        leaving, self._open = self._open, []
        for websocket in leaving:
            if reason:
                debug = {"host": "sandbox"}
                await websocket.send_json({"type": "disconnect", "reason": reason, "debug_info": debug})
            await websocket.close(GOING_AWAY)
        return len(leaving)
