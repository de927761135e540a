"""Plays thousands of histories on all cores, or one seed with every step told: see docs/simulation.md.

python -m tests.simulation [--histories N] [--first SEED] [--seed SEED [--steps 1,4,7]]
"""

import argparse
import gc
import logging
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import structlog

from tests.simulation.history import Broken, play
from tests.simulation.shrink import shrunk

AT_ONCE = 25  # histories handed to a process at a time
SHOWN = 20  # failing seeds told one by one


@dataclass(frozen=True)
class Failed:
    seed: int
    why: str


def played(seed: int) -> Failed | None:
    """What was wrong with one history, in one line; anything that a history raises is a failure of it."""
    try:
        play(seed)
    except Broken as broken:
        return Failed(seed, broken.why[0])
    except Exception as bug:  # noqa: BLE001  # a bug of the product shows as whatever it raises
        return Failed(seed, f"{type(bug).__name__}: {str(bug)[:300]}")
    return None


def many(first: int, number: int, until_failure: bool) -> int:
    """Prints each failing seed, the rate and the result; gives the exit code."""
    started, failed, seeds = time.monotonic(), list[Failed](), range(first, first + number)
    with ProcessPoolExecutor(os.cpu_count(), initializer=be_quick_and_silent) as pool:
        for done, outcome in enumerate(pool.map(played, seeds, chunksize=1 if until_failure else AT_ONCE), start=1):
            if outcome is not None:
                failed.append(outcome)
                if len(failed) <= SHOWN:
                    print(f"make simulate SEED={outcome.seed}    # {outcome.why[:220]}", flush=True)
            if failed and until_failure:
                pool.shutdown(wait=False, cancel_futures=True)
                break
            if done % 500 == 0:
                so_far = done / (time.monotonic() - started)
                print(f"{done} histories, {len(failed)} failed, {so_far:.1f} a second", flush=True)
    rate = done / (time.monotonic() - started)
    print(f"{done} histories from seed {first}: {len(failed)} failed, {rate:.1f} a second")
    return 1 if failed else 0


def one(seed: int, steps: frozenset[int] | None) -> int:
    """Tells every step; a failing seed is then made shorter."""
    try:
        play(seed, print, steps)
    except Broken as broken:
        print("", *broken.why, sep="\n")
        if steps is None:
            needed, failure = shrunk(seed)
            listed = ",".join(map(str, sorted(needed)))
            print(f"\nThe same with fewer steps: make simulate SEED={seed} STEPS={listed}\n{failure.why[0]}")
        return 1
    print("\nNothing was wrong.")
    return 0


def be_quick_and_silent() -> None:
    """What the product logs about faults is no news here, and a short life needs little collecting of garbage."""
    gc.set_threshold(100_000, 50, 50)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--histories", type=int, default=1000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--until-failure", action="store_true")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--steps", type=lambda text: frozenset(map(int, text.split(","))))
    asked = parser.parse_args(arguments)
    be_quick_and_silent()
    if asked.seed is not None:
        return one(asked.seed, asked.steps)
    return many(asked.first, asked.histories, asked.until_failure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
