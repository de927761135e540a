"""All rows as a CSV or Excel file: complete, safe to open, sent to the one who asked, and never in silence."""

import csv
import io
import threading
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from defusedxml import ElementTree
from sqlalchemy import update

from bot.core.model import Result
from bot.core.results import ResultsFilter, ResultsOrder
from bot.desk.results import Results
from bot.slack.results import export
from bot.slack.results.spreadsheet import WIDTHS, cells, guarded, write_csv, write_xlsx
from bot.store.tables import results
from tests.blocks import samples
from tests.patience import PATIENCE_S
from tests.rarely import edge
from tests.slack.conftest import Bot, eventually

UTC_ZONE = ZoneInfo("UTC")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DIRECT = "@qbo-sync"


def file_of(bot: Bot, user: str = "@ana") -> tuple[dict[str, Any], bytes]:
    message = eventually(lambda: next((one for one in bot.slack.seen(user, DIRECT) if one.get("files")), None))
    found = message["files"][0]
    return message, bot.slack.http.get(found["url_private"], timeout=PATIENCE_S).content


def csv_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def xlsx_rows(content: bytes) -> list[list[str]]:
    """The texts and numbers of the one sheet, as they stand in it."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert "xl/sharedStrings.xml" not in book.namelist()  # kept in memory, they would grow with the rows
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert sheet.find(f".//{SHEET}f") is None, "a formula"
    return [_cells_of(row) for row in sheet.iter(f"{SHEET}row")]


def _cells_of(row: Any) -> list[str]:
    """An empty cell is not in the file: each says where it stands ("J2")."""
    found = {ord(cell.get("r")[0]) - ord("A"): "".join(cell.itertext()) for cell in row.iter(f"{SHEET}c")}
    return [found.get(column, "") for column in range(len(WIDTHS))]


def test_a_csv_of_the_filter_comes_as_a_direct_message_with_a_word_meanwhile(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.type", value="payment")
    bot.slack.click(bot.after(message, "payments · since 21 Nov 2026 · 15 of 120"), "results.more", value="csv")
    sent, content = file_of(bot)
    assert "Harbour City Property · payments · since 21 Nov 2026 · 15 of 120" in sent["text"]
    rows = csv_rows(content)
    assert len(rows) == 15 and list(rows[0]) == list(WIDTHS)
    assert {row["Type"] for row in rows} == {"Payment"}
    bot.after(message, "The CSV file of 15 rows is in your direct messages with qbo-sync.")
    assert not any(one.get("files") for one in bot.slack.seen("@ben"))
    assert not any(one.get("files") for one in bot.slack.seen("@ana"))


def test_a_workbook_holds_every_row_in_the_order_that_is_shown(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.order", value="oldest")
    bot.slack.click(bot.after(message, "oldest first"), "results.more", value="xlsx")
    _, content = file_of(bot)
    header, *rows = xlsx_rows(content)
    assert header == list(WIDTHS)
    shown = [guarded(row.name) for row in bot.desk.results.every(ResultsFilter("harbour"), ResultsOrder.OLDEST)]
    assert [row[2] for row in rows] == shown and len(rows) == 120


def test_the_message_says_that_the_file_is_being_made_and_a_second_one_waits(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    every_result = Results.every

    def slowly(results: Results, wanted: ResultsFilter, order: ResultsOrder = ResultsOrder.NEWEST) -> Any:
        assert go_on.wait(PATIENCE_S)
        yield from every_result(results, wanted, order)

    monkeypatch.setattr(Results, "every", slowly)
    message = bot.results()
    bot.slack.click(message, "results.more", value="xlsx")
    making = bot.after(message, "Making the Excel file of 120 rows…")
    bot.slack.click(making, "results.more", value="csv")
    bot.said("Your last file is still being made.")
    go_on.set()
    bot.after(message, "The Excel file of 120 rows is in your direct messages")
    assert len([one for one in bot.slack.seen("@ana", DIRECT) if one.get("files")]) == 1


@edge
def test_from_a_shared_copy_each_gets_a_file_of_their_own(bot: Bot) -> None:
    bot.slack.click(bot.results(), "results.more", value="share")
    copy = bot.said("shared by @ana", user="@ben")
    bot.slack.click(copy, "results.more", user="@ben", value="csv")
    _, content = file_of(bot, "@ben")
    assert len(csv_rows(content)) == 120
    bot.said("The CSV file of 120 rows is in your direct messages", user="@ben")
    assert "file" not in str(next(one for one in bot.slack.seen() if one["ts"] == copy["ts"])["blocks"][:-1])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("missing_scope", "Whoever runs qbo-sync adds the scope files:write and installs the app again."),
        ("internal_error", "Slack did not take it (internal_error). Please try again in a minute."),
    ],
)
def test_a_file_that_slack_does_not_take_is_said(bot: Bot, error: str, words: str) -> None:
    reply = {"kind": "reply", "status": 200, "body": {"ok": False, "error": error}}
    rule = {"match": {"path": "/api/files.getUploadURLExternal"}, "times": None, "effect": reply}
    bot.slack.control("POST", "faults", **rule)
    message = bot.results()
    bot.slack.click(message, "results.more", value="csv")
    bot.said(words)
    bot.slack.control("DELETE", "faults")
    bot.slack.click(message, "results.more", value="csv")
    file_of(bot)


def test_something_that_breaks_on_the_way_is_said_with_a_reference(bot: Bot) -> None:
    message, last = bot.results(), bot.store.rows()[-1]
    with bot.store.database.write() as connection:
        spoilt = update(results).where(results.c.key == last.ref.key).values(outcome="a word that nobody knows")
        connection.execute(spoilt)
    bot.slack.click(message, "results.more", value="csv")
    bot.said("Something went wrong on our side.")


def test_more_rows_than_excel_takes_are_refused_with_the_way_out(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "EXCEL_ROWS", 119)
    message = bot.results()
    bot.slack.click(message, "results.more", value="xlsx")
    bot.said("Excel takes 119 rows, these are 120. Take the CSV file instead.")


BEGINNINGS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "  =1",
    "\r=1",
    "\u200b=1",
    "＝1",
    "＋1",
    "－1",
    "＠A1",
    '=HYPERLINK("http://evil")',
]


@pytest.mark.parametrize("text", BEGINNINGS)
def test_no_cell_is_a_formula(text: str) -> None:
    assert guarded(text).startswith("'")
    row = samples.results(1, text)[0]
    for cell in cells(row, UTC_ZONE):
        assert not isinstance(cell, str) or not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    written = io.BytesIO()
    write_xlsx([row], UTC_ZONE, written)
    assert xlsx_rows(written.getvalue())[1][2].startswith("'")


def test_an_amount_is_a_number_to_the_cent_also_below_zero() -> None:
    row = samples.result(1, amount=Decimal("-1234567890.10"), at=datetime(2026, 11, 22, 9, 14, tzinfo=UTC))
    for write, read in ((write_csv, csv_amount), (write_xlsx, xlsx_amount)):
        out = io.BytesIO()
        write([row], ZoneInfo("Pacific/Auckland"), out)
        assert Decimal(read(out.getvalue())) == Decimal("-1234567890.10")
    out = io.BytesIO()
    write_csv([row], ZoneInfo("Pacific/Auckland"), out)
    assert csv_rows(out.getvalue())[0]["Date"] == "2026-11-22 22:14:00"


def csv_amount(content: bytes) -> str:
    return csv_rows(content)[0]["Amount"]


def xlsx_amount(content: bytes) -> str:
    return xlsx_rows(content)[1][list(WIDTHS).index("Amount")]


@pytest.mark.parametrize("text", [samples.LONG * 100, *samples.HOSTILE])
def test_hostile_rows_come_through_whole(text: str) -> None:
    rows: list[Result] = list(samples.results(3, text))
    out = io.BytesIO()
    write_csv(rows, UTC_ZONE, out)
    assert [row["Name"] for row in csv_rows(out.getvalue())] == [guarded(text)] * 3
    out = io.BytesIO()
    write_xlsx(rows, UTC_ZONE, out)
    assert len(xlsx_rows(out.getvalue())) == 4


def test_no_rows_are_a_file_with_a_header() -> None:
    for write in (write_csv, write_xlsx):
        out = io.BytesIO()
        write([], UTC_ZONE, out)
        assert len(out.getvalue()) > 50
