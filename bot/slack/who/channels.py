"""What a channel is: its id, and whether people of another organisation read it. Asked of Slack, believed for a minute.

See https://docs.slack.dev/reference/methods/conversations.info and conversations.list (20 calls a minute)
"""

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.slack.plumbing.replies import UNREACHABLE, refusal

CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{2,}")
PERSONAL_ID = re.compile(r"[DUW][A-Z0-9]{2,}")
REMEMBERED_S = 60
MOST_PAGES = 10
PAGE = 1000
KINDS = "public_channel,private_channel"
log = logging.getLogger(__name__)


class TooMany(SlackClientError):
    """There are more channels than are looked through for one by its name."""


def is_shared(found: Mapping[str, Any]) -> bool:
    """Whether another organisation reads this channel or has been invited to; workspaces of one's own do not count."""
    return bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared"))


def find(client: WebClient, name: str) -> dict[str, Any] | None:
    """A channel by its id or #name; None when there is none that the bot sees. Raises what a call of Slack raises."""
    if CHANNEL_ID.fullmatch(name):
        return dict(client.conversations_info(channel=name).get("channel") or {})
    wanted, cursor = name.removeprefix("#").casefold(), ""
    for _ in range(MOST_PAGES):
        page = client.conversations_list(types=KINDS, limit=PAGE, cursor=cursor)
        for channel in page.get("channels") or []:
            if channel.get("name") == wanted:
                return dict(channel)
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return None
    raise TooMany(f"too many channels to find {name} by its name")


@dataclass(frozen=True)
class Known:
    """`id` "" = the bot sees no such channel, so nothing that it says can stand there."""

    id: str
    is_shared: bool
    asked_s: float


@dataclass
class Channels:
    """Safe to use from several threads. Raises what a call of Slack raises when it does not answer."""

    client: WebClient
    elapsed_s: Callable[[], float] = time.monotonic
    _known: dict[str, Known] = field(default_factory=dict)

    def is_shared(self, channel: str) -> bool:
        """Direct messages are with somebody of this workspace: who may write to the bot is checked on every click."""
        return not is_personal(channel) and self._ask(channel).is_shared

    def id_of(self, channel: str) -> str:
        """ "" = the bot sees no such channel."""
        return channel if is_personal(channel) or CHANNEL_ID.fullmatch(channel) else self._ask(channel).id

    def known_id(self, channel: str) -> str:
        """As far as it was asked before; "" = not yet, or none that the bot sees."""
        known = self._known.get(channel)
        return known.id if known else ""

    def is_fresh(self, channel: str) -> bool:
        """Whether it is known without asking."""
        known = self._known.get(channel)
        return is_personal(channel) or (known is not None and self.elapsed_s() - known.asked_s < REMEMBERED_S)

    def _ask(self, channel: str) -> Known:
        known = self._known.get(channel)
        if known is not None and self.is_fresh(channel):
            return known
        found = self._find(channel) or {}
        now = Known(str(found.get("id") or ""), is_shared(found), self.elapsed_s())
        self._known[channel] = now
        if now.is_shared:
            log.warning("%s is shared with another organisation: nothing is written there", channel)
        return now

    def _find(self, channel: str) -> dict[str, Any] | None:
        try:
            return find(self.client, channel)
        except UNREACHABLE as error:
            if refusal(error) == "channel_not_found":
                return None
            raise


def is_personal(channel: str) -> bool:
    return PERSONAL_ID.fullmatch(channel) is not None
