"""The examples of docs/adding.md are carried out in a copy of the repository, whole and with each step left out.

A block is a step. One of `+` and `-` lines changes the file that is named last before it (`@@` parts two places), `sh`
is run, any other is the whole of that file. "Without it `a test` fails" behind a step is proved by leaving it out.
"""

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, copy_tree
from tools.markdown import Block, target

PAGE = "docs/adding.md"
REPLAYED = (PAGE,)
CLAIM = re.compile(r"Without it `([\w./-]+::\w+)` fails")
GOES_ON = re.compile(r"goes on from \[[^\]]*\]\(#([\w-]+)\)")
REWRITE = "--rewrite"
TESTS_FAILED = 1  # of pytest's exit codes: they ran, and some failed
TIMEOUT_S = 300


@dataclass(frozen=True)
class Section:
    """An example: the steps of those that it goes on from, then its own."""

    title: str
    before: tuple[Block, ...]
    steps: tuple[Block, ...]

    @property
    def claims(self) -> list[tuple[Block, str]]:
        """The test that fails without a step."""
        return [(step, test) for step in self.steps for test in CLAIM.findall(step.after)]


def sections() -> dict[str, Section]:
    page = PAGES[PAGE]
    steps: dict[str, tuple[Block, ...]] = {}
    for block in page.blocks:
        steps[block.heading] = (*steps.get(block.heading, ()), block)
    titles = dict(zip(page.anchors, page.headings, strict=True))
    found = {}
    for title, own in steps.items():
        earlier = [titles[anchor] for block in own for anchor in GOES_ON.findall(block.lead)]
        found[title] = Section(title, tuple(step for name in earlier for step in steps[name]), own)
    return found


SECTIONS = sections()


def carry_out(copy: Path, steps: Sequence[Block], only_rewriting: bool = False) -> None:
    """With `only_rewriting` no command is run but those that write golden files, however they end."""
    for step in steps:
        if step.language == "sh":
            for command in step.text.splitlines():
                if REWRITE in command or not only_rewriting:
                    done = run(copy, command)
                    assert only_rewriting or done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        else:
            write(copy / target(step), step)


def write(file: Path, step: Block) -> None:
    if step.language == "diff":
        file.write_text(changed(file.read_text(encoding="utf-8"), step.text), encoding="utf-8")
    else:
        assert not file.exists(), f"{file} is there already"
        file.write_text(step.text, encoding="utf-8")


def changed(text: str, diff: str) -> str:
    """Each part of the diff fits in exactly one place."""
    for part in re.split(r"^@@\n", diff, flags=re.M):
        lines = part.splitlines(keepends=True)
        was, now = ("".join(line[1:] for line in lines if line[0] in signs) for signs in (" -", " +"))
        assert f"\n{text}".count(f"\n{was}") == 1, f"not once in the file:\n{was}"
        text = f"\n{text}".replace(f"\n{was}", f"\n{now}")[1:]
    return text


def run(copy: Path, command: str) -> subprocess.CompletedProcess[str]:
    words = {"cwd": copy, "capture_output": True, "text": True, "timeout": TIMEOUT_S}
    return subprocess.run(["bash", "-euo", "pipefail", "-c", command], **words)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    made = copy_tree(tmp_path / "copy")
    (made / ".venv").symlink_to(sys.prefix)
    return made


@pytest.mark.parametrize("title", SECTIONS)
def test_each_step_of_an_example_fits_the_files_as_they_are(title: str, copy: Path) -> None:
    section = SECTIONS[title]
    carry_out(copy, [step for step in (*section.before, *section.steps) if step.language != "sh"])
    written = {target(step) for step in section.steps if target(step).endswith(".py")}
    for check in ("check", "format --check"):
        done = run(copy, f".venv/bin/ruff {check} {' '.join(written)}")
        assert done.returncode == 0, done.stdout


def test_each_example_has_a_step_without_which_a_test_fails() -> None:
    assert [title for title, section in SECTIONS.items() if not section.claims] == []


@pytest.mark.long
@pytest.mark.timeout(2 * TIMEOUT_S)
@pytest.mark.parametrize("title", SECTIONS)
def test_the_commands_of_an_example_pass(title: str, copy: Path) -> None:
    carry_out(copy, SECTIONS[title].before, only_rewriting=True)
    carry_out(copy, SECTIONS[title].steps)


@pytest.mark.long
@pytest.mark.timeout(2 * TIMEOUT_S)
@pytest.mark.parametrize(
    ("section", "step", "test"),
    [
        pytest.param(section, step, test, id=f"{title}-{step.line}")
        for title, section in SECTIONS.items()
        for step, test in section.claims
    ],
)
def test_without_its_step_the_test_that_is_named_fails(section: Section, step: Block, test: str, copy: Path) -> None:
    others = [one for one in (*section.before, *section.steps) if one != step]
    carry_out(copy, others, only_rewriting=True)
    done = run(copy, f".venv/bin/pytest -q {test}")
    assert done.returncode == TESTS_FAILED and f"\nFAILED {test}" in done.stdout, done.stdout


@pytest.mark.long
@pytest.mark.timeout(4 * TIMEOUT_S)
def test_all_examples_together_keep_the_rules_of_the_house(copy: Path) -> None:
    """Types, imports, every page and the order of the rooms."""
    for section in SECTIONS.values():
        carry_out(copy, section.steps, only_rewriting=True)
    for command in (".venv/bin/mypy", ".venv/bin/pytest -q tests/test_architecture.py tests/docs/test_names.py"):
        done = run(copy, command)
        assert done.returncode == 0, done.stdout
