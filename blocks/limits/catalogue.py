"""The one table of Block Kit limits: every block, element and composition object with its fields and figures.

Sources: https://docs.slack.dev/reference/block-kit/blocks, .../block-elements and .../composition-objects (2026).
Blocks that this product never sends (the last rows of `SURFACES`) are known by name and surface only.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from blocks.limits.charts import CHART, CHART_TITLE
from blocks.limits.rich_text import RICH_TEXT
from blocks.limits.rules import (
    Extra,
    Rule,
    Violation,
    anything,
    boolean,
    choice,
    integer,
    many,
    plain,
    record,
    string,
    text,
    typed,
)
from blocks.limits.tables import TableLimits, data_table_rule, table_rule

OPTIONS = 100
OPTION_GROUPS = 100
CHECKBOXES = 10
OVERFLOW = 5
ACTIONS = 25
CONTEXT = 10
FIELDS = 10
ID = string(255)
WEB_URL = string(3000, pattern=r"(?i)https?://.+")
DATE = string(10, pattern=r"\d{4}-\d{2}-\d{2}")
TIME = string(5, pattern=r"\d{2}:\d{2}")

_EVERYWHERE = frozenset({"message", "modal", "home"})
SURFACES: dict[str, frozenset[str]] = {
    "actions": _EVERYWHERE,
    "alert": frozenset({"modal"}),
    "context": _EVERYWHERE,
    "data_table": frozenset({"message", "home"}),
    "divider": _EVERYWHERE,
    "header": _EVERYWHERE,
    "image": _EVERYWHERE,
    "input": _EVERYWHERE,
    "markdown": frozenset({"message"}),
    "rich_text": _EVERYWHERE,
    "section": _EVERYWHERE,
    "table": frozenset({"message", "home"}),
    "card": _EVERYWHERE,
    "carousel": frozenset({"message", "home"}),
    "container": frozenset({"message", "home"}),
    "context_actions": frozenset({"message"}),
    "data_visualization": frozenset({"message"}),
    "file": frozenset(),
    "plan": frozenset({"message"}),
    "task_card": frozenset({"message"}),
    "video": _EVERYWHERE,
}

CONFIRM = record(
    {
        "title": plain(100),
        "text": text(300),
        "confirm": plain(30),
        "deny": plain(30),
        "style": choice("primary", "danger"),
    },
    ("title", "text", "confirm", "deny"),
)


def _option(label: Rule, **more: Rule) -> Rule:
    fields = {"text": label, "value": string(150), "description": text(75), **more}
    return record(fields, ("text", "value"))


OPTION = _option(plain(75))
CHOICE_OPTION = _option(text(75))
OVERFLOW_OPTION = _option(plain(75), url=WEB_URL)
OPTION_GROUP = record({"label": plain(75), "options": many(OPTION, 1, OPTIONS)}, ("label", "options"))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _initial_is_an_option(element: Mapping[str, Any], pointer: str) -> Iterator[Violation]:
    """Slack refuses an initial option that is not, field by field, one of the options."""
    groups = [*_listed(element.get("option_groups")), element]
    known = [option for group in groups if isinstance(group, Mapping) for option in _listed(group.get("options"))]
    for option in [*_listed(element.get("initial_options")), element.get("initial_option")]:
        if option is not None and option not in known:
            yield Violation(f"{pointer}/initial_option", "initial_option", "initial option must be one of the options")


def _options_once(element: Mapping[str, Any], pointer: str) -> Iterator[Violation]:
    given = [name for name in ("options", "option_groups") if element.get(name)]
    if not given:
        yield Violation(pointer, "required", "missing required field: one of options, option_groups")
    if len(given) > 1:
        yield Violation(pointer, "options", "options and option_groups cannot both be given")
    yield from _initial_is_an_option(element, pointer)


_SHARED: dict[str, Rule] = {"type": anything, "action_id": ID, "confirm": CONFIRM, "focus_on_load": boolean}
_LIST: dict[str, Rule] = {
    "options": many(OPTION, 1, OPTIONS),
    "option_groups": many(OPTION_GROUP, 1, OPTION_GROUPS),
}
_PLACED: dict[str, Rule] = {"placeholder": plain(150)}
_AT_MOST: dict[str, Rule] = {"max_selected_items": integer(1, 100)}
_QUERY: dict[str, Rule] = {"min_query_length": integer(0, 3000)}
_SEVERAL = many(OPTION, 1, OPTIONS)
_IDS = many(ID, 1, 100)
_LENGTHS: dict[str, Rule] = {"min_length": integer(0, 3000), "max_length": integer(1, 3000)}
_DISPATCH = record({"trigger_actions_on": many(choice("on_enter_pressed", "on_character_entered"), 1, 2)})
_TYPED_IN: dict[str, Rule] = {**_PLACED, "dispatch_action_config": _DISPATCH, "initial_value": string(3000, 0)}
_FILTER = record(
    {
        "include": many(choice("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    }
)
_CONVERSATION: dict[str, Rule] = {
    "response_url_enabled": boolean,
    "default_to_current_conversation": boolean,
    "filter": _FILTER,
}
_CHOICES = many(CHOICE_OPTION, 1, CHECKBOXES)


def _element(fields: dict[str, Rule], required: tuple[str, ...] = (), extra: Extra | None = None) -> Rule:
    """An interactive element: the fields all of them share, and these."""
    return record({**_SHARED, **fields}, required, extra=extra)


BUTTON = _element(
    {
        "text": plain(75),
        "value": string(2000),
        "url": WEB_URL,
        "style": choice("primary", "danger"),
        "accessibility_label": string(75),
    },
    ("text",),
)
_PARAMETER = record({"name": anything, "value": anything}, ("name", "value"))
_TRIGGER = record({"url": WEB_URL, "customizable_input_parameters": many(_PARAMETER, 0, 100)}, ("url",))
WORKFLOW_BUTTON = _element(
    {
        "text": plain(75),
        "workflow": record({"trigger": _TRIGGER}, ("trigger",)),
        "style": choice("primary", "danger"),
        "accessibility_label": string(75),
    },
    ("text", "workflow", "action_id"),
)
"""https://docs.slack.dev/reference/block-kit/block-elements/workflow-button-element and its workflow object"""
IMAGE_ELEMENT = record(
    {"type": anything, "image_url": WEB_URL, "alt_text": string(2000), "slack_file": anything},
    ("alt_text",),
    ("image_url", "slack_file"),
)
_NUMBER: dict[str, Rule] = {"is_decimal_allowed": boolean, "min_value": string(100), "max_value": string(100)}

