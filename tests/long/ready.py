"""Starts a sync in no time: a process that has read all the code forks one for each run, to be killed at any moment."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from tests.long.office import Office
from tests.patience import PATIENCE_S
from tests.sync.world import COMPANY

READY = """
import json, os, sys
import bot.__main__
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.argv = ["qbo-sync", *json.loads(line)]
        bot.__main__.main()
        sys.exit(0)
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


@dataclass(frozen=True)
class Running:
    pid: int
    starter: subprocess.Popen[str]

    def has_ended(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def end(self, how: signal.Signals | None = None) -> int:
        """Its exit code, or minus the signal that ended it; it may have ended by itself before."""
        if how is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, how)
        assert self.starter.stdout is not None
        return int(self.starter.stdout.readline())


@contextmanager
def ready_to_fork(office: Office) -> Iterator[Callable[[], Running]]:
    environment = {**os.environ, **office.environment(), "NO_PROXY": "127.0.0.1"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    command = [sys.executable, "-c", READY]
    with subprocess.Popen(command, text=True, cwd=office.folder, env=environment, **pipes) as starter:  # type: ignore[call-overload]

        def fork() -> Running:
            starter.stdin.write(json.dumps(["sync", COMPANY, "--json"]) + "\n")
            starter.stdin.flush()
            return Running(int(starter.stdout.readline()), starter)

        yield fork
        starter.stdin.close()
        starter.wait(timeout=PATIENCE_S)
