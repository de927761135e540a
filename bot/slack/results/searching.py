"""Searches the whole filtered result for a select that asks while somebody types."""

from dataclasses import replace

from blocks.kit.kit import Block
from blocks.linking.links import row_option
from bot.core.results import ResultsFilter, ResultsOrder
from bot.desk.desk import Desk

MOST_OPTIONS = 100


def options(desk: Desk, wanted: ResultsFilter, query: str, most: int = MOST_OPTIONS) -> list[Block]:
    """At most `most` rows of the filter as options. Every word must be found, those of the filter and of `query`.

    Of what is looked for contacts come first: their documents are found by their names too.
    """
    narrowed = replace(wanted, text=f"{wanted.text} {query}".strip())
    order = ResultsOrder.TYPE if query.strip() else ResultsOrder.NEWEST
    found = (row_option(row) for row in desk.results.page(narrowed, 1, most, order).rows)
    return [entry for entry in found if entry is not None]
