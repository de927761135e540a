"""/qbo-sync plan: a dry run on the worker as one message; Apply does exactly that, once, by whoever may approve it."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from blocks.kit import notice
from blocks.kit.kit import Block, Message
from blocks.kit.notice import WhoMay
from blocks.overview import choose_company, nothing_connected
from blocks.runs import plan as pages
from bot.core.team.requested_plan import RequestedPlan
from bot.core.team.roles import Role
from bot.desk.desk import Desk
from bot.desk.plans import Approved, SamePerson
from bot.slack.messages.outbox import Outbox, Shown
from bot.slack.plumbing.direct import direct_channel
from bot.slack.plumbing.payloads import Payload, Place, chosen, place_of
from bot.slack.plumbing.replies import Replies
from bot.slack.runs.sync import SyncStarter
from bot.slack.who.permission import Permission, Refused

DOING = "plan a sync"
APPROVING = "approve a plan"
QUESTION = "Which company shall I plan?"
FIRST_POST = timedelta(seconds=10)
"""Whoever asks gets the message at once; the announcer steps in when that did not happen."""


@dataclass(frozen=True)
class PlanMessages:
    desk: Desk
    outbox: Outbox

    def show(self, asked: RequestedPlan, channel: str) -> Shown:
        return self.outbox.show(f"plan:{asked.id}", channel, pages.asked(asked))

    def keep(self, since: datetime, now: datetime) -> list[bool]:
        """Bring the messages of all plans that changed up to date; what cannot be now is tried again."""
        return [self._keep(asked, now) for asked in self.desk.plans.changed_since(since)]

    def _keep(self, asked: RequestedPlan, now: datetime) -> bool:
        if self.desk.posts.get(f"plan:{asked.id}") is None and now - asked.requested_at < FIRST_POST:
            return False
        return not asked.channel_id or self.show(asked, asked.channel_id) is not Shown.LATER


@dataclass(frozen=True)
class Planner:
    desk: Desk
    permission: Permission
    messages: PlanMessages
    replies: Replies
    client: WebClient

    def plan(self, body: Payload, place: Place, name: str) -> None:
        """`name` "" = the only company, or a question which."""
        self.permission.require_operator(body, DOING)
        companies = self.desk.companies.all()
        if name or len(companies) == 1:
            self.start(place, self.desk.companies.named(name).id if name else companies[0].id)
        elif companies:
            self.replies.tell(place, choose_company(companies, "plan.company", QUESTION))
        else:
            self.replies.tell(place, nothing_connected())

    def start(self, place: Place, company_id: str) -> None:
        asked, is_new = self.desk.plans.request(company_id, place.user_id, place.channel_id, place.source)
        if not is_new:
            self.replies.tell(place, pages.already_planning(asked))
        elif self.messages.show(asked, place.channel_id) is Shown.UNWELCOME:
            direct = direct_channel(self.client, place.user_id, "The plan is on its way, but: ")
            is_told = bool(direct) and self.messages.show(asked, direct) is Shown.YES
            self.replies.tell(place, self._not_posted(place, is_told))

    def _not_posted(self, place: Place, is_told: bool) -> Message:
        where = "I sent you the plan as a direct message." if is_told else ""
        return notice.not_posted(self.messages.outbox.why_not(place.channel_id), where)


def register(
    app: App,
    desk: Desk,
    client: WebClient,
    permission: Permission,
    starter: SyncStarter,
    planner: Planner,
) -> None:
    messages, replies = planner.messages, planner.replies

    def company(body: dict[str, Any], action: dict[str, Any]) -> None:
        permission.require_operator(body, DOING)
        place = place_of(body)
        replies.remove(place)
        planner.start(place, chosen(action))

    def apply(body: dict[str, Any], action: dict[str, Any]) -> None:
        person, place, plan_id = permission.require_operator(body, APPROVING), place_of(body), chosen(action)
        try:
            run = desk.plans.approve(plan_id, person, place.source)
        except SamePerson as error:
            raise Refused(pages.another_person(desk.plans.get(plan_id), others(person))) from error
        except Approved as error:
            raise Refused(pages.approved_already(error.by)) from error
        messages.show(desk.plans.get(plan_id), place.channel_id)
        starter.show(run, place)

    def refresh(body: dict[str, Any], action: dict[str, Any]) -> None:
        person = permission.require_operator(body, DOING)
        place = place_of(body)
        messages.show(desk.plans.refresh(chosen(action), person, place.source), place.channel_id)

    def show(body: dict[str, Any], action: dict[str, Any]) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=_window(desk, chosen(action)))

    def turn(body: dict[str, Any], action: dict[str, Any]) -> None:
        plan_id, _, page = chosen(action).rpartition(":")
        client.views_update(view_id=body["view"]["id"], view=_window(desk, plan_id, int(page)))

    def others(person: str) -> WhoMay:
        who = permission.who_may(Role.OPERATOR)
        return WhoMay(who.role, [one for one in who.people if one != person], who.groups, who.is_workspace_admins)

    app.action(re.compile(r"^plan\.company(\.\d+)?$"))(company)
    app.action("plan.apply")(apply)
    app.action("plan.refresh")(refresh)
    app.action("plan.show")(show)
    app.action(re.compile(r"^plan\.(previous|next)$"))(turn)


def _window(desk: Desk, plan_id: str, page: int = 1) -> Block:
    """What the plan does, with one page of what it updates."""
    return pages.contents(desk.plans.get(plan_id), desk.plans.contents(plan_id), desk.plans.changes(plan_id, page))
