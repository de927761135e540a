"""The kinds of rule of which the table of Block Kit limits is made: text, number, choice, list, object.

A rule is a function of a value and its JSON pointer that yields what is wrong with it. The wording of the messages
follows what Slack puts into `response_metadata.messages`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Rule = Callable[[Any, str], Iterator["Violation"]]
Fields = Mapping[str, Rule]
Extra = Callable[[Mapping[str, Any], str], Iterator["Violation"]]


@dataclass(frozen=True)
class Violation:
    """One thing Slack would refuse: where (JSON pointer), which rule (a short name), and Slack's wording."""

    pointer: str
    rule: str
    message: str

    def __str__(self) -> str:
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"


def length(value: str, pointer: str, most: int, least: int = 1) -> Iterator[Violation]:
    if len(value) > most:
        yield Violation(pointer, "too_long", f"must be less than {most + 1} characters")
    if len(value) < least:
        yield Violation(pointer, "too_short", f"must be more than {least - 1} characters")


def string(most: int, least: int = 1, pattern: str = "") -> Rule:
    def check(value: Any, pointer: str) -> Iterator[Violation]:
        if not isinstance(value, str):
            yield Violation(pointer, "wrong_type", "must be a string")
            return
        yield from length(value, pointer, most, least)
        if pattern and not re.fullmatch(pattern, value):
            yield Violation(pointer, "wrong_format", f"must match the pattern {pattern}")

    return check


def integer(low: int, high: int) -> Rule:
    def check(value: Any, pointer: str) -> Iterator[Violation]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Violation(pointer, "wrong_type", "must be an integer")
        elif not low <= value <= high:
            yield Violation(pointer, "out_of_range", f"must be between {low} and {high}")

    return check


def boolean(value: Any, pointer: str) -> Iterator[Violation]:
    if not isinstance(value, bool):
        yield Violation(pointer, "wrong_type", "must be a boolean")


def anything(_value: Any, _pointer: str) -> Iterator[Violation]:
    return iter(())


def choice(*allowed: str) -> Rule:
    def check(value: Any, pointer: str) -> Iterator[Violation]:
        if not isinstance(value, str) or value not in allowed:
            yield Violation(pointer, "not_allowed", f"must be a valid enum value: {', '.join(allowed)}")

    return check


def many(rule: Rule, low: int, high: int) -> Rule:
    """A list of `low` to `high` items, each obeying `rule`."""

    def check(value: Any, pointer: str) -> Iterator[Violation]:
        if not isinstance(value, Sequence) or isinstance(value, str):
            yield Violation(pointer, "wrong_type", "must provide an array")
            return
        if len(value) > high:
            yield Violation(pointer, "too_many", f"no more than {high} items allowed")
        if len(value) < low:
            yield Violation(pointer, "too_few", f"no fewer than {low} items allowed")
        for index, item in enumerate(value):
            yield from rule(item, f"{pointer}/{index}")

    return check


def record(
    fields: Fields, required: tuple[str, ...] = (), one_of: tuple[str, ...] = (), extra: Extra | None = None
) -> Rule:
    """An object with these fields and no others; at least one of `one_of`; `extra` looks at the whole."""

    def check(value: Any, pointer: str) -> Iterator[Violation]:
        if not isinstance(value, Mapping):
            yield Violation(pointer, "wrong_type", "must provide an object")
            return
        for name in required:
            if value.get(name) is None:
                yield Violation(pointer, "required", f"missing required field: {name}")
        if one_of and not any(value.get(name) for name in one_of):
            yield Violation(pointer, "required", f"missing required field: one of {', '.join(one_of)}")
        for name, item in value.items():
            if name not in fields:
                yield Violation(pointer, "unknown_field", f"invalid additional property: {name}")
            elif item is not None:
                yield from fields[name](item, f"{pointer}/{name}")
        if extra is not None:
            yield from extra(value, pointer)

    return check


def typed(registry: Mapping[str, Rule], allowed: frozenset[str] | None = None) -> Rule:
    """An object whose `type` names its rule in the registry; looked up late, so that rules may refer to each other."""

    def check(value: Any, pointer: str) -> Iterator[Violation]:
        if not isinstance(value, Mapping):
            yield Violation(pointer, "wrong_type", "must provide an object")
            return
        name = value.get("type")
        if not isinstance(name, str) or name not in registry:
            yield Violation(f"{pointer}/type", "unknown_type", f"unsupported type: {name}")
        elif allowed is not None and name not in allowed:
            yield Violation(f"{pointer}/type", "not_allowed_here", f"unsupported type here: {name}")
        else:
            yield from registry[name](value, pointer)

    return check


def text(most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> Rule:
    """A text object of 1 to `most` characters."""
    emoji_or_verbatim = {"plain_text": "emoji", "mrkdwn": "verbatim"}

    def check(value: Any, pointer: str) -> Iterator[Violation]:
        if not isinstance(value, Mapping):
            yield Violation(pointer, "wrong_type", "must provide an object")
            return
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in kinds:
            yield Violation(f"{pointer}/type", "not_allowed", f"must be a valid enum value: {', '.join(kinds)}")
        elif value.get("text") is None:
            yield Violation(pointer, "required", "missing required field: text")
        else:
            fields = {"type": anything, "text": string(most), emoji_or_verbatim[kind]: boolean}
            yield from record(fields)(value, pointer)

    return check


def plain(most: int) -> Rule:
    return text(most, ("plain_text",))
