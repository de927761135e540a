"""The buttons of the red message: what mends a cause (retry, relink, link, name, choose), what it holds up, more."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from blocks.causes.red import cause_key
from blocks.causes.window import IN_CHANNEL, IN_MESSAGES, RUNNING_ALREADY, STARTED, shown_elsewhere
from blocks.linking.links import Verb
from bot.core.faults import UserError
from bot.core.model import RecordRef
from bot.core.results import Cause
from bot.desk.desk import Desk
from bot.slack.causes import work
from bot.slack.causes.window import CausesWindow, Scene, put_up
from bot.slack.linking import choosing, links, naming, partners
from bot.slack.linking.links import ChangeReport
from bot.slack.plumbing.payloads import chosen, user_id, user_name
from bot.slack.results import detail
from bot.slack.results.modals import Modal
from bot.slack.results.screen import ResultsScreen
from bot.slack.results.state import about_cause
from bot.slack.runs.sync import SyncStarter
from bot.slack.who.permission import Permission

NOT_ONE = "There is no single record to blame here. Show the records and choose among them."
NO_CHOICE = (
    "Nothing on the other side looks like it any more. Sync again: if it is still needed, the red message says how."
)


def find_cause(desk: Desk, value: str) -> tuple[str, Cause]:
    """The company and the cause that a button of the red message names. Raises UserError when it is gone."""
    company_id, _, key = value.partition("|")
    for cause in desk.causes.of(company_id):
        if cause_key(cause) == key:
            return company_id, cause
    raise UserError("This has been dealt with already. The red message shows what is left in a moment.")


@dataclass(frozen=True)
class Card:
    """The cause whose card was clicked, and where that stands."""

    scene: Scene
    company_id: str
    cause: Cause

    def refs(self) -> tuple[RecordRef, ...]:
        return (self.cause.ref,) if self.cause.ref else self.cause.refs

    def single(self) -> tuple[RecordRef, ...]:
        if self.cause.ref is None:
            raise UserError(NOT_ONE)
        return (self.cause.ref,)

    def modal(self, refs: tuple[RecordRef, ...], retries: int | None = None) -> Modal:
        return Modal("", self.scene.place, self.company_id, refs, retries=retries, window=self.scene.window)


@dataclass(frozen=True)
class RedMessage:
    """Answers the buttons of the red message, wherever its cards stand."""

    desk: Desk
    client: WebClient
    permission: Permission
    starter: SyncStarter
    screen: ResultsScreen
    report: ChangeReport
    windows: CausesWindow

    def act(self, body: dict[str, Any], value: str, doing: str) -> Card:
        """The card whose button was clicked; `doing` is what only operators may."""
        scene = self.windows.scene(body)
        self.permission.require_operator(body, doing, scene.place.channel_id)
        return Card(scene, *_found(self.desk, self.windows, scene, value))

    def relink(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        card = self.act(body, chosen(action), "relink records")
        person, place = user_id(body), card.scene.place
        modal = Modal("", place, card.company_id, card.single())
        change = self.desk.linking.relink(card.company_id, modal.refs, person, source=place.source)
        self.report.tell(Verb.RELINK, change, modal, person, user_name(body))
        _start(self.starter, self.windows, card)

    def retry(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        _start(self.starter, self.windows, self.act(body, chosen(action), "retry"))

    def adopt(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        card = self.act(body, chosen(action), partners.DOING)
        view = partners.question(self.desk, card.modal(card.refs()[:1], retries=card.cause.count))
        if view is None:
            raise UserError(NO_CHOICE)
        put_up(self.client, body, view)

    def rename(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        card = self.act(body, chosen(action), naming.DOING)
        put_up(self.client, body, naming.question(self.desk, card.modal(card.single(), retries=card.cause.count)))

    def choose(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        card = self.act(body, chosen(action), choosing.DOING)
        scene = card.scene
        put_up(self.client, body, choosing.question(self.desk, scene.place, card.company_id, card.cause, scene.window))

    def show(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        scene = self.windows.scene(body)
        self.permission.require_own_channel(scene.place.channel_id)
        company_id, cause = _found(self.desk, self.windows, scene, chosen(action))
        self.screen.open(scene.place, about_cause(company_id, cause))
        where = IN_MESSAGES if scene.place.channel_id.startswith("D") else IN_CHANNEL
        self.windows.show(scene.window, shown_elsewhere(cause, where))

    def more(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        verb, _, value = chosen(action).partition("|")
        if verb == "detail":
            company_id, cause = _found(self.desk, self.windows, self.windows.scene(body), value)
            detail.open_cause(self.desk, self.client, body, company_id, cause)
        elif verb == "work":
            card = self.act(body, value, work.DOING)
            work.open_settling(self.desk, self.client, body, card.scene, card.company_id, card.cause)
        else:
            card = self.act(body, value, "unlink records")
            put_up(self.client, body, links.confirmation(self.desk, Verb.UNLINK, card.modal(card.refs())))


def register(app: App, handlers: RedMessage) -> None:
    app.action("cause.relink")(handlers.relink)
    app.action("cause.retry")(handlers.retry)
    app.action("cause.adopt")(handlers.adopt)
    app.action("cause.rename")(handlers.rename)
    app.action("cause.choose")(handlers.choose)
    app.action("cause.show")(handlers.show)
    app.action("cause.more")(handlers.more)


def _found(desk: Desk, windows: CausesWindow, scene: Scene, value: str) -> tuple[str, Cause]:
    """Raises UserError when it is gone; the window with all causes then no longer shows it."""
    try:
        return find_cause(desk, value)
    except UserError:
        windows.show(scene.window, "")
        raise


def _start(starter: SyncStarter, windows: CausesWindow, card: Card) -> None:
    is_new = starter.start(card.company_id, card.scene.place)
    windows.show(card.scene.window, STARTED if is_new else RUNNING_ALREADY)
