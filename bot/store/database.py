"""The database: opening it, its tables brought up to date, transactions, and its clock."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.sql.dml import Insert

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MS = 30_000
CACHE_MIB = 64  # of SQLite, of each connection: a search through 100,000 results is answered from it
CACHE_OF_RUN_MIB = 8  # of each connection of a run: its commits empty the caches of its other connections anyway
MOST_IDLE_MS = 20_000  # of a transaction on PostgreSQL: none of ours waits for anything but the database
STOOD_STILL = "25P03"  # what PostgreSQL says of a transaction that was idle for longer
MIGRATION_LOCK = 7_243_119  # any fixed number: one migration at a time on PostgreSQL
UNUSABLE = (InterfaceError, OperationalError, NoConnectionLeft)
"""Locked for longer than BUSY_TIMEOUT_MS, full, or gone: nothing of the transaction is in the database."""


_CLOCKS = {
    "sqlite": literal_column("CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)", BigInteger),
    "postgresql": literal_column("CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)", BigInteger),
}


class Database:
    """One database. `write()` takes the write lock at once, so that nothing it read can go stale before it commits."""

    def __init__(self, url: str, cache_mib: int = CACHE_MIB) -> None:
        self.engine, self._url = open_engine(url, cache_mib), url

    def for_runs(self) -> "Database":
        """The same database for what reads much of it once: what its connections keep in memory does not grow with it.

        PostgreSQL keeps nothing in our memory; an SQLite database in memory has no second way in.
        """
        if self.engine.dialect.name != "sqlite" or self.engine.url.database in (None, "", ":memory:"):
            return self
        return Database(self._url, CACHE_OF_RUN_MIB)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.exec_driver_sql("COMMIT")
                except BaseException:
                    with suppress(OperationalError):  # a full disk has rolled back by itself
                        connection.exec_driver_sql("ROLLBACK")
                    raise
            else:
                try:
                    with connection.begin():
                        yield connection
                except InternalError as error:
                    if getattr(error.orig, "sqlstate", "") != STOOD_STILL or error.orig is None:
                        raise
                    raise OperationalError(error.statement, error.params, error.orig) from error

    def close(self) -> None:
        self.engine.dispose()


def open_engine(url: str, cache_mib: int = CACHE_MIB) -> Engine:
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        postgres = create_engine(parsed, pool_pre_ping=True, pool_size=20, max_overflow=20)
        event.listen(postgres, "connect", _wait_no_longer)
        return postgres
    if parsed.database and parsed.database != ":memory:":
        _make_private(Path(parsed.database))
    engine = create_engine(
        parsed,
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        pool_size=20,
        max_overflow=40,
        pool_use_lifo=True,  # few of them are ever opened, and the one whose cache is warm comes first
    )

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: Any) -> None:
        cache_size = f"cache_size=-{cache_mib * 1024}"
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", cache_size):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _wait_no_longer(connection: Any, _record: Any) -> None:
    """A process that stands still in the middle of a transaction must not keep a lock on everybody else."""
    limits = {"lock_timeout": BUSY_TIMEOUT_MS, "idle_in_transaction_session_timeout": MOST_IDLE_MS}
    with connection.cursor() as cursor:
        for name, ms in limits.items():
            cursor.execute(f"SET {name} = {ms}")
    connection.commit()


def _make_private(file: Path) -> None:
    """The mirror holds names, addresses and amounts of tenants: nobody but the owner may read it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600, exist_ok=True)


def migrate(engine: Engine) -> bool:
    """Bring the tables up to date; True when there was something to do. Safe when several processes start at once."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    head = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == head:
            return False
    with engine.connect() as connection:
        postgres = connection.dialect.name == "postgresql"
        lock = f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"  # until the commit: nobody may look before that
        connection.exec_driver_sql(lock if postgres else "BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if postgres:
            connection.commit()
        else:
            connection.exec_driver_sql("COMMIT")
    return True


def now_ms(connection: Connection) -> int:
    """The database's own clock, the same for every process that shares it."""
    return int(connection.execute(_asking(connection.dialect.name)).scalar_one())


def clock_of(dialect: str) -> ColumnElement[int]:
    """The same, as part of a statement."""
    return _CLOCKS[dialect]


@cache
def _asking(dialect: str) -> Any:
    return select(clock_of(dialect))


def insert_into(connection: Connection, table: Any) -> Any:
    """An INSERT of this dialect, so that `on_conflict_do_update` and `..._do_nothing` are at hand."""
    return insert_of(connection.dialect.name, table)


def insert_missing(connection: Connection, table: Any) -> Any:
    """An INSERT that leaves rows alone whose key is there; written once."""
    return _insert_missing(connection.dialect.name, table)


def upsert_into(connection: Connection, table: Any, keys: tuple[str, ...], fields: tuple[str, ...]) -> Any:
    """An INSERT that gives rows whose `keys` are there these fields anew; written once."""
    return _upsert(connection.dialect.name, table, keys, fields)


@cache
def _insert_missing(dialect: str, table: Any) -> Any:
    return insert_of(dialect, table).on_conflict_do_nothing()


@cache
def _upsert(dialect: str, table: Any, keys: tuple[str, ...], fields: tuple[str, ...]) -> Any:
    statement = insert_of(dialect, table)
    anew = {name: statement.excluded[name] for name in fields}
    return statement.on_conflict_do_update(index_elements=keys, set_=anew)


@cache
def insert_of(dialect: str, table: Any) -> Any:
    """Statements never change: one a table will do, and its `excluded` columns are made once."""
    make: Callable[[Any], Insert] = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return make(table)


def insert_if_new(connection: Connection, table: Table, **values: Any) -> bool:
    """True when the row was not there; another writer's row is no error, whichever of its keys stands in the way."""
    statement = insert_into(connection, table).values(**values).on_conflict_do_nothing()
    counted = {"preserve_rowcount": True}  # else an INSERT on PostgreSQL does not say how many rows it made
    return bool(connection.execute(statement, execution_options=counted).rowcount == 1)


def to_ms(when: datetime) -> int:
    return int(when.timestamp() * 1000)


def from_ms(value: int | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


def dump(value: Any) -> str:
    """JSON text; Decimals keep all their digits as numbers."""
    return json.dumps(_marked(value), ensure_ascii=False, separators=(",", ":"))


def load(written: str) -> Any:
    return json.loads(written, object_hook=_unmarked)


def _marked(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"$": str(value)}
    if isinstance(value, dict):
        return {key: _marked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_marked(item) for item in value]
    return value


def _unmarked(value: dict[str, Any]) -> Any:
    return Decimal(value["$"]) if value.keys() == {"$"} else value
