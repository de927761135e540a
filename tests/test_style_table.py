"""The figures of docs/style.md: each row stands there, each is measured right, and no file or function is too long."""

import re
import textwrap
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tools.style import rooms
from tools.style.arrows import between_modules, circles, floors
from tools.style.habits import broad_excepts, is_strict, lazy_imports, typed_share
from tools.style.lengths import Length, files, functions, over, spread
from tools.style.page import PATH, ROWS, Row, page
from tools.style.project import Module, Project, read
from tools.style.proofs import own_hops, replaced, size
from tools.style.record_types import Cost, Named, by_the_guide, least_named
from tools.style.rooms import house

ROOT = Path(__file__).parents[1]
MOST_FILE_LINES = 350
MOST_FUNCTION_LINES = 50
Tree = Callable[..., Project]


@cache
def ours() -> Project:
    return read(ROOT)


def written_by_hand() -> list[Module]:
    """A released migration is never changed again, however long."""
    return [module for module in ours().source if not module.is_migration]


def test_no_file_is_too_long() -> None:
    assert over(files(written_by_hand()), MOST_FILE_LINES) == []


def test_no_function_is_too_long() -> None:
    assert over(functions(written_by_hand()), MOST_FUNCTION_LINES) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.measure)
def test_each_measure_has_its_row_and_says_how_it_is_taken(row: Row) -> None:
    text = (ROOT / PATH).read_text(encoding="utf-8")
    (cells,) = re.findall(rf"^\| {re.escape(row.measure)} \| (.+) \| (.+) \|$", text, re.M)
    assert cells[0] != "not measured" and cells[1] == row.goal
    assert f"\n**{row.measure}.** {row.how}\n" in text


