"""Draws data_visualization blocks: columns for each series over the categories (a pie as one series), as SVG."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

WIDTH, HEIGHT, FOOT, TOP = 560, 200, 22, 14
BAR = Markup('<rect class="chart-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}</title></rect>')
WORD = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>')
KEY = Markup(
    '<span><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="chart-{}" width="10" height="10"/></svg> {}</span>'
)
FIGURE = Markup(
    '<figure class="chart" data-testid="chart" data-kind="{}"><strong>{}</strong>'
    '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg><figcaption class="legend">{}</figcaption></figure>'
)


def chart(block: Mapping[str, Any]) -> Markup:
    given = block["chart"]
    series, categories = _series(given)
    slot = WIDTH / max(1, len(categories))
    most = max((point for _, points in series for point in points), default=0) or 1
    drawn = [_column(series, place, name, slot, most) for place, name in enumerate(categories)]
    legend = Markup("").join(KEY.format(place, name) for place, (name, _) in enumerate(series))
    title = block["title"]
    said = "; ".join(f"{name}: {', '.join(f'{value:g}' for value in points)}" for name, points in series)
    picture = Markup("").join(drawn)
    return FIGURE.format(given["type"], title, WIDTH, HEIGHT, f"{title}. {said}", picture, legend)


def _series(given: Mapping[str, Any]) -> tuple[list[tuple[str, list[float]]], list[str]]:
    if given["type"] == "pie":
        segments = given["segments"]
        return [("Share", [one["value"] for one in segments])], [one["label"] for one in segments]
    named = [(one["name"], [point["value"] for point in one["data"]]) for one in given["series"]]
    return named, list(given["axis_config"]["categories"])


def _column(series: Sequence[tuple[str, Sequence[float]]], place: int, name: str, slot: float, most: float) -> Markup:
    left, width = place * slot + slot * 0.15, slot * 0.7 / len(series)
    bars = []
    for at, (of, points) in enumerate(series):
        height = max(0.0, points[place]) / most * (HEIGHT - FOOT - TOP)
        x, y = left + at * width, HEIGHT - FOOT - height
        bars.append(BAR.format(at, x, y, width - 2, height, f"{of}, {name}: {points[place]:g}"))
        if points[place]:
            bars.append(WORD.format(x + width / 2, y - 3, f"{points[place]:g}"))
    return Markup("").join([*bars, WORD.format(place * slot + slot / 2, HEIGHT - 6, name)])
