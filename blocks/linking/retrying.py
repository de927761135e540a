"""Retry now: the box in a window that was opened from a cause, with how many records it takes along."""

from dataclasses import dataclass
from typing import Any

from blocks.kit.kit import Block, field, option
from blocks.kit.words import counted

NOW = "now"
FOLLOWS = "A sync starts at once. Once it has begun, there is no undo."


@dataclass(frozen=True)
class Retry:
    """`records` are those that a retry of the cause takes along, `is_chosen` whether the box is ticked."""

    records: int
    is_chosen: bool = True


def box(retry: Retry | None) -> list[Block]:
    """Nothing where the window was not opened from a cause."""
    if retry is None:
        return []
    choice = option(f"Retry now: {counted(retry.records, 'record')}", NOW, FOLLOWS)
    element: Block = {"type": "checkboxes", "action_id": "retry", "options": [choice]}
    element |= {"initial_options": [choice]} if retry.is_chosen else {}
    return [field("retry", "And then", element)]


def is_ticked(values: dict[str, dict[str, Any]]) -> bool:
    """What was submitted; False where there is no such box."""
    return bool(values.get("retry", {}).get("retry", {}).get("selected_options"))


def started(records: int) -> str:
    """After what was done, in raw words; the caller adds by whom."""
    return f"; retry of {counted(records, 'record')} started"
