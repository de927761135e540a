"""What the code does or leaves: types for everything, excepts for everything, imports that hide."""

import ast
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.style.project import Function, Module

BROAD = frozenset({"Exception", "BaseException"})


@dataclass(frozen=True)
class Share:
    typed: int
    functions: int

    @property
    def percent(self) -> float:
        """Cut, not rounded: 100 is said only of all."""
        return self.typed * 1000 // self.functions / 10 if self.functions else 100.0


def typed_share(modules: Iterable[Module]) -> Share:
    typed = [_is_typed(function, is_method) for module in modules for function, is_method in _functions(module)]
    return Share(sum(typed), len(typed))


def _functions(module: Module) -> Iterator[tuple[Function, bool]]:
    """Each with whether its first parameter is the object or class, which needs no type."""
    methods = {
        id(member)
        for node in module.nodes
        if isinstance(node, ast.ClassDef)
        for member in node.body
        if isinstance(member, Function) and "staticmethod" not in map(_last_name, member.decorator_list)
    }
    for node in module.nodes:
        if isinstance(node, Function):
            yield node, id(node) in methods


def _is_typed(function: Function, is_method: bool) -> bool:
    given = function.args
    by_place = [*given.posonlyargs, *given.args][is_method:]
    parameters = [*by_place, *given.kwonlyargs, given.vararg, given.kwarg]
    return function.returns is not None and all(one.annotation for one in parameters if one)


def is_strict(pyproject: str) -> bool:
    """Whether `mypy` is strict by the text of pyproject.toml."""
    return tomllib.loads(pyproject).get("tool", {}).get("mypy", {}).get("strict") is True


def broad_excepts(modules: Iterable[Module]) -> list[str]:
    """Where whatever comes is caught and does not go on; what is raised again after cleaning up is none."""
    return [
        f"{module.path}:{node.lineno}"
        for module in modules
        for node in module.nodes
        if isinstance(node, ast.ExceptHandler) and _is_broad(node) and not _is_raised_again(node)
    ]


def _is_broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return not BROAD.isdisjoint(map(_last_name, caught))


def _is_raised_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def lazy_imports(modules: Iterable[Module]) -> list[str]:
    """Where a function or a class imports, each line once."""
    hidden = [
        (module, inner)
        for module in modules
        for node in module.nodes
        if isinstance(node, Function | ast.ClassDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    return sorted({f"{module.path}:{inner.lineno}" for module, inner in hidden})
