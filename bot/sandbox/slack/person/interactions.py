"""What a person does: commands, clicks, suggestions, submissions; each brought to the app and its answer applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.methods.chat import root_of_thread
from bot.sandbox.slack.methods.response_url import RESPONSE_PREFIX, respond
from bot.sandbox.slack.person.containers import Container, Form, channel_json, find_element, origin, place, save_form
from bot.sandbox.slack.person.delivery import Ack, Delivery, Kind
from bot.sandbox.slack.workspace import inputs
from bot.sandbox.slack.workspace.errors import SlackRefusal
from bot.sandbox.slack.workspace.messages import Message
from bot.sandbox.slack.workspace.state import Shortcut, SlackState
from bot.sandbox.slack.workspace.text import escape_typed, escaped_command
from bot.sandbox.slack.workspace.workspace import APP_ID, BOT_USER_ID, TEAM_DOMAIN, TEAM_ID, User

SLOW = "Operation timed out. Apps need to respond within 3 seconds."
NOBODY = "The app did not answer: it is not connected."


@dataclass(frozen=True)
class Outcome:
    """What the person gets to know at once; `errors` are per block of a modal."""

    ok: bool = True
    error: str = ""
    errors: Mapping[str, str] | None = None
    ts: str = ""

    def to_json(self) -> dict[str, Any]:
        given = {"error": self.error, "errors": dict(self.errors or {}), "ts": self.ts}
        return {"ok": self.ok} | {name: value for name, value in given.items() if value}


def words_for(failure: str) -> str:
    known = {"operation_timeout": SLOW, "dispatch_failed": NOBODY}
    return known.get(failure, f"The app answered with an error ({failure}).")


def response_url(state: SlackState, user: User, channel: str, original_ts: str = "", thread_ts: str = "") -> str:
    key = state.tickets.issue_response_url(user.id, channel, original_ts, thread_ts)
    return f"{state.base_url}{RESPONSE_PREFIX}{key}"


async def send_text(delivery: Delivery, user: User, channel: str, text: str, thread_ts: str = "") -> Outcome:
    """What the composer does with a line: a slash command, or a message everyone in the channel sees."""
    if text.startswith("/"):
        return await run_command(delivery, user, channel, text, thread_ts)
    state = delivery.state
    thread_ts = root_of_thread(state, channel, thread_ts)
    message = Message(state.new_ts(), channel, user.id, escape_typed(state.workspace, text), thread_ts=thread_ts)
    posted = state.post(message)
    where = state.workspace.channels[channel]
    event = {**posted.to_json(), "channel": channel, "event_ts": posted.ts, "client_msg_id": state.new_id("")}
    if where.im_user:
        delivery.event({**event, "channel_type": "im"})
    elif f"<@{BOT_USER_ID}" in posted.text and BOT_USER_ID in where.members:
        delivery.event({**event, "type": "app_mention"})
    return Outcome(ts=posted.ts)


async def run_command(delivery: Delivery, user: User, channel: str, line: str, thread_ts: str = "") -> Outcome:
    """Slack does not show the command itself; a failure is told by Slackbot to this person only."""
    state = delivery.state
    name, _, rest = line.partition(" ")
    command = next((one for one in state.settings.commands if one.name == name), None)
    if command is None:
        state.tell(user.id, channel, f"{name} is not a valid command.", thread_ts)
        return Outcome(False, "invalid_command")
    url = response_url(state, user, channel, thread_ts=thread_ts)
    rest = rest.strip()
    payload = {
        "token": "sandbox",
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel,
        "channel_name": channel_json(state, channel)["name"],
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": escaped_command(state.workspace, rest) if command.should_escape else rest,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": state.tickets.issue_trigger(user.id),
    }
    ack = await delivery.deliver(Kind.COMMAND, payload)
    if ack.failure:
        state.tell(user.id, channel, f"{name} failed with the error {ack.failure}", thread_ts)
        return Outcome(False, ack.failure)
    return _apply_command_answer(state, url, ack)


def _apply_command_answer(state: SlackState, url: str, ack: Ack) -> Outcome:
    """An acknowledgement with a body is shown as if it had been sent to the response url."""
    if not ack.body:
        return Outcome()
    ticket = state.tickets.use_response_url(url.rpartition("/")[2])
    ticket.uses -= 1
    try:
        with state.lock:
            respond(state, ticket, ack.body)
    except SlackRefusal as refusal:
        state.tell(ticket.user, ticket.channel, f"The app's answer could not be shown ({refusal.code}).")
        return Outcome(False, refusal.code)
    return Outcome()


@dataclass(frozen=True)
class Click:
    """An element that was used: `chosen` is the option of an overflow menu, `form` the rest of the container."""

    action_id: str
    block_id: str = ""
    chosen: str = ""
    form: Form | None = None


async def click(delivery: Delivery, container: Container, click: Click) -> Outcome:
    """block_actions: buttons, menus and pickers in messages, modals and the App Home."""
    state = delivery.state
    block_id, element = find_element(container, click.action_id, click.block_id)
    with state.lock:
        values = save_form(state, container, click.form or {})
        own = values.get(block_id, {}).get(click.action_id, {})
        used = inputs.action(block_id, element, own, click.chosen, state.new_ts())
        payload = {
            **origin(state, container.user, "block_actions"),
            **place(state, container),
            "state": {"values": values},
            "actions": [used],
        }
    message = container.message
    if message is not None:
        payload["response_url"] = response_url(
            state, container.user, message.channel, message.ts, message.thread_ts if message.is_reply else ""
        )
    ack = await delivery.deliver(Kind.INTERACTIVE, payload)
    if ack.failure:
        state.show_failure(container.user.id, words_for(ack.failure))
        return Outcome(False, ack.failure)
    return Outcome()


async def suggest(
    delivery: Delivery, container: Container, action_id: str, block_id: str, query: str
) -> list[dict[str, Any]]:
    """block_suggestion: the options of an external select, as groups; remembered so that one can be chosen."""
    state = delivery.state
    block_id, element = find_element(container, action_id, block_id)
    if len(query) < element.get("min_query_length", 3):
        return []
    named = {"action_id": action_id, "block_id": block_id, "value": query}
    payload = {**origin(state, container.user, "block_suggestion"), **place(state, container), **named}
    del payload["trigger_id"]
    ack = await delivery.deliver(Kind.INTERACTIVE, payload)
    if ack.failure:
        state.show_failure(container.user.id, words_for(ack.failure))
        return []
    groups = _suggested_groups(ack.body)
    known = state.suggested.setdefault(f"{container.key} {block_id} {action_id}", {})
    known |= {option["value"]: option for group in groups for option in group["options"]}
    return groups


def _suggested_groups(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """At most 100 options, or 100 groups of 100; more are cut off, as nothing else would be shown."""
    groups: Sequence[Mapping[str, Any]] = body.get("option_groups") or [{"options": body.get("options") or []}]
    return [{"label": group.get("label"), "options": list(group["options"])[:100]} for group in groups[:100]]


async def use_shortcut(delivery: Delivery, user: User, shortcut: Shortcut, message: Message | None = None) -> Outcome:
    state = delivery.state
    kind = "message_action" if message else "shortcut"
    about = {"callback_id": shortcut.callback_id, "action_ts": state.new_ts()}
    payload = {**origin(state, user, kind), **about}
    if message is not None:
        url = response_url(state, user, message.channel, message.ts)
        payload |= {"message": message.to_json(), "message_ts": message.ts, "response_url": url}
        payload |= {"channel": channel_json(state, message.channel)}
    ack = await delivery.deliver(Kind.INTERACTIVE, payload)
    if ack.failure:
        state.show_failure(user.id, words_for(ack.failure))
    return Outcome(not ack.failure, ack.failure)


def open_home(delivery: Delivery, user: User, tab: str = "home") -> None:
    """app_home_opened, sent when a person looks at the App Home (or at the app's messages)."""
    state = delivery.state
    channel = state.workspace.direct_channel(user.id)
    ts = state.new_ts()
    event = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": tab, "event_ts": ts}
    view = state.views.home(user.id)
    if view is not None and tab == "home":
        event |= place(state, Container(user, view=view))
        del event["container"]
    delivery.event(event)
