"""Runs everything in one process: Slack, the clock and the worker, until it is told to stop."""

import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from types import FrameType

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from blocks.limits.check import TableLimits
from blocks.results.table import TableForm
from bot import time_zones
from bot.app import App
from bot.core.faults import UserError
from bot.desk.schedule import cron_trigger
from bot.jobs.clock import Clock
from bot.jobs.worker import Worker
from bot.settings import Settings
from bot.slack.build import build_announcer, build_app, web_client
from bot.slack.plumbing import asgi
from bot.slack.plumbing.app_settings import SlackSettings, operators_in
from bot.slack.plumbing.socket import NotConnected, start_socket, stop_socket
from bot.slack.who.default_channel import trouble_of
from bot.web.server import WebServer, web_app

log = structlog.get_logger()

Stop = Callable[[], None]
USER_ID = re.compile(r"[UW][A-Z0-9]{2,}")
TOKEN_FAULTS = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "not_allowed_token_type"})


class Part(StrEnum):
    """What one process may carry: Slack (and HTTP), the schedules, the syncs."""

    WEB = "web"
    CLOCK = "clock"
    WORKER = "worker"


ALL = frozenset(Part)


def serve(app: App, parts: frozenset[Part] = ALL) -> None:
    """Until SIGTERM or Ctrl-C. Raises UserError when a setting is missing or Slack cannot be reached."""
    stopped = threading.Event()
    with stopping_softly(stopped.set):
        stop, worker = _start(app, parts)
        log.info("qbo-sync is running", parts=", ".join(sorted(parts)), time_zones=time_zones.zone_data().words())
        stopped.wait()
        stop()
    if worker is not None and worker.is_busy():
        log.warning("a side has not answered a call yet; it is not waited for, and the next run asks again")
        sys.stderr.flush()
        os._exit(0)  # else the interpreter would wait for the thread of that call


@contextmanager
def stopping_softly(ask: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and Ctrl-C ask to stop once; the second one stops at once."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def asked(_signal: int, _frame: FrameType | None) -> None:
        restore()
        ask()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, asked)
    try:
        yield
    finally:
        restore()


def start(app: App, parts: frozenset[Part] = ALL, host: str = "0.0.0.0") -> Stop:
    """Start the parts; gives what stops them again. Raises UserError."""
    return _start(app, parts, host)[0]


def _start(app: App, parts: frozenset[Part], host: str = "0.0.0.0") -> tuple[Stop, Worker | None]:
    _check_schedule(app.settings.sync_schedule)
    app.vault  # noqa: B018 - a missing key must be found now, not in the first run
    stops = _start_slack(app, host) if Part.WEB in parts else []
    worker = None
    if Part.WORKER in parts:
        worker = Worker(app.engine, app.wake)
        worker.start()
        stops.append(worker.stop)
    if Part.CLOCK in parts:
        clock = Clock(app.database, app.settings.sync_schedule, app.engine, app.wake)
        clock.start()
        stops.append(clock.stop)

    def stop_all() -> None:
        app.stopping.set()
        for stop in reversed(stops):
            stop()

    return stop_all, worker


def _start_slack(app: App, host: str) -> list[Stop]:
    """With SLACK_APP_TOKEN Socket Mode is used, else signed HTTP; a health check is served on PORT either way."""
    settings = slack_settings(app.settings)
    client = web_client(settings)
    _check_token(client)
    if trouble := trouble_of(client, settings.channel):
        log.warning("SLACK_CHANNEL cannot be used", why=trouble)
    bolt = build_app(app.desk, settings, client)
    announcer = build_announcer(app.desk, settings, client)
    routes = [] if settings.app_token else asgi.routes(bolt, settings.signing_secret)
    server = WebServer(web_app(app.database, routes), app.settings.port, host)
    server.start()
    stops: list[Stop] = [server.stop]
    if settings.app_token:
        try:
            handler = start_socket(bolt, settings.app_token)
        except (NotConnected, SlackApiError) as error:
            server.stop()
            raise UserError(f"Slack cannot be reached: {error}") from None
        stops.append(lambda: stop_socket(handler))
    announcer.start()
    return [*stops, announcer.stop]


def _check_schedule(schedule: str) -> None:
    try:
        cron_trigger(schedule, "UTC")
    except UserError as error:
        raise UserError(f"SYNC_SCHEDULE is not right. {error}") from None


def _check_token(client: WebClient) -> None:
    """A wrong token must be found by who installs, not when the first flag goes nowhere. An outage is no reason."""
    try:
        client.auth_test()
    except SlackApiError as error:
        said = str(error.response.get("error", ""))
        if said in TOKEN_FAULTS:
            raise UserError(
                f"Slack does not take SLACK_BOT_TOKEN ({said}). Copy it again from the app's page."
            ) from None
        log.warning("Slack did not say who we are; going on", error=said)
    except OSError as error:
        log.warning("Slack cannot be reached just now; going on", error=type(error).__name__)


def slack_settings(settings: Settings) -> SlackSettings:
    """Raises UserError naming the settings that are missing."""
    token, app_token = settings.slack_bot_token.get_secret_value(), settings.slack_app_token.get_secret_value()
    secret = settings.slack_signing_secret.get_secret_value()
    if not token:
        raise UserError("SLACK_BOT_TOKEN is not set: copy it from the Slack app's page “OAuth & Permissions”.")
    if not app_token and not secret:
        raise UserError("Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP): see the README.")
    operators = operators_in(settings.slack_operators)
    if strange := [name for name in operators if not USER_ID.fullmatch(name)]:
        raise UserError(f"SLACK_OPERATORS must hold user ids such as U0123ABCD, not {', '.join(strange)}.")
    limits = TableLimits(settings.slack_table_rows, settings.slack_table_characters)
    return SlackSettings(
        bot_token=token,
        app_token=app_token,
        signing_secret=secret,
        api_url=settings.slack_api_url,
        channel=settings.slack_channel,
        operators=operators,
        table_limits=limits,
        table_form=TableForm(settings.slack_table_form),
    )
