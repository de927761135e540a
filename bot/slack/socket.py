"""Socket Mode: the bot asks Slack for its events, so no address of ours has to be reachable."""

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

CONCURRENCY = 32
RECEIVE_BUFFER_BYTES = 65_536
"""With the SDK's 1,024 a payload of a megabyte is too slow to be read in time."""


class NotConnected(RuntimeError):
    """Slack did not open a socket: SLACK_APP_TOKEN is wrong, or Slack cannot be reached."""


def start_socket(app: App, app_token: str) -> SocketModeHandler:
    """Connect and return at once; reconnecting is the handler's business. Raises NotConnected."""
    handler = SocketModeHandler(
        app, app_token, concurrency=CONCURRENCY, receive_buffer_size=RECEIVE_BUFFER_BYTES, proxy=app.client.proxy
    )
    handler.client.proxy = app.client.proxy  # None has made the client look into the environment
    handler.client.connect()
    if not handler.client.is_connected():
        handler.client.close()
        raise NotConnected(NotConnected.__doc__)
    return handler


def stop_socket(handler: SocketModeHandler) -> None:
    handler.client.close()
