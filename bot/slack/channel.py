"""Whether flags can be written to SLACK_CHANNEL: found out at start and said with a remedy, not at the first post.

See https://docs.slack.dev/reference/methods/conversations.info and conversations.list (20 calls a minute)
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient

from blocks.kit import escape
from bot.slack.replies import UNREACHABLE, refusal

CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{2,}")
REMEMBERED_S = 60
MOST_PAGES = 10
PAGE = 1000
KINDS = "public_channel,private_channel"
UNKNOWN = frozenset({"channel_not_found", "missing_scope"})


@dataclass
class DefaultChannel:
    """`name` is an id or #name, "" = there is none, which is no trouble: companies may have their own."""

    client: WebClient
    name: str
    elapsed_s: Callable[[], float] = time.monotonic
    _known: tuple[float, str] | None = None

    def trouble(self) -> str:
        """What is wrong with it and what to do, in words; "" when nothing is, or when Slack does not say."""
        if not self.name:
            return ""
        if self._known is None or self.elapsed_s() - self._known[0] >= REMEMBERED_S:
            self._known = self.elapsed_s(), self._look()
        return self._known[1]

    def _look(self) -> str:
        called = escape(self.name, 80)
        try:
            found = self._find()
        except UNREACHABLE as error:
            return _unknown(called) if refusal(error) in UNKNOWN else ""
        if found is None:
            return _unknown(called)
        if found.get("is_archived"):
            return f"Flags go nowhere: the channel {called} is archived. Set SLACK_CHANNEL to another one and restart."
        if found.get("is_ext_shared"):
            return f"The channel {called} is shared with another company: set SLACK_CHANNEL to one of your own."
        if found.get("is_member") is False:
            return f"Flags go nowhere yet: qbo-sync is not in {called}. Write `/invite @qbo-sync` there."
        return ""

    def _find(self) -> dict[str, Any] | None:
        if CHANNEL_ID.fullmatch(self.name):
            return dict(self.client.conversations_info(channel=self.name).get("channel") or {})
        wanted, cursor = self.name.removeprefix("#").casefold(), ""
        for _ in range(MOST_PAGES):
            page = self.client.conversations_list(types=KINDS, limit=PAGE, cursor=cursor)
            for channel in page.get("channels") or []:
                if channel.get("name") == wanted:
                    return dict(channel)
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return None
        return {}  # too many channels to look through: no reason to raise an alarm


def _unknown(called: str) -> str:
    return (
        f"Flags go nowhere: there is no channel {called} that qbo-sync can see. "
        "Set SLACK_CHANNEL to a channel that is there, or invite the bot to it: `/invite @qbo-sync`."
    )


def trouble_of(client: WebClient, name: str) -> str:
    return DefaultChannel(client, name).trouble()
