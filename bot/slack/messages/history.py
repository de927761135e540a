"""Looks up whether a message that was sent without an answer stands in Slack, by the mark that every post carries.

The mark is metadata that nobody sees: a hash of the message's name in our bookkeeping. Reading it takes the history
scopes.
See https://docs.slack.dev/messaging/message-metadata and https://docs.slack.dev/reference/methods/conversations.history
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.slack.plumbing.replies import refusal

EVENT_TYPE = "qbo_sync_message"
CLOCKS_APART = timedelta(minutes=5)
"""Slack's time stamps come from its own clock: so much further back is looked."""
PAGE, MOST_PAGES = 200, 10


class TooMuchSaid(SlackClientError):
    """So much was said since that it is not all looked through."""


CANNOT_LOOK = frozenset(
    {"missing_scope", "no_permission", "not_allowed_token_type", "access_denied", "not_in_channel", "channel_not_found"}
    | {TooMuchSaid.__name__}
)
"""Answers that will be the same the next time."""


def mark(name: str) -> dict[str, Any]:
    """Metadata for the message of this name; it says nothing to others."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": _key(name)}}


def find(client: WebClient, channel_id: str, name: str, since: datetime, thread_ts: str = "") -> str:
    """The ts of the message of this name, posted at or after `since`; "" = it is not there.

    Raises what a call of Slack raises when it cannot be found out.
    """
    oldest, cursor = f"{(since - CLOCKS_APART).timestamp():.6f}", ""
    for _ in range(MOST_PAGES):
        page = _page(client, channel_id, oldest, thread_ts, cursor)
        for message in page.get("messages") or []:
            if _is_marked(message, name):
                return str(message["ts"])
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return ""
    raise TooMuchSaid(f"more than {PAGE * MOST_PAGES} messages in {channel_id} to look through")


def _page(client: WebClient, channel_id: str, oldest: str, thread_ts: str, cursor: str) -> dict[str, Any]:
    wanted: dict[str, Any] = {"channel": channel_id, "oldest": oldest, "limit": PAGE, "cursor": cursor}
    if not thread_ts:
        return _answered(client.conversations_history(include_all_metadata=True, **wanted))
    try:
        return _answered(client.conversations_replies(ts=thread_ts, include_all_metadata=True, **wanted))
    except SlackApiError as error:
        if refusal(error) == "thread_not_found":  # its first message was deleted
            return {}
        raise


def _answered(answer: SlackResponse) -> dict[str, Any]:
    return dict(answer.data) if isinstance(answer.data, dict) else {}


def _is_marked(message: dict[str, Any], name: str) -> bool:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return metadata.get("event_type") == EVENT_TYPE and payload.get("key") == _key(name)


def _key(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:32]
