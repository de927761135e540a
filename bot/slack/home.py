"""The App Home: published when somebody opens it, and again after a run for those who opened it lately.

See https://docs.slack.dev/surfaces/app-home
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from slack_bolt import App
from slack_sdk import WebClient

from blocks import home as pages
from blocks.home import HomeCompany, MyItem
from blocks.kit import notice
from blocks.kit.kit import Block
from bot.core.runs import CompanyView
from bot.desk.desk import Desk
from bot.slack.messages.outbox import Outbox, Shown
from bot.slack.plumbing.direct import own_place, say_where
from bot.slack.plumbing.payloads import Place, chosen, user_id
from bot.slack.red import find_cause
from bot.slack.results.remembered_filters import as_left, with_habits
from bot.slack.results.screen import ResultsScreen
from bot.slack.results.state import ResultsState, about_cause
from bot.slack.runs import sync
from bot.slack.runs.sync import SyncStarter
from bot.slack.who.default_channel import ChannelTroubles
from bot.slack.who.permission import Permission, Refused

LATELY = timedelta(hours=12)
KEEP_EVERY = timedelta(seconds=5)
MOST_AT_ONCE = 5
"""views.publish is allowed about a hundred times a minute; whoever is left over comes next time."""


class MyItems(Protocol):
    """What was given to a person to settle, the most urgent first."""

    def of(self, user_id: str) -> Sequence[MyItem]: ...


@dataclass
class HomePages:
    """`troubles` say what keeps messages from coming."""

    desk: Desk
    outbox: Outbox
    clock: Callable[[], datetime]
    items: MyItems
    troubles: ChannelTroubles
    _kept_at: datetime | None = None

    def keep(self, companies: Sequence[CompanyView]) -> None:
        """Bring the homes up to date that somebody looked at lately; never waits, never raises for Slack."""
        now = self.clock()
        if self._kept_at is not None and now - self._kept_at < KEEP_EVERY:
            return
        self._kept_at = now
        visits = self.desk.team.home_visits(now - LATELY)
        if not visits:
            return
        shown, published = self._companies(companies), 0
        for visit in visits:
            view = self._view(shown, visit.user_id, visit.page)
            if _digest(view) == visit.digest:
                continue
            if self.outbox.publish(visit.user_id, view) is not Shown.YES:
                return
            self.desk.team.showed_home(visit.user_id, _digest(view))
            published += 1
            if published == MOST_AT_ONCE:
                return

    def drawn(self, person: str, page: int = 1) -> Block:
        return self._view(self._companies(self.desk.companies.all()), person, page)

    def _view(self, companies: Sequence[HomeCompany], person: str, page: int) -> Block:
        return pages.home(companies, self.items.of(person), page, self.troubles.of_default())

    def _companies(self, companies: Sequence[CompanyView]) -> list[HomeCompany]:
        held, refused = self.troubles.of(companies), self.troubles.refused(companies)
        return [
            HomeCompany(
                company,
                len(self.desk.causes.of(company.id)) if company.needs_attention else 0,
                self.desk.team.next_run(company.id),
                held.get(company.id, ()),
                refused.get(company.id, ()),
            )
            for company in companies
        ]


@dataclass(frozen=True)
class Home:
    """Answers what is done in the App Home."""

    desk: Desk
    client: WebClient
    permission: Permission
    starter: SyncStarter
    screen: ResultsScreen
    homes: HomePages

    def publish(self, person: str, page: int = 1) -> None:
        view = self.homes.drawn(person, page)
        self.desk.team.visited_home(person, page)
        self.client.views_publish(user_id=person, view=view)
        self.desk.team.showed_home(person, _digest(view))

    def opened(self, body: dict[str, Any], event: dict[str, Any]) -> None:
        if event.get("tab", "home") != "home":
            return
        try:
            self.permission.require_viewer(body)
        except Refused as problem:
            self.client.views_publish(user_id=user_id(body), view=pages.refused(problem.message))
            return
        self.publish(user_id(body))

    def turn(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        page = chosen(action)
        self.publish(user_id(body), int(page) if page.isdecimal() else 1)

    def start(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        self.permission.require_operator(body, sync.DOING)
        place = own_place(self.client, body)
        self.starter.start(chosen(action), place)
        self.publish(place.user_id)

    def results(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        company = self.desk.companies.named(chosen(action))
        open_results(self.client, self.screen, body, lambda place: as_left(self.desk, place, company), company.name)

    def item(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        company_id, cause = find_cause(self.desk, chosen(action))
        state, name = about_cause(company_id, cause), self.desk.companies.named(company_id).name
        open_results(self.client, self.screen, body, lambda place: with_habits(self.desk, place, state), name)

    def reconnect(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        message = pages.reconnect(self.desk.companies.named(chosen(action)))
        self.client.views_open(trigger_id=body["trigger_id"], view=notice.as_modal(message, "Reconnect"))


def register(app: App, handlers: Home) -> None:
    app.event("app_home_opened")(handlers.opened)
    app.action("home.previous")(handlers.turn)
    app.action("home.next")(handlers.turn)
    app.action("home.sync")(handlers.start)
    app.action("home.results")(handlers.results)
    app.action("home.item")(handlers.item)
    app.action("home.reconnect")(handlers.reconnect)


def open_results(
    client: WebClient, screen: ResultsScreen, body: dict[str, Any], state: Callable[[Place], ResultsState], name: str
) -> None:
    """Where there is no channel the results go to the direct messages, and a small window says so.

    `state` is what is shown there: what a person left in their direct messages is found again there.
    """
    place = own_place(client, body)
    screen.open(place, state(place))
    say_where(client, body, notice.in_messages(name), "View results")


def _digest(view: Block) -> str:
    return hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()[:16]
