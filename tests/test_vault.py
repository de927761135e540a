"""The vault: no token stands in the database as it is, one key opens it, and one refresher works at a time."""

import multiprocessing
import stat
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from bot.adapters.http import CONNECT_TIMEOUT_S
from bot.adapters.quickbooks.oauth import TOKEN_TIMEOUT_S, TokenSet
from bot.core.faults import UserError
from bot.desk.companies import vault
from bot.desk.companies.vault import KEY_FILE, LOCK_WAIT_S, Vault, key_for
from bot.store import tables
from bot.store.database import Database
from bot.store.runs import leases
from tests.patience import PATIENCE_S, Standing, eventually
from tests.store.thrift import lay_out

REALM = "9341"
TOKENS = TokenSet(
    access_token="access-SECRET-1",
    refresh_token="refresh-SECRET-2",
    access_expires_at=datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC),
    refresh_expires_at=datetime.max.replace(tzinfo=UTC),
    hard_expires_at=datetime(2031, 11, 22, tzinfo=UTC),
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    lay_out(tmp_path / "store.sqlite3")
    return f"sqlite:///{tmp_path / 'store.sqlite3'}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


def test_tokens_come_back_as_they_were_kept_and_the_last_ones_count(database: Database) -> None:
    vault = Vault(database, Fernet.generate_key())
    vault.save(REALM, TOKENS)
    assert vault.load(REALM) == TOKENS
    newer = TokenSet("a", "b", TOKENS.access_expires_at, TOKENS.refresh_expires_at)
    vault.save(REALM, newer)
    assert vault.load(REALM) == newer


def test_a_database_that_fails_for_a_moment_does_not_cost_the_token(database: Database) -> None:
    """Intuit has given it already and will not give it again: without it the company needs connecting anew."""
    failures = iter(("database is locked", "database or disk is full"))

    def refuse(*told: Any) -> None:
        if told[2] == "COMMIT" and (words := next(failures, "")):
            raise OperationalError("COMMIT", {}, RuntimeError(words))

    event.listen(database.engine, "before_cursor_execute", refuse)
    kept = Vault(database, Fernet.generate_key())
    kept.save(REALM, TOKENS)
    assert kept.load(REALM) == TOKENS and next(failures, "") == ""


def test_a_database_that_stays_down_is_said_after_a_few_seconds(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits_s: list[float] = []
    monkeypatch.setattr(Vault._keep.retry, "sleep", waits_s.append)  # type: ignore[attr-defined]

    def refuse(*told: Any) -> None:
        if told[2] == "COMMIT":
            raise OperationalError("COMMIT", {}, RuntimeError("database is locked"))

    event.listen(database.engine, "before_cursor_execute", refuse)
    with pytest.raises(OperationalError):
        Vault(database, Fernet.generate_key()).save(REALM, TOKENS)
    event.remove(database.engine, "before_cursor_execute", refuse)
    assert waits_s == [0.5, 1, 2]


def test_no_token_stands_in_any_file_of_the_database(database: Database, tmp_path: Path) -> None:
    Vault(database, Fernet.generate_key()).save(REALM, TOKENS)
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"SQLite format 3" in written and REALM.encode() in written
    assert b"SECRET" not in written


def test_tokens_and_their_sets_do_not_show_in_what_is_printed() -> None:
    assert "SECRET" not in repr(TOKENS)


def test_a_realm_without_tokens_says_how_to_connect_it(database: Database) -> None:
    with pytest.raises(UserError, match="qbo-sync connect"):
        Vault(database, Fernet.generate_key()).load(REALM)


def test_another_key_reads_nothing_and_says_what_to_do(database: Database) -> None:
    Vault(database, Fernet.generate_key()).save(REALM, TOKENS)
    with pytest.raises(UserError, match=r"TOKEN_ENCRYPTION_KEY.*reconnect") as raised:
        Vault(database, Fernet.generate_key()).load(REALM)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("key", [b"", b"too short", b"\xff" * 44])
def test_what_is_no_key_is_refused_in_words(database: Database, key: bytes) -> None:
    with pytest.raises(UserError, match="not a Fernet key"):
        Vault(database, key)


def test_a_key_of_its_own_stands_beside_the_database_for_its_owner_only(tmp_path: Path, url: str) -> None:
    key = key_for("", url)
    path = tmp_path / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key == path.read_bytes() == key_for("", url)
    Fernet(key)
    assert [one.name for one in tmp_path.glob(f"{KEY_FILE}*")] == [KEY_FILE]


def test_processes_that_start_at_once_read_one_whole_key(tmp_path: Path) -> None:
    url, start = f"sqlite:///{tmp_path / 'new' / 'store.sqlite3'}", threading.Barrier(12)

    def read(_: int) -> bytes:
        start.wait()
        return key_for("", url)

    with ThreadPoolExecutor(12) as pool:
        keys = set(pool.map(read, range(12)))
    assert len(keys) == 1
    Fernet(keys.pop())


def test_the_configured_key_is_used_and_no_file_made(tmp_path: Path, url: str) -> None:
    assert key_for("configured", url) == b"configured"
    assert not (tmp_path / KEY_FILE).exists()


@pytest.mark.parametrize("elsewhere", ["postgresql+psycopg://host/db", "sqlite://", "sqlite:///:memory:"])
def test_without_a_file_to_stand_beside_a_key_must_be_given(elsewhere: str) -> None:
    with pytest.raises(UserError, match=r"TOKEN_ENCRYPTION_KEY is not set.*Fernet\.generate_key"):
        key_for("", elsewhere)


def test_refreshers_of_one_realm_take_turns_and_those_of_another_do_not_wait(database: Database) -> None:
    inside, most = [0], [0]
    start = threading.Barrier(5)

    def refresh(_: int) -> None:
        start.wait()
        with Vault(database, Fernet.generate_key()).exclusive(REALM):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            with Vault(database, Fernet.generate_key()).exclusive("another"):
                time.sleep(0.02)
            inside[0] -= 1

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(refresh, range(5)))
    assert most == [1]


