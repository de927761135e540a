"""Ctrl-C ends the bot even when its Slack client does not want to."""

import threading
import time

from slack_bolt import App
from slack_sdk.socket_mode.builtin.connection import ConnectionState

from bot.sandbox import slack
from bot.sandbox.standins import serve
from bot.slack.build import web_client
from bot.slack.plumbing.app_settings import SlackSettings
from bot.slack.plumbing.socket import start_socket, stop_socket
from tests.patience import PATIENCE_S


def test_a_socket_client_whose_receiver_missed_the_end_is_left_behind() -> None:
    state = slack.SlackState()
    server = serve(slack.app(state))
    try:
        details = slack.connection_details(state, server.url)
        settings = SlackSettings(details["bot_token"], details["app_token"], "secret", details["api_url"])
        app = App(client=web_client(settings), signing_secret="secret", token_verification_enabled=False)
        handler = start_socket(app, details["app_token"])
        time.sleep(0.3)  # the receiver runs now, and holds the state that the next line takes from the client
        handler.client.current_session_state = ConnectionState()

        stopping = threading.Thread(target=stop_socket, args=(handler, 0.5), daemon=True)
        stopping.start()
        stopping.join(PATIENCE_S)
        assert not stopping.is_alive()
    finally:
        server.stop()
