"""The product's own HTTP side: Slack's signed requests and a health check, served by uvicorn in a thread."""

import threading
import time
from collections.abc import Sequence

import uvicorn
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.core.faults import UserError
from bot.store.database import Database

START_TIMEOUT_S = 15


def web_app(database: Database, routes: Sequence[BaseRoute]) -> Starlette:
    async def health(_request: Request) -> Response:
        healthy = await run_in_threadpool(_answers, database)
        return JSONResponse({"ok": healthy}, status_code=200 if healthy else 503)

    return Starlette(routes=[Route("/health", health), *routes])


def _answers(database: Database) -> bool:
    try:
        with database.read() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


class WebServer:
    """Listens on all addresses of `port`. Raises UserError when it cannot."""

    def __init__(self, app: Starlette, port: int, host: str) -> None:
        config = uvicorn.Config(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)
        self._port = port

    def start(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise UserError(f"Port {self._port} cannot be listened on. Is it in use? Set PORT to another one.")
            time.sleep(0.02)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=5)

    def _run(self) -> None:
        try:
            self._server.run()
        except SystemExit:
            return  # uvicorn leaves this way when the port is taken; start() says so
