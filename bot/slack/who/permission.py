"""Who may look, act and settle things: checked on every command, click and submit, and refused when it cannot be.

By user id and team id, never by a name. Without anybody named everyone of the workspace looks, and workspace admins and
owners act. See https://docs.slack.dev/reference/objects/user-object for the marks of a user.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from slack_bolt import BoltContext
from slack_sdk import WebClient

from blocks.kit import notice
from blocks.kit.kit import Message
from blocks.kit.notice import WhoMay
from bot.core.faults import UserError
from bot.core.team.roles import Person, Role, Roles, is_group
from bot.slack.plumbing.payloads import Payload, channel_id, team_id, user_id
from bot.slack.plumbing.replies import UNREACHABLE, refusal
from bot.slack.who.channels import is_shared
from bot.slack.who.groups import UserGroups

SHARED_FOR_S = 60
"""How long the answer "this channel is not shared" is believed."""
SILENT_FOR_S = 2.0
"""After no answer nobody else is made to wait for one so soon."""
PATIENCE_S = 1.25
ALTOGETHER_S = 1.5
"""Slack waits three seconds for an answer to a submit: after this long nothing more is asked, and the answer is no."""
FOREIGN = ("is_stranger", "deleted", "is_bot")
UNKNOWN = frozenset({"user_not_found", "user_not_visible"})
GUEST = ("is_restricted", "is_ultra_restricted")
"""Invited to some channels only: not meant by "everybody", so that they look only where they are named.

https://docs.slack.dev/reference/objects/user-object
"""
MEMBER_FOR_S = 60
"""How long somebody is believed to be a full member, for looking."""
ADMINS_FOR_S = 3600
MEMBERS_ASKED = 200
"""Among these the admins are looked for, whose names a refusal tells."""
ADMINS_NAMED = 3


class Refused(UserError):
    """This person may not do this, or not here; `message` says who may."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