def test_the_page_has_no_row_that_is_not_measured() -> None:
    rows = re.findall(r"^\| (?!measure \|)(.+?) \|", (ROOT / PATH).read_text(encoding="utf-8"), re.M)
    assert rows == [row.measure for row in ROWS]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A repository of the given files: `tree({"bot/a.py": "…"})`."""

    def written(sources: dict[str, str]) -> Project:
        for name, text in sources.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return read(tmp_path)

    return written


def test_lines_of_files_without_those_that_say_nothing(tree: Tree) -> None:
    project = tree(
        {
            "bot/__init__.py": "",
            "bot/few/__init__.py": '"""Only its job."""\n',
            "bot/few/two.py": "a = 1\nb = 2\n",
            "bot/few/five.py": '"""Doc."""\n\n\n# why\na = 1\n',
            "bot/sandbox/eight.py": "a = 1\n" * 8,
            "bot/store/migrations/versions/0001.py": "a = 1\n" * 99,
            "blocks/nine.py": "a = 1\n" * 9,
        }
    )
    assert files(project.product) == [
        Length("bot/few/five.py", 5),
        Length("bot/few/two.py", 2),
        Length("blocks/nine.py", 9),
    ]
    assert files(project.stand_ins) == [Length("bot/sandbox/eight.py", 8)]


def test_lines_of_a_function_count_its_decorators_and_what_is_inside(tree: Tree) -> None:
    project = tree(
        {
            "bot/a.py": '''
            import functools

            @functools.cache
            @functools.wraps(
                print
            )
            def outer():
                """What it does."""

                async def inner(): return 1

                return inner

            class Box:
                class Lid:
                    def shut(self):
                        pass
            '''
        }
    )
    assert functions(project.source) == [
        Length("bot/a.py:outer", 10),
        Length("bot/a.py:outer.inner", 1),
        Length("bot/a.py:Box.Lid.shut", 2),
    ]


def test_spread_names_the_longest_and_what_nine_of_ten_stay_within() -> None:
    found = spread([Length(f"f{lines}", lines) for lines in range(1, 11)])
    assert (found.count, found.median, found.p90, found.most) == (10, 5.5, 9, 10)
    assert [one.name for one in found.longest] == ["f10", "f9", "f8"]
    assert over(found.longest, 9) == [Length("f10", 10)]
    assert spread([]).most == 0


def test_a_function_is_typed_when_all_it_takes_and_gives_is(tree: Tree) -> None:
    project = tree(
        {
            "bot/a.py": """
            def all_of_it(a: int, /, b: int, *c: int, d: int, **e: int) -> None: ...
            def no_return(a: int): ...
            def no_rest(a: int, *rest) -> None: ...
            def loose(self) -> None: ...
            class Box:
                def method(self, a: int) -> None: ...
                @classmethod
                def made(cls) -> None: ...
                @staticmethod
                def alone(a) -> None: ...
            """
        }
    )
    share = typed_share(project.source)
    assert (share.typed, share.functions, share.percent) == (3, 7, 42.8)
    assert is_strict("[tool.mypy]\nstrict = true") and not is_strict("[tool.mypy]\nstrict = false")
    assert not is_strict("")


def test_a_broad_except_is_one_that_goes_on(tree: Tree) -> None:
    clauses = ("except:", "except Exception:", "except (ValueError, BaseException) as e:", "except ValueError:")
    goes_on = "\n".join(f"try: pass\n{clause}\n    pass" for clause in clauses)
    raises = "\n".join(f"try: pass\n{clause}\n    print()\n    raise" for clause in clauses)
    other = "try: pass\nexcept Exception as e:\n    raise ValueError from e\n"
    project = tree({"bot/a.py": goes_on, "bot/b.py": raises, "bot/c.py": other})
    assert broad_excepts(project.source) == ["bot/a.py:2", "bot/a.py:5", "bot/a.py:8", "bot/c.py:2"]


def test_an_import_inside_a_function_or_a_class_is_lazy_and_counts_once(tree: Tree) -> None:
    project = tree(
        {
            "bot/a.py": """
            import os
            class Box:
                import sys
                def method(self):
                    def inner():
                        from os import path
            if os.name:
                import json
            """
        }
    )
    assert lazy_imports(project.source) == ["bot/a.py:3", "bot/a.py:6"]


def test_a_cycle_of_imports_is_found_however_they_are_written(tree: Tree) -> None:
    project = tree(
        {
            "bot/x/__init__.py": "",
            "bot/x/a.py": "from bot.x import b\nimport os\n",
            "bot/x/b.py": "from .c import thing\n",
            "bot/x/c.py": "def f():\n    from . import a\n",
            "bot/x/d.py": "import bot.x.a\nfrom ..y import e\n",
            "bot/y/e.py": "from bot import x\n",
        }
    )
    arrows = between_modules(project.source)
    assert arrows["bot.x.d"] == {"bot.x.a", "bot.y.e"} and arrows["bot.y.e"] == {"bot.x"}
    assert circles(arrows) == [frozenset({"bot.x.a", "bot.x.b", "bot.x.c"})]
    assert floors(arrows) == {"bot.x": 1, "bot.y.e": 2, "bot.x.a": 1, "bot.x.b": 1, "bot.x.c": 1, "bot.x.d": 3}


def test_tests_and_source_are_compared_without_the_stand_ins(tree: Tree) -> None:
    project = tree(
        {
            "bot/a.py": "a = 1\n" * 4,
            "bot/sandbox/b.py": "a = 1\n" * 50,
            "tests/test_a.py": "a = 1\n" * 5,
            "tests/golden/given.py": "a = 1\n" * 50,
            "tests/sandbox_books/test_b.py": "a = 1\n" * 50,
        }
    )
    lines = size(project)
    assert (lines.tests, lines.source, lines.ratio) == (5, 4, 1.25)


def test_mocks_count_by_any_name_and_a_method_of_ours_called_patch_does_not(tree: Tree) -> None:
    project = tree(
        {
            "tests/test_a.py": """
            from unittest import mock
            from unittest.mock import MagicMock as Fake, patch
            from bot.planning import patch as our_patch

            @patch("bot.a")
            def test_one(api, mocker, monkeypatch):
                Fake(), mock.Mock(), mocker.patch("b")
                with patch.object(api, "c"):
                    api.patch(), our_patch()
                monkeypatch.setattr(api, "d", 1)

            def test_two(): ...
            def helps(): ...
            """
        }
    )
    found = replaced(project.tests)
    assert (found.tests, found.mocks, found.patches) == (2, 5, 1)
    assert (found.per_100(found.mocks), found.per_100(found.patches)) == (250.0, 50.0)


def test_hops_are_read_from_the_test_that_holds_them(tree: Tree) -> None:
    assert own_hops(tree({"tests/test_a.py": "OWN_HOPS = 4\n"}).tests) is None
    assert own_hops(tree({"tests/test_b.py": "OWN_MODULES = 2\n"}).tests) == (4, 2)


def test_the_cost_of_a_record_type_by_the_guide_and_by_the_code(tree: Tree) -> None:
    steps = {"bot/bill.py": ("python", "a = 1\nb = 2"), "bot/list.py": ("diff", " a\n+b\n-c\n@@\n+d")}
    steps |= {"tests/golden/bill.json": ("json", "{}"), "bot/sandbox/shapes.py": ("diff", "+e")}
    blocks = [f"In `{file}`:\n\n```{language}\n{text}\n```\n" for file, (language, text) in steps.items()]
    assert by_the_guide("\n".join(["## A record type\n", *blocks, "## A fault\n", blocks[0]])) == Cost(1, 2)
    assert by_the_guide("# Adding") is None
    project = tree(
        {
            "bot/bill.py": "SPEC = described(RecordType.BILL)\nOTHER = RecordType.BILL\n",
            "bot/contact.py": "SPEC = Spec(type=RecordType.CONTACT, needs=RecordType.BILL)\n",
            "bot/words.py": "A = RecordType.BILL\nB = RecordType.CONTACT\nC = RecordType.from_word\n",
        }
    )
    assert least_named(project.source) == Named("CONTACT", 1, 1)
    assert least_named([]) is None


HOUSE = {
    "bot/__init__.py": "",
    "bot/__main__.py": "from bot import app\n",
    "bot/app.py": "from bot.top import one, two\n",
    "bot/top/one.py": "from bot.low.deep import thing\nfrom bot.low import x\n",
    "bot/top/two.py": "from bot.low.x import y\nfrom bot.top import one\n",
    "bot/low/x.py": "",
    "bot/low/deep/thing.py": "a = 1\n",
}


def test_rooms_are_folders_and_each_pair_is_one_arrow(tree: Tree) -> None:
    found = house(tree({**HOUSE, "bot/low/x.py": "a = 1\n"}).source)
    assert {room.name: (room.files, len(room.needs), room.needed_by, room.floor) for room in found.rooms} == {
        "bot/__main__.py": (1, 1, 0, 4),
        "bot/app.py": (1, 1, 1, 3),
        "bot/top": (2, 2, 1, 2),
        "bot/low": (1, 0, 1, 1),
        "bot/low/deep": (1, 0, 1, 1),
    }
    assert (found.arrows, found.floors, found.upward, found.circles) == (4, 4, 0, ())
    assert found.fullest and found.fullest.name == "bot/top"


def test_rooms_that_use_each_other_are_told(tree: Tree) -> None:
    project = tree({**HOUSE, "bot/low/x.py": "from bot.top import one\n"})
    found = house(project.source)
    assert found.circles == (frozenset({"bot/top", "bot/low"}),) and found.upward == 2
    told = rooms.table(project)
    assert "| `bot/top` | 2 | 2 | 2 | 2 |" in told and "In a circle: `bot/low`, `bot/top`." in told


def test_a_repository_without_guide_or_tests_has_a_page_too(tree: Tree) -> None:
    text = page(tree({"bot/a.py": "try: pass\nexcept Exception: pass\n"}))
    assert "| Broad excepts | 1: `bot/a.py:2` |" in text and "| Cost of a new record type | no guide |" in text
    assert "| Own hops of `/qbo-sync` | not measured |" in text and "`mypy --strict` off" in text
