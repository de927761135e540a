"""Where the files of the tests lie, which tests come first, and what no test may depend on: chance and speed."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from bot import time_zones
from tests.browser.chromium import chromium

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 2 * 2**30
SLOW = ("tests/simulation/", "tests/browser/", "tests/cli/", "tests/demo/")

# Properties are tried on the same examples every time, so that a red test is red for all, and however long it takes.
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write the golden files anew: read the difference then")


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--rewrite"))


def pytest_configure() -> None:
    """Time zones as the product reads them, whatever the system has.

    A store waits for the disk at each of its thousands of commits: its file lies in memory where there is room.
    """
    time_zones.use_newest()
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long begin first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW))


def pytest_collection_finish() -> None:
    """The modules and thousands of tests are there to stay: the garbage collector leaves them alone."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all tests of a process: Playwright takes a thread for itself as long as it runs."""
    with chromium() as started:
        yield started
