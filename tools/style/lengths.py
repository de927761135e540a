"""How long files and functions are: what is usual, what one in ten exceeds, and the longest by name."""

import ast
import math
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.style.project import Function, Module

NAMED = 3
MOST_PERCENT = 90


@dataclass(frozen=True)
class Length:
    """`name` is a path, and for a function also where in the file it is: `bot/app.py:App.close`."""

    name: str
    lines: int


@dataclass(frozen=True)
class Spread:
    count: int
    median: float
    p90: int
    longest: tuple[Length, ...]

    @property
    def most(self) -> int:
        return self.longest[0].lines if self.longest else 0


def files(modules: Iterable[Module]) -> list[Length]:
    """Those that hold nothing but a docstring would make the others look short."""
    return [Length(str(module.path), module.lines) for module in modules if module.has_code]


def functions(modules: Iterable[Module]) -> list[Length]:
    """Also methods, and functions inside functions, each for itself."""
    return [
        Length(f"{module.path}:{name}", _lines(function))
        for module in modules
        for name, function in _named(module.tree, "")
    ]


def _named(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        inner = prefix
        if isinstance(child, Function | ast.ClassDef):
            inner = f"{prefix}{child.name}."
            if isinstance(child, Function):
                yield f"{prefix}{child.name}", child
        yield from _named(child, inner)


def _lines(function: Function) -> int:
    first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
    return (function.end_lineno or function.lineno) - first + 1


def spread(lengths: Iterable[Length]) -> Spread:
    ordered = sorted(lengths, key=lambda one: (-one.lines, one.name))
    lines = sorted(one.lines for one in ordered)
    if not lines:
        return Spread(0, 0, 0, ())
    nearest_rank = math.ceil(len(lines) * MOST_PERCENT / 100)
    return Spread(len(lines), statistics.median(lines), lines[nearest_rank - 1], tuple(ordered[:NAMED]))


def over(lengths: Iterable[Length], most: int) -> list[Length]:
    return [one for one in lengths if one.lines > most]
