"""Short answers to one person: refused, not invited yet, or something went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from blocks.kit.kit import Block, Message, escape, modal, section, user
from blocks.kit.refused_channel import remedy, why
from bot.core.team.roles import Role

MOST_NAMED = 5


@dataclass(frozen=True)
class WhoMay:
    """Those who hold a role: user ids, and user groups by the handle that people type."""

    role: Role
    people: Sequence[str] = ()
    groups: Sequence[str] = ()
    is_workspace_admins: bool = False


def words(text: str) -> Message:
    """A sentence from outside, as it is."""
    return _message(escape(text, 2000))


def refused(doing: str, who: WhoMay) -> Message:
    """`doing` completes "… can": "unlink records"."""
    if who.role is Role.VIEWER:
        return _message(f"Only people who are named for it can {doing}. {ask(who)}")
    holders = "workspace admins" if who.is_workspace_admins else f"{who.role}s"
    return _message(f"You can look at everything, but only {holders} can {doing}. {ask(who)}")


def ask(who: WhoMay) -> str:
    """ "Ask @ana or anyone in @finance." """
    people = [user(person) for person in who.people[:MOST_NAMED]]
    groups = [f"anyone in @{escape(group, 40)}" for group in who.groups[:MOST_NAMED]]
    named = [*people, *groups, *(["a workspace admin"] if who.is_workspace_admins else [])]
    return f"Ask {' or '.join((', '.join(named[:-1]), named[-1]) if len(named) > 1 else named)}."


def strangers() -> Message:
    return _message("This is only for members of the workspace that qbo-sync is installed in.")


def shared_channel() -> Message:
    return _message("This channel is shared with another company, so I keep the books out of it. Ask in another one.")


def cannot_check() -> Message:
    return _message("I could not check with Slack who may do this, so nothing was done. Please try again in a minute.")


def not_posted(word: str, consequence: str) -> Message:
    """The bot may not post where it was asked to; `word` is Slack's."""
    return _message(f"I cannot post in this channel: {why(word)}. {remedy(word)}. {consequence}".strip())


def in_messages(company: str) -> Message:
    """Results were asked for where no message can stand."""
    return _message(f"The results of {escape(company, 120)} are in the *Messages* tab of this app, only for you.")


def verification_in_messages(company: str) -> Message:
    """A verification was asked for where no message can stand."""
    return _message(f"The verification of {escape(company, 120)} goes on in the *Messages* tab of this app.")


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
