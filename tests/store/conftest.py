"""Every test of the store runs on SQLite, and on PostgreSQL where a server can be started."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from bot.store import companies
from bot.store.database import Database, migrate
from bot.store.tables import metadata
from tests.store import postgres
from tests.store.thrift import lay_out, share_statements

COMPANY = "harbour"
Urls = Callable[[], str]


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    if reason := postgres.missing():
        pytest.skip(reason)
    with postgres.serving() as server:
        server.administer("CREATE DATABASE migrated")
        _migrate(server.url("migrated"))
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Of a database without any table."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server, name = request.getfixturevalue("server"), f"t{uuid4().hex}"
    server.administer(f"CREATE DATABASE {name}")
    yield server.url(name)
    server.administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Of a database with all tables and one company."""
    if kind == "sqlite":
        lay_out(tmp_path / "store.sqlite3")
        yield f"sqlite:///{tmp_path / 'store.sqlite3'}"
        return
    server = request.getfixturevalue("server")
    yield server.url("migrated")
    server.empty("migrated", [table.name for table in reversed(metadata.sorted_tables)])


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    if database.engine.name == "sqlite":
        share_statements(database.engine)
    with database.write() as connection:
        companies.add(
            connection, COMPANY, name="Harbour City", sync_from="2026-04-01", realm="9341", connected_at=1_000
        )
    yield database
    database.close()


def _migrate(url: str) -> None:
    database = Database(url)
    migrate(database.engine)
    database.close()
