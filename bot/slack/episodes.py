"""Keeps the one message of each red episode true: posted on the change to red, edited as causes close, then closed.

What is known of an episode stands in the bookkeeping of its message, so that a restart goes on where it was. A company
has one such message in its channel, and one in each channel to which some kinds of cause go.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from blocks import cause_work as team_pages
from blocks import red as pages
from blocks.kit import Message
from blocks.red import cause_key
from bot.core.model import Cause, CompanyStatus, CompanyView, Flag
from bot.slack.desk import Desk, PostedMessage
from bot.slack.outbox import Outbox, Shown, digest_of
from bot.slack.sheets import Sheet, key_in, other_sheets, own_key, own_sheet
from bot.slack.team import days_open, is_reminder_due


@dataclass(frozen=True)
class Episode:
    """`digest` is of what the message shows; `records` and `causes` are the most it counted: what the episode was."""

    is_open: bool
    digest: str
    since: datetime
    records: int
    causes: int

    def __str__(self) -> str:
        state = "open" if self.is_open else "closed"
        return f"{state}|{self.digest}|{int(self.since.timestamp())}|{self.records}|{self.causes}"

    @classmethod
    def parse(cls, text: str) -> "Episode":
        state, digest, since, records, causes = text.split("|")
        return cls(state == "open", digest, datetime.fromtimestamp(int(since), UTC), int(records), int(causes))


@dataclass(frozen=True)
class Episodes:
    desk: Desk
    outbox: Outbox
    clock: Callable[[], datetime]

    def keep(self, company: CompanyView, channel: str) -> bool:
        """True when Slack shows what is true; False to be asked again. `channel` is where its flags go, "" = none."""
        posted, routed = self.desk.posted(own_key(company.id)), self.desk.team.routed_channels(company.id)
        others = [self.desk.posted(key_in(company.id, other)) for other in routed]
        is_shown = any(map(_is_open, (posted, *others)))
        causes = self.desk.causes(company.id) if company.needs_attention or is_shown else []
        if not _is_under_way(company):  # a run may still tell it anew
            self.desk.team.work.forget_gone(company.id, {cause_key(cause) for cause in causes})
        if not is_shown and not _is_red(company):
            return True
        settings = self.desk.team.settings(company.id)
        own = own_sheet(company, posted.channel_id if posted and _is_open(posted) else channel, settings)
        done = [self._keep(own, causes)]
        now = self.desk.posted(own.key)
        if now is not None and now.channel_id != own.channel:  # "#accounts" is known by its id once something is there
            own = own_sheet(company, now.channel_id, settings)
        done += [self._keep(sheet, causes) for sheet in other_sheets(own, routed)]
        return all(done)

    def _keep(self, sheet: Sheet, every: Sequence[Cause]) -> bool:
        posted, causes = self.desk.posted(sheet.key), sheet.causes(every)
        if posted is None or not _is_open(posted):
            begins = _is_red(sheet.company) and (sheet.is_own or bool(causes))
            return not begins or self._open(sheet, every, posted)
        episode = Episode.parse(posted.digest)
        if _is_over(sheet, causes):
            return self._close(sheet, posted, episode)
        return self._refresh(sheet, every, posted, episode)

    def _open(self, sheet: Sheet, every: Sequence[Cause], before: PostedMessage | None) -> bool:
        claim = f"{sheet.key}:{before.ts if before else 'first'}"
        if not sheet.channel or not self.outbox.claim(claim):
            return not sheet.channel
        causes = sheet.causes(every)
        message = self._message(sheet, every, None)
        sent = self.outbox.post(sheet.channel, message)
        if sent.shown is not Shown.YES:
            self.desk.release_post(claim)
            return False
        episode = Episode(True, digest_of(message), self.clock(), _records(sheet, causes), len(causes))
        self.desk.note_posted(sheet.key, sent.channel_id, sent.ts, str(episode))
        return True

    def _message(self, sheet: Sheet, every: Sequence[Cause], since: datetime | None) -> Message:
        causes = sheet.causes(every)
        settled = sheet.settled(self.desk.team.work.settled(sheet.company, causes, since))
        there = None if sheet.is_own else _records(sheet, causes)
        elsewhere = sheet.counted_elsewhere(every)
        return pages.red(sheet.company, causes, settled, elsewhere, there, sheet.calls_channel)

    def _refresh(self, sheet: Sheet, every: Sequence[Cause], posted: PostedMessage, episode: Episode) -> bool:
        causes, message = sheet.causes(every), self._message(sheet, every, episode.since)
        if digest_of(message) != episode.digest:
            if self.outbox.edit(posted, message).shown is Shown.LATER:
                return False
            records, counted = max(_records(sheet, causes), episode.records), max(len(causes), episode.causes)
            now = replace(episode, digest=digest_of(message), records=records, causes=counted)
            self.desk.note_posted(sheet.key, posted.channel_id, posted.ts, str(now))
        told = self._tell_new(sheet, causes, posted, episode)
        return self._remind(sheet, posted, episode, len(causes)) and told

    def _tell_new(self, sheet: Sheet, causes: Sequence[Cause], posted: PostedMessage, episode: Episode) -> bool:
        """A cause that came after the message speaks once, in its thread: an edit is heard by nobody."""
        settled = self.desk.team.work.settled(sheet.company, causes, episode.since)
        awake = [cause for cause in causes if cause_key(cause) not in settled.resting]
        done = [True]
        for cause in awake[: pages.MOST_CAUSES]:
            if cause_key(cause) in settled.new:
                name = f"cause:{posted.channel_id}:{posted.ts}:{_short(cause_key(cause))}"
                if self.desk.posted(name) is None:
                    line = pages.new_cause(sheet.company, cause)
                    done.append(self.outbox.show(name, posted.channel_id, line, posted.ts) is not Shown.LATER)
        return all(done)

    def _close(self, sheet: Sheet, posted: PostedMessage, episode: Episode) -> bool:
        """Recovery speaks first, in one quiet line; then the red message is struck through."""
        company, words = sheet.company, pages.totals(episode.records, episode.causes)
        at = self._recovered_at(company)
        lasted_s = (at - episode.since).total_seconds()
        is_blue = _is_blue(company)
        line = (pages.recovery if is_blue else pages.put_right)(company, words, lasted_s)
        name = f"recovered:{company.id}:{posted.ts}" if sheet.is_own else f"recovered:{posted.channel_id}:{posted.ts}"
        if self.outbox.show(name, posted.channel_id, line) is Shown.LATER:
            return False
        mended = sheet.settled(self.desk.team.work.settled(company, [], episode.since)).mended
        closed = (pages.closed if is_blue else pages.closed_here)(company, words, at, mended)
        if self.outbox.edit(posted, closed).shown is Shown.LATER:
            return False
        self.desk.note_posted(sheet.key, posted.channel_id, posted.ts, str(replace(episode, is_open=False)))
        return True

    def _remind(self, sheet: Sheet, posted: PostedMessage, episode: Episode, causes: int) -> bool:
        """Once a working day, in the thread: whoever follows the message hears of it, and nobody else."""
        now, company = self.clock(), sheet.company
        if not causes or not is_reminder_due(episode.since, now, company.timezone):
            return True
        today = now.astimezone(ZoneInfo(company.timezone)).date()
        name = f"remind:{company.id}:{today}" if sheet.is_own else f"remind:{posted.channel_id}:{posted.ts}:{today}"
        if self.desk.posted(name) is not None:
            return True
        line = team_pages.reminder(company, causes, days_open(episode.since, now, company.timezone))
        return self.outbox.show(name, posted.channel_id, line, posted.ts) is not Shown.LATER

    def _recovered_at(self, company: CompanyView) -> datetime:
        """The same on every attempt, so that the line is not edited for a second's difference."""
        ended = company.last_run.finished_at if company.last_run else None
        clean = company.last_clean_at if _is_blue(company) else None
        return clean or ended or self.clock()


def _records(sheet: Sheet, causes: Sequence[Cause]) -> int:
    return sheet.company.needs_attention if sheet.is_own else sum(cause.count for cause in causes)


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:24]


def _is_open(posted: PostedMessage | None) -> bool:
    return posted is not None and Episode.parse(posted.digest).is_open


def _is_red(company: CompanyView) -> bool:
    return company.flag is Flag.RED or company.status is CompanyStatus.NEEDS_RECONNECTING


def _is_blue(company: CompanyView) -> bool:
    return company.flag is Flag.BLUE and company.status is not CompanyStatus.NEEDS_RECONNECTING


def _is_under_way(company: CompanyView) -> bool:
    return company.last_run is not None and company.last_run.finished_at is None


def _is_over(sheet: Sheet, causes: Sequence[Cause]) -> bool:
    """The company's own ends when it is blue; that of another channel when nothing of its kinds is left."""
    return _is_blue(sheet.company) if sheet.is_own else not causes and not _is_under_way(sheet.company)
