"""The limits of Slack's two table blocks, `table` and `data_table`, and the count of the characters they hold.

Sources: https://docs.slack.dev/reference/block-kit/blocks/data-table-block and .../table-block. Slack raised the
figures of `data_table` in 2026 (101 to 201 rows, 10,000 to 20,000 characters); a workspace that is not there yet
refuses the newer ones, so they are values that the caller chooses.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blocks.limits.rich_text import RICH_TEXT, rich_text_chars
from blocks.limits.rules import Rule, Violation, anything, boolean, choice, integer, many, record, string, typed


@dataclass(frozen=True)
class TableLimits:
    """What a `data_table` may hold: rows with the header, and characters over all tables of a message."""

    rows: int
    chars: int


NEWER = TableLimits(rows=201, chars=20_000)
SAFE = TableLimits(rows=101, chars=10_000)

TABLE_FAMILY = ("table", "data_table")
COLUMNS = 20
PAGE_SIZE = 100
TABLE_ROWS = 100
TABLE_CHARS = 10_000
CELL_CHARS = 20_000
BLOCK_ID = string(255)


def _number(value: Any, pointer: str) -> Iterator[Violation]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield Violation(pointer, "wrong_type", "must be a number")


def cells(button: Rule) -> dict[str, Rule]:
    """The rules of the cell types, by type; `button` is the rule of a button element."""
    raw = {
        "raw_text": record({"type": anything, "text": string(CELL_CHARS)}, ("text",)),
        "raw_number": record({"type": anything, "value": _number, "text": string(CELL_CHARS)}, ("value",)),
    }
    action = {"type": anything, "element": typed({"button": button}), "fallback": typed(raw)}
    return {**raw, "rich_text": RICH_TEXT, "action_cell": record(action, ("element",))}


def table_rule(button: Rule) -> Rule:
    kinds = {name: rule for name, rule in cells(button).items() if name != "action_cell"}
    setting = record({"align": choice("left", "center", "right"), "is_wrapped": boolean})

    def optional_setting(value: Any, pointer: str) -> Iterator[Violation]:
        return iter(()) if value is None else setting(value, pointer)

    fields = {
        "type": anything,
        "block_id": BLOCK_ID,
        "rows": many(many(typed(kinds), 1, COLUMNS), 1, TABLE_ROWS),
        "column_settings": many(optional_setting, 0, COLUMNS),
    }
    return record(fields, ("rows",), extra=_table_chars)


def data_table_rule(button: Rule, limits: TableLimits) -> Rule:
    fields = {
        "type": anything,
        "block_id": BLOCK_ID,
        "caption": string(CELL_CHARS),
        "page_size": integer(1, PAGE_SIZE),
        "row_header_column_index": integer(0, COLUMNS - 1),
        "rows": many(many(typed(cells(button)), 1, COLUMNS), 2, limits.rows),
    }

    def whole(block: Mapping[str, Any], pointer: str) -> Iterator[Violation]:
        yield from _shape(block, pointer)
        if table_chars(block) > limits.chars:
            yield Violation(f"{pointer}/rows", "table_chars", f"no more than {limits.chars} characters in a table")

    return record(fields, ("rows", "caption"), extra=whole)


def _shape(block: Mapping[str, Any], pointer: str) -> Iterator[Violation]:
    """Rows of one length, a header of plain cells, and a row-header column that exists."""
    rows = _rows(block)
    columns = len(rows[0]) if rows else 0
    for index, row in enumerate(rows):
        if len(row) != columns:
            yield Violation(f"{pointer}/rows/{index}", "ragged", f"all rows must have {columns} cells")
    for index, cell in enumerate(rows[0] if rows else []):
        if isinstance(cell, Mapping) and cell.get("type") in ("rich_text", "action_cell"):
            yield Violation(
                f"{pointer}/rows/0/{index}", "header_cell", f"{cell['type']} is not allowed in the header row"
            )
    row_header = block.get("row_header_column_index")
    if columns and isinstance(row_header, int) and row_header >= columns:
        yield Violation(f"{pointer}/row_header_column_index", "out_of_range", f"must be less than {columns}")


def _table_chars(block: Mapping[str, Any], pointer: str) -> Iterator[Violation]:
    if table_chars(block) > TABLE_CHARS:
        yield Violation(f"{pointer}/rows", "table_chars", f"no more than {TABLE_CHARS} characters in a table")


def table_chars(block: Mapping[str, Any]) -> int:
    """The characters in all cells of a table block."""
    return sum(_cell_chars(cell) for row in _rows(block) for cell in row if isinstance(cell, Mapping))


def _rows(block: Mapping[str, Any]) -> list[list[Any]]:
    rows = block.get("rows")
    return [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


def _cell_chars(cell: Mapping[str, Any]) -> int:
    match cell.get("type"):
        case "rich_text":
            return rich_text_chars(cell)
        case "action_cell":
            element = cell.get("element")
            label = element.get("text") if isinstance(element, Mapping) else None
            return _cell_chars(label) if isinstance(label, Mapping) else 0
        case "raw_number":
            return len(str(cell.get("text", cell.get("value", ""))))
        case _:
            return len(str(cell.get("text", "")))
