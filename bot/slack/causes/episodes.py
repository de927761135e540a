"""Keeps the one message of each red episode true: posted on the change to red, edited as causes close, then closed.

What is known of an episode stands in the bookkeeping of its message, so that a restart goes on where it was. A company
has one such message in its channel, and one in each channel to which some kinds of cause go. Where Slack lets nothing
be written in such a channel, the message goes to the direct messages of those who may act, until the channel takes it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from blocks.causes import red as pages
from blocks.causes import work as team_pages
from blocks.causes.red import cause_key
from blocks.kit.kit import Message
from blocks.kit.refused_channel import sent_instead
from bot.core.causes.work import ResolvedCause, Triage
from bot.core.results import Cause
from bot.core.runs import CompanyStatus, CompanyView, Flag
from bot.core.team.refused_channel import FIXED, RefusedChannel, Way
from bot.desk.desk import Desk
from bot.slack.causes.assigned import STRUCK, strike, strike_given
from bot.slack.causes.episode import Episode, State, is_open, lost
from bot.slack.causes.reminders import days_open, is_reminder_due
from bot.slack.causes.sheets import (
    Sheet,
    direct_key,
    direct_sheet,
    key_in,
    other_sheets,
    own_key,
    own_sheet,
    short,
)
from bot.slack.messages.outbox import Outbox, Shown, digest_of
from bot.slack.who.operators import Operators
from bot.store.team.notes import PostedMessage


@dataclass(frozen=True)
class Episodes:
    desk: Desk
    outbox: Outbox
    clock: Callable[[], datetime]
    operators: Operators

    def keep(self, company: CompanyView, channel: str) -> bool:
        """True when Slack shows what is true; False to be asked again. `channel` is where its flags go, "" = none."""
        posted, routed = self.desk.posts.get(own_key(company.id)), self.desk.team.routed_channels(company.id)
        told = self.desk.team.refused.told_directly(company.id)
        keys = [key_in(company.id, other) for other in routed]
        keys += [direct_key(company.id, direct, other) for direct in told for other in ("", *routed)]
        is_shown = any(map(is_open, (posted, *map(self.desk.posts.get, keys))))
        causes = self.desk.causes.of(company.id) if company.needs_attention or is_shown else []
        given = True
        if not _is_under_way(company):  # a run may still tell it anew
            given = strike_given(self.desk, self.outbox, company, causes)
            self.desk.team.work.forget_gone(company.id, {cause_key(cause) for cause in causes})
        if not is_shown and not _is_red(company):
            return given
        settings = self.desk.team.settings(company.id)
        stays = posted is not None and is_open(posted) and not self.outbox.has_left(posted.channel_id, channel)
        own = own_sheet(company, posted.channel_id if posted and stays else channel, settings)
        done = [self._keep(own, causes)]
        now = self.desk.posts.get(own.key)
        if now is not None and now.channel_id != own.channel:  # "#accounts" is known by its id once something is there
            own = own_sheet(company, now.channel_id, settings)
        others = other_sheets(own, routed)
        done += [self._keep(sheet, causes) for sheet in others]
        done += [self._keep_directly(sheet, causes, told) for sheet in (own, *others)]
        return all(done) and given

    def _keep_directly(self, sheet: Sheet, every: Sequence[Cause], told: Sequence[str]) -> bool:
        """What its channel does not take, in the direct messages of those who may act, for as long as that lasts."""
        refused, known = self._refused(sheet), list(told)
        if refused is not None and _begins(sheet, sheet.causes(every)):
            known = list(dict.fromkeys([*told, *self.operators.direct_channels()]))
        if set(known) - set(told):
            self.desk.team.refused.tell_directly(sheet.company.id, known)
        sheets = [direct_sheet(sheet, direct, refused) for direct in known]
        return all([self._keep(one, every) if refused else self._hand_back(one, every) for one in sheets])

    def _refused(self, sheet: Sheet) -> RefusedChannel | None:
        """Why this message, or what comes after it, cannot be read where it belongs; None when it can."""
        posted, known = self.desk.posts.get(sheet.key), self.desk.team.refused.all()
        names = {sheet.channel, posted.channel_id if posted and is_open(posted) else sheet.channel}
        here = {one.way: one for one in known if one.channel in names}
        if not is_open(posted):
            return here.get(Way.POST)
        change = here.get(Way.EDIT)
        if change is not None and change.word not in FIXED:
            return change
        return here.get(Way.POST) if Way.REPLY in here else None

    def _hand_back(self, sheet: Sheet, every: Sequence[Cause]) -> bool:
        """The channel takes it again: whoever was told directly is told where it goes on."""
        posted = self.desk.posts.get(sheet.key)
        if posted is None or not is_open(posted):
            return True
        if _is_over(sheet, sheet.causes(every)):
            return self._keep(sheet, every)
        episode = Episode.parse(posted.digest)
        words = pages.totals(episode.records, episode.causes)
        if self.outbox.edit(posted, pages.goes_on(sheet.company, words, sheet.instead_of)).shown is Shown.LATER:
            return False
        self._note(sheet, posted, replace(episode, state=State.CLOSED))
        return True

    def _keep(self, sheet: Sheet, every: Sequence[Cause]) -> bool:
        posted, causes = self.desk.posts.get(sheet.key), sheet.causes(every)
        if posted is None or not is_open(posted) or self.outbox.has_left(posted.channel_id, sheet.channel):
            return not _begins(sheet, causes) or self._open(sheet, every, posted)
        episode = Episode.parse(posted.digest)
        if _is_over(sheet, causes):
            return self._close(sheet, posted, episode)
        return self._refresh(sheet, every, posted, episode)

    def _open(self, sheet: Sheet, every: Sequence[Cause], before: PostedMessage | None) -> bool:
        claim = f"{sheet.key}:{before.ts if before else 'first'}"
        if not sheet.channel:
            return True
        causes, goes_on = sheet.causes(every), lost(before)
        message = self._message(sheet, every, goes_on.since if goes_on else None)
        sent = self.outbox.post(claim, sheet.channel, message)
        if sent.shown is not Shown.YES:
            return sent.shown is Shown.UNWELCOME
        digest = "" if sent.is_found else digest_of(message)  # what an earlier attempt said is edited at the next look
        posted = PostedMessage(sheet.key, sent.channel_id, sent.ts, digest)
        episode = Episode(State.OPEN, digest, self.clock(), _records(sheet, causes), len(causes))
        if goes_on and before:
            episode = replace(_grown(goes_on, episode), state=State.OPEN, digest=digest)
            self._take_along(causes, before, posted)
        self._note(sheet, posted, episode)
        return True

    def _take_along(self, causes: Sequence[Cause], before: PostedMessage, posted: PostedMessage) -> None:
        """What was told in the thread of the lost message is not told again."""
        for cause in causes:
            line = self.desk.posts.get(_line(before, cause_key(cause)))
            if line is not None:
                self.desk.posts.note(_line(posted, cause_key(cause)), line.channel_id, line.ts, line.digest)

    def _note(self, sheet: Sheet, posted: PostedMessage, episode: Episode) -> None:
        self.desk.posts.note(sheet.key, posted.channel_id, posted.ts, str(episode))

    def _message(self, sheet: Sheet, every: Sequence[Cause], since: datetime | None) -> Message:
        causes = sheet.causes(every)
        settled = sheet.settled(self.desk.team.work.settled(sheet.company, causes, since))
        there = None if sheet.is_own else _records(sheet, causes)
        elsewhere = sheet.counted_elsewhere(every)
        mendable = self.desk.causes.with_fixes(sheet.company.id, pages.drawn(causes, settled))
        fixed = {cause_key(cause): cause for cause in mendable}
        shown = [fixed.get(cause_key(cause), cause) for cause in causes]
        message = pages.red(sheet.company, shown, settled, elsewhere, there, sheet.calls_channel)
        return sent_instead(message, sheet.refused) if sheet.refused else message

    def _refresh(self, sheet: Sheet, every: Sequence[Cause], posted: PostedMessage, episode: Episode) -> bool:
        causes, message = sheet.causes(every), self._message(sheet, every, episode.since)
        if digest_of(message) != episode.digest:
            shown = self.outbox.edit(posted, message).shown
            if shown is Shown.LATER:
                return False
            if shown is Shown.GONE and self.outbox.may_come_anew(sheet.key):
                self._note(sheet, posted, replace(episode, state=State.LOST))
                return self._keep(sheet, every)
            if shown is Shown.YES:
                now = Episode(State.OPEN, digest_of(message), episode.since, _records(sheet, causes), len(causes))
                self._note(sheet, posted, _grown(episode, now))
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
                    shown = self.outbox.show_beside(name, posted.channel_id, said, posted.ts)
                    done.append(shown is not Shown.LATER)
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
        name = f"recovered:{company.id}:{posted.ts}" if sheet.is_main else f"recovered:{posted.channel_id}:{posted.ts}"
        if self.outbox.show(name, posted.channel_id, line) is Shown.LATER:
            return False
        mended = sheet.settled(self.desk.team.work.settled(company, [], episode.since)).resolved
        if not self._strike_gone(sheet, posted, mended):
            return False
        closed = (pages.closed if is_blue else pages.closed_here)(company, words, at, mended)
        shown = self.outbox.edit(posted, closed).shown
        if shown in (Shown.YES, Shown.GONE):  # else it is struck through once its channel takes that
            self._note(sheet, posted, replace(episode, state=State.CLOSED))
        return shown is not Shown.LATER

    def _remind(self, sheet: Sheet, posted: PostedMessage, episode: Episode, awake: Sequence[Cause]) -> bool:
        """Once a working day, in the thread: whoever follows the message hears of it, and nobody else.

        What rests is left alone: where nothing else is left, nobody is reminded.
        """
        now, company = self.clock(), sheet.company
        if not awake or not is_reminder_due(episode.since, now, company.timezone):
            return True
        today = now.astimezone(ZoneInfo(company.timezone)).date()
        name = f"remind:{company.id}:{today}" if sheet.is_main else f"remind:{posted.channel_id}:{posted.ts}:{today}"
        if self.desk.posts.get(name) is not None:
            return True
        records = sum(cause.count for cause in awake)
        line = team_pages.reminder(company, records, len(awake), days_open(episode.since, now, company.timezone))
        return self.outbox.show_beside(name, posted.channel_id, line, posted.ts) is not Shown.LATER

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


def _grown(before: Episode, now: Episode) -> Episode:
    """The same episode with what is shown now."""
    return replace(
        now, since=before.since, records=max(before.records, now.records), causes=max(before.causes, now.causes)
    )


def _begins(sheet: Sheet, causes: Sequence[Cause]) -> bool:
    return _is_red(sheet.company) and (sheet.is_own or bool(causes))


def _is_red(company: CompanyView) -> bool:
    return company.flag is Flag.RED or company.status is CompanyStatus.NEEDS_RECONNECTING


def _is_blue(company: CompanyView) -> bool:
    return company.flag is Flag.BLUE and company.status is not CompanyStatus.NEEDS_RECONNECTING


def _is_under_way(company: CompanyView) -> bool:
    return company.last_run is not None and company.last_run.finished_at is None


def _is_over(sheet: Sheet, causes: Sequence[Cause]) -> bool:
    """The company's own ends when it is blue; that of another channel when nothing of its kinds is left."""
    return _is_blue(sheet.company) if sheet.is_own else not causes and not _is_under_way(sheet.company)
