"""What every message and modal must fulfil, whatever was put into it."""

import json
import re
from collections.abc import Iterator
from typing import Any

from blocks.kit.kit import LABEL_CHARS, Message
from blocks.limits.check import MESSAGE_TEXT_BUDGET, NEWER, Surface, TableLimits, text_total, violations
from tests.blocks import outside

TOKEN = re.compile(
    r"<(?:!date\^\d+\^[^|>]*\|[^>]*|@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!subteam\^S[A-Z0-9]+|https?://[^|>]+\|[^>]*)>"
)
HIDDEN = {"value", "action_id", "block_id", "callback_id", "external_id", "private_metadata"}
OPAQUE = re.compile(r"[!-~]*|[\d*/,\- ]+(mon-fri)?")  # ASCII without the space; a schedule in cron's words
FORBIDDEN = re.compile(r"[\x00-\x08\x0e-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def check_message(message: Message, tables: TableLimits = NEWER) -> None:
    assert violations(message.blocks, Surface.MESSAGE, tables) == []
    assert text_total(message.blocks) <= MESSAGE_TEXT_BUDGET
    assert message.text.strip()
    assert len(message.text) <= 4000
    check_live_text(message.text)
    check_blocks(message.blocks)
    outside.check_message(message.blocks)


def check_modal(view: dict[str, Any]) -> None:
    assert violations(view, Surface.MODAL) == []
    check_ids(view)
    check_blocks(view["blocks"])
    outside.check_view(view)


def check_blocks(blocks: list[dict[str, Any]]) -> None:
    json.dumps(blocks).encode()
    for live in _live_texts(blocks):
        check_live_text(live)
    primary = [item for item in _items(blocks) if item.get("style") == "primary"]
    assert len(primary) <= 1
    for button in (item for item in _items(blocks) if item.get("type") == "button"):
        assert len(button["text"]["text"]) <= LABEL_CHARS
    check_ids(blocks)


def check_ids(view: Any) -> None:
    """What Slack hands back unseen tells nobody's name, amount or words: each of ours from outside holds a space."""
    for item in _items(view):
        for hidden in HIDDEN & item.keys():
            if isinstance(item[hidden], str):
                assert OPAQUE.fullmatch(item[hidden]), f"{hidden}: {item[hidden]!r}"


def check_live_text(text: str) -> None:
    """Nothing but our own tokens may stand in angle brackets, and no unseen character may be left."""
    bare = TOKEN.sub("", text)
    assert "<" not in bare and ">" not in bare, bare
    assert not re.search(r"&(?!amp;|lt;|gt;)", text), text
    assert not FORBIDDEN.search(text)
    assert text.count("`") % 2 == 0


def _items(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _items(part)
    elif isinstance(value, list):
        for part in value:
            yield from _items(part)


def _live_texts(blocks: list[dict[str, Any]]) -> Iterator[str]:
    return (item["text"] for item in _items(blocks) if item.get("type") == "mrkdwn")
