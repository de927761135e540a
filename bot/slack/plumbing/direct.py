"""Direct messages with one person: where answers go that have no channel of their own (App Home, shortcuts)."""

import logging
from dataclasses import replace

from slack_sdk import WebClient

from blocks.kit import notice
from blocks.kit.kit import Message
from bot.core.faults import UserError
from bot.slack.plumbing.payloads import Payload, Place, place_of, user_id
from bot.slack.plumbing.replies import UNREACHABLE, refusal

log = logging.getLogger(__name__)


def direct_channel(client: WebClient, user_id: str, meanwhile: str = "") -> str:
    """Raises UserError when Slack does not open it; `meanwhile` says what was done all the same."""
    try:
        found = client.conversations_open(users=user_id).get("channel") or {}
    except UNREACHABLE as error:
        raise UserError(f"{meanwhile}Slack did not let me write to you ({refusal(error)}).") from error
    return str(found.get("id") or "")


def own_place(client: WebClient, body: Payload) -> Place:
    """Where the click was made; what was clicked outside of any channel is answered in the direct messages."""
    return with_channel(client, place_of(body))


def with_channel(client: WebClient, place: Place) -> Place:
    return place if place.channel_id else replace(place, channel_id=direct_channel(client, place.user_id))


def say_where(client: WebClient, body: Payload, message: Message, title: str) -> None:
    """What was asked for outside of any channel is answered elsewhere: a small window says so."""
    if place_of(body).channel_id:
        return
    shown, view = notice.as_modal(message, title), body.get("view") or {}
    try:
        if view.get("type") == "modal":
            client.views_update(view_id=view["id"], view=shown)
        else:
            client.views_open(trigger_id=body["trigger_id"], view=shown)
    except UNREACHABLE as error:
        log.warning("%s was not told where the answer is: %s", user_id(body), refusal(error))
