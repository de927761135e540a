"""docs/web-page.md is true: every item of the web page has its row, its picture and its test, and none is left over."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "web-page.md"
TESTS = ROOT / "tests" / "browser" / "test_web_page.py"
SCREENSHOTS = ROOT / "docs" / "screenshots"
MOST_BYTES = 120_000
COLUMNS = ("date", "type", "Re-Leased id", "external id", "direction", "details", "link status")
ITEMS = (
    *("blue flag", "orange flag", "red flag", "dropdown overview"),
    *("company", "date", "status", "entity", "search", "refresh", "sync", "row selector", "unlink", "relink"),
    *(f"column {name}" for name in COLUMNS),
    *("more detail", "pages", "rows per page", "admin access"),
)
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
PICTURE = re.compile(r"\((?:docs/)?screenshots/([\w-]+\.png)\)")


def rows() -> list[list[str]]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def pictured(document: Path) -> set[str]:
    return set(PICTURE.findall(document.read_text(encoding="utf-8")))


def test_every_item_of_the_web_page_has_one_row() -> None:
    assert [row[0] for row in rows()] == list(ITEMS)
    assert all(len(row) == 4 and all(row) for row in rows())


@pytest.mark.parametrize("item", ITEMS)
def test_each_row_has_a_picture_and_a_test_that_exist(item: str) -> None:
    (row,) = [row for row in rows() if row[0] == item]
    pictures, named = PICTURE.findall(row[2]), re.findall(r"`(\w+)`", row[3])
    assert pictures and all((SCREENSHOTS / name).is_file() for name in pictures)
    assert len(named) == 1 and named[0] in stories_of(TESTS)


def stories_of(file: Path) -> list[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def test_no_test_of_the_web_page_stands_for_nothing() -> None:
    assert sorted(stories_of(TESTS)) == sorted(re.findall(r"`(test_\w+)` \|", TABLE.read_text(encoding="utf-8")))


def test_every_picture_is_shown_somewhere_and_small() -> None:
    shown = set().union(*map(pictured, DOCUMENTS))
    drawn = {file.name: file.stat().st_size for file in SCREENSHOTS.glob("*.png")}
    assert shown == set(drawn)
    assert [name for name, size in drawn.items() if size > MOST_BYTES] == []


@pytest.mark.parametrize("document", ["README.md", "docs/in-slack.md"])
def test_the_table_is_found_from(document: str) -> None:
    assert "web-page.md)" in (ROOT / document).read_text(encoding="utf-8")
