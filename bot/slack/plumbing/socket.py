"""Socket Mode: the bot asks Slack for its events, so no address of ours has to be reachable."""

import threading

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.slack.plumbing.replies import UNREACHABLE, refusal

CONCURRENCY = 32
RECEIVE_BUFFER_BYTES = 65_536
"""With the SDK's 1,024 a payload of a megabyte is too slow to be read in time."""

CLOSE_TIMEOUT_S = 5


class NotConnected(RuntimeError):
    """Slack did not open a socket; the text says why, for whoever starts the bot."""


def start_socket(app: App, app_token: str) -> SocketModeHandler:
    """Connect and return at once; reconnecting is the handler's business. Raises NotConnected."""
    handler = SocketModeHandler(
        app, app_token, concurrency=CONCURRENCY, receive_buffer_size=RECEIVE_BUFFER_BYTES, proxy=app.client.proxy
    )
    handler.client.proxy = app.client.proxy  # None has made the client look into the environment
    try:
        handler.client.connect()
    except UNREACHABLE as error:
        handler.client.close()
        raise NotConnected(f"Slack did not open a socket ({refusal(error)}): is SLACK_APP_TOKEN right?") from error
    if not handler.client.is_connected():
        handler.client.close()
        raise NotConnected("Slack opened no socket: can it be reached from here?")
    return handler


def stop_socket(handler: SocketModeHandler, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
    """Close, but never wait for ever: a receiver that began while `connect` was still setting its state (slack_sdk
    replaces `current_session_state` after `current_session`) does not see that it should end, and `close` joins it."""
    closing = threading.Thread(target=handler.client.close, name="close socket", daemon=True)
    closing.start()
    closing.join(timeout_s)