class Permission:
    """`client` is asked about people, groups and channels, with little patience: no answer means no.

    `settled` gives the roles that an admin has settled; while there are none, `operators` (SLACK_OPERATORS) act.
    """

    def __init__(
        self,
        client: WebClient,
        operators: tuple[str, ...],
        settled: Callable[[], Roles] = Roles,
        elapsed_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.client = client
        self._client = WebClient(client.token, base_url=client.base_url, timeout=1, retry_handlers=[])
        self._client.timeout = PATIENCE_S  # type: ignore[assignment]  # urllib takes fractions of a second
        self._client.proxy = client.proxy
        self._operators = dict.fromkeys(operators, Role.OPERATOR)
        self._settled = settled
        self._elapsed_s = elapsed_s
        self._not_shared: dict[str, float] = {}
        self._members: dict[str, float] = {}
        self._admins: tuple[float, tuple[str, ...]] = (-ADMINS_FOR_S, ())
        self._asking = threading.Lock()
        self._silent_since = -SILENT_FOR_S
        self.groups = UserGroups(self._client, elapsed_s)

    def roles(self) -> Roles:
        settled = self._settled()
        return settled if settled.named else Roles(self._operators)

    def require_member(self, body: Payload, context: BoltContext) -> None:
        """Raises Refused unless the person belongs to the workspace that the bot is installed in."""
        ours = context.authorize_result.team_id if context.authorize_result else None
        if not user_id(body) or not ours or team_id(body) != ours:
            raise Refused(notice.strangers())

    def require_viewer(self, body: Payload) -> str:
        """Looking, where it is allowed: never in a channel that others can read."""
        return self._require(Role.VIEWER, body, "look at this", "")

    def require_operator(self, body: Payload, doing: str, channel: str = "") -> str:
        """The user id of an operator. `doing` completes "only … can"; `channel` is where a modal was opened from."""
        return self._require(Role.OPERATOR, body, doing, channel)

    def require_admin(self, body: Payload, doing: str, channel: str = "") -> str:
        return self._require(Role.ADMIN, body, doing, channel)

    def who_may(self, role: Role) -> WhoMay:
        return self._who_may(role)

    def would_let(self, roles: Roles, person: str, role: Role) -> bool:
        """Whether this person could, with these roles. Raises Refused when it cannot be found out."""
        return self._may(roles, person, role, self._elapsed_s() + ALTOGETHER_S)

    def require_own_channel(self, channel: str) -> None:
        """Raises Refused in a channel that is shared with another company, or when that cannot be found out."""
        if not channel or channel.startswith("D"):
            return
        if not self._is_known_as_own(channel):
            with self._asking:  # many clicks at once ask once
                if self._is_known_as_own(channel):
                    return
                if self._is_shared(channel):
                    raise Refused(notice.shared_channel())
                self._not_shared[channel] = self._elapsed_s()

    def _is_known_as_own(self, channel: str) -> bool:
        if self._elapsed_s() - self._silent_since < SILENT_FOR_S:
            raise Refused(notice.cannot_check())
        return self._elapsed_s() - self._not_shared.get(channel, -SHARED_FOR_S) < SHARED_FOR_S

    def _require(self, role: Role, body: Payload, doing: str, channel: str) -> str:
        person, until = user_id(body), self._elapsed_s() + ALTOGETHER_S
        roles = self.roles()
        if not self._may(roles, person, role, until):
            is_outsider = roles.is_for_everybody(role)
            raise Refused(notice.strangers() if is_outsider else notice.refused(doing, self._who_may(role)))
        if self._elapsed_s() > until:
            raise Refused(notice.cannot_check())
        self.require_own_channel(channel or channel_id(body))
        return person

    def _may(self, roles: Roles, person: str, role: Role, until: float) -> bool:
        everybody = roles.is_for_everybody(role)
        if everybody and self._elapsed_s() - self._members.get(person, -MEMBER_FOR_S) < MEMBER_FOR_S:
            return True
        found = self._ask_about(person)
        if found.get("id") != person or any(found.get(mark) for mark in FOREIGN):
            return False
        if any(found.get(mark) for mark in GUEST):
            return person in roles.at_least(role) or any(self._is_in(one, person, until) for one in roles.groups(role))
        if everybody:
            self._members[person] = self._elapsed_s()
            return True
        is_admin = bool(found.get("is_admin") or found.get("is_owner"))
        if roles.allow(Person(person, is_admin, bool(found.get("is_primary_owner"))), role):
            return True
        return any(self._is_in(group, person, until) for group in roles.groups(role))

    def _ask_about(self, person: str) -> dict[str, Any]:
        try:
            return dict(self._client.users_info(user=person).get("user") or {})
        except UNREACHABLE as error:
            if refusal(error) in UNKNOWN:
                return {}
            raise Refused(notice.cannot_check()) from error

    def _is_in(self, group: str, person: str, until: float) -> bool:
        if self._elapsed_s() > until:
            raise Refused(notice.cannot_check())
        try:
            return person in self.groups.members(group)
        except UNREACHABLE as error:
            raise Refused(notice.cannot_check()) from error

    def _who_may(self, role: Role) -> WhoMay:
        roles = self.roles()
        named = roles.at_least(role)
        groups = [name for name in named if is_group(name)]
        people = tuple(name for name in named if not is_group(name))
        handles = self._handles() if groups else {}
        called = tuple(handles.get(group, group) for group in groups)
        by_admins = roles.is_for_workspace_admins(role)
        return WhoMay(role, people or (self._workspace_admins() if by_admins else ()), called, by_admins)

    def _workspace_admins(self) -> tuple[str, ...]:
        """A few of them by id, as far as Slack tells at once."""
        asked_at, known = self._admins
        if self._elapsed_s() - asked_at < ADMINS_FOR_S:
            return known
        try:
            members = self._client.users_list(limit=MEMBERS_ASKED).get("members") or []
        except UNREACHABLE:
            return ()
        acting = [one for one in members if (one.get("is_admin") or one.get("is_owner")) and not one.get("deleted")]
        found = tuple(str(one["id"]) for one in acting[:ADMINS_NAMED])
        self._admins = self._elapsed_s(), found
        return found

    def _handles(self) -> dict[str, str]:
        try:
            return self.groups.handles()
        except UNREACHABLE:
            return {}  # the refusal stands; it names the group by its id

    def _is_shared(self, channel: str) -> bool:
        try:
            found = self._client.conversations_info(channel=channel).get("channel") or {}
        except UNREACHABLE as error:
            if refusal(error) == "channel_not_found":
                return False  # the bot is not in there, so nothing it says can be read by others there
            self._silent_since = self._elapsed_s()
            raise Refused(notice.cannot_check()) from error
        return is_shared(found)
