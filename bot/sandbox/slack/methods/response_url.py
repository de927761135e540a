"""What an app may do with a response url: answer a command, replace or delete the message that was clicked.

Source: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.sandbox.http.exchange import Request, Response, json_response
from bot.sandbox.slack.methods import arguments
from bot.sandbox.slack.methods.validation import checked_attachments, checked_blocks
from bot.sandbox.slack.workspace.errors import SlackRefusal
from bot.sandbox.slack.workspace.messages import Message
from bot.sandbox.slack.workspace.state import Call, SlackState
from bot.sandbox.slack.workspace.tickets import ResponseUrl
from bot.sandbox.slack.workspace.workspace import BOT_USER_ID

RESPONSE_PREFIX = "/response/"


def answer_to_response_url(state: SlackState, request: Request) -> Response:
    try:
        body = arguments.parse(request)
        with state.lock:
            ticket = state.tickets.use_response_url(request.path.removeprefix(RESPONSE_PREFIX))
            respond(state, ticket, body)
        response = Response(200, b"ok", {"content-type": "text/plain"})
        error = ""
    except SlackRefusal as refusal:
        gone = refusal.code in ("used_url", "expired_url")
        response, error = json_response(404 if gone else 400, refusal.to_json()), refusal.code
        body = {}
    state.log.append(Call("response_url", body, state.clock(), response.status, error))
    return response


def respond(state: SlackState, ticket: ResponseUrl, body: Mapping[str, Any]) -> None:
    """Post, replace or delete; also what an acknowledgement of a command with a body does."""
    original = state.messages.get(ticket.channel, ticket.original_ts) if ticket.original_ts else None
    if body.get("delete_original"):
        if original is not None:
            state.delete(original)
        return
    blocks = arguments.structure(body, "blocks", "invalid_blocks")
    new: dict[str, Any] = {
        "text": arguments.text(body, "text"),
        "blocks": checked_blocks(blocks, state.table_limits, over_response_url=True),
        "attachments": checked_attachments(body.get("attachments"), state.table_limits),
    }
    if not any(new.values()):
        raise SlackRefusal("no_text")
    if body.get("replace_original") and original is not None:
        state.change(replace(original, **new, edited_ts=state.new_ts()))
        return
    only_for = "" if body.get("response_type") == "in_channel" else ticket.user
    thread_ts = arguments.text(body, "thread_ts") or ticket.thread_ts
    state.post(Message(state.new_ts(), ticket.channel, BOT_USER_ID, **new, only_for=only_for, thread_ts=thread_ts))
