"""Shows results messages: reads the page, finds how many rows Slack takes, and replaces the message in place."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from blocks.kit.kit import Message
from blocks.results import message as pages
from blocks.results.message import Note, ResultsShown
from blocks.results.table import most_rows
from bot.core.faults import UserError
from bot.core.results import ResultsFilter, ResultsPage
from bot.desk.desk import Desk
from bot.slack.plumbing.payloads import Place
from bot.slack.plumbing.replies import Replies
from bot.slack.results import remembered_filters
from bot.slack.results.forms import Attempt, TableForms
from bot.slack.results.state import ResultsState, from_json, resized, to_json

TURNS = 64
"""Locks shared by all results messages, so that they need not be counted or cleared away."""
SMALLER = (100, 50, 25, 10, 5, 1)
OWN, SHARED = "the reader's own", "shared"


@dataclass(frozen=True)
class ResultsScreen:
    desk: Desk
    replies: Replies
    forms: TableForms
    clock: Callable[[], datetime]
    turns: tuple[threading.Lock, ...] = field(default_factory=lambda: tuple(threading.Lock() for _ in range(TURNS)))

    def open(self, place: Place, state: ResultsState) -> None:
        """A new message of the reader's own."""
        own = replace(state, shared_by="")
        self._show(place, self.desk.views.remember(to_json(own)), own, replacing=False)

    def change(
        self,
        place: Place,
        view_id: str,
        alter: Callable[[ResultsState], ResultsState],
        remembered: bool = False,
    ) -> None:
        """The message that was clicked shows the altered state; quick clicks come one after the other.

        `remembered`: this person finds the filter like that the next time.
        """
        with self.turns[hash(view_id) % len(self.turns)]:
            state = alter(from_json(self.desk.views.get(view_id)))
            if remembered:
                remembered_filters.remember(self.desk, place, state)
            self._show(place, view_id, replace(state, revision=state.revision + 1), replacing=True)

    def say(self, place: Place, view_id: str, words: str, by: str, undo_view: str = "") -> None:
        """The results anew, with who did what on top."""
        self.change(place, view_id, lambda state: replace(state, note=Note(words, by, undo_view)))

    def share(self, view_id: str, by: str, send: Callable[[Message], str]) -> str:
        """A copy with a state of its own, by `send`; gives "" when Slack took it, else its word of refusal."""
        state = replace(from_json(self.desk.views.get(view_id)), note=None, revision=0, shared_by=by)
        return self._deliver(self.desk.views.remember(to_json(state)), state, SHARED, send)

    def _show(self, place: Place, view_id: str, state: ResultsState, replacing: bool) -> None:
        kind = f"{SHARED}, changed" if state.shared_by else OWN
        if self._deliver(view_id, state, kind, lambda message: self._send(place, message, replacing)):
            raise UserError("Slack did not take the results message. Ask again with /qbo-sync results.")

    def _deliver(self, view_id: str, state: ResultsState, kind: str, send: Callable[[Message], str]) -> str:
        """What was shown in the end is the state that is kept."""
        shown = state

        def render(attempt: Attempt) -> Message:
            nonlocal shown
            message, shown = self._fitting(state, view_id, attempt)
            return message

        word = self.forms.deliver(kind, render, send)
        if not word:
            self.desk.views.update(view_id, to_json(shown))
        return word

    def _send(self, place: Place, message: Message, replacing: bool) -> str:
        """A response url that is worn out is no dead end: the message comes anew, seen only by this person."""
        word = self.replies.send(place, message, replacing)
        if word not in ("used_url", "expired_url", "no_response_url"):
            return word
        return "" if self.replies.tell(replace(place, response_url=""), message) else word

    def _fitting(self, state: ResultsState, view_id: str, attempt: Attempt) -> tuple[Message, ResultsState]:
        """The message with as many of the chosen rows as fit; what is shown then is the state that is kept."""
        window = min(state.window, most_rows(attempt.form, attempt.limits))
        widest = self._shown(resized(state, window), view_id)
        for size in (window, *(smaller for smaller in SMALLER if smaller < window)):
            shown = self._narrower(widest, size)
            message = pages.results(shown, attempt.form, attempt.limits)
            if message is not None:
                return message, replace(state, window=size, page=shown.page.page)
        raise UserError("One of these rows is too long for Slack. Use a narrower filter.")

    def _narrower(self, shown: ResultsShown, size: int) -> ResultsShown:
        """The same rows in pages of `size`: a page begins with the same row where it can, else it is read anew."""
        if size == shown.window:
            return shown
        first_row, total = (shown.page.page - 1) * shown.window, shown.page.total
        if first_row % size:
            page = self.desk.results.page(shown.wanted, first_row // size + 1, size, shown.order)
        else:
            page = ResultsPage(shown.page.rows[:size], total, first_row // size + 1, max(1, -(-total // size)))
        return replace(shown, page=page, window=size)

    def _shown(self, state: ResultsState, view_id: str) -> ResultsShown:
        company_id = state.wanted.company_id
        companies = self.desk.companies.all()
        company = next((one for one in companies if one.id == company_id), None) or self.desk.companies.named(
            company_id
        )
        return ResultsShown(
            company=company,
            companies=companies,
            wanted=state.wanted,
            page=self.desk.results.page(state.wanted, state.page, state.window, state.order),
            of_all=self.desk.results.count(ResultsFilter(company_id)),
            rows_choice=state.rows,
            window=state.window,
            as_of=self.clock(),
            view_id=view_id,
            revision=state.revision,
            note=state.note,
            shared_by=state.shared_by,
            order=state.order,
        )
