"""Why Slack lets nothing be written in a channel and what mends it, in words: one row for each of Slack's errors.

See the errors of https://docs.slack.dev/reference/methods/chat.postMessage and chat.update
"""

from collections.abc import Mapping
from types import MappingProxyType

from blocks.kit.kit import Message, channel, context, escape
from bot.core.team.refused_channel import FIXED, RefusedChannel, Way

PERMISSIONS = "in the channel's settings, under *Posting permissions*"
OTHERWISE = "or an admin chooses another channel with `/qbo-sync settings`"
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "not_in_channel": ("qbo-sync is not in it", "Somebody in it writes `/invite @qbo-sync` there"),
        "channel_not_found": (
            "it is gone, or private and without qbo-sync",
            "If it is private, somebody in it writes `/invite @qbo-sync` there",
        ),
        "is_archived": ("it is archived", "Somebody who was in it unarchives it"),
        "restricted_action": (
            "only some people may post there",
            f"Whoever manages the channel lets qbo-sync post, {PERMISSIONS}",
        ),
        "restricted_action_read_only_channel": (
            "it is read-only",
            f"Whoever manages the channel lets qbo-sync post, {PERMISSIONS}",
        ),
        "restricted_action_thread_only_channel": (
            "only replies in threads are allowed there",
            f"Whoever manages the channel allows new messages, {PERMISSIONS}",
        ),
        "restricted_action_non_threadable_channel": (
            "threads are switched off there",
            f"Whoever manages the channel allows replies, {PERMISSIONS}",
        ),
        "restricted_action_thread_locked": ("an admin has locked the thread", "An admin unlocks the thread"),
        "cannot_reply_to_message": ("Slack takes no reply to that message", "Nobody needs to do anything"),
        "ekm_access_denied": (
            "the workspace's admins have suspended posting, with its encryption keys",
            "A workspace admin lifts that",
        ),
        "team_access_not_granted": (
            "qbo-sync has no access to the workspace of this channel",
            "An admin of the organisation grants it",
        ),
        "no_permission": (
            "Slack gives qbo-sync no permission there",
            "Somebody in it writes `/invite @qbo-sync` there; if qbo-sync is in it already, whoever runs qbo-sync "
            "installs the app again",
        ),
        "missing_scope": (
            "the app was installed without a permission that this takes",
            "Whoever runs qbo-sync installs the app again from manifest.yml",
        ),
        "messages_tab_disabled": (
            "the Messages tab of the app is switched off",
            "Whoever runs qbo-sync switches it on in the app's settings, under *App Home*",
        ),
        "cant_update_message": (
            "they were posted by another installation of the app",
            "If it goes on, whoever runs qbo-sync checks SLACK_BOT_TOKEN",
        ),
        "edit_window_closed": (
            "the workspace lets messages be changed for some time only",
            "A workspace admin allows it at any time, in the workspace's settings under *Message editing*",
        ),
    }
)
LABEL_CHARS = 60


def why(word: str) -> str:
    """A clause: "only some people may post there"."""
    return WORDS[word][0] if word in WORDS else f"Slack refuses it ({escape(word, LABEL_CHARS)})"


def remedy(word: str) -> str:
    """Who does what, without a full stop."""
    return WORDS[word][1] if word in WORDS else "Whoever runs qbo-sync finds more in its log"


def in_short(refused: RefusedChannel) -> str:
    """ "messages cannot be posted in #accounts"."""
    return f"{_what(refused)} in {channel(refused.channel)}"


def _what(refused: RefusedChannel) -> str:
    if refused.word in FIXED:
        return "messages cannot be changed"
    return "replies cannot be posted" if refused.way is Way.REPLY else "messages cannot be posted"


def in_full(refused: RefusedChannel) -> str:
    """What does not come, why, what mends it, and where it comes meanwhile."""
    said = f"{in_short(refused)}: {why(refused.word)}. {remedy(refused.word)}"
    return f"{said[0].upper()}{said[1:]}{_meanwhile(refused)}"


def _meanwhile(refused: RefusedChannel) -> str:
    if refused.word in FIXED:
        return ". What changes is posted anew."
    if refused.way is Way.REPLY:
        return f", {OTHERWISE}. What needs attention is posted outside of threads meanwhile."
    return f", {OTHERWISE}. Until then, what needs attention comes to operators as a direct message."


def sent_instead(message: Message, refused: RefusedChannel) -> Message:
    """The same as a direct message to an operator; it says why it comes there."""
    reason = f"Sent to you because it cannot be posted in {channel(refused.channel)}: {why(refused.word)}."
    blocks = [context(f"{reason} {remedy(refused.word)}, {OTHERWISE}."), *message.blocks]
    return Message(f"{message.text} · {reason}", blocks)
