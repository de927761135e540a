"""A copy of the source in which something is changed, and what the tests say there: proofs that they see a bug."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("bot", "blocks", "tests", "pyproject.toml")
FAST = ("-m", "not long")


@contextmanager
def copy() -> Iterator[Path]:
    """A folder with the source and its tests, gone afterwards."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for part in COPIED:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
            else:
                shutil.copy(source, folder / part)
        yield folder


def python(folder: Path, command: Sequence[str], timeout_s: float) -> subprocess.CompletedProcess[str]:
    """Raises subprocess.TimeoutExpired."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONHASHSEED": "0"}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout_s
    )


def first_failure(folder: Path, tests: Sequence[str], timeout_s: float, options: Sequence[str] = ()) -> str:
    """The first of the tests that fails in this copy; "" when all pass, or when time is up, which proves nothing.

    Raises ValueError when they do not even run.
    """
    command = ["-m", "pytest", "-q", "-x", "--tb=no", "-p", "no:cacheprovider", *options, *tests]
    try:
        said = python(folder, command, timeout_s)
    except subprocess.TimeoutExpired:
        return ""
    failed = [line for line in said.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if said.returncode == 1 and failed:
        return failed[0].partition(" ")[2].split(" - ")[0]
    if said.returncode:
        raise ValueError(f"the tests do not run: {(said.stdout + said.stderr)[-500:]}")
    return ""
