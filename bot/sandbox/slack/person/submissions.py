"""Modals as a person ends them: submit with what the app answers to it, and close.

Source: https://docs.slack.dev/surfaces/modals
"""

from collections.abc import Mapping
from typing import Any

from blocks.limits.check import Surface
from bot.sandbox.slack.methods.views import new_body
from bot.sandbox.slack.person.containers import Container, Form, origin, place, save_form
from bot.sandbox.slack.person.delivery import Delivery, Kind
from bot.sandbox.slack.person.interactions import Outcome, response_url
from bot.sandbox.slack.workspace.errors import SlackRefusal
from bot.sandbox.slack.workspace.inputs import elements, field_of, unfinished
from bot.sandbox.slack.workspace.state import SlackState
from bot.sandbox.slack.workspace.views import View

TROUBLE = "We had some trouble connecting. Try again?"


async def submit(delivery: Delivery, container: Container, view: View, form: Form) -> Outcome:
    """view_submission, unless Slack's client itself finds an input unfinished."""
    state = delivery.state
    with state.lock:
        values = save_form(state, container, form)
        problems = unfinished(view.blocks, values)
        if problems:
            return Outcome(False, "unfinished", problems)
        payload = {**origin(state, container.user, "view_submission"), **place(state, container)}
        payload["response_urls"] = _response_urls(state, container, values)
    del payload["container"]
    ack = await delivery.deliver(Kind.INTERACTIVE, payload)
    if ack.failure:
        return Outcome(False, TROUBLE)
    try:
        with state.lock:
            return _apply(state, view, ack.body)
    except SlackRefusal as refusal:
        reasons = "; ".join(refusal.messages)
        return Outcome(False, f"{TROUBLE} ({refusal.code}{': ' if reasons else ''}{reasons})")


def _response_urls(state: SlackState, container: Container, values: Mapping[str, Any]) -> list[dict[str, str]]:
    """One for each conversation or channel chosen in an element with `response_url_enabled`."""
    found = []
    for block, element in elements(container.blocks):
        if element.get("response_url_enabled"):
            block_id, action_id = block["block_id"], element["action_id"]
            channel = values[block_id][action_id][field_of(element)]
            if channel:
                url = response_url(state, container.user, channel)
                named = {"block_id": block_id, "action_id": action_id, "channel_id": channel}
                found.append({**named, "response_url": url})
    return found


def _apply(state: SlackState, view: View, answer: Mapping[str, Any]) -> Outcome:
    match answer.get("response_action"):
        case None:
            _close_one(state, view)
        case "clear":
            state.views.clear(view.user)
            state.view_changed(view)
        case "update":
            body = new_body(state, answer.get("view"), Surface.MODAL)
            state.view_changed(state.views.update(view, body))
        case "push":
            body = new_body(state, answer.get("view"), Surface.MODAL)
            state.view_changed(state.views.push(view.user, body))
        case "errors":
            return Outcome(False, "errors", _known_errors(view, answer.get("errors")))
        case other:
            raise SlackRefusal("invalid_arguments", [f"unknown response_action {other}"])
    return Outcome()


def _known_errors(view: View, errors: Any) -> dict[str, str]:
    """Errors must name input blocks of the view; Slack shows trouble otherwise."""
    names = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, Mapping) or not errors or not set(errors) <= names:
        raise SlackRefusal("invalid_arguments", ["errors must name input blocks of the view"])
    return {str(name): str(message) for name, message in errors.items()}


def _close_one(state: SlackState, view: View) -> None:
    state.views.close(view)
    state.inputs.pop(view.id, None)
    state.view_changed(view)


async def close(delivery: Delivery, container: Container, view: View, *, everything: bool = False) -> Outcome:
    """Close the modal (all of the stack if asked, or if it says clear_on_close); tell the app if it wants to know."""
    state = delivery.state
    everything = everything or bool(view.body.get("clear_on_close"))
    with state.lock:
        closing = state.views.stack(view.user) if everything else [view]
        wanted = [one for one in closing if one.body.get("notify_on_close")]
        payloads = [_closed(state, container, one, everything) for one in wanted]
        if everything:
            state.views.clear(view.user)
            state.view_changed(view)
        else:
            _close_one(state, view)
    for payload in payloads:
        await delivery.deliver(Kind.INTERACTIVE, payload)
    return Outcome()


def _closed(state: SlackState, container: Container, view: View, is_cleared: bool) -> dict[str, Any]:
    payload = {**origin(state, container.user, "view_closed"), **place(state, Container(container.user, view=view))}
    del payload["container"], payload["trigger_id"]
    return {**payload, "is_cleared": is_cleared}
