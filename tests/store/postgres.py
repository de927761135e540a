"""A PostgreSQL server of its own for the tests, where Debian's packages are installed; nothing else is touched."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import NullPool, create_engine

SETTINGS = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses='' -c max_connections=200"
)


@dataclass(frozen=True)
class Server:
    """Reached over a socket in `folder`."""

    folder: Path

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def administer(self, statement: str, name: str = "postgres") -> None:
        engine = create_engine(self.url(name), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def stop(self) -> None:
        """At once, as a machine that fails."""
        _run(_programs() / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")

    def start(self) -> None:
        options = f"{SETTINGS} -c unix_socket_directories={self.folder}"
        files = "-D", self.folder / "data", "-l", self.folder / "log"
        _run(_programs() / "pg_ctl", *files, "-w", "-o", options, "start")

    def empty(self, name: str, tables: Iterable[str]) -> None:
        """Take every row out of these tables, children first; to TRUNCATE them makes each of their files anew."""
        self.administer("; ".join(f"DELETE FROM {table}" for table in tables), name)


def missing() -> str:
    """Why there can be no server here, or ""."""
    if _programs() == Path():
        return "no initdb under /usr/lib/postgresql: apt-get install postgresql"
    if os.geteuid() == 0 and not (shutil.which("setpriv") and _has_postgres_user()):
        return "run by root without setpriv and a user postgres, and PostgreSQL refuses to run as root"
    if importlib.util.find_spec("psycopg") is None:
        return "no driver: psycopg is not installed"
    return ""


@contextmanager
def serving() -> Iterator[Server]:
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="qbo-sync-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = Server(folder)
    try:
        _run(programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8")
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parents[1].name))
    return found[-1].parent if found else Path()


def _has_postgres_user() -> bool:
    return any(user.pw_name == "postgres" for user in pwd.getpwall())


def _run(*command: object) -> None:
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    subprocess.run([*as_user, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=60)
