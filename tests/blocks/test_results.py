"""The results message: every row is there, whatever it holds, in each of the three forms of the table."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from blocks import results
from blocks.limits import NEWER, SAFE, TableLimits
from blocks.results import Note, ResultsShown
from blocks.table import FORMS, TableForm, most_rows, rows_as
from bot.core.model import CompanyView, Flag, LinkStatus, RecordRef, RecordType, Result, ResultsFilter, ResultsPage
from tests.blocks import samples
from tests.blocks.checks import check_message, check_modal

TEXTS = [None, samples.LONG, *samples.HOSTILE]
HARBOUR = samples.company()


def shown(
    rows: Sequence[Result],
    window: int = 25,
    total: int | None = None,
    companies: Sequence[CompanyView] = (HARBOUR,),
    **more: object,
) -> ResultsShown:
    total = len(rows) if total is None else total
    values: dict[str, object] = {
        "company": companies[0],
        "companies": companies,
        "wanted": ResultsFilter(companies[0].id),
        "page": ResultsPage(tuple(rows), total, 1, max(1, -(-total // window))),
        "of_all": 340,
        "rows_choice": str(window) if window in (25, 50, 100) else "all",
        "window": window,
        "as_of": samples.NOW,
        "view_id": "view-1",
    }
    return ResultsShown(**{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("count", [0, 1, 25, 100, 200])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("limits", [NEWER, SAFE])
def test_a_page_of_results_obeys_slack_or_asks_for_fewer_rows(
    limits: TableLimits, form: TableForm, count: int, text: str | None
) -> None:
    page = shown(samples.results(count, text), max(count, 1), total=1000 if count else 0)
    for message in (results.results(page, form, limits), results.shared(page, form, limits)):
        if message is not None:
            check_message(message, limits)
            assert rows_in(message.blocks) == count
    if (form is TableForm.DATA_TABLE and count <= 25) or count <= 5:
        assert results.results(page, form, limits) is not None


def rows_in(blocks: list[dict[str, object]]) -> int:
    table = next((block for block in blocks if block["type"] in ("data_table", "table")), None)
    if table is not None:
        return len(table["rows"]) - 1  # type: ignore[arg-type]
    return sum(
        1
        for block in blocks
        if (block["type"] == "section" and " · Linked" in str(block)) or " · Unlinked" in str(block)
    )


def test_ordinary_rows_fill_the_largest_page() -> None:
    rows = samples.results(200)
    zone = ZoneInfo("UTC")
    assert rows_as(TableForm.DATA_TABLE, rows, NEWER, zone, "caption", 100) is not None
    assert rows_as(TableForm.DATA_TABLE, rows[:100], SAFE, zone, "caption", 100) is not None
    assert most_rows(TableForm.DATA_TABLE, NEWER) == 200


def test_details_are_shortened_before_rows_become_fewer() -> None:
    rows = [samples.result(place, details="why " * 100) for place in range(100)]
    blocks = rows_as(TableForm.DATA_TABLE, rows, NEWER, ZoneInfo("UTC"), "caption", 100)
    assert blocks is not None
    details = [row[5]["text"] for row in blocks[0]["rows"][1:]]
    assert len(details) == 100
    assert all(text.endswith("…") and len(text) >= 60 for text in details)


def test_ids_are_links_with_readable_text_to_both_sides() -> None:
    row = samples.result(1)
    blocks = rows_as(TableForm.DATA_TABLE, [row], NEWER, ZoneInfo("Pacific/Auckland"), "caption", 25)
    assert blocks is not None
    cells = blocks[0]["rows"][1]
    ours = cells[2]["elements"][0]["elements"][0]
    theirs = cells[3]["elements"][0]["elements"][0]
    assert (ours["text"], ours["url"]) == ("INV-2042 ↗", row.released_url)
    assert (theirs["text"], theirs["url"]) == ("Invoice 1001 ↗", row.external_url)
    assert cells[0]["text"] == "2026-11-22 22:13"
    assert [cell["text"] for cell in cells[4:]] == ["Outgoing", "Created", "Unlinked"]


def test_a_link_that_is_no_web_address_is_plain_text() -> None:
    row = samples.result(1, released_url="javascript:alert(1)", external_url="https://evil.example/<x>|y")
    for form in FORMS:
        blocks = rows_as(form, [row], NEWER, ZoneInfo("UTC"), "caption", 25)
        assert "javascript" not in str(blocks) and "evil.example" not in str(blocks)


def test_an_incoming_failure_carries_its_name_on_the_quickbooks_side() -> None:
    row = samples.result(0, released_id="", external_id="77", name="Bill 1042", entity="Bill")
    blocks = rows_as(TableForm.DATA_TABLE, [row], NEWER, ZoneInfo("UTC"), "caption", 25)
    assert blocks is not None
    assert [cell.get("text") for cell in blocks[0]["rows"][1][2:4]] == ["–", "Bill 1042 (Bill 77)"]


def test_a_contact_of_both_roles_shows_both_numbers() -> None:
    row = samples.result(1, external_id="customer:12 vendor:34", external_url="")
    blocks = rows_as(TableForm.DATA_TABLE, [row], NEWER, ZoneInfo("UTC"), "caption", 25)
    assert blocks is not None and blocks[0]["rows"][1][3]["text"] == "customer 12 vendor 34"


def test_the_filter_is_said_in_words() -> None:
    wanted = ResultsFilter("harbour", LinkStatus.UNLINKED, RecordType.INVOICE, "kiosk <b>", date(2026, 11, 3))
    assert results.summary(wanted, 12, 340) == (
        "unlinked · invoices · since 3 Nov 2026 · “kiosk &lt;b&gt;” · 12 of 340"
    )


def test_the_plain_text_of_results_says_flag_company_and_counts() -> None:
    message = results.results(shown(samples.results(25), total=340), TableForm.DATA_TABLE, NEWER)
    assert message is not None
    assert message.text == (
        "🟥 Red · Harbour City Property · 31 records need attention · results: all records · 340 of 340"
    )


def test_a_filter_can_be_cleared_and_an_open_one_not() -> None:
    narrow = shown(samples.results(3), wanted=ResultsFilter("harbour", text="kiosk"))
    assert "results.clear" in str(results.results(narrow, TableForm.DATA_TABLE, NEWER))
    assert "results.clear" not in str(results.results(shown(samples.results(3)), TableForm.DATA_TABLE, NEWER))


def test_pages_are_turned_only_where_there_are_more() -> None:
    rows = samples.results(25)
    middle = shown(rows, total=340, page=ResultsPage(rows, 340, 2, 14))
    said = str(results.results(middle, TableForm.DATA_TABLE, NEWER))
    assert "results.previous" in said and "results.next" in said and "page 2 of 14 · rows 26 to 50 of 340" in said
    first = str(results.results(shown(rows, total=340), TableForm.DATA_TABLE, NEWER))
    assert "results.previous" not in first and "results.next" in first
    only = str(results.results(shown(rows), TableForm.DATA_TABLE, NEWER))
    assert "results.previous" not in only and "results.next" not in only


def test_fewer_rows_than_chosen_are_said() -> None:
    said = str(results.results(shown(samples.results(25), total=340, rows_choice="100"), TableForm.DATA_TABLE, NEWER))
    assert "25 rows a page, because Slack takes no more" in said


def test_the_company_is_chosen_only_where_there_are_several() -> None:
    one = results.results(shown(samples.results(3)), TableForm.DATA_TABLE, NEWER)
    assert "results.company" not in str(one)
    many = [HARBOUR, *(samples.company(f"Company {place}", Flag.BLUE, id=f"co-{place}") for place in range(150))]
    message = results.results(shown(samples.results(3), companies=many), TableForm.DATA_TABLE, NEWER)
    assert message is not None and "results.company" in str(message)
    check_message(message)


@pytest.mark.parametrize(
    ("company", "wanted", "of_all", "words"),
    [
        (
            samples.company(flag=Flag.BLUE),
            ResultsFilter("harbour"),
            0,
            "Nothing needs attention. Last clean sync <",
        ),
        (samples.company(flag=Flag.BLUE, last_run=None), ResultsFilter("harbour"), 0, "Nothing has been synced yet."),
        (HARBOUR, ResultsFilter("harbour", text="x"), 340, "No record matches this filter. *Clear* shows all 340."),
        (
            samples.company(flag=Flag.BLUE),
            ResultsFilter("harbour", needs_attention=True),
            340,
            "Nothing needs attention. Last clean sync <",
        ),
    ],
)
def test_an_empty_list_says_why(company: CompanyView, wanted: ResultsFilter, of_all: int, words: str) -> None:
    message = results.results(shown([], companies=[company], wanted=wanted, of_all=of_all), TableForm.DATA_TABLE, NEWER)
    assert message is not None
    check_message(message)
    assert words in str(message.blocks)


@pytest.mark.parametrize("text", TEXTS)
def test_notes_filters_and_captions_are_safe(text: str | None) -> None:
    company = samples.company(text or "Harbour", id="harbour")
    wanted = ResultsFilter("harbour", text=text or "", cause=RecordRef(RecordType.CONTACT, text or "x"))
    page = shown(
        samples.results(3),
        companies=[company],
        wanted=wanted,
        note=Note(text or "done", "U0ANA", "v"),
        shared_by=text or "@a",
    )
    for message in (
        results.results(page, TableForm.DATA_TABLE, NEWER),
        results.shared(page, TableForm.DATA_TABLE, NEWER),
    ):
        assert message is not None
        check_message(message)
    check_modal(results.filter_modal(wanted, "view-1"))
