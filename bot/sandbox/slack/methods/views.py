"""The views.* methods of the Web API.

Source: https://docs.slack.dev/reference/methods/views.open and its siblings
"""

from typing import Any

from blocks.limits.check import Surface
from bot.sandbox.slack.methods import arguments
from bot.sandbox.slack.methods.arguments import Arguments
from bot.sandbox.slack.methods.validation import checked_view
from bot.sandbox.slack.workspace.errors import SlackRefusal
from bot.sandbox.slack.workspace.inputs import state_values
from bot.sandbox.slack.workspace.state import SlackState
from bot.sandbox.slack.workspace.views import View


def view_json(state: SlackState, view: View) -> dict[str, Any]:
    """The view with what the person has put into it so far."""
    return view.to_json(state_values(view.blocks, state.inputs.get(view.id, {})))


def new_body(state: SlackState, view: Any, kind: Surface) -> dict[str, Any]:
    """A view from the app, checked and with ids."""
    body = checked_view(view, state.table_limits, kind)
    return {**body, "blocks": state.with_ids(body["blocks"])}


def _given_view(state: SlackState, given: Arguments, kind: Surface) -> dict[str, Any]:
    return new_body(state, arguments.structure(given, "view", "invalid_arguments"), kind)


def _shown(state: SlackState, view: View) -> dict[str, Any]:
    state.view_changed(view)
    return {"view": view_json(state, view)}


def open_view(state: SlackState, given: Arguments) -> dict[str, Any]:
    body = _given_view(state, given, Surface.MODAL)
    user = state.tickets.exchange_trigger(arguments.required(given, "trigger_id"))
    return _shown(state, state.views.open(user, body))


def push_view(state: SlackState, given: Arguments) -> dict[str, Any]:
    body = _given_view(state, given, Surface.MODAL)
    user = state.tickets.exchange_trigger(arguments.required(given, "trigger_id"))
    return _shown(state, state.views.push(user, body))


def update_view(state: SlackState, given: Arguments) -> dict[str, Any]:
    found = state.views.find(arguments.text(given, "view_id"), arguments.text(given, "external_id"))
    kind = Surface.MODAL if found.is_modal else Surface.HOME
    body = _given_view(state, given, kind)
    return _shown(state, state.views.update(found, body, arguments.text(given, "hash")))


def publish_view(state: SlackState, given: Arguments) -> dict[str, Any]:
    user = arguments.required(given, "user_id")
    if user not in state.workspace.users:
        raise SlackRefusal("user_not_found")
    body = _given_view(state, given, Surface.HOME)
    return _shown(state, state.views.publish(user, body, arguments.text(given, "hash")))
