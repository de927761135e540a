"""A kind of record that one side does not give: which faults mean that, what waits for it, and how it is said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.core.faults import Action, ApiError, Explanation, Fault, answered, explain, planned
from bot.core.faults import Side as System
from bot.core.model import RecordType, Side

CODES = frozenset(
    {"unreadable-address", "unreadable-kind", "unreadable-fault", "unreadable-permission", "unreadable-access"}
)
"""Rows of faults.toml, each with a remedy of its own."""
OF_EVERYBODY = frozenset({401, 408, 429, 502, 503, 504})
"""Statuses of a key that has ended, a throttle, or an outage in front of a system: no matter of one kind."""
STOPPING = frozenset({"3200", "3001", "3100", "100", "110", "120", "10200", "6190"})
"""QuickBooks' words for a grant, a subscription or a throttle, whatever status they come with."""
BROKEN_ANSWERS = frozenset({"unexpected-answer", "endless-paging"})
SYSTEMS = {Side.RELEASED: "Re-Leased", Side.QUICKBOOKS: "QuickBooks"}


@dataclass(frozen=True)
class UnreadableKind:
    """One kind of record of one side, and why it could not be read.

    `words` is what people call it ("invoices", "tax codes"). `entities` are the entities of QuickBooks of which nothing
    may be concluded now, `types` the record types of which no record may be; both with what is a part of it.
    `since` is where its reading mark stands; None = it was never read.
    """

    side: Side
    name: str
    words: str
    type: RecordType
    fault: Fault
    entities: frozenset[str]
    types: frozenset[RecordType] = frozenset()
    since: datetime | None = None

    @property
    def code(self) -> str:
        """The row of faults.toml that says what helps."""
        fault = self.fault
        is_forbidden = fault.http_status == 403 or fault.code == "5020"
        if is_forbidden:
            return "unreadable-access" if self.side is Side.RELEASED else "unreadable-permission"
        if "email" in f"{fault.message} {fault.detail}".casefold().replace("-", ""):
            return "unreadable-address"
        is_own_fault = fault.code == "10000" or fault.http_status >= 500 or fault.code in BROKEN_ANSWERS
        return "unreadable-fault" if is_own_fault or fault.http_status in (0, 200) else "unreadable-kind"

    @property
    def context(self) -> dict[str, str]:
        """What fills the sentences of that row."""
        since = f" that were entered or changed since {self.since.day} {self.since:%b %Y}" if self.since else ""
        said = (self.fault.detail or self.fault.message).strip().rstrip(".:")
        return {
            "kind": f"{self.words[:1].upper()}{self.words[1:]}",
            "system": SYSTEMS[self.side],
            "names": f"the {self.words}{since}",
            "type": self.words,
            "said": f"“{' '.join(said.split())}”" if said else "",
        }

    @property
    def explanation(self) -> Explanation:
        return explain(planned(self.code), self.context)

    @property
    def more(self) -> str:
        """What was answered, for support."""
        return answered(self.fault)


def is_of_one_kind(error: ApiError) -> bool:
    """Whether this answer to a reading may be about the kind of record that was asked for, and about nothing else.

    A network that fails, a grant or key that has ended, a throttle and an outage are not; an answer that a system gave
    about this question is, also a fault of its own (10000), a refusal (403) or a page that cannot be understood.
    """
    fault = error.fault
    if fault.side not in (System.QUICKBOOKS, System.RELEASED) or fault.code in STOPPING:
        return False
    if fault.http_status in OF_EVERYBODY:
        return False
    if error.action is Action.STOP:
        return fault.http_status == 403
    return bool(fault.http_status) or fault.code in BROKEN_ANSWERS


def in_words(kinds: Iterable[UnreadableKind]) -> str:
    """All that is to say of a run that had to do without these: which, what became of the rest, why, and what helps."""
    said = [kind.explanation for kind in kinds]
    if not said:
        return ""
    rest = "What depends on them waits and is untouched; everything else goes on as ever."
    return " ".join([*(f"{one.what}." for one in said), rest, *(f"{one.why} {one.how}" for one in said)])
