"""The one place where text is made safe, cut to Slack's limits and put into small Block Kit pieces.

Text from outside (names, memos, answers of an API) goes through `escape` on its way into mrkdwn, and through `plain`
or `clean` elsewhere. See https://docs.slack.dev/messaging/formatting-message-text for the three escaped characters.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

Block = dict[str, Any]

EVERYBODY = "<!channel>"
"""Calls everybody in a channel: used only where a company's settings say so."""
LABEL_CHARS = 24
"""A phone shows about this much of a button; Slack itself allows 75."""
OPTION_CHARS = 75
OPTION_VALUE_CHARS = 150
SECTION_CHARS = 3000
ALT_TEXT_CHARS = 2000
TITLE_CHARS = 24
HEADER_CHARS = 150

_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
_EDGE_UNDERSCORE = re.compile(r"(?<!\w)_|_(?!\w)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LOOKALIKES = str.maketrans({"`": "'", "*": "∗", "~": "∼"})
_USER_ID = re.compile(r"[UW][A-Z0-9]{2,30}")
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{2,30}")
_GROUP_ID = re.compile(r"S[A-Z0-9]{2,30}")


@dataclass(frozen=True)
class Message:
    """`text` alone says all that matters: it is the notification, and what a screen reader reads."""

    text: str
    blocks: list[Block]


def clean(text: str, keep_lines: bool = False) -> str:
    """Without control, bidirectional and zero-width characters; line breaks become spaces unless kept."""
    if keep_lines:
        return "\n".join(clean(line) for line in text.splitlines())
    return _UNSEEN.sub("", _BREAKS.sub(" ", text)).strip()


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, the last of them an ellipsis when something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def escape(text: str, limit: int = 300) -> str:
    """Outside text for mrkdwn. `limit` counts escaped characters, and no entity is ever cut.

    * _ ~ ` have no escape in mrkdwn, and an open back-tick swallows what follows: they become look-alikes.
    """
    neutral = _EDGE_UNDERSCORE.sub("ˍ", clean(text).translate(_LOOKALIKES))
    pieces = [_ENTITIES.get(character, character) for character in neutral]
    if sum(map(len, pieces)) <= limit:
        return "".join(pieces)
    kept, used = [], 1
    for piece in pieces:
        used += len(piece)
        if used > limit:
            break
        kept.append(piece)
    return "".join(kept).rstrip() + "…"


def instant(at: datetime, form: str = "{date_short_pretty} {time}") -> str:
    """A Slack date token: shown in the reader's own time zone."""
    return f"<!date^{int(at.timestamp())}^{form}|{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC>"


def calendar(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def money(amount: Decimal, currency: str) -> str:
    """Currency and two decimals: "NZD 48,210.00"."""
    return f"{clean(currency)} {amount:,.2f}".strip()


def user(user_id: str) -> str:
    """Mentions a Slack user in a text that does not notify (edits and threads); other names come out as text."""
    return f"<@{user_id}>" if _USER_ID.fullmatch(user_id) else escape(user_id, 60)


def channel(channel_id: str) -> str:
    """A link to a channel of the workspace; what is no id comes out as text."""
    return f"<#{channel_id}>" if _CHANNEL_ID.fullmatch(channel_id) else escape(channel_id, 60)


def group(group_id: str) -> str:
    """A user group of the workspace, as in `user`."""
    return f"<!subteam^{group_id}>" if _GROUP_ID.fullmatch(group_id) else escape(group_id, 60)


def web_url(url: str) -> str:
    """The address when it is one that a browser should open, otherwise ""."""
    fit = url.startswith(("https://", "http://")) and len(url) <= 3000 and not re.search(r"[\s<>|\"]", url)
    return url if fit else ""


def link(url: str, text: str, limit: int = 60) -> str:
    address = web_url(url)
    return f"<{address.replace('&', '&amp;')}|{escape(text, limit)}>" if address else escape(text, limit)


def plain(text: str, limit: int = SECTION_CHARS) -> Block:
    return {"type": "plain_text", "text": shorten(clean(text), limit) or "–", "emoji": False}


def markdown(text: str) -> Block:
    """`text` is already safe. `verbatim` keeps Slack from making links and mentions out of bare words."""
    return {"type": "mrkdwn", "text": text if text.strip() else "–", "verbatim": True}


def section(text: str, accessory: Block | None = None, block_id: str = "") -> Block:
    block = {"type": "section", "text": markdown(text), **_named(block_id)}
    return {**block, "accessory": accessory} if accessory else block


def fields(texts: Sequence[str]) -> Block:
    """Two columns, at most ten texts of at most 2,000 characters."""
    return {"type": "section", "fields": [markdown(text) for text in texts]}


def context(text: str) -> Block:
    return {"type": "context", "elements": [markdown(text)]}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, HEADER_CHARS)}


