"""The command line of the sandbox: `qbo-sync demo`, and `qbo-sync sandbox` for one stand-in alone."""

import json
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, NoReturn

import structlog
import typer

from bot.core.faults import ApiError, UserError, explain
from bot.core.results import ResultsFilter
from bot.sandbox import demo as demonstration
from bot.sandbox import standins
from bot.sandbox.demo_data import COMPANIES
from bot.sandbox.standins import Filling, StandIn
from bot.terminal import output

COULD_NOT = 2
WHAT_TO_TRY = """
That is Slack, with the bot in #accounts. QuickBooks is at {quickbooks}/
and Re-Leased at {released}/. As @ana, type there:
  1  /qbo-sync sync harbour       It finds most of both ledgers equal, writes what is new, and turns red, for 3 reasons.
  2  Put them right as the message says, by its links or on the pages above:
     - QuickBooks, Customers: make Kiosk Ltd active        - QuickBooks, Settings: reopen the books
     - Re-Leased, invoices: give bill 1042 of Northside Plumbing Ltd another number
     Sync again, and it turns blue.
  3  /qbo-sync sync all faults    One of every trouble there is; /qbo-sync results all faults lists them.
  4  Change anything in QuickBooks or Re-Leased, sync, and look at the other side.
Ctrl-C ends the demo; nothing is kept."""
DEFAULT_SIZE = 100
HIGHEST_PORT = 65_535

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Stand-ins for QuickBooks, Re-Leased and Slack on this computer.",
)

SAMPLE_PACE_MS = 100  # a client that never waits would be refused: QuickBooks itself is slower than its limit
Port = Annotated[int, typer.Option(min=0, max=HIGHEST_PORT, help="0 = any free port.")]
Seed = Annotated[int | None, typer.Option(help="Fill it with made-up records, the same for the same number.")]
Size = Annotated[int | None, typer.Option(min=0, help=f"How many records --seed makes; {DEFAULT_SIZE} by default.")]
Sample = Annotated[bool, typer.Option("--sample", help="A company like Intuit's own US sample, with its trade.")]
Latency = Annotated[int, typer.Option("--latency-ms", min=0, help="Wait so long before each answer.")]


@cli.command()
def demo(
    port: Annotated[int, typer.Option(min=0, max=HIGHEST_PORT, help="Of the page to open.")] = (
        demonstration.DEFAULT_PORT
    ),
    check: Annotated[bool, typer.Option("--check", help="Run the first syncs, show the results, and end.")] = False,
) -> None:
    """Everything on this computer, with made-up companies: open the address that it prints."""
    demonstration.forget_the_environment()
    with in_plain_words():
        if check:
            _check()
        else:
            _run_demo(port)


@cli.command()
def quickbooks(
    port: Port = 0,
    seed: Seed = None,
    size: Size = None,
    sample: Sample = False,
    latency_ms: Annotated[
        int | None, typer.Option(min=0, help=f"Wait so long before each answer; {SAMPLE_PACE_MS} with --sample.")
    ] = None,
) -> None:
    """QuickBooks Online: one company, as new unless --seed or --sample is given."""
    if sample and seed is not None:
        raise typer.BadParameter("--sample and --seed exclude each other: the sample is one company, always the same.")
    pace_ms = SAMPLE_PACE_MS if sample else 0
    filling = replace(_filling(seed, size), sample=sample)
    _alone(standins.quickbooks_alone, port, filling, pace_ms if latency_ms is None else latency_ms)


@cli.command()
def released(port: Port = 0, seed: Seed = None, size: Size = None, latency_ms: Latency = 0) -> None:
    """Re-Leased: one company, without records unless --seed is given."""
    _alone(standins.released_alone, port, _filling(seed, size), latency_ms)


@cli.command()
def slack(port: Port = 0, seed: Seed = None, size: Size = None, latency_ms: Latency = 0) -> None:
    """Slack: a workspace and its page, of three people; --seed decides the ids, --size adds people."""
    _alone(standins.slack_alone, port, _filling(seed, 0 if size is None else size), latency_ms)


def _filling(seed: int | None, size: int | None) -> Filling:
    if seed is None and size:
        raise typer.BadParameter("--size needs --seed: without a seed the stand-in is empty.")
    return Filling(seed, DEFAULT_SIZE if size is None else size)


def _alone(make: Callable[[int, Filling, int], StandIn], port: int, filling: Filling, latency_ms: int) -> None:
    """One JSON line once it can be used; then until SIGTERM or Ctrl-C."""
    stopped = standins.when_told_to_stop()
    with in_plain_words():
        made = make(port, filling, latency_ms)
    typer.echo(json.dumps(made.details))
    stopped.wait()
    made.server.stop()


def _run_demo(port: int) -> None:
    stopped = standins.when_told_to_stop()
    with demonstration.running(port) as (demo_, page):
        typer.echo(f"Open {page}")
        typer.echo(WHAT_TO_TRY.format(quickbooks=demo_.quickbooks_url, released=demo_.released_url))
        stopped.wait()


def _check() -> None:
    """The first sync of both companies, with what needs attention as `qbo-sync results` shows it."""
    signal.signal(signal.SIGTERM, _stop)
    with demonstration.opened() as demo_:
        desk = demo_.app.desk
        for company in COMPANIES:
            finished = demo_.sync(company.id)
            if finished.could_not_run:
                raise UserError(finished.could_not_run)
            view = desk.companies.named(company.id)
            output.flag_line(view.name, finished)
            output.results_table(view, desk.results.page(ResultsFilter(company.id, needs_attention=True), rows=None))


@contextmanager
def in_plain_words() -> Iterator[None]:
    """What goes wrong in words we know ends with exit 2 and those words on stderr; logs go there as well."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        yield
    except UserError as error:
        output.complain(str(error))
        raise typer.Exit(COULD_NOT) from None
    except ApiError as error:
        explanation = explain(error.fault)
        output.complain(f"{explanation.what}. {explanation.how}")
        raise typer.Exit(COULD_NOT) from None


def _stop(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    cli(prog_name="qbo-sync" if sys.argv[1:2] == ["demo"] else "qbo-sync sandbox")
