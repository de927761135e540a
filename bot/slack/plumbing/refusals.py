"""What it means that Slack did not take a message: shut out, too rich, gone, wait, or perhaps taken all the same.

See the errors of https://docs.slack.dev/reference/methods/chat.postMessage and chat.update
"""

import re
import socket
import ssl
from datetime import timedelta
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError

UNWELCOME = frozenset({"not_in_channel", "channel_not_found", "is_archived", "restricted_action"})
TOO_RICH = frozenset({"invalid_blocks", "invalid_blocks_format", "invalid_attachments"})
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
SHARED = "is_ext_shared"
"""Our own word: the channel is shared with another organisation, so nothing was sent."""
PERHAPS_DONE = frozenset({"internal_error", "fatal_error"})
"""Slack says of these that some of it may have succeeded before the error came."""
NEVER_SENT = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
WORD = re.compile(r"[a-z0-9_]{1,80}")


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
