"""The results table in the three forms that Slack may take: data_table, table, and plain sections.

No row is ever dropped. Details are shortened until the characters fit; when even that is not enough the answer is
None, and the caller shows fewer rows a message. A form that is refused is followed by the next simpler one.
"""

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from enum import StrEnum

from blocks.kit.kit import Block, calendar, clean, escape, link, section, shorten, web_url
from blocks.kit.words import OUTCOME_WORDS, without_id
from blocks.limits.check import BLOCKS, MESSAGE_TEXT_BUDGET, TableLimits
from blocks.limits.tables import PAGE_SIZE, TABLE_CHARS, TABLE_ROWS
from bot.core.model import NEEDS_ATTENTION, Result


class TableForm(StrEnum):
    DATA_TABLE = "data_table"
    TABLE = "table"
    SECTIONS = "sections"


FORMS = tuple(TableForm)
HEADER = ("Date", "Type", "Re-Leased", "QuickBooks", "Direction", "Details", "Link")
NAME_COLUMN = 2
MOST_DETAILS, LEAST_DETAILS = 400, 24
NAME_CHARS, SHORT_NAME_CHARS = 60, 24
ROOM = 0.95
"""The share of Slack's figure that is used: how Slack counts emoji and the like is not documented."""
OTHER_BLOCKS = 10
OTHER_CHARS = 2_000
ROW_CHARS = 2_800
WORD = re.compile(r"[A-Z]?[^A-Z\s]+|[A-Z]+")


def most_rows(form: TableForm, limits: TableLimits) -> int:
    """Rows of data that one message can hold in this form, if they are short enough."""
    match form:
        case TableForm.DATA_TABLE:
            return limits.rows - 1
        case TableForm.TABLE:
            return TABLE_ROWS - 1
        case TableForm.SECTIONS:
            return BLOCKS["message"] - OTHER_BLOCKS


def rows_as(
    form: TableForm, rows: Sequence[Result], limits: TableLimits, zone: tzinfo, caption: str, page_size: int
) -> list[Block] | None:
    """The blocks of all `rows` (at least one), or None when they do not fit into one message."""
    if len(rows) > most_rows(form, limits):
        return None
    if form is TableForm.SECTIONS:
        return _sections(rows, zone)
    cells = _fitting(rows, zone, limits.chars if form is TableForm.DATA_TABLE else TABLE_CHARS)
    if cells is None:
        return None
    lines = [[_raw(title) for title in HEADER], *cells]
    if form is TableForm.TABLE:
        wrapped: list[Block | None] = [{"is_wrapped": title == "Details"} for title in HEADER]
        return [{"type": "table", "rows": lines, "column_settings": wrapped}]
    table = {"type": "data_table", "caption": clean(caption), "rows": lines, "row_header_column_index": NAME_COLUMN}
    return [{**table, "page_size": min(page_size, PAGE_SIZE)}]


def _fitting(rows: Sequence[Result], zone: tzinfo, chars: int) -> list[list[Block]] | None:
    budget = int(chars * ROOM) - sum(map(len, HEADER))
    details = [_details(row) for row in rows]
    for name_chars in (NAME_CHARS, SHORT_NAME_CHARS):
        fixed = [_cells(row, zone, name_chars) for row in rows]
        room = budget - sum(_visible(cell) for line in fixed for cell in line)
        most = _longest([len(text) for text in details], room)
        if most is not None:
            return [
                [*line[:-1], _raw(shorten(text, most)), line[-1]] for line, text in zip(fixed, details, strict=True)
            ]
    return None


def _longest(lengths: Sequence[int], room: int) -> int | None:
    """The greatest limit under which texts of these lengths fit into `room` characters together."""

    def fits(limit: int) -> bool:
        return sum(min(length, limit) for length in lengths) <= room

    if not fits(LEAST_DETAILS):
        return None
    low, high = LEAST_DETAILS, MOST_DETAILS
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _cells(row: Result, zone: tzinfo, name_chars: int) -> list[Block]:
    """All cells of a row but its details."""
    ours, theirs = names(row)
    return [
        _moment(row.at.astimezone(zone)),
        _raw(row.ref.type.noun.capitalize()),
        _linked(ours, row.released_url, name_chars),
        _linked(theirs, row.external_url, name_chars),
        _raw(row.direction.value.capitalize()),
        _raw("Linked" if row.linked else "Unlinked"),
    ]


def names(row: Result) -> tuple[str, str]:
    """Readable text for the record in Re-Leased and in QuickBooks; "" where there is none."""
    name = clean(row.name) or clean(row.released_id) or clean(row.external_id)
    if not row.external_id:
        return name, ""
    external_id = clean(row.external_id)
    numbered = external_id.replace(":", " ") if ":" in external_id else f"{_in_words(row.entity)} {external_id}".strip()
    return (name, numbered) if row.released_id else ("", f"{name} ({numbered})" if name != external_id else numbered)


def _in_words(entity: str) -> str:
    """ "Bill payment" of QuickBooks' BillPayment; what its programs call Attachable, its pages call an attachment."""
    return "Attachment" if entity == "Attachable" else " ".join(WORD.findall(clean(entity))).capitalize()


def _details(row: Result) -> str:
    mark = "🟥 " if row.outcome in NEEDS_ATTENTION else ""
    return mark + (clean(without_id(row.details, row.cause)) or OUTCOME_WORDS[row.outcome])


def _moment(at: datetime) -> Block:
    """A number that reads as a date, so that the client sorts the column by time."""
    return {"type": "raw_number", "value": int(at.timestamp()), "text": f"{calendar(at.date())} {at:%H:%M}"}


def _raw(text: str) -> Block:
    return {"type": "raw_text", "text": text or "–"}


def _linked(text: str, url: str, chars: int) -> Block:
    address = web_url(url)
    if not text or not address:
        return _raw(shorten(text, chars))
    anchor = {"type": "link", "url": address, "text": f"{shorten(text, chars)} ↗"}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [anchor]}]}


def _visible(cell: Block) -> int:
    if cell["type"] in ("raw_text", "raw_number"):
        return len(cell["text"])
    return sum(len(part["text"]) for line in cell["elements"] for part in line["elements"])


def _sections(rows: Sequence[Result], zone: tzinfo) -> list[Block] | None:
    share = min(ROW_CHARS, (MESSAGE_TEXT_BUDGET - OTHER_CHARS) // len(rows))
    lines = [_line(row, zone, share) for row in rows]
    return [section(line) for line in lines if line] if all(lines) else None


def _line(row: Result, zone: tzinfo, chars: int) -> str:
    """One row as text of at most `chars` characters, links included; "" when that cannot be done."""
    at = row.at.astimezone(zone)
    facts = f"{calendar(at.date())} {at:%H:%M} · {row.ref.type.noun.capitalize()}"
    tail = f"{row.direction.value.capitalize()} · {'Linked' if row.linked else 'Unlinked'}"
    ours, theirs = names(row)
    for urls in ((row.released_url, row.external_url), ("", "")):
        both = [
            link(url, f"{text} ↗", SHORT_NAME_CHARS) if url else escape(text, SHORT_NAME_CHARS) if text else "–"
            for url, text in zip(urls, (ours, theirs), strict=True)
        ]
        start = f"{facts} · {both[0]} | {both[1]} · {tail}\n"
        if chars - len(start) >= LEAST_DETAILS:
            return start + escape(_details(row), min(MOST_DETAILS, chars - len(start)))
    return ""
