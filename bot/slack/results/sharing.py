"""Share: a copy of somebody's results for the channel, that anyone may act on by their own right."""

from dataclasses import dataclass

from slack_sdk import WebClient

from blocks.kit import notice
from blocks.kit.kit import Message
from bot.core.faults import UserError
from bot.slack.plumbing.payloads import Payload, place_of, user_id
from bot.slack.plumbing.refusals import UNWELCOME
from bot.slack.plumbing.replies import UNREACHABLE, refusal
from bot.slack.results.screen import ResultsScreen
from bot.slack.who.permission import Permission


@dataclass(frozen=True)
class Sharing:
    client: WebClient
    permission: Permission
    screen: ResultsScreen

    def share(self, body: Payload, view_id: str, name: str) -> None:
        """`name` is who shares, as it is shown: it notifies nobody."""
        place = place_of(body)
        self.permission.require_own_channel(place.channel_id)
        word = self.screen.share(view_id, name or user_id(body), lambda message: self._post(place.channel_id, message))
        if word in UNWELCOME:
            self.screen.replies.tell(place, notice.not_posted(word, "Then share again."))
        elif word:
            raise UserError(f"Slack did not take the copy ({word}). Please try again in a minute.")

    def _post(self, channel: str, message: Message) -> str:
        try:
            self.client.chat_postMessage(
                channel=channel, text=message.text, blocks=message.blocks, unfurl_links=False, unfurl_media=False
            )
        except UNREACHABLE as error:
            return refusal(error)
        return ""
