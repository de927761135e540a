"""The results message: what is filtered, the table, the pages, and what can be done with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from blocks.kit.company_select import company_select
from blocks.kit.kit import (
    Block,
    Message,
    actions,
    button,
    context,
    escape,
    instant,
    option,
    overflow,
    section,
    select,
    user,
)
from blocks.kit.words import company_state, headline, number
from blocks.limits.check import TableLimits
from blocks.results.filter import ORDER_WORDS, is_narrowed, menus, order_select, summary
from blocks.results.table import TableForm, rows_as
from bot.core.results import ResultsFilter, ResultsOrder, ResultsPage
from bot.core.runs import CompanyView, Flag, RunState

ROW_CHOICES = ("25", "50", "100", "all")
UNDER_WAY = (RunState.REQUESTED, RunState.RUNNING)


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
    order: ResultsOrder = ResultsOrder.NEWEST

    @property
    def is_syncing(self) -> bool:
        return self.company.last_run is not None and self.company.last_run.state in UNDER_WAY

    @property
    def is_untouched(self) -> bool:
        """Nothing has been synced yet, so there is nothing to filter."""
        return not self.of_all


def results(shown: ResultsShown, form: TableForm, limits: TableLimits) -> Message | None:
    """The message, the reader's own or shared; None when the rows do not fit, so that fewer must be shown."""
    table = _table(shown, form, limits)
    if table is None:
        return None
    note = [_note(shown.note)] if shown.note else []
    if shown.shared_by:
        whose = context(f"shared by {user(shown.shared_by)} · the buttons do what you may do")
        blocks = [_top(shown), *table, *_where(shown), *note, whose, _below_shared(shown)]
    elif shown.is_untouched:
        blocks = [_top(shown), *table, *note, _to_begin(shown)]
    else:
        blocks = [_top(shown), _filters(shown), *table, *_where(shown), *note, _below(shown)]
    return Message(_fallback(shown), blocks)


def _state(shown: ResultsShown, bold: bool = True) -> str:
    progress = [_progress(shown.company)] if shown.is_syncing else []
    parts = [company_state(shown.company), *filter(None, progress)]
    return headline(shown.company.flag, shown.company.name, *parts, bold=bold)


def _progress(company: CompanyView) -> str:
    """ "invoices 84 of 151"."""
    progress = company.last_run.progress if company.last_run else None
    if progress is None or not progress.phase:
        return ""
    phase = escape(progress.phase, 40)
    return f"{phase} {number(progress.done)} of {number(progress.total)}" if progress.total else phase


def _top(shown: ResultsShown) -> Block:
    block_id = f"top.{shown.view_id}.{shown.revision}"
    if shown.is_untouched:
        return section(_state(shown), block_id=block_id)
    text = f"{_state(shown)}\n{summary(shown.company, shown.wanted, shown.page.total, shown.of_all)}"
    can_clear = is_narrowed(shown.wanted) and not shown.shared_by
    clear = button("Clear", "results.clear", shown.view_id, spoken="Clear the filter") if can_clear else None
    return section(text, clear, block_id)


def _note(note: Note) -> Block:
    by = f" by {user(note.by)}" if note.by else ""
    undo = button("Undo", "links.undo", note.undo_view, spoken=f"Undo: {note.words}") if note.undo_view else None
    return section(f"{escape(note.words, 600)}{by}", undo)


def _filters(shown: ResultsShown) -> Block:
    elements = menus(shown.wanted, shown.companies, shown.view_id)
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
    if shown.is_untouched and shown.is_syncing:
        return "The first sync is under way: *Refresh* shows what it has done so far."
    if shown.is_untouched and shown.company.last_run is None:
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
    if shown.order is not ResultsOrder.NEWEST:
        parts.insert(2, ORDER_WORDS[shown.order].lower())
    if shown.is_syncing:
        parts.append("the sync is under way: *Refresh* shows what it has done so far")
    if fewer:
        parts.append(f"{number(shown.window)} rows a page, because Slack takes no more of these in one message")
    return [context(" · ".join(parts))]


def _asked(rows_choice: str) -> int:
    return 10**9 if rows_choice == "all" else int(rows_choice)


def _below(shown: ResultsShown) -> Block:
    page, view_id = shown.page, shown.view_id
    choices = [option(f"{choice} rows".replace("all", "All"), choice) for choice in ROW_CHOICES]
    turns = []
    if page.page > 1:
        turns.append(button("‹ Previous", "results.previous", view_id, spoken="Previous page"))
    if page.page < page.pages:
        turns.append(button("Next ›", "results.next", view_id, spoken="Next page"))
    pages = [*turns, select("results.rows", "Rows", choices, shown.rows_choice), order_select(shown.order)]
    return actions(*pages, *_acts(shown), block_id=f"pages.{view_id}.{shown.revision}")


def _below_shared(shown: ResultsShown) -> Block:
    """Everybody sees the same copy, so nobody filters it or turns its pages: that is done in a view of one's own."""
    own = button("Open as my own view", "open.shared", shown.view_id)
    return actions(own, *_acts(shown), block_id=f"shared.{shown.view_id}.{shown.revision}")


def _to_begin(shown: ResultsShown) -> Block:
    chooser = [company_select(shown.companies, "results.company", shown.company.id)] if len(shown.companies) > 1 else []
    refresh = button("Refresh", "results.refresh", shown.view_id)
    begin = [] if shown.is_syncing else [button("Sync now", "results.sync", shown.view_id, "primary")]
    return actions(*chooser, *begin, refresh, block_id=f"pages.{shown.view_id}.{shown.revision}")


def _acts(shown: ResultsShown) -> list[Block]:
    """What is done with the rows; each is checked anew for the one who clicks."""
    view_id = shown.view_id
    found = [button("Select rows…", "results.select", view_id)] if shown.page.rows else []
    found.append(button("Refresh", "results.refresh", view_id))
    if not shown.is_syncing:
        found.append(button("Sync now", "results.sync", view_id))
    more = [option("More detail…", "detail")] if shown.page.rows else []
    if shown.company.needs_attention:
        more.append(option("Causes…", "causes"))
    if not shown.shared_by:
        more.append(option("Share in this channel", "share"))
    if shown.page.rows:
        more += [option("CSV file of all rows", "csv"), option("Excel file of all rows", "xlsx")]
    return [*found, *([overflow("results.more", *more)] if more else [])]


def _fallback(shown: ResultsShown) -> str:
    if shown.is_untouched:
        return f"{_state(shown, bold=False)} · results: nothing synced yet"
    told = summary(shown.company, shown.wanted, shown.page.total, shown.of_all)
    return f"{_state(shown, bold=False)} · results: {told}"
