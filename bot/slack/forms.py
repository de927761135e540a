"""Which form of the results table this workspace takes, learnt from what Slack refuses."""

from collections.abc import Callable
from dataclasses import dataclass

from blocks.kit import Message
from blocks.limits import SAFE, TableLimits
from blocks.table import TableForm

TOO_RICH = frozenset({"invalid_blocks", "invalid_blocks_format", "only_one_table_allowed", "invalid_attachments"})
TOO_LONG = frozenset({"msg_blocks_too_long", "msg_too_long"})


@dataclass(frozen=True)
class Attempt:
    form: TableForm
    limits: TableLimits


class TableForms:
    """Tries the richest form first; one that was refused for its kind is not tried again by this process."""

    def __init__(self, limits: TableLimits) -> None:
        floor = TableLimits(min(SAFE.rows, limits.rows), min(SAFE.chars, limits.chars))
        tables = [Attempt(TableForm.DATA_TABLE, limits), Attempt(TableForm.DATA_TABLE, floor)]
        self._attempts = [*dict.fromkeys(tables), Attempt(TableForm.TABLE, floor), Attempt(TableForm.SECTIONS, floor)]
        self._best = 0

    def deliver(self, render: Callable[[Attempt], Message], send: Callable[[Message], str]) -> str:
        """Send the first form that Slack takes. Gives "" then, else Slack's last word of refusal."""
        refused: Message | None = None
        word, learnt = "", False
        for place in range(self._best, len(self._attempts)):
            message = render(self._attempts[place])
            if message == refused:
                continue
            word = send(message)
            if word not in TOO_RICH | TOO_LONG:
                self._best = place if learnt and not word else self._best
                return word
            refused, learnt = message, learnt or word in TOO_RICH
        return word
