"""The mutation proof: deliberate bugs, each of which the simulation's usual seeds (or the named tests) must catch.

python -m tests.simulation.mutations [--only WORDS]
"""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.changed_copy import ROOT, copy, first_failure, python
from tests.simulation.bugs import MUTATIONS, Mutation
from tests.simulation.bugs_of_books import OF_BOOKS
from tests.simulation.bugs_of_rules import OF_RULES

ALL = (*MUTATIONS, *OF_RULES, *OF_BOOKS)
SEEDS = 300  # the usual ones: 1 to this, until one of them fails
TIMEOUT_S = 900


@dataclass(frozen=True)
class Caught:
    mutation: Mutation
    by: str  # "" = it went unseen
    took_s: float


def require_fitting() -> None:
    """Raises ValueError when the source has moved on, so that a mutation does not fit it any more."""
    for mutation in ALL:
        for edit in mutation.edits:
            times = (ROOT / edit.file).read_text(encoding="utf-8").count(edit.old)
            if times != 1:
                raise ValueError(f"{mutation.name}: its text occurs {times} times in {edit.file}")


def proven(mutation: Mutation, folder: Path) -> Caught:
    """Raises ValueError when what the mutation makes does not even run."""
    started = time.monotonic()
    for edit in mutation.edits:
        file = folder / edit.file
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
    by = first_failure(folder, mutation.tests, TIMEOUT_S) if mutation.tests else ""
    by = by or _by_history(folder)
    return Caught(mutation, by, time.monotonic() - started)


def _by_history(folder: Path) -> str:
    command = ["-m", "tests.simulation", "--histories", str(SEEDS), "--first", "1", "--until-failure"]
    try:
        said = python(folder, command, TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return ""  # a slow machine proves nothing
    found = [line for line in said.stdout.splitlines() if line.startswith("make simulate SEED=")]
    if said.returncode == 0:
        return ""
    if not found:
        raise ValueError(f"the simulation does not run: {said.stderr[-500:]}")
    return found[0].removeprefix("make simulate ")


def main(arguments: list[str]) -> int:
    """Prints a line for each mutation; 1 when one of them went unseen."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutations")
    parser.add_argument("--only", default="", help="words of the mutations' names")
    only = parser.parse_args(arguments).only
    require_fitting()
    unseen = 0
    for mutation in (each for each in ALL if only in each.name):
        with copy() as folder:
            caught = proven(mutation, folder)
        unseen += not caught.by
        print(f"{caught.took_s:5.0f} s  {mutation.name}\n         {caught.by[:160] or 'NOT CAUGHT'}", flush=True)
    print(f"{unseen} went unseen" if unseen else "all were caught")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
