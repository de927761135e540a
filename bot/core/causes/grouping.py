"""Groups what needs attention by its cause, so that one inactive contact is one line, not twenty-three."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol
from zlib import crc32

from bot.core.causes.fix import UNLINKED, fix_of, next_actor
from bot.core.model import Outcome, RecordRef, RecordType, Result
from bot.core.results import Cause
from bot.core.unreadable import CODES as UNREADABLE

CAUSED_BY_SETTING = frozenset({"6200", "6210", "closed-period"}) | UNREADABLE
"""One reason for many records, and no record to blame."""
HOW = "How to fix it: "
RECORD = "record"


class HasCause(Protocol):
    """What of a row says which cause it belongs to."""

    @property
    def ref(self) -> RecordRef: ...
    @property
    def cause(self) -> RecordRef | None: ...
    @property
    def code(self) -> str: ...
    @property
    def details(self) -> str: ...


def group(rows: Sequence[Result]) -> list[Cause]:
    """Causes, the one that holds up most first."""
    own = {row.ref: row for row in rows}
    groups: dict[tuple[str, str], list[Result]] = {}
    for row in rows:
        groups.setdefault(_key(row, own), []).append(row)
    causes = [_cause(found, own) for found in groups.values()]
    return sorted(causes, key=lambda cause: (-cause.count, cause.headline))


@dataclass(frozen=True, slots=True)
class CauseSummary:
    """The little of a cause that is remembered when it is over; named as in Cause."""

    ref: RecordRef | None
    code: str
    headline: str
    count: int


def summaries(rows: Iterable[Result]) -> list[CauseSummary]:
    """The causes of `group`, of any number of rows: they are gone through three times, and none is kept but a culprit.

    Rows come newest first, each time the same.
    """
    blamed = {row.cause for row in rows if row.cause is not None}
    own = {row.ref: row for row in rows if row.ref in blamed}
    counts: dict[tuple[str, str], int] = {}
    speaks: dict[
        tuple[str, str], tuple[int, RecordRef, CauseSummary]
    ] = {}  # how little it tells, the root, what it says
    for row in rows:
        name, root = _key(row, own), _root(row, own)
        counts[name] = counts.get(name, 0) + 1
        if name not in speaks:
            tells_less = -1 if root in own or root == row.ref else _tells_less(row)
            speaks[name] = tells_less, root, _summary(own.get(root, row), root)
        elif _tells_less(row) < speaks[name][0]:
            speaks[name] = _tells_less(row), speaks[name][1], _summary(row, speaks[name][1])
    found = [replace(outline, count=counts[name]) for name, (_, _, outline) in speaks.items()]
    return sorted(found, key=lambda one: (-one.count, one.headline))


def key(cause: Cause | CauseSummary) -> str:
    """Names a cause among those of its company, for as long as it lasts; one code may have several headlines."""
    return str(cause.ref) if cause.ref else _key_of_setting(cause.code, cause.headline)


def held_up_by(rows: Sequence[HasCause], cause_key: str) -> list[RecordRef]:
    """Exactly the records that the cause of this key counts, of all rows that need attention; [] when it is gone."""
    own = {row.ref: row for row in rows}
    return [row.ref for row in rows if _named(_key(row, own)) == cause_key]


def plain_headline(cause: Cause | CauseSummary) -> str:
    """Without the id in brackets: the name says it."""
    return cause.headline.replace(f" ({cause.ref.key})", "") if cause.ref else cause.headline


def _summary(lead: Result, root: RecordRef) -> CauseSummary:
    return CauseSummary(None if lead.code in CAUSED_BY_SETTING else root, lead.code, _headline(lead), 1)


def _headline(lead: Result) -> str:
    return _unlinked_headline(lead) if lead.code in UNLINKED else lead.details.rstrip(".")


def _key_of_setting(code: str, headline: str) -> str:
    return f"code:{code}:{crc32(headline.encode()):08x}"


def _named(group: tuple[str, str]) -> str:
    """The key of the cause that this group becomes."""
    kind, text = group
    return text if kind == RECORD else _key_of_setting(kind, text.rstrip("."))


def _root(row: HasCause, own: Mapping[RecordRef, HasCause]) -> RecordRef:
    """Follow causes to the record that starts it all; a loop ends where it began."""
    ref, seen = row.cause or row.ref, {row.ref}
    while ref not in seen and ref in own:
        seen.add(ref)
        ref = own[ref].cause or ref
    return ref


def _key(row: HasCause, own: Mapping[RecordRef, HasCause]) -> tuple[str, str]:
    root = _root(row, own)
    culprit = own.get(root, row)
    if culprit.code in CAUSED_BY_SETTING:
        return culprit.code, culprit.details
    return RECORD, str(root)


def _cause(rows: list[Result], own: dict[RecordRef, Result]) -> Cause:
    root = _root(rows[0], own)
    lead = own.get(root) or min(rows, key=_tells_less)
    by_setting = lead.code in CAUSED_BY_SETTING
    why, how = _why_and_how(lead)
    held_up: dict[RecordType, int] = {}
    for row in rows:
        held_up[row.ref.type] = held_up.get(row.ref.type, 0) + 1
    currencies = {row.currency for row in rows if row.amount is not None}
    return Cause(
        ref=None if by_setting else root,
        code=lead.code,
        name=lead.name,
        headline=_headline(lead),
        why=why,
        how=how,
        fix=fix_of(lead),
        move=next_actor(how),
        held_up=held_up,
        refs=tuple(row.ref for row in rows),
        amount=_total(rows) if len(currencies) == 1 else None,
        currency=next(iter(currencies)) if len(currencies) == 1 else "",
        released_url=lead.released_url if lead.ref == root else "",
        external_url=lead.external_url if lead.ref == root else "",
    )


def _tells_less(row: Result) -> int:
    """Which row speaks for a cause that has none itself: one that names it, rather than one that only waits too.

    What waits for a record that waits itself names that one, and not what is the matter with it.
    """
    if row.code in UNLINKED:
        return 0
    if row.outcome is Outcome.FAILED:
        return 1
    return 3 if row.code == "failing-parent" else 2


def _total(rows: list[Result]) -> Decimal:
    """Documents only: a payment's amount is in its document's already."""
    counted = [row for row in rows if row.ref.type is not RecordType.PAYMENT] or rows
    return sum((row.amount for row in counted if row.amount is not None), Decimal(0))


def _unlinked_headline(row: Result) -> str:
    _, _, parent = row.details.partition(" waits for ")
    return (parent or row.details).replace(", which is unlinked", " is unlinked").rstrip(".")


def _why_and_how(row: Result) -> tuple[str, str]:
    lines = row.more_detail.splitlines()
    why = lines[0] if lines and not lines[0].startswith(HOW) else ""
    how = next((line.removeprefix(HOW) for line in lines if line.startswith(HOW)), "")
    return why, how
