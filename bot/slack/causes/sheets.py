"""Which red messages a company has: its own, and one in each channel to which some kinds of cause go."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from bot.core.causes.kind import CauseKind, kind_of, kind_of_key
from bot.core.causes.work import Triage
from bot.core.results import Cause
from bot.core.runs import CompanyView
from bot.core.team.company_settings import CompanySettings
from bot.core.team.refused_channel import RefusedChannel
from bot.desk.desk import Desk
from bot.store.team.notes import PostedMessage

NO_CHANNEL = "the App Home"
"""Where a company has its cards that has no channel."""


@dataclass(frozen=True)
class Sheet:
    """One red message. `kinds` go to this channel; the company's own one has the `elsewhere` (kind → channel) not.

    `instead_of` is the channel in whose place it goes to an operator's direct messages, and `refused` why.
    """

    company: CompanyView
    channel: str
    is_own: bool
    kinds: frozenset[CauseKind]
    elsewhere: Mapping[CauseKind, str]
    calls_channel: bool = False
    instead_of: str = ""
    refused: RefusedChannel | None = None

    @property
    def is_main(self) -> bool:
        return self.is_own and not self.instead_of

    @property
    def key(self) -> str:
        if self.instead_of:
            return direct_key(self.company.id, self.channel, "" if self.is_own else self.instead_of)
        return own_key(self.company.id) if self.is_own else key_in(self.company.id, self.channel)

    def causes(self, every: Sequence[Cause]) -> list[Cause]:
        return [cause for cause in every if self._has(kind_of(cause))]

    def counted_elsewhere(self, every: Sequence[Cause]) -> dict[str, int]:
        """Channel → how many causes are looked after there; empty for one that is not the company's own."""
        if not self.is_own:
            return {}
        return Counter(self.elsewhere[kind_of(cause)] for cause in every if kind_of(cause) in self.elsewhere)

    def settled(self, found: Triage) -> Triage:
        """What came to its end here."""
        return replace(found, resolved=[one for one in found.resolved if self._has(kind_of_key(one.key))])

    def _has(self, kind: CauseKind) -> bool:
        return kind not in self.elsewhere if self.is_own else kind in self.kinds


def short(text: str) -> str:
    """Of a name that may be too long for the bookkeeping of messages."""
    return sha256(text.encode()).hexdigest()[:24]


def own_key(company_id: str) -> str:
    return f"red:{company_id}"


def key_in(company_id: str, channel: str) -> str:
    """Of the company's message in another channel than its own."""
    return f"red-in:{company_id}|{channel}"


def direct_key(company_id: str, direct: str, instead_of: str = "") -> str:
    """Of a message in somebody's direct messages; `instead_of` "" = in place of the company's own."""
    return key_in(company_id, f"{direct}|{instead_of}" if instead_of else direct)


def shown_in(desk: Desk, company_id: str, channel: str) -> PostedMessage | None:
    """The red message of a company that stands in this channel, or else its own."""
    here = desk.posts.get(key_in(company_id, channel)) if channel else None
    return here or desk.posts.get(own_key(company_id))


def own_sheet(company: CompanyView, channel: str, settings: CompanySettings) -> Sheet:
    """`channel` is where its flags go."""
    routes = {CauseKind(kind): to for kind, to in settings.routes.items() if to and to != channel}
    return Sheet(company, channel, True, frozenset(), routes, settings.calls_channel)


def other_sheets(own: Sheet, routed: Sequence[str]) -> list[Sheet]:
    """Those of other channels. `routed` are also those to which causes once went: what stands there is ended."""
    return [_other(own, channel) for channel in routed if channel != own.channel]


def direct_sheet(sheet: Sheet, direct: str, refused: RefusedChannel | None) -> Sheet:
    """The same in somebody's direct messages, where nobody else is called."""
    belongs = sheet.channel or NO_CHANNEL
    return replace(sheet, channel=direct, calls_channel=False, instead_of=belongs, refused=refused)


def _other(own: Sheet, channel: str) -> Sheet:
    kinds = frozenset(kind for kind, to in own.elsewhere.items() if to == channel)
    return replace(own, channel=channel, is_own=False, kinds=kinds)
