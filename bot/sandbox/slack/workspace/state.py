"""The whole state of the stand-in workspace, with the rules that need more than one of its parts."""

import random
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from blocks.limits.check import NEWER, TableLimits
from bot.sandbox.slack.workspace.changes import Changes
from bot.sandbox.slack.workspace.inputs import Values
from bot.sandbox.slack.workspace.mentions import Notification, mentions
from bot.sandbox.slack.workspace.messages import Blocks, Message, Messages
from bot.sandbox.slack.workspace.rate_limits import RateLimits
from bot.sandbox.slack.workspace.tickets import Tickets
from bot.sandbox.slack.workspace.views import View, Views
from bot.sandbox.slack.workspace.workspace import SLACKBOT_ID, Workspace, default_workspace

ID_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LOG_LENGTH = 3_000


@dataclass(frozen=True)
class Credentials:
    bot_token: str = "xoxb-sandbox-bot"
    app_token: str = "xapp-1-sandbox-app"
    signing_secret: str = "sandbox-signing-secret"


@dataclass(frozen=True)
class SlashCommand:
    """As in the app manifest; `should_escape` turns @name and #channel in the text into ids."""

    name: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True)
class Shortcut:
    """`kind` is `global` (in the composer's menu) or `message` (in a message's menu)."""

    name: str
    callback_id: str
    kind: str = "global"


@dataclass
class AppSettings:
    """What an app's manifest says (of its scopes only those to read messages), and how patient Slack is with it.

    `file_ready_after_s`: an uploaded picture may be shown in a block only so much later, as Slack looks at it first.
    """

    commands: tuple[SlashCommand, ...] = (
        SlashCommand("/qbo-sync", "Sync Re-Leased and QuickBooks", "[help | sync | results | find | settings]"),
    )
    shortcuts: tuple[Shortcut, ...] = (
        Shortcut("QuickBooks sync", "overview"),
        Shortcut("Look up in qbo-sync", "look_up", "message"),
    )
    events: frozenset[str] = frozenset({"app_mention", "app_home_opened", "message.im"})
    scopes: frozenset[str] = frozenset({"channels:history", "groups:history", "im:history"})
    ack_timeout_s: float = 3.0
    retry_delays_s: tuple[float, ...] = (0.0, 60.0, 300.0)
    file_ready_after_s: float = 0.0


@dataclass(frozen=True)
class Call:
    """One call of the Web API, as `GET /_control/log` shows it."""

    method: str
    arguments: Mapping[str, Any]
    at: datetime
    status: int
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        at = self.at.isoformat()
        shown = {name: value for name, value in self.arguments.items() if name != "token"}
        return {"method": self.method, "arguments": shown, "at": at, "status": self.status, "error": self.error}


@dataclass
class UploadedFile:
    id: str
    name: str
    announced_bytes: int
    content: bytes = b""
    title: str = ""
    completed_at: datetime | None = None

    @property
    def is_complete(self) -> bool:
        return self.completed_at is not None


@dataclass
class Failures:
    """Switches of `/_control`: an outage answers every Web API call with 503."""

    is_outage: bool = False
    socket_is_refused: bool = False


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class SlackState:
    """Thread-safe: hold `lock` over any sequence of reads and writes that belong together."""

    clock: Callable[[], datetime] = utc_now
    seed: int = 0
    workspace: Workspace = field(default_factory=default_workspace)
    credentials: Credentials = field(default_factory=Credentials)
    settings: AppSettings = field(default_factory=AppSettings)
    table_limits: TableLimits = NEWER
    base_url: str = ""
    request_url: str = ""

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.random = random.Random(self.seed)
        self.changes = Changes()
        self.messages = Messages()
        self.views = Views(self.new_id, lambda: f"{int(self.clock().timestamp())}.{self.new_id('')}")
        self.tickets = Tickets(self.clock, self.new_id)
        self.rate_limits = RateLimits(self.clock)
        self.failures = Failures()
        self.files: dict[str, UploadedFile] = {}
        self.log: deque[Call] = deque(maxlen=LOG_LENGTH)
        self.notifications: list[Notification] = []
        self.inputs: dict[str, Values] = {}
        self.suggested: dict[str, dict[str, dict[str, Any]]] = {}
        self.socket_tickets: set[str] = set()
        self._last_microsecond = 0

    def new_id(self, prefix: str) -> str:
        with self.lock:
            return prefix + "".join(self.random.choices(ID_LETTERS, k=11))

    def new_ts(self) -> str:
        """A message's time stamp: the time in seconds with six decimals, never twice the same."""
        with self.lock:
            self._last_microsecond = max(int(self.clock().timestamp() * 1_000_000), self._last_microsecond + 1)
            return f"{self._last_microsecond // 1_000_000}.{self._last_microsecond % 1_000_000:06d}"

    def with_ids(self, blocks: Iterable[Mapping[str, Any]]) -> Blocks:
        """The blocks with a block_id, and an action_id in each interactive element, as Slack hands them back."""
        return [self._with_block_id(block) for block in blocks]

    def _with_ids_throughout(self, message: Message) -> Message:
        attachments = [{**part, "blocks": self.with_ids(part.get("blocks", []))} for part in message.attachments]
        return replace(message, blocks=self.with_ids(message.blocks), attachments=attachments)

    def _with_block_id(self, block: Mapping[str, Any]) -> dict[str, Any]:
        named = {**block, "block_id": block.get("block_id") or self.new_id("")[:5]}
        for place in ("accessory", "element"):
            if isinstance(named.get(place), Mapping):
                named[place] = self._with_action_id(named[place])
        if named["type"] == "actions":
            named["elements"] = [self._with_action_id(element) for element in named["elements"]]
        return named

    def _with_action_id(self, element: Mapping[str, Any]) -> dict[str, Any]:
        interactive = element["type"] not in ("image", "plain_text", "mrkdwn")
        return {**element, "action_id": element.get("action_id") or self.new_id("")[:5]} if interactive else {**element}

    def post(self, message: Message) -> Message:
        """Store a new message and count whom it notifies (an ephemeral one notifies nobody)."""
        with self.lock:
            stored = self.messages.put(self._with_ids_throughout(message))
            if not stored.is_ephemeral:
                targets = mentions(stored.text, stored.all_blocks())
                self.notifications += [Notification(target, stored.channel, stored.ts) for target in targets]
        self._message_changed(stored)
        return stored

    def change(self, message: Message) -> Message:
        """Store another version of a message; nobody is notified of an edit."""
        with self.lock:
            stored = self.messages.put(self._with_ids_throughout(message))
        self._message_changed(stored)
        return stored

    def delete(self, message: Message) -> None:
        with self.lock:
            self.messages.remove(message.channel, message.ts)
        self._message_changed(message)

    def _message_changed(self, message: Message) -> None:
        self.changes.add("messages", user=message.only_for, channel=message.channel)

    def tell(self, user: str, channel: str, text: str, thread_ts: str = "") -> None:
        """An ephemeral word from Slackbot, as when a command fails."""
        ts = self.new_ts()
        self.post(Message(ts, channel, SLACKBOT_ID, text, only_for=user, thread_ts=thread_ts))

    def show_failure(self, user: str, text: str) -> None:
        self.changes.add("toast", user=user, text=text)

    def view_changed(self, view: View) -> None:
        self.changes.add("views" if view.is_modal else "home", user=view.user)
