"""The command line: every command of qbo-sync, for people and (with --json) for programs."""

import runpy
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date
from typing import Annotated, Any, NoReturn

import structlog
import typer
from pydantic import ValidationError

from bot.app import App, build, first_tokens
from bot.core.faults import ApiError, UserError, explain
from bot.core.model import LinkChange, RecordType, Result
from bot.core.results import LinkStatus, ResultsFilter
from bot.core.runs import Flag, Trigger
from bot.desk.connect import connect as connect_company
from bot.desk.linking import parse_ref
from bot.jobs.worker import carry_out_one
from bot.server import Part, serve, stopping_softly
from bot.settings import Settings
from bot.store.database import UNUSABLE
from bot.store.results import results as results_store
from bot.sync.ending import Finished
from bot.sync.engine import run_sync
from bot.sync.verify import verify as verify_company
from bot.terminal import output, plan_table, statement

ROWS = ("25", "50", "100", "all")
DEFAULT_ROWS = "25"
COULD_NOT = 2

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Keeps Re-Leased and QuickBooks Online in step, and brings the results to Slack.",
    epilog="Also: demo (everything on localhost with demo data), sandbox quickbooks|released|slack (one stand-in).",
)

CompanyArgument = Annotated[
    str, typer.Argument(metavar="COMPANY", help="The Re-Leased company id, its name, or the beginning of its name.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout and nothing else there.")]


def main() -> None:
    """The entry point. `demo` and `sandbox` are a package of their own that nothing here imports."""
    if sys.argv[1:2] and sys.argv[1] in ("demo", "sandbox"):
        if sys.argv[1] == "sandbox":
            del sys.argv[1]
        runpy.run_module("bot.sandbox", run_name="__main__", alter_sys=True)
        return
    cli()


@cli.command()
def sync(
    company: CompanyArgument,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")] = False,
    accept_stop: Annotated[str | None, typer.Option(metavar="RUN_ID", help="Go on after a safety stop.")] = None,
    plan: Annotated[str | None, typer.Option(metavar="HASH", help="Do just what --dry-run showed, or nothing.")] = None,
    as_json: Json = False,
) -> None:
    """Sync one company now. Exit 0 = blue, 1 = red, 2 = could not run."""
    with opened(as_json) as app:
        for option, value in (("--plan", plan), ("--accept-stop", accept_stop)):
            if value == "":  # an empty variable of a script must not become a sync that nobody has looked at
                raise UserError(f"{option} was given without a value, so nothing was done.")
        if plan and (dry_run or accept_stop):
            other = "--dry-run" if dry_run else "--accept-stop"
            raise UserError(f"--plan and {other} do not go together: look first with --dry-run, then give its plan.")
        finished = _sync(app, company, dry_run, accept_stop or "", plan or "")
        if as_json:
            output.put_json(_sync_json(finished, _failures(app, finished)))
        else:
            view = app.desk.company(company)
            output.flag_line(view.name, finished)
            if finished.plan is not None:
                output.plan(finished.plan)
            if finished.flag is Flag.RED and not dry_run:
                output.causes(view, app.desk.causes(view.id))
        if finished.could_not_run:
            _fail(finished.could_not_run, quiet=as_json)
        raise typer.Exit(1 if finished.flag is Flag.RED else 0)


@cli.command()
def verify(company: CompanyArgument, as_json: Json = False) -> None:
    """Control totals of both sides, read whole; writes nothing. Exit 0 = all agrees, 1 = look at it, 2 = could not."""
    with opened(as_json) as app:
        found = verify_company(app.engine, app.desk.company(company).id)
        if as_json:
            output.put_json(statement.verification_json(found))
        else:
            output.verification(found)
        raise typer.Exit(0 if found.agrees else 1)


@cli.command()
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
            company_id=app.desk.company(company).id,
            status=LinkStatus(_one_of("--status", status, tuple(LinkStatus))),
            type=RecordType(_one_of("--type", type_, tuple(RecordType))) if type_ else None,
            text=search,
            since=_date(since),
        )
        size = None if _one_of("--rows", rows, ROWS) == "all" else int(rows)
        if not page.isdecimal() or int(page) < 1:
            raise UserError(f"--page must be a whole number from 1 on, not “{page}”.")
        found = app.desk.results(wanted, int(page), size)
        if as_json:
            output.put_json(output.page_json(found))
        elif as_csv:
            output.put_csv(found)
        else:
            output.results_table(app.desk.company(company), found)


@cli.command()
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


@cli.command()
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


@cli.command("link")
def link_by_hand(
    company: CompanyArgument,
    record: Annotated[str, typer.Argument(metavar="TYPE:RELEASED_ID")],
    partner: Annotated[str, typer.Argument(metavar="ENTITY:ID", help="In QuickBooks, e.g. Invoice:146")],
    note: Annotated[str, typer.Option(help="Why, for the audit trail.")] = "",
    as_json: Json = False,
) -> None:
    """Two records are the same one: keep them in step from now on. Nothing is written on either side."""
    with opened(as_json) as app:
        view, ref = app.desk.company(company), parse_ref(record)
        entity, _, external_id = partner.partition(":")
        if not external_id:
            raise UserError(f"“{partner}” names no record of QuickBooks. Write ENTITY:ID, for example Invoice:146.")
        done = app.desk.link_to(view.id, ref, entity, external_id, "command line", note)
        output.link_change("link", done, as_json, done=True)


@cli.command()
def undo(token: Annotated[str, typer.Argument(metavar="TOKEN")], as_json: Json = False) -> None:
    """Take back what unlink, relink or link did, as long as nothing else has changed the same records."""
    with opened(as_json) as app:
        done = app.desk.undo(token, "command line")
        if as_json:
            output.put_json({"undone": [str(ref) for ref in done.changed]})
        else:
            output.say(f"Undone: {len(done.changed)} as before.")


