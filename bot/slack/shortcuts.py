"""The global shortcut: the overview from anywhere in Slack, in a window. (A message's shortcut: see find.py.)"""

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from blocks.overview import MOST_SHOWN, overview_modal
from bot.desk.desk import Desk
from bot.slack.who.default_channel import ChannelTroubles


def register(app: App, desk: Desk, client: WebClient, troubles: ChannelTroubles) -> None:
    def overview(body: dict[str, Any]) -> None:
        companies = desk.companies.all()
        view = overview_modal(companies, *troubles.told(companies[:MOST_SHOWN]))
        client.views_open(trigger_id=body["trigger_id"], view=view)

    app.shortcut("overview")(overview)
