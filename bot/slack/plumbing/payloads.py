"""Reads Slack's payloads: who clicked, where, on what. They differ between commands, buttons and modals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.model import RecordRef, RecordType

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where an answer to one person goes. `response_url` lives 30 minutes and serves five times, "" = none."""

    user_id: str
    channel_id: str
    response_url: str
    message_ts: str = ""

    @property
    def source(self) -> str:
        """The message that was clicked, "channel ts", for the audit trail; only the channel for a command."""
        return f"{self.channel_id} {self.message_ts}".strip()


def place_of(body: Payload) -> Place:
    ts = (body.get("container") or {}).get("message_ts") or (body.get("message") or {}).get("ts") or ""
    return Place(user_id(body), channel_id(body), str(body.get("response_url") or ""), str(ts))


def user_id(body: Payload) -> str:
    """Of a command, a click or a submit, and of an event."""
    event = body.get("event") or {}
    return str(body.get("user_id") or (body.get("user") or {}).get("id") or event.get("user") or "")


def user_name(body: Payload) -> str:
    """A readable name that notifies nobody when it is shown."""
    person = body.get("user") or {}
    return f"@{body.get('user_name') or person.get('username') or person.get('name') or user_id(body)}"


def team_id(body: Payload) -> str:
    """The team of the person, not of the place where the click was made."""
    own = (body.get("user") or {}).get("team_id")
    return str(own or body.get("team_id") or (body.get("team") or {}).get("id") or "")


def channel_id(body: Payload) -> str:
    return str(body.get("channel_id") or (body.get("channel") or {}).get("id") or "")


def view_id_of(action: Payload) -> str:
    """The opaque id of the results message: block ids read `name.view_id.revision`."""
    parts = str(action.get("block_id", "")).split(".")
    return parts[1] if len(parts) > 1 else ""


def chosen(action: Payload) -> str:
    """What a button, a menu or a date picker carries; "" when nothing is chosen."""
    option = action.get("selected_option") or {}
    return str(option.get("value") or action.get("selected_date") or action.get("value") or "")


def record_ref(text: str) -> RecordRef:
    """ "invoice:123" as it stands in an option. Raises ValueError when it is none."""
    kind, _, key = text.partition(":")
    return RecordRef(RecordType(kind), key)
