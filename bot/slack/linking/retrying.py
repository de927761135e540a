"""What follows a decision: it is said, and where its window was opened from a cause, what waited for it is retried."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from blocks.linking import retrying as pages
from blocks.linking.retrying import Retry
from bot.core.model import LinkChange
from bot.slack.causes.window import CausesWindow
from bot.slack.plumbing.payloads import Payload, user_id, user_name
from bot.slack.results.modals import Modal
from bot.slack.runs.sync import SyncStarter

Say = Callable[[str, LinkChange, str, Modal, str, str], None]
"""Words, the change, the words once it is undone, the modal, and who did it: id and name."""
Values = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Aftermath:
    say: Say
    starter: SyncStarter
    windows: CausesWindow

    def follow(
        self, words: str, change: LinkChange, undone: str, modal: Modal, body: Payload, is_retried: bool
    ) -> None:
        """Say what was decided and start the retry. No undo is offered then: it ends where a sync begins."""
        if modal.retries is None or not is_retried:
            self.say(words, change, undone, modal, user_id(body), user_name(body))
            return
        told = f"{words}{pages.started(modal.retries)}"
        self.say(told, replace(change, undo_token=""), undone, modal, user_id(body), user_name(body))
        self.starter.start(modal.company_id, replace(modal.place, user_id=user_id(body)))
        self.windows.show(modal.window, told)


def offered(modal: Modal, values: Values | None = None) -> Retry | None:
    """The box as it is shown at first, or as it was left in a window that is shown again."""
    if modal.retries is None:
        return None
    return Retry(modal.retries, values is None or "retry" not in values or pages.is_ticked(values))
