"""The chat.*, reactions.* and blocks.* methods of the Web API.

Source: https://docs.slack.dev/reference/methods (one page a method)
"""

from dataclasses import replace
from typing import Any

from blocks.limits.check import Surface, violations
from bot.sandbox.slack.methods import arguments
from bot.sandbox.slack.methods.arguments import Arguments
from bot.sandbox.slack.methods.validation import checked_attachments, checked_blocks, checked_pictures
from bot.sandbox.slack.workspace.errors import SlackRefusal
from bot.sandbox.slack.workspace.messages import Message
from bot.sandbox.slack.workspace.refusing import Saying, check_may
from bot.sandbox.slack.workspace.state import SlackState
from bot.sandbox.slack.workspace.workspace import BOT_USER_ID, Channel

TEXT_CHARS = 40_000
MARKDOWN_TEXT_CHARS = 12_000


def find_channel(state: SlackState, reference: str) -> Channel:
    """By id or name; a user id opens the direct messages with that person."""
    if not reference:
        raise SlackRefusal("channel_not_found")
    if reference in state.workspace.users:
        return state.workspace.direct_channel(reference)
    channel = state.workspace.channel(reference)
    if channel is None:
        raise SlackRefusal("channel_not_found")
    return channel


def channel_to_write(state: SlackState, reference: str) -> Channel:
    channel = find_channel(state, reference)
    if channel.is_archived:
        raise SlackRefusal("is_archived")
    if BOT_USER_ID not in channel.members:
        raise SlackRefusal("not_in_channel")
    return channel


def content(state: SlackState, given: Arguments) -> dict[str, Any]:
    """Text, blocks and attachments of a message to post; one of them must be there, or markdown alone."""
    markdown = arguments.text(given, "markdown_text")
    if markdown:
        return _markdown(markdown, given)
    found: dict[str, Any] = {
        "text": arguments.text(given, "text")[:TEXT_CHARS],
        "blocks": checked_pictures(
            state, checked_blocks(arguments.structure(given, "blocks", "invalid_blocks"), state.table_limits)
        ),
        "attachments": checked_attachments(
            arguments.structure(given, "attachments", "invalid_attachments"), state.table_limits
        ),
    }
    if not any(found.values()):
        raise SlackRefusal("no_text")
    return found


def _markdown(text: str, given: Arguments) -> dict[str, Any]:
    """Formatted by Slack itself, so nothing else that says something may stand beside it."""
    if given.get("text") or arguments.structure(given, "blocks", "invalid_blocks"):
        raise SlackRefusal("markdown_text_conflict")
    if len(text) > MARKDOWN_TEXT_CHARS:
        raise SlackRefusal("msg_too_long")
    return {"text": text, "blocks": [{"type": "markdown", "text": text}], "attachments": []}


def checked_metadata(given: Arguments) -> dict[str, Any]:
    """What only apps see, see https://docs.slack.dev/messaging/message-metadata"""
    metadata = arguments.structure(given, "metadata", "invalid_metadata_format")
    if metadata is None:
        return {}
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        raise SlackRefusal("invalid_metadata_format")
    if not isinstance(metadata["event_type"], str) or not isinstance(metadata["event_payload"], dict):
        raise SlackRefusal("invalid_metadata_format")
    return metadata


def root_of_thread(state: SlackState, channel: str, thread_ts: str) -> str:
    """A reply to a reply belongs to the thread of the first message."""
    parent = state.messages.get(channel, thread_ts)
    return parent.thread_ts if parent and parent.is_reply else thread_ts


def check_may_say(channel: Channel, given: Arguments, saying: Saying | None = None) -> None:
    """Raises SlackRefusal where the channel was told to refuse it; `saying` None = to post, in a thread or not."""
    way = saying or (Saying.REPLY if arguments.text(given, "thread_ts") else Saying.POST)
    check_may(channel, way, has_blocks=bool(arguments.structure(given, "blocks", "invalid_blocks")))


