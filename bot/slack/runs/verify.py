"""Verify: asked for from a menu, the App Home or the command, made by the worker, told in one living message."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from blocks.kit import notice
from blocks.kit.kit import Message
from blocks.overview import choose_company, nothing_connected
from blocks.runs import verification as pages
from bot.core.team.requested_verification import RequestedVerification
from bot.desk.desk import Desk
from bot.slack.messages.outbox import Outbox, Shown
from bot.slack.plumbing.direct import direct_channel, own_place, say_where
from bot.slack.plumbing.payloads import Payload, Place, chosen, place_of
from bot.slack.plumbing.replies import Replies
from bot.slack.who.permission import Permission

DOING = "verify a company"
QUESTION = "Which company shall I verify?"
FIRST_POST = timedelta(seconds=10)
"""Whoever asks gets the message at once; the announcer steps in when that did not happen."""


@dataclass(frozen=True)
class VerificationMessages:
    desk: Desk
    outbox: Outbox

    def show(self, asked: RequestedVerification, channel: str) -> Shown:
        return self.outbox.show(f"verify:{asked.id}", channel, pages.asked(asked))

    def keep(self, since: datetime, now: datetime) -> list[bool]:
        """Bring the messages of all that changed up to date; what cannot be now is tried again."""
        return [self._keep(asked, now) for asked in self.desk.verifications.changed_since(since)]

    def _keep(self, asked: RequestedVerification, now: datetime) -> bool:
        if self.desk.posts.get(f"verify:{asked.id}") is None and now - asked.requested_at < FIRST_POST:
            return False
        return not asked.channel_id or self.show(asked, asked.channel_id) is not Shown.LATER


@dataclass(frozen=True)
class Verifier:
    desk: Desk
    permission: Permission
    messages: VerificationMessages
    replies: Replies
    client: WebClient

    def verify(self, body: Payload, place: Place, name: str) -> None:
        """`name` "" = the only company, or a question which."""
        self.permission.require_operator(body, DOING)
        companies = self.desk.companies.all()
        if name or len(companies) == 1:
            self.start(place, self.desk.companies.named(name).id if name else companies[0].id)
        elif companies:
            self.replies.tell(place, choose_company(companies, "verify.company", QUESTION))
        else:
            self.replies.tell(place, nothing_connected())

    def start(self, place: Place, company_id: str) -> None:
        """Ask for it; only operators come here."""
        asked, is_new = self.desk.verifications.request(company_id, place.user_id, place.channel_id, place.source)
        if not is_new:
            self.replies.tell(place, pages.already_verifying(asked))
        elif self.messages.show(asked, place.channel_id) is Shown.UNWELCOME:
            direct = direct_channel(self.client, place.user_id, "The verification is on its way, but: ")
            is_told = bool(direct) and self.messages.show(asked, direct) is Shown.YES
            self.replies.tell(place, self._not_posted(place, is_told))

    def _not_posted(self, place: Place, is_told: bool) -> Message:
        where = "I sent it to you as a direct message." if is_told else ""
        return notice.not_posted(self.messages.outbox.why_not(place.channel_id), where)

    def start_from(self, body: Payload, company_id: str) -> None:
        """The same from a button or menu, wherever it is."""
        self.start(own_place(self.client, body), company_id)
        said = notice.verification_in_messages(self.desk.companies.named(company_id).name)
        say_where(self.client, body, said, "Verify")


def register(app: App, permission: Permission, verifier: Verifier) -> None:
    def company(body: dict[str, Any], action: dict[str, Any]) -> None:
        permission.require_operator(body, DOING)
        place = place_of(body)
        verifier.replies.remove(place)
        verifier.start(place, chosen(action))

    def start(body: dict[str, Any], action: dict[str, Any]) -> None:
        permission.require_operator(body, DOING)
        verifier.start_from(body, chosen(action))

    app.action(re.compile(r"^verify\.company(\.\d+)?$"))(company)
    app.action("verify.again")(start)
    app.action("home.verify")(start)
