"""Who may look and who may act: checked on every command, click and submit, and refused when it cannot be checked.

Everyone of the workspace may look. Only operators act: the people named in the settings, else workspace admins and
owners. See https://docs.slack.dev/reference/objects/user-object for the marks of a user.
"""

import time
from collections.abc import Callable

from slack_bolt import BoltContext
from slack_sdk import WebClient

from blocks import notice
from blocks.kit import Message
from bot.core.faults import UserError
from bot.slack.payloads import Payload, channel_id, team_id, user_id
from bot.slack.replies import UNREACHABLE, refusal

SHARED_FOR_S = 60
"""How long the answer "this channel is not shared" is believed."""
PATIENCE_S = 2
"""Slack waits three seconds for an answer to a submit, so the check must not take longer."""


class Refused(UserError):
    """This person may not do this, or not here; `message` says who may."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


class Permission:
    """`client` is asked about people and channels, with little patience: no answer means no."""

    def __init__(
        self, client: WebClient, operators: tuple[str, ...], elapsed_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = WebClient(client.token, base_url=client.base_url, timeout=PATIENCE_S, retry_handlers=[])
        self._client.proxy = client.proxy
        self._operators = operators
        self._elapsed_s = elapsed_s
        self._not_shared: dict[str, float] = {}

    def require_member(self, body: Payload, context: BoltContext) -> None:
        """Raises Refused unless the person belongs to the workspace that the bot is installed in."""
        ours = context.authorize_result.team_id if context.authorize_result else None
        if not user_id(body) or not ours or team_id(body) != ours:
            raise Refused(notice.strangers())

    def require_operator(self, body: Payload, doing: str, channel: str = "") -> str:
        """The user id of an operator. `doing` completes "only … can"; `channel` is where a modal was opened from."""
        person = user_id(body)
        if not self._may_act(person):
            raise Refused(notice.refused(doing, self._operators))
        self.require_own_channel(channel or channel_id(body))
        return person

    def require_own_channel(self, channel: str) -> None:
        """Raises Refused in a channel that is shared with another company, or when that cannot be found out."""
        if not channel or channel.startswith("D"):
            return
        now = self._elapsed_s()
        if now - self._not_shared.get(channel, -SHARED_FOR_S) < SHARED_FOR_S:
            return
        if self._is_shared(channel):
            raise Refused(notice.shared_channel())
        self._not_shared[channel] = now

    def _may_act(self, person: str) -> bool:
        try:
            found = self._client.users_info(user=person).get("user") or {}
        except UNREACHABLE as error:
            raise Refused(notice.cannot_check()) from error
        if found.get("id") != person or found.get("deleted") or found.get("is_bot") or found.get("is_stranger"):
            return False
        if self._operators:
            return person in self._operators
        return bool(found.get("is_admin") or found.get("is_owner"))

    def _is_shared(self, channel: str) -> bool:
        try:
            found = self._client.conversations_info(channel=channel).get("channel") or {}
        except UNREACHABLE as error:
            if refusal(error) == "channel_not_found":
                return False  # the bot is not in there, so nothing it says can be read by others there
            raise Refused(notice.cannot_check()) from error
        return bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared"))
