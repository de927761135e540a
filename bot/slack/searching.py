"""Searches the whole filtered result for a select that asks while somebody types."""

from dataclasses import replace

from blocks.kit import Block
from blocks.links import row_option
from bot.core.model import Result, ResultsFilter
from bot.slack.desk import Desk

MOST_OPTIONS = 100
PAGE_ROWS = 500
MOST_PAGES = 20


def options(desk: Desk, wanted: ResultsFilter, query: str, most: int = MOST_OPTIONS) -> list[Block]:
    """At most `most` rows of the filter as options, those that `query` is found in."""
    found = (row_option(row) for row in matching(desk, wanted, query.strip(), most))
    return [entry for entry in found if entry is not None]


def matching(desk: Desk, wanted: ResultsFilter, query: str, most: int) -> list[Result]:
    if not wanted.text or not query:
        return list(desk.results(replace(wanted, text=wanted.text or query), 1, most).rows)
    rows: list[Result] = []
    for number in range(1, MOST_PAGES + 1):  # the filter has a text already: the second one is looked for here
        page = desk.results(wanted, number, PAGE_ROWS)
        rows += [row for row in page.rows if _mentions(row, query.casefold())]
        if number >= page.pages or len(rows) >= most:
            break
    return rows[:most]


def _mentions(row: Result, query: str) -> bool:
    return any(query in text.casefold() for text in (row.name, row.released_id, row.external_id, row.details))
