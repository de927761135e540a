"""Answers by which a channel lets the app say nothing, or not this: switched on at `/_control`, as admins do in Slack.

Sources: the errors of https://docs.slack.dev/reference/methods/chat.postMessage and chat.update
"""

from collections.abc import Iterable
from enum import StrEnum

from bot.sandbox.slack.workspace.errors import SlackRefusal
from bot.sandbox.slack.workspace.workspace import Channel


class Saying(StrEnum):
    """What the app may try to do in a channel."""

    POST = "post"
    REPLY = "reply"
    UPDATE = "update"


SPEAKING = frozenset({Saying.POST, Saying.REPLY})
EVERYTHING = frozenset(Saying)
MEANT: dict[str, frozenset[Saying]] = {
    "cannot_reply_to_message": frozenset({Saying.REPLY}),
    "cant_update_message": frozenset({Saying.UPDATE}),
    "channel_not_found": EVERYTHING,
    "edit_window_closed": frozenset({Saying.UPDATE}),
    "ekm_access_denied": EVERYTHING,
    "invalid_blocks": EVERYTHING,
    "is_archived": EVERYTHING,
    "message_not_found": frozenset({Saying.UPDATE}),
    "msg_blocks_too_long": EVERYTHING,
    "msg_too_long": EVERYTHING,
    "restricted_action_non_threadable_channel": frozenset({Saying.REPLY}),
    "restricted_action_thread_locked": frozenset({Saying.REPLY}),
    "restricted_action_thread_only_channel": frozenset({Saying.POST}),
    "team_access_not_granted": EVERYTHING,
}
"""What each error forbids; one that is not here forbids to speak, and leaves edits alone."""
OF_BLOCKS = frozenset({"invalid_blocks", "msg_blocks_too_long", "msg_too_long"})
"""Given for what a message holds: plain text goes through."""


def forbidden_by(error: str, chosen: Iterable[str] | None) -> frozenset[Saying]:
    """`chosen` None = what Slack means by this error."""
    return MEANT.get(error, SPEAKING) if chosen is None else frozenset(Saying(one) for one in chosen)


def check_may(channel: Channel, saying: Saying, has_blocks: bool) -> None:
    """Raises SlackRefusal when the channel was told to refuse this."""
    if saying in channel.forbidden and (has_blocks or channel.refuses_with not in OF_BLOCKS):
        raise SlackRefusal(channel.refuses_with)
