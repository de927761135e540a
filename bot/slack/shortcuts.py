"""The global shortcut: the overview from anywhere in Slack, in a window. (A message's shortcut: see find.py.)"""

from collections.abc import Callable
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from blocks.overview import overview_modal
from bot.slack.desk import Desk


def register(app: App, desk: Desk, client: WebClient, channel_trouble: Callable[[], str]) -> None:
    def overview(body: dict[str, Any]) -> None:
        view = overview_modal(desk.companies(), channel_trouble())
        client.views_open(trigger_id=body["trigger_id"], view=view)

    app.shortcut("overview")(overview)
