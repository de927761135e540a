"""The one place where an error becomes words for the person who clicked, where they are looking."""

import logging
import secrets
from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltResponse
from slack_sdk import WebClient

from blocks.kit import notice
from blocks.kit.kit import Block, Message
from bot.core.faults import UserError
from bot.slack.plumbing.payloads import Payload, place_of
from bot.slack.plumbing.replies import UNREACHABLE, Replies, refusal
from bot.slack.who.permission import Refused

log = logging.getLogger(__name__)


def new_reference() -> str:
    return secrets.token_hex(4)


def register(app: App, replies: Replies, reference: Callable[[], str] = new_reference) -> None:
    def on_error(error: Exception, body: dict[str, Any], client: WebClient, response: Any) -> BoltResponse | None:
        """`response` is None when the request has been acknowledged already."""
        message = words_for(error, reference)
        if response is None:
            _tell(client, replies, body, message)
            return None
        if body.get("type") == "view_submission":
            return BoltResponse(status=200, body={"response_action": "push", "view": notice.as_modal(message)})
        if body.get("type") == "block_suggestion":
            return BoltResponse(status=200, body={"options": []})
        _tell(client, replies, body, message)
        return BoltResponse(status=200)

    app.error(on_error)


def words_for(error: Exception, reference: Callable[[], str]) -> Message:
    match error:
        case Refused():
            return error.message
        case UserError():
            return notice.words(str(error))
        case _:
            found = reference()
            log.error("a Slack request failed, reference %s", found, exc_info=error)
            return notice.broke(found)


def _tell(client: WebClient, replies: Replies, body: Payload, message: Message) -> None:
    """In the modal that is open, else in an answer only this person sees, else in a modal of its own."""
    view = body.get("view") or {}
    shown = notice.as_modal(message)
    if view.get("type") != "modal":
        if not replies.tell(place_of(body), message) and body.get("trigger_id"):
            _open(client, body, shown)
        return
    try:
        client.views_push(trigger_id=str(body.get("trigger_id", "")), view=shown)
    except UNREACHABLE as pushing:
        try:
            client.views_update(view_id=str(view["id"]), view=shown)
        except UNREACHABLE as updating:
            log.warning("an error was not shown: %s, %s", refusal(pushing), refusal(updating))


def _open(client: WebClient, body: Payload, shown: Block) -> None:
    try:
        client.views_open(trigger_id=str(body["trigger_id"]), view=shown)
    except UNREACHABLE as error:
        log.warning("an error was not shown: %s", refusal(error))
