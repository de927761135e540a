"""Writes results as CSV or as an Excel workbook, row by row: any number of them takes little memory.

Names and memos come from outside, and a spreadsheet takes a cell that begins with = + - @ for a formula. Such a cell
gets an apostrophe in front: https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import IO

import xlsxwriter

from blocks.kit.kit import clean, shorten
from blocks.kit.words import OUTCOME_WORDS, without_id
from bot.core.cells import FORMULA_BEGINS
from bot.core.model import Result

WIDTHS = {
    "Date": 18,
    "Type": 16,
    "Name": 24,
    "Re-Leased id": 38,
    "QuickBooks type": 16,
    "QuickBooks id": 16,
    "Direction": 11,
    "Outcome": 18,
    "Details": 60,
    "Amount": 14,
    "Currency": 9,
    "Link": 10,
    "Code": 12,
    "Held up by": 38,
    "Open in Re-Leased": 40,
    "Open in QuickBooks": 40,
    "More detail": 60,
}
"""The columns, and how many characters wide a workbook shows them."""
EXCEL_ROWS = 1_048_575
CELL_CHARS = 32_767
"""https://support.microsoft.com/office/excel-specifications-and-limits, the header not counted"""
DATE_FORMAT, AMOUNT_FORMAT = "d mmm yyyy hh:mm", "#,##0.00"

Cell = str | Decimal | datetime | None


def guarded(text: str) -> str:
    """Text from outside as a cell that no spreadsheet computes."""
    safe = shorten(clean(text), CELL_CHARS - 1)
    return f"'{safe}" if safe.startswith(FORMULA_BEGINS) else safe


def write_csv(rows: Iterable[Result], zone: tzinfo, out: IO[bytes]) -> None:
    """In UTF-8 with the mark by which Excel knows it; instants in the time of `zone`."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(WIDTHS)
    for row in rows:
        writer.writerow(_as_text(cell) for cell in cells(row, zone))
    text.flush()
    text.detach()


def write_xlsx(rows: Iterable[Result], zone: tzinfo, out: IO[bytes]) -> None:
    """One sheet, its header frozen and filterable. At most EXCEL_ROWS rows."""
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with closing(xlsxwriter.Workbook(out, {"constant_memory": True, **plain})) as book:
        sheet = book.add_worksheet("Results")
        bold = book.add_format({"bold": True})
        date_format = book.add_format({"num_format": DATE_FORMAT})
        amount_format = book.add_format({"num_format": AMOUNT_FORMAT})
        for column, (title, width) in enumerate(WIDTHS.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, bold)
        sheet.freeze_panes(1, 3)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, cell in enumerate(cells(row, zone)):
                if isinstance(cell, datetime):
                    sheet.write_datetime(last, column, cell, date_format)
                elif isinstance(cell, Decimal):
                    sheet.write_number(last, column, cell, amount_format)
                elif cell:
                    sheet.write_string(last, column, cell)
        sheet.autofilter(0, 0, last, len(WIDTHS) - 1)


def cells(row: Result, zone: tzinfo) -> list[Cell]:
    """In the order of WIDTHS; texts are safe, amounts are numbers, instants are those of `zone`."""
    held_up_by = row.cause if row.cause != row.ref else None
    return [
        row.at.astimezone(zone).replace(tzinfo=None),
        row.ref.type.noun.capitalize(),
        guarded(row.name),
        guarded(row.released_id),
        guarded(row.entity),
        guarded(row.external_id),
        row.direction.value.capitalize(),
        OUTCOME_WORDS[row.outcome],
        guarded(without_id(row.details, row.cause)),
        row.amount,
        guarded(row.currency),
        "Linked" if row.linked else "Unlinked",
        guarded(row.code),
        guarded(held_up_by.key) if held_up_by else "",
        guarded(row.released_url),
        guarded(row.external_url),
        guarded(row.more_detail),
    ]


def _as_text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M:%S}"
        case _:
            return str(cell)
