"""Every number of the product is listed: as a rule with the fast tests that hold it in its place, or as none."""

import ast
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.changed_copy import ROOT
from tests.constants.listed import LISTED
from tests.constants.listing import Rule
from tests.constants.source import numbers, value_of, with_value

RULES = [one for one in LISTED if isinstance(one, Rule)]
LONG = {"edge", "long"}
"""Marks of tests that the fast set leaves out: those would hold a rule once a day."""
SOURCE = """
# ä
A, B = 1, 2
C = (  # of a page
    300
)
@dataclass
class Caps:
    each: int = 10
"""


def text_of(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def test_every_number_is_listed_as_a_rule_or_as_none_with_a_reason() -> None:
    """A new one: name in tests/constants/of_….py what fails when it moves, and see it fail by `make constants`."""
    found, listed = set(numbers()), Counter((one.file, one.name) for one in LISTED)
    assert sorted(found - listed.keys()) == []
    assert [name for name, times in listed.items() if times > 1] == []
    assert all(one.why for one in LISTED if not isinstance(one, Rule))


def test_a_rule_is_moved_to_other_values_than_its_own() -> None:
    for one in LISTED:
        own = ast.dump(value_of(text_of(one.file), one.name))
        moved = one.moved if isinstance(one, Rule) else ("None",)
        changed = {ast.dump(value_of(with_value(text_of(one.file), one.name, to), one.name)) for to in moved}
        assert len(changed) == len(moved) > 0 and own not in changed, one


def test_the_tests_of_a_rule_are_there_and_in_the_fast_set() -> None:
    fast = {test.partition("::")[0]: set[str]() for rule in RULES for test in rule.tests}
    for file in fast:
        fast[file] = set(_fast(ast.parse(text_of(file))))
    for rule in RULES:
        names = [(file, name) for file, _, name in (test.partition("::") for test in rule.tests)]
        assert names and all(name in fast[file] if name else fast[file] for file, name in names), rule


@pytest.mark.parametrize(("name", "changed"), [("B", "A, B = 1, (0)"), ("Caps.each", "each: int = (0)\n")])
def test_a_constant_is_given_another_value_in_its_place(name: str, changed: str) -> None:
    moved = with_value(SOURCE, name, "0")
    assert changed in moved and len(moved.splitlines()) == len(SOURCE.splitlines())
    assert ast.dump(value_of(moved, name)) == "Constant(value=0)"


def _fast(tree: ast.Module) -> Iterator[str]:
    """The tests of a file, without those that are in the long set whole."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            names = {getattr(mark, "id", "") or getattr(mark, "attr", "") for mark in node.decorator_list}
            if not names & LONG:
                yield node.name
