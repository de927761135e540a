"""/qbo-sync: the overview, sync, results and help; a word that nobody knows gets help."""

from typing import Any

from slack_bolt import App

from blocks.help import help_page
from blocks.overview import nothing_connected, overview
from bot.core.faults import UserError
from bot.core.model import CompanyView, ResultsFilter
from bot.slack import sync
from bot.slack.desk import Desk
from bot.slack.payloads import Place, chosen, place_of
from bot.slack.permission import Permission
from bot.slack.replies import Replies
from bot.slack.results_state import ResultsState
from bot.slack.screen import ResultsScreen
from bot.slack.sync import SyncStarter

COMMAND = "/qbo-sync"


def parse(text: str) -> tuple[str, str]:
    """ "Sync  harbour city" is ("sync", "harbour city"); the word in lower case, the rest as written."""
    word, _, rest = text.strip().partition(" ")
    return word.lower(), " ".join(rest.split())


def results_of(desk: Desk, company: CompanyView) -> ResultsState:
    """What changed since the last clean sync, linked and unlinked."""
    return ResultsState(ResultsFilter(company.id, since=desk.default_since(company.id)))


def register(
    app: App,
    desk: Desk,
    permission: Permission,
    starter: SyncStarter,
    screen: ResultsScreen,
    replies: Replies,
) -> None:
    def start(body: dict[str, Any], place: Place, name: str) -> None:
        permission.require_operator(body, sync.DOING)
        companies = desk.companies()
        if name:
            starter.start(desk.company(name).id, place)
        elif len(companies) == 1:
            starter.start(companies[0].id, place)
        elif companies:
            starter.ask_which(place, companies)
        else:
            replies.tell(place, nothing_connected())

    def show_results(place: Place, name: str) -> None:
        company = desk.company(name) if name else next(iter(desk.companies()), None)
        if company is None:
            replies.tell(place, nothing_connected())
        else:
            screen.open(place, results_of(desk, company))

    def command(body: dict[str, Any]) -> None:
        place = place_of(body)
        match parse(body.get("text", "")):
            case ("", _):
                replies.tell(place, overview(desk.companies()))
            case ("sync", name):
                start(body, place, name)
            case ("results", name):
                show_results(place, name)
            case ("help", _):
                replies.tell(place, help_page())
            case (word, rest):
                if company := named(" ".join((word, rest)).strip()):
                    screen.open(place, results_of(desk, company))
                else:
                    replies.tell(place, help_page(unknown=word))

    def named(text: str) -> CompanyView | None:
        """A company's name alone asks for its results: they only read."""
        try:
            return desk.company(text)
        except UserError:
            return None

    def of_company(body: dict[str, Any], action: dict[str, Any]) -> None:
        """The menu beside a company of the overview."""
        verb, _, company_id = chosen(action).partition("|")
        place = place_of(body)
        if verb == "sync":
            permission.require_operator(body, sync.DOING)
            starter.start(company_id, place)
        else:
            screen.open(place, results_of(desk, desk.company(company_id)))

    app.command(COMMAND)(command)
    app.action("company.more")(of_company)
