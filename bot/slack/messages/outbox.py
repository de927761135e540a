"""Posts messages and edits them when what they should show has changed; once, across restarts and processes.

Slack being slow, down or refusing never raises here: the answer says "later", and the caller asks again. A post without
an answer may stand in Slack all the same: it is looked up before it is posted again, and its channel waits meanwhile,
so that the order holds. Nothing is written into a channel that another organisation reads.
Limits: about one post a second per channel, chat.update 50 a minute, https://docs.slack.dev/apis/web-api/rate-limits
"""

import hashlib
import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from slack_sdk import WebClient

from blocks.kit.kit import Block, Message
from bot.core.team.posting import Claim
from bot.desk.desk import Desk
from bot.slack.messages import history
from bot.slack.plumbing.refusals import GONE, SHARED, TOO_RICH, UNWELCOME, may_have_been_taken, retry_after
from bot.slack.plumbing.replies import UNREACHABLE, refusal
from bot.slack.who.channels import Channels
from bot.store.team.notes import PostedMessage

EDIT_EVERY = timedelta(seconds=2)
EDITED_LATELY = timedelta(minutes=2)
FAILED_FOR = timedelta(seconds=5)
DOUBT_FOR = timedelta(seconds=10)
"""Slack may still be at a message whose answer was lost: that it is not there is believed only so much later."""
CLAIM_PATIENCE = timedelta(seconds=60)
"""A claim without a message after this long is that of a process that died between the two."""
log = logging.getLogger(__name__)


class Shown(StrEnum):
    YES = "yes"
    LATER = "later"
    UNWELCOME = "unwelcome"
    GONE = "gone"


@dataclass(frozen=True)
class Sent:
    """How posting or editing went; `channel_id` and `ts` name the message when it is shown.

    `refusal` is Slack's word when it was not. `is_found`: an earlier attempt had posted it, with what was true then.
    """

    shown: Shown
    channel_id: str = ""
    ts: str = ""
    refusal: str = ""
    is_found: bool = False
    is_in_doubt: bool = False


def digest_of(message: Message) -> str:
    return hashlib.sha256(json.dumps([message.text, message.blocks], sort_keys=True).encode()).hexdigest()[:16]


