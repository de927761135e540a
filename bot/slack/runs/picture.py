"""Draws the week's causes where Slack does not take its own chart: two bars a day, each with its number."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont, ImageFont, load_default

from blocks.runs.digest import CHART_TITLE, day_label
from bot.core.team.week import DayOfCauses

WIDTH, HEIGHT = 1200, 520
LEFT, RIGHT, TOP, BOTTOM = 40, 40, 110, 60
BAR, GAP = 44, 8
PAPER, INK, GRID = "#ffffff", "#1d1c1d", "#d0d0d0"
OPENED, CLOSED = "#1d3557", "#bfd7ea"
"""Dark and light, the light one with a dark edge: told apart in grey as well."""
EDGE = 3
TITLE_PX, TEXT_PX = 30, 22

Font = FreeTypeFont | ImageFont


def bars(days: Sequence[DayOfCauses]) -> bytes:
    """A PNG, 1200 by 520 pixels."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw, text = ImageDraw.Draw(image), load_default(TEXT_PX)
    draw.text((LEFT, 24), CHART_TITLE, INK, load_default(TITLE_PX))
    _legend(draw, text)
    floor, most = HEIGHT - BOTTOM, max([1, *(max(day.opened, day.closed) for day in days)])
    draw.line((LEFT, floor, WIDTH - RIGHT, floor), GRID, 2)
    step = (WIDTH - LEFT - RIGHT) / max(1, len(days))
    for place, day in enumerate(days):
        middle = LEFT + step * (place + 0.5)
        _bar(draw, text, middle - BAR - GAP / 2, floor, day.opened, most, OPENED)
        _bar(draw, text, middle + GAP / 2, floor, day.closed, most, CLOSED)
        draw.text((middle, floor + 14 + TEXT_PX), day_label(day), INK, text, anchor="ms")
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _legend(draw: ImageDraw.ImageDraw, font: Font) -> None:
    right = WIDTH - RIGHT
    for name, colour in (("Closed", CLOSED), ("Opened", OPENED)):
        draw.text((right, 39), name, INK, font, anchor="rm")
        right -= round(font.getlength(name)) + 10
        draw.rectangle((right - 22, 28, right, 50), colour, OPENED, EDGE)
        right -= 50


def _bar(draw: ImageDraw.ImageDraw, font: Font, left: float, floor: int, count: int, most: int, colour: str) -> None:
    """Nothing is a line without a bar, its number said all the same."""
    top = floor - count / most * (floor - TOP - TEXT_PX)
    if count:
        draw.rectangle((left, top, left + BAR, floor), colour, OPENED, EDGE)
    draw.text((left + BAR / 2, top - 6), f"{count:,}", INK, font, anchor="mb")
