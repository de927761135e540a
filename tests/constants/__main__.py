"""Moves every rule of the product out of its place, in a copy, and reports whether the tests named for it fail.

python -m tests.constants [--only WORDS]
"""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.changed_copy import FAST, copy, first_failure
from tests.constants.listed import LISTED
from tests.constants.listing import Rule
from tests.constants.source import change

AT_ONCE = 2
TIMEOUT_S = 300
TIMEOUT_OF_ALL_S = 1_800
OPTIONS = (*FAST, "--timeout=60")


@dataclass(frozen=True)
class Moved:
    rule: Rule
    to: str
    by: str  # the test that failed; "" = it went unseen
    took_s: float


def moved(rule: Rule, to: str) -> Moved:
    """Raises ValueError when the tests do not run with this value."""
    started = time.monotonic()
    with copy() as folder:
        change(folder, rule.file, rule.name, to)
        by = first_failure(folder, rule.tests, TIMEOUT_S, OPTIONS)
    return Moved(rule, to, by, time.monotonic() - started)


def require_passing(rules: Sequence[Rule]) -> None:
    """Raises ValueError when a test fails although nothing was moved: what it says of a change is worth nothing."""
    tests = sorted({test for rule in rules for test in rule.tests})
    with copy() as folder:
        if by := first_failure(folder, tests, TIMEOUT_OF_ALL_S, OPTIONS):
            raise ValueError(f"{by} fails without any change")


def main(arguments: list[str]) -> int:
    """Prints a line for each value; 1 when one of them went unseen."""
    parser = argparse.ArgumentParser(prog="python -m tests.constants")
    parser.add_argument("--only", default="", help="words of the constants' files and names")
    only = parser.parse_args(arguments).only
    rules = [one for one in LISTED if isinstance(one, Rule) and only in f"{one.file} {one.name}"]
    require_passing(rules)
    values = [(rule, to) for rule in rules for to in rule.moved]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda one: _told(moved(*one)), values)
        unseen = sum(not one.by for one in found)
    print(f"{unseen} of {len(values)} went unseen" if unseen else f"all {len(values)} were caught")
    return 1 if unseen else 0


def _told(one: Moved) -> Moved:
    place = f"{one.rule.name} = {one.to}  ({one.rule.file})"
    print(f"{one.took_s:4.0f} s  {place}\n        {one.by or 'NOT CAUGHT'}", flush=True)
    return one


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
