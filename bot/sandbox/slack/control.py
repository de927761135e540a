"""`/_control`: what the page's script and tests post to act as a person, read what is seen, and turn the knobs.

POST command {user, channel, text, thread_ts?}          a line in the composer: a slash command or a message
POST click {user, channel, ts | view_id, action_id, block_id?, value?, form?}
POST suggest {user, channel, ts | view_id, action_id, block_id?, query}
POST submit {user, view_id?, values?, form?}            values: block_id → action_id → raw value(s)
POST close {user, view_id?, everything?}                view_id is by default the modal on top
POST home {user}, POST shortcut {user, callback_id, channel?, ts?}
GET messages?channel=&user=   views?user=   log   notifications   connection
PUT request_url {url}, outage {on}, rate_limits {enabled, posts_per_s, burst}, settings {ack_timeout_s, retry_delays_s}
PUT membership {channel, is_member}, archived {channel, on}, shared {channel, on} (with another organisation)
PUT refusal {channel, error, of?}                       posting there answers this error ("" = none any more); `of` is
                                                        from post, reply, update, else what Slack means by the error
POST disconnect {reason} (empty: cut)
`latency` and `faults` are those of every stand-in. Users and channels may be named by id, `@ana` or `#accounts`.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.slack.methods.views import view_json
from bot.sandbox.slack.person import interactions, submissions
from bot.sandbox.slack.person.containers import Container, find_channel_of, find_container, find_element, find_user
from bot.sandbox.slack.person.delivery import Delivery
from bot.sandbox.slack.person.interactions import Click
from bot.sandbox.slack.workspace.errors import NoSuchThing
from bot.sandbox.slack.workspace.inputs import elements, field_of
from bot.sandbox.slack.workspace.refusing import forbidden_by
from bot.sandbox.slack.workspace.workspace import BOT_USER_ID, Channel

Body = Mapping[str, Any]
Handler = Callable[[Delivery, Body], Awaitable[Any]]


@dataclass(frozen=True)
class Control:
    """One address: its method and what it does with the JSON body (or the query of a GET)."""

    method: str
    path: str
    act: Handler

    def route(self, delivery: Delivery) -> Route:
        return Route(f"/_control/{self.path}", functools.partial(_answer, self.act, delivery), methods=[self.method])


async def _answer(act: Handler, delivery: Delivery, request: Request) -> Response:
    try:
        body = dict(request.query_params) if request.method == "GET" else await request.json()
        return JSONResponse(await act(delivery, body))
    except NoSuchThing as problem:
        return JSONResponse({"ok": False, "error": str(problem)}, 404)
    except (KeyError, TypeError, ValueError) as problem:
        return JSONResponse({"ok": False, "error": f"{type(problem).__name__}: {problem}"}, 400)


async def command(delivery: Delivery, body: Body) -> Any:
    user = find_user(delivery.state, body["user"])
    channel = find_channel_of(delivery.state, user, body["channel"])
    thread_ts = str(body.get("thread_ts") or "")
    return (await interactions.send_text(delivery, user, channel, str(body["text"]), thread_ts)).to_json()


async def click(delivery: Delivery, body: Body) -> Any:
    container = find_container(delivery.state, body)
    block_id, element = find_element(container, str(body["action_id"]), str(body.get("block_id") or ""))
    form = _form(body.get("form"))
    value = body.get("value")
    if value is not None and field_of(element):
        form[f"{block_id}|{element['action_id']}"] = _raw(value)
    used = Click(element["action_id"], block_id, str(value or ""), form)
    return (await interactions.click(delivery, container, used)).to_json()


async def suggest(delivery: Delivery, body: Body) -> Any:
    container = find_container(delivery.state, body)
    action_id, block_id = str(body["action_id"]), str(body.get("block_id") or "")
    groups = await interactions.suggest(delivery, container, action_id, block_id, str(body["query"]))
    return {"ok": True, "option_groups": groups, "options": [one for group in groups for one in group["options"]]}


async def submit(delivery: Delivery, body: Body) -> Any:
    container = find_container(delivery.state, {**body, "view_id": body.get("view_id") or "top"})
    form = _form(body.get("form")) | _form_of_values(container, body.get("values") or {})
    if container.view is None:
        raise NoSuchThing("no modal is open")
    return (await submissions.submit(delivery, container, container.view, form)).to_json()


async def close(delivery: Delivery, body: Body) -> Any:
    container = find_container(delivery.state, {**body, "view_id": body.get("view_id") or "top"})
    if container.view is None:
        raise NoSuchThing("no modal is open")
    everything = bool(body.get("everything"))
    return (await submissions.close(delivery, container, container.view, everything=everything)).to_json()


async def home(delivery: Delivery, body: Body) -> Any:
    interactions.open_home(delivery, find_user(delivery.state, body["user"]))
    return {"ok": True}


async def shortcut(delivery: Delivery, body: Body) -> Any:
    known = {one.callback_id: one for one in delivery.state.settings.shortcuts}
    if body["callback_id"] not in known:
        raise NoSuchThing(f"no shortcut {body['callback_id']!r}")
    user = find_user(delivery.state, body["user"])
    message = find_container(delivery.state, body).message if body.get("ts") else None
    return (await interactions.use_shortcut(delivery, user, known[body["callback_id"]], message)).to_json()


def _form(form: Mapping[str, Sequence[str]] | None) -> dict[str, Sequence[str]]:
    return dict(form or {})


def _raw(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _form_of_values(container: Container, values: Mapping[str, Mapping[str, Any]]) -> dict[str, Sequence[str]]:
    known = {(block["block_id"], element["action_id"]) for block, element in elements(container.blocks)}
    given = {(block_id, action_id): raw for block_id, row in values.items() for action_id, raw in row.items()}
    unknown = set(given) - known
    if unknown:
        raise NoSuchThing(f"no element {sorted(unknown)[0]}")
    return {f"{block_id}|{action_id}": _raw(raw) for (block_id, action_id), raw in given.items()}


async def messages(delivery: Delivery, body: Body) -> Any:
    """As this person sees the channel, thread replies and their own ephemeral messages included."""
    state = delivery.state
    user = find_user(state, body["user"])
    channel = find_channel_of(state, user, body["channel"])
    with state.lock:
        threads = state.messages.threads(channel)
        seen = state.messages.seen_by(user.id, channel)
        return [one.to_json() | {"reply_count": len(threads.get(one.ts, []))} for one in seen]


async def views(delivery: Delivery, body: Body) -> Any:
    """The open modals (the one on top last) and the App Home."""
    state = delivery.state
    user = find_user(state, body["user"])
    with state.lock:
        published = state.views.home(user.id)
        modals = [view_json(state, view) for view in state.views.stack(user.id)]
        return {"modals": modals, "home": view_json(state, published) if published else None}


async def log(delivery: Delivery, body: Body) -> Any:
    wanted = body.get("method")
    return [call.to_json() for call in list(delivery.state.log) if wanted in (None, call.method)]


async def notifications(delivery: Delivery, _body: Body) -> Any:
    return [vars(one) for one in delivery.state.notifications]


async def connection(delivery: Delivery, _body: Body) -> Any:
    return {"socket": delivery.sockets.is_connected, "request_url": delivery.state.request_url}


async def request_url(delivery: Delivery, body: Body) -> Any:
    delivery.state.request_url = str(body["url"] or "")
    return {"ok": True}


async def outage(delivery: Delivery, body: Body) -> Any:
    delivery.state.failures.is_outage = bool(body["on"])
    return {"ok": True}


async def rate_limits(delivery: Delivery, body: Body) -> Any:
    limits = delivery.state.rate_limits
    limits.enabled = bool(body.get("enabled", limits.enabled))
    limits.posts_per_s = float(body.get("posts_per_s", limits.posts_per_s))
    limits.posts_burst = int(body.get("burst", limits.posts_burst))
    return {"ok": True}


async def settings(delivery: Delivery, body: Body) -> Any:
    kept = delivery.state.settings
    kept.ack_timeout_s = float(body.get("ack_timeout_s", kept.ack_timeout_s))
    kept.retry_delays_s = tuple(float(delay) for delay in body.get("retry_delays_s", kept.retry_delays_s))
    return {"ok": True}


def _channel(delivery: Delivery, body: Body) -> Channel:
    channel = delivery.state.workspace.channel(str(body["channel"]))
    if channel is None:
        raise NoSuchThing(f"no channel {body['channel']!r}")
    return channel


async def membership(delivery: Delivery, body: Body) -> Any:
    members = _channel(delivery, body).members
    (members.add if body["is_member"] else members.discard)(BOT_USER_ID)
    return {"ok": True}


async def archived(delivery: Delivery, body: Body) -> Any:
    _channel(delivery, body).is_archived = bool(body["on"])
    return {"ok": True}


async def shared(delivery: Delivery, body: Body) -> Any:
    _channel(delivery, body).is_ext_shared = bool(body["on"])
    return {"ok": True}


async def refusal(delivery: Delivery, body: Body) -> Any:
    channel, error = _channel(delivery, body), str(body["error"])
    channel.refuses_with = error
    channel.forbidden = forbidden_by(error, body.get("of")) if error else frozenset()
    return {"ok": True, "of": sorted(channel.forbidden)}


async def disconnect(delivery: Delivery, body: Body) -> Any:
    closed = await delivery.sockets.disconnect(str(body.get("reason", "refresh_requested")))
    await asyncio.sleep(0)
    return {"ok": True, "closed": closed}


CONTROLS = (
    Control("POST", "command", command),
    Control("POST", "click", click),
    Control("POST", "suggest", suggest),
    Control("POST", "submit", submit),
    Control("POST", "close", close),
    Control("POST", "home", home),
    Control("POST", "shortcut", shortcut),
    Control("GET", "messages", messages),
    Control("GET", "views", views),
    Control("GET", "log", log),
    Control("GET", "notifications", notifications),
    Control("GET", "connection", connection),
    Control("PUT", "request_url", request_url),
    Control("PUT", "outage", outage),
    Control("PUT", "rate_limits", rate_limits),
    Control("PUT", "settings", settings),
    Control("PUT", "membership", membership),
    Control("PUT", "archived", archived),
    Control("PUT", "shared", shared),
    Control("PUT", "refusal", refusal),
    Control("POST", "disconnect", disconnect),
)


def control_routes(delivery: Delivery) -> list[Route]:
    return [control.route(delivery) for control in CONTROLS]
