"""Which form of the results table this workspace takes, learnt from what Slack refuses, for each kind of message."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from blocks.kit.kit import Message
from blocks.limits.check import SAFE, TableLimits
from blocks.results.table import FORMS, TableForm

TOO_RICH = frozenset({"invalid_blocks", "invalid_blocks_format", "only_one_table_allowed", "invalid_attachments"})
TOO_LONG = frozenset({"msg_blocks_too_long", "msg_too_long"})
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Attempt:
    form: TableForm
    limits: TableLimits


class TableForms:
    """Tries the richest form first; one that was refused for its kind is not tried again by this process.

    `richest` is the first form to try, where it is known what the workspace takes. Kinds of messages learn for
    themselves: what a response url takes, chat.postMessage may refuse.
    """

    def __init__(self, limits: TableLimits, richest: TableForm = TableForm.DATA_TABLE) -> None:
        floor = TableLimits(min(SAFE.rows, limits.rows), min(SAFE.chars, limits.chars))
        tables = dict.fromkeys([Attempt(TableForm.DATA_TABLE, limits), Attempt(TableForm.DATA_TABLE, floor)])
        every = [*tables, Attempt(TableForm.TABLE, floor), Attempt(TableForm.SECTIONS, floor)]
        self._attempts = [one for one in every if FORMS.index(one.form) >= FORMS.index(richest)]
        self._best: dict[str, int] = {}

    def deliver(self, kind: str, render: Callable[[Attempt], Message], send: Callable[[Message], str]) -> str:
        """Send the first form that Slack takes. Gives "" then, else Slack's last word of refusal."""
        refused: Message | None = None
        word, reason = "", ""
        for place in range(self._best.get(kind, 0), len(self._attempts)):
            message = render(self._attempts[place])
            if message == refused:
                continue
            word = send(message)
            if word not in TOO_RICH | TOO_LONG:
                if reason and not word:
                    self._learn(kind, place, reason)
                return word
            refused, reason = message, word if word in TOO_RICH else reason
        return word

    def _learn(self, kind: str, place: int, reason: str) -> None:
        self._best[kind] = place
        form = self._attempts[place]
        words = "this workspace answered %s: from now on %s results are sent as %s of at most %d rows and %d characters"
        log.warning(words, reason, kind, form.form.value, form.limits.rows, form.limits.chars)
