"""The command line as a program meets it: its environment, its exit code, what it says on which stream."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from bot.__main__ import cli
from tests.sync.world import COMPANY, REALM, Servers, World, serving


@dataclass(frozen=True)
class Said:
    """What came of one command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Shell:
    """`run` calls the command line in this process, which is quick; `start` starts one of its own."""

    world: World
    folder: Path

    def environment(self) -> dict[str, str]:
        return {**self.world.environment(), "HOME": str(self.folder)}

    def run(self, *words: str) -> Said:
        on_sigterm = signal.getsignal(signal.SIGTERM)
        done = CliRunner().invoke(cli, words, env=self.environment())
        signal.signal(signal.SIGTERM, on_sigterm)  # a command sets up its own process: other tests need theirs back
        structlog.reset_defaults()
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "bot", *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        keep = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        return subprocess.Popen(command, env={**keep, **self.environment()}, text=True, cwd=self.folder, **pipes)

    def connect(self, realm: str = REALM, company: str = COMPANY) -> Said:
        token = self.world.state.refresh_token(realm)
        return self.run("connect", company, "--realm", realm, "--refresh-token", token, "--json")


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with serving() as both:
        yield both


@pytest.fixture(scope="session")
def first_synced(tmp_path_factory: pytest.TempPathFactory, servers: Servers) -> World:
    """A company in step that has one of everything; its clock begins now, since a command looks at the real one."""
    world = World(tmp_path_factory.mktemp("first"), servers)
    world.clock.time = datetime.now(UTC)
    world.connect()
    world.rent(), world.repairs(), world.gst()
    tenant, supplier = world.contact("Kiosk Ltd"), world.contact("Plumb Co", "supplier")
    for number in range(30):
        world.invoice(tenant, f"INV-{number}")
    world.bill(supplier, "B-1")
    world.sync_blue()
    sent = world.partner("Invoice", world.named("invoices", "INV-0"), "invoices")
    world.receive(sent["CustomerRef"]["value"], "15.00", (sent["Id"], "15.00"))
    world.sync_blue()
    world.app.close()
    return world


@pytest.fixture
def shell(first_synced: World, tmp_path: Path) -> Iterator[Shell]:
    """In front of the company of `first_synced`, each test with its own copy."""
    world = first_synced.twin(tmp_path)
    yield Shell(world, tmp_path)
    world.app.close()


@pytest.fixture
def new_shell(tmp_path: Path, servers: Servers) -> Iterator[Callable[..., Shell]]:
    """Makes a command line in front of a company that is not connected yet."""
    made: list[World] = []

    def make(**settings: Any) -> Shell:
        world = World(tmp_path, servers, **settings)
        world.clock.time = datetime.now(UTC)
        made.append(world)
        return Shell(world, tmp_path)

    yield make
    for world in made:
        world.app.close()
