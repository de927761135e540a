"""Puts the Slack side together: the Bolt app with every feature, and the announcer."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from slack_bolt import App, BoltContext
from slack_sdk import WebClient

from bot.desk.desk import Desk
from bot.slack import audit, command, find, home, red, shortcuts
from bot.slack.announcer import Announcer
from bot.slack.audit import AuditTrail
from bot.slack.causes import window, work
from bot.slack.causes.episodes import Episodes
from bot.slack.causes.reminders import AssignedItems
from bot.slack.causes.window import CausesWindow
from bot.slack.find import Finder
from bot.slack.home import HomePages
from bot.slack.linking import choosing, links, naming, partners, selection
from bot.slack.linking.links import ChangeReport
from bot.slack.linking.retrying import Aftermath
from bot.slack.messages import errors
from bot.slack.messages.outbox import Outbox
from bot.slack.plumbing import acknowledging
from bot.slack.plumbing.app_settings import SlackSettings
from bot.slack.plumbing.replies import Replies
from bot.slack.results import detail, filtering, message
from bot.slack.results.export import Exporter
from bot.slack.results.forms import TableForms
from bot.slack.results.screen import ResultsScreen
from bot.slack.results.sharing import Sharing
from bot.slack.runs import plan, sync, verify
from bot.slack.runs.digest import Digests
from bot.slack.runs.plan import PlanMessages, Planner
from bot.slack.runs.sync import SyncStarter
from bot.slack.runs.verify import VerificationMessages, Verifier
from bot.slack.settings import company, roles, routes
from bot.slack.who.default_channel import ChannelTroubles, DefaultChannel
from bot.slack.who.operators import Operators
from bot.slack.who.permission import Permission

WORKERS = 32
"""Bolt's own pool has five threads: five slow answers would make the sixth person wait past Slack's three seconds."""
TIMEOUT_S = 10
UNWELCOME_FOR = timedelta(seconds=60)


def web_client(settings: SlackSettings) -> WebClient:
    """A client that sends each call once: a repeated chat.postMessage could post twice."""
    client = WebClient(settings.bot_token, base_url=settings.api_url, timeout=TIMEOUT_S, retry_handlers=[])
    if urlsplit(settings.api_url).hostname in ("127.0.0.1", "localhost"):
        client.proxy = None  # taken from the environment, where NO_PROXY is not looked at
    return client


def utc_now() -> datetime:
    return datetime.now(UTC)


def build_app(desk: Desk, settings: SlackSettings, client: WebClient, clock: Callable[[], datetime] = utc_now) -> App:
    """The token is checked by the first request, so that an outage of Slack does not keep the rest from starting."""
    app = App(
        client=client,
        signing_secret=settings.signing_secret,
        token_verification_enabled=False,
        listener_executor=ThreadPoolExecutor(WORKERS, thread_name_prefix="slack"),
    )
    replies, outbox = Replies(client), Outbox(desk, client, clock)
    permission = Permission(client, settings.operators, lambda: desk.team.roles())
    troubles = ChannelTroubles(desk, outbox.channels, DefaultChannel(client, settings.channel))
    homes = HomePages(desk, outbox, clock, AssignedItems(desk), troubles)
    starter = SyncStarter(desk, outbox, replies, client)
    screen = ResultsScreen(desk, replies, TableForms(settings.table_limits, settings.table_form), clock)
    report = ChangeReport(desk, screen, outbox)
    windows = CausesWindow(desk, client)
    _register_members_only(app, permission)
    acknowledging.register(app)
    _register_viewers_only(app, permission)
    errors.register(app, replies)
    finder, trail = Finder(desk, replies, screen), AuditTrail(desk, permission, replies)
    planner = Planner(desk, permission, PlanMessages(desk, outbox), replies, client)
    verifier = Verifier(desk, permission, VerificationMessages(desk, outbox), replies, client)
    words = command.Words(starter, screen, finder, trail, planner, verifier)
    command.register(app, command.Command(desk, permission, replies, client, words, troubles))
    verify.register(app, permission, verifier)
    plan.register(app, desk, client, permission, starter, planner)
    shortcuts.register(app, desk, client, troubles)
    find.register(app, desk, client, finder)
    audit.register(app, trail)
    company.register(app, desk, client, permission)
    roles.register(app, desk, client, permission)
    routes.register(app, desk, client, permission)
    home.register(app, home.Home(desk, client, permission, starter, screen, homes))
    sync.register(app, desk, permission, starter, replies)
    sharing, exporter = Sharing(client, permission, screen), Exporter(desk, client, screen)
    message.register(app, message.ResultsMessage(desk, client, permission, starter, screen, sharing, exporter))
    filtering.register(app, desk, client, screen)
    selection.register(app, desk, client, permission)
    links.register(app, links.LinkWindows(desk, client, permission, report))
    aftermath = Aftermath(report.say, starter, windows)
    partners.register(app, desk, client, permission, aftermath)
    naming.register(app, desk, permission, aftermath)
    choosing.register(app, desk, permission, aftermath)
    detail.register(app, desk, client)
    red.register(app, red.RedMessage(desk, client, permission, starter, screen, report, windows))
    window.register(app, windows)
    work.register(app, desk, client, permission, outbox, clock)
    app.action(re.compile(r"^(link|pick)\."))(_nothing_to_do)
    return app


def build_announcer(
    desk: Desk, settings: SlackSettings, client: WebClient, clock: Callable[[], datetime] = utc_now
) -> Announcer:
    outbox = Outbox(desk, client, clock, UNWELCOME_FOR)
    troubles = ChannelTroubles(desk, outbox.channels, DefaultChannel(client, settings.channel))
    operators = Operators(Permission(client, settings.operators, lambda: desk.team.roles()))
    return Announcer(
        desk=desk,
        outbox=outbox,
        episodes=Episodes(desk, outbox, clock, operators),
        digests=Digests(desk, outbox, clock, operators),
        plans=PlanMessages(desk, outbox),
        verifications=VerificationMessages(desk, outbox),
        homes=HomePages(desk, outbox, clock, AssignedItems(desk), troubles),
        clock=clock,
        default_channel=settings.channel,
    )


def _register_members_only(app: App, permission: Permission) -> None:
    def members_only(body: dict[str, Any], context: BoltContext, next: Callable[[], Any]) -> None:
        permission.require_member(body, context)
        next()

    app.use(members_only)


def _register_viewers_only(app: App, permission: Permission) -> None:
    """Comes after the acknowledgement, for it may ask Slack. An event has no window or channel to refuse in."""

    def viewers_only(body: dict[str, Any], next: Callable[[], Any]) -> None:
        if body.get("type") != "event_callback":
            permission.require_viewer(body)
        next()

    app.use(viewers_only)


def _nothing_to_do(body: dict[str, Any]) -> None:
    """A click on a link button and a choice in a modal are only acknowledged."""
