"""The results message: what is filtered, the table, the pages, and the modal with the rarer filters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from blocks.kit import (
    Block,
    Message,
    actions,
    button,
    calendar,
    context,
    escape,
    field,
    instant,
    modal,
    option,
    overflow,
    plain,
    radio,
    section,
    select,
    user,
)
from blocks.limits import TableLimits
from blocks.overview import company_select
from blocks.table import TableForm, rows_as
from blocks.words import TYPE_NOUNS, company_state, headline, number
from bot.core.model import CompanyView, Flag, LinkStatus, RecordType, ResultsFilter, ResultsPage

ROW_CHOICES = ("25", "50", "100", "all")
LINK_WORDS = {
    LinkStatus.ALL: "Linked and unlinked",
    LinkStatus.LINKED: "Linked",
    LinkStatus.UNLINKED: "Unlinked",
}
ALL_TYPES = "all-types"
SEARCH_CHARS = 100


@dataclass(frozen=True)
class Note:
    """Who did what, shown above the buttons that were clicked. `words` comes raw.

    `undo_view` is the opaque id of its undo, or "".
    """

    words: str
    by: str = ""
    undo_view: str = ""


@dataclass(frozen=True)
class ResultsShown:
    """All that the results message shows; `window` is how many rows one message really holds."""

    company: CompanyView
    companies: Sequence[CompanyView]
    wanted: ResultsFilter
    page: ResultsPage
    of_all: int
    rows_choice: str
    window: int
    as_of: datetime
    view_id: str = ""
    revision: int = 0
    note: Note | None = None
    shared_by: str = ""


def results(shown: ResultsShown, form: TableForm, limits: TableLimits) -> Message | None:
    """The reader's own message; None when the rows of this page do not fit, so that fewer must be shown."""
    table = _table(shown, form, limits)
    if table is None:
        return None
    note = [_note(shown.note)] if shown.note else []
    blocks = [_top(shown), _filters(shown), *table, *_where(shown), *note, _below(shown)]
    return Message(_fallback(shown), blocks)


def shared(shown: ResultsShown, form: TableForm, limits: TableLimits) -> Message | None:
    """A copy for the channel: nothing in it can be changed by others, each opens a view of their own."""
    table = _table(shown, form, limits)
    if table is None:
        return None
    text = f"{_state(shown)}\n{summary(shown.wanted, shown.page.total, shown.of_all)}"
    open_own = button("Open as my own view", "open.shared", shown.view_id)
    whose = context(f"shared by {user(shown.shared_by)}")
    blocks = [section(text), *table, *_where(shown), whose, actions(open_own, block_id=f"shared.{shown.view_id}")]
    return Message(_fallback(shown), blocks)


def summary(wanted: ResultsFilter, total: int, of_all: int) -> str:
    """The filter in words, safe: "unlinked · invoices · since 3 Nov 2026 · “kiosk” · 12 of 340"."""
    parts = [
        "needs attention" if wanted.needs_attention else "",
        "held up by one cause" if wanted.cause else "",
        wanted.status.value if wanted.status is not LinkStatus.ALL else "",
        f"{TYPE_NOUNS[wanted.type]}s" if wanted.type else "",
        f"since {calendar(wanted.since)}" if wanted.since else "",
        f"“{escape(wanted.text, 60)}”" if wanted.text else "",
    ]
    named = [part for part in parts if part] or ["all records"]
    return " · ".join([*named, f"{number(total)} of {number(of_all)}"])


def filter_modal(wanted: ResultsFilter, view_id: str) -> Block:
    search = {
        "type": "plain_text_input",
        "action_id": "text",
        "max_length": SEARCH_CHARS,
        "placeholder": plain("Name, number, id or words of the details", 150),
        "focus_on_load": True,
    }
    if wanted.text:
        search["initial_value"] = wanted.text[:SEARCH_CHARS]
    choices = [option("Everything", "everything"), option("Only what needs attention", "attention")]
    show = radio("show", choices, "attention" if wanted.needs_attention else "everything")
    blocks = [field("text", "Search", search), field("show", "Show", show, optional=False)]
    return modal("results.filter", "Filter", blocks, view_id, submit="Show results", close="Cancel")


def _state(shown: ResultsShown) -> str:
    return headline(shown.company.flag, shown.company.name, company_state(shown.company))


def _top(shown: ResultsShown) -> Block:
    text = f"{_state(shown)}\n{summary(shown.wanted, shown.page.total, shown.of_all)}"
    is_filtered = shown.wanted != ResultsFilter(shown.company.id)
    clear = button("Clear", "results.clear", shown.view_id, spoken="Clear the filter") if is_filtered else None
    return section(text, clear, f"top.{shown.view_id}.{shown.revision}")


