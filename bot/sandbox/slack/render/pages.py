"""Puts the page and its parts together for one reader: channel, thread, modal, App Home."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from bot.sandbox.slack.person.containers import Container
from bot.sandbox.slack.render.dates import clock_time
from bot.sandbox.slack.render.drawing import Drawing
from bot.sandbox.slack.render.emoji import EMOJI
from bot.sandbox.slack.render.reader import Reader
from bot.sandbox.slack.workspace.inputs import state_values
from bot.sandbox.slack.workspace.mentions import mentions
from bot.sandbox.slack.workspace.messages import Message
from bot.sandbox.slack.workspace.state import Shortcut, SlackState
from bot.sandbox.slack.workspace.workspace import APP_NAME, SLACKBOT_ID, TEAM_NAME, Channel, User

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=select_autoescape(("html",)),
    trim_blocks=True,
    lstrip_blocks=True,
)
SHOWN = 300
"""How many messages of a channel the page shows; older ones stay in the state."""
Known = Mapping[str, str]
"""What the page shows: the stamp of each message by its ts."""
NOTHING: Known = {}


@dataclass(frozen=True)
class ShownMessage:
    """What the template needs of one message."""

    message: Message
    author: User
    drawing: Drawing
    time: str
    full_time: str
    reply_count: int
    last_reply_time: str
    mentions_reader: bool
    shortcuts: tuple[Shortcut, ...]

    def __getattr__(self, name: str) -> Any:
        """Everything else (ts, blocks, files ...) is the message's own."""
        return getattr(self.message, name)

    @property
    def initials(self) -> str:
        if self.author.is_bot:
            return "⇄" if self.author.id != SLACKBOT_ID else "S"
        return "".join(word[0] for word in self.author.real_name.split()[:2])

    @property
    def is_edited(self) -> bool:
        return bool(self.message.edited_ts)

    @property
    def thread_root(self) -> str:
        return self.message.thread_ts or self.message.ts

    @property
    def stamp(self) -> str:
        """Changes whenever the drawn message would."""
        return f"{self.message.revision}.{self.reply_count}.{self.last_reply_time}"

    @property
    def reactions(self) -> list[tuple[str, int]]:
        names = [name for name, _ in self.message.reactions]
        return [(EMOJI.get(name, f":{name}:"), names.count(name)) for name in dict.fromkeys(names)]


@dataclass(frozen=True)
class Entry:
    """A message, with the day above it where a new day starts."""

    message: ShownMessage
    divider: str


@dataclass(frozen=True)
class Pages:
    """Draws for one user; hold no state of its own."""

    state: SlackState
    user: User

    @property
    def reader(self) -> Reader:
        return Reader(self.state.workspace, self.user, self.state.clock())

    def _drawing(self, container: Container) -> Drawing:
        saved = self.state.inputs.get(container.key, {})
        return Drawing(self.reader, state_values(container.blocks, saved))

    def messages(self, channel: Channel, known: Known = NOTHING) -> Markup:
        """The list; of what the page shows already as it is, only the place."""
        with self.state.lock:
            seen = self.state.messages.seen_by(self.user.id, channel.id)
            listed = [one for one in seen if not one.is_reply or one.is_broadcast][-SHOWN:]
            nothing = f"This is the very beginning of {self._title(channel)}."
            return self._list(listed, known, in_thread=False, nothing=nothing)

    def thread(self, channel: Channel, ts: str, known: Known = NOTHING) -> Markup:
        with self.state.lock:
            parent = self.state.messages.get(channel.id, ts)
            seen = self.state.messages.seen_by(self.user.id, channel.id)
            replies = [one for one in seen if one.thread_ts == ts and one.is_reply]
            whole = [*([parent] if parent else []), *replies]
            return self._list(whole, known, in_thread=True, nothing="No such thread.")

    def _list(self, messages: Sequence[Message], known: Known, *, in_thread: bool, nothing: str) -> Markup:
        threads = self.state.messages.threads(messages[0].channel) if messages else {}
        shown = [self._shown(message, threads.get(message.ts, [])) for message in messages]
        entries, day = [], ""
        for one in shown:
            own_day = self._day(one.message)
            entries.append(Entry(one, own_day if own_day != day and not in_thread else ""))
            day = own_day
        template = TEMPLATES.get_template("messages.html")
        return Markup(template.render(entries=entries, known=known, in_thread=in_thread, nothing=nothing))

    def _shown(self, message: Message, thread: Sequence[Message]) -> ShownMessage:
        moment = self._moment(message.ts)
        replies = [one for one in thread if one.only_for in ("", self.user.id)]
        shortcuts = tuple(one for one in self.state.settings.shortcuts if one.kind == "message")
        return ShownMessage(
            message,
            self.state.workspace.users[message.user],
            self._drawing(Container(self.user, message=message)),
            clock_time(moment),
            f"{moment:%A} {moment.day} {moment:%B %Y}, {clock_time(moment)}",
            len(replies),
            clock_time(self._moment(replies[-1].ts)) if replies else "",
            self.user.id in mentions(message.text, message.blocks),
            shortcuts,
        )

    def _moment(self, ts: str) -> datetime:
        return datetime.fromtimestamp(int(ts.partition(".")[0]), UTC).astimezone(ZoneInfo(self.user.tz))

    def _day(self, message: Message) -> str:
        moment = self._moment(message.ts)
        today = self.state.clock().astimezone(ZoneInfo(self.user.tz)).date()
        return "Today" if moment.date() == today else f"{moment:%A} {moment.day} {moment:%B}"

    def modal(self) -> Markup:
        """The modal on top of this person's stack, empty if none is open."""
        with self.state.lock:
            stack = self.state.views.stack(self.user.id)
            view = stack[-1] if stack else None
            drawing = self._drawing(Container(self.user, view=view)) if view else None
            template = TEMPLATES.get_template("modal.html")
            return Markup(template.render(view=view, drawing=drawing, depth=len(stack)))

    def home(self) -> Markup:
        with self.state.lock:
            view = self.state.views.home(self.user.id)
            drawing = self._drawing(Container(self.user, view=view)) if view else None
            return Markup(TEMPLATES.get_template("home.html").render(view=view, drawing=drawing, app_name=APP_NAME))

    def _title(self, channel: Channel) -> str:
        return channel.name if channel.im_user else f"#{channel.name}"

    def whole(self, channel: Channel, tab: str, thread: str, is_connected: bool) -> str:
        """The page; `tab` is `home` or `messages` and matters for the app's own channel only."""
        since = self.state.changes.number
        is_home = bool(channel.im_user) and tab == "home"
        return TEMPLATES.get_template("page.html").render(
            user=self.user,
            people=self.state.workspace.people(),
            team_name=TEAM_NAME,
            channel=channel,
            channels=self.state.workspace.channels_of(self.user.id),
            title=self._title(channel),
            tab="home" if is_home else "messages",
            since=since,
            thread=thread,
            messages="" if is_home else self.messages(channel),
            thread_messages=self.thread(channel, thread) if thread else "",
            home=self.home() if is_home else "",
            modal=self.modal(),
            is_connected=is_connected,
            commands=self.state.settings.commands,
            shortcuts=[one for one in self.state.settings.shortcuts if one.kind == "global"],
        )
