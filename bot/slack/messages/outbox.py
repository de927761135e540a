"""Posts messages and edits them when what they should show has changed; once, across restarts and processes.

Slack being slow, down or refusing never raises here: the answer says "later", and the caller asks again. A post without
an answer may stand in Slack all the same: it is looked up before it is posted again, and its channel waits meanwhile,
so that the order holds. Nothing is written into a channel that another organisation reads. A channel in which Slack
lets nothing be written is written down, with Slack's word for it, until something goes through there.
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
from blocks.kit.refused_channel import OTHERWISE, remedy, why
from bot.core.team.posting import Claim
from bot.core.team.refused_channel import FIXED, RefusedChannel, Way
from bot.desk.desk import Desk
from bot.slack.messages import history
from bot.slack.messages.holds import Holds
from bot.slack.plumbing.refusals import (
    GONE,
    NO_REPLIES,
    RESTRICTED,
    SHARED,
    UNWELCOME,
    may_have_been_taken,
    retry_after,
    simpler_form,
)
from bot.slack.plumbing.replies import UNREACHABLE, refusal
from bot.slack.who.channels import Channels, is_personal
from bot.store.team.notes import PostedMessage

EDIT_EVERY = timedelta(seconds=2)
EDITED_LATELY = timedelta(minutes=2)
FAILED_FOR = timedelta(seconds=5)
DOUBT_FOR = timedelta(seconds=10)
"""Slack may still be at a message whose answer was lost: that it is not there is believed only so much later."""
CLAIM_PATIENCE = timedelta(seconds=60)
"""A claim without a message after this long is that of a process that died between the two."""
STAYS_FOR = timedelta(seconds=60)
"""So long a message that cannot be edited is not tried again."""
NOT_INVITED = "not_in_channel"
ANEW_EVERY = timedelta(hours=1)
"""Where messages cannot be edited, what changes is posted anew this often at most."""
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
    holds: Holds = field(init=False)
    _edited_at: dict[str, datetime] = field(default_factory=dict)
    _anew_at: dict[str, datetime] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.channels, self.holds = Channels(self.client), Holds(self.clock)

    def show(
        self,
        key: str,
        channel: str,
        message: Message,
        thread_ts: str = "",
        every: timedelta = EDIT_EVERY,
        anew_every: timedelta = ANEW_EVERY,
    ) -> Shown:
        """See to it that the message named `key` shows this: post it, edit it, or leave it when it does already.

        It is edited once in `every` at most, and posted anew once in `anew_every` where it cannot be edited.
        """
        posted = self.desk.posts.get(key)
        if posted is None:
            return self._first(key, key, channel, message, thread_ts, every)
        if posted.digest == digest_of(message):
            return Shown.YES
        sent = self.edit(posted, message, every)
        if sent.shown is Shown.YES:
            self.desk.posts.note(key, posted.channel_id, posted.ts, digest_of(message))
        if sent.shown is Shown.GONE:  # somebody deleted it, or it stays as it is: what is true is posted anew
            if not self.may_come_anew(key, anew_every):
                return Shown.LATER
            return self._first(key, f"{key}:{posted.ts}", posted.channel_id, message, thread_ts, every)
        return sent.shown

    def show_beside(self, key: str, channel: str, message: Message, thread_ts: str) -> Shown:
        """The same in a thread, or in the channel itself where Slack takes no reply."""
        shown = self.show(key, channel, message, thread_ts)
        refused = self.desk.team.refused.of({channel}, Way.REPLY) if shown is Shown.UNWELCOME else None
        return self.show(key, channel, message) if refused and refused.word in NO_REPLIES else shown

    def may_come_anew(self, key: str, every: timedelta = ANEW_EVERY) -> bool:
        """Whether a message that cannot be edited is posted again now. Asked when it is about to be."""
        with self._lock:
            now = self.clock()
            if now - self._anew_at.get(key, now - every) < every:
                return False
            self._anew_at[key] = now
            return True

    def show_once(self, key: str, channel: str, message: Message) -> Sent:
        """Post it unless it was posted; never edited. Where its blocks are too rich another one may come at once."""
        if self.desk.posts.get(key) is not None:
            return Sent(Shown.YES)
        sent = self.post_once(key, channel, message)
        if sent.shown is Shown.YES:
            self.desk.posts.note(key, sent.channel_id, sent.ts, digest_of(message))
        return sent

    def publish(self, user_id: str, view: Block) -> Shown:
        """Somebody's App Home, see https://docs.slack.dev/reference/methods/views.publish"""
        name = f"home {user_id}"
        if self.holds.is_held("home") or self.holds.is_held(name):
            return Shown.LATER
        try:
            self.client.views_publish(user_id=user_id, view=view)
        except UNREACHABLE as error:
            return self._later(error, "home", name).shown
        return Shown.YES

    def post(self, claim: str, channel: str, message: Message, thread_ts: str = "") -> Sent:
        """As `post_once`; what Slack refuses for what it holds comes in a simpler form at once."""
        sent = self.post_once(claim, channel, message, thread_ts)
        simpler = simpler_form(message, sent.refusal)
        return self.post(claim, channel, simpler, thread_ts) if simpler else sent

    def post_once(self, claim: str, channel: str, message: Message, thread_ts: str = "") -> Sent:
        """Post what nobody has posted and nobody is posting under this name; the caller notes where it stands."""
        way = Way.REPLY if thread_ts else Way.POST
        if self.holds.is_held(f"post {channel}"):
            return Sent(Shown.LATER)
        if self.holds.is_held(_shut(channel, way)):
            return Sent(Shown.UNWELCOME)
        known = self._refused_there(channel, way, f"post {channel}") or self._taken_up(claim, channel, thread_ts)
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
        if just_edited or self.holds.is_held("edit") or self.holds.is_held(name):
            return Sent(Shown.LATER)
        if self.holds.is_held(_shut(posted.channel_id, Way.EDIT)):
            return Sent(Shown.UNWELCOME)
        refused = self._refused_there(posted.channel_id, Way.EDIT, name)
        if refused is not None:
            return replace(refused, shown=Shown.LATER) if refused.refusal == SHARED else refused
        return self._change(posted, message, name)

    def _change(self, posted: PostedMessage, message: Message, name: str) -> Sent:
        channel, now = posted.channel_id, self.clock()
        try:
            self.client.chat_update(channel=channel, ts=posted.ts, text=message.text, blocks=message.blocks)
        except UNREACHABLE as error:
            simpler = simpler_form(message, refusal(error))
            if simpler is None:
                return self._refused(error, "edit", name, channel, Way.EDIT)
            _log_simpler(channel, error)
            return self._change(posted, simpler, name)
        with self._lock:
            self._edited_at = {known: at for known, at in self._edited_at.items() if now - at < EDITED_LATELY}
            self._edited_at[name] = now
        self.desk.team.refused.went_through({channel}, Way.EDIT)
        return Sent(Shown.YES, channel, posted.ts)

    def why_not(self, channel: str) -> str:
        """Slack's word for taking no message there, as last heard; where a channel is not known, invite the bot."""
        refused = self.desk.team.refused.of({channel}, Way.POST)
        return refused.word if refused else NOT_INVITED

    def has_left(self, before: str, channel: str) -> bool:
        """Whether what stands in `before` belongs to another channel now, as others read it there."""
        try:
            return bool(channel) and self.channels.is_shared(before) and self.channels.id_of(channel) != before
        except UNREACHABLE:
            return False

    def _first(self, key: str, claim: str, channel: str, message: Message, thread_ts: str, every: timedelta) -> Shown:
        sent = self.post(claim, channel, message, thread_ts)
        if sent.shown is Shown.YES:
            self.desk.posts.note(key, sent.channel_id, sent.ts, "" if sent.is_found else digest_of(message))
        return self.show(key, channel, message, thread_ts, every) if sent.is_found else sent.shown

    def _refused_there(self, channel: str, way: Way, hold: str) -> Sent | None:
        """Nothing goes where others read it, nor where that cannot be found out; None where it may."""
        try:
            is_shared = self.channels.is_shared(channel)
        except UNREACHABLE as error:
            return self._refused(error, hold, hold, channel, way)
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
                self.holds.hold(f"post {channel}", left)
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
            self.holds.hold(f"post {channel}", left)
            return Sent(Shown.LATER, refusal=refusal(error))
        return Sent(Shown.YES, channel_id, ts, is_found=True) if ts else None

    def _send(self, claim: str, channel: str, message: Message, thread_ts: str) -> Sent:
        hold, way = f"post {channel}", Way.REPLY if thread_ts else Way.POST
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
            if simpler_form(message, refusal(error)) is not None:
                _log_simpler(channel, error)
                return Sent(Shown.LATER, refusal=refusal(error))
            sent = self._refused(error, hold, hold, channel, way)
            if not may_have_been_taken(error):
                return sent
            self.holds.hold(hold, DOUBT_FOR)
            return replace(sent, is_in_doubt=True)
        self.desk.team.refused.went_through({channel, str(answer["channel"])}, way)
        return Sent(Shown.YES, str(answer["channel"]), str(answer["ts"]))

    def _doubt(self, claim: str) -> None:
        """Whoever comes next looks it up first; without this word only once the claim is old."""
        seen = self.desk.posts.claimed(claim)
        if seen is not None:
            self.desk.posts.change(claim, seen, replace(seen, tried_at=self.clock(), is_in_doubt=True))

    def _refused(self, error: Exception, everything: str, this: str, channel: str, way: Way) -> Sent:
        """A rate limit holds back `everything` of its kind, any other refusal only `this`."""
        word = refusal(error)
        if word in UNWELCOME | NO_REPLIES | FIXED:
            self._shut_out(RefusedChannel(channel, way, word))
        if word in GONE:
            self.holds.hold(this, STAYS_FOR)
            return Sent(Shown.GONE, refusal=word)
        if word in UNWELCOME | NO_REPLIES:
            return Sent(Shown.UNWELCOME, refusal=word)
        return self._later(error, everything, this)

    def _shut_out(self, refused: RefusedChannel) -> None:
        """Known to everybody who asks, until something goes through. What a person switched off is theirs alone."""
        if refused.word in UNWELCOME:
            self.holds.hold(_shut(refused.channel, refused.way), self.unwelcome_for)
        if not is_personal(refused.channel):
            self.desk.team.refused.refuse(refused)
        told = (refused.way, refused.channel, refused.word, why(refused.word), remedy(refused.word), OTHERWISE)
        log.warning("Slack refuses to %s in %s (%s): %s. %s, %s", *told)

    def _later(self, error: Exception, everything: str, this: str) -> Sent:
        word, wait = refusal(error), retry_after(error)
        self.holds.hold(everything if wait else this, wait or FAILED_FOR)
        log.warning("Slack did not take a message (%s: %s); trying again later", this, word)
        return Sent(Shown.LATER, refusal=word)


def _shut(channel: str, way: Way) -> str:
    return f"shut {way} {channel}"


def _log_simpler(channel: str, error: Exception) -> None:
    word = refusal(error)
    mended = "switch @channel off in /qbo-sync settings" if word == RESTRICTED else f"a fault of qbo-sync: {error}"
    log.warning("Slack refuses what a message in %s holds (%s): it comes in a simpler form; %s", channel, word, mended)
