"""All rows of a filter as a file: made beside the requests, with a word meanwhile, and sent to the one who asked."""

import logging
import re
import tempfile
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import IO, Any
from zoneinfo import ZoneInfo

import requests
from slack_sdk import WebClient

from blocks.kit import notice
from blocks.kit.words import counted
from blocks.results.filter import narrowed_by, summary
from blocks.results.message import Note
from bot.core.faults import UserError
from bot.core.results import ResultsFilter
from bot.core.runs import CompanyView
from bot.desk.desk import Desk
from bot.slack.messages.errors import new_reference, words_for
from bot.slack.plumbing.direct import direct_channel
from bot.slack.plumbing.payloads import Place
from bot.slack.plumbing.replies import UNREACHABLE, refusal
from bot.slack.results.screen import ResultsScreen
from bot.slack.results.spreadsheet import EXCEL_ROWS, write_csv, write_xlsx
from bot.slack.results.state import ResultsState, from_json

WRITERS: Mapping[str, Callable[..., None]] = {"csv": write_csv, "xlsx": write_xlsx}
FORMATS: Mapping[str, str] = {"csv": "CSV file", "xlsx": "Excel file"}
EXPORT = "export"
AT_ONCE, MOST_WAITING = 2, 20
UPLOAD_TIMEOUT_S = 120
IN_MEMORY_BYTES = 1_000_000
NOT_ALLOWED = frozenset({"missing_scope", "not_allowed_token_type"})
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wish:
    """What was asked for, as it was then: the rows are those of the filter at the time the file is made."""

    place: Place
    view_id: str
    state: ResultsState
    company: CompanyView
    format: str
    rows: int

    @property
    def what(self) -> str:
        """ "Excel file of 340 rows"."""
        return f"{FORMATS[self.format]} of {counted(self.rows, 'row')}"


@dataclass(frozen=True)
class Exporter:
    """Makes a few files at a time, one a person; threads of its own, so that clicks are answered meanwhile."""

    desk: Desk
    client: WebClient
    screen: ResultsScreen
    workers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE, "export"))
    _waiting: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def export(self, place: Place, view_id: str, format_: str) -> None:
        """Raises UserError when there is nothing to write, too much of it, or another file is being made."""
        state = from_json(self.desk.views.get(view_id))
        rows = self.desk.results.count(state.wanted)
        if not rows:
            raise UserError("No row matches the filter any more, so there is nothing to put into a file.")
        if format_ == "xlsx" and rows > EXCEL_ROWS:
            raise UserError(f"Excel takes {EXCEL_ROWS:,} rows, these are {rows:,}. Take the CSV file instead.")
        wish = Wish(place, view_id, state, self.desk.companies.named(state.wanted.company_id), format_, rows)
        self._queue(place.user_id)
        told = " · ".join([wish.what, *narrowed_by(state.wanted)])
        self.desk.team.write_down(wish.company.id, place.user_id, EXPORT, told, place.source)
        self._tell(wish, f"Making the {wish.what}… It comes to you as a direct message.")
        self.workers.submit(self._make, wish).add_done_callback(partial(self._done, wish))

    def _queue(self, user_id: str) -> None:
        with self._lock:
            if user_id in self._waiting:
                raise UserError("Your last file is still being made. It comes to you as a direct message.")
            if len(self._waiting) >= MOST_WAITING:
                raise UserError("Many files are being made just now. Please try again in a minute.")
            self._waiting.add(user_id)

    def _make(self, wish: Wish) -> None:
        with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as file:
            with closing(self.desk.results.every(wish.state.wanted, wish.state.order)) as rows:
                WRITERS[wish.format](rows, ZoneInfo(wish.company.timezone), file)
            upload(self.client, wish, file, self._about(wish))

    def _about(self, wish: Wish) -> str:
        of_all = self.desk.results.count(ResultsFilter(wish.company.id))
        return summary(wish.company, wish.state.wanted, wish.rows, of_all)

    def _done(self, wish: Wish, made: Future[None]) -> None:
        with self._lock:
            self._waiting.discard(wish.place.user_id)
        error = made.exception()
        if error is None:
            self._tell(wish, f"The {wish.what} is in your direct messages with qbo-sync.")
        elif isinstance(error, Exception):
            self.screen.replies.tell(replace(wish.place, response_url=""), words_for(error, new_reference))

    def _tell(self, wish: Wish, words: str) -> None:
        """On the reader's own message; beside one that all see."""
        if wish.state.shared_by:
            self.screen.replies.tell(wish.place, notice.words(words))
            return
        try:
            self.screen.change(wish.place, wish.view_id, lambda state: replace(state, note=Note(words)))
        except UserError as gone:
            log.info("the results message was not changed: %s", gone)


def upload(client: WebClient, wish: Wish, file: IO[bytes], about: str) -> None:
    """To the direct messages with the person. See https://docs.slack.dev/reference/methods/files.getUploadURLExternal

    Raises UserError when Slack does not take it.
    """
    channel = direct_channel(client, wish.place.user_id, f"The {wish.what} is made, but ")
    name = f"{re.sub(r'[^A-Za-z0-9_-]+', '-', wish.company.id)}-results.{wish.format}"
    length = file.seek(0, 2)
    file.seek(0)
    try:
        ticket = client.files_getUploadURLExternal(filename=name, length=length)
        _send_bytes(client, str(ticket["upload_url"]), file)
        done: list[dict[str, Any]] = [{"id": ticket["file_id"], "title": f"{wish.company.name}: {wish.what}"[:200]}]
        client.files_completeUploadExternal(files=done, channel_id=channel, initial_comment=about)
    except (*UNREACHABLE, requests.RequestException) as error:
        raise UserError(_not_taken(wish, refusal(error))) from error


def _send_bytes(client: WebClient, url: str, file: IO[bytes]) -> None:
    """Straight from the file, by the same way out as all other calls."""
    with requests.Session() as session:
        session.trust_env = False
        if client.proxy:
            session.proxies = {"http": client.proxy, "https": client.proxy}
        session.post(url, data=file, timeout=UPLOAD_TIMEOUT_S).raise_for_status()


def _not_taken(wish: Wish, word: str) -> str:
    if word in NOT_ALLOWED:
        return (
            f"The {wish.what} is made, but this Slack app may not send files yet. "
            "Whoever runs qbo-sync adds the scope files:write and installs the app again."
        )
    return f"The {wish.what} is made, but Slack did not take it ({word}). Please try again in a minute."