def divider() -> Block:
    return {"type": "divider"}


def picture(file_id: str, alt_text: str) -> Block:
    """A picture that was uploaded to Slack before; `alt_text` says what it shows to whoever does not see it."""
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": shorten(alt_text, ALT_TEXT_CHARS)}


def actions(*elements: Block, block_id: str = "") -> Block:
    return {"type": "actions", "elements": list(elements), **_named(block_id)}


def button(label: str, action_id: str, value: str = "", style: str = "", url: str = "", spoken: str = "") -> Block:
    """`spoken` is what a screen reader says where the label alone is not enough."""
    extra = {"value": value, "style": style, "url": web_url(url), "accessibility_label": shorten(clean(spoken), 75)}
    filled = {name: text for name, text in extra.items() if text}
    return {"type": "button", "text": plain(label, LABEL_CHARS), "action_id": action_id, **filled}


def confirmed(element: Block, title: str, text: str, yes: str, no: str = "Cancel", style: str = "") -> Block:
    """Asks before the click counts. See https://docs.slack.dev/reference/block-kit/composition-objects"""
    asked = {"title": plain(title, 100), "text": markdown(shorten(text, 300)), "confirm": plain(yes, 30)}
    styled = {"style": style} if style else {}
    return {**element, "confirm": {**asked, "deny": plain(no, 30), **styled}}


def option(text: str, value: str, description: str = "") -> Block:
    entry = {"text": plain(text, OPTION_CHARS), "value": value}
    return {**entry, "description": plain(description, OPTION_CHARS)} if clean(description) else entry


def select(action_id: str, placeholder: str, options: Sequence[Block], chosen: str = "") -> Block:
    """`chosen` is the value of the option shown at first."""
    block = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, OPTION_CHARS),
        "options": list(options),
    }
    initial = next((entry for entry in options if entry["value"] == chosen), None)
    return {**block, "initial_option": initial} if initial else block


def overflow(action_id: str, *options: Block) -> Block:
    return {"type": "overflow", "action_id": action_id, "options": list(options)}


def radio(action_id: str, options: Sequence[Block], chosen: str) -> Block:
    initial = next(entry for entry in options if entry["value"] == chosen)
    return {"type": "radio_buttons", "action_id": action_id, "options": list(options), "initial_option": initial}


def field(block_id: str, label: str, element: Block, optional: bool = True, hint: str = "") -> Block:
    """An input of a modal."""
    block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 200),
        "element": element,
        "optional": optional,
    }
    return {**block, "hint": plain(hint, 200)} if hint else block


def modal(
    callback_id: str, title: str, blocks: Sequence[Block], view_id: str = "", submit: str = "", close: str = "Close"
) -> Block:
    """`view_id` (an opaque id) is all that `private_metadata` carries."""
    view = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, TITLE_CHARS),
        "close": plain(close, TITLE_CHARS),
        "blocks": list(blocks),
        "private_metadata": view_id,
    }
    return {**view, "submit": plain(submit, TITLE_CHARS)} if submit else view


def home_view(blocks: Sequence[Block]) -> Block:
    """The App Home of one person."""
    return {"type": "home", "callback_id": "home", "blocks": list(blocks)}


def _named(block_id: str) -> dict[str, str]:
    return {"block_id": block_id} if block_id else {}
