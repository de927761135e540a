"""The shape of the code: imports run downwards only, the core is pure, and no file or exception is too broad."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "docs" / "house.md"
ROW = re.compile(r"^\| `([\w.]+)` \| (.+?) \| (.+?) \|$", re.M)
ALONE = {"bot.sandbox"}  # a program of its own: it may use all, nothing may use it
PURE = ("bot.core", "bot.records", "blocks")
IMPURE_MODULES = {
    *("os", "time", "random", "secrets", "uuid", "socket", "threading", "subprocess", "pathlib", "logging", "asyncio"),
    *("requests", "sqlalchemy", "slack_sdk", "slack_bolt", "structlog", "apscheduler"),
}
IMPURE_CALLS = {"now", "utcnow", "today", "open", "input", "monotonic"}
JS_IMPORT = re.compile(r"""^(?:import|export)\b[^"';]*["']\./([\w.]+)["']""", re.M)
MOST_LINES = 350
MOST_FUNCTION_LINES = 50  # migrations apart: each is one released schema, written once and never changed
MOST_FILES = 20  # a room, its __init__ apart from the count of none
MOST_BROAD_EXCEPTS = 2


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    tree: ast.Module
    text: str

    @property
    def is_generated(self) -> bool:
        return "versions" in self.path.parts


@cache
def modules() -> tuple[Module, ...]:
    paths = sorted(path for folder in ("bot", "blocks") for path in (ROOT / folder).rglob("*.py"))
    return tuple(Module(_name(path), path, ast.parse(path.read_text()), path.read_text()) for path in paths)


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def names() -> frozenset[str]:
    return frozenset(module.name for module in modules())


@cache
def nodes(name: str) -> tuple[ast.AST, ...]:
    """All that a module consists of."""
    (tree,) = [module.tree for module in modules() if module.name == name]
    return tuple(ast.walk(tree))


def imports(module: Module) -> Iterator[str]:
    """The modules that this one imports, wherever it does."""
    for node in nodes(module.name):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.name}: relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in names() else str(node.module)


@cache
def packages() -> frozenset[str]:
    return frozenset(module.name for module in modules() if module.path.name == "__init__.py")


def room_of(name: str) -> str:
    """The folder of a module, as docs/house.md names it; the few files of `bot/` itself are rooms of their own."""
    folder = (
        name if name in packages() or (name.count(".") < 2 and name.startswith("bot.")) else name.rpartition(".")[0]
    )
    return folder.removeprefix("bot.").removesuffix(".versions")


@cache
def table() -> dict[str, tuple[str, ...]]:
    """What each room may import, by docs/house.md."""
    house = HOUSE.read_text().partition("## Which room may import which")[2]
    rows = ROW.findall(house)
    assert len(dict((room, 1) for room, _, _ in rows)) == len(rows), "a room has two rows"
    return {room: tuple(re.findall(r"`([\w.]+\*?)`", allowed)) for room, _, allowed in rows}


def covers(pattern: str, room: str) -> bool:
    return room == pattern or (pattern.endswith(".*") and (room + ".").startswith(pattern[:-1]))


@cache
def arrows() -> dict[tuple[str, str], list[str]]:
    """From a room to each other one that it imports, with the modules that do."""
    found: dict[tuple[str, str], list[str]] = {}
    for module in ours():
        for name in imports(module):
            if name in names() and name != "bot" and room_of(name) != room_of(module.name):
                found.setdefault((room_of(module.name), room_of(name)), []).append(f"{module.name} imports {name}")
    return found


def package_of(name: str) -> str:
    return ".".join(name.split(".")[:2]) if name.startswith("bot.") else name.split(".")[0]


@cache
def ours() -> tuple[Module, ...]:
    return tuple(module for module in modules() if package_of(module.name) not in ALONE and module.name != "bot")


def test_every_room_has_its_row() -> None:
    assert {room_of(module.name) for module in ours()} == table().keys()


def test_a_room_imports_only_what_its_row_allows() -> None:
    others = [
        line
        for (room, other), lines in arrows().items()
        for line in lines
        if not any(covers(pattern, other) for pattern in table()[room])
    ]
    assert others == []


def test_no_row_allows_what_nobody_needs() -> None:
    idle = [
        f"{room}: {pattern}"
        for room, allowed in table().items()
        for pattern in allowed
        if not any(covers(pattern, other) for one, other in arrows() if one == room)
    ]
    assert idle == []


def test_no_circle_of_rooms_and_so_no_arrow_upwards() -> None:
    needs = {room: {other for one, other in arrows() if one == room} for room in table()}
    assert _cycles(needs) == {}


def _cycles(needs: dict[str, set[str]]) -> dict[str, set[str]]:
    """What is left once everything that needs nothing is taken away, again and again."""
    left = dict(needs)
    while free := [name for name, needed in left.items() if not needed & left.keys()]:
        for name in free:
            del left[name]
    return left


def test_no_room_is_a_corridor_of_files() -> None:
    sizes = Counter(module.path.parent for module in modules() if not module.is_generated)
    full = {str(folder.relative_to(ROOT)): files for folder, files in sizes.items() if files > MOST_FILES}
    assert full == {}


def test_nothing_needs_the_sandbox() -> None:
    needing = [module.name for module in ours() for name in imports(module) if package_of(name) in ALONE]
    assert needing == []


def test_there_is_no_cycle_of_imports() -> None:
    needs = {module.name: {name for name in imports(module) if name in names()} - {module.name} for module in modules()}
    assert _cycles(needs) == {}


def test_scripts_of_a_web_page_import_in_no_cycle() -> None:
    folders = {path.parent for path in (ROOT / "bot").rglob("*.js")}
    assert folders
    for folder in folders:
        needs = {path.name: set(JS_IMPORT.findall(path.read_text())) for path in folder.glob("*.js")}
        assert set().union(*needs.values()) <= needs.keys()
        assert any(needs.values())
        assert _cycles(needs) == {}


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        f"{module.name}:{inner.lineno}"
        for module in modules()
        for node in nodes(module.name)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


@pytest.mark.parametrize("package", PURE)
def test_values_go_in_and_values_come_out_and_nothing_else(package: str) -> None:
    impure = [
        f"{module.name}: {found}"
        for module in ours()
        if module.name.startswith(package)
        for found in sorted(_impure(module))
    ]
    assert impure == []


def _impure(module: Module) -> set[str]:
    called = {_name_called(node) for node in nodes(module.name) if isinstance(node, ast.Call)}
    return ({name.split(".")[0] for name in imports(module)} & IMPURE_MODULES) | (called & IMPURE_CALLS)


def _name_called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_only_the_settings_read_the_environment() -> None:
    assert [module.name for module in ours() if re.search(r"\bos\.environ|\bgetenv\b", module.text)] == []


def test_hardly_anything_catches_everything() -> None:
    broad = [f"{module.name}:{line}" for module in modules() for line in _broad_excepts(module)]
    assert len(broad) <= MOST_BROAD_EXCEPTS, broad


def _broad_excepts(module: Module) -> Iterator[int]:
    """Lines that catch whatever comes and go on; what is raised again after cleaning up is none."""
    for node in nodes(module.name):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        names = {getattr(one, "id", "") for one in caught} if node.type else {""}
        raised_again = any(isinstance(last, ast.Raise) and last.exc is None for last in node.body[-1:])
        if (node.type is None or names & {"Exception", "BaseException"}) and not raised_again:
            yield node.lineno


def test_no_file_is_two_ideas() -> None:
    long = {module.name: len(module.text.splitlines()) for module in modules() if not module.is_generated}
    assert {name: lines for name, lines in long.items() if lines > MOST_LINES} == {}


def test_no_function_is_two_ideas() -> None:
    long = {
        f"{module.name}:{node.name}": node.end_lineno - node.lineno + 1
        for module in modules()
        if not module.is_generated
        for node in nodes(module.name)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }
    assert {name: lines for name, lines in long.items() if lines > MOST_FUNCTION_LINES} == {}


def test_every_module_opens_with_its_job() -> None:
    silent = [module.name for module in modules() if module.text.strip() and not ast.get_docstring(module.tree)]
    assert silent == []


def test_nothing_prints() -> None:
    printing = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        for node in nodes(module.name)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


def test_only_the_kit_makes_live_text_and_escapes() -> None:
    """A view that did it by itself would have to know all of `blocks.kit.kit` again, and one of them would forget."""
    others = [
        module
        for module in modules()
        if module.name.startswith("blocks.") and not module.name.startswith(("blocks.kit.kit", "blocks.limits."))
    ]
    for module in others:
        said = {node.value for node in ast.walk(module.tree) if isinstance(node, ast.Constant)}
        assert not said & {"mrkdwn", "plain_text", "&amp;", "&lt;", "&gt;", "&", "<", ">"}, module.name
        assert "html" not in {
            alias.name for node in ast.walk(module.tree) if isinstance(node, ast.Import) for alias in node.names
        }
