"""The messages of the workspace: posted, edited, deleted, seen by whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.sandbox.slack.workspace.workspace import APP_ID, BOT_ID, BOT_USER_ID, TEAM_ID

KEPT_PER_CHANNEL = 5_000
DELETED_TEXT = "This message was deleted."

Blocks = list[dict[str, Any]]


@dataclass(frozen=True)
class Message:
    """`only_for` makes it ephemeral; `revision` grows with every change; `ts` is unique in the workspace."""

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: Blocks = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str = ""
    is_broadcast: bool = False
    only_for: str = ""
    edited_ts: str = ""
    files: tuple[Mapping[str, Any], ...] = ()
    reactions: tuple[tuple[str, str], ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    is_deleted: bool = False
    revision: int = 0

    @property
    def is_ephemeral(self) -> bool:
        return bool(self.only_for)

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts

    def all_blocks(self) -> Blocks:
        """The blocks of the message and of its attachments: where an action may come from."""
        return [*self.blocks, *(block for part in self.attachments for block in part.get("blocks", []))]

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "type": "message",
            "user": self.user,
            "ts": self.ts,
            "text": self.text,
            "team": TEAM_ID,
        }
        if self.user == BOT_USER_ID:
            found |= {"bot_id": BOT_ID, "app_id": APP_ID}
        optional: dict[str, Any] = {
            "blocks": self.blocks,
            "attachments": self.attachments,
            "thread_ts": self.thread_ts,
            "files": [dict(file) for file in self.files],
            "metadata": dict(self.metadata),
            "edited": {"user": self.user, "ts": self.edited_ts} if self.edited_ts and not self.blocks else None,
            "reactions": _reactions(self.reactions),
            "is_ephemeral": self.is_ephemeral,
        }
        return found | {name: value for name, value in optional.items() if value}


def _reactions(pairs: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(name for name, _ in pairs))
    users = {name: [user for other, user in pairs if other == name] for name in names}
    return [{"name": name, "users": users[name], "count": len(users[name])} for name in names]


class Messages:
    """Messages by channel in the order of their time stamps; not locked: the state that owns it is."""

    def __init__(self) -> None:
        self._channels: dict[str, dict[str, Message]] = {}

    def put(self, message: Message) -> Message:
        kept = self._channels.setdefault(message.channel, {})
        stored = replace(message, revision=kept[message.ts].revision + 1 if message.ts in kept else 0)
        kept[message.ts] = stored
        if len(kept) > KEPT_PER_CHANNEL:
            del kept[next(iter(kept))]
        return stored

    def get(self, channel: str, ts: str) -> Message | None:
        return self._channels.get(channel, {}).get(ts)

    def remove(self, channel: str, ts: str) -> None:
        """A parent with replies leaves a tombstone behind, as in Slack."""
        message = self.get(channel, ts)
        if message is None:
            return
        if self.replies(channel, ts):
            self.put(replace(message, text=DELETED_TEXT, blocks=[], attachments=[], files=(), is_deleted=True))
        else:
            del self._channels[channel][ts]

    def seen_by(self, user: str, channel: str) -> list[Message]:
        """Every message of the channel, replies and this person's ephemeral ones included."""
        return [one for one in self._channels.get(channel, {}).values() if one.only_for in ("", user)]

    def threads(self, channel: str) -> dict[str, list[Message]]:
        """All replies of the channel by the time stamp of their thread."""
        found: dict[str, list[Message]] = {}
        for one in self._channels.get(channel, {}).values():
            if one.is_reply:
                found.setdefault(one.thread_ts, []).append(one)
        return found

    def replies(self, channel: str, ts: str) -> list[Message]:
        return [one for one in self._channels.get(channel, {}).values() if one.thread_ts == ts and one.is_reply]
