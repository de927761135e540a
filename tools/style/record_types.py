"""What a new record type costs: as docs/adding.md says, and where the code knows the types by name."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from tools.markdown import read, target
from tools.style.project import Module

GUIDE = "docs/adding.md"
ENUM = "RecordType"
SECTION = "A record type"
PRODUCT, STAND_INS = "bot/", "bot/sandbox/"


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
    """What the worked example writes into the product: whole files, and lines added to others."""
    steps = [block for block in read(text).blocks if block.heading == SECTION and _is_product(target(block))]
    added = [line for block in steps if block.language == "diff" for line in block.text.splitlines() if line[:1] == "+"]
    files = {target(block) for block in steps if block.language != "diff"}
    return Cost(len(files), len(added)) if steps else None


def _is_product(path: str) -> bool:
    return path.startswith(PRODUCT) and not path.startswith(STAND_INS)


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