def post_message(state: SlackState, given: Arguments) -> dict[str, Any]:
    channel = channel_to_write(state, arguments.text(given, "channel"))
    check_may_say(channel, given)
    posted = state.post(
        Message(
            state.new_ts(),
            channel.id,
            BOT_USER_ID,
            **content(state, given),
            thread_ts=root_of_thread(state, channel.id, arguments.text(given, "thread_ts")),
            is_broadcast=arguments.flag(given, "reply_broadcast"),
            metadata=checked_metadata(given),
        )
    )
    return {"channel": channel.id, "ts": posted.ts, "message": posted.to_json()}


def post_ephemeral(state: SlackState, given: Arguments) -> dict[str, Any]:
    channel = channel_to_write(state, arguments.text(given, "channel"))
    user = arguments.text(given, "user")
    if user not in channel.members:
        raise SlackRefusal("user_not_in_channel")
    thread_ts = root_of_thread(state, channel.id, arguments.text(given, "thread_ts"))
    message = Message(
        state.new_ts(), channel.id, BOT_USER_ID, **content(state, given), thread_ts=thread_ts, only_for=user
    )
    return {"message_ts": state.post(message).ts}


def _own_message(state: SlackState, given: Arguments, refusal: str) -> Message:
    """The message of this ts if the app posted it; ephemeral ones cannot be reached this way."""
    channel = find_channel(state, arguments.text(given, "channel"))
    check_may_say(channel, given, Saying.UPDATE)
    message = state.messages.get(channel.id, arguments.text(given, "ts"))
    if message is None or message.is_ephemeral or message.is_deleted:
        raise SlackRefusal("message_not_found")
    if message.user != BOT_USER_ID:
        raise SlackRefusal(refusal)
    if channel.is_archived:
        raise SlackRefusal("is_archived")
    return message


def update(state: SlackState, given: Arguments) -> dict[str, Any]:
    """Text without blocks removes the blocks; blocks without text keep the text."""
    message = _own_message(state, given, "cant_update_message")
    new = content(state, given)
    if given.get("text") is None and not given.get("markdown_text"):
        new["text"] = message.text
    if given.get("attachments") is None and not arguments.text(given, "text"):
        new["attachments"] = message.attachments
    changed = state.change(replace(message, **new, edited_ts=state.new_ts()))
    return {"channel": changed.channel, "ts": changed.ts, "text": changed.text, "message": changed.to_json()}


def delete(state: SlackState, given: Arguments) -> dict[str, Any]:
    message = _own_message(state, given, "cant_delete_message")
    state.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(state: SlackState, given: Arguments) -> dict[str, Any]:
    channel = find_channel(state, arguments.text(given, "channel"))
    message = state.messages.get(channel.id, arguments.text(given, "message_ts"))
    if message is None:
        raise SlackRefusal("message_not_found")
    place = f"archives/{channel.id}/p{message.ts.replace('.', '')}"
    thread = f"?thread_ts={message.thread_ts}" if message.is_reply else ""
    return {"channel": channel.id, "permalink": f"{state.base_url}/{place}{thread}"}


def add_reaction(state: SlackState, given: Arguments) -> dict[str, Any]:
    channel = channel_to_write(state, arguments.text(given, "channel"))
    message = state.messages.get(channel.id, arguments.text(given, "timestamp"))
    pair = (arguments.required(given, "name").strip(":"), BOT_USER_ID)
    if message is None:
        raise SlackRefusal("message_not_found")
    if pair in message.reactions:
        raise SlackRefusal("already_reacted")
    state.change(replace(message, reactions=(*message.reactions, pair)))
    return {}


def validate_blocks(state: SlackState, given: Arguments) -> dict[str, Any]:
    """Exactly one of blocks, view and message is checked; what is wrong comes back as a list."""
    names = [name for name in ("blocks", "view", "message") if given.get(name) is not None]
    if len(names) != 1:
        raise SlackRefusal("invalid_arguments", ["[ERROR] exactly one of blocks, view, message must be given"])
    payload = arguments.structure(given, names[0], "invalid_arguments")
    is_view = names[0] == "view"
    kind = payload.get("type", "modal") if is_view and isinstance(payload, dict) else "message"
    surface = Surface(kind) if kind in tuple(Surface) else Surface.MODAL
    found = violations(payload, surface, state.table_limits)
    if found:
        errors = [{"code": one.rule, "message": one.message, "pointer": one.pointer} for one in found]
        raise SlackRefusal("invalid_blocks", errors=errors)
    return {}
