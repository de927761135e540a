"""What makes a store, and the product in front of it, cheaper to begin with for each test; they do the same as ever."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine

from bot.app import App
from bot.store.database import Database, migrate

_COMPILED: dict[Any, Any] = {}
_DIALECTS: dict[str, Any] = {}


def lay_out(file: Path) -> None:
    """Makes `file` an SQLite store with all its tables, unless it is there; to migrate one takes longer than a sync."""
    if not file.exists():
        file.write_bytes(_migrated())


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "store.sqlite3"
        database = Database(f"sqlite:///{file}")
        migrate(database.engine)
        database.close()
        return file.read_bytes()


def thrifty(app: App) -> App:
    """The same app: it compiles no statement that another one has compiled, and looks for no proxy of this machine."""
    for database in (app.database, app.run_database):
        share_statements(database.engine)
    app.session.trust_env = False
    return app


def share_statements(engine: Engine) -> None:
    """SQLAlchemy keeps what it compiled by engine and dialect: here all engines of one kind have both in common."""
    engine.dialect = _DIALECTS.setdefault(engine.name, engine.dialect)
    engine.update_execution_options(compiled_cache=_COMPILED)
