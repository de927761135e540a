"""The table of the stand-ins names exactly what they have: types, collections, methods, and what lies outside."""

import re

import pytest

from blocks.limits.catalogue import SURFACES, block_rules
from blocks.limits.rules import anything
from blocks.limits.tables import SAFE
from bot.sandbox.quickbooks.books.out_of_scope import NAMES
from bot.sandbox.quickbooks.books.schema import ENTITIES
from bot.sandbox.released.rules.shapes import Collection
from bot.sandbox.slack.methods.web_api import METHODS
from tests.docs.pages import PAGES

PAGE = PAGES["docs/stand-ins.md"]
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.M)
ROWS = {(stand_in, what): (covers, lacks) for stand_in, what, covers, lacks in ROW.findall(PAGE.prose)}
UNUSED = {name for name, rule in block_rules(SAFE).items() if rule is anything}


def named(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


@pytest.mark.parametrize(
    ("stand_in", "what", "has"),
    [
        ("QuickBooks", "types", list(ENTITIES)),
        ("Re-Leased", "collections", list(Collection)),
        ("Slack", "methods", list(METHODS)),
    ],
)
def test_the_table_names_what_a_stand_in_has(stand_in: str, what: str, has: list[str]) -> None:
    assert sorted(named(ROWS[stand_in, what][0])) == sorted(has)


def test_the_table_names_the_types_that_are_refused_and_how() -> None:
    told = named(ROWS["QuickBooks", "types"][1])
    assert sorted(name for name in told if not name.isdecimal()) == sorted(NAMES)
    assert [name for name in told if name.isdecimal()] == ["5020", "2000", "4001", "2000", "500"]


def test_the_table_names_the_blocks_that_are_known_by_name_only() -> None:
    told = {name for name in named(ROWS["Slack", "messages and views"][1]) if name in SURFACES}
    assert told == UNUSED != set()


def test_it_is_one_table_of_all_three() -> None:
    assert {stand_in for stand_in, _ in ROWS} == {"stand-in", "QuickBooks", "Re-Leased", "Slack"}
