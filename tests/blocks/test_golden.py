"""Every view looks as its golden file says; `--rewrite` writes them anew: read the difference before keeping it.

A file is called by the function in `blocks/` and holds what Slack would be sent for one ordinary sample of it.
"""

import json
from pathlib import Path

import pytest

from blocks.kit.kit import Message
from tests.blocks.gallery import SAMPLES
from tests.blocks.test_every_view import PARTS, makers

GOLDEN = Path(__file__).parent / "golden"


def sent(name: str) -> str:
    view = SAMPLES[name]()
    said = {"text": view.text, "blocks": view.blocks} if isinstance(view, Message) else view
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_view_looks_as_its_golden_file_says(name: str, rewrite: bool) -> None:
    file = GOLDEN / f"{name}.json"
    if rewrite:
        file.write_text(sent(name), encoding="utf-8")
    assert file.is_file(), f"{name} has no golden file: --rewrite makes it"
    assert sent(name) == file.read_text(encoding="utf-8")


def test_every_view_has_a_sample_and_no_golden_file_is_left_over() -> None:
    assert SAMPLES.keys() == makers() - PARTS
    assert {file.stem for file in GOLDEN.glob("*.json")} <= SAMPLES.keys()
