"""docs/style.md: one table of every measure beside where it wants to stand, and how each is measured."""

from collections.abc import Callable
from dataclasses import dataclass

from tools.style import record_types, rooms
from tools.style.arrows import between_modules, circles
from tools.style.habits import broad_excepts, is_strict, lazy_imports, typed_share
from tools.style.lengths import Length, files, functions, over, spread
from tools.style.project import Project
from tools.style.proofs import own_hops, replaced, size
from tools.style.rooms import house

PATH = "docs/style.md"
GUIDE_NAME = record_types.GUIDE.removeprefix("docs/")
MANY_FILE_LINES, MANY_FUNCTION_LINES = 300, 50
HEAD = """# The style in figures

`make style` measures the source and writes this page. The right column has the medians of good projects of this kind;
they are examples to learn from, not limits.

| measure | here | where we want to stand |
|---|---|---|
"""
FILE_GOAL = f"median 90, hardly any over {MANY_FILE_LINES}"
FUNCTION_GOAL = f"median 10, hardly any over {MANY_FUNCTION_LINES}"
A_FILE = (
    "Lines of each Python file, empty ones and comments included; files with nothing but a docstring are left out. "
    "p90: nine of ten files have no more."
)
A_FUNCTION = (
    "From the first decorator or `def` to the end, docstring included; methods, and functions inside functions, count "
    "for themselves too."
)
PRODUCT = "The product is everything in `bot` and `blocks` but the stand-ins and the migrations."
SAME_FOR_STAND_INS = "The same, for the stand-ins alone."


@dataclass(frozen=True)
class Row:
    """A measure, how to take it, where it wants to stand, and how it is measured in words."""

    measure: str
    here: Callable[[Project], str]
    goal: str
    how: str


def page(project: Project) -> str:
    cells = [f"| {row.measure} | {row.here(project)} | {row.goal} |\n" for row in ROWS]
    how = [f"\n**{row.measure}.** {row.how}\n" for row in ROWS]
    return "".join([HEAD, *cells, "\n## How it is measured\n", *how])


def _spread(lengths: list[Length], many: int) -> str:
    found = spread(lengths)
    longest = ", ".join(f"`{one.name}` {one.lines}" for one in found.longest)
    more = len(over(lengths, many))
    return f"median {found.median:g}, p90 {found.p90}, max {found.most}; {more} over {many}; longest: {longest}"


def _typed(project: Project) -> str:
    share = typed_share(project.source)
    strict = "on" if is_strict(project.text("pyproject.toml")) else "off"
    return f"{share.percent:g} % of {share.functions} functions; `mypy --strict` {strict}"


def _broad(project: Project) -> str:
    return _counted(broad_excepts(project.source))


def _lazy(project: Project) -> str:
    return _counted(lazy_imports(project.source))


def _counted(places: list[str]) -> str:
    return f"{len(places)}: {', '.join(f'`{place}`' for place in places)}" if places else "0"


def _cycles(project: Project) -> str:
    return _counted([", ".join(sorted(names)) for names in circles(between_modules(project.source))])


def _tests(project: Project) -> str:
    lines = size(project)
    return f"{lines.ratio:.2f} : 1 ({lines.tests} : {lines.source} lines)"


def _mocks(project: Project) -> str:
    found = replaced(project.tests)
    mocks, patches = found.per_100(found.mocks), found.per_100(found.patches)
    return f"{mocks:.1f}, and {patches:.1f} patches ({found.mocks} and {found.patches} in {found.tests} tests)"


def _hops(project: Project) -> str:
    hops = own_hops(project.tests)
    return f"{hops[0]} functions in {hops[1]} modules" if hops else "not measured"


def _record_type(project: Project) -> str:
    cost, named = (
        record_types.by_the_guide(project.text(record_types.GUIDE)),
        record_types.least_named([one for one in project.source if not one.is_stand_in]),
    )
    guide = f"{_many(cost.files, 'file')} + {_many(cost.lines, 'line')} by the guide" if cost else "no guide"
    return f"{guide}; {named.lines} lines in {named.files} files by the code (`{named.type}`)" if named else guide


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _rooms(project: Project) -> str:
    found = house([module for module in project.source if not module.is_stand_in])
    fullest = f"; most files: {found.fullest.files} (`{found.fullest.name}`)" if found.fullest else ""
    return f"{rooms.summary(found)}{fullest}"


