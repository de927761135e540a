"""Refuses what Block Kit refuses, in Slack's words, from the one table of limits in `blocks.limits.check`."""

from datetime import timedelta
from typing import Any

from blocks.limits.check import Surface, TableLimits, Violation, violations
from bot.sandbox.slack.workspace.errors import SlackRefusal
from bot.sandbox.slack.workspace.messages import Blocks
from bot.sandbox.slack.workspace.state import SlackState

MESSAGE_BYTES = 1_000_000
PICTURES = (".png", ".jpg", ".jpeg", ".gif")


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


def checked_pictures(state: SlackState, blocks: Blocks) -> Blocks:
    """An uploaded picture may be shown once Slack has looked at it, see python-slack-sdk #1797 and #1658."""
    now, patience = state.clock(), timedelta(seconds=state.settings.file_ready_after_s)
    for place, block in enumerate(blocks):
        if block["type"] != "image" or "slack_file" not in block:
            continue
        file = state.files.get(str(block["slack_file"].get("id")))
        is_ready = file is not None and file.completed_at is not None and now - file.completed_at >= patience
        if file is None or not is_ready or not file.name.lower().endswith(PICTURES):
            message = f"invalid slack file [json-pointer:/blocks/{place}/slack_file]"
            raise SlackRefusal("invalid_blocks", [f"[ERROR] {message}"], errors=[message])
    return blocks


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
