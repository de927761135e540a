"""Posts messages and edits them when what they should show has changed; once, across restarts and processes.

Slack being slow, down or refusing never raises here: the answer says "later", and the caller asks again.
Limits: about one post a second per channel, chat.update 50 a minute, https://docs.slack.dev/apis/web-api/rate-limits
"""

import hashlib
import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from blocks.kit import Block, Message
from bot.slack.desk import Desk, PostedMessage
from bot.slack.replies import UNREACHABLE, refusal

EDIT_EVERY = timedelta(seconds=2)
EDITED_LATELY = timedelta(minutes=2)
FAILED_FOR = timedelta(seconds=5)
CLAIM_PATIENCE = timedelta(seconds=60)
"""A claim without a message after this long is that of a process that died between the two."""
UNWELCOME = frozenset({"not_in_channel", "channel_not_found", "is_archived", "restricted_action"})
TOO_RICH = frozenset({"invalid_blocks", "invalid_blocks_format", "invalid_attachments"})
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
log = logging.getLogger(__name__)


class Shown(StrEnum):
    YES = "yes"
    LATER = "later"
    UNWELCOME = "unwelcome"
    GONE = "gone"


@dataclass(frozen=True)
class Sent:
    """How posting or editing went; `channel_id` and `ts` name the message when it is shown.

    `refusal` is Slack's word when it was not.
    """

    shown: Shown
    channel_id: str = ""
    ts: str = ""
    refusal: str = ""


def digest_of(message: Message) -> str:
    return hashlib.sha256(json.dumps([message.text, message.blocks], sort_keys=True).encode()).hexdigest()[:16]


@dataclass
class Outbox:
    """Safe to use from several threads. `unwelcome_for` is how long a channel that shut the bot out is left alone."""

    desk: Desk
    client: WebClient
    clock: Callable[[], datetime]
    unwelcome_for: timedelta = timedelta(0)
    _held_until: dict[str, datetime] = field(default_factory=dict)
    _edited_at: dict[str, datetime] = field(default_factory=dict)
    _waiting_since: dict[str, datetime] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def show(
        self, key: str, channel: str, message: Message, thread_ts: str = "", every: timedelta = EDIT_EVERY
    ) -> Shown:
        """See to it that the message named `key` shows this: post it, edit it, or leave it when it does already.

        It is edited once in `every` at most.
        """
        posted = self.desk.posted(key)
        if posted is None:
            return self._first(key, key, channel, message, thread_ts)
        if posted.digest == digest_of(message):
            return Shown.YES
        sent = self.edit(posted, message, every)
        if sent.shown is Shown.YES:
            self.desk.note_posted(key, posted.channel_id, posted.ts, digest_of(message))
        if sent.shown is Shown.GONE:  # somebody deleted it: what is true is posted anew, once
            return self._first(key, f"{key}:{posted.ts}", posted.channel_id, message, thread_ts)
        return sent.shown

    def show_once(self, key: str, channel: str, message: Message, plainer: Message) -> Shown:
        """Post it unless it was posted; where Slack does not take its blocks, the plainer one at once. Never edited."""
        if self.desk.posted(key) is not None:
            return Shown.YES
        if not self.claim(key):
            return Shown.LATER
        sent = self.post(channel, message)
        if sent.refusal in TOO_RICH:
            self._let_go(f"post {channel}")
            sent = self.post(channel, plainer)
        self._keep(key, key, sent, message)
        return sent.shown

    def publish(self, user_id: str, view: Block) -> Shown:
        """Somebody's App Home, see https://docs.slack.dev/reference/methods/views.publish"""
        name = f"home {user_id}"
        if self._is_held("home") or self._is_held(name):
            return Shown.LATER
        try:
            self.client.views_publish(user_id=user_id, view=view)
        except UNREACHABLE as error:
            return self._refused(error, "home", name)
        return Shown.YES

    def post(self, channel: str, message: Message, thread_ts: str = "") -> Sent:
        hold = f"post {channel}"
        if self._is_held(hold):
            return Sent(Shown.LATER)
        try:
            answer = self.client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=message.blocks,
                thread_ts=thread_ts or None,
                unfurl_links=False,
                unfurl_media=False,
            )
        except UNREACHABLE as error:
            return Sent(self._refused(error, hold, hold), refusal=refusal(error))
        return Sent(Shown.YES, str(answer["channel"]), str(answer["ts"]))

    def edit(self, posted: PostedMessage, message: Message, every: timedelta = EDIT_EVERY) -> Sent:
        """At most every two seconds a message, so that a long run does not eat the allowance."""
        name, now = f"edit {posted.channel_id} {posted.ts}", self.clock()
        just_edited = now - self._edited_at.get(name, now - every) < every
        if just_edited or self._is_held("edit") or self._is_held(name):
            return Sent(Shown.LATER)
        try:
            self.client.chat_update(channel=posted.channel_id, ts=posted.ts, text=message.text, blocks=message.blocks)
        except UNREACHABLE as error:
            return Sent(self._refused(error, "edit", name))
        with self._lock:
            self._edited_at = {known: at for known, at in self._edited_at.items() if now - at < EDITED_LATELY}
            self._edited_at[name] = now
        return Sent(Shown.YES, posted.channel_id, posted.ts)

    def claim(self, key: str) -> bool:
        """True for the one who may post it. A claim that came to nothing is taken over after a while."""
        now = self.clock()
        if self.desk.claim_post(key):
            self._waiting_since.pop(key, None)
            return True
        if now - self._waiting_since.setdefault(key, now) < CLAIM_PATIENCE:
            return False
        self._waiting_since.pop(key, None)
        self.desk.release_post(key)
        return self.desk.claim_post(key)

    def _first(self, key: str, claim: str, channel: str, message: Message, thread_ts: str) -> Shown:
        if not self.claim(claim):
            return Shown.LATER
        sent = self.post(channel, message, thread_ts)
        self._keep(key, claim, sent, message)
        return sent.shown

    def _keep(self, key: str, claim: str, sent: Sent, message: Message) -> None:
        if sent.shown is Shown.YES:
            self.desk.note_posted(key, sent.channel_id, sent.ts, digest_of(message))
        else:
            self.desk.release_post(claim)

    def _let_go(self, hold: str) -> None:
        with self._lock:
            self._held_until.pop(hold, None)

    def _is_held(self, hold: str) -> bool:
        with self._lock:
            until = self._held_until.get(hold)
        return until is not None and self.clock() < until

    def _hold(self, hold: str, wait: timedelta) -> None:
        now = self.clock()
        with self._lock:
            self._held_until = {known: until for known, until in self._held_until.items() if until > now}
            self._held_until[hold] = now + wait

    def _refused(self, error: Exception, everything: str, this: str) -> Shown:
        """A rate limit holds back `everything` of its kind, any other refusal only `this`."""
        word = refusal(error)
        if word in GONE:
            return Shown.GONE
        if word in UNWELCOME:
            self._hold(this, self.unwelcome_for)
            log.warning("Slack does not let the bot write (%s: %s): invite it with /invite @qbo-sync", this, word)
            return Shown.UNWELCOME
        wait = _retry_after(error)
        self._hold(everything if wait else this, wait or FAILED_FOR)
        log.warning("Slack did not take a message (%s: %s); trying again later", this, word)
        return Shown.LATER


def _retry_after(error: Exception) -> timedelta | None:
    if not isinstance(error, SlackApiError) or error.response.status_code != 429:
        return None
    headers = {name.lower(): value for name, value in error.response.headers.items()}
    seconds = str(headers.get("retry-after", ""))
    return timedelta(seconds=int(seconds)) if seconds.isdecimal() else None
