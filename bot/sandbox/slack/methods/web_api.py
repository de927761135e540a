"""Answers the calls an app makes: the Web API under `/api/`, upload addresses and response urls."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.http.exchange import Request, Response, json_response
from bot.sandbox.slack.methods import arguments, chat, directory, files, history, views
from bot.sandbox.slack.methods.response_url import RESPONSE_PREFIX, answer_to_response_url
from bot.sandbox.slack.workspace.errors import SlackRefusal
from bot.sandbox.slack.workspace.rate_limits import POSTING
from bot.sandbox.slack.workspace.state import Call, SlackState

API_PREFIX = "/api/"
PREFIXES = (API_PREFIX, files.UPLOAD_PREFIX, RESPONSE_PREFIX)


@dataclass(frozen=True)
class Method:
    """`tier` as in Slack's rate limits; `token` is the kind of token the method takes."""

    answer: Callable[[SlackState, arguments.Arguments], dict[str, Any]]
    tier: int
    token: str = "bot"


def open_connection(state: SlackState, _given: arguments.Arguments) -> dict[str, Any]:
    if state.failures.socket_is_refused:
        raise SlackRefusal("internal_error")
    ticket = state.new_id("")
    state.socket_tickets.add(ticket)
    return {"url": f"{state.base_url.replace('http', 'ws', 1)}/link?ticket={ticket}"}


METHODS = {
    "apps.connections.open": Method(open_connection, 3, "app"),
    "auth.test": Method(directory.auth_test, 4),
    "blocks.validate": Method(chat.validate_blocks, 4, "none"),
    "chat.delete": Method(chat.delete, 3),
    "chat.getPermalink": Method(chat.get_permalink, 4),
    "chat.postEphemeral": Method(chat.post_ephemeral, 4),
    "chat.postMessage": Method(chat.post_message, POSTING),
    "chat.update": Method(chat.update, 3),
    "conversations.history": Method(history.history, 3),
    "conversations.info": Method(directory.conversations_info, 3),
    "conversations.join": Method(directory.conversations_join, 3),
    "conversations.list": Method(directory.conversations_list, 2),
    "conversations.members": Method(directory.conversations_members, 4),
    "conversations.open": Method(directory.conversations_open, 3),
    "conversations.replies": Method(history.replies, 3),
    "files.completeUploadExternal": Method(files.complete_upload, 4),
    "files.getUploadURLExternal": Method(files.get_upload_url, 4),
    "reactions.add": Method(chat.add_reaction, 3),
    "usergroups.list": Method(directory.usergroups_list, 2),
    "usergroups.users.list": Method(directory.usergroups_users, 2),
    "users.conversations": Method(directory.users_conversations, 3),
    "users.info": Method(directory.users_info, 4),
    "users.list": Method(directory.users_list, 2),
    "views.open": Method(views.open_view, 4),
    "views.publish": Method(views.publish_view, 4),
    "views.push": Method(views.push_view, 4),
    "views.update": Method(views.update_view, 4),
}


@dataclass(frozen=True)
class WebApi:
    """An `Exchange` over the state: no network, no sleeping."""

    state: SlackState

    def handle(self, request: Request) -> Response:
        if request.path.startswith(files.UPLOAD_PREFIX):
            return files.receive_bytes(self.state, request)
        if request.path.startswith(RESPONSE_PREFIX):
            return answer_to_response_url(self.state, request)
        return self._call(request)

    def _call(self, request: Request) -> Response:
        name = request.path.removeprefix(API_PREFIX)
        given: dict[str, Any] = {}
        try:
            if self.state.failures.is_outage:
                return self._logged(name, given, Response(503, b"service unavailable"), "outage")
            given = arguments.parse(request)
            method = METHODS.get(name)
            if method is None:
                raise SlackRefusal("unknown_method", req_method=name)
            self._check_token(method, arguments.token(request, given))
            wait_s = self.state.rate_limits.take(method.tier, name, arguments.text(given, "channel"))
            if wait_s:
                refusal = json_response(429, {"ok": False, "error": "ratelimited"}, {"retry-after": str(wait_s)})
                return self._logged(name, given, refusal, "ratelimited")
            with self.state.lock:
                answer = {"ok": True, **method.answer(self.state, given)}
            return self._logged(name, given, json_response(200, answer))
        except SlackRefusal as refusal:
            return self._logged(name, given, json_response(200, refusal.to_json()), refusal.code)

    def _check_token(self, method: Method, token: str) -> None:
        credentials = self.state.credentials
        if method.token == "none":
            return
        if not token:
            raise SlackRefusal("not_authed")
        if token not in (credentials.bot_token, credentials.app_token):
            raise SlackRefusal("invalid_auth")
        wanted = credentials.app_token if method.token == "app" else credentials.bot_token
        if token != wanted:
            raise SlackRefusal("not_allowed_token_type")

    def _logged(self, name: str, given: dict[str, Any], response: Response, error: str = "") -> Response:
        readable = {key: _readable(value) for key, value in given.items()}
        self.state.log.append(Call(name, readable, self.state.clock(), response.status, error))
        return response


def _readable(value: Any) -> Any:
    """JSON that came inside a form, as a structure."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
