"""Answers through a response_url: to one person, also where the bot may not post.

See https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

import http.client
import json
import logging
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from blocks.kit.kit import Message
from bot.slack.plumbing.payloads import Place

TIMEOUT_S = 10
UNREACHABLE = (SlackClientError, OSError, http.client.HTTPException)
"""What a call of Slack raises when it is refused or not reached (URLError and timeouts are OSErrors)."""
log = logging.getLogger(__name__)


def refusal(error: BaseException) -> str:
    """Slack's word for a refusal ("not_in_channel"), or the kind of failure."""
    if isinstance(error, SlackApiError):
        return str(error.response.get("error") or error.response.status_code)
    return type(error).__name__


class Replies:
    """Uses the same way out as the client: an address given on purpose, or none."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def send(self, place: Place, message: Message, replace: bool = False) -> str:
        """Answer, or change the message that was clicked. Gives "" when Slack took it, else its word of refusal."""
        body = {"text": message.text, "blocks": message.blocks, "replace_original": replace}
        quiet = {"response_type": "ephemeral", "unfurl_links": False, "unfurl_media": False}
        return self._post(place, {**body, **quiet})

    def remove(self, place: Place) -> str:
        """Take away the message that was clicked."""
        return self._post(place, {"delete_original": True})

    def tell(self, place: Place, message: Message) -> bool:
        """Reach this person in any way there is: the response url, else a note only they see in the channel."""
        if place.response_url and not self.send(place, message):
            return True
        if not (place.channel_id and place.user_id):
            return False
        try:
            self._client.chat_postEphemeral(
                channel=place.channel_id, user=place.user_id, text=message.text, blocks=message.blocks
            )
        except UNREACHABLE as error:
            log.warning("an answer did not reach %s: %s", place.user_id, refusal(error))
            return False
        return True

    def _post(self, place: Place, body: dict[str, Any]) -> str:
        if not place.response_url:
            return "no_response_url"
        webhook = WebhookClient(place.response_url, timeout=TIMEOUT_S)
        webhook.proxy = self._client.proxy
        try:
            answer = webhook.send_dict(body)
        except UNREACHABLE as error:
            log.warning("a response url was not reached: %s", refusal(error))
            return "unreachable"
        return "" if answer.status_code == 200 else _word(str(answer.body))


def _word(body: str) -> str:
    """Slack answers with a bare word or with JSON."""
    if not body.startswith("{"):
        return body.strip()[:100] or "refused"
    try:
        return str(json.loads(body).get("error") or "refused")
    except json.JSONDecodeError:
        return "refused"
