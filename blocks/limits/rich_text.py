"""The limits of the `rich_text` block and of what it is made of.

Source: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from collections.abc import Mapping
from typing import Any

from blocks.limits.rules import Rule, anything, boolean, choice, integer, many, record, string, typed

MANY = 10_000
URL = string(3000, pattern=r"(?i)(https?|mailto|slack):.+")
TAG_COLOURS = ("gray", "brown", "purple", "indigo", "blue", "green", "yellow", "orange", "red")

STYLE = record(
    dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"),
        boolean,
    )
)


def _inline(required: tuple[str, ...], **fields: Rule) -> Rule:
    return record({"type": anything, "style": STYLE, **fields}, required)


INLINE: dict[str, Rule] = {
    "text": _inline(("text",), text=string(MANY * 4)),
    "link": _inline(("url",), url=URL, text=string(MANY), unsafe=boolean),
    "user": _inline(("user_id",), user_id=string(255)),
    "usergroup": _inline(("usergroup_id",), usergroup_id=string(255)),
    "channel": _inline(("channel_id",), channel_id=string(255)),
    "team": _inline(("team_id",), team_id=string(255)),
    "emoji": _inline(("name",), name=string(255), unicode=string(255), url=URL, skin_tone=integer(1, 6)),
    "date": _inline(
        ("timestamp", "format"),
        timestamp=integer(0, 2**40),
        format=string(1000),
        url=URL,
        fallback=string(1000),
    ),
    "broadcast": _inline(("range",), range=choice("here", "channel", "everyone")),
    "color": _inline(("value",), value=string(32)),
    "tag": _inline(("text",), text=string(255), color=choice(*TAG_COLOURS)),
}
_INLINES = many(typed(INLINE), 0, MANY)

_SECTION = record({"type": anything, "elements": _INLINES}, ("elements",))
_BORDERED = {"type": anything, "elements": _INLINES, "border": integer(0, 1)}
PARTS: dict[str, Rule] = {
    "rich_text_section": _SECTION,
    "rich_text_preformatted": record({**_BORDERED, "language": string(255)}, ("elements",)),
    "rich_text_quote": record(_BORDERED, ("elements",)),
    "rich_text_list": record(
        {
            "type": anything,
            "elements": many(typed({"rich_text_section": _SECTION}), 1, MANY),
            "style": choice("bullet", "ordered"),
            "indent": integer(0, 8),
            "offset": integer(0, MANY),
            "border": integer(0, 1),
        },
        ("elements", "style"),
    ),
}

RICH_TEXT = record(
    {"type": anything, "block_id": string(255), "elements": many(typed(PARTS), 1, MANY)},
    ("elements",),
)


def rich_text_chars(value: Any) -> int:
    """The characters of literal text anywhere inside a rich_text block."""
    if isinstance(value, Mapping):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        elements = value.get("elements")
        return own + sum(map(rich_text_chars, elements if isinstance(elements, list) else []))
    return 0
