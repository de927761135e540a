"""Where an interaction happens, a message or a view: its blocks, what was typed into it, and how a payload names it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.methods.views import view_json
from bot.sandbox.slack.workspace.errors import NoSuchThing
from bot.sandbox.slack.workspace.inputs import Element, Values, elements, field_of, read, state_values
from bot.sandbox.slack.workspace.messages import Message
from bot.sandbox.slack.workspace.state import SlackState
from bot.sandbox.slack.workspace.views import View
from bot.sandbox.slack.workspace.workspace import APP_ID, TEAM_DOMAIN, TEAM_ID, User

Form = Mapping[str, Sequence[str]]
"""What the page's form holds: "block_id|action_id" → the raw values of that element."""


@dataclass(frozen=True)
class Container:
    """What one person sees; exactly one of `message` and `view` is there."""

    user: User
    message: Message | None = None
    view: View | None = None

    @property
    def key(self) -> str:
        """Under which inputs are kept: in a message each person has their own, in a view there is one person."""
        if self.view is not None:
            return self.view.id
        return f"{self.message.channel} {self.message.ts} {self.user.id}" if self.message else ""

    @property
    def blocks(self) -> list[dict[str, Any]]:
        if self.view is not None:
            return self.view.blocks
        return self.message.all_blocks() if self.message else []


def find_user(state: SlackState, reference: str) -> User:
    user = state.workspace.user(reference)
    if user is None or user.is_bot:
        raise NoSuchThing(f"no user {reference!r}")
    return user


def find_channel_of(state: SlackState, user: User, reference: str) -> str:
    """The id of a channel this person is in; `@qbo-sync` is their direct messages with the app."""
    if reference.startswith("@"):
        return state.workspace.direct_channel(user.id).id
    channel = state.workspace.channel(reference)
    if channel is None or user.id not in channel.members:
        raise NoSuchThing(f"{user.name} is in no channel {reference!r}")
    return channel.id


def find_container(state: SlackState, body: Mapping[str, Any]) -> Container:
    """From `user` and either `view_id` (`home` for the App Home, `top` for the open modal) or `channel` and `ts`."""
    user = find_user(state, str(body["user"]))
    view_id = str(body.get("view_id") or "")
    if view_id:
        with state.lock:
            return Container(user, view=_find_view(state, user, view_id))
    channel = find_channel_of(state, user, str(body["channel"]))
    message = state.messages.get(channel, str(body["ts"]))
    if message is None or message.only_for not in ("", user.id):
        raise NoSuchThing(f"{user.name} sees no message {body['ts']} in {channel}")
    return Container(user, message=message)


def _find_view(state: SlackState, user: User, view_id: str) -> View:
    stack = state.views.stack(user.id)
    named = {"home": state.views.home(user.id), "top": stack[-1] if stack else None}
    view = named.get(view_id) or state.views.get(view_id)
    if view is None or view.user != user.id:
        raise NoSuchThing(f"{user.name} has no view {view_id!r} open")
    return view


def find_element(container: Container, action_id: str, block_id: str = "") -> tuple[str, Element]:
    """The element and the id of its block; without a block id the first one of that action id."""
    for block, element in elements(container.blocks):
        if element["action_id"] == action_id and block_id in ("", block["block_id"]):
            return block["block_id"], element
    raise NoSuchThing(f"no element {action_id!r}" + (f" in block {block_id!r}" if block_id else ""))


def save_form(state: SlackState, container: Container, form: Form) -> Values:
    """Keep what the form holds and give back the whole `state.values`."""
    saved = state.inputs.setdefault(container.key, {})
    for block, element in elements(container.blocks):
        block_id, action_id = block["block_id"], element["action_id"]
        raw = form.get(f"{block_id}|{action_id}")
        if raw is not None and field_of(element):
            suggested = state.suggested.get(f"{container.key} {block_id} {action_id}", {})
            saved.setdefault(block_id, {})[action_id] = read(element, raw, suggested)
    return state_values(container.blocks, saved)


def user_json(user: User) -> dict[str, str]:
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": TEAM_ID}


def origin(state: SlackState, user: User, kind: str) -> dict[str, Any]:
    """What every interactive payload starts with; it carries a fresh trigger id."""
    return {
        "type": kind,
        "user": user_json(user),
        "api_app_id": APP_ID,
        "token": "sandbox",
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": state.tickets.issue_trigger(user.id),
    }


def channel_json(state: SlackState, channel_id: str) -> dict[str, str]:
    channel = state.workspace.channels[channel_id]
    return {"id": channel.id, "name": "directmessage" if channel.im_user else channel.name}


def place(state: SlackState, container: Container) -> dict[str, Any]:
    """`container` and what goes with it: `view`, or `channel` and `message` (never for an ephemeral one)."""
    if container.view is not None:
        return {"container": {"type": "view", "view_id": container.view.id}, "view": view_json(state, container.view)}
    message = container.message
    if message is None:
        return {}
    about: dict[str, Any] = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
    about |= {"is_ephemeral": message.is_ephemeral}
    if message.thread_ts:
        about |= {"thread_ts": message.thread_ts}
    shown = {} if message.is_ephemeral else {"message": message.to_json()}
    return {"container": about, "channel": channel_json(state, message.channel), **shown}
