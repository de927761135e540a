"""`sync` and `verify`: one run, or one reading of both sides, in the foreground."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from bot.app import App
from bot.commands.opening import CompanyArgument, Json, fail, opened
from bot.core.faults import UserError
from bot.core.model import Result
from bot.core.runs import Flag, Trigger
from bot.jobs.worker import carry_out_one
from bot.server import stopping_softly
from bot.store.results import results as results_store
from bot.sync.ending import Finished
from bot.sync.engine import run_sync
from bot.sync.verify import verify as verify_company
from bot.terminal import output, plan_table, statement


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
            output.put_json(_sync_json(finished, _failures(app, finished), _plan_json(app, finished)))
        else:
            view = app.desk.companies.named(company)
            output.flag_line(view.name, finished)
            if finished.plan is not None:
                output.plan(finished.plan, app.desk.plans.every_change(finished.company_id, finished.plan.hash))
            if finished.flag is Flag.RED and not dry_run:
                output.causes(view, app.desk.causes.of(view.id))
        if finished.could_not_run:
            fail(finished.could_not_run, quiet=as_json)
        raise typer.Exit(1 if finished.flag is Flag.RED else 0)


def verify(company: CompanyArgument, as_json: Json = False) -> None:
    """Control totals of both sides, read whole; writes nothing. Exit 0 = all agrees, 1 = look at it, 2 = could not."""
    with opened(as_json) as app:
        found = verify_company(app.engine, app.desk.companies.named(company).id)
        if as_json:
            output.put_json(statement.verification_json(found))
        else:
            output.verification(found)
        raise typer.Exit(0 if found.agrees else 1)


def _sync(app: App, company: str, dry_run: bool, accept_stop: str, plan: str) -> Finished:
    view = app.desk.companies.named(company)
    if dry_run:
        with output.progress(view.name) as advance:
            return run_sync(app.engine, view.id, app.engine.new_id(), dry_run=True, advance=advance)
    if accept_stop:
        requested, new = app.desk.runs.accept_stop(accept_stop, "", Trigger.COMMAND)
    else:
        requested, new = app.desk.runs.request(view.id, "", Trigger.COMMAND, plan=plan)
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


def _plan_json(app: App, finished: Finished) -> dict[str, Any]:
    """{} for a run that made no plan."""
    made = finished.plan
    return plan_table.plan_json(made, app.desk.plans.every_change(made.company_id, made.hash)) if made else {}


def _conflicts_json(finished: Finished) -> dict[str, Any]:
    """Settled ones in which an amount or a date was lost; `counts` keeps the keys that scripts know."""
    return {"settled": finished.counts.conflicts, "first": list(finished.conflicts)}


def _sync_json(finished: Finished, failures: list[Result], plan: dict[str, Any]) -> dict[str, Any]:
    return {
        "run_id": finished.run_id,
        "company": finished.company_id,
        "flag": finished.flag,
        "counts": {name: n for name, n in asdict(finished.counts).items() if name != "conflicts"},
        "api_calls": asdict(finished.api_calls),
        "results_failed": [output.row_json(row) for row in failures],
        **({"plan": plan} if plan else {}),
        **({"control": output.control_json(finished.control)} if finished.control else {}),
        **({"conflicts": _conflicts_json(finished)} if finished.counts.conflicts else {}),
        **({"red_reason": finished.red_reason} if finished.red_reason else {}),
        **({"unread": finished.unread} if finished.unread else {}),
        **({"error": finished.could_not_run} if finished.could_not_run else {}),
    }
