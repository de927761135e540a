"""A filter of the results is kept whole with its message, and the message names every part of it."""

from dataclasses import fields, replace
from datetime import date

import pytest

from blocks.results.filter import narrowed_by
from bot.core.model import Outcome, RecordType
from bot.core.results import LinkStatus, ResultsFilter
from bot.slack.results.state import ResultsState, from_json, to_json

OTHER = ResultsFilter(
    "harbour", LinkStatus.LINKED, RecordType.INVOICE, "kiosk", date(2026, 10, 1), True, "contact:1", Outcome.FAILED
)
PARTS = [one.name for one in fields(ResultsFilter) if one.name != "company_id"]


@pytest.mark.parametrize("part", PARTS)
def test_each_part_of_a_filter_comes_back_with_its_message_and_is_named_in_it(part: str) -> None:
    wanted = replace(ResultsFilter("harbour"), **{part: getattr(OTHER, part)})
    assert wanted != ResultsFilter("harbour"), f"give {part} a value in this test"
    assert from_json(to_json(ResultsState(wanted))).wanted == wanted
    assert len(narrowed_by(wanted)) == 1
