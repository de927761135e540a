"""Every fenced block of every page is run, parsed or compared, by its language.

`sh`       run, with the stand-ins' environment; a `text` block right behind it is what it prints
`console`  the same, with `$` before each command and below it what it prints
`python`   likewise
`json`, `toml`, `yaml`   parsed
`diff`     belongs to a page whose steps are replayed (tests/docs/test_adding.py)
`text`     what the block before it prints; or, marked <!-- drawing -->, a picture; or, marked <!-- synopsis -->, the
           commands, which tests/docs/test_names.py holds against the command line

In printed text `…` stands for whatever differs from time to time: within a line for some of it, alone in a line for
some lines. What cannot run here says why, and which test does it instead: <!-- not run: REASON; TEST, TEST -->.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Shell
from tests.docs.pages import PAGES, ROOT
from tests.docs.test_adding import REPLAYED
from tools.markdown import Block, Page

REASONS = ("never ends", "minutes", "a browser", "apt", "the network", "a real account", "a secret", "changes git")
NOT_RUN = re.compile(r"not run: ([^;]+); (.+)")
MARKS = ("drawing", "synopsis")
TIMEOUT_S = 60
PARSERS: dict[str, Callable[[str], object]] = {"json": json.loads, "toml": tomllib.loads, "yaml": yaml.safe_load}


@dataclass(frozen=True)
class Told:
    """A command, and what the page says that it prints; None = it says nothing of that."""

    command: str
    prints: str | None = None


def blocks(*languages: str, is_run: bool = True) -> list[object]:
    """Of all pages but the replayed ones; for a parametrize."""
    return [
        pytest.param(page, block, id=f"{name}:{block.line}")
        for name, page in PAGES.items()
        if name not in REPLAYED
        for block in page.blocks
        if block.language in languages and block.remark.startswith("not run:") is not is_run
    ]


def told(page: Page, block: Block) -> Iterator[Told]:
    if block.language == "console":
        for part in re.split(r"^\$ ", block.text, flags=re.M)[1:]:
            command, _, printed = part.partition("\n")
            yield Told(command, printed)
        return
    behind = printed_by(page, block)
    command = f"python - <<'END'\n{block.text}END" if block.language == "python" else block.text
    yield Told(command, behind.text if behind else None)


def printed_by(page: Page, block: Block) -> Block | None:
    """The `text` block right behind a `sh` or `python` block."""
    following = [one for one in page.blocks if one.line > block.line][:1]
    return next((one for one in following if one.language == "text" and not one.remark), None)


def as_pattern(printed: str) -> str:
    """What `printed` allows, `…` standing for anything."""
    lines = [
        r"(?:.*\n)*?" if line.strip() == "…" else ".*".join(re.escape(part) for part in line.split("…")) + r" *\n"
        for line in printed.splitlines()
    ]
    return "".join(lines)


def run(command: str, shell: Shell) -> subprocess.CompletedProcess[str]:
    """With all it has started gone at the end, also when it takes too long."""
    own = Path(sys.executable).parent
    surroundings = {**shell.environment(), "PATH": f"{own}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    words = ["bash", "-euo", "pipefail", "-c", command]
    with subprocess.Popen(words, env=surroundings, cwd=ROOT, start_new_session=True, **pipes) as started:
        try:
            said = started.communicate(timeout=TIMEOUT_S)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
    return subprocess.CompletedProcess(words, started.returncode, *said)


@pytest.mark.parametrize(("page", "block"), blocks("sh", "console", "python"))
def test_a_command_does_what_its_page_shows(page: Page, block: Block, shell: Shell) -> None:
    for one in told(page, block):
        done = run(one.command, shell)
        assert done.returncode == 0, f"{one.command}\n{done.stdout}\n{done.stderr}"
        if one.prints is not None:
            assert re.fullmatch(as_pattern(one.prints), done.stdout), done.stdout


@pytest.mark.parametrize(("page", "block"), blocks("sh", "console", "python", is_run=False))
def test_what_cannot_run_here_says_why_and_which_test_runs_it(page: Page, block: Block) -> None:
    said = NOT_RUN.fullmatch(block.remark)
    assert said, block.remark
    assert [reason for reason in said[1].split(", ") if reason not in REASONS] == []
    assert [test for test in said[2].split(", ") if not exists(test)] == []


def exists(test: str) -> bool:
    """Whether `tests/…/test_x.py::test_y` is there."""
    file, _, name = test.partition("::")
    path = ROOT / file
    return (
        path.is_file() and re.search(rf"^def {re.escape(name)}\(", path.read_text(encoding="utf-8"), re.M) is not None
    )


@pytest.mark.parametrize("name", PAGES)
def test_what_is_written_in_a_format_can_be_read_in_it(name: str) -> None:
    for block in PAGES[name].blocks:
        if block.language in PARSERS:
            PARSERS[block.language](block.text)


@pytest.mark.parametrize("name", PAGES)
def test_a_block_says_its_language_and_what_is_text_says_of_what(name: str) -> None:
    page, known = PAGES[name], {"sh", "console", "python", "text", *PARSERS}
    known |= {"diff"} if name in REPLAYED else set()
    assert [block.line for block in page.blocks if block.language not in known] == []
    printed = [printed_by(page, block) for block in page.blocks if block.language in ("sh", "python")]
    text = [block for block in page.blocks if block.language == "text" and block not in printed]
    assert [block.line for block in text if block.remark not in MARKS] == []


@pytest.mark.parametrize(
    ("printed", "said", "fits"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\n", False),
        ("a … c\n", "a whatever c\n", True),
        ("a … c\n", "a\nc\n", False),
        ("a\n…\nz\n", "a\nb\nc\nz\n", True),
        ("a\n…\nz\n", "a\nz\n", True),
        ("a\n…\nz\n", "a\nb\n", False),
        ("1.5\n", "115\n", False),
    ],
)
def test_an_ellipsis_stands_for_what_differs_and_for_nothing_else(printed: str, said: str, fits: bool) -> None:
    assert bool(re.fullmatch(as_pattern(printed), said)) is fits
