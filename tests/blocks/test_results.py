"""The results message: every row is there, whatever it holds, in each of the three forms of the table."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from blocks.limits.check import NEWER, SAFE, TableLimits
from blocks.results import message as results
from blocks.results.filter import cause_options, filter_modal, summary
from blocks.results.message import Note, ResultsShown
from blocks.results.table import FORMS, TableForm, most_rows, names, rows_as
from bot.core.model import Outcome, RecordType, Result
from bot.core.results import LinkStatus, ResultsFilter, ResultsOrder, ResultsPage
from bot.core.runs import CompanyStatus, CompanyView, Flag, Progress, RunState
from tests.blocks import samples
from tests.blocks.checks import check_message, check_modal

TEXTS = samples.TEXTS
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
    for message in (results.results(one, form, limits) for one in (page, replace(page, shared_by="@ana"))):
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
    assert cells[0] == {"type": "raw_number", "value": int(row.at.timestamp()), "text": "22 Nov 2026 22:13"}
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


@pytest.mark.parametrize(
    ("entity", "words"),
    [("BillPayment", "Bill payment 7"), ("Attachable", "Attachment 7"), ("TaxCode", "Tax code 7"), ("Bill", "Bill 7")],
)
def test_what_quickbooks_calls_its_records_is_said_in_words(entity: str, words: str) -> None:
    assert names(samples.result(1, entity=entity, external_id="7"))[1] == words


def test_the_filter_is_said_in_words() -> None:
    wanted = ResultsFilter("harbour", LinkStatus.UNLINKED, RecordType.INVOICE, "kiosk <b>", date(2026, 11, 3))
    assert summary(HARBOUR, wanted, 12, 340) == (
        "Harbour City Property · unlinked · invoices · since 3 Nov 2026 · “kiosk &lt;b&gt;” · 12 of 340"
    )
    rest = ResultsFilter("harbour", outcome=Outcome.SKIPPED, cause="code:6210:00000000")
    assert summary(HARBOUR, rest, 0, 340) == (
        "Harbour City Property · only “Left out” · held up by one cause · 0 of 340"
    )


def test_the_plain_text_of_results_says_flag_company_and_counts() -> None:
    message = results.results(shown(samples.results(25), total=340), TableForm.DATA_TABLE, NEWER)
    assert message is not None
    assert message.text == (
        "🟥 Red · Harbour City Property · 31 records need attention · "
        "results: Harbour City Property · all records · 340 of 340"
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
    wanted = ResultsFilter("harbour", text=text or "", cause=f"contact:{text or 'x'}")
    page = shown(
        samples.results(3), companies=[company], wanted=wanted, note=Note(text or "done", "U0ANA", "v"), view_id="v"
    )
    for one in (page, replace(page, shared_by=text or "@a")):
        message = results.results(one, TableForm.DATA_TABLE, NEWER)
        assert message is not None
        check_message(message)
    other = samples.company(text or "Other", id="other")
    for companies in ([company], [company, other]):
        check_modal(filter_modal(wanted, ResultsOrder.CAUSE, companies, "view-1", problem=text or ""))
    options = cause_options(samples.causes(150, text))
    assert len(options) <= 100 and all(1 <= len(one["text"]["text"]) <= 75 for one in options)


STATES = [
    pytest.param(changes, id=" ".join(changes) or "plain")
    for changes in (
        {},
        {"shared_by": "@ana"},
        {"of_all": 0},
        {"order": ResultsOrder.CAUSE},
        {"note": Note("The Excel file of 340 rows is ready")},
    )
]
RUNS = {
    "never": None,
    "waits": samples.run(state=RunState.REQUESTED, finished_at=None, flag=None),
    "runs": samples.run(state=RunState.RUNNING, finished_at=None, progress=Progress("invoices", 84, 151)),
    "is over": samples.run(),
}


@pytest.mark.parametrize("changes", STATES)
@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("flag", [None, *Flag])
@pytest.mark.parametrize(("count", "total"), [(0, 0), (1, 1), (25, 10_000)])
def test_every_state_of_the_message_obeys_slack_and_says_all_in_its_text(
    count: int, total: int, flag: Flag | None, run: str, changes: dict[str, object]
) -> None:
    if changes.get("of_all") == 0 and count:
        return
    for companies in (1, 3):
        every = [
            samples.company(f"Company {place}", flag, id=f"co-{place}", last_run=RUNS[run])
            for place in range(companies)
        ]
        page = shown(samples.results(count), total=total, companies=every, **changes)
        message = results.results(page, TableForm.DATA_TABLE, NEWER)
        assert message is not None
        check_message(message)
        assert "Company 0" in message.text
        assert flag is None or flag.value.capitalize() in message.text
        assert "nothing synced yet" in message.text or f"{total:,} of " in message.text


def test_before_the_first_sync_there_is_nothing_to_filter_or_to_clear() -> None:
    new = samples.company(flag=None, last_run=None, last_clean_at=None)
    other = samples.company("Lakeside", Flag.BLUE, id="lakeside")
    wanted = ResultsFilter("harbour", since=date(2026, 11, 3))
    page = shown([], companies=[new, other], wanted=wanted, of_all=0)
    message = results.results(page, TableForm.DATA_TABLE, NEWER)
    assert message is not None
    actions = {item["action_id"] for block in message.blocks for item in block.get("elements", ())}
    assert actions == {"results.company", "results.sync", "results.refresh"}
    assert "results.clear" not in str(message.blocks) and "since" not in message.text


def test_while_a_sync_is_under_way_the_message_shows_how_far_it_is_and_offers_no_other() -> None:
    syncing = samples.company(status=CompanyStatus.IN_PROGRESS, last_run=RUNS["runs"])
    message = results.results(shown(samples.results(3), companies=[syncing]), TableForm.DATA_TABLE, NEWER)
    assert message is not None
    said = str(message.blocks)
    assert "invoices 84 of 151" in said and "*Refresh* shows what it has done so far" in said
    assert "results.refresh" in said and "results.sync" not in said


def test_a_shared_copy_has_acts_but_no_filters_or_pages() -> None:
    page = shown(samples.results(25), total=340, shared_by="@ana", wanted=ResultsFilter("harbour", text="kiosk"))
    message = results.results(page, TableForm.DATA_TABLE, NEWER)
    assert message is not None
    said = str(message.blocks)
    for act in ("results.select", "results.refresh", "results.sync", "results.more", "open.shared"):
        assert act in said
    for own in ("results.next", "results.filter", "results.clear", "results.rows", "results.order", "'share'"):
        assert own not in said
    assert "shared by @ana" in said


def test_an_order_other_than_the_usual_is_said() -> None:
    said = str(results.results(shown(samples.results(3), order=ResultsOrder.OLDEST), TableForm.DATA_TABLE, NEWER))
    assert "rows 1 to 3 of 3 · oldest first" in said
    assert "newest first" not in str(results.results(shown(samples.results(3)), TableForm.DATA_TABLE, NEWER))
