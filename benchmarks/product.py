"""The product in front of the benchmark's sides: connected, with a store of its own in a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from benchmarks.sides import COMPANY, REALM, Sides
from bot.app import App, build, first_tokens
from bot.core.runs import Trigger
from bot.desk.companies.connect import connect
from bot.settings import Settings
from bot.sync.ending import Finished
from bot.sync.engine import run_sync

SECRETS = ("qbo_client_secret", "released_api_key")


@contextmanager
def connected(sides: Sides, folder: Path, **settings: str) -> Iterator[App]:
    told = {name.lower(): value for name, value in sides.told.items()}
    told |= {"database_url": f"sqlite:///{folder / 'store.sqlite3'}", **settings}
    hidden = {name: SecretStr(told.pop(name)) for name in SECRETS}
    app = build(Settings(_env_file=None, **told, **hidden))  # type: ignore[call-arg, arg-type]
    try:
        connect(app.engine, app.vault, COMPANY, REALM, first_tokens(sides.token))
        yield app
    finally:
        app.close()


def sync(app: App) -> Finished:
    """One run. RuntimeError when it could not run."""
    run, _ = app.desk.runs.request(COMPANY, "", Trigger.COMMAND)
    finished = run_sync(app.engine, COMPANY, run.run_id)
    if finished.could_not_run:
        raise RuntimeError(finished.could_not_run)
    return finished
