"""`run` and the processes of the Procfile, and `migrate`."""

from bot.commands.opening import opened
from bot.server import Part, serve
from bot.terminal import output


def migrate() -> None:
    """Create the tables, or bring them up to date."""
    with opened(False) as app:
        output.say(f"The tables are up to date in {app.database.engine.url.render_as_string(hide_password=True)}.")


def run() -> None:
    """Everything in one process: Slack, schedules and syncs."""
    with opened(False) as app:
        serve(app)


def web() -> None:
    """Slack and HTTP only (one of the Procfile's processes)."""
    with opened(False) as app:
        serve(app, frozenset({Part.WEB}))


def worker() -> None:
    """Carries out requested syncs only (one of the Procfile's processes)."""
    with opened(False) as app:
        serve(app, frozenset({Part.WORKER}))


def clock() -> None:
    """Asks for scheduled syncs only (one of the Procfile's processes)."""
    with opened(False) as app:
        serve(app, frozenset({Part.CLOCK}))
