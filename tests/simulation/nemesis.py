"""What goes wrong in one run, drawn from a seed: on the network, in the database, by the process's own death."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from sqlalchemy.exc import OperationalError

from bot.sandbox.http.exchange import Response
from tests.simulation.clocks import WorldClock
from tests.simulation.faults import FAULTS, Hand, kinds_for
from tests.simulation.wire import Call, Carry

SEVERITIES = (0.0, 0.04, 0.12, 0.3)  # share of the calls that a fault strikes
LONGEST_RUN = 60  # inputs and outputs of a run in which something may happen


class Crash(BaseException):
    """The process dies here: no handler of the product may see it, and nothing more of it may happen."""


@dataclass(frozen=True)
class Danger:
    """What one run has to fear. Ordinals count its inputs and outputs; None = it does not happen."""

    severity: float = 0.0
    crash_at: int | None = None
    disk_fails_at: int | None = None
    meddle: float = 0.0  # share of the calls before which a person acts
    rival_at: int | None = None  # a second worker is started
    steals: bool = False  # our lease runs out before that

    @classmethod
    def drawn(cls, random: Random) -> "Danger":
        def sometimes(chance: float) -> int | None:
            return random.randrange(LONGEST_RUN) if random.random() < chance else None

        return cls(
            severity=random.choice(SEVERITIES),
            crash_at=sometimes(0.5),
            disk_fails_at=sometimes(0.15),
            meddle=random.choice((0.0, 0.0, 0.05, 0.2)),
            rival_at=sometimes(0.2),
            steals=random.random() < 0.6,
        )


def quiet(random: Random) -> None:
    """Nobody is at work."""


def nobody(steals: bool) -> None:
    """There is no second worker."""


class Nemesis:
    """Strikes the calls and commits of one process."""

    def __init__(
        self,
        danger: Danger,
        random: Random,
        clock: WorldClock,
        tell: Callable[[str], None],
        meddle: Callable[[Random], None] = quiet,
        rival: Callable[[bool], None] = nobody,
    ) -> None:
        self.danger, self.random, self.tell, self.rival = danger, random, tell, rival
        self.hand = Hand(random, clock, meddle)
        self.dead = False
        self.points = 0
        self.thread = threading.get_ident()
        self.rival_met = self._disk_failed = False

    def strike(self, call: Call, carry: Carry) -> Response:
        """Carry a call out as the network of this run lets it."""
        self.point(f"before {call}")
        if self.random.random() < self.danger.meddle:
            self.hand.meddle(self.random)
        if self.danger.rival_at is not None and self.points >= self.danger.rival_at and not self.rival_met:
            self.rival_met = True
            self.rival(self.danger.steals)
        kind = self.random.choice(kinds_for(call)) if self.random.random() < self.danger.severity else ""
        self.tell(f"    ! {kind}: {call}" if kind else f"    {call}")
        answer = FAULTS[kind](self.hand, call, carry) if kind else carry(call)
        self.point(f"after {call}")
        return answer

    def point(self, where: str) -> None:
        """One input or output: here the process may die."""
        if self.dead:
            raise Crash(where)
        if self._ends(where):
            raise Crash(where)

    def _ends(self, where: str) -> bool:
        self.points += 1
        if self.danger.crash_at is not None and self.points > self.danger.crash_at:
            self.dead = True
            self.tell(f"    ! crash {where}")
        return self.dead

    def commit(self, before: bool) -> None:
        """A transaction is about to be kept, or was: the disk may refuse it once, the process may die."""
        at = self.danger.disk_fails_at
        if before and at is not None and self.points >= at and not self._disk_failed and not self.dead:
            self._disk_failed = True
            words = self.random.choice(("database is locked", "database or disk is full"))
            self.tell(f"    ! {words}")
            raise OperationalError("COMMIT", {}, RuntimeError(words))
        if before:
            self.point("before COMMIT")
        else:
            self._ends("after COMMIT")  # the next input or output finds that out: SQLAlchemy must not see it here
