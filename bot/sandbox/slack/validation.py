"""Refuses what Block Kit refuses, in Slack's words, from the one table of limits in `blocks.limits`."""

from typing import Any

from blocks.limits import Surface, TableLimits, Violation, violations
from bot.sandbox.slack.errors import SlackRefusal
from bot.sandbox.slack.messages import Blocks

MESSAGE_BYTES = 1_000_000


def checked_blocks(blocks: Any, tables: TableLimits, *, over_response_url: bool = False) -> Blocks:
    """The blocks of a message; the cap on their total text does not hold for a response url (bolt-js #2867)."""
    if not blocks:
        return []
    found = violations(blocks, Surface.MESSAGE, tables)
    too_long = [one for one in found if one.rule == "msg_blocks_too_long"]
    invalid = [one for one in found if one not in too_long]
    if invalid:
        raise SlackRefusal("invalid_blocks", _messages(invalid), errors=[str(one) for one in invalid])
    if too_long and not over_response_url:
        raise SlackRefusal("msg_blocks_too_long", _messages(too_long))
    return list(blocks)


def checked_attachments(attachments: Any, tables: TableLimits) -> list[dict[str, Any]]:
    if not attachments:
        return []
    if not isinstance(attachments, list) or not all(isinstance(part, dict) for part in attachments):
        raise SlackRefusal("invalid_attachments")
    for part in attachments:
        checked_blocks(part.get("blocks"), tables)
    return attachments


def checked_view(view: Any, tables: TableLimits, kind: Surface) -> dict[str, Any]:
    """A view as the app sent it; Slack answers faults in views with `invalid_arguments`."""
    if not isinstance(view, dict):
        raise SlackRefusal("invalid_arguments", ["[ERROR] must provide an object [json-pointer:/view]"])
    found = violations(view, kind, tables)
    if any(one.rule == "view_too_large" for one in found):
        raise SlackRefusal("view_too_large")
    if found:
        raise SlackRefusal("invalid_arguments", _messages(found))
    return view


def _messages(found: list[Violation]) -> list[str]:
    return [str(one) for one in found]
