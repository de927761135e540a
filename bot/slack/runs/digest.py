"""The weekly digest: when it is due, in the company's channel, once; as a chart, a picture, or words.

Slack needs a moment for a picture that was uploaded and refuses a message with it until then: it is tried some times.
See https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from blocks.kit.kit import Message
from blocks.kit.refused_channel import sent_instead
from blocks.kit.simpler import plain_text
from blocks.runs.digest import Figures, digest, figures_in_words, has_figures
from bot.core.runs import CompanyView
from bot.core.team.refused_channel import RefusedChannel, Way
from bot.core.team.week import Week
from bot.desk.desk import Desk
from bot.desk.schedule import cron_trigger, last_due
from bot.slack.messages.outbox import Outbox, Shown
from bot.slack.plumbing.refusals import TOO_RICH
from bot.slack.plumbing.replies import UNREACHABLE, refusal
from bot.slack.runs.picture import bars
from bot.slack.who.operators import Operators

LOOK_EVERY = timedelta(seconds=30)
LATE_FOR = timedelta(hours=24)
"""After an outage this long nobody needs last week's digest any more."""
MOST_TRIES = 3
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Picture:
    """An uploaded one, and how often a message with it was refused."""

    file_id: str
    refused: int = 0


@dataclass
class Digests:
    """Asked often; looks at the schedules now and then. What Slack does not take now is tried at the next look."""

    desk: Desk
    outbox: Outbox
    clock: Callable[[], datetime]
    operators: Operators
    _looked_at: datetime | None = None
    _done: set[str] = field(default_factory=set)
    _pictures: dict[str, Picture] = field(default_factory=dict)

    def keep(self, companies: Sequence[tuple[CompanyView, str]]) -> None:
        """`companies` with the channel of each, "" = it has none."""
        now = self.clock()
        if self._looked_at is not None and now - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = now
        for company, channel in companies:
            if channel:
                self._post_if_due(company, channel, now)

    def _post_if_due(self, company: CompanyView, channel: str, now: datetime) -> None:
        settings = self.desk.team.settings(company.id)
        if not settings.has_digest:
            return
        due = last_due(cron_trigger(settings.digest_schedule, company.timezone), now)
        connected = company.connected_at
        if due is None or now - due > LATE_FOR or (connected is not None and connected > due):
            return
        key = f"digest:{company.id}:{due.date().isoformat()}"
        if key in self._done:
            return
        week = self.desk.team.week(company.id, due, company.days_out_of_balance)
        shown = self._post(key, channel, company, week)
        if shown is Shown.YES:
            self._done.add(key)
            self._pictures.pop(key, None)
        elif shown is Shown.UNWELCOME:
            self._post_directly(key, channel, company, week)

    def _post_directly(self, key: str, channel: str, company: CompanyView, week: Week) -> None:
        """What the channel does not take goes to those who may act, once; it comes there too once it does."""
        refused = self.desk.team.refused.of({channel}, Way.POST)
        for direct in self.operators.direct_channels() if refused else ():
            self._post(f"{key}:{direct}", direct, company, week, refused)

    def _post(
        self, key: str, channel: str, company: CompanyView, week: Week, instead: RefusedChannel | None = None
    ) -> Shown:
        """The richest form that Slack takes, at last plain text."""
        for message in self._forms(key, company, week):
            sent = self.outbox.show_once(key, channel, sent_instead(message, instead) if instead else message)
            if sent.refusal not in TOO_RICH:
                return sent.shown
        return Shown.LATER

    def _forms(self, key: str, company: CompanyView, week: Week) -> Iterator[Message]:
        """Each is asked for when the one before was refused; one look may end at the picture and the next go on."""
        if key not in self._pictures:
            yield digest(company, week)
        picture = self._pictures.get(key) or self._uploaded(week)
        if picture is not None and picture.refused < MOST_TRIES:
            self._pictures[key] = picture
            yield digest(company, week, Figures.PICTURE, picture.file_id)
            self._pictures[key] = replace(picture, refused=picture.refused + 1)
            if self._pictures[key].refused < MOST_TRIES:
                return
        words = digest(company, week, Figures.TEXT)
        yield words
        yield plain_text(words)

    def _uploaded(self, week: Week) -> Picture | None:
        """Shown nowhere but in this message. None where there is nothing to draw, or Slack does not take it."""
        if not has_figures(week):
            return None
        words = figures_in_words(week.days)
        client = self.outbox.client
        try:
            answer = client.files_upload_v2(content=bars(week.days), filename="week.png", title="Causes", alt_txt=words)
        except UNREACHABLE as error:
            log.warning("the picture of a digest was not taken (%s): its figures come in words", refusal(error))
            return None
        return Picture(str((answer.get("file") or {}).get("id") or ""))
