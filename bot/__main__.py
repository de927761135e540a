"""The command line: every command of qbo-sync, for people and (with --json) for programs."""

import runpy
import sys

import typer

from bot import time_zones
from bot.commands import company, processes, records, syncing

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Keeps Re-Leased and QuickBooks Online in step, and brings the results to Slack.",
    epilog="Also: demo (everything on localhost with demo data), sandbox quickbooks|released|slack (one stand-in).",
)


COMMANDS = (
    ("sync", syncing.sync),
    ("verify", syncing.verify),
    ("results", records.results),
    ("unlink", records.unlink),
    ("relink", records.relink),
    ("link", records.link_by_hand),
    ("undo", records.undo),
    ("connect", company.connect),
    ("companies", company.companies),
    ("migrate", processes.migrate),
    ("run", processes.run),
    ("web", processes.web),
    ("worker", processes.worker),
    ("clock", processes.clock),
)
for _name, _command in COMMANDS:
    cli.command(_name)(_command)


def main() -> None:
    """The entry point. `demo` and `sandbox` are a package of their own that nothing here imports."""
    time_zones.use_newest()
    if sys.argv[1:2] and sys.argv[1] in ("demo", "sandbox"):
        if sys.argv[1] == "sandbox":
            del sys.argv[1]
        runpy.run_module("bot.sandbox", run_name="__main__", alter_sys=True)
        return
    cli()


if __name__ == "__main__":
    main()
