"""What a new record type costs: as docs/adding.md says, and where the code knows the types by name."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

from tools.style.project import Module

GUIDE = "docs/adding.md"
ENUM = "RecordType"
PARAGRAPH = re.compile(r"^\*\*A record type\*\*:(.+?)(?:\n\n|\Z)", re.S | re.M)
A_FILE, A_LINE = re.compile(r"\bone file\b"), re.compile(r"\bits\s+name\b")


@dataclass(frozen=True)
class Cost:
    files: int
    lines: int


@dataclass(frozen=True)
class Named:
    """The lines, and the files they are in, that know one type by name, its own file apart."""

    type: str
    lines: int
    files: int


def by_the_guide(text: str) -> Cost | None:
    paragraph = PARAGRAPH.search(text)
    if paragraph is None:
        return None
    told = paragraph[1].partition("except")[0]
    return Cost(len(A_FILE.findall(told)), len(A_LINE.findall(told)))


def least_named(modules: Iterable[Module]) -> Named | None:
    """The type that the fewest lines know: how little a new one may get away with."""
    places: dict[str, set[tuple[str, int]]] = {}
    for module in modules:
        own = _described(module)
        for node in module.nodes:
            name = _type_named(node)
            if name and name not in own:
                places.setdefault(name, set()).add((module.name, getattr(node, "lineno", 0)))
    counted = [Named(name, len(found), len({file for file, _ in found})) for name, found in places.items()]
    return min(counted, key=lambda one: (one.lines, one.type), default=None)


def _described(module: Module) -> set[str]:
    """The type that a module is the file of: SPEC = RecordSpec(type=...), or a call with the type as its argument."""
    return {
        _type_named(given)
        for node in module.tree.body
        if isinstance(node, ast.Assign) and "SPEC" in {getattr(target, "id", "") for target in node.targets}
        if isinstance(node.value, ast.Call)
        for given in (*node.value.args, *(word.value for word in node.value.keywords if word.arg == "type"))
    } - {""}


def _type_named(node: ast.AST) -> str:
    if not (isinstance(node, ast.Attribute) and node.attr.isupper()):
        return ""
    return node.attr if isinstance(node.value, ast.Name) and node.value.id == ENUM else ""
