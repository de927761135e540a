"""/qbo-sync find, and "Look up in qbo-sync" on a message: records of all companies by their words."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from blocks import find as pages
from blocks.find import Found
from bot.core.model import RecordType
from bot.core.results import ResultsFilter, ResultsOrder
from bot.desk.desk import Desk
from bot.slack.home import open_results
from bot.slack.plumbing.direct import own_place
from bot.slack.plumbing.payloads import Place, chosen
from bot.slack.plumbing.replies import Replies
from bot.slack.results.screen import ResultsScreen
from bot.slack.results.state import ResultsState, from_json, to_json

ROWS = 3
MOST_TEXT = 4000
MOST_MENTIONED = 8
TOO_COMMON = 200
TOKEN = re.compile(r"<[^<>|]*\|([^<>]*)>|<[^<>]*>")
NOT_A_NUMBER = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[:.]\d\d|\d{1,3}(?:,\d{3})*\.\d\d")
NUMBER = re.compile(r"\b(?=[\w/-]*\d{3})[A-Za-z]{0,8}[-/]?\d[\w/-]*\b")
NAME = re.compile(r"\b[A-Z][\w&'’-]+(?: (?:& |of |the )?[A-Z][\w&'’-]+)+")
WORD = re.compile(r"(?<=[a-z,;:] )[A-Z][\w'’-]{3,}\b")


@dataclass(frozen=True)
class Finder:
    desk: Desk
    replies: Replies
    screen: ResultsScreen

    def find(self, place: Place, text: str) -> None:
        """Every word must be there, in one of the companies."""
        if not text:
            self.replies.tell(place, pages.ask_for_words())
            return
        self.replies.tell(place, pages.found(text, list(self._places(text))))

    def look_up(self, place: Place, message: str) -> None:
        """What a message names: numbers first, then names."""
        places = [found for text in mentioned(message) for found in self._places(text) if _is_meant(found)]
        self.replies.tell(place, pages.found("", places))

    def _places(self, text: str) -> Iterator[Found]:
        for company in self.desk.companies.all():
            wanted = ResultsFilter(company.id, text=text)
            page = self.desk.results.page(wanted, 1, ROWS, ResultsOrder.TYPE)
            if page.total:
                view_id = self.desk.views.remember(to_json(ResultsState(wanted)))
                yield Found(company, text, page.total, page.rows, view_id)


def _is_meant(found: Found) -> bool:
    """A word that many records hold says nothing, unless it is somebody's name: all documents of a tenant hold that."""
    return found.total <= TOO_COMMON or found.rows[0].ref.type is RecordType.CONTACT


def mentioned(message: str) -> list[str]:
    """Numbers and names in a message as Slack sends it, each once: "INV-2041", "Kiosk Ltd"."""
    text = html.unescape(TOKEN.sub(lambda token: token[1] or " ", message[:MOST_TEXT]))
    text = NOT_A_NUMBER.sub(" ", text)
    numbers, names = NUMBER.findall(text), NUMBER.sub(" , ", text)
    candidates = [*numbers, *NAME.findall(names), *WORD.findall(names)]
    kept: list[str] = []
    for candidate in dict.fromkeys(candidates):
        if not any(candidate.casefold() in known.casefold() for known in kept):
            kept.append(candidate)
    return kept[:MOST_MENTIONED]


def register(app: App, desk: Desk, client: WebClient, finder: Finder) -> None:
    def show(body: dict[str, Any], action: dict[str, Any]) -> None:
        state = from_json(desk.views.get(chosen(action)))
        company = desk.companies.named(state.wanted.company_id)
        open_results(client, finder.screen, body, lambda place: state, company.name)

    def look_up(body: dict[str, Any]) -> None:
        finder.look_up(own_place(client, body), str((body.get("message") or {}).get("text") or ""))

    app.action(re.compile(r"^find\.show\.\d+$"))(show)
    app.shortcut("look_up")(look_up)
