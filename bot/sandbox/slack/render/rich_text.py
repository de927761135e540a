"""rich_text blocks as HTML: sections, lists, quotes, preformatted text and what stands in them.

Text in it is literal: no mrkdwn, no mentions, no short codes.
Source: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from bot.sandbox.slack.render.emoji import EMOJI
from bot.sandbox.slack.render.reader import Reader

Part = Mapping[str, Any]
STYLE_TAGS = {
    "bold": "strong",
    "italic": "em",
    "strike": "s",
    "underline": "u",
    "code": "code",
    "highlight": "mark",
    "client_highlight": "mark",
}
TAG_COLOURS = ("gray", "brown", "purple", "indigo", "blue", "green", "yellow", "orange", "red")
EMPTY = Markup("")


def rich_text(block: Part, reader: Reader) -> Markup:
    parts = [_part(part, reader) for part in block["elements"]]
    return Markup('<div class="rich-text">{}</div>').format(EMPTY.join(parts))


def _part(part: Part, reader: Reader) -> Markup:
    match part["type"]:
        case "rich_text_list":
            return _list(part, reader)
        case "rich_text_preformatted":
            return Markup("<pre>{}</pre>").format(_inline(part["elements"], reader, keep_newlines=True))
        case "rich_text_quote":
            return Markup("<blockquote>{}</blockquote>").format(_inline(part["elements"], reader))
        case _:
            return Markup('<div class="rich-section">{}</div>').format(_inline(part["elements"], reader))


def _list(part: Part, reader: Reader) -> Markup:
    tag = Markup("ol") if part["style"] == "ordered" else Markup("ul")
    items = [Markup("<li>{}</li>").format(_inline(item["elements"], reader)) for item in part["elements"]]
    indent, start = int(part.get("indent", 0)), int(part.get("offset", 0)) + 1
    first = Markup(' start="{}"').format(start) if tag == "ol" and start > 1 else EMPTY
    opening = Markup('<{} class="rich-list" data-indent="{}"{}>').format(tag, indent, first)
    return Markup("{}{}</{}>").format(opening, EMPTY.join(items), tag)


def _inline(elements: Sequence[Part], reader: Reader, *, keep_newlines: bool = False) -> Markup:
    return EMPTY.join(_styled(element, _element(element, reader, keep_newlines)) for element in elements)


def _styled(element: Part, html: Markup) -> Markup:
    for name, tag in STYLE_TAGS.items():
        if (element.get("style") or {}).get(name):
            html = Markup("<{0}>{1}</{0}>").format(Markup(tag), html)
    return html


def _element(element: Part, reader: Reader, keep_newlines: bool) -> Markup:
    match element["type"]:
        case "text":
            return _literal(element["text"], keep_newlines)
        case "link":
            return reader.link(element["url"], element.get("text") or element["url"])
        case "user":
            return reader.mention(element["user_id"])
        case "usergroup":
            return reader.group_mention(element["usergroup_id"])
        case "channel":
            return reader.channel_mention(element["channel_id"])
        case "broadcast":
            return reader.broadcast(element["range"])
        case "emoji":
            return _emoji(element)
        case "date":
            return reader.date(
                str(element["timestamp"]), element["format"], element.get("url", ""), element.get("fallback", "")
            )
        case "tag":
            return _tag(element)
        case _:
            return escape(str(element.get("text") or element.get("value") or ""))


def _literal(text: str, keep_newlines: bool) -> Markup:
    return escape(text) if keep_newlines else Markup("<br>").join(escape(line) for line in text.split("\n"))


def _emoji(element: Part) -> Markup:
    name = element["name"]
    if element.get("unicode"):
        character = "".join(chr(int(code, 16)) for code in element["unicode"].split("-"))
    else:
        character = EMOJI.get(name, f":{name}:")
    return Markup('<span class="emoji" title=":{}:">{}</span>').format(name, character)


def _tag(element: Part) -> Markup:
    colour = element.get("color", "gray")
    shown = colour if colour in TAG_COLOURS else "gray"
    return Markup('<span class="tag tag-{}">{}</span>').format(shown, element["text"])
