"""Says what Slack would refuse about a message, a modal or an App Home, before it is sent.

The figures of single blocks are in `catalogue`, `tables`, `charts` and `rich_text`; here are the rules over a whole
message or view.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any

from blocks.limits.catalogue import HOME, MODAL, MODAL_ONLY_INPUTS, SURFACES, block_rules
from blocks.limits.rules import Rule, Violation, many, typed
from blocks.limits.tables import NEWER, SAFE, TABLE_CHARS, TABLE_FAMILY, TableLimits, table_chars

BLOCKS = {"message": 50, "modal": 100, "home": 100}
VIEW_BYTES = 250_000
MARKDOWN_CHARS = 12_000
DATA_VISUALIZATIONS = 2
MESSAGE_TEXT_CHARS = 13_200
"""Text in the blocks of chat.postMessage above which Slack answered `msg_blocks_too_long` (slackapi/bolt-js #2867)."""
MESSAGE_TEXT_BUDGET = 10_000
"""What a builder should stay under: another measurement saw 11,341 characters refused (slackapi/bolt-js #2509)."""
HEADER_CHARGE = 100


class Surface(StrEnum):
    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


def violations(
    blocks_or_view: Sequence[Mapping[str, Any]] | Mapping[str, Any],
    surface: Surface | str,
    tables: TableLimits = NEWER,
) -> list[Violation]:
    """Everything Slack would refuse, in the order of the payload; an empty list means it may be sent.

    `blocks_or_view` is the list of blocks of a message, or a view as sent to `views.open` or `views.publish`.
    Pointers start with `/blocks` for a message and with `/view` for a view, as in Slack's own answers.
    """
    surface = Surface(surface)
    if surface is Surface.MESSAGE:
        blocks = blocks_or_view.get("blocks") if isinstance(blocks_or_view, Mapping) else blocks_or_view
        return [*_blocks(blocks, "/blocks", surface, tables), *_message(_mappings(blocks))]
    view = blocks_or_view if isinstance(blocks_or_view, Mapping) else {"blocks": blocks_or_view}
    found = [*_view(view, surface)] if isinstance(blocks_or_view, Mapping) else []
    return [*found, *_blocks(view.get("blocks"), "/view/blocks", surface, tables)]


def text_total(blocks: Sequence[Mapping[str, Any]]) -> int:
    """The characters that count towards `msg_blocks_too_long`: escaped, tables left out, headers charged extra."""
    return sum(
        _text_chars(block) + (HEADER_CHARGE if block.get("type") == "header" else 0)
        for block in blocks
        if not _is_table(block)
    )


def _is_table(block: Mapping[str, Any]) -> bool:
    return block.get("type") in TABLE_FAMILY


def _text_chars(value: Any) -> int:
    if isinstance(value, Mapping):
        own = value.get("text")
        return (_escaped_length(own) if isinstance(own, str) else 0) + sum(map(_text_chars, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(_text_chars, value))
    return 0


def _escaped_length(text: str) -> int:
    return len(text) + 3 * (text.count("<") + text.count(">"))


@lru_cache(maxsize=8)
def _rule_of_blocks(tables: TableLimits, most: int) -> Rule:
    return many(typed(block_rules(tables)), 1, most)


def _blocks(blocks: Any, pointer: str, surface: Surface, tables: TableLimits) -> Iterator[Violation]:
    yield from _rule_of_blocks(tables, BLOCKS[surface])(blocks, pointer)
    known = _mappings(blocks)
    yield from _surfaces(known, pointer, surface)
    yield from _unique_ids(known, pointer)
    yield from _table_family(known, pointer, tables)
    if sum(1 for block in known for element in _elements(block) if element.get("focus_on_load")) > 1:
        yield Violation(pointer, "focus_on_load", "only one element may have focus_on_load")


def _mappings(blocks: Any) -> list[Mapping[str, Any]]:
    return [block for block in blocks if isinstance(block, Mapping)] if isinstance(blocks, list | tuple) else []


def _surfaces(blocks: list[Mapping[str, Any]], pointer: str, surface: Surface) -> Iterator[Violation]:
    for index, block in enumerate(blocks):
        name = block.get("type")
        if isinstance(name, str) and name in SURFACES and surface not in SURFACES[name]:
            yield Violation(f"{pointer}/{index}", "surface", f"{name} blocks are not supported in a {surface}")
        element = block.get("element")
        kind = element.get("type") if name == "input" and isinstance(element, Mapping) else None
        if surface is not Surface.MODAL and isinstance(kind, str) and kind in MODAL_ONLY_INPUTS:
            yield Violation(f"{pointer}/{index}/element", "surface", f"{kind} is only supported in a modal")


def _unique_ids(blocks: list[Mapping[str, Any]], pointer: str) -> Iterator[Violation]:
    """`block_id` is unique in the payload, `action_id` in its block."""
    seen = Counter(block["block_id"] for block in blocks if isinstance(block.get("block_id"), str))
    for index, block in enumerate(blocks):
        if isinstance(block.get("block_id"), str) and seen[block["block_id"]] > 1:
            yield Violation(
                f"{pointer}/{index}/block_id", "duplicate_block_id", f"`block_id` {block['block_id']} already exists"
            )
        actions = Counter(
            element["action_id"] for element in _elements(block) if isinstance(element.get("action_id"), str)
        )
        for action_id in (name for name, count in actions.items() if count > 1):
            yield Violation(f"{pointer}/{index}", "duplicate_action_id", f"`action_id` {action_id} already exists")


def _elements(block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = [block.get("accessory"), block.get("element"), *_mappings(block.get("elements"))]
    rows = block.get("rows")
    for row in rows if isinstance(rows, list) else []:
        found += [cell.get("element") for cell in _mappings(row)]
    return [element for element in found if isinstance(element, Mapping)]


def _table_family(blocks: list[Mapping[str, Any]], pointer: str, tables: TableLimits) -> Iterator[Violation]:
    """One table a message or home; characters are also counted over all of them."""
    family = [(index, block) for index, block in enumerate(blocks) if _is_table(block)]
    for index, _ in family[1:]:
        yield Violation(f"{pointer}/{index}", "only_one_table_allowed", "only_one_table_allowed")
    most = tables.chars if any(block["type"] == "data_table" for _, block in family) else TABLE_CHARS
    if len(family) > 1 and sum(table_chars(block) for _, block in family) > most:
        yield Violation(pointer, "table_chars", f"no more than {most} characters in all tables")


def _message(blocks: list[Mapping[str, Any]]) -> Iterator[Violation]:
    kinds = Counter(str(block.get("type")) for block in blocks)
    if kinds["data_visualization"] > DATA_VISUALIZATIONS:
        yield Violation("/blocks", "too_many", f"no more than {DATA_VISUALIZATIONS} data_visualization blocks allowed")
    if sum(len(str(block.get("text", ""))) for block in blocks if block.get("type") == "markdown") > MARKDOWN_CHARS:
        yield Violation("/blocks", "too_long", f"no more than {MARKDOWN_CHARS} characters in all markdown blocks")
    if text_total(blocks) > MESSAGE_TEXT_CHARS:
        yield Violation(
            "/blocks", "msg_blocks_too_long", f"more than {MESSAGE_TEXT_CHARS} characters of text in blocks"
        )


def _view(view: Mapping[str, Any], surface: Surface) -> Iterator[Violation]:
    yield from (MODAL if surface is Surface.MODAL else HOME)(view, "/view")
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        yield Violation("/view", "view_too_large", f"view is larger than {VIEW_BYTES} bytes")
    has_input = any(block.get("type") == "input" for block in _mappings(view.get("blocks")))
    if surface is Surface.MODAL and has_input and not view.get("submit"):
        yield Violation("/view", "submit_required", "missing required field: submit (the view has input blocks)")


__all__ = [
    "BLOCKS",
    "MESSAGE_TEXT_BUDGET",
    "MESSAGE_TEXT_CHARS",
    "NEWER",
    "SAFE",
    "Surface",
    "TableLimits",
    "Violation",
    "text_total",
    "violations",
]
