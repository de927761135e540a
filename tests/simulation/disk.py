"""The database of a simulation: one file in memory, a fresh copy for each history, with a nemesis at its commits."""

import os
import shutil
import threading
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import event

from bot.store.database import Database
from tests.simulation.nemesis import Crash, Nemesis

MEMORY = Path("/dev/shm")


def scratch_folder() -> Path:
    """In memory where there is such a file system: a simulation never outlives its process."""
    usable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    return Path(mkdtemp(prefix="qbo-sync-simulation-", dir=MEMORY if usable else None))


class Disk:
    """Its `Database` lives as long as the worker, so that statements are compiled once; `nemesis` is of the process now
    at work.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "store.sqlite3"
        self.database = Database(f"sqlite:///{self.file}")
        self.nemesis: Nemesis | None = None
        self._watch()

    def put_in(self, template: Path) -> None:
        self.database.engine.dispose()
        for left in self.folder.glob("store.sqlite3-*"):
            left.unlink()
        shutil.copyfile(template, self.file)

    def power_cycle(self) -> None:
        """Connections of the process that is gone are closed, and what it had not committed is rolled back."""
        self.database.engine.dispose()

    def _watch(self) -> None:
        engine = self.database.engine

        @event.listens_for(engine, "connect")
        def careless(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA synchronous=OFF")  # the process may die here, but not the machine

        @event.listens_for(engine, "before_cursor_execute")
        def before(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: Any) -> None:
            nemesis = self._mine()
            if nemesis is None or statement == "ROLLBACK":
                return
            if nemesis.dead:
                raise Crash(statement)
            if statement == "COMMIT":
                nemesis.commit(before=True)

        @event.listens_for(engine, "after_cursor_execute")
        def after(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: Any) -> None:
            nemesis = self._mine()
            if nemesis is not None and statement == "COMMIT":
                nemesis.commit(before=False)

    def _mine(self) -> Nemesis | None:
        """Only the process at work is struck, not whoever looks at the database for the history itself."""
        nemesis = self.nemesis
        return nemesis if nemesis is not None and nemesis.thread == threading.get_ident() else None