ELEMENTS: dict[str, Rule] = {
    "button": BUTTON,
    "workflow_button": WORKFLOW_BUTTON,
    "image": IMAGE_ELEMENT,
    "static_select": _element({**_LIST, **_PLACED, "initial_option": OPTION}, extra=_options_once),
    "multi_static_select": _element({**_LIST, **_PLACED, **_AT_MOST, "initial_options": _SEVERAL}, extra=_options_once),
    "external_select": _element({**_PLACED, **_QUERY, "initial_option": OPTION}),
    "multi_external_select": _element({**_PLACED, **_QUERY, **_AT_MOST, "initial_options": _SEVERAL}),
    "users_select": _element({**_PLACED, "initial_user": ID}),
    "multi_users_select": _element({**_PLACED, **_AT_MOST, "initial_users": _IDS}),
    "channels_select": _element({**_PLACED, "initial_channel": ID, "response_url_enabled": boolean}),
    "multi_channels_select": _element({**_PLACED, **_AT_MOST, "initial_channels": _IDS}),
    "conversations_select": _element({**_PLACED, **_CONVERSATION, "initial_conversation": ID}),
    "multi_conversations_select": _element({**_PLACED, **_AT_MOST, **_CONVERSATION, "initial_conversations": _IDS}),
    "overflow": _element({"options": many(OVERFLOW_OPTION, 1, OVERFLOW)}, ("options",)),
    "checkboxes": _element({"options": _CHOICES, "initial_options": _CHOICES}, ("options",), _initial_is_an_option),
    "radio_buttons": _element(
        {"options": _CHOICES, "initial_option": CHOICE_OPTION}, ("options",), _initial_is_an_option
    ),
    "datepicker": _element({**_PLACED, "initial_date": DATE}),
    "timepicker": _element({**_PLACED, "initial_time": TIME, "timezone": string(255)}),
    "datetimepicker": _element({"initial_date_time": integer(10**9, 10**10 - 1)}),
    "plain_text_input": _element({**_TYPED_IN, **_LENGTHS, "multiline": boolean}),
    "number_input": _element({**_TYPED_IN, **_NUMBER}, ("is_decimal_allowed",)),
    "email_text_input": _element(_TYPED_IN),
    "url_text_input": _element(_TYPED_IN),
    "file_input": _element({"filetypes": many(string(20), 1, 100), "max_files": integer(1, 10)}),
}
TEXT_OBJECTS: dict[str, Rule] = {"plain_text": plain(3000), "mrkdwn": text(3000)}

