"""What a person has put into the elements of a message or view: `state.values`, `actions`, and unfinished inputs.

A page sends raw strings by element; here they become Slack's shapes and are checked as Slack's client checks them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Element = Mapping[str, Any]
Values = dict[str, dict[str, Any]]
"""block_id → action_id → {"type": ..., "selected_option": ...}"""

SINGLE_FIELDS = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
}
LIST_FIELDS = {
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
}
INITIAL_FIELDS = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "value": "initial_value",
}
REQUIRED_MESSAGE = "Please complete this required field."


class UnknownOption(ValueError):
    """The raw value is not among the options of the element."""


def field_of(element: Element) -> str:
    """The name of the field that holds what was chosen, empty for an element without a state (a button)."""
    kind = str(element.get("type", ""))
    return SINGLE_FIELDS.get(kind) or LIST_FIELDS.get(kind, "")


def elements(blocks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Element]]:
    """Every interactive element with the block it stands in."""
    for block in blocks:
        found = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
        if block.get("type") == "data_table":
            found += [cell.get("element") for row in block["rows"] for cell in row]
        for element in found:
            if isinstance(element, Mapping) and "action_id" in element:
                yield block, element


def initial_state(element: Element) -> dict[str, Any]:
    field = field_of(element)
    empty: Any = [] if element["type"] in LIST_FIELDS else None
    return {"type": element["type"], field: element.get(INITIAL_FIELDS[field]) or empty}


def options_of(element: Element) -> list[dict[str, Any]]:
    groups = element.get("option_groups") or [{"options": element.get("options") or []}]
    return [option for group in groups for option in group["options"]]


def read(element: Element, raw: Sequence[str], suggested: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The state of an element from raw strings; `suggested` are the options an external select was given."""
    field = field_of(element)
    given = [text for text in raw if text != ""]
    if field in ("selected_option", "selected_options"):
        known = {option["value"]: option for option in options_of(element)} | dict(suggested)
        known |= {option["value"]: option for option in _initial_options(element)}
        unknown = [value for value in given if value not in known]
        if unknown:
            raise UnknownOption(f"{element['action_id']} has no option {unknown[0]!r}")
        chosen: list[Any] = [known[value] for value in given]
    else:
        chosen = [int(text) for text in given] if field == "selected_date_time" else list(given)
    if element["type"] in LIST_FIELDS:
        return {"type": element["type"], field: chosen}
    return {"type": element["type"], field: chosen[0] if chosen else None}


def _initial_options(element: Element) -> list[dict[str, Any]]:
    one = element.get("initial_option")
    return [*(element.get("initial_options") or []), *([one] if one else [])]


def state_values(blocks: Sequence[Mapping[str, Any]], saved: Values) -> Values:
    """`state.values`: what was saved where there is something, the initial value elsewhere."""
    found: Values = {}
    for block, element in elements(blocks):
        if field_of(element):
            kept = saved.get(block["block_id"], {}).get(element["action_id"])
            fits = kept is not None and kept["type"] == element["type"]
            found.setdefault(block["block_id"], {})[element["action_id"]] = kept if fits else initial_state(element)
    return found


def unfinished(blocks: Sequence[Mapping[str, Any]], values: Values) -> dict[str, str]:
    """block_id → message for inputs that Slack's client would not let pass."""
    found = {}
    for block in blocks:
        if block.get("type") == "input":
            element = block["element"]
            state = values[block["block_id"]][element["action_id"]]
            message = _problem(element, state[field_of(element)], is_optional=bool(block.get("optional")))
            if message:
                found[block["block_id"]] = message
    return found


def _problem(element: Element, value: Any, is_optional: bool) -> str:
    if not value:
        return "" if is_optional else REQUIRED_MESSAGE
    most_items = element.get("max_selected_items")
    if isinstance(value, list) and most_items and len(value) > most_items:
        return f"Please choose at most {most_items}."
    if not isinstance(value, str):
        return ""
    if len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(value) > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    return ""


def action(block_id: str, element: Element, state: Mapping[str, Any], chosen: str, action_ts: str) -> dict[str, Any]:
    """One entry of `actions` in a block_actions payload."""
    shared = {"type": element["type"], "action_id": element["action_id"], "block_id": block_id, "action_ts": action_ts}
    if element["type"] in ("button", "workflow_button"):
        copied = {name: element[name] for name in ("text", "value", "style", "url", "workflow") if name in element}
        return {**shared, **copied}
    if element["type"] == "overflow":
        option = next((one for one in element["options"] if one["value"] == chosen), None)
        if option is None:
            raise UnknownOption(f"{element['action_id']} has no option {chosen!r}")
        return {**shared, "selected_option": option}
    initial = INITIAL_FIELDS[field_of(element)]
    copied = {name: element[name] for name in (initial, "placeholder") if name in element}
    return {**shared, **copied, **state}
