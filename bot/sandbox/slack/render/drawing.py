"""What the templates ask for while they draw the blocks of one message or view for one person."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from blocks.limits.rich_text import rich_text_chars
from bot.sandbox.slack.render.charts import chart
from bot.sandbox.slack.render.emoji import with_emoji
from bot.sandbox.slack.render.markdown import markdown
from bot.sandbox.slack.render.mrkdwn import mrkdwn, plain
from bot.sandbox.slack.render.reader import Reader, is_safe_url
from bot.sandbox.slack.render.rich_text import rich_text
from bot.sandbox.slack.workspace.inputs import LIST_FIELDS, Element, Values, field_of

DEFAULT_PAGE_SIZE = 5
SHORT_CELL = 18
LONG_CELL = 36


@dataclass(frozen=True)
class Choice:
    """One thing to choose: an option, a person or a channel."""

    value: str
    label: str


@dataclass(frozen=True)
class Drawing:
    """`values` is `state.values` of the container."""

    reader: Reader
    values: Values

    def text(self, value: Mapping[str, Any] | str | None) -> Markup:
        """A text object, or a bare string as mrkdwn."""
        if not value:
            return Markup("")
        if isinstance(value, str):
            return mrkdwn(value, self.reader)
        if value["type"] == "plain_text":
            return plain(value["text"], emoji=value.get("emoji", True))
        return mrkdwn(value["text"], self.reader, verbatim=bool(value.get("verbatim")))

    def label(self, value: Mapping[str, Any] | None) -> str:
        """Plain text for places that take no HTML, such as an option of a native menu."""
        return with_emoji(value["text"]) if value else ""

    def rich_text(self, block: Mapping[str, Any]) -> Markup:
        return rich_text(block, self.reader)

    def markdown(self, text: str) -> Markup:
        return markdown(text, self.reader)

    def picture(self, file: Mapping[str, Any]) -> str:
        """The address of an uploaded picture."""
        return f"/files/{file['id']}/picture.png"

    def chart(self, block: Mapping[str, Any]) -> Markup:
        return chart(block)

    def is_safe(self, url: str) -> bool:
        return is_safe_url(url)

    def confirm(self, element: Element) -> str:
        """The confirmation dialogue of an element as JSON for the page's script, empty if there is none."""
        given = element.get("confirm")
        if not given:
            return ""
        words = {name: self.label(given[name]) for name in ("title", "confirm", "deny")}
        return json.dumps({**words, "text": str(self.text(given["text"])), "style": given.get("style", "primary")})

    def chosen(self, block_id: str, element: Element) -> list[Any]:
        """What is chosen or typed, always as a list: options, ids, or one text."""
        state = self.values.get(block_id, {}).get(element["action_id"], {})
        value = state.get(field_of(element))
        if value in (None, ""):
            return []
        return list(value) if element["type"] in LIST_FIELDS else [value]

    def chosen_choices(self, block_id: str, element: Element) -> list[Choice]:
        """The same as choices with a value and a label."""
        known = {choice.value: choice for choice in self.directory(element)}
        return [
            Choice(item["value"], self.label(item["text"]))
            if isinstance(item, Mapping)
            else known.get(str(item), Choice(str(item), str(item)))
            for item in self.chosen(block_id, element)
        ]

    def chosen_values(self, block_id: str, element: Element) -> list[str]:
        return [choice.value for choice in self.chosen_choices(block_id, element)]

    def groups(self, element: Element) -> list[tuple[str, list[Choice]]]:
        """The options of a menu in labelled groups; one group without a label where there are none."""
        if "static_select" not in element["type"]:
            return [("", self.directory(element))]
        groups = element.get("option_groups") or [{"label": None, "options": element.get("options") or []}]
        return [(self.label(group["label"]), self._choices(group["options"])) for group in groups]

    def _choices(self, options: Sequence[Mapping[str, Any]]) -> list[Choice]:
        return [Choice(option["value"], self.label(option["text"])) for option in options]

    def directory(self, element: Element) -> list[Choice]:
        """People, channels, or both, for the selects that Slack fills itself."""
        workspace, kind = self.reader.workspace, element["type"]
        people = [Choice(user.id, user.real_name) for user in workspace.people()]
        mine = workspace.channels_of(self.reader.user.id)
        channels = [Choice(channel.id, f"#{channel.name}") for channel in mine if not channel.im_user]
        if "users_select" in kind:
            return people
        if "channels_select" in kind:
            return channels
        if "conversations_select" in kind:
            direct = workspace.direct_channel(self.reader.user.id)
            return [*channels, Choice(direct.id, direct.name)]
        return []

    def page_size(self, block: Mapping[str, Any]) -> int:
        return int(block.get("page_size") or DEFAULT_PAGE_SIZE)

    def numeric_columns(self, block: Mapping[str, Any]) -> list[bool]:
        """Which columns sort as numbers: those whose every cell is a raw_number."""
        rows = block["rows"][1:]
        return [
            all(row[index]["type"] == "raw_number" for row in rows if index < len(row))
            for index in range(len(block["rows"][0]))
        ]

    def width(self, cell: Mapping[str, Any]) -> str:
        """A class for the cell: short ones stay on one line, long ones get room."""
        length = rich_text_chars(cell) if cell["type"] == "rich_text" else len(self.cell_text(cell))
        return "short" if length <= SHORT_CELL else "long" if length > LONG_CELL else ""

    def cell_text(self, cell: Mapping[str, Any]) -> str:
        if cell["type"] == "raw_number":
            return str(cell.get("text") or cell["value"])
        return str(cell.get("text", ""))
