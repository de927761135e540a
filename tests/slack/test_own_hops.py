"""How many functions of ours stand between the `/qbo-sync` listener and its answer; docs/style.md shows the figures."""

import threading
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from tests.slack.conftest import Bot

OWN_HOPS = 4
OWN_MODULES = 2
OURS = Path(__file__).parents[2] / "bot"
STAND_INS = OURS / "sandbox"
LEAVES = ("client.py", "putrequest")
"""Every request of the Slack SDK begins in http.client.HTTPConnection.putrequest."""


class Hops:
    """What of ours stood on the stack, the listener first, each time a request left a thread."""

    def __init__(self) -> None:
        self.seen: list[list[CodeType]] = []

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and (Path(code.co_filename).name, code.co_name) == LEAVES and (own := own_stack(frame)):
            self.seen.append(own)


def own_stack(frame: FrameType | None) -> list[CodeType]:
    """Distinct functions, outermost first."""
    codes: dict[CodeType, None] = {}
    while frame:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(OURS) and not path.is_relative_to(STAND_INS):
            codes[frame.f_code] = None
        frame = frame.f_back
    return [*reversed(codes)]


@pytest.fixture
def hops() -> Iterator[Hops]:
    """Listens in every thread that begins from now on: the app's own threads begin with its first request."""
    hops, before = Hops(), threading.getprofile()
    threading.setprofile(hops)
    yield hops
    threading.setprofile(before)  # type: ignore[arg-type]  # None is what it begins with


def test_few_functions_of_ours_stand_between_the_command_and_its_answer(hops: Hops, bot: Bot) -> None:
    bot.slack.command()
    bot.said("needs attention")
    answer = hops.seen[-1]
    names = [code.co_qualname for code in answer]
    assert len(answer) == OWN_HOPS, names
    assert len({code.co_filename for code in answer}) == OWN_MODULES, names
