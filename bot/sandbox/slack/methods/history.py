"""conversations.history and conversations.replies: what was said there, for apps with the history scopes.

Sources: https://docs.slack.dev/reference/methods/conversations.history and conversations.replies,
https://docs.slack.dev/messaging/message-metadata
"""

import re
from collections.abc import Sequence
from typing import Any

from bot.sandbox.slack.methods import arguments
from bot.sandbox.slack.methods.arguments import Arguments
from bot.sandbox.slack.workspace.errors import SlackRefusal
from bot.sandbox.slack.workspace.messages import Message
from bot.sandbox.slack.workspace.state import SlackState
from bot.sandbox.slack.workspace.workspace import BOT_USER_ID, Channel

HISTORY_LIMIT, HISTORY_MOST = 100, 999
REPLIES_LIMIT = 1000
TS = re.compile(r"\d+(\.\d{1,6})?")


def history(state: SlackState, given: Arguments) -> dict[str, Any]:
    """The newest first. Replies are not among them, unless they were sent to the channel as well."""
    channel = _readable(state, given)
    said = [one for one in _said(state, channel) if not one.is_reply or one.is_broadcast]
    return _page([*reversed(_between(said, given))], given, HISTORY_LIMIT)


def replies(state: SlackState, given: Arguments) -> dict[str, Any]:
    """The first message of the thread, whatever was asked for, and its replies, the oldest first."""
    channel = _readable(state, given)
    named = state.messages.get(channel.id, arguments.required(given, "ts"))
    if named is None:
        raise SlackRefusal("thread_not_found")
    first = named.thread_ts or named.ts
    parent = [one for one in _said(state, channel) if one.ts == first]
    thread = [one for one in _said(state, channel) if one.is_reply and one.thread_ts == first]
    return _page([*parent, *_between(thread, given)], given, REPLIES_LIMIT)


def _readable(state: SlackState, given: Arguments) -> Channel:
    """By its id only, of a kind that the app has the scope for, and with the app in it."""
    channel = state.workspace.channels.get(arguments.text(given, "channel"))
    if channel is None or (channel.is_private and BOT_USER_ID not in channel.members):
        raise SlackRefusal("channel_not_found")
    needed = "im:history" if channel.im_user else "groups:history" if channel.is_private else "channels:history"
    scopes = state.settings.scopes
    if needed not in scopes:
        raise SlackRefusal("missing_scope", needed=needed, provided=",".join(sorted(scopes)))
    if BOT_USER_ID not in channel.members:
        raise SlackRefusal("not_in_channel")
    return channel


def _said(state: SlackState, channel: Channel) -> list[Message]:
    """What is there for all: what one person alone sees is kept nowhere."""
    return [one for one in state.messages.seen_by(BOT_USER_ID, channel.id) if not one.is_ephemeral]


def _between(said: Sequence[Message], given: Arguments) -> list[Message]:
    """Both ends are left out, unless they are asked for."""
    oldest, latest = _ts(given, "oldest"), _ts(given, "latest")
    ends = {oldest, latest} if arguments.flag(given, "inclusive") else set()
    return [
        one
        for one in said
        if _number(one.ts) in ends
        or ((oldest is None or _number(one.ts) > oldest) and (latest is None or _number(one.ts) < latest))
    ]


def _ts(given: Arguments, name: str) -> int | None:
    text = arguments.text(given, name)
    if text and not TS.fullmatch(text):
        raise SlackRefusal(f"invalid_ts_{name}")
    return _number(text) if text else None


def _number(ts: str) -> int:
    """In microseconds."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int(fraction.ljust(6, "0") or 0)


def _page(found: Sequence[Message], given: Arguments, default: int) -> dict[str, Any]:
    cursor = arguments.text(given, "cursor") or "0"
    if not cursor.isdecimal():
        raise SlackRefusal("invalid_cursor")
    limit = arguments.number(given, "limit", default)
    if not 1 <= limit <= max(default, HISTORY_MOST):
        raise SlackRefusal("invalid_limit")
    end = int(cursor) + limit
    has_all = arguments.flag(given, "include_all_metadata")
    return {
        "messages": [_shown(one, has_all) for one in found[int(cursor) : end]],
        "has_more": end < len(found),
        "response_metadata": {"next_cursor": str(end) if end < len(found) else ""},
    }


def _shown(message: Message, has_all: bool) -> dict[str, Any]:
    """What the metadata holds is only told where it is asked for."""
    shown = message.to_json()
    if "metadata" in shown and not has_all:
        shown["metadata"] = {"event_type": shown["metadata"]["event_type"]}
    return shown