def _note(note: Note) -> Block:
    by = f" by {user(note.by)}" if note.by else ""
    undo = button("Undo", "links.undo", note.undo_view, spoken=f"Undo: {note.words}") if note.undo_view else None
    return section(f"{escape(note.words, 600)}{by}", undo)


def _filters(shown: ResultsShown) -> Block:
    wanted = shown.wanted
    types = [option("All types", ALL_TYPES)]
    types += [option(f"{TYPE_NOUNS[kind].capitalize()}s", kind.value) for kind in RecordType]
    since: Block = {"type": "datepicker", "action_id": "results.since", "placeholder": plain("Since…")}
    if wanted.since:
        since["initial_date"] = wanted.since.isoformat()
    links = [option(words, status.value) for status, words in LINK_WORDS.items()]
    elements = [
        select("results.status", "Link", links, wanted.status.value),
        select("results.type", "Type", types, wanted.type.value if wanted.type else ALL_TYPES),
        since,
        button("Filter…", "results.filter", shown.view_id),
    ]
    if len(shown.companies) > 1:
        elements.insert(0, company_select(shown.companies, "results.company", shown.company.id))
    return actions(*elements, block_id=f"filters.{shown.view_id}.{shown.revision}")


def _table(shown: ResultsShown, form: TableForm, limits: TableLimits) -> list[Block] | None:
    rows = shown.page.rows
    if not rows:
        return [section(_empty(shown))]
    caption = f"{shown.company.name}: {number(len(rows))} of {number(shown.page.total)} records"
    timed = f"{caption}, times in {shown.company.timezone}"
    return rows_as(form, rows, limits, ZoneInfo(shown.company.timezone), timed, shown.window)


def _empty(shown: ResultsShown) -> str:
    clean_at = shown.company.last_clean_at
    last = f" Last clean sync {instant(clean_at)}." if clean_at else ""
    if shown.company.last_run is None and not shown.of_all:
        return "Nothing has been synced yet. Start the first sync with *Sync now*."
    if shown.of_all and not shown.wanted.needs_attention:
        clear = "" if shown.shared_by else f" *Clear* shows all {number(shown.of_all)}."
        return f"No record matches this filter.{clear}{last}"
    if shown.company.flag is Flag.RED:
        clear = "" if shown.shared_by else " *Clear* shows everything."
        return f"Nothing that needs attention matches this filter.{clear}"
    return f"Nothing needs attention.{last}"


def _where(shown: ResultsShown) -> list[Block]:
    """Which rows these are, out of how many, as of when; and why there are fewer than asked for."""
    page = shown.page
    if not page.rows:
        return []
    first = (page.page - 1) * shown.window + 1
    rows = f"rows {number(first)} to {number(first + len(page.rows) - 1)} of {number(page.total)}"
    parts = [f"page {number(page.page)} of {number(page.pages)}", rows, f"as of {instant(shown.as_of, '{time}')}"]
    fewer = shown.page.total > shown.window and _asked(shown.rows_choice) > shown.window
    if fewer:
        parts.append(f"{number(shown.window)} rows a page, because Slack takes no more of these in one message")
    return [context(" · ".join(parts))]


def _asked(rows_choice: str) -> int:
    return 10**9 if rows_choice == "all" else int(rows_choice)


def _below(shown: ResultsShown) -> Block:
    page, view_id = shown.page, shown.view_id
    choices = [option(f"{choice} rows".replace("all", "All"), choice) for choice in ROW_CHOICES]
    elements = []
    if page.page > 1:
        elements.append(button("‹ Previous", "results.previous", view_id, spoken="Previous page"))
    if page.page < page.pages:
        elements.append(button("Next ›", "results.next", view_id, spoken="Next page"))
    elements.append(select("results.rows", "Rows", choices, shown.rows_choice))
    if page.rows:
        elements.append(button("Select rows…", "results.select", view_id))
    elements.append(button("Refresh", "results.refresh", view_id))
    elements.append(button("Sync now", "results.sync", view_id))
    more = [option("More detail…", "detail"), option("Share in this channel", "share")]
    elements.append(overflow("results.more", *(more if page.rows else more[1:])))
    return actions(*elements, block_id=f"pages.{view_id}.{shown.revision}")


def _fallback(shown: ResultsShown) -> str:
    state = headline(shown.company.flag, shown.company.name, company_state(shown.company), bold=False)
    return f"{state} · results: {summary(shown.wanted, shown.page.total, shown.of_all)}"
