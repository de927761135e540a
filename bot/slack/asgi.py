"""Slack's signed HTTP requests: one route, answered in threads so that a slow one delays no other.

See https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PATH = "/slack/events"
MOST_BYTES = 3_000_000


def routes(app: App) -> list[Route]:
    async def events(request: Request) -> Response:
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        if not (
            timestamp.isascii() and timestamp.isdecimal() and signature.isascii()
        ):  # the SDK's verifier would raise
            return Response("invalid request", status_code=401)
        body = await request.body()
        if len(body) > MOST_BYTES:
            return Response("too large", status_code=413)
        try:
            asked = to_bolt_request(request, body)
        except UnicodeDecodeError:
            return Response("invalid request", status_code=400)
        return to_starlette_response(await run_in_threadpool(app.dispatch, asked))

    return [Route(PATH, events, methods=["POST"])]
