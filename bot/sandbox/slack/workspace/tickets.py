"""Short-lived permissions that an interaction hands to the app: trigger ids and response urls.

Source: https://docs.slack.dev/interactivity/handling-user-interaction
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.slack.workspace.errors import SlackRefusal

TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_URL_LIFE = timedelta(minutes=30)
RESPONSE_URL_USES = 5


@dataclass
class Trigger:
    user: str
    issued_at: datetime
    is_used: bool = False


@dataclass
class ResponseUrl:
    """Where an answer goes: `original_ts` is the message that was clicked, empty for a command."""

    user: str
    channel: str
    issued_at: datetime
    original_ts: str = ""
    thread_ts: str = ""
    uses: int = 0


class Tickets:
    """Issues and honours both kinds; not locked: the state that owns it is."""

    def __init__(self, clock: Callable[[], datetime], new_id: Callable[[str], str]) -> None:
        self._clock, self._new_id = clock, new_id
        self._triggers: dict[str, Trigger] = {}
        self._response_urls: dict[str, ResponseUrl] = {}

    def issue_trigger(self, user: str) -> str:
        now = self._clock()
        self._triggers = {key: one for key, one in self._triggers.items() if now - one.issued_at < timedelta(minutes=5)}
        trigger_id = f"{int(now.timestamp())}.{self._new_id('')}"
        self._triggers[trigger_id] = Trigger(user, now)
        return trigger_id

    def exchange_trigger(self, trigger_id: str) -> str:
        """The user who caused it; a trigger lives 3 s and serves once."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackRefusal("invalid_trigger_id")
        if self._clock() - trigger.issued_at > TRIGGER_LIFE:
            raise SlackRefusal("expired_trigger_id")
        if trigger.is_used:
            raise SlackRefusal("exchanged_trigger_id")
        trigger.is_used = True
        return trigger.user

    def issue_response_url(self, user: str, channel: str, original_ts: str = "", thread_ts: str = "") -> str:
        now = self._clock()
        live = {key: one for key, one in self._response_urls.items() if now - one.issued_at <= 2 * RESPONSE_URL_LIFE}
        self._response_urls = live
        key = self._new_id("")
        self._response_urls[key] = ResponseUrl(user, channel, now, original_ts, thread_ts)
        return key

    def use_response_url(self, key: str) -> ResponseUrl:
        """Five uses within thirty minutes."""
        found = self._response_urls.get(key)
        if found is None or self._clock() - found.issued_at > RESPONSE_URL_LIFE:
            raise SlackRefusal("expired_url")
        if found.uses >= RESPONSE_URL_USES:
            raise SlackRefusal("used_url")
        found.uses += 1
        return found
