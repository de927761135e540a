"""Who is notified by a message: the mentions in its text, its mrkdwn and its rich text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MENTION = re.compile(r"<(?:@([UW]\w+)|!(channel|here|everyone)|!subteam\^(\w+))(?:\|[^>]*)?>")


@dataclass(frozen=True)
class Notification:
    """`target` is a user id, a user group id, or `channel`, `here`, `everyone`."""

    target: str
    channel: str
    ts: str


def mentions(text: str, blocks: list[dict[str, Any]]) -> list[str]:
    """The targets, each once, in the order in which they appear."""
    found = [*_in_mrkdwn(text), *(target for block in blocks for target in _in_block(block))]
    return list(dict.fromkeys(found))


def _in_mrkdwn(text: str) -> Iterator[str]:
    for match in MENTION.finditer(text):
        yield next(part for part in match.groups() if part)


def _in_block(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _in_block(item)
    elif isinstance(value, Mapping):
        match value.get("type"):
            case "mrkdwn" | "markdown":
                yield from _in_mrkdwn(str(value.get("text", "")))
            case "user":
                yield str(value["user_id"])
            case "usergroup":
                yield str(value["usergroup_id"])
            case "broadcast":
                yield str(value["range"])
        for item in value.values():
            yield from _in_block(item)
