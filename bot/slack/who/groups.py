"""User groups of the workspace: who is in them, and what they are called. Remembered for a minute at most.

See https://docs.slack.dev/reference/methods/usergroups.users.list (20 calls a minute)
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.plumbing.replies import refusal

REMEMBERED_S = 60
NO_SUCH_GROUP = frozenset({"no_such_subteam", "subteam_not_found"})


@dataclass(frozen=True)
class Group:
    """`handle` without its @, as people type it."""

    id: str
    handle: str
    name: str


@dataclass
class UserGroups:
    """Raises what the client raises when Slack cannot be asked (see `replies.UNREACHABLE`)."""

    client: WebClient
    elapsed_s: Callable[[], float] = time.monotonic
    _members: dict[str, tuple[float, frozenset[str]]] = field(default_factory=dict)
    _all: tuple[float, tuple[Group, ...]] | None = None

    def members(self, group_id: str) -> frozenset[str]:
        """User ids; a group that is gone has none."""
        known = self._members.get(group_id)
        if known is None or self.elapsed_s() - known[0] >= REMEMBERED_S:
            known = self.elapsed_s(), self._ask(group_id)
            self._members[group_id] = known
        return known[1]

    def all(self) -> tuple[Group, ...]:
        known = self._all
        if known is None or self.elapsed_s() - known[0] >= REMEMBERED_S:
            found: list[dict[str, Any]] = self.client.usergroups_list().get("usergroups") or []
            groups = [Group(str(one["id"]), str(one["handle"]), str(one["name"])) for one in found]
            known = self.elapsed_s(), tuple(sorted(groups, key=lambda group: group.handle))
            self._all = known
        return known[1]

    def handles(self) -> dict[str, str]:
        return {group.id: group.handle for group in self.all()}

    def _ask(self, group_id: str) -> frozenset[str]:
        try:
            found: list[str] = self.client.usergroups_users_list(usergroup=group_id).get("users") or []
        except SlackApiError as error:
            if refusal(error) in NO_SUCH_GROUP:
                return frozenset()
            raise
        return frozenset(found)
