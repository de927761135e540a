"""The real Team over a small database of its own, for a desk in memory."""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from bot.core.runs import CompanyView
from bot.desk.team import Team
from bot.store import companies
from bot.store.database import Database, to_ms
from bot.store.team import settings
from bot.store.team.tables import metadata


@cache
def empty_database() -> bytes:
    """Made once: creating the tables takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.sqlite3"
        database = Database(f"sqlite:///{file}")
        metadata.create_all(database.engine)
        database.close()
        return file.read_bytes()


@dataclass
class TeamStore:
    clock: Callable[[], datetime]
    known: set[str] = field(default_factory=set)
    folder: tempfile.TemporaryDirectory[str] = field(default_factory=tempfile.TemporaryDirectory)
    _database: Database | None = None

    @property
    def database(self) -> Database:
        if self._database is None:
            file = Path(self.folder.name) / "team.sqlite3"
            file.write_bytes(empty_database())
            self._database = Database(f"sqlite:///{file}")
        return self._database

    def team(self, views: Iterable[CompanyView]) -> Team:
        """With a row for each of these companies."""
        for view in [view for view in views if view.id not in self.known]:
            self.known.add(view.id)
            with self.database.write() as connection:
                settings.put(connection, view.id, {"digest": "off"})  # or every test of a Monday would get one
                companies.add(
                    connection,
                    view.id,
                    name=view.name,
                    timezone=view.timezone,
                    sync_from="2026-01-01",
                    realm=view.id,
                    connected_at=to_ms(view.connected_at or self.clock()),
                )
        return Team(self.database, self.clock)
