"""Limits of Slack's own charts.

Source: https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block; where it is read in two ways, the
lower figure.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from blocks.limits.rules import Rule, Violation, anything, choice, many, record, string, typed

TITLE = 50
LABEL = 20
AXIS_LABEL = 50
SEGMENTS = 12
SERIES = 6
CATEGORIES = 20


def _number(value: Any, pointer: str) -> Iterator[Violation]:
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield Violation(pointer, "wrong_type", "must be a number")


def _points_fit_the_axis(chart: Mapping[str, Any], pointer: str) -> Iterator[Violation]:
    """Each series has one point for every category, in their order, and a name of its own."""
    series = [one for one in chart.get("series") or [] if isinstance(one, Mapping)]
    categories = (chart.get("axis_config") or {}).get("categories")
    for index, one in enumerate(series):
        if [point.get("label") for point in one.get("data") or [] if isinstance(point, Mapping)] != categories:
            yield Violation(f"{pointer}/series/{index}/data", "categories", "data points must match the categories")
    names = [one.get("name") for one in series]
    if len(set(map(str, names))) < len(names):
        yield Violation(f"{pointer}/series", "duplicate_name", "series names must be unique")


_POINT = record({"label": string(LABEL), "value": _number}, ("label", "value"))
_SERIES = record({"name": string(LABEL), "data": many(_POINT, 1, CATEGORIES)}, ("name", "data"))
_AXES = record(
    {
        "categories": many(string(LABEL), 1, CATEGORIES),
        "x_label": string(AXIS_LABEL),
        "y_label": string(AXIS_LABEL),
    },
    ("categories",),
)
_PLOT = record(
    {"type": anything, "series": many(_SERIES, 1, SERIES), "axis_config": _AXES},
    ("series", "axis_config"),
    extra=_points_fit_the_axis,
)
_PIE = record({"type": choice("pie"), "segments": many(_POINT, 1, SEGMENTS)}, ("segments",))

CHART: Rule = typed({"bar": _PLOT, "area": _PLOT, "line": _PLOT, "pie": _PIE})
CHART_TITLE: Rule = string(TITLE)
