"""The results message: its filters, order and pages, what its ⋯ menu does, and the buttons that open it."""

import re
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bot.core.results import ResultsFilter
from bot.desk.desk import Desk
from bot.slack.causes.window import CausesWindow
from bot.slack.plumbing.payloads import chosen, place_of, user_name, view_id_of
from bot.slack.results import detail
from bot.slack.results.export import FORMATS, Exporter
from bot.slack.results.remembered_filters import as_left, with_habits, worst_of
from bot.slack.results.screen import ResultsScreen
from bot.slack.results.sharing import Sharing
from bot.slack.results.state import ResultsState, changed, from_json, in_company
from bot.slack.runs import sync
from bot.slack.runs.sync import SyncStarter
from bot.slack.who.permission import Permission

CONTROLS = re.compile(r"^results\.(status|type|since|clear|rows|order|previous|next|refresh)$")
PASSING = frozenset({"previous", "next", "refresh"})
"""What is not remembered for the next time."""


@dataclass(frozen=True)
class ResultsMessage:
    """Answers the controls of a results message, and the buttons that open one."""

    desk: Desk
    client: WebClient
    permission: Permission
    starter: SyncStarter
    screen: ResultsScreen
    sharing: Sharing
    exporter: Exporter

    def control(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        name, value = action["action_id"].removeprefix("results."), chosen(action)

        def alter(state: ResultsState) -> ResultsState:
            return changed(state, name, value)

        self.screen.change(place_of(body), view_id_of(action), alter, remembered=name not in PASSING)

    def company(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        company_id = chosen(action)
        since = self.desk.companies.default_since(company_id)

        def alter(state: ResultsState) -> ResultsState:
            return in_company(state, company_id, since)

        self.screen.change(place_of(body), view_id_of(action), alter, remembered=True)

    def start_sync(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        person = self.permission.require_operator(body, sync.DOING)
        view_id, place = view_id_of(action), place_of(body)
        if self.starter.start(from_json(self.desk.views.get(view_id)).wanted.company_id, place):
            self.screen.say(place, view_id, "Sync started", person)

    def more(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        view_id, wish = view_id_of(action), chosen(action)
        if wish == "share":
            self.sharing.share(body, view_id, user_name(body))
        elif wish == "causes":
            CausesWindow(self.desk, self.client).open(body, from_json(self.desk.views.get(view_id)).wanted.company_id)
        elif wish in FORMATS:
            self.exporter.export(place_of(body), view_id, wish)
        else:
            detail.open_chooser(self.desk, self.client, body, view_id)

    def open_own(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        """Buttons in the channel open a message of the reader's own: as they left it, unless it is about a flag."""
        value, place = chosen(action), place_of(body)
        match action["action_id"]:
            case "open.run":
                state = as_left(self.desk, place, self.desk.companies.named(self.desk.runs.get(value).company_id))
            case "open.red":
                state = with_habits(self.desk, place, ResultsState(ResultsFilter(value, needs_attention=True)))
            case "open.shared":
                state = replace(from_json(self.desk.views.get(value)), note=None)
            case "open.worst":
                state = worst_of(self.desk, place, self.desk.companies.named(value), len(self.desk.companies.all()))
            case _:
                state = as_left(self.desk, place, self.desk.companies.named(value))
        self.screen.open(place, state)


def register(app: App, handlers: ResultsMessage) -> None:
    app.action(CONTROLS)(handlers.control)
    app.action("results.company")(handlers.company)
    app.action("results.sync")(handlers.start_sync)
    app.action(re.compile(r"^open\."))(handlers.open_own)
    app.action("results.more")(handlers.more)