def hold(url: str, path: str) -> None:
    """In a process of its own: write down when the lock was ours."""
    vault = Vault(Database(url), Fernet.generate_key())
    for _ in range(3):
        with vault.exclusive(REALM), Path(path).open("a") as file:
            file.write("in\n")
            file.flush()
            time.sleep(0.02)
            file.write("out\n")


def test_processes_take_turns_too(url: str, tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")  # the code is read once for both
    context.set_forkserver_preload(["bot.desk.companies.vault"])
    log = tmp_path / "log"
    processes = [context.Process(target=hold, args=(url, str(log))) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE_S)
    assert [process.exitcode for process in processes] == [0, 0]
    assert log.read_text() == "in\nout\n" * 6


def test_whoever_waits_for_the_lock_asks_a_few_times_a_second(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "time", clock := Standing())
    monkeypatch.setattr(vault, "LOCK_WAIT_S", 5.0)
    asked: list[str] = []
    with Vault(database, Fernet.generate_key()).exclusive(REALM):
        event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        with pytest.raises(UserError), Vault(database, Fernet.generate_key()).exclusive(REALM):
            pass
    tries = len([statement for statement in asked if statement.startswith("BEGIN")])
    assert 5 <= clock.now_s < 6 and 10 <= tries <= 200


def test_the_lock_is_given_back_even_when_the_refresh_fails(database: Database) -> None:
    vault = Vault(database, Fernet.generate_key())
    with pytest.raises(RuntimeError), vault.exclusive(REALM):
        raise RuntimeError("Intuit is down")
    with vault.exclusive(REALM):
        pass


def test_the_lock_lasts_as_long_as_the_slowest_refresh(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "HEARTBEAT_S", 0.05)
    monkeypatch.setattr(vault, "LOCK_WAIT_S", 0.0)

    def lasts_until() -> int:
        with database.read() as connection:
            return int(connection.execute(tables.leases.select()).one().until)

    with Vault(database, Fernet.generate_key()).exclusive(REALM):
        before = lasts_until()
        eventually(lambda: lasts_until() > before)
        with pytest.raises(UserError, match="refreshing"), Vault(database, Fernet.generate_key()).exclusive(REALM):
            pass
    assert LOCK_WAIT_S > 2 * (CONNECT_TIMEOUT_S + TOKEN_TIMEOUT_S)
