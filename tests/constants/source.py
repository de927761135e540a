"""Finds the named numbers of the product in its source, and gives one of them another value."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path

from tests.changed_copy import ROOT

ROOMS = ("core", "records", "sync", "store", "adapters", "jobs", "desk")


def numbers() -> Iterator[tuple[str, str]]:
    """(file, name) of each module-level constant of the rooms that is a number, a duration, or made of them alone."""
    for room in ROOMS:
        for path in sorted((ROOT / "bot" / room).rglob("*.py")):
            if "migrations" in path.parts:
                continue  # what was released stays as it is
            file = path.relative_to(ROOT)
            module = import_module(".".join(file.with_suffix("").parts).removesuffix(".__init__"))
            for name, _ in _assigned(ast.parse(path.read_text(encoding="utf-8")).body):
                if name.isupper() and _is_number(getattr(module, name)):
                    yield file.as_posix(), name


def value_of(text: str, name: str) -> ast.expr:
    """Raises ValueError unless exactly one constant of a module's text has this name."""
    body: list[ast.stmt] = ast.parse(text).body
    *classes, last = name.split(".")
    for owner in classes:
        body = next((one.body for one in body if isinstance(one, ast.ClassDef) and one.name == owner), [])
    found = [value for assigned, value in _assigned(body) if assigned == last]
    if len(found) != 1:
        raise ValueError(f"{name} is assigned {len(found)} times")
    return found[0]


def with_value(text: str, name: str, value: str) -> str:
    """The module's text with another value for this constant; OWN in it stands for its own one."""
    old = value_of(text, name)
    lines = text.encode().splitlines(keepends=True)  # columns count bytes
    if old.end_lineno is None or old.end_col_offset is None:
        raise ValueError(f"{name} has no place")
    before = b"".join(lines[: old.lineno - 1]) + lines[old.lineno - 1][: old.col_offset]
    after = lines[old.end_lineno - 1][old.end_col_offset :] + b"".join(lines[old.end_lineno :])
    own = text.encode()[len(before) : len(text.encode()) - len(after)].decode()
    return (before + f"({value.replace('OWN', f'({own})')})".encode() + after).decode()


def change(folder: Path, file: str, name: str, value: str) -> None:
    path = folder / file
    path.write_text(with_value(path.read_text(encoding="utf-8"), name, value), encoding="utf-8")


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _pairs(target, node.value)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """`A, B = 1, 2` assigns two."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=True):
            yield from _pairs(one, other)


def _is_number(value: object) -> bool:
    match value:
        case bool():
            return False
        case int() | float() | Decimal() | timedelta() | range():
            return True
        case dict():
            return bool(value) and all(map(_is_number, value.values()))
        case tuple() | list() | set() | frozenset():
            return bool(value) and all(map(_is_number, value))
    return False
