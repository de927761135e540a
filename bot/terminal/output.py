"""What the command line shows: rich tables and a progress bar for people, JSON and CSV for programs."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from unicodedata import category
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from bot.core.balance.verification import Verification
from bot.core.cells import FORMULA_BEGINS
from bot.core.model import LinkChange, Result
from bot.core.planning.plan_summary import Plan
from bot.core.planning.preflight import Finding
from bot.core.results import Cause, ResultsPage
from bot.core.runs import CompanyView, Flag, RedReason, RunView, Verified
from bot.core.runs import Progress as Phase
from bot.core.team.requested_plan import PlannedChange
from bot.desk.companies.connect import Connected
from bot.sync.control.end_of_run import Control
from bot.sync.ending import Finished
from bot.terminal import plan_table, statement

FLAGS = {Flag.BLUE: "🔵 Blue", Flag.ORANGE: "🔶 Orange", Flag.RED: "🟥 Red"}
COLOURS = {Flag.BLUE: "blue", Flag.ORANGE: "dark_orange", Flag.RED: "red"}
COLUMNS = ("Date", "Type", "Re-Leased", "QuickBooks", "Direction", "Details", "Link")
WIDE = 120  # columns of a terminal from which on all seven of the table have room
NARROW_NAMES = 22
WIDTH_WITHOUT_TERMINAL = 160  # a file or a pipe has none; 80 would break every word of a table

MOST_CAUSES = 10

out = Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)
err = Console(stderr=True)


def say(words: str) -> None:
    out.print(_text(words))


def complain(words: str) -> None:
    err.print(_text(words, "red"), soft_wrap=True)


def put_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def put_csv(page: ResultsPage) -> None:
    """A spreadsheet must not take a name for a formula."""
    writer = csv.writer(sys.stdout)
    writer.writerow(ROW_FIELDS)
    for row in map(row_json, page.rows):
        writer.writerow([_unformula(_cell(row[name])) for name in ROW_FIELDS])


def _cell(value: Any) -> str:
    """Without what steers a terminal; an empty cell for what is not there."""
    text = "" if value is None else str(value)
    return "".join(character for character in text if character.isprintable() or character == "\n")


ROW_FIELDS = (
    *("date", "type", "released_id", "external_id", "direction", "outcome"),
    *("code", "details", "linked", "more_detail", "name", "cause", "amount", "currency"),
)


def row_json(row: Result) -> dict[str, Any]:
    return {
        "date": row.at.isoformat(),
        "type": row.ref.type,
        "released_id": row.released_id or None,
        "external_id": row.external_id or None,
        "direction": row.direction,
        "outcome": row.outcome,
        "code": row.code or None,
        "details": row.details,
        "linked": row.linked,
        "more_detail": row.more_detail,
        "name": row.name,
        "cause": str(row.cause) if row.cause else None,
        "amount": None if row.amount is None else str(row.amount),
        "currency": row.currency or None,
    }


def page_json(page: ResultsPage) -> dict[str, Any]:
    return {"total": page.total, "page": page.page, "pages": page.pages, "rows": [row_json(row) for row in page.rows]}


def run_json(run: RunView) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "state": run.state,
        "flag": run.flag,
        "trigger": run.trigger,
        "requested_at": run.requested_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "counts": asdict(run.counts),
        "red_reason": run.red_reason,
        "error": run.error or None,
    }


def company_json(view: CompanyView) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.name,
        "status": view.status,
        "flag": view.flag,
        "realm": view.realm,
        "observe_only": view.observe_only,
        "needs_attention": view.needs_attention,
        "last_verified": _verified_json(view.verified) if view.verified else None,
        "last_clean_at": view.last_clean_at.isoformat() if view.last_clean_at else None,
        "last_run": run_json(view.last_run) if view.last_run else None,
    }


def _verified_json(kept: Verified) -> dict[str, Any]:
    return {**asdict(kept), "at": kept.at.isoformat()}


def flag_line(name: str, finished: Finished) -> None:
    if finished.could_not_run or finished.flag is None:
        return
    counts = finished.counts
    parts = [
        f"{number} {word}"
        for number, word in (
            (counts.created, "created"),
            (counts.updated, "updated"),
            (counts.adopted, "matched"),
            (counts.voided, "voided"),
            (counts.failed, "need attention"),
            (counts.skipped, "left out"),
        )
        if number
    ]
    nothing = "not everything could be read" if finished.unread else "nothing to do"
    words = f"{'would be: ' if finished.plan and parts else ''}{', '.join(parts) or nothing}"
    line = _text(f"{FLAGS[finished.flag]} · {name} · {words}", style=COLOURS[finished.flag])
    out.print(line)
    if finished.unread:
        out.print(_text(finished.unread))
    if finished.control is not None:
        for words in filter(None, (finished.control.out_of_balance, finished.control.statement)):
            out.print(_text(words))
    for words in _conflict_lines(finished):
        out.print(_text(words, style="dark_orange"))
    if finished.red_reason is RedReason.SAFETY_STOP:
        out.print(
            f"Stopped for safety. Go on with: qbo-sync sync {finished.company_id} --accept-stop {finished.run_id}"
        )


def _conflict_lines(finished: Finished) -> Iterator[str]:
    """What was settled that somebody should look at; it makes nothing red."""
    count = finished.counts.conflicts
    if count:
        yield f"🔶 {count:,} conflict{'' if count == 1 else 's'} settled: both sides had changed."
        yield from (f"  {words}" for words in finished.conflicts)
    if count > len(finished.conflicts):
        yield f"  and {count - len(finished.conflicts):,} more; the results have them all"


def control_json(found: Control) -> dict[str, Any]:
    about = {"checked": found.checked, "duplicates": list(found.duplicates), "statement": found.statement}
    pairs = [{**asdict(one), "ref": str(one.ref)} for one in found.differences]
    return {**about, "out_of_balance": {"count": found.difference_count, "pairs": pairs}}


def verification(found: Verification) -> None:
    """A statement for the files, and below it what somebody should look at."""
    out.print(_text(statement.title(found), style="bold"))
    out.print(statement.totals(found))
    if found.items:
        out.print(statement.items(found))
    if found.ledgers:
        out.print(statement.ledgers(found))
    for line in statement.findings(found):
        out.print(_text(line))
    out.print(_text(statement.conclusion(found), style="" if found.agrees else "red"))
    out.print(_text(statement.effort(found)))


def causes(company: CompanyView, found: list[Cause]) -> None:
    """Why the flag is red, what each reason holds up, and where to read on."""
    for place, cause in enumerate(found[:MOST_CAUSES], start=1):
        held_up = ", ".join(f"{count} {str(type_).replace('-', ' ')}" for type_, count in cause.held_up.items())
        out.print(_text(f"{place}  {cause.headline} ({held_up})"))
    if len(found) > MOST_CAUSES:
        out.print(_text(f"and {len(found) - MOST_CAUSES} more"))
    out.print(_text(f"Read on: qbo-sync results {company.id}"))


def results_table(company: CompanyView, page: ResultsPage) -> None:
    if not page.rows:
        out.print(_text(f"{company.name}: nothing to show."))
        return
    zone = ZoneInfo(company.timezone)
    where = f"page {page.page} of {page.pages} · times in {company.timezone}"
    out.print(_text(f"{company.name} · {page.total} records · {where}", style="bold"))
    out.print(_wide(page, zone) if out.width >= WIDE else _narrow(page, zone))


def _wide(page: ResultsPage, zone: ZoneInfo) -> Table:
    table = Table()
    for name in COLUMNS:
        table.add_column(name, overflow="fold", no_wrap=name in ("Date", "Type", "Direction", "Link"))
    for row in page.rows:
        table.add_row(*(_text(cell) for cell in _cells(row, zone)))
    return table


def _narrow(page: ResultsPage, zone: ZoneInfo) -> Table:
    """Seven columns do not fit: pairs share one, and the details keep the room to be read."""
    table = Table(box=box.HORIZONTALS, show_lines=True, padding=(0, 1), pad_edge=False)
    for name, fixed in (("Date\nDirection", True), ("Type\nLink", True), ("Re-Leased\nQuickBooks", False)):
        table.add_column(name, overflow="fold", no_wrap=fixed, max_width=NARROW_NAMES)
    table.add_column("Details", overflow="fold", ratio=1)
    for row in page.rows:
        date, kind, ours, theirs, direction, details, link = _cells(row, zone)
        stacked = (f"{date}\n{direction}", f"{kind}\n{link}", f"{ours}\n{theirs}", details)
        table.add_row(*(_text(cell) for cell in stacked))
    return table


def companies_table(views: list[CompanyView]) -> None:
    if not views:
        out.print("No company is connected yet. Connect one: qbo-sync connect COMPANY --realm R --refresh-token T")
        return
    table = Table()
    for name in ("Company", "Id", "Flag", "Status", "Needs attention", "Last clean sync"):
        table.add_column(name)
    for view in views:
        flag = FLAGS[view.flag] if view.flag else "–"
        clean = view.last_clean_at.strftime("%Y-%m-%d %H:%M UTC") if view.last_clean_at else "never"
        cells = (view.name, view.id, flag, str(view.status), str(view.needs_attention), clean)
        table.add_row(*(_text(cell) for cell in cells))
    out.print(table)


def connected(done: Connected) -> None:
    out.print(_text(f"{done.company.name} is connected with {done.quickbooks_name} in QuickBooks."))
    if done.bank_account:
        out.print(_text(f"Payments out will use the bank account {done.bank_account}."))
    for note in done.notes:
        out.print(_text(note))
    _findings(done.findings)
    out.print(_text(f"Next: qbo-sync sync {done.company.id} --dry-run"))


def plan(made: Plan, changes: Iterable[PlannedChange] = ()) -> None:
    """The plan as an accountant reads it: how many of what, the totals before and after, and how to carry it out.

    `changes` are all records that it updates, with their old and new values.
    """
    if not made.operations:
        out.print(_text("Nothing is to be written."))
    for table in (plan_table.by_type(made), plan_table.totals(made)):
        if table.row_count:
            out.print(table)
    for change in changes:
        for words, colour in plan_table.change_lines(change):
            out.print(_text(words, style=colour))
    out.print(_text(plan_table.calls_in_words(made.calls)))
    _findings(made.findings)
    if made.operations:
        out.print(_text(plan_table.to_apply(made), style="bold"))


def _findings(found: tuple[Finding, ...]) -> None:
    for words, colour in plan_table.finding_lines(found):
        out.print(_text(words, style=colour))


def link_change(what: str, change: LinkChange, as_json: bool, done: bool) -> None:
    if as_json:
        names = {"changed": change.changed, "blocked": change.blocked, "cascade": change.cascade}
        put_json({**{key: [str(ref) for ref in refs] for key, refs in names.items()}, "undo_token": change.undo_token})
        return
    verb = f"{what}ed" if done else f"to {what}"
    out.print(_text(f"{len(change.changed)} {verb}: {', '.join(change.names.get(r, str(r)) for r in change.changed)}"))
    if change.blocked:
        out.print(_text(f"{len(change.blocked)} that refer to them stay linked and wait."))
    if done and change.undo_token:
        out.print(_text(f"Undo token: {change.undo_token}"))


@contextmanager
def progress(name: str) -> Iterator[Callable[[Phase], None]]:
    """A progress bar on stderr; nothing at all where stderr is no terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(escape(f"{name} · syncing…"), total=None)

        def advance(phase: Phase) -> None:
            bar.update(
                task,
                description=escape(f"{name} · {phase.phase}"),
                total=phase.total or None,
                completed=phase.done,
            )

        yield advance


def _cells(row: Result, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        f"{row.at.astimezone(zone):%d %b %H:%M}",
        str(row.ref.type).replace("-", " "),
        row.name if row.released_id else "–",
        row.external_id or "–",
        str(row.direction),
        row.details,
        "linked" if row.linked else "unlinked",
    )


def _text(words: str, style: str = "") -> Text:
    """Names come from outside: what they hold is no markup, and no control character of theirs steers the terminal."""
    harmless = (" " if category(mark) == "Cc" and mark != "\n" else mark for mark in words)
    return Text("".join(harmless), style=style)


def _unformula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_BEGINS) else cell
