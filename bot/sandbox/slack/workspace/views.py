"""Modals and App Homes: stacks of at most three modals per person, hashes against stale writes, one home each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.sandbox.slack.workspace.errors import SlackRefusal
from bot.sandbox.slack.workspace.workspace import APP_ID, BOT_ID, TEAM_ID

STACK_DEPTH = 3


@dataclass(frozen=True)
class View:
    """A view as the app sent it (`body`, its blocks with ids), and what Slack adds."""

    id: str
    hash: str
    user: str
    body: Mapping[str, Any]
    root_id: str = ""
    previous_id: str = ""

    @property
    def is_modal(self) -> bool:
        return bool(self.body["type"] == "modal")

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return list(self.body["blocks"])

    def to_json(self, state_values: Mapping[str, Any]) -> dict[str, Any]:
        defaults = {"title": None, "close": None, "submit": None, "private_metadata": "", "callback_id": ""}
        flags = {"external_id": "", "clear_on_close": False, "notify_on_close": False}
        added = {
            "id": self.id,
            "team_id": TEAM_ID,
            "app_id": APP_ID,
            "bot_id": BOT_ID,
            "app_installed_team_id": TEAM_ID,
            "hash": self.hash,
            "root_view_id": self.root_id or self.id,
            "previous_view_id": self.previous_id or None,
            "state": {"values": state_values},
        }
        return {**defaults, **flags, **self.body, **added}


class Views:
    """All views by id and what each person has open; not locked: the state that owns it is."""

    def __init__(self, new_id: Callable[[str], str], new_hash: Callable[[], str]) -> None:
        self._new_id, self._new_hash = new_id, new_hash
        self._views: dict[str, View] = {}
        self._stacks: dict[str, list[str]] = {}
        self._homes: dict[str, str] = {}

    def get(self, view_id: str) -> View | None:
        return self._views.get(view_id)

    def stack(self, user: str) -> list[View]:
        """The open modals of this person, the one on top last."""
        return [self._views[view_id] for view_id in self._stacks.get(user, [])]

    def home(self, user: str) -> View | None:
        return self._views.get(self._homes.get(user, ""))

    def open(self, user: str, body: Mapping[str, Any]) -> View:
        """A new stack; what was open is closed."""
        self._check_external_id(body, replacing=self.stack(user))
        self.clear(user)
        return self._put_on_top(user, body)

    def push(self, user: str, body: Mapping[str, Any]) -> View:
        stack = self.stack(user)
        if not stack:
            raise SlackRefusal("not_found")
        if len(stack) >= STACK_DEPTH:
            raise SlackRefusal("push_limit_reached")
        self._check_external_id(body)
        return self._put_on_top(user, body)

    def _put_on_top(self, user: str, body: Mapping[str, Any]) -> View:
        view_id = self._new_id("V")
        below = self._stacks.setdefault(user, [])
        view = View(view_id, self._new_hash(), user, body, below[0] if below else view_id, below[-1] if below else "")
        self._views[view_id] = view
        below.append(view_id)
        return view

    def find(self, view_id: str, external_id: str) -> View:
        """The open view of this id or external id."""
        if external_id:
            matching = (view for view in self._views.values() if view.body.get("external_id") == external_id)
            found = next(matching, None)
        else:
            found = self._views.get(view_id)
        if found is None:
            raise SlackRefusal("not_found")
        return found

    def update(self, view: View, body: Mapping[str, Any], expected_hash: str = "") -> View:
        if expected_hash and expected_hash != view.hash:
            raise SlackRefusal("hash_conflict")
        if body["type"] != view.body["type"]:
            raise SlackRefusal("invalid_arguments", ["[ERROR] view type cannot be changed [json-pointer:/view/type]"])
        self._check_external_id(body, replacing=[view])
        self._views[view.id] = replace(view, body=body, hash=self._new_hash())
        return self._views[view.id]

    def publish(self, user: str, body: Mapping[str, Any], expected_hash: str = "") -> View:
        current = self.home(user)
        if current is not None:
            return self.update(current, body, expected_hash)
        view = View(self._new_id("V"), self._new_hash(), user, body)
        self._views[view.id] = view
        self._homes[user] = view.id
        return view

    def close(self, view: View) -> None:
        """Take one modal off its stack; those above it go too."""
        stack = self._stacks.get(view.user, [])
        if view.id in stack:
            place = stack.index(view.id)
            for view_id in stack[place:]:
                self._views.pop(view_id, None)
            del stack[place:]

    def clear(self, user: str) -> None:
        for view_id in self._stacks.pop(user, []):
            self._views.pop(view_id, None)

    def _check_external_id(self, body: Mapping[str, Any], replacing: list[View] | None = None) -> None:
        external_id = body.get("external_id")
        leaving = {view.id for view in replacing or []}
        others = (view for view in self._views.values() if view.id not in leaving)
        if external_id and any(view.body.get("external_id") == external_id for view in others):
            raise SlackRefusal("duplicate_external_id")
