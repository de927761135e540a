"""A few messages rebuilt with slackblocks, whose constructors know Slack's limits from elsewhere than we do."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
import slackblocks
from slackblocks.rich_text import RichTextLink, RichTextSection

from blocks import overview, red, run
from blocks.kit import Message
from blocks.limits import NEWER
from blocks.table import TableForm, rows_as
from tests.blocks import samples
from tests.blocks.samples import HOSTILE


def cell(ours: dict[str, Any]) -> Any:
    if ours["type"] == "raw_text":
        return slackblocks.RawText(ours["text"])
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
