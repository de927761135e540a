"""Short answers to one person: refused, not invited yet, or something went wrong."""

from collections.abc import Sequence

from blocks.kit import Block, Message, escape, modal, section, user
from blocks.words import listed

MOST_NAMED = 10


def words(text: str) -> Message:
    """A sentence from outside, as it is."""
    return _message(escape(text, 2000))


def refused(doing: str, operators: Sequence[str]) -> Message:
    """`doing` completes "… can": "unlink records". No operators named = workspace admins are the operators."""
    return _message(f"You can look at everything, but only {who_may(operators)} can {doing}. Ask one of them.")


def who_may(operators: Sequence[str]) -> str:
    if not operators:
        return "workspace admins"
    named = [user(operator) for operator in operators[:MOST_NAMED]]
    return listed([*named, f"{len(operators) - MOST_NAMED} others"] if len(operators) > MOST_NAMED else named)


def strangers() -> Message:
    return _message("This is only for members of the workspace that qbo-sync is installed in.")


def shared_channel() -> Message:
    return _message("This channel is shared with another company, so I keep the books out of it. Ask in another one.")


def cannot_check() -> Message:
    return _message("I could not check with Slack who may do this, so nothing was done. Please try again in a minute.")


def invite(consequence: str) -> Message:
    """The bot may not post where it was asked to."""
    return _message(
        f"I am not in this channel, so I cannot post here. Invite me with `/invite @qbo-sync`. {consequence}"
    )


def broke(reference: str) -> Message:
    """`reference` is also in the log."""
    return _message(
        "Something went wrong on our side. Refresh the results to see what was done before you try again. "
        f"Whoever runs qbo-sync finds the cause under this reference: *{escape(reference)}*"
    )


def as_modal(message: Message, title: str = "Not done") -> Block:
    return modal("notice", title, message.blocks, close="Back")


def _message(text: str) -> Message:
    return Message(text, [section(text)])
