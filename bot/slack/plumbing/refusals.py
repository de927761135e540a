"""What it means that Slack did not take a message: shut out, too rich, gone, wait, or perhaps taken all the same.

See the errors of https://docs.slack.dev/reference/methods/chat.postMessage and chat.update
"""

import re
import socket
import ssl
from datetime import timedelta
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError

from blocks.kit.kit import Message
from blocks.kit.simpler import calls_everybody, plain_text, without_call
from bot.core.team.refused_channel import FIXED

RESTRICTED = "restricted_action"
UNWELCOME = frozenset(
    {
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        RESTRICTED,
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "ekm_access_denied",
        "team_access_not_granted",
        "no_permission",
        "missing_scope",
        "messages_tab_disabled",
    }
)
NO_REPLIES = frozenset(
    {"restricted_action_non_threadable_channel", "restricted_action_thread_locked", "cannot_reply_to_message"}
)
"""The channel takes messages, but not in this thread."""
TOO_RICH = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "invalid_attachments", "msg_too_long", "msg_blocks_too_long"}
)
"""Faults of ours: plain text goes through."""
GONE = frozenset({"message_not_found"}) | FIXED
SHARED = "is_ext_shared"
"""Our own word: the channel is shared with another organisation, so nothing was sent."""
PERHAPS_DONE = frozenset({"internal_error", "fatal_error"})
"""Slack says of these that some of it may have succeeded before the error came."""
NEVER_SENT = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
WORD = re.compile(r"[a-z0-9_]{1,80}")


def simpler_form(message: Message, refusal: str) -> Message | None:
    """What may go through in place of a message that was refused for what it holds; None when that was not why.

    `restricted_action` also means that @channel is for some people only (slackhq/slack-api-docs#85).
    """
    if refusal == RESTRICTED and calls_everybody(message):
        return without_call(message)
    return plain_text(message) if refusal in TOO_RICH and message.blocks else None


def may_have_been_taken(error: Exception) -> bool:
    """Whether the message may stand in Slack although no answer says so: only a clear refusal rules it out."""
    if isinstance(error, SlackApiError):
        word = str(error.response.get("error") or "")
        is_readable = error.response.status_code >= 300 or WORD.fullmatch(word) is not None
        return error.response.status_code >= 500 or word in PERHAPS_DONE or not is_readable
    if isinstance(error, SlackClientError):
        return False  # raised before anything is sent
    return not (isinstance(error, URLError) and isinstance(error.reason, NEVER_SENT))


def retry_after(error: Exception) -> timedelta | None:
    """How long a rate limit lasts, see https://docs.slack.dev/apis/web-api/rate-limits"""
    if not isinstance(error, SlackApiError) or error.response.status_code != 429:
        return None
    headers = {name.lower(): value for name, value in error.response.headers.items()}
    seconds = str(headers.get("retry-after", ""))
    return timedelta(seconds=int(seconds)) if seconds.isdecimal() else None
