"""What will happen in a history: a list of steps drawn from a seed, each with randomness of its own.

Dropping a step leaves the others as they are, so that a failing history can be made shorter.
"""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from tests.simulation.deeds import quickbooks as quickbooks_deeds
from tests.simulation.deeds import released as released_deeds
from tests.simulation.opening import SETTINGS, Setting

AS_PLANNED = "with trouble, just what a dry run has shown"
PLANNED = 0.15
ROUNDS = (1, 2, 2, 3)
DEEDS_IN_A_ROUND = (1, 2, 3, 4, 6)


class Kind(StrEnum):
    RELEASED = "in Re-Leased"
    QUICKBOOKS = "in QuickBooks"
    LINKS = "in Slack"
    TIME = "time"
    RUN = "run"


LINKING = ("unlink", "unlink", "unlink with all that depends on it", "relink", "relink with all", "undo")
TIMES = ("a while", "a while", "a while", "hours", "days", "more than a month", "our clock jumps")


@dataclass(frozen=True)
class Step:
    """`name` says what, `seed` decides which record and how."""

    kind: Kind
    name: str
    seed: str


@dataclass(frozen=True)
class Script:
    seed: int
    setting: Setting
    steps: tuple[Step, ...]
    heals: bool  # at the end people also mend what they can: relink, reopen the books, restore


def script(seed: int) -> Script:
    random = Random(f"script {seed}")
    steps: list[tuple[Kind, str]] = []
    for _ in range(random.choice(ROUNDS)):
        steps += [_deed(random) for _ in range(random.choice(DEEDS_IN_A_ROUND))]
        if random.random() < 0.35:
            steps.append((Kind.LINKS, random.choice(LINKING)))
        if random.random() < 0.6:
            steps.append((Kind.TIME, random.choice(TIMES)))
        planned = Random(f"planned {seed}/{len(steps)}").random() < PLANNED
        steps.append((Kind.RUN, AS_PLANNED if planned else "with trouble"))
    found = tuple(Step(kind, name, f"{seed}/{place}") for place, (kind, name) in enumerate(steps))
    return Script(seed, random.choice(SETTINGS), found, random.random() < 0.5)


def _deed(random: Random) -> tuple[Kind, str]:
    if random.random() < 0.5:
        return Kind.RELEASED, _name(random, released_deeds.DEEDS)
    return Kind.QUICKBOOKS, _name(random, quickbooks_deeds.DEEDS)


def _name(random: Random, deeds: dict[released_deeds.Deed, int] | dict[quickbooks_deeds.Deed, int]) -> str:
    names = [deed.__name__ for deed in deeds]
    return random.choices(names, list(deeds.values()))[0]
