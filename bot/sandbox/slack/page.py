"""The browser's side of the stand-in: the page, its parts to be fetched anew, the stream of changes, files."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.slack.person import interactions
from bot.sandbox.slack.person.containers import find_channel_of, find_user
from bot.sandbox.slack.person.delivery import Delivery
from bot.sandbox.slack.render.pages import Pages
from bot.sandbox.slack.workspace.changes import Change
from bot.sandbox.slack.workspace.errors import NoSuchThing
from bot.sandbox.slack.workspace.workspace import Channel, User

STATIC = Path(__file__).parent / "static"
HEARTBEAT_S = 15
OTHER_FILES = "application/octet-stream"
SECURITY = {
    "content-security-policy": "default-src 'self'; img-src * data:; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


@dataclass(frozen=True)
class Site:
    delivery: Delivery

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.page),
            Route("/fragment/{part}", self.fragment, methods=["GET", "POST"]),
            Route("/stream", self.stream),
            Route("/files/{file_id}/{name}", self.file),
            Route("/archives/{channel}/{place}", self.permalink),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]

    def _reader(self, request: Request) -> tuple[User, Channel]:
        """Who looks at what; without a word the first person at their first channel."""
        state = self.delivery.state
        query = request.query_params
        user = find_user(state, query.get("user") or state.workspace.people()[0].id)
        mine = state.workspace.channels_of(user.id)
        wanted = query.get("channel")
        channel_id = find_channel_of(state, user, wanted) if wanted else mine[0].id
        return user, state.workspace.channels[channel_id]

    async def page(self, request: Request) -> Response:
        try:
            user, channel = self._reader(request)
        except NoSuchThing:
            return RedirectResponse("/")
        query = request.query_params
        pages = Pages(self.delivery.state, user)
        is_connected = self.delivery.sockets.is_connected or bool(self.delivery.state.request_url)
        tab = query.get("tab", "messages")
        return HTMLResponse(pages.whole(channel, tab, query.get("thread", ""), is_connected), headers=SECURITY)

    async def fragment(self, request: Request) -> Response:
        try:
            user, channel = self._reader(request)
        except NoSuchThing as problem:
            return PlainTextResponse(str(problem), 404)
        pages = Pages(self.delivery.state, user)
        known = await request.json() if request.method == "POST" else {}
        match request.path_params["part"]:
            case "messages":
                return HTMLResponse(pages.messages(channel, known), headers=SECURITY)
            case "thread":
                root = request.query_params.get("thread", "")
                return HTMLResponse(pages.thread(channel, root, known), headers=SECURITY)
            case "modal":
                return HTMLResponse(pages.modal(), headers=SECURITY)
            case "home":
                return HTMLResponse(pages.home(), headers=SECURITY)
            case _:
                return PlainTextResponse("no such part", 404)

    async def stream(self, request: Request) -> Response:
        try:
            user, _ = self._reader(request)
        except NoSuchThing as problem:
            return PlainTextResponse(str(problem), 404)
        seen = request.headers.get("last-event-id") or request.query_params.get("since", "0")
        since = int(seen) if seen.isdecimal() else 0
        if request.query_params.get("tab") == "home" and "last-event-id" not in request.headers:
            interactions.open_home(self.delivery, user)
        changes = self._changes(user, since)
        return StreamingResponse(changes, media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def _changes(self, user: User, since: int) -> AsyncIterator[str]:
        """Everything after the number `since`, then what comes; a comment now and then keeps the line open."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Change] = asyncio.Queue()

        def hear(change: Change) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, change)

        missed = self.delivery.state.changes.subscribe(hear, since)
        try:
            yield ": hello\n\n"
            for change in missed:
                if change.concerns(user.id):
                    yield self._event(change)
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT_S):
                        change = await queue.get()
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if change.concerns(user.id):
                    yield self._event(change)
        finally:
            self.delivery.state.changes.unsubscribe(hear)

    def _event(self, change: Change) -> str:
        about = {"topic": change.topic, "channel": change.channel, "text": change.text}
        if change.topic == "sockets":
            about["text"] = "1" if self.delivery.sockets.is_connected or self.delivery.state.request_url else ""
        return f"id: {change.number}\ndata: {json.dumps(about)}\n\n"

    async def file(self, request: Request) -> Response:
        file = self.delivery.state.files.get(request.path_params["file_id"])
        if file is None or not file.is_complete:
            return PlainTextResponse("no such file", 404)
        headers = {"content-disposition": "attachment", "x-content-type-options": "nosniff"}
        media_type = "image/png" if file.name.endswith(".png") else OTHER_FILES
        return Response(file.content, media_type=media_type, headers=headers)

    async def permalink(self, request: Request) -> Response:
        """`/archives/C1/p1700000000000001` opens the channel at that message."""
        digits = request.path_params["place"].removeprefix("p")
        ts = f"{digits[:-6]}.{digits[-6:]}"
        channel = request.path_params["channel"]
        state = self.delivery.state
        members = state.workspace.channels[channel].members if channel in state.workspace.channels else set()
        reader = next((one.id for one in state.workspace.people() if one.id in members), "")
        thread = request.query_params.get("thread_ts", "")
        return RedirectResponse(f"/?user={reader}&channel={channel}&thread={thread}#m{ts}")