@dataclass
class Outbox:
    """Safe to use from several threads. `unwelcome_for` is how long a channel that shut the bot out is left alone."""

    desk: Desk
    client: WebClient
    clock: Callable[[], datetime]
    unwelcome_for: timedelta = timedelta(0)
    channels: Channels = field(init=False)
    _held_until: dict[str, datetime] = field(default_factory=dict)
    _edited_at: dict[str, datetime] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.channels = Channels(self.client)

    def show(
        self, key: str, channel: str, message: Message, thread_ts: str = "", every: timedelta = EDIT_EVERY
    ) -> Shown:
        """See to it that the message named `key` shows this: post it, edit it, or leave it when it does already.

        It is edited once in `every` at most.
        """
        posted = self.desk.posts.get(key)
        if posted is None:
            return self._first(key, key, channel, message, thread_ts, every)
        if posted.digest == digest_of(message):
            return Shown.YES
        sent = self.edit(posted, message, every)
        if sent.shown is Shown.YES:
            self.desk.posts.note(key, posted.channel_id, posted.ts, digest_of(message))
        if sent.shown is Shown.GONE:  # somebody deleted it: what is true is posted anew, once
            return self._first(key, f"{key}:{posted.ts}", posted.channel_id, message, thread_ts, every)
        return sent.shown

    def show_once(self, key: str, channel: str, message: Message) -> Sent:
        """Post it unless it was posted; never edited. Where its blocks are too rich another one may come at once."""
        if self.desk.posts.get(key) is not None:
            return Sent(Shown.YES)
        sent = self.post_once(key, channel, message)
        if sent.shown is Shown.YES:
            self.desk.posts.note(key, sent.channel_id, sent.ts, digest_of(message))
        elif sent.refusal in TOO_RICH:
            self._let_go(f"post {channel}")
        return sent

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

    def post_once(self, claim: str, channel: str, message: Message, thread_ts: str = "") -> Sent:
        """Post what nobody has posted and nobody is posting under this name; the caller notes where it stands."""
        if self._is_held(f"post {channel}"):
            return Sent(Shown.LATER)
        known = self._refused_there(channel, f"post {channel}") or self._taken_up(claim, channel, thread_ts)
        if known is not None:
            return known
        sent = self._send(claim, channel, message, thread_ts)
        if sent.is_in_doubt:
            self._doubt(claim)
        elif sent.shown is not Shown.YES:
            self.desk.posts.release(claim)
        return sent

    def edit(self, posted: PostedMessage, message: Message, every: timedelta = EDIT_EVERY) -> Sent:
        """At most every two seconds a message, so that a long run does not eat the allowance."""
        name, now = f"edit {posted.channel_id} {posted.ts}", self.clock()
        just_edited = now - self._edited_at.get(name, now - every) < every
        if just_edited or self._is_held("edit") or self._is_held(name):
            return Sent(Shown.LATER)
        refused = self._refused_there(posted.channel_id, name)
        if refused is not None:
            return replace(refused, shown=Shown.LATER)
        try:
            self.client.chat_update(channel=posted.channel_id, ts=posted.ts, text=message.text, blocks=message.blocks)
        except UNREACHABLE as error:
            return Sent(self._refused(error, "edit", name))
        with self._lock:
            self._edited_at = {known: at for known, at in self._edited_at.items() if now - at < EDITED_LATELY}
            self._edited_at[name] = now
        return Sent(Shown.YES, posted.channel_id, posted.ts)

    def has_left(self, before: str, channel: str) -> bool:
        """Whether what stands in `before` belongs to another channel now, as others read it there."""
        try:
            return bool(channel) and self.channels.is_shared(before) and self.channels.id_of(channel) != before
        except UNREACHABLE:
            return False

    def _first(self, key: str, claim: str, channel: str, message: Message, thread_ts: str, every: timedelta) -> Shown:
        sent = self.post_once(claim, channel, message, thread_ts)
        if sent.shown is Shown.YES:
            self.desk.posts.note(key, sent.channel_id, sent.ts, "" if sent.is_found else digest_of(message))
        return self.show(key, channel, message, thread_ts, every) if sent.is_found else sent.shown

    def _refused_there(self, channel: str, hold: str) -> Sent | None:
        """Nothing goes where others read it, nor where that cannot be found out; None where it may."""
        try:
            is_shared = self.channels.is_shared(channel)
        except UNREACHABLE as error:
            return Sent(self._refused(error, hold, hold), refusal=refusal(error))
        return Sent(Shown.UNWELCOME, refusal=SHARED) if is_shared else None

    def _taken_up(self, claim: str, channel: str, thread_ts: str) -> Sent | None:
        """None for the one who is to post it now. A claim that came to nothing is taken over after a while."""
        if self.desk.posts.claim(claim):
            return None
        seen, now = self.desk.posts.claimed(claim), self.clock()
        if seen is None:
            return Sent(Shown.LATER)
        left = (DOUBT_FOR if seen.is_in_doubt else CLAIM_PATIENCE) - (now - seen.tried_at)
        if left > timedelta(0):
            if seen.is_in_doubt:
                self._hold(f"post {channel}", left)
            return Sent(Shown.LATER)
        mine = replace(seen, tried_at=now, is_in_doubt=False)
        if not self.desk.posts.change(claim, seen, mine):
            return Sent(Shown.LATER)  # another process was quicker
        return self._looked_up(claim, seen, mine, channel, thread_ts)

    def _looked_up(self, claim: str, seen: Claim, mine: Claim, channel: str, thread_ts: str) -> Sent | None:
        """Where the message stands that an earlier attempt may have posted; None when it does not.

        Where it cannot be looked up at all it is posted once the claim is old: twice rather than never.
        """
        try:
            channel_id = self.channels.id_of(channel)
            ts = history.find(self.client, channel_id, claim, seen.first_at, thread_ts)
        except UNREACHABLE as error:
            is_for_good = refusal(error) in history.CANNOT_LOOK
            left = CLAIM_PATIENCE - (mine.tried_at - seen.tried_at) if is_for_good else DOUBT_FOR
            if left <= timedelta(0):
                log.warning("whether %s was posted cannot be looked up (%s): posting it", claim, refusal(error))
                return None
            self.desk.posts.change(claim, mine, replace(seen if is_for_good else mine, is_in_doubt=True))
            self._hold(f"post {channel}", left)
            return Sent(Shown.LATER, refusal=refusal(error))
        return Sent(Shown.YES, channel_id, ts, is_found=True) if ts else None

    def _send(self, claim: str, channel: str, message: Message, thread_ts: str) -> Sent:
        hold = f"post {channel}"
        try:
            answer = self.client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=message.blocks,
                thread_ts=thread_ts or None,
                metadata=history.mark(claim),
                unfurl_links=False,
                unfurl_media=False,
            )
        except UNREACHABLE as error:
            sent = Sent(self._refused(error, hold, hold), refusal=refusal(error))
            if not may_have_been_taken(error):
                return sent
            self._hold(hold, DOUBT_FOR)
            return replace(sent, is_in_doubt=True)
        return Sent(Shown.YES, str(answer["channel"]), str(answer["ts"]))

    def _doubt(self, claim: str) -> None:
        """Whoever comes next looks it up first; without this word only once the claim is old."""
        seen = self.desk.posts.claimed(claim)
        if seen is not None:
            self.desk.posts.change(claim, seen, replace(seen, tried_at=self.clock(), is_in_doubt=True))

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
        wait = retry_after(error)
        self._hold(everything if wait else this, wait or FAILED_FOR)
        log.warning("Slack did not take a message (%s: %s); trying again later", this, word)
        return Shown.LATER