def _rooms_of_stand_ins(project: Project) -> str:
    return rooms.summary(house(project.stand_ins))


ROWS = (
    Row(
        "Lines a file",
        lambda project: _spread(files(project.product), MANY_FILE_LINES),
        FILE_GOAL,
        f"{A_FILE} {PRODUCT}",
    ),
    Row(
        "Lines a function",
        lambda project: _spread(functions(project.product), MANY_FUNCTION_LINES),
        FUNCTION_GOAL,
        A_FUNCTION,
    ),
    Row(
        "Lines a file, stand-ins",
        lambda project: _spread(files(project.stand_ins), MANY_FILE_LINES),
        FILE_GOAL,
        SAME_FOR_STAND_INS,
    ),
    Row(
        "Lines a function, stand-ins",
        lambda project: _spread(functions(project.stand_ins), MANY_FUNCTION_LINES),
        FUNCTION_GOAL,
        SAME_FOR_STAND_INS,
    ),
    Row(
        "Typed",
        _typed,
        "100 %, `mypy --strict`",
        "Functions whose parameters (but `self` and `cls`) and return value all have a type, stand-ins and migrations "
        "included. Whether mypy is strict is read from `pyproject.toml`.",
    ),
    Row(
        "Broad excepts",
        _broad,
        "at most 2",
        "What catches `Exception`, `BaseException` or everything and does not end in a bare `raise`, stand-ins "
        "included.",
    ),
    Row(
        "Import cycles",
        _cycles,
        "0",
        "Groups of modules that reach each other by imports, those for types and inside functions included "
        "(strongly connected components).",
    ),
    Row("Lazy imports", _lazy, "0", "Imports inside a function or a class, stand-ins included."),
    Row(
        "Tests : source",
        _tests,
        "at least 1.2 : 1",
        "Lines of Python in `tests` to those in `bot` and `blocks`. The stand-ins, their tests and the golden files "
        "count on neither side.",
    ),
    Row(
        "Mocks per 100 tests",
        _mocks,
        "at most 5",
        "Calls of `Mock`, `MagicMock` and their like and of `patch`, from `unittest.mock` or pytest-mock, for each 100 "
        "functions `test_…`; calls of `monkeypatch.setattr` are the patches. A test with many cases counts once.",
    ),
    Row(
        "Own hops of `/qbo-sync`",
        _hops,
        "3",
        "One signed request goes through the real Bolt app to the Slack stand-in. Counted are the distinct functions "
        "of `bot` that stand on the stack when the answer leaves, the listener included, and the modules they are in. "
        "A test holds both figures (`OWN_HOPS`, `OWN_MODULES`); they are read from there.",
    ),
    Row(
        "Cost of a new record type",
        _record_type,
        "1 file + 1 line",
        f"What the example of [{GUIDE_NAME}]({GUIDE_NAME}) adds to the product, as a test replays it; tests and "
        "stand-ins apart. By the code: the lines outside a type's own file that say `RecordType.…` of it, for the "
        "type that the fewest do.",
    ),
    Row(
        "Rooms",
        _rooms,
        "0 upwards, 0 cycles",
        "A room is a folder, without the folders in it; files loose in the folder of `__main__` are rooms of their "
        "own. An arrow is an ordered pair of rooms of which the first imports from the second. Cycles are strongly "
        "connected components of rooms; upwards are the arrows inside them, for without them all can point down. A "
        "room's floor is one above the highest that it uses. `python -m tools.style --rooms` prints every room. "
        "Stand-ins are left out.",
    ),
    Row("Rooms, stand-ins", _rooms_of_stand_ins, "0 upwards, 0 cycles", "The same, within the stand-ins."),
)
