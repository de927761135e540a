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


def register(
    app: App,
    desk: Desk,
    permission: Permission,
    replies: Replies,
    client: WebClient,
    words: Words,
    troubles: ChannelTroubles,
) -> None:
    starter, screen = words.starter, words.screen

    def start(body: dict[str, Any], place: Place, name: str) -> None:
        permission.require_operator(body, sync.DOING)
        companies = desk.companies.all()
        if name:
            starter.start(desk.companies.named(name).id, place)
        elif len(companies) == 1:
            starter.start(companies[0].id, place)
        elif companies:
            starter.ask_which(place, companies)
        else:
            replies.tell(place, nothing_connected())

    def show_results(place: Place, name: str) -> None:
        state = opening(desk, place, desk.companies.named(name) if name else None)
        if state is None:
            replies.tell(place, nothing_connected())
        else:
            screen.open(place, state)

    def command(body: dict[str, Any]) -> None:
        place = place_of(body)
        match parse(body.get("text", "")):
            case ("", _):
                companies = desk.companies.all()
                replies.tell(place, overview(companies, troubles.of_default(), troubles.of(companies[:MOST_SHOWN])))
            case ("sync", name):
                start(body, place, name)
            case ("results", name):
                show_results(place, name)
            case ("find", text):
                words.finder.find(place, text)
            case ("audit", name):
                words.trail.open(body, place, name)
            case ("plan", name):
                words.planner.plan(body, place, name)
            case ("verify", name):
                words.verifier.verify(body, place, name)
            case ("settings", name):
                open_settings(desk, client, permission, body, name)
            case ("help", _):
                replies.tell(place, help_page())
            case (word, rest):
                if company := named(" ".join((word, rest)).strip()):
                    show_results(place, company.id)
                else:
                    replies.tell(place, help_page(unknown=word))

    def named(text: str) -> CompanyView | None:
        """A company's name alone asks for its results: they only read."""
        try:
            return desk.companies.named(text)
        except UserError:
            return None

    def of_company(body: dict[str, Any], action: dict[str, Any]) -> None:
        """The menu beside a company of the overview, in a message or in a window."""
        verb, _, company_id = chosen(action).partition("|")
        company = desk.companies.named(company_id)
        if verb == "sync":
            permission.require_operator(body, sync.DOING)
            starter.start(company_id, own_place(client, body))
            _redraw(body)
        elif verb == "verify":
            permission.require_operator(body, verify.DOING)
            words.verifier.start_from(body, company_id)
        elif verb == "causes":
            CausesWindow(desk, client).open(body, company_id)
        else:
            open_results(client, screen, body, lambda place: as_left(desk, place, company), company.name)

    def _redraw(body: dict[str, Any]) -> None:
        """The window of the shortcut shows what was clicked in it."""
        view = body.get("view") or {}
        if view.get("callback_id") == "overview":
            companies = desk.companies.all()
            shown = overview_modal(companies, troubles.of_default(), troubles.of(companies[:MOST_SHOWN]))
            client.views_update(view_id=view["id"], hash=view["hash"], view=shown)

    app.command(COMMAND)(command)
    app.action("company.more")(of_company)
