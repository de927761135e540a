"""Shows results messages: reads the page, finds how many rows Slack takes, and replaces the message in place."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from blocks import results as pages
from blocks.kit import Message
from blocks.results import Note, ResultsShown
from blocks.table import most_rows
from bot.core.faults import UserError
from bot.core.model import ResultsFilter
from bot.slack.desk import Desk
from bot.slack.forms import Attempt, TableForms
from bot.slack.payloads import Place
from bot.slack.replies import Replies
from bot.slack.results_state import ResultsState, from_json, resized, to_json

TURNS = 64
"""Locks shared by all results messages, so that they need not be counted or cleared away."""
SMALLER = (100, 50, 25, 10, 5, 1)
Draw = Callable[[ResultsShown, Attempt], Message | None]


@dataclass(frozen=True)
class ResultsScreen:
    desk: Desk
    replies: Replies
    forms: TableForms
    clock: Callable[[], datetime]
    turns: tuple[threading.Lock, ...] = field(default_factory=lambda: tuple(threading.Lock() for _ in range(TURNS)))

    def open(self, place: Place, state: ResultsState) -> None:
        """A new message of the reader's own."""
        self._show(place, self.desk.remember_view(to_json(state)), state, replacing=False)

    def change(self, place: Place, view_id: str, alter: Callable[[ResultsState], ResultsState]) -> None:
        """The message that was clicked shows the altered state; quick clicks come one after the other."""
        with self.turns[hash(view_id) % len(self.turns)]:
            state = alter(from_json(self.desk.view(view_id)))
            self._show(place, view_id, replace(state, revision=state.revision + 1), replacing=True)

    def say(self, place: Place, view_id: str, words: str, by: str, undo_view: str = "") -> None:
        """The results anew, with who did what on top."""
        self.change(place, view_id, lambda state: replace(state, note=Note(words, by, undo_view)))

    def share(self, view_id: str, by: str, send: Callable[[Message], str]) -> str:
        """A copy by `send`; gives "" when Slack took it, else its word of refusal."""

        def draw(shown: ResultsShown, attempt: Attempt) -> Message | None:
            return pages.shared(replace(shown, shared_by=by), attempt.form, attempt.limits)

        state = from_json(self.desk.view(view_id))
        return self.forms.deliver(lambda attempt: self._fitting(state, view_id, attempt, draw)[0], send)

    def _show(self, place: Place, view_id: str, state: ResultsState, replacing: bool) -> None:
        shown = state

        def render(attempt: Attempt) -> Message:
            nonlocal shown
            message, shown = self._fitting(state, view_id, attempt, _own)
            return message

        word = self.forms.deliver(render, lambda message: self._send(place, message, replacing))
        if word:
            raise UserError("Slack did not take the results message. Ask again with /qbo-sync results.")
        self.desk.update_view(view_id, to_json(shown))

    def _send(self, place: Place, message: Message, replacing: bool) -> str:
        """A response url that is worn out is no dead end: the message comes anew, seen only by this person."""
        word = self.replies.send(place, message, replacing)
        if word not in ("used_url", "expired_url", "no_response_url"):
            return word
        return "" if self.replies.tell(replace(place, response_url=""), message) else word

    def _fitting(self, state: ResultsState, view_id: str, attempt: Attempt, draw: Draw) -> tuple[Message, ResultsState]:
        """The message with as many of the chosen rows as fit; what is shown then is the state that is kept."""
        window = min(state.window, most_rows(attempt.form, attempt.limits))
        for size in (window, *(smaller for smaller in SMALLER if smaller < window)):
            sized = resized(state, size)
            shown = self._shown(sized, view_id)
            message = draw(shown, attempt)
            if message is not None:
                return message, replace(sized, page=shown.page.page)
        raise UserError("One of these rows is too long for Slack. Use a narrower filter.")

    def _shown(self, state: ResultsState, view_id: str) -> ResultsShown:
        company_id = state.wanted.company_id
        companies = self.desk.companies()
        company = next((one for one in companies if one.id == company_id), None) or self.desk.company(company_id)
        return ResultsShown(
            company=company,
            companies=companies,
            wanted=state.wanted,
            page=self.desk.results(state.wanted, state.page, state.window),
            of_all=self.desk.results(ResultsFilter(company_id), 1, 1).total,
            rows_choice=state.rows,
            window=state.window,
            as_of=self.clock(),
            view_id=view_id,
            revision=state.revision,
            note=state.note,
        )


def _own(shown: ResultsShown, attempt: Attempt) -> Message | None:
    return pages.results(shown, attempt.form, attempt.limits)
