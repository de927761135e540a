"""/qbo-sync: the overview, and every word that may follow it; one that nobody knows gets help."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from blocks.help import help_page
from blocks.overview import MOST_SHOWN, nothing_connected, overview, overview_modal
from bot.core.faults import UserError
from bot.core.runs import CompanyView
from bot.desk.desk import Desk
from bot.slack.audit import AuditTrail
from bot.slack.causes.window import CausesWindow
from bot.slack.find import Finder
from bot.slack.home import open_results
from bot.slack.plumbing.direct import own_place
from bot.slack.plumbing.payloads import Place, chosen, place_of
from bot.slack.plumbing.replies import Replies
from bot.slack.results.remembered_filters import as_left, opening
from bot.slack.results.screen import ResultsScreen
from bot.slack.runs import sync, verify
from bot.slack.runs.plan import Planner
from bot.slack.runs.sync import SyncStarter
from bot.slack.runs.verify import Verifier
from bot.slack.settings.company import open_settings
from bot.slack.who.default_channel import ChannelTroubles
from bot.slack.who.permission import Permission

COMMAND = "/qbo-sync"


def parse(text: str) -> tuple[str, str]:
    """ "Sync  harbour city" is ("sync", "harbour city"); the word in lower case, the rest as written."""
    word, _, rest = text.strip().partition(" ")
    return word.lower(), " ".join(rest.split())


@dataclass(frozen=True)
class Words:
    """What answers the words that may follow the command."""

    starter: SyncStarter
    screen: ResultsScreen
    finder: Finder
    trail: AuditTrail
    planner: Planner
    verifier: Verifier


@dataclass(frozen=True)
class Command:
    """Answers /qbo-sync and the menu beside a company of the overview."""

    desk: Desk
    permission: Permission
    replies: Replies
    client: WebClient
    words: Words
    troubles: ChannelTroubles

    def start(self, body: dict[str, Any], place: Place, name: str) -> None:
        self.permission.require_operator(body, sync.DOING)
        companies = self.desk.companies.all()
        if name:
            self.words.starter.start(self.desk.companies.named(name).id, place)
        elif len(companies) == 1:
            self.words.starter.start(companies[0].id, place)
        elif companies:
            self.words.starter.ask_which(place, companies)
        else:
            self.replies.tell(place, nothing_connected())

    def show_results(self, place: Place, name: str) -> None:
        state = opening(self.desk, place, self.desk.companies.named(name) if name else None)
        if state is None:
            self.replies.tell(place, nothing_connected())
        else:
            self.words.screen.open(place, state)

    def command(self, body: dict[str, Any]) -> None:
        place = place_of(body)
        match parse(body.get("text", "")):
            case ("", _):
                companies = self.desk.companies.all()
                self.replies.tell(place, overview(companies, *self.troubles.told(companies[:MOST_SHOWN])))
            case ("sync", name):
                self.start(body, place, name)
            case ("results", name):
                self.show_results(place, name)
            case ("find", text):
                self.words.finder.find(place, text)
            case ("audit", name):
                self.words.trail.open(body, place, name)
            case ("plan", name):
                self.words.planner.plan(body, place, name)
            case ("verify", name):
                self.words.verifier.verify(body, place, name)
            case ("settings", name):
                open_settings(self.desk, self.client, self.permission, body, name)
            case ("help", _):
                self.replies.tell(place, help_page())
            case (word, rest):
                if company := self.named(" ".join((word, rest)).strip()):
                    self.show_results(place, company.id)
                else:
                    self.replies.tell(place, help_page(unknown=word))

    def named(self, text: str) -> CompanyView | None:
        """A company's name alone asks for its results: they only read."""
        try:
            return self.desk.companies.named(text)
        except UserError:
            return None

    def of_company(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        """The menu beside a company of the overview, in a message or in a window."""
        verb, _, company_id = chosen(action).partition("|")
        company = self.desk.companies.named(company_id)
        if verb == "sync":
            self.permission.require_operator(body, sync.DOING)
            self.words.starter.start(company_id, own_place(self.client, body))
            self._redraw(body)
        elif verb == "verify":
            self.permission.require_operator(body, verify.DOING)
            self.words.verifier.start_from(body, company_id)
        elif verb == "causes":
            CausesWindow(self.desk, self.client).open(body, company_id)
        else:
            open_results(
                self.client, self.words.screen, body, lambda place: as_left(self.desk, place, company), company.name
            )

    def _redraw(self, body: dict[str, Any]) -> None:
        """The window of the shortcut shows what was clicked in it."""
        view = body.get("view") or {}
        if view.get("callback_id") == "overview":
            companies = self.desk.companies.all()
            shown = overview_modal(companies, *self.troubles.told(companies[:MOST_SHOWN]))
            self.client.views_update(view_id=view["id"], hash=view["hash"], view=shown)


def register(app: App, handlers: Command) -> None:
    app.command(COMMAND)(handlers.command)
    app.action("company.more")(handlers.of_company)
