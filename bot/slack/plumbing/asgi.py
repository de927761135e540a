"""Slack's signed HTTP requests: one route, answered in threads so that a slow one delays no other.

Nothing of a request is looked at, let alone answered to anybody, before its signature is found good.
See https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk.signature import SignatureVerifier
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PATH = "/slack/events"
MOST_BYTES = 3_000_000
TIMESTAMP_DIGITS = 12
UNREADABLE = (ValueError, TypeError, AttributeError, RecursionError)
"""What Bolt raises for a body that is no text, no JSON, no object, or nested without end; Slack sends none of these."""


def routes(app: App, signing_secret: str) -> list[Route]:
    verifier = SignatureVerifier(signing_secret)

    async def events(request: Request) -> Response:
        body = await _read(request)
        if body is None:
            return Response("too large", status_code=413)
        try:
            if not _is_signed(verifier, request, body):
                return Response("invalid request", status_code=401)
            asked = to_bolt_request(request, body)
        except UNREADABLE:
            return Response("invalid request", status_code=400)
        return to_starlette_response(await run_in_threadpool(app.dispatch, asked))

    return [Route(PATH, events, methods=["POST"])]


async def _read(request: Request) -> bytes | None:
    """None as soon as it is more than Slack sends."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _is_signed(verifier: SignatureVerifier, request: Request, body: bytes) -> bool:
    """Within five minutes, compared in constant time; the SDK's verifier would raise for what is no number."""
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    is_number = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= TIMESTAMP_DIGITS
    return is_number and signature.isascii() and bool(verifier.is_valid(body, timestamp, signature))
