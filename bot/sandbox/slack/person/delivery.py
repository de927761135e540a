"""Brings a payload to the app, over Socket Mode or as a signed HTTP request, and waits for its acknowledgement.

Sources: https://docs.slack.dev/authentication/verifying-requests-from-slack,
https://docs.slack.dev/apis/events-api (retries)
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

import requests

from bot.sandbox.slack.person.sockets import Sockets
from bot.sandbox.slack.workspace.state import SlackState
from bot.sandbox.slack.workspace.workspace import APP_ID, BOT_USER_ID, TEAM_ID

HTTP_WORKERS = 64
USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


class Kind(StrEnum):
    COMMAND = "slash_commands"
    INTERACTIVE = "interactive"
    EVENT = "events_api"


@dataclass(frozen=True)
class Ack:
    """`failure` is empty where the app answered in time; `body` is what it said."""

    body: Mapping[str, Any] = field(default_factory=dict)
    failure: str = ""


@dataclass(frozen=True)
class Retry:
    number: int
    reason: str


TIMEOUT = Ack(failure="operation_timeout")
NOT_CONNECTED = Ack(failure="dispatch_failed")


def sign(secret: str, timestamp: int, body: str) -> str:
    """The v0 signature of a request body."""
    message = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


class Delivery:
    """Socket Mode while a socket is connected, else HTTP if there is a request URL, else nobody is there."""

    def __init__(self, state: SlackState, sockets: Sockets) -> None:
        self.state, self.sockets = state, sockets
        self._workers = ThreadPoolExecutor(HTTP_WORKERS, thread_name_prefix="slack-delivery")
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=HTTP_WORKERS))
        self._background: set[asyncio.Task[None]] = set()

    async def deliver(self, kind: Kind, payload: Mapping[str, Any], retry: Retry | None = None) -> Ack:
        if self.sockets.is_connected:
            return await self._over_socket(kind, payload, retry)
        if self.state.request_url:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._workers, self._over_http, kind, payload, retry)
        return NOT_CONNECTED

    async def _over_socket(self, kind: Kind, payload: Mapping[str, Any], retry: Retry | None) -> Ack:
        envelope = {
            "envelope_id": self.state.new_id("E"),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind is not Kind.EVENT,
        }
        if kind is Kind.EVENT:
            envelope |= {"retry_attempt": retry.number if retry else 0, "retry_reason": retry.reason if retry else ""}
        answer = await self.sockets.send(envelope, self.state.settings.ack_timeout_s)
        return TIMEOUT if answer is None else Ack(answer)

    def _over_http(self, kind: Kind, payload: Mapping[str, Any], retry: Retry | None) -> Ack:
        body, content_type = _encoded(kind, payload)
        timestamp = int(self.state.clock().timestamp())
        headers = {
            "content-type": content_type,
            "user-agent": USER_AGENT,
            "x-slack-request-timestamp": str(timestamp),
            "x-slack-signature": sign(self.state.credentials.signing_secret, timestamp, body),
        }
        if retry:
            headers |= {"x-slack-retry-num": str(retry.number), "x-slack-retry-reason": retry.reason}
        timeout_s = self.state.settings.ack_timeout_s
        try:
            response = self._http.post(self.state.request_url, body.encode(), headers=headers, timeout=timeout_s)
        except requests.Timeout:
            return TIMEOUT
        except requests.RequestException:
            return NOT_CONNECTED
        return _read(response)

    def event(self, event: Mapping[str, Any]) -> None:
        """Send an event in the background, again after 0 s, 60 s and 300 s while it is not acknowledged."""
        name = f"message.{event['channel_type']}" if event["type"] == "message" else event["type"]
        if name in self.state.settings.events:
            self._start(self._event_until_acknowledged(self._callback(event)))

    def _callback(self, event: Mapping[str, Any]) -> dict[str, Any]:
        authorization = {"team_id": TEAM_ID, "user_id": BOT_USER_ID, "is_bot": True, "is_enterprise_install": False}
        return {
            "token": "sandbox",
            "team_id": TEAM_ID,
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": self.state.new_id("Ev"),
            "event_time": int(self.state.clock().timestamp()),
            "authorizations": [{"enterprise_id": None, **authorization}],
            "is_ext_shared_channel": False,
        }

    async def _event_until_acknowledged(self, payload: Mapping[str, Any]) -> None:
        ack = await self.deliver(Kind.EVENT, payload)
        for number, delay_s in enumerate(self.state.settings.retry_delays_s, start=1):
            if not ack.failure:
                return
            await asyncio.sleep(delay_s)
            reason = "http_timeout" if ack.failure == TIMEOUT.failure else "connection_failed"
            ack = await self.deliver(Kind.EVENT, payload, Retry(number, reason))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def close(self) -> None:
        for task in self._background:
            task.cancel()
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._http.close()


def _encoded(kind: Kind, payload: Mapping[str, Any]) -> tuple[str, str]:
    """Body and content type: fields for a command, one field `payload` for an interaction, JSON for an event."""
    if kind is Kind.EVENT:
        return json.dumps(payload), "application/json"
    fields = payload if kind is Kind.COMMAND else {"payload": json.dumps(payload)}
    return urlencode(fields), "application/x-www-form-urlencoded"


def _read(response: requests.Response) -> Ack:
    if response.status_code != requests.codes.ok:
        return Ack(failure="http_service_error" if response.status_code >= 500 else "http_client_error")
    if "json" in response.headers.get("content-type", ""):
        try:
            body = response.json()
        except requests.JSONDecodeError:
            return Ack(failure="http_client_error")
        return Ack(body if isinstance(body, dict) else {})
    return Ack({"text": response.text} if response.text else {})
