"""A channel in which Slack lets nothing be posted, answered or changed: Slack's word for it, and what ends it.

See the errors of https://docs.slack.dev/reference/methods/chat.postMessage and chat.update
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

FIXED = frozenset({"cant_update_message", "edit_window_closed"})
"""The channel takes new messages; only what stands there stays as it is."""
CLOSED = frozenset({"channel_not_found", "ekm_access_denied", "is_archived", "team_access_not_granted"})
"""Nothing at all is possible there, so that anything which is done there shows that it is over."""
ONLY_THERE = frozenset(
    {
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "cannot_reply_to_message",
    }
)
"""New messages or replies alone are refused, the other goes through."""


class Way(StrEnum):
    """What was tried in the channel; the one that matters most first."""

    POST = "post"
    EDIT = "edit"
    REPLY = "reply"


@dataclass(frozen=True)
class RefusedChannel:
    """`channel` is an id or #name, as it was written to; `word` is Slack's."""

    channel: str
    way: Way
    word: str


def still_refused(known: Sequence[RefusedChannel], names: Collection[str], way: Way) -> tuple[RefusedChannel, ...]:
    """What is left of it once a message went through in the channel that has these names."""
    return tuple(one for one in known if one.channel not in names or not _ends(one, way))


def _ends(one: RefusedChannel, way: Way) -> bool:
    if one.way is way or one.word in CLOSED:
        return True
    return way is Way.POST and one.word not in FIXED | ONLY_THERE


def worst(known: Sequence[RefusedChannel]) -> RefusedChannel | None:
    """The one to tell of a channel: nothing new comes, before only replies, or changes, do not."""
    return min(known, key=_weight, default=None)


def _weight(one: RefusedChannel) -> tuple[bool, int]:
    return one.word in FIXED, list(Way).index(one.way)
