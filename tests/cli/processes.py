"""Commands as processes of their own, quickly: one that has read all the code forks one for each command."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE_S
from tests.sync.world import COMPANY, REALM, World

Process = subprocess.Popen[str]


READY = """
import contextlib, gc, io, json, os, sys
import bot.__main__
with contextlib.redirect_stdout(io.StringIO()):
    bot.__main__.cli(["companies", "--json"], standalone_mode=False)
gc.freeze()  # else each child copies every page when it ends
for line in sys.stdin:
    told = json.loads(line)
    pid = os.fork()
    if pid == 0:
        os.environ.clear()
        os.environ.update(told["env"])
        os.chdir(told["folder"])
        for fd in (1, 2):
            os.dup2(os.open(told["streams"][fd - 1], os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), fd)
        sys.argv = ["qbo-sync", *told["words"]]
        bot.__main__.main()
        sys.exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


@dataclass(frozen=True)
class Said:
    """What came of one command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Of the whole of stdout: anything else on it is an error."""
        return json.loads(self.out, parse_float=Decimal)


@dataclass
class CommandLine:
    """Runs commands in front of one world; `told` overrides what the surroundings say."""

    world: World
    folder: Path
    ready: Process
    told: dict[str, str] = field(default_factory=dict)

    def __call__(self, *words: str) -> Said:
        streams = [self.folder / "out", self.folder / "err"]
        wanted = {"words": words, "env": self.environment(), "folder": str(self.folder)}
        assert self.ready.stdin is not None and self.ready.stdout is not None
        self.ready.stdin.write(json.dumps({**wanted, "streams": [str(stream) for stream in streams]}) + "\n")
        self.ready.stdin.flush()
        code = int(self.ready.stdout.readline())
        return Said(code, *(stream.read_text() for stream in streams))

    def start(self, *words: str) -> Process:
        """A process from scratch, by the installed command."""
        command = [str(Path(sys.executable).with_name("qbo-sync")), *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, env=self.environment(), cwd=self.folder, text=True, **pipes)  # type: ignore[call-overload, no-any-return]

    def copy(self, told: dict[str, str]) -> "CommandLine":
        """In front of the same sides, with a store of its own that begins as this one is."""
        folder = self.folder / f"copy-{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        for file in self.folder.glob("store.sqlite3*"):
            shutil.copy(file, folder)
        shutil.copy(self.folder / "token.key", folder)
        return CommandLine(
            self.world,
            folder,
            self.ready,
            {**self.told, **told, "DATABASE_URL": f"sqlite:///{folder / 'store.sqlite3'}"},
        )

    def environment(self) -> dict[str, str]:
        mine = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        return {**mine, **self.world.environment(), **self.told}

    def connect(self, realm: str = REALM) -> Said:
        token = self.world.state.refresh_token(realm)
        return self("connect", COMPANY, "--realm", realm, "--refresh-token", token, "--json")

    def rows(self, *words: str) -> list[dict[str, Any]]:
        said = self("results", COMPANY, "--rows", "all", "--json", *words)
        assert said.code == 0, said.err
        return list(said.json["rows"])

    def company(self) -> dict[str, Any]:
        (company,) = self("companies", "--json").json
        return dict(company)


@contextmanager
def forking(folder: Path) -> Iterator[Process]:
    """Starting Python takes longer than most commands do; this starts it once. `folder` is for its first command."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'none.sqlite3'}"}
    command = [sys.executable, "-c", READY]
    with subprocess.Popen(command, text=True, cwd=folder, env=env, **pipes) as started:  # type: ignore[call-overload]
        yield started
        started.stdin.close()
        started.wait(timeout=PATIENCE_S)
