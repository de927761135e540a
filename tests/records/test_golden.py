"""Every golden file is one record on one side and what it becomes on the other; `--rewrite` writes them anew.

A file holds `type`, `to` ("quickbooks" or "released"), `entity`, `facts` that differ from the usual ones, the record
`given`, and what is `expected`. Adding a case is adding a file without `expected` and running with --rewrite.
"""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.core.model import Direction, RecordType
from bot.records import BY_TYPE
from tests.records.samples import FACTS, LOOKUP

FILES = sorted((Path(__file__).parent / "golden").glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_record_becomes_what_its_golden_file_says(path: Path, rewrite: bool) -> None:
    case = json.loads(path.read_text(), parse_float=Decimal)
    found = translated(case)
    if rewrite:
        path.write_text(json.dumps({**case, "expected": found}, indent=2, ensure_ascii=False, default=float) + "\n")
        return
    assert same_kinds(found, case["expected"])
    assert found == case["expected"]


def test_there_is_a_golden_file_of_every_record_type_and_direction() -> None:
    cases = [json.loads(path.read_text()) for path in FILES]
    found = {(case["type"], case["to"]) for case in cases}
    assert found >= {(spec.type, "released") for spec in BY_TYPE.values()}
    assert found >= {(spec.type, "quickbooks") for spec in BY_TYPE.values() if Direction.OUTGOING in spec.directions}


def translated(case: dict[str, Any]) -> dict[str, Any]:
    spec, facts = BY_TYPE[RecordType(case["type"])], replace(FACTS, **case.get("facts", {}))
    if case["to"] == "quickbooks":
        return spec.to_quickbooks(case["given"], case["entity"], LOOKUP, facts)
    return spec.to_released(case["entity"], case["given"], LOOKUP, facts)


def same_kinds(found: Any, expected: Any) -> bool:
    """Text stays text and a number a number: QuickBooks takes the one, Re-Leased the other."""
    if isinstance(found, dict):
        return all(same_kinds(found[key], expected.get(key)) for key in found)
    if isinstance(found, list):
        return all(same_kinds(one, other) for one, other in zip(found, expected, strict=True))
    return isinstance(found, str) == isinstance(expected, str)
