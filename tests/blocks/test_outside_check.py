"""A few messages rebuilt with slackblocks, whose constructors know Slack's limits from elsewhere than we do."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
import slackblocks
from slackblocks.rich_text import RichTextLink, RichTextSection

from blocks import detail, overview, red, results, run
from blocks.kit import Message
from blocks.limits import NEWER
from blocks.results import ResultsShown
from blocks.results_filter import filter_modal
from blocks.table import TableForm, rows_as
from bot.core.model import Attempt, ResultsFilter, ResultsOrder, ResultsPage
from tests.blocks import samples
from tests.blocks.samples import HOSTILE


def cell(ours: dict[str, Any]) -> Any:
    if ours["type"] == "raw_text":
        return slackblocks.RawText(ours["text"])
    if ours["type"] == "raw_number":
        return slackblocks.RawNumber(ours["value"], ours["text"])
    links = [RichTextLink(part["url"], part["text"]) for line in ours["elements"] for part in line["elements"]]
    return slackblocks.RichTextBlock([RichTextSection(links)])


@pytest.mark.parametrize(("count", "text"), [(200, None), *((count, text) for count in (1, 100) for text in HOSTILE)])
def test_tables_pass_its_checks_and_come_out_the_same(count: int, text: str | None) -> None:
    blocks = rows_as(TableForm.DATA_TABLE, samples.results(count, text), NEWER, ZoneInfo("UTC"), "Harbour", 25)
    assert blocks is not None
    ours = blocks[0]
    theirs = slackblocks.DataTableBlock(
        [[cell(one) for one in row] for row in ours["rows"]],
        caption=ours["caption"],
        page_size=ours["page_size"],
        row_header_column_index=ours["row_header_column_index"],
    )
    drawn = theirs._resolve()
    assert [[one.get("text") for one in row] for row in drawn["rows"]] == [
        [one.get("text") for one in row] for row in ours["rows"]
    ]


def button(ours: dict[str, Any]) -> Any:
    return slackblocks.Button(
        slackblocks.Text(ours["text"]["text"], slackblocks.TextType.PLAINTEXT),
        ours["action_id"],
        url=ours.get("url"),
        value=ours.get("value"),
        style=ours.get("style"),
    )


@pytest.mark.parametrize(
    "message",
    [
        run.living(samples.run()),
        red.red(samples.company(), samples.causes(8, samples.LONG)),
        overview.overview([samples.company(str(place), id=str(place)) for place in range(20)]),
    ],
)
def test_sections_contexts_and_buttons_pass_its_checks(message: Message) -> None:
    for block in message.blocks:
        match block["type"]:
            case "section":
                slackblocks.SectionBlock(block["text"]["text"])
            case "context":
                slackblocks.ContextBlock([slackblocks.Text(one["text"]) for one in block["elements"]])
            case "actions":
                buttons = [button(one) for one in block["elements"] if one["type"] == "button"]
                slackblocks.ActionsBlock(buttons, block_id=block["block_id"])


def _plain(ours: dict[str, Any]) -> Any:
    assert ours["type"] == "plain_text"
    return slackblocks.Text(ours["text"], slackblocks.TextType.PLAINTEXT)


def _option(ours: dict[str, Any]) -> Any:
    description = _plain(ours["description"]) if "description" in ours else None
    return slackblocks.Option(_plain(ours["text"]), ours["value"], description=description)


def element(ours: dict[str, Any]) -> Any:
    """Any element of the results and their modals."""
    options = [_option(one) for one in ours.get("options", ())]
    initial = _option(ours["initial_option"]) if "initial_option" in ours else None
    placeholder = ours.get("placeholder", {}).get("text")
    match ours["type"]:
        case "button":
            return button(ours)
        case "static_select":
            return slackblocks.StaticSelectMenu(
                ours["action_id"], options, initial_option=initial, placeholder=placeholder
            )
        case "external_select":
            return slackblocks.ExternalSelectMenu(
                ours["action_id"], initial, ours["min_query_length"], placeholder=placeholder
            )
        case "datepicker":
            return slackblocks.DatePicker(ours["action_id"], ours.get("initial_date"), placeholder=placeholder)
        case "overflow":
            return slackblocks.OverflowMenu(ours["action_id"], options)
        case "plain_text_input":
            return slackblocks.PlainTextInput(
                ours["action_id"], ours.get("initial_value"), max_length=ours["max_length"], placeholder=placeholder
            )
        case kind:
            raise AssertionError(f"no outside check for {kind}")


def block(ours: dict[str, Any]) -> Any:
    match ours["type"]:
        case "actions":
            return slackblocks.ActionsBlock([element(one) for one in ours["elements"]], block_id=ours["block_id"])
        case "context":
            return slackblocks.ContextBlock([slackblocks.Text(one["text"]) for one in ours["elements"]])
        case "divider":
            return slackblocks.DividerBlock()
        case "input":
            return slackblocks.InputBlock(
                ours["label"]["text"], element(ours["element"]), block_id=ours["block_id"], optional=ours["optional"]
            )
        case "section":
            fields = [slackblocks.Text(one["text"]) for one in ours.get("fields", ())]
            accessory = element(ours["accessory"]) if "accessory" in ours else None
            text = ours["text"]["text"] if "text" in ours else None
            return slackblocks.SectionBlock(text, ours.get("block_id"), fields or None, accessory)
        case "data_table":
            rows = [[cell(one) for one in row] for row in ours["rows"]]
            return slackblocks.DataTableBlock(rows, caption=ours["caption"], page_size=ours["page_size"])
        case "rich_text":
            return None
        case kind:
            raise AssertionError(f"no outside check for {kind}")


@pytest.mark.parametrize("shared_by", ["", "@ana"])
@pytest.mark.parametrize("count", [0, 1, 100])
@pytest.mark.parametrize("text", samples.TEXTS)
def test_the_results_message_passes_its_checks(text: str | None, count: int, shared_by: str) -> None:
    companies = [samples.company(text or f"Company {place}", id=f"co-{place}") for place in range(3)]
    wanted = ResultsFilter("co-0", text=text or "")
    page = ResultsPage(samples.results(count, text), 10_000 if count else 0, 2, 100)
    shown = ResultsShown(companies[0], companies, wanted, page, 10_000, "25", 25, samples.NOW, "v", shared_by=shared_by)
    message = results.results(shown, TableForm.DATA_TABLE, NEWER)
    if message is not None:
        for ours in message.blocks:
            block(ours)


@pytest.mark.parametrize("text", samples.TEXTS)
def test_the_filter_and_more_detail_pass_its_checks(text: str | None) -> None:
    companies = [samples.company(text or f"Company {place}", id=f"co-{place}") for place in range(3)]
    row = samples.results(1, text)[0]
    cause = samples.cause(0, text)
    sides: list[detail.Side] = [("Name", text or "a", "b"), ("City", "c", "c")]
    for view in (
        filter_modal(ResultsFilter("co-0", text=text or "", cause=str(cause.ref)), ResultsOrder.TYPE, companies, "v"),
        detail.detail(row, cause, sides, [Attempt(row)] * 12, "v", unfolded=True),
    ):
        slackblocks.ModalView(
            view["title"]["text"],
            [made for made in map(block, view["blocks"]) if made is not None],
            submit=view["submit"]["text"] if "submit" in view else None,
            close=view["close"]["text"],
            private_metadata=view["private_metadata"],
            callback_id=view["callback_id"],
        )
