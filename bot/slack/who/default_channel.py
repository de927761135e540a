"""Whether flags can be written to SLACK_CHANNEL: found out at start and said with a remedy, not at the first post.

The same for the channels of each company: one that became shared with another organisation gets no messages any more,
and one in which Slack lets nothing be written cannot.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from slack_sdk import WebClient

from blocks.kit.kit import escape
from bot.core.runs import CompanyView
from bot.core.team.refused_channel import RefusedChannel, worst
from bot.desk.desk import Desk
from bot.slack.plumbing.replies import UNREACHABLE, refusal
from bot.slack.who.channels import Channels, TooMany, find, is_shared

REMEMBERED_S = 60
MOST_ASKED = 10
"""Channels that are asked about in one look: whoever waits for an overview is not made to wait for more."""
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
            found = find(self.client, self.name)
        except TooMany:
            return f"Flags go nowhere: there are too many channels to find {called}. Set SLACK_CHANNEL to its id."
        except UNREACHABLE as error:
            return _unknown(called) if refusal(error) in UNKNOWN else ""
        if found is None:
            return _unknown(called)
        if found.get("is_archived"):
            return f"Flags go nowhere: the channel {called} is archived. Set SLACK_CHANNEL to another one and restart."
        if is_shared(found):
            return f"Flags go nowhere: {called} is shared with another company. Set SLACK_CHANNEL to one of your own."
        if found.get("is_member") is False:
            return f"Flags go nowhere yet: qbo-sync is not in {called}. Write `/invite @qbo-sync` there."
        return ""


@dataclass(frozen=True)
class ChannelTroubles:
    """`default` is for companies without a channel of their own."""

    desk: Desk
    channels: Channels
    default: DefaultChannel

    def told(
        self, companies: Sequence[CompanyView]
    ) -> tuple[str, dict[str, list[str]], dict[str, list[RefusedChannel]]]:
        """All that the overview says of them: the default channel, what is held back, what cannot be written."""
        return self.of_default(), self.of(companies), self.refused(companies)

    def of_default(self) -> str:
        return self.default.trouble()

    def of(self, companies: Sequence[CompanyView]) -> dict[str, list[str]]:
        """By company id, the ids of its channels that another organisation reads; only companies that have such."""
        wanted = {company.id: self._wanted(company) for company in companies}
        shared = self._shared(dict.fromkeys(name for names in wanted.values() for name in names))
        found = {id_: [shared[name] for name in names if name in shared] for id_, names in wanted.items()}
        return {id_: ids for id_, ids in found.items() if ids}

    def refused(self, companies: Sequence[CompanyView]) -> dict[str, list[RefusedChannel]]:
        """By company id, those of its channels in which Slack lets nothing be written, each with the worst of it.

        Kept from the last attempts: Slack is not asked.
        """
        known = self.desk.team.refused.all()
        found = {company.id: self._refused(self._wanted(company), known) for company in companies} if known else {}
        return {id_: refused for id_, refused in found.items() if refused}

    def _refused(self, names: Iterable[str], known: Sequence[RefusedChannel]) -> list[RefusedChannel]:
        ids = {name: {name, self.channels.known_id(name)} for name in names}
        told = (worst([one for one in known if one.channel in called]) for called in ids.values())
        return [one for one in told if one is not None]

    def _wanted(self, company: CompanyView) -> list[str]:
        routes = self.desk.team.settings(company.id).routes.values()
        return list(dict.fromkeys(filter(None, [company.channel_id or self.default.name, *routes])))

    def _shared(self, names: Iterable[str]) -> dict[str, str]:
        """Those that another organisation reads, with their ids. What Slack does not say now is said another time."""
        shared, left = {}, MOST_ASKED
        for name in names:
            if not self.channels.is_fresh(name):
                if not left:
                    continue
                left -= 1
            try:
                if self.channels.is_shared(name):
                    shared[name] = self.channels.id_of(name)
            except UNREACHABLE:
                left = 0
        return shared


def _unknown(called: str) -> str:
    return (
        f"Flags go nowhere: there is no channel {called} that qbo-sync can see. "
        "Set SLACK_CHANNEL to a channel that is there, or invite the bot to it: `/invite @qbo-sync`."
    )


def trouble_of(client: WebClient, name: str) -> str:
    return DefaultChannel(client, name).trouble()
