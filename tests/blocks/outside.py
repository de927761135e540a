"""Rebuilds our blocks with slackblocks, whose constructors know Slack's limits from elsewhere than we do."""

from collections.abc import Sequence
from typing import Any

import slackblocks
from slackblocks.rich_text import RichTextLink, RichTextSection

UNKNOWN = frozenset({"rich_text", "data_visualization"})
"""Its constructors take these in pieces of its own, of which ours have no likeness."""


def check_message(blocks: Sequence[dict[str, Any]]) -> None:
    for one in blocks:
        block(one)


def check_view(view: dict[str, Any]) -> None:
    """A modal or the App Home. It takes every part, but allows no view without blocks."""
    made = [rebuilt for rebuilt in map(block, view["blocks"]) if rebuilt is not None]
    about = {name: view.get(name) for name in ("private_metadata", "callback_id", "external_id")}
    if view["type"] == "home":
        slackblocks.HomeTabView(made, **about)
        return
    submit, close = (view[name]["text"] if name in view else None for name in ("submit", "close"))
    slackblocks.ModalView(view["title"]["text"], made, submit=submit, close=close, **about)


def cell(ours: dict[str, Any]) -> Any:
    if ours["type"] == "raw_text":
        return slackblocks.RawText(ours["text"])
    if ours["type"] == "raw_number":
        return slackblocks.RawNumber(ours["value"], ours["text"])
    return slackblocks.RichTextBlock([_links(ours)])


def table(ours: dict[str, Any]) -> Any:
    rows = [[cell(one) for one in row] for row in ours["rows"]]
    header = ours.get("row_header_column_index")
    return slackblocks.DataTableBlock(
        rows, caption=ours["caption"], page_size=ours["page_size"], row_header_column_index=header
    )


def button(ours: dict[str, Any]) -> Any:
    given = {name: ours.get(name) for name in ("url", "value", "style")}
    return slackblocks.Button(_plain(ours["text"]), ours["action_id"], **given, confirm=_confirm(ours))


def element(ours: dict[str, Any]) -> Any:
    """Any element that a view of ours has."""
    action_id, placeholder = ours.get("action_id"), ours.get("placeholder", {}).get("text")
    options = [_option(one) for one in ours.get("options", ())]
    chosen = [_option(one) for one in ours.get("initial_options", ())] or None
    initial = _option(ours["initial_option"]) if "initial_option" in ours else None
    match ours["type"]:
        case "button":
            return button(ours)
        case "static_select":
            return slackblocks.StaticSelectMenu(action_id, options, initial_option=initial, placeholder=placeholder)
        case "external_select":
            least = ours["min_query_length"]
            return slackblocks.ExternalSelectMenu(action_id, initial, least, placeholder=placeholder)
        case "multi_static_select":
            return slackblocks.StaticMultiSelectMenu(
                action_id, options, initial_options=chosen, placeholder=placeholder
            )
        case "multi_external_select":
            least, most = ours["min_query_length"], ours.get("max_selected_items")
            return slackblocks.ExternalMultiSelectMenu(
                action_id, least, chosen, max_selected_items=most, placeholder=placeholder
            )
        case "users_select":
            return slackblocks.UserSelectMenu(action_id, ours.get("initial_user"), placeholder=placeholder)
        case "multi_users_select":
            return slackblocks.UserMultiSelectMenu(action_id, ours.get("initial_users"), placeholder=placeholder)
        case "conversations_select":
            return slackblocks.ConversationSelectMenu(
                action_id, ours.get("initial_conversation"), placeholder=placeholder
            )
        case "checkboxes":
            return slackblocks.CheckboxGroup(action_id, options, chosen)
        case "radio_buttons":
            return slackblocks.RadioButtonGroup(action_id, options, initial)
        case "datepicker":
            return slackblocks.DatePicker(action_id, ours.get("initial_date"), placeholder=placeholder)
        case "timepicker":
            return slackblocks.TimePicker(action_id, ours.get("initial_time"), placeholder=placeholder)
        case "overflow":
            return slackblocks.OverflowMenu(action_id, options)
        case "plain_text_input":
            multiline, most = ours.get("multiline", False), ours.get("max_length")
            return slackblocks.PlainTextInput(
                action_id, ours.get("initial_value"), multiline, max_length=most, placeholder=placeholder
            )
        case kind:
            raise AssertionError(f"no outside check for {kind}")


def block(ours: dict[str, Any]) -> Any:
    """None for what it has no constructor for."""
    block_id = ours.get("block_id")
    match ours["type"]:
        case "actions":
            return slackblocks.ActionsBlock([element(one) for one in ours["elements"]], block_id=block_id)
        case "context":
            return slackblocks.ContextBlock([slackblocks.Text(one["text"]) for one in ours["elements"]])
        case "divider":
            return slackblocks.DividerBlock()
        case "header":
            return slackblocks.HeaderBlock(_plain(ours["text"]))
        case "image":
            return slackblocks.ImageBlock(
                alt_text=ours["alt_text"], slack_file=slackblocks.SlackFile(None, ours["slack_file"]["id"])
            )
        case "input":
            hint = ours["hint"]["text"] if "hint" in ours else None
            return slackblocks.InputBlock(
                *(ours["label"]["text"], element(ours["element"])),
                **{"block_id": block_id, "hint": hint, "optional": ours.get("optional", False)},
            )
        case "section":
            fields = [slackblocks.Text(one["text"]) for one in ours.get("fields", ())] or None
            accessory = element(ours["accessory"]) if "accessory" in ours else None
            return slackblocks.SectionBlock(ours.get("text", {}).get("text"), block_id, fields, accessory)
        case "data_table":
            return table(ours)
        case "table":
            return slackblocks.TableBlock([[_plain_cell(one) for one in row] for row in ours["rows"]])
        case kind if kind in UNKNOWN:
            return None
        case kind:
            raise AssertionError(f"no outside check for {kind}")


def _links(ours: dict[str, Any]) -> Any:
    parts = [part for line in ours["elements"] for part in line["elements"]]
    return RichTextSection([RichTextLink(part["url"], part["text"]) for part in parts])


def _plain_cell(ours: dict[str, Any]) -> Any:
    """In a plain table it knows no numbers yet, and makes blocks of rich text by itself."""
    return _links(ours) if ours["type"] == "rich_text" else slackblocks.RawText(ours["text"])


def _plain(ours: dict[str, Any]) -> Any:
    assert ours["type"] == "plain_text"
    return slackblocks.Text(ours["text"], slackblocks.TextType.PLAINTEXT)


def _option(ours: dict[str, Any]) -> Any:
    description = _plain(ours["description"]) if "description" in ours else None
    text = _plain(ours["text"]) if ours["text"]["type"] == "plain_text" else slackblocks.Text(ours["text"]["text"])
    return slackblocks.Option(text, ours["value"], description=description)


def _confirm(ours: dict[str, Any]) -> Any:
    if "confirm" not in ours:
        return None
    said = {name: ours["confirm"][name]["text"] for name in ("title", "text", "confirm", "deny")}
    return slackblocks.ConfirmationDialogue(**said)