@cli.command()
def connect(
    company: CompanyArgument,
    realm: Annotated[str, typer.Option(help="The QuickBooks company id.")],
    refresh_token: Annotated[str, typer.Option(help="A refresh token for that realm.", envvar="QBO_REFRESH_TOKEN")],
    as_json: Json = False,
) -> None:
    """Connect a Re-Leased company with a QuickBooks company, without a browser."""
    with opened(as_json) as app:
        done = connect_company(app.engine, app.vault, company, realm, first_tokens(refresh_token))
        if as_json:
            found = [plan_table.finding_json(one) for one in done.findings]
            about = {"company": done.company.id, "name": done.company.name, "realm": realm, "notes": list(done.notes)}
            output.put_json(
                {
                    **about,
                    "quickbooks": done.quickbooks_name,
                    "observe_only": done.company.observe_only,
                    "preflight": found,
                }
            )
        else:
            output.connected(done)


@cli.command()
def companies(as_json: Json = False) -> None:
    """The connected companies with their status, flag and last run."""
    with opened(as_json) as app:
        views = app.desk.companies()
        if as_json:
            output.put_json([output.company_json(view) for view in views])
        else:
            output.companies_table(views)


@cli.command()
def migrate() -> None:
    """Create the tables, or bring them up to date."""
    with opened(False) as app:
        output.say(f"The tables are up to date in {app.database.engine.url.render_as_string(hide_password=True)}.")


@cli.command()
def run() -> None:
    """Everything in one process: Slack, schedules and syncs."""
    with opened(False) as app:
        serve(app)


@cli.command()
def web() -> None:
    """Slack and HTTP only (one of the Procfile's processes)."""
    with opened(False) as app:
        serve(app, frozenset({Part.WEB}))


@cli.command()
def worker() -> None:
    """Carries out requested syncs only (one of the Procfile's processes)."""
    with opened(False) as app:
        serve(app, frozenset({Part.WORKER}))


@cli.command()
def clock() -> None:
    """Asks for scheduled syncs only (one of the Procfile's processes)."""
    with opened(False) as app:
        serve(app, frozenset({Part.CLOCK}))


def _sync(app: App, company: str, dry_run: bool, accept_stop: str, plan: str) -> Finished:
    view = app.desk.company(company)
    if dry_run:
        with output.progress(view.name) as advance:
            return run_sync(app.engine, view.id, app.engine.new_id(), dry_run=True, advance=advance)
    if accept_stop:
        requested, new = app.desk.accept_stop(accept_stop, "", Trigger.COMMAND)
    else:
        requested, new = app.desk.request_run(view.id, "", Trigger.COMMAND, plan=plan)
    if not new and requested.started_at is not None and app.is_held(view.id):
        raise UserError(f"{view.name} is being synced already. Wait until that run has finished, then try again.")
    with output.progress(view.name) as advance, stopping_softly(app.stopping.set):
        return carry_out_one(app.engine, requested, advance)


def _failures(app: App, finished: Finished) -> list[Result]:
    """All of them: a run gives only the first, and the store has the rest; a dry run's are nowhere else."""
    if finished.plan is not None or finished.counts.failed <= len(finished.failures):
        return finished.failures
    with app.database.read() as connection:
        return results_store.needing_attention(connection, finished.company_id)


def _sync_json(finished: Finished, failures: list[Result]) -> dict[str, Any]:
    return {
        "run_id": finished.run_id,
        "company": finished.company_id,
        "flag": finished.flag,
        "counts": asdict(finished.counts),
        "api_calls": asdict(finished.api_calls),
        "results_failed": [output.row_json(row) for row in failures],
        **({"plan": plan_table.plan_json(finished.plan)} if finished.plan else {}),
        **({"control": output.control_json(finished.control)} if finished.control else {}),
        **({"red_reason": finished.red_reason} if finished.red_reason else {}),
        **({"error": finished.could_not_run} if finished.could_not_run else {}),
    }


def _change_links(
    what: str, company: str, records: list[str], propagate: bool, dry_run: bool, yes: bool, as_json: bool
) -> None:
    with opened(as_json) as app:
        view = app.desk.company(company)
        refs = [parse_ref(record) for record in records]
        act: Callable[..., LinkChange] = app.desk.unlink if what == "unlink" else app.desk.relink
        preview = app.desk.preview_unlink(view.id, refs)
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


@contextmanager
def opened(as_json: bool) -> Iterator[App]:
    """The app for one command. What goes wrong in words we know ends with exit 2 and those words on stderr."""
    _configure_logging()
    signal.signal(signal.SIGTERM, _stop)
    app: App | None = None
    try:
        app = build(Settings())
        yield app
    except UserError as error:
        _fail(str(error), as_json)
    except ApiError as error:
        explanation = explain(error.fault)
        _fail(f"{explanation.what}. {explanation.how}", as_json)
    except UNUSABLE as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        _fail(f"The database cannot be used just now ({kind}): it is locked, full or gone. Try again later.", as_json)
    except ValidationError as error:
        wrong = "; ".join(f"{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors())
        _fail(f"The settings are not right. {wrong}", as_json)
    finally:
        if app is not None:
            app.close()


def _fail(words: str, as_json: bool = False, quiet: bool = False) -> NoReturn:
    output.complain(words)
    if as_json:
        output.put_json({"error": words})
    raise typer.Exit(COULD_NOT)


def _stop(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)


def _configure_logging() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    main()
