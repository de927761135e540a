"""Keeps the one message of each red episode true: posted on the change to red, edited as causes close, then closed.

What is known of an episode stands in the bookkeeping of its message, so that a restart goes on where it was. A company
has one such message in its channel, and one in each channel to which some kinds of cause go.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from blocks.causes import red as pages
from blocks.causes import work as team_pages
from blocks.causes.red import cause_key
from blocks.kit.kit import Message
from bot.core.causes.work import ResolvedCause, Triage
from bot.core.results import Cause
from bot.core.runs import CompanyStatus, CompanyView, Flag
from bot.desk.desk import Desk
from bot.slack.causes.assigned import STRUCK, strike, strike_given
from bot.slack.causes.reminders import days_open, is_reminder_due
from bot.slack.causes.sheets import Sheet, key_in, other_sheets, own_key, own_sheet, short
from bot.slack.messages.outbox import Outbox, Shown, digest_of
from bot.store.team.notes import PostedMessage


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
        posted, routed = self.desk.posts.get(own_key(company.id)), self.desk.team.routed_channels(company.id)
        others = [self.desk.posts.get(key_in(company.id, other)) for other in routed]
        is_shown = any(map(_is_open, (posted, *others)))
        causes = self.desk.causes.of(company.id) if company.needs_attention or is_shown else []
        given = True
        if not _is_under_way(company):  # a run may still tell it anew
            given = strike_given(self.desk, self.outbox, company, causes)
            self.desk.team.work.forget_gone(company.id, {cause_key(cause) for cause in causes})
        if not is_shown and not _is_red(company):
            return given
        settings = self.desk.team.settings(company.id)
        stays = posted is not None and _is_open(posted) and not self.outbox.has_left(posted.channel_id, channel)
        own = own_sheet(company, posted.channel_id if posted and stays else channel, settings)
        done = [self._keep(own, causes)]
        now = self.desk.posts.get(own.key)
        if now is not None and now.channel_id != own.channel:  # "#accounts" is known by its id once something is there
            own = own_sheet(company, now.channel_id, settings)
        done += [self._keep(sheet, causes) for sheet in other_sheets(own, routed)]
        return all(done) and given

    def _keep(self, sheet: Sheet, every: Sequence[Cause]) -> bool:
        posted, causes = self.desk.posts.get(sheet.key), sheet.causes(every)
        if posted is None or not _is_open(posted) or self.outbox.has_left(posted.channel_id, sheet.channel):
            begins = _is_red(sheet.company) and (sheet.is_own or bool(causes))
            return not begins or self._open(sheet, every, posted)
        episode = Episode.parse(posted.digest)
        if _is_over(sheet, causes):
            return self._close(sheet, posted, episode)
        return self._refresh(sheet, every, posted, episode)

    def _open(self, sheet: Sheet, every: Sequence[Cause], before: PostedMessage | None) -> bool:
        claim = f"{sheet.key}:{before.ts if before else 'first'}"
        if not sheet.channel:
            return True
        causes = sheet.causes(every)
        message = self._message(sheet, every, None)
        sent = self.outbox.post_once(claim, sheet.channel, message)
        if sent.shown is not Shown.YES:
            return False
        digest = "" if sent.is_found else digest_of(message)  # what an earlier attempt said is edited at the next look
        episode = Episode(True, digest, self.clock(), _records(sheet, causes), len(causes))
        self.desk.posts.note(sheet.key, sent.channel_id, sent.ts, str(episode))
        return True

    def _message(self, sheet: Sheet, every: Sequence[Cause], since: datetime | None) -> Message:
        causes = sheet.causes(every)
        settled = sheet.settled(self.desk.team.work.settled(sheet.company, causes, since))
        there = None if sheet.is_own else _records(sheet, causes)
        elsewhere = sheet.counted_elsewhere(every)
        mendable = self.desk.causes.with_fixes(sheet.company.id, pages.drawn(causes, settled))
        fixed = {cause_key(cause): cause for cause in mendable}
        shown = [fixed.get(cause_key(cause), cause) for cause in causes]
        return pages.red(sheet.company, shown, settled, elsewhere, there, sheet.calls_channel)

    def _refresh(self, sheet: Sheet, every: Sequence[Cause], posted: PostedMessage, episode: Episode) -> bool:
        causes, message = sheet.causes(every), self._message(sheet, every, episode.since)
        if digest_of(message) != episode.digest:
            if self.outbox.edit(posted, message).shown is Shown.LATER:
                return False
            records, counted = max(_records(sheet, causes), episode.records), max(len(causes), episode.causes)
            now = replace(episode, digest=digest_of(message), records=records, causes=counted)
            self.desk.posts.note(sheet.key, posted.channel_id, posted.ts, str(now))
        settled = sheet.settled(self.desk.team.work.settled(sheet.company, causes, episode.since))
        told = self._tell_new(sheet, pages.drawn(causes, settled), settled, posted)
        struck = self._strike_gone(sheet, posted, settled.resolved)
        awake = [cause for cause in causes if cause_key(cause) not in settled.snoozed]
        return self._remind(sheet, posted, episode, awake) and told and struck

    def _tell_new(self, sheet: Sheet, causes: Sequence[Cause], settled: Triage, posted: PostedMessage) -> bool:
        """A cause that came after the message speaks once, in its thread: an edit is heard by nobody.

        One that comes again is no longer struck through there.
        """
        done = [True]
        for cause in causes:
            if cause_key(cause) in settled.new:
                name = _line(posted, cause_key(cause))
                line = self.desk.posts.get(name)
                if line is None or line.digest == STRUCK:
                    said = pages.new_cause(sheet.company, cause)
                    done.append(self.outbox.show(name, posted.channel_id, said, posted.ts) is not Shown.LATER)
        return all(done)

    def _strike_gone(self, sheet: Sheet, posted: PostedMessage, gone: Sequence[ResolvedCause]) -> bool:
        """What spoke in the thread and is no more."""
        done = [
            strike(self.desk, self.outbox, _line(posted, one.key), pages.new_cause_gone(sheet.company, one))
            for one in gone
        ]
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
        mended = sheet.settled(self.desk.team.work.settled(company, [], episode.since)).resolved
        if not self._strike_gone(sheet, posted, mended):
            return False
        closed = (pages.closed if is_blue else pages.closed_here)(company, words, at, mended)
        if self.outbox.edit(posted, closed).shown is Shown.LATER:
            return False
        self.desk.posts.note(sheet.key, posted.channel_id, posted.ts, str(replace(episode, is_open=False)))
        return True

    def _remind(self, sheet: Sheet, posted: PostedMessage, episode: Episode, awake: Sequence[Cause]) -> bool:
        """Once a working day, in the thread: whoever follows the message hears of it, and nobody else.

        What rests is left alone: where nothing else is left, nobody is reminded.
        """
        now, company = self.clock(), sheet.company
        if not awake or not is_reminder_due(episode.since, now, company.timezone):
            return True
        today = now.astimezone(ZoneInfo(company.timezone)).date()
        name = f"remind:{company.id}:{today}" if sheet.is_own else f"remind:{posted.channel_id}:{posted.ts}:{today}"
        if self.desk.posts.get(name) is not None:
            return True
        records = sum(cause.count for cause in awake)
        line = team_pages.reminder(company, records, len(awake), days_open(episode.since, now, company.timezone))
        return self.outbox.show(name, posted.channel_id, line, posted.ts) is not Shown.LATER

    def _recovered_at(self, company: CompanyView) -> datetime:
        """The same on every attempt, so that the line is not edited for a second's difference."""
        ended = company.last_run.finished_at if company.last_run else None
        clean = company.last_clean_at if _is_blue(company) else None
        return clean or ended or self.clock()


def _records(sheet: Sheet, causes: Sequence[Cause]) -> int:
    return sheet.company.needs_attention if sheet.is_own else sum(cause.count for cause in causes)


def _line(posted: PostedMessage, cause: str) -> str:
    """The name of a cause's line in the thread of this red message."""
    return f"cause:{posted.channel_id}:{posted.ts}:{short(cause)}"


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
