"""The Python files of a repository, each read and parsed once: the product, its stand-ins, its tests."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SOURCE = ("bot", "blocks")
TESTS = "tests"
STAND_INS = "sandbox"
MIGRATIONS = "migrations"
GOLDEN = "golden"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file; `path` is from the repository's root, `name` as it is imported."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @property
    def package(self) -> str:
        """The folder that relative imports start from, and the room that the file is in."""
        return ".".join(self.path.parent.parts)

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @property
    def has_code(self) -> bool:
        """More than a docstring."""
        return len(self.tree.body) > (ast.get_docstring(self.tree) is not None)

    @property
    def is_stand_in(self) -> bool:
        return any(folder.startswith(STAND_INS) for folder in self.path.parts[:-1])

    @property
    def is_migration(self) -> bool:
        return MIGRATIONS in self.path.parts[:-1]

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree))


@dataclass(frozen=True)
class Project:
    root: Path
    source: tuple[Module, ...]
    tests: tuple[Module, ...]

    @cached_property
    def product(self) -> tuple[Module, ...]:
        """What is shipped and written by hand."""
        return tuple(module for module in self.source if not (module.is_stand_in or module.is_migration))

    @cached_property
    def stand_ins(self) -> tuple[Module, ...]:
        return tuple(module for module in self.source if module.is_stand_in)

    def text(self, name: str) -> str:
        """Of another file than Python's; "" where there is none."""
        path = self.root / name
        return path.read_text(encoding="utf-8") if path.is_file() else ""


def read(root: Path) -> Project:
    source = tuple(module for folder in SOURCE for module in _modules(root, folder))
    tests = tuple(module for module in _modules(root, TESTS) if GOLDEN not in module.path.parts)
    return Project(root, source, tests)


def _modules(root: Path, folder: str) -> list[Module]:
    return [_module(root, path) for path in sorted((root / folder).rglob("*.py"))]


def _module(root: Path, path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path.relative_to(root), text, ast.parse(text, str(path)))
