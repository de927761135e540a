"""What the outside check sees of a table; `checks` puts every other message and view of the tests through it."""

from zoneinfo import ZoneInfo

import pytest
import slackblocks

from blocks.limits.check import NEWER
from blocks.results.table import TableForm, rows_as
from tests.blocks import outside, samples
from tests.blocks.samples import HOSTILE


@pytest.mark.parametrize(("count", "text"), [(200, None), *((count, text) for count in (1, 100) for text in HOSTILE)])
def test_tables_pass_its_checks_and_come_out_the_same(count: int, text: str | None) -> None:
    blocks = rows_as(TableForm.DATA_TABLE, samples.results(count, text), NEWER, ZoneInfo("UTC"), "Harbour", 25)
    assert blocks is not None
    ours = blocks[0]
    drawn = outside.table(ours)._resolve()
    assert [[one.get("text") for one in row] for row in drawn["rows"]] == [
        [one.get("text") for one in row] for row in ours["rows"]
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "header", "text": {"type": "plain_text", "text": "h" * 151}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "s" * 3001}},
        {
            "type": "actions",
            "elements": [{"type": "button", "text": {"type": "plain_text", "text": "b" * 76}, "action_id": "a"}],
        },
    ],
    ids=["header", "section", "button"],
)
def test_it_knows_limits(wrong: dict[str, object]) -> None:
    with pytest.raises(slackblocks.InvalidUsageError):
        outside.block(wrong)
