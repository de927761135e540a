"""Plays one history: the steps of its script, then runs in peace, and a judge over what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from bot.core.faults import UserError
from bot.core.model import RecordRef
from bot.sandbox.quickbooks.books.faults import Refusal
from bot.sandbox.released import Problem
from bot.sync.ending import Finished
from tests.simulation.deeds import quickbooks as quickbooks_deeds
from tests.simulation.deeds import released as released_deeds
from tests.simulation.deeds.choosing import NothingToDo, one_of
from tests.simulation.nemesis import Danger
from tests.simulation.opening import disk, opening
from tests.simulation.rules.judge import Judge
from tests.simulation.script import AS_PLANNED, Kind, Script, Step, script
from tests.simulation.stage import COMPANY, Stage, thawed

Tell = Callable[[str], None]
RELEASED_DEEDS = {deed.__name__: deed for deed in released_deeds.DEEDS}
QUICKBOOKS_DEEDS = {deed.__name__: deed for deed in quickbooks_deeds.DEEDS}
FORGETS_AFTER = timedelta(hours=24)  # QuickBooks may forget the answers it gave to request ids
CONVERGES_IN = 2
SECOND_THOUGHTS = 0.3
ALL_RUNS_EVERY = 5  # histories; in the others a run that writes nothing is proof enough that they have converged


class Broken(AssertionError):
    """The history ended with something that must never be; `why` says which rules and where."""

    def __init__(self, seed: int, why: list[str], steps: tuple[Step, ...] = ()) -> None:
        super().__init__(f"{'; '.join(why)}  Replay: make simulate SEED={seed}")
        self.seed, self.why, self.steps = seed, why, steps


def silent(words: str) -> None:
    """Nobody watches."""


@dataclass
class History:
    """One seed's story. Raises Broken."""

    script: Script
    tell: Tell = silent
    undo_tokens: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        begin = opening(self.script.setting)
        place = disk()
        place.nemesis = None
        place.put_in(begin.store)
        self.stage = Stage(thawed(begin.sides), place, self.script.seed, self.tell)
        self.sides = self.stage.sides
        self.judge = Judge(self.stage)
        self.sides.clock.advance(timedelta(minutes=15))

    def play(self) -> None:
        for step in self.script.steps:
            self.tell(f"{step.kind}: {step.name}")
            self._take(step, Random(f"step {step.seed}"))
        self._settle("when all faults have ended")
        if self.script.heals:
            self._heal()
            self._settle("when people have mended what they can")

    def _take(self, step: Step, random: Random) -> None:
        match step.kind:
            case Kind.RELEASED | Kind.QUICKBOOKS:
                self.sides.clock.advance(timedelta(seconds=random.choice((0, 1, 40))))
                self._deed(step.kind, step.name, random)
            case Kind.LINKS:
                self._links(step.name, random)
            case Kind.TIME:
                self._time(step.name, random)
            case Kind.RUN:
                self._run(random, planned=step.name == AS_PLANNED)

    def _deed(self, kind: Kind, name: str, random: Random) -> None:
        try:
            if kind is Kind.RELEASED:
                said = RELEASED_DEEDS[name](released_deeds.Desk(self.sides, random))
            else:
                said = QUICKBOOKS_DEEDS[name](quickbooks_deeds.Ledger(self.sides, random))
        except NothingToDo:
            self.tell("  (there is none)")
        except (Problem, Refusal) as refused:
            self.tell(f"  refused: {str(refused)[:150]}")
        else:
            self.judge.saw_people()
            self.tell(f"  {said}")

    def _meddle(self, random: Random) -> None:
        """Somebody works while we sync."""
        kind = random.choice((Kind.RELEASED, Kind.QUICKBOOKS))
        deeds = RELEASED_DEEDS if kind is Kind.RELEASED else QUICKBOOKS_DEEDS
        name = random.choice(sorted(deeds))
        self.tell(f"    > {kind}: {name}")
        self._deed(kind, name, random)

    def _links(self, name: str, random: Random) -> None:
        desk, propagate = self.stage.desk, name.endswith(("all", "depends on it"))
        try:
            if name == "undo":
                change = desk.undo.take_back(one_of(random, self.undo_tokens), "a person")
                self.stage.unlinked ^= set(change.changed)
            elif name.startswith("unlink"):
                refs = [one_of(random, self._known())]
                change = desk.linking.unlink(COMPANY, refs, "a person", propagate)
                self.judge.unlinked(refs, change, propagate)
                self.stage.unlinked |= set(change.changed)
            else:
                refs = [one_of(random, sorted(self.stage.unlinked))]
                change = desk.linking.relink(COMPANY, refs, "a person", propagate)
                self.stage.unlinked -= set(change.changed)
        except (UserError, NothingToDo) as refused:
            self.tell(f"  refused: {refused}")
            return
        self.undo_tokens += [change.undo_token] if change.undo_token else []
        self.tell(f"  {', '.join(map(str, change.changed))}")

    def _known(self) -> list[RecordRef]:
        return self.judge.known_refs()

    def _time(self, name: str, random: Random) -> None:
        clock = self.sides.clock
        match name:
            case "hours":
                clock.advance(timedelta(hours=random.choice((1, 3, 11))))
            case "days":
                clock.advance(timedelta(days=random.choice((1, 3))))
            case "more than a month":
                clock.advance(timedelta(days=random.choice((29, 31, 45))))
            case "our clock jumps":
                hours = random.choice((-24, -1, -1, 1, 1, 24))
                self.stage.product_clock.skew = timedelta(hours=hours)
                self.tell(f"  by {hours} h")
            case _:
                clock.advance(timedelta(minutes=random.choice((2, 15, 50))))
        if name in ("days", "more than a month"):
            self.sides.books.replies.clear()

    def _run(self, random: Random, planned: bool) -> None:
        danger = Danger.drawn(random)
        self.tell(f"  {danger}")
        self._held_by_the_dead()
        self.judge.run_begins()
        plan = self._dry_run(random) if planned else ""
        finished = self.stage.sync(danger, random, self._meddle, plan)
        self.tell(f"  -> {_words(finished)}")

    def _dry_run(self, random: Random) -> str:
        """The hash of a plan; now and then something changes before it is carried out."""
        before = len(self.stage.written)
        plan = self.stage.dry_run(random)
        wrote = [f"a dry run wrote: {one.call}" for one in self.stage.written[before:]]
        if wrote:
            raise Broken(self.script.seed, wrote, self.script.steps)
        self.tell(f"  plan {plan}")
        if random.random() < SECOND_THOUGHTS:
            self._meddle(random)
        return plan

    def _held_by_the_dead(self) -> None:
        """A process that died leaves its lease: it runs out before the next run may begin."""
        self.stage.expire_leases()

    def _settle(self, when: str) -> None:
        """At most two runs in peace converge: the next one at the latest has nothing to do."""
        self.tell(f"--- {when}")
        for kind in sorted(self.sides.books.books.settings.unreadable):
            self.sides.books.mend_reading(kind)
        random = Random("in peace")
        for _ in range(CONVERGES_IN + 1):
            before = len(self.stage.written)
            finished = self._in_peace(random, when)
            late = [one for one in self.stage.written[before:] if one.took_effect]
            if not late and self.script.seed % ALL_RUNS_EVERY:
                break
        why = [f"run {CONVERGES_IN + 1} in peace still wrote: {one.call}" for one in late]
        why += self.judge.verdict(finished)
        if why:
            raise Broken(self.script.seed, [f"{when}: {one}" for one in why], self.script.steps)

    def _in_peace(self, random: Random, when: str) -> Finished:
        self.sides.clock.advance(timedelta(minutes=15))
        self._held_by_the_dead()
        self.judge.run_begins()
        finished = self.stage.sync(Danger(), random)
        self.tell(f"  -> {_words(finished)}")
        if finished and finished.could_not_run and self.stage.token_lost:
            self.tell("  an administrator connects QuickBooks again: a token that Intuit had renewed never arrived")
            self.stage.connect_again()
            finished = self.stage.sync(Danger(), random)
            self.tell(f"  -> {_words(finished)}")
        if finished is None or finished.could_not_run:
            raise Broken(self.script.seed, [f"{when}: a run in peace did not finish: {_words(finished)}"])
        return finished

    def _heal(self) -> None:
        self.tell("--- people mend what they can")
        self.sides.books.close_books(None)
        ledger = quickbooks_deeds.Ledger(self.sides, Random(0))
        for entity in ("Class", "Account", "Item", "Customer", "Vendor"):
            for row in ledger.rows(entity, Active=False):
                self._restore(entity, row["Id"])
        for ref in sorted(self.stage.unlinked):
            self.stage.desk.linking.relink(COMPANY, [ref], "a person")
        self.stage.unlinked.clear()
        self.judge.saw_people()

    def _restore(self, entity: str, record_id: str) -> None:
        try:
            self.sides.books.activate(entity, record_id)
        except Refusal as refused:
            self.tell(f"  {entity} {record_id} stays inactive: {refused}")


def _words(finished: Finished | None) -> str:
    if finished is None:
        return "died"
    failures = [f"{row.ref} {row.name!r} {row.outcome} {row.code or row.details}" for row in finished.failures]
    return f"{finished.flag} {finished.could_not_run} {finished.counts} {failures}"


def play(seed: int, tell: Tell = silent, only: frozenset[int] | None = None) -> None:
    """Raises Broken. `only` keeps some steps of the script, by their place."""
    whole = script(seed)
    steps = tuple(step for place, step in enumerate(whole.steps) if only is None or place in only)
    History(Script(whole.seed, whole.setting, steps, whole.heals), tell).play()
