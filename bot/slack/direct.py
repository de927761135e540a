"""Direct messages with one person: where answers go that have no channel of their own (App Home, shortcuts)."""

from dataclasses import replace

from slack_sdk import WebClient

from bot.core.faults import UserError
from bot.slack.payloads import Payload, Place, place_of
from bot.slack.replies import UNREACHABLE, refusal


def direct_channel(client: WebClient, user_id: str, meanwhile: str = "") -> str:
    """Raises UserError when Slack does not open it; `meanwhile` says what was done all the same."""
    try:
        found = client.conversations_open(users=user_id).get("channel") or {}
    except UNREACHABLE as error:
        raise UserError(f"{meanwhile}Slack did not let me write to you ({refusal(error)}).") from error
    return str(found.get("id") or "")


def own_place(client: WebClient, body: Payload) -> Place:
    """Where the click was made; what was clicked outside of any channel is answered in the direct messages."""
    place = place_of(body)
    return place if place.channel_id else replace(place, channel_id=direct_channel(client, place.user_id))
