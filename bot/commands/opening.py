"""Opens the app for one command; what goes wrong in words we know ends with exit 2 and those words on stderr."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

import structlog
import typer
from pydantic import ValidationError

from bot.app import App, build
from bot.core.faults import ApiError, UserError, explain
from bot.settings import Settings
from bot.store.database import UNUSABLE
from bot.terminal import output

COULD_NOT = 2

CompanyArgument = Annotated[
    str, typer.Argument(metavar="COMPANY", help="The Re-Leased company id, its name, or the beginning of its name.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout and nothing else there.")]


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
        fail(str(error), as_json)
    except ApiError as error:
        explanation = explain(error.fault)
        fail(f"{explanation.what}. {explanation.how}", as_json)
    except UNUSABLE as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        fail(f"The database cannot be used just now ({kind}): it is locked, full or gone. Try again later.", as_json)
    except ValidationError as error:
        wrong = "; ".join(f"{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors())
        fail(f"The settings are not right. {wrong}", as_json)
    finally:
        if app is not None:
            app.close()


def fail(words: str, as_json: bool = False, quiet: bool = False) -> NoReturn:
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