SELECTS = frozenset(name for name in ELEMENTS if name.endswith("_select"))
ACTION_ELEMENTS = SELECTS | {
    "button",
    "workflow_button",
    "checkboxes",
    "radio_buttons",
    "overflow",
    "datepicker",
    "timepicker",
    "datetimepicker",
}
ACCESSORIES = (ACTION_ELEMENTS | {"image"}) - {"datetimepicker"}
INPUTS = frozenset(ELEMENTS) - {"button", "workflow_button", "image", "overflow"}
MODAL_ONLY_INPUTS = frozenset({"number_input", "email_text_input", "url_text_input", "file_input"})


def _block(required: tuple[str, ...] = (), one_of: tuple[str, ...] = (), **fields: Rule) -> Rule:
    return record({"type": anything, "block_id": ID, **fields}, required, one_of)


def block_rules(tables: TableLimits) -> dict[str, Rule]:
    """The rule of every known block, by type."""
    known = {
        "actions": _block(("elements",), elements=many(typed(ELEMENTS, ACTION_ELEMENTS), 1, ACTIONS)),
        "alert": _block(("text",), text=text(200), level=choice("default", "info", "warning", "error", "success")),
        "context": _block(("elements",), elements=many(typed({"image": IMAGE_ELEMENT, **TEXT_OBJECTS}), 1, CONTEXT)),
        "data_table": data_table_rule(BUTTON, tables),
        "data_visualization": _block(("title", "chart"), title=CHART_TITLE, chart=CHART),
        "divider": _block(),
        "header": _block(("text",), text=plain(150), level=integer(1, 4)),
        "image": _block(
            ("alt_text",),
            ("image_url", "slack_file"),
            image_url=WEB_URL,
            slack_file=anything,
            alt_text=string(2000),
            title=plain(2000),
        ),
        "input": _block(
            ("label", "element"),
            label=plain(2000),
            hint=plain(2000),
            optional=boolean,
            dispatch_action=boolean,
            element=typed(ELEMENTS, INPUTS),
        ),
        "markdown": _block(("text",), text=string(12_000)),
        "rich_text": RICH_TEXT,
        "section": _block(
            (),
            ("text", "fields"),
            text=text(3000),
            fields=many(text(2000), 1, FIELDS),
            accessory=typed(ELEMENTS, ACCESSORIES),
            expand=boolean,
        ),
        "table": table_rule(BUTTON),
    }
    return {**dict.fromkeys(SURFACES, anything), **known}


MODAL = record(
    {
        "type": choice("modal"),
        "title": plain(24),
        "submit": plain(24),
        "close": plain(24),
        "blocks": anything,
        "private_metadata": string(3000, 0),
        "callback_id": string(255, 0),
        "external_id": string(255, 0),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
    },
    ("type", "title", "blocks"),
)
HOME = record(
    {
        "type": choice("home"),
        "blocks": anything,
        "private_metadata": string(3000, 0),
        "callback_id": string(255, 0),
        "external_id": string(255, 0),
    },
    ("type", "blocks"),
)
