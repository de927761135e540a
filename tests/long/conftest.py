"""The same world as for the sync tests, in front of real processes, with its store in SQLite or PostgreSQL."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet

from tests.long.office import Office
from tests.store import postgres
from tests.store.conftest import server
from tests.sync.conftest import servers
from tests.sync.world import Servers

__all__ = ["server", "servers"]


@pytest.fixture
def make_office(tmp_path: Path, servers: Servers, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Office]]:
    """A connected company whose store is of that kind ("sqlite" or "postgresql")."""
    made: list[Office] = []

    def make(kind: str) -> Office:
        url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
        if kind == "postgresql":
            running: postgres.Server = request.getfixturevalue("server")
            name = f"t{uuid4().hex}"
            running.administer(f"CREATE DATABASE {name}")
            url = running.url(name)
        office = Office(tmp_path, servers, url=url, key=Fernet.generate_key().decode())
        made.append(office)
        office.clock.time = datetime.now(UTC)  # processes look at the real clock
        office.books.books.settings.refuse_duplicate_numbers = False  # else a double would not show
        office.connect()
        office.rent(), office.repairs(), office.gst()
        office.sync_blue()
        return office

    yield make
    for office in made:
        office.app.close()
