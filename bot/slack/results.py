"""The results message: its filters and pages, the modal with the search, sharing, and the buttons that open it."""

import re
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from blocks import notice
from blocks import results as pages
from blocks.kit import Message
from bot.core.faults import UserError
from bot.core.model import ResultsFilter
from bot.slack import detail, sync
from bot.slack.command import results_of
from bot.slack.desk import Desk
from bot.slack.modals import Modal, keep_modal, kept_modal
from bot.slack.payloads import chosen, place_of, user_name, view_id_of
from bot.slack.permission import Permission
from bot.slack.replies import UNREACHABLE, refusal
from bot.slack.results_state import ResultsState, changed, from_json, in_company, searched
from bot.slack.screen import ResultsScreen
from bot.slack.sync import SyncStarter

CONTROLS = re.compile(r"^results\.(status|type|since|clear|rows|previous|next|refresh)$")


def register(
    app: App, desk: Desk, client: WebClient, permission: Permission, starter: SyncStarter, screen: ResultsScreen
) -> None:
    def control(body: dict[str, Any], action: dict[str, Any]) -> None:
        name, value = action["action_id"].removeprefix("results."), chosen(action)
        screen.change(place_of(body), view_id_of(action), lambda state: changed(state, name, value))

    def company(body: dict[str, Any], action: dict[str, Any]) -> None:
        company_id = chosen(action)
        since = desk.default_since(company_id)
        screen.change(place_of(body), view_id_of(action), lambda state: in_company(state, company_id, since))

    def start_sync(body: dict[str, Any], action: dict[str, Any]) -> None:
        person = permission.require_operator(body, sync.DOING)
        view_id, place = view_id_of(action), place_of(body)
        if starter.start(from_json(desk.view(view_id)).wanted.company_id, place):
            screen.say(place, view_id, "Sync started", person)

    def open_filter(body: dict[str, Any], action: dict[str, Any]) -> None:
        view_id = view_id_of(action)
        wanted = from_json(desk.view(view_id)).wanted
        modal_id = keep_modal(desk, Modal(view_id, place_of(body)))
        client.views_open(trigger_id=body["trigger_id"], view=pages.filter_modal(wanted, modal_id))

    def submit_filter(body: dict[str, Any], view: dict[str, Any], ack: Ack) -> None:
        modal = kept_modal(desk, view["private_metadata"])
        ack()
        values = view["state"]["values"]
        text = (values["text"]["text"].get("value") or "").strip()
        attention = chosen(values["show"]["show"]) == "attention"
        screen.change(modal.place, modal.results_view, lambda state: searched(state, text, attention))

    def share(body: dict[str, Any], view_id: str) -> None:
        place = place_of(body)
        permission.require_own_channel(place.channel_id)

        def send(message: Message) -> str:
            try:
                client.chat_postMessage(
                    channel=place.channel_id,
                    text=message.text,
                    blocks=message.blocks,
                    unfurl_links=False,
                    unfurl_media=False,
                )
            except UNREACHABLE as error:
                return refusal(error)
            return ""

        word = screen.share(view_id, user_name(body), send)
        if word in ("not_in_channel", "channel_not_found"):
            screen.replies.tell(place, notice.invite("Then share again."))
        elif word:
            raise UserError(f"Slack did not take the copy ({word}). Please try again in a minute.")

    def more(body: dict[str, Any], action: dict[str, Any]) -> None:
        if chosen(action) == "share":
            share(body, view_id_of(action))
        else:
            detail.open_chooser(desk, client, body, view_id_of(action))

    def open_own(body: dict[str, Any], action: dict[str, Any]) -> None:
        """Buttons in the channel open a message of the reader's own."""
        value = chosen(action)
        match action["action_id"]:
            case "open.run":
                state = results_of(desk, desk.company(desk.run(value).company_id))
            case "open.red":
                state = ResultsState(ResultsFilter(value, needs_attention=True))
            case "open.shared":
                state = replace(from_json(desk.view(value)), note=None)
            case _:
                state = results_of(desk, desk.company(value))
        screen.open(place_of(body), state)

    app.action(CONTROLS)(control)
    app.action("results.company")(company)
    app.action("results.sync")(start_sync)
    app.action("results.filter")(open_filter)
    app.view("results.filter")(submit_filter)
    app.action(re.compile(r"^open\."))(open_own)
    app.action("results.more")(more)
