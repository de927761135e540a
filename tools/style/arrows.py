"""Who needs whom: the arrows between modules, the circles they run in, and the floors they stand on."""

import ast
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from tools.style.project import Module

Node = TypeVar("Node", bound=Hashable)
Arrows = Mapping[Node, frozenset[Node]]


def between_modules(modules: Iterable[Module]) -> dict[str, frozenset[str]]:
    """For each module those among them that it imports, wherever in the file, also for types alone."""
    named = {module.name: module for module in modules}
    return {
        name: frozenset(one for one in _imported(module, named.keys()) if one in named and one != name)
        for name, module in named.items()
    }


def _imported(module: Module, names: Iterable[str]) -> Iterator[str]:
    """`from bot import app` is an arrow to bot.app where that is a module, else to bot."""
    known = set(names)
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = _source(module, node)
            for alias in node.names:
                whole = f"{source}.{alias.name}"
                yield whole if whole in known else source


def _source(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    above = module.package.split(".")
    folder = above[: len(above) - node.level + 1]
    return ".".join([*folder, node.module] if node.module else folder)


def circles(arrows: Arrows[Node]) -> list[frozenset[Node]]:
    """The strongly connected components of more than one: each can reach each."""
    far = {node: _reached(arrows, node) for node in arrows}
    groups = (frozenset(other for other in far[node] if node in far[other]) for node in far if node in far[node])
    return list(dict.fromkeys(groups))


def _reached(arrows: Arrows[Node], start: Node) -> set[Node]:
    """By at least one arrow: the start itself only where it lies on a circle."""
    found: set[Node] = set()
    waiting = list(arrows[start])
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(arrows[node])
    return found


def floors(arrows: Arrows[Node]) -> dict[Node, int]:
    """1 for what needs nobody, else one above the highest that it needs; a circle shares its floor."""
    together = {node: frozenset({node}) for node in arrows}
    together |= {node: circle for circle in circles(arrows) for node in circle}
    needs = {node: frozenset().union(*(arrows[one] for one in together[node])) - together[node] for node in arrows}
    found: dict[Node, int] = {}
    floor = 0
    while len(found) < len(needs):
        floor += 1
        free = [node for node, needed in needs.items() if node not in found and needed <= found.keys()]
        found.update(dict.fromkeys(free, floor))
    return found
