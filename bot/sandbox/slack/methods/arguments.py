"""The arguments of one Web API call, whether they came as JSON, as a form or in the query."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox.http.exchange import Request
from bot.sandbox.slack.workspace.errors import SlackRefusal

Arguments = Mapping[str, Any]


def parse(request: Request) -> dict[str, Any]:
    """All arguments by name; in a form, `blocks` and `view` are still JSON text (see `structure`)."""
    if "json" in request.headers.get("content-type", ""):
        try:
            body = json.loads(request.body or b"{}")
        except ValueError as problem:
            raise SlackRefusal("invalid_json") from problem
        if not isinstance(body, dict):
            raise SlackRefusal("json_not_object")
        return {**request.query, **body}
    return {**request.query, **dict(parse_qsl(request.body.decode(), keep_blank_values=True))}


def token(request: Request, arguments: Arguments) -> str:
    header = request.headers.get("authorization", "")
    return header.removeprefix("Bearer ").strip() or str(arguments.get("token") or "")


def text(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    return "" if value is None else str(value)


def flag(arguments: Arguments, name: str) -> bool:
    return text(arguments, name).lower() in ("1", "true")


def number(arguments: Arguments, name: str, default: int) -> int:
    try:
        return int(arguments.get(name) or default)
    except ValueError as problem:
        raise SlackRefusal("invalid_arguments", [f"[ERROR] must be a number [json-pointer:/{name}]"]) from problem


def structure(arguments: Arguments, name: str, refusal: str) -> Any:
    """An array or object argument; None where it is absent; text that is no JSON is refused as `refusal`."""
    value = arguments.get(name)
    if isinstance(value, str):
        try:
            return json.loads(value) if value else None
        except ValueError as problem:
            raise SlackRefusal(refusal, [f"[ERROR] must be valid JSON [json-pointer:/{name}]"]) from problem
    return value


def required(arguments: Arguments, name: str) -> str:
    value = text(arguments, name)
    if not value:
        message = f"[ERROR] missing required field: {name} [json-pointer:/{name}]"
        raise SlackRefusal("invalid_arguments", [message])
    return value
