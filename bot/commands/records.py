"""`results`, `unlink`, `relink`, `link` and `undo`: what became of records, and which of them sync."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Annotated

import typer

from bot.commands.opening import CompanyArgument, Json, opened
from bot.core.faults import UserError
from bot.core.model import LinkChange, RecordType
from bot.core.results import LinkStatus, ResultsFilter
from bot.desk.links.linking import parse_ref
from bot.terminal import output

ROWS = ("25", "50", "100", "all")
DEFAULT_ROWS = "25"


def results(
    company: CompanyArgument,
    status: Annotated[str, typer.Option(help="linked, unlinked or all")] = "all",
    type_: Annotated[str, typer.Option("--type", help="One record type, e.g. invoice")] = "",
    search: Annotated[str, typer.Option(help="Words to look for; upper and lower case are the same")] = "",
    since: Annotated[str, typer.Option(metavar="DATE", help="YYYY-MM-DD")] = "",
    page: Annotated[str, typer.Option()] = "1",
    rows: Annotated[str, typer.Option(help="25, 50, 100 or all")] = DEFAULT_ROWS,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv")] = False,
) -> None:
    """The last attempt of every record of a company."""
    with opened(as_json) as app:
        wanted = ResultsFilter(
            company_id=app.desk.companies.named(company).id,
            status=LinkStatus(_one_of("--status", status, tuple(LinkStatus))),
            type=RecordType(_one_of("--type", type_, tuple(RecordType))) if type_ else None,
            text=search,
            since=_date(since),
        )
        size = None if _one_of("--rows", rows, ROWS) == "all" else int(rows)
        if not page.isdecimal() or int(page) < 1:
            raise UserError(f"--page must be a whole number from 1 on, not “{page}”.")
        found = app.desk.results.page(wanted, int(page), size)
        if as_json:
            output.put_json(output.page_json(found))
        elif as_csv:
            output.put_csv(found)
        else:
            output.results_table(app.desk.companies.named(company), found)


def unlink(
    company: CompanyArgument,
    records: Annotated[list[str], typer.Argument(metavar="TYPE:RELEASED_ID...")],
    propagate: Annotated[bool, typer.Option(help="Take everything that refers to them along.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Leave records out of the sync. Nothing is deleted on either side."""
    _change_links("unlink", company, records, propagate, dry_run, yes, as_json)


def relink(
    company: CompanyArgument,
    records: Annotated[list[str], typer.Argument(metavar="TYPE:RELEASED_ID...")],
    propagate: Annotated[bool, typer.Option(help="Bring everything that refers to them back.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Take unlinked records into the sync again."""
    _change_links("relink", company, records, propagate, dry_run, yes, as_json)


def link_by_hand(
    company: CompanyArgument,
    record: Annotated[str, typer.Argument(metavar="TYPE:RELEASED_ID")],
    partner: Annotated[str, typer.Argument(metavar="ENTITY:ID", help="In QuickBooks, e.g. Invoice:146")],
    note: Annotated[str, typer.Option(help="Why, for the audit trail.")] = "",
    as_json: Json = False,
) -> None:
    """Two records are the same one: keep them in step from now on. Nothing is written on either side."""
    with opened(as_json) as app:
        view, ref = app.desk.companies.named(company), parse_ref(record)
        entity, _, external_id = partner.partition(":")
        if not external_id:
            raise UserError(f"“{partner}” names no record of QuickBooks. Write ENTITY:ID, for example Invoice:146.")
        done = app.desk.matching.link_to(view.id, ref, entity, external_id, "command line", note)
        output.link_change("link", done, as_json, done=True)


def undo(token: Annotated[str, typer.Argument(metavar="TOKEN")], as_json: Json = False) -> None:
    """Take back what unlink, relink or link did, as long as nothing else has changed the same records."""
    with opened(as_json) as app:
        done = app.desk.undo.take_back(token, "command line")
        if as_json:
            output.put_json({"undone": [str(ref) for ref in done.changed]})
        else:
            output.say(f"Undone: {len(done.changed)} as before.")


def _change_links(
    what: str, company: str, records: list[str], propagate: bool, dry_run: bool, yes: bool, as_json: bool
) -> None:
    with opened(as_json) as app:
        view = app.desk.companies.named(company)
        refs = [parse_ref(record) for record in records]
        act: Callable[..., LinkChange] = app.desk.linking.unlink if what == "unlink" else app.desk.linking.relink
        preview = app.desk.linking.preview(view.id, refs, what == "unlink")
        if propagate:
            preview = app.desk.linking.propagated(preview)
        elif what == "relink":
            preview = replace(preview, blocked=())  # nothing waits for want of what comes back
        if dry_run:
            output.link_change(what, preview, as_json, done=False)
            return
        if not yes:
            if as_json:
                raise UserError("Nothing was changed: give --yes to do it, or --dry-run to see what would happen.")
            output.link_change(what, preview, False, done=False)
            typer.confirm(f"{what.capitalize()}?", abort=True)
        output.link_change(what, act(view.id, refs, "command line", propagate), as_json, done=True)


def _one_of(option: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise UserError(f"{option} must be one of {', '.join(allowed)}, not “{value}”.")
    return value


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise UserError(f"--since must be a date like 2026-11-03, not “{value}”.") from None
