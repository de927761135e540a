"""Where the files of the tests lie, and what is not looked at again and again while they run."""

import gc
import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 2 * 2**30


def pytest_configure() -> None:
    """A store waits for the disk at each of its thousands of commits: its file lies in memory where there is room."""
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)


def pytest_collection_finish() -> None:
    """The modules and thousands of tests are there to stay: the garbage collector leaves them alone."""
    gc.collect()
    gc.freeze()
