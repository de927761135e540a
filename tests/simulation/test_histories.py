"""Hundreds of histories with everything that goes wrong in them; thousands by `make simulate`."""

from datetime import timedelta
from functools import cache
from random import Random

import pytest

from tests.simulation.history import History, play
from tests.simulation.nemesis import Danger
from tests.simulation.opening import Setting, disk, opening
from tests.simulation.rules.judge import Judge
from tests.simulation.script import Kind, Script, Step, script
from tests.simulation.stage import Stage, thawed

HISTORIES, HISTORIES_IN_THE_LONG_RUN = 102, 396
IN_ONE_TEST = 6
POINTS_APART = 24  # in the short run, of the inputs and outputs at which the process dies


@pytest.mark.parametrize("first", range(1, HISTORIES, IN_ONE_TEST))
def test_nothing_is_lost_doubled_or_wrong_whatever_goes_wrong(first: int) -> None:
    for seed in range(first, first + IN_ONE_TEST):
        play(seed)


@pytest.mark.long
@pytest.mark.parametrize("first", range(HISTORIES + 1, HISTORIES_IN_THE_LONG_RUN, IN_ONE_TEST))
def test_nothing_is_lost_doubled_or_wrong_in_the_long_run(first: int) -> None:
    for seed in range(first, first + IN_ONE_TEST):
        play(seed)


def test_a_seed_always_tells_the_same_story() -> None:
    told: list[list[str]] = [[], []]
    for words in told:
        play(7, words.append)
    assert told[0] == told[1]


def test_a_script_begins_alike_when_one_of_its_steps_is_left_out() -> None:
    assert script(3) == script(3)
    assert len({step.seed for step in script(3).steps}) == len(script(3).steps)


STEPS = (  # two of a kind on each side, so that a page that is lost takes something along
    Step(Kind.RELEASED, "new_contact", "at every point/5"),
    Step(Kind.RELEASED, "new_invoice", "at every point/4"),
    Step(Kind.QUICKBOOKS, "new_document", "at every point/3"),
    Step(Kind.RELEASED, "new_contact", "at every point/0"),
    Step(Kind.RELEASED, "new_invoice", "at every point/1"),
    Step(Kind.QUICKBOOKS, "pay", "at every point/2"),
)


def _begun() -> History:
    """A company with work to do on both sides."""
    history = History(Script(0, Setting(), STEPS, heals=False))
    for step in STEPS:
        history._take(step, Random(f"step {step.seed}"))
    history.sides.clock.advance(timedelta(minutes=15))
    history.judge.run_begins()
    return history


@cache
def _points_of_a_run() -> int:
    history = _begun()
    history.stage.sync(Danger(), Random(0))
    return history.stage.points


def test_a_process_may_die_at_any_input_and_output() -> None:
    for point in range(0, _points_of_a_run(), POINTS_APART):
        _dies_at(point)


@pytest.mark.long
@pytest.mark.parametrize("part", range(1, POINTS_APART))
def test_a_process_may_die_at_every_input_and_output(part: int) -> None:
    for point in range(part, _points_of_a_run(), POINTS_APART):
        _dies_at(point)


def _dies_at(point: int) -> None:
    history = _begun()
    assert history.stage.sync(Danger(crash_at=point), Random(0)) is None
    history._settle(f"after dying at point {point}")


def test_the_judge_sees_what_is_wrong() -> None:
    """A judge who finds nothing in a ruined company would let everything pass."""
    begin = opening(Setting())
    disk().put_in(begin.store)
    stage = Stage(thawed(begin.sides), disk(), 0)
    judge = Judge(stage)
    finished = stage.sync(Danger(), Random(0))
    assert finished is not None
    assert judge.verdict(finished) == []
    invoice = next(iter(stage.sides.books.entity("Invoice").values()))
    stage.sides.books.delete("Invoice", invoice["Id"])
    assert any("was deleted" in why for why in judge.verdict(finished))
