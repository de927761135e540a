"""What a person types, as Slack stores it: `& < >` escaped, @names and #channels turned into ids."""

import re

from bot.sandbox.slack.workspace.workspace import Workspace

NAME = re.compile(r"(?<![\w<])([@#])([\w.-]+)")
BROADCASTS = ("channel", "here", "everyone")


def escape(text: str) -> str:
    """Exactly the three characters that Slack wants escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Decode the three entities once."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escape_typed(workspace: Workspace, text: str) -> str:
    """A message from the composer; @channel and its like are real there."""
    return NAME.sub(lambda match: _token(workspace, match, named=False, broadcasts=True), escape(text))


def escaped_command(workspace: Workspace, text: str) -> str:
    """The text of a command with `should_escape`: ids carry the name as well."""
    return NAME.sub(lambda match: _token(workspace, match, named=True, broadcasts=False), text)


def _token(workspace: Workspace, match: re.Match[str], *, named: bool, broadcasts: bool) -> str:
    mark, name = match.groups()
    if mark == "@" and broadcasts and name in BROADCASTS:
        return f"<!{name}>"
    user = workspace.user(name) if mark == "@" else None
    if user is not None:
        return f"<@{user.id}|{user.name}>" if named else f"<@{user.id}>"
    channel = workspace.channel(name) if mark == "#" else None
    return f"<#{channel.id}|{channel.name}>" if channel is not None else match.group()
