"""The command line as a production installation has it: without the modules that only the stand-ins need."""

import subprocess
import sys
from collections.abc import Sequence

RUN = (
    "import sys\n"
    "hidden, sys.argv = sys.argv[1].split(','), ['qbo-sync', *sys.argv[2:]]\n"
    "sys.modules.update(dict.fromkeys(hidden))\n"
    "from bot.__main__ import main\n"
    "main()\n"
)
PATIENCE_S = 60


def without(modules: Sequence[str], *words: str) -> subprocess.CompletedProcess[str]:
    """qbo-sync with these words in a process of its own, in which none of the modules can be imported."""
    command = [sys.executable, "-c", RUN, ",".join(modules), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
