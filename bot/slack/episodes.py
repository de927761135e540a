"""Keeps the one message of each red episode true: posted on the change to red, edited as causes close, then closed.

What is known of an episode stands in the bookkeeping of its message, so that a restart goes on where it was.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from blocks import cause_work as team_pages
from blocks import red as pages
from blocks.red import cause_key
from bot.core.model import CompanyStatus, CompanyView, Flag
from bot.slack.desk import Desk, PostedMessage
from bot.slack.outbox import Outbox, Shown, digest_of
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
        """True when Slack shows what is true; False to be asked again."""
        key = f"red:{company.id}"
        posted = self.desk.posted(key)
        episode = Episode.parse(posted.digest) if posted else None
        if posted is None or episode is None or not episode.is_open:
            return not _is_red(company) or self._open(key, company, channel, posted)
        if _is_over(company):
            return self._close(key, company, posted, episode)
        return self._refresh(key, company, posted, episode)

    def _open(self, key: str, company: CompanyView, channel: str, before: PostedMessage | None) -> bool:
        claim = f"{key}:{before.ts if before else 'first'}"
        if not channel or not self.outbox.claim(claim):
            return not channel
        causes = self.desk.causes(company.id)
        message = pages.red(company, causes, self.desk.team.work.settled(company, causes))
        sent = self.outbox.post(channel, message)
        if sent.shown is not Shown.YES:
            self.desk.release_post(claim)
            return False
        episode = Episode(True, digest_of(message), self.clock(), company.needs_attention, len(causes))
        self.desk.note_posted(key, sent.channel_id, sent.ts, str(episode))
        return True

    def _refresh(self, key: str, company: CompanyView, posted: PostedMessage, episode: Episode) -> bool:
        causes = self.desk.causes(company.id)
        team = self.desk.team.work
        if company.last_run is None or company.last_run.finished_at is not None:  # a run may still tell it anew
            team.forget_gone(company.id, {cause_key(cause) for cause in causes})
        message = pages.red(company, causes, team.settled(company, causes, episode.since))
        if digest_of(message) == episode.digest:
            return self._remind(company, posted, episode, len(causes))
        sent = self.outbox.edit(posted, message)
        if sent.shown is Shown.LATER:
            return False
        records, counted = max(company.needs_attention, episode.records), max(len(causes), episode.causes)
        now = replace(episode, digest=digest_of(message), records=records, causes=counted)
        self.desk.note_posted(key, posted.channel_id, posted.ts, str(now))
        return True

    def _close(self, key: str, company: CompanyView, posted: PostedMessage, episode: Episode) -> bool:
        """Recovery speaks first, in one quiet line; then the red message is struck through."""
        words = pages.totals(episode.records, episode.causes)
        at = self._recovered_at(company)
        line = pages.recovery(company, words, (at - episode.since).total_seconds())
        told = self.outbox.show(f"recovered:{company.id}:{posted.ts}", posted.channel_id, line)
        if told is Shown.LATER:
            return False
        team = self.desk.team.work
        mended = team.settled(company, [], episode.since).mended
        if self.outbox.edit(posted, pages.closed(company, words, at, mended)).shown is Shown.LATER:
            return False
        team.forget_gone(company.id, ())
        self.desk.note_posted(key, posted.channel_id, posted.ts, str(replace(episode, is_open=False)))
        return True

    def _remind(self, company: CompanyView, posted: PostedMessage, episode: Episode, causes: int) -> bool:
        """Once a working day, in the thread: whoever follows the message hears of it, and nobody else."""
        now = self.clock()
        if not causes or not is_reminder_due(episode.since, now, company.timezone):
            return True
        today = now.astimezone(ZoneInfo(company.timezone)).date()
        name = f"remind:{company.id}:{today}"
        if self.desk.posted(name) is not None:
            return True
        line = team_pages.reminder(company, causes, days_open(episode.since, now, company.timezone))
        return self.outbox.show(name, posted.channel_id, line, posted.ts) is not Shown.LATER

    def _recovered_at(self, company: CompanyView) -> datetime:
        """The same on every attempt, so that the line is not edited for a second's difference."""
        return company.last_clean_at or (company.last_run and company.last_run.finished_at) or self.clock()


def _is_red(company: CompanyView) -> bool:
    return company.flag is Flag.RED or company.status is CompanyStatus.NEEDS_RECONNECTING


def _is_over(company: CompanyView) -> bool:
    return company.flag is Flag.BLUE and company.status is not CompanyStatus.NEEDS_RECONNECTING
