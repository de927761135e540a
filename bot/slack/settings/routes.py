"""Where causes go, as a modal over the settings: a channel for each kind of cause, checked before it is saved."""

from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from blocks.settings import company as pages
from bot.core.causes.kind import CauseKind
from bot.core.faults import UserError
from bot.desk.desk import Desk
from bot.slack.settings.company import DOING, Kept, Wrong, check_channel, keep_in, kept
from bot.slack.who.permission import Permission


def register(app: App, desk: Desk, client: WebClient, permission: Permission) -> None:
    def open_modal(body: dict[str, Any]) -> None:
        settings_id = body["view"]["private_metadata"]
        shown = kept(desk, settings_id)
        permission.require_admin(body, DOING, shown.place.channel_id)
        view_id = desk.views.remember({"routes_of": settings_id})
        client.views_push(trigger_id=body["trigger_id"], view=pages.routes(shown.seen, view_id))

    def submit(body: dict[str, Any], view: dict[str, Any], ack: Ack) -> None:
        settings_id = desk.views.get(view["private_metadata"]).get("routes_of")
        if not settings_id:
            raise UserError("This window is too old. Close it and open it again.")
        before = kept(desk, settings_id)
        person = permission.require_admin(body, DOING, before.place.channel_id)
        wanted = _entered(view["state"]["values"])
        try:
            for kind, channel in wanted.items():
                if channel != before.seen.routes.get(kind):
                    check_channel(client, channel, kind)
        except Wrong as wrong:
            ack(response_action="errors", errors={wrong.block: str(wrong)})
            return
        now = replace(before.seen, routes=wanted)
        desk.team.change_settings(now, before.seen, person)
        keep_in(desk, settings_id, Kept(now, before.place))  # the window behind goes on from here
        ack()

    app.action("settings.routes")(open_modal)
    app.view("settings.routes")(submit)


def _entered(values: dict[str, Any]) -> dict[str, str]:
    chosen = {kind.value: values[kind.value]["channel"].get("selected_conversation") or "" for kind in CauseKind}
    return {kind: channel for kind, channel in chosen.items() if channel}
