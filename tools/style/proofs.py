"""How much of the repository is tests, and how much of the product they replace by something else."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.style.project import Function, Module, Project

MOCKING = ("unittest.mock.", "mock.", "mocker.")
MOCKS = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "patch", "create_autospec"})
PATCHES = frozenset({"monkeypatch.setattr"})
HOPS, HOP_MODULES = "OWN_HOPS", "OWN_MODULES"


@dataclass(frozen=True)
class Size:
    """In lines, without the stand-ins and their tests."""

    tests: int
    source: int

    @property
    def ratio(self) -> float:
        return self.tests / self.source if self.source else 0.0


@dataclass(frozen=True)
class Replaced:
    tests: int
    mocks: int
    patches: int

    def per_100(self, uses: int) -> float:
        return 100 * uses / self.tests if self.tests else 0.0


def size(project: Project) -> Size:
    counted = (sum(one.lines for one in modules if not one.is_stand_in) for modules in (project.tests, project.source))
    return Size(*counted)


def replaced(modules: Iterable[Module]) -> Replaced:
    """Counts calls of a mock's class or of `patch`, by any name they are imported under, and of monkeypatch.setattr."""
    tests = mocks = patches = 0
    for module in modules:
        called = list(_called(module))
        tests += sum(isinstance(node, Function) and node.name.startswith("test_") for node in module.nodes)
        mocks += sum(_is_mock(name) for name in called)
        patches += sum(name in PATCHES for name in called)
    return Replaced(tests, mocks, patches)


def _called(module: Module) -> Iterator[str]:
    """The dotted names of what is called, with an imported name written out."""
    meant = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in module.nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for node in module.nodes:
        if isinstance(node, ast.Call):
            first, dot, rest = _dotted(node.func).partition(".")
            yield f"{meant.get(first, first)}{dot}{rest}"


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _is_mock(name: str) -> bool:
    prefix = next((one for one in MOCKING if name.startswith(one)), None)
    return prefix is not None and name.removeprefix(prefix).split(".")[0] in MOCKS


def own_hops(modules: Iterable[Module]) -> tuple[int, int] | None:
    """Functions and modules on the way from a command to its answer, as a test holds them; None without such a test."""
    held = {
        target.id: node.value.value
        for module in modules
        for node in module.tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, int)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id in (HOPS, HOP_MODULES)
    }
    return (held[HOPS], held[HOP_MODULES]) if held.keys() == {HOPS, HOP_MODULES} else None
