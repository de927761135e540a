"""What a constant of the product is: a rule, with the tests that fail when it moves, or none, with the reason."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """`moved` are wrong values as source text, each in a direction that does harm; each must fail one of `tests`.

    `name` of what is no module-level constant is dotted: "Caps.concurrent".
    """

    file: str
    name: str
    moved: tuple[str, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True)
class NoRule:
    """A number on which nothing depends but looks or speed: `why` says so."""

    file: str
    name: str
    why: str


Listed = Rule | NoRule


def rule(file: str, name: str, moved: tuple[str, ...], *tests: str) -> Rule:
    return Rule(file, name, moved, tests)


def no_rule(file: str, name: str, why: str) -> NoRule:
    return NoRule(file, name, why)
