"""Starting a sync from Slack: the command, "Sync now", "Sync again" and the choice of a company."""

import re
from dataclasses import dataclass
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from blocks.kit import notice
from blocks.overview import choose_company
from blocks.runs import run as runs
from bot.core.runs import CompanyView, RunView, Trigger
from bot.desk.desk import Desk
from bot.slack.messages.outbox import Outbox, Shown
from bot.slack.plumbing.direct import direct_channel
from bot.slack.plumbing.payloads import Place, chosen, place_of
from bot.slack.plumbing.replies import Replies
from bot.slack.who.permission import Permission

DOING = "start a sync"
QUESTION = "Which company shall I sync?"


@dataclass(frozen=True)
class SyncStarter:
    desk: Desk
    outbox: Outbox
    replies: Replies
    client: WebClient

    def start(self, company_id: str, place: Place) -> bool:
        """Ask for a run and post its living message where it was asked for. False when one is under way already."""
        who = (place.user_id, Trigger.PERSON)
        run, is_new = self.desk.runs.request(company_id, *who, source=place.source)
        return self._show(run, is_new, place)

    def accept_stop(self, run_id: str, place: Place) -> None:
        """Go on after a safety stop that this person has looked at."""
        run, is_new = self.desk.runs.accept_stop(run_id, place.user_id, Trigger.PERSON, place.source)
        self._show(run, is_new, place)

    def show(self, run: RunView, place: Place) -> None:
        """The living message of a run that has just been asked for."""
        self._show(run, True, place)

    def _show(self, run: RunView, is_new: bool, place: Place) -> bool:
        if not is_new:
            self.replies.tell(place, runs.already_running(run))
            return False
        key, message = f"run:{run.run_id}", runs.living(run)
        if self.outbox.show(key, place.channel_id, message) is Shown.UNWELCOME:
            direct = direct_channel(self.client, place.user_id, "The sync is on its way, but: ")
            is_told = bool(direct) and self.outbox.show(key, direct, message) is Shown.YES
            where = "I sent you this run as a direct message." if is_told else f"{message.text}."
            self.replies.tell(place, notice.not_posted(self.outbox.why_not(place.channel_id), where))
        return True

    def ask_which(self, place: Place, companies: list[CompanyView]) -> None:
        self.replies.tell(place, choose_company(companies, "sync.company", QUESTION))


def register(app: App, desk: Desk, permission: Permission, starter: SyncStarter, replies: Replies) -> None:
    def again(body: dict[str, Any], action: dict[str, Any]) -> None:
        permission.require_operator(body, DOING)
        starter.start(desk.runs.get(chosen(action)).company_id, place_of(body))

    def company(body: dict[str, Any], action: dict[str, Any]) -> None:
        permission.require_operator(body, DOING)
        place = place_of(body)
        if action.get("block_id") == "choose":
            replies.remove(place)
        starter.start(chosen(action), place)

    def accept(body: dict[str, Any], action: dict[str, Any]) -> None:
        permission.require_operator(body, DOING)
        starter.accept_stop(chosen(action), place_of(body))

    def choose(body: dict[str, Any]) -> None:
        permission.require_operator(body, DOING)
        starter.ask_which(place_of(body), desk.companies.all())

    app.action("sync.again")(again)
    app.action("sync.choose")(choose)
    app.action("sync.accept")(accept)
    app.action(re.compile(r"^sync\.company(\.\d+)?$"))(company)
