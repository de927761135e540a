"""The database itself: its tables are what the code says, its transactions hold, and no digit is lost in it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect, text

from bot.store import companies
from bot.store import database as database_module
from bot.store.database import MIGRATIONS, Database, dump, from_ms, load, migrate, now_ms, to_ms
from bot.store.runs import leases
from bot.store.tables import metadata
from tests.store.conftest import COMPANY

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=10)
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=2, max_size=6), inner, max_size=4),
    max_leaves=10,
)


def test_migrating_from_nothing_gives_exactly_the_tables_of_the_code(empty_url: str) -> None:
    database = Database(empty_url)
    assert migrate(database.engine) is True
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
    assert migrate(database.engine) is False
    database.close()


def head() -> str | None:
    """The newest revision, of which there must be one only."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()


def test_processes_that_migrate_at_once_do_it_once(empty_url: str) -> None:
    databases = [Database(empty_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda database: migrate(database.engine), databases))
    with databases[0].read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [head()]
    for database in databases:
        database.close()


def test_one_open_run_a_company_is_the_databases_own_rule(database: Database) -> None:
    insert = text(
        "INSERT INTO runs (id, company_id, state, trigger, requested_by, requested_at, changed_at, counts, api_calls,"
        " progress, problems, error, accepts_stop) VALUES (:id, 'harbour', :state, 'person', '', 1, 1, '{}', '{}',"
        " '{}', 0, '', :no)"
    )
    with database.write() as connection:
        connection.execute(insert, {"id": "a", "state": "finished", "no": False})
        connection.execute(insert, {"id": "b", "state": "requested", "no": False})
    with pytest.raises(Exception, match=r"(?i)unique"), database.write() as connection:
        connection.execute(insert, {"id": "c", "state": "running", "no": False})


def test_a_write_that_fails_leaves_nothing_behind_and_the_next_one_works(database: Database) -> None:
    for error in (ValueError("half way"), KeyboardInterrupt()):
        with pytest.raises(type(error)), database.write() as connection:
            companies.change(connection, COMPANY, name="Half")
            raise error
    with database.read() as connection:
        assert companies.get(connection, COMPANY).name == "Harbour City"  # type: ignore[union-attr]
    with database.write() as connection:
        companies.change(connection, COMPANY, name="Whole")
    with database.read() as connection:
        assert companies.get(connection, COMPANY).name == "Whole"  # type: ignore[union-attr]


def test_what_is_being_written_is_seen_by_nobody_else(database: Database) -> None:
    with database.write() as connection:
        companies.change(connection, COMPANY, name="Not yet")
        with database.read() as other:
            assert companies.get(other, COMPANY).name == "Harbour City"  # type: ignore[union-attr]


def test_writers_to_a_file_take_turns_so_that_none_overwrites_what_it_has_not_read(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'turns.sqlite3'}")
    migrate(database.engine)
    with database.write() as connection:
        companies.add(connection, COMPANY, name="0", sync_from="2026-04-01", realm="1", connected_at=0)
    start = threading.Barrier(8)

    def add_one(_: int) -> None:
        start.wait()
        with database.write() as connection:
            count = int(companies.get(connection, COMPANY).name)  # type: ignore[union-attr]
            companies.change(connection, COMPANY, name=str(count + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(8)))
    with database.read() as connection:
        assert companies.get(connection, COMPANY).name == "8"  # type: ignore[union-attr]
    database.close()


def test_the_clock_is_the_databases_own_and_goes_forward(database: Database) -> None:
    with database.read() as connection:
        first = now_ms(connection)
    with database.read() as connection:
        second = now_ms(connection)
    assert 0 <= second - first < 60_000
    when = from_ms(first)
    assert when is not None and abs(to_ms(when) - first) <= 1
    assert from_ms(None) is None


@given(JSON)
def test_json_keeps_every_digit_and_every_character(value: Any) -> None:
    back = load(dump(value))
    assert back == value and digits(back) == digits(value)


def digits(value: Any) -> Any:
    """Decimals as they are spelt, so that 1.0 and 1.00 are told apart."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: digits(item) for key, item in value.items()}
    return [digits(item) for item in value] if isinstance(value, list) else value


def test_a_lock_is_waited_for_as_long_as_a_large_commit_takes_and_not_for_ever(database: Database, kind: str) -> None:
    with database.read() as connection:
        asked = (
            "PRAGMA busy_timeout" if kind == "sqlite" else "SELECT setting FROM pg_settings WHERE name = 'lock_timeout'"
        )
        assert 10_000 <= int(connection.exec_driver_sql(asked).scalar_one()) <= 60_000


def test_a_process_that_stands_still_keeps_its_locks_for_less_than_a_minute(database: Database, kind: str) -> None:
    if kind == "sqlite":
        pytest.skip("one writer holds the whole file, for as long as it lives")
    name = "idle_in_transaction_session_timeout"
    with database.read() as connection:
        waits_ms = connection.exec_driver_sql(f"SELECT setting FROM pg_settings WHERE name = '{name}'").scalar_one()
    assert 10_000 <= int(waits_ms) <= 60_000


def test_a_transaction_that_stands_still_does_not_keep_its_locks_on_postgresql(
    url: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "sqlite":
        pytest.skip("one writer holds the whole file, for as long as it lives")
    monkeypatch.setattr(database_module, "MOST_IDLE_MS", 200)
    database = Database(url)
    with pytest.raises(database_module.UNUSABLE), database.write() as connection:
        leases.claim(connection, "harbour", "stands still")
        time.sleep(0.6)
        leases.claim(connection, "harbour", "wakes up")
    database.close()
    monkeypatch.undo()
    database = Database(url)
    with database.write() as connection:
        assert leases.claim(connection, "harbour", "another") is not None
    database.close()
