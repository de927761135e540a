"""The stand-in draws Slack's charts, and refuses those that Slack would."""

from datetime import timedelta
from typing import Any

import pytest

from blocks.limits.check import Surface, violations
from blocks.runs.digest import digest
from bot.core.team.week import CauseSpan, week
from bot.sandbox.slack.render.charts import chart
from tests.blocks import samples

WEEK = week(samples.NOW, "UTC", [CauseSpan("<b>Kiosk</b>", 3, samples.NOW - timedelta(hours=1))], [samples.run()])


def drawn_by_us() -> dict[str, Any]:
    blocks = digest(samples.company(), WEEK).blocks
    return next(block for block in blocks if block["type"] == "data_visualization")


def test_every_figure_is_drawn_and_said_for_those_who_do_not_see_it() -> None:
    html = str(chart(drawn_by_us()))
    assert html.count("<rect") == 16 + 2
    assert "Opened: 0, 0, 0, 0, 0, 0, 0, 1; Closed: 0" in html
    assert "Opened, Sun 22 Nov: 1" in html


def test_names_from_outside_are_text_in_it() -> None:
    block = drawn_by_us() | {"title": "<script>"}
    assert "<script>" not in str(chart(block)) and "&lt;script&gt;" in str(chart(block))


def test_a_pie_is_drawn_too() -> None:
    pie = {"type": "pie", "segments": [{"label": "Blue", "value": 3}, {"label": "Red", "value": 1}]}
    assert str(chart({"title": "Syncs", "chart": pie})).count("<rect") == 2 + 1


def change(**of_chart: Any) -> dict[str, Any]:
    block = drawn_by_us()
    return block | {"chart": block["chart"] | of_chart}


@pytest.mark.parametrize(
    ("block", "rule"),
    [
        (drawn_by_us() | {"title": "x" * 51}, "too_long"),
        (change(type="sankey"), "unknown_type"),
        (change(series=[]), "too_few"),
        (change(series=drawn_by_us()["chart"]["series"][:1] * 2), "duplicate_name"),
        (change(axis_config={"categories": ["Mon"]}), "categories"),
        (change(axis_config={"categories": ["x" * 21]}), "too_long"),
    ],
)
def test_a_chart_that_slack_would_refuse_is_refused(block: dict[str, Any], rule: str) -> None:
    assert rule in {violation.rule for violation in violations([block], Surface.MESSAGE)}


def test_no_more_than_two_in_a_message_and_none_in_a_window() -> None:
    assert violations([drawn_by_us()] * 2, Surface.MESSAGE) == []
    assert violations([drawn_by_us()] * 3, Surface.MESSAGE) != []
    assert violations({"type": "home", "blocks": [drawn_by_us()]}, Surface.HOME) != []
