"""One card a cause: what it holds up, why, what to do, whose move it is, and the click that mends it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from blocks.kit.kit import (
    OPTION_VALUE_CHARS,
    Block,
    actions,
    button,
    calendar,
    context,
    escape,
    instant,
    money,
    option,
    overflow,
    section,
    user,
)
from blocks.kit.words import by_type, counted, number, sentence, without_id
from bot.core.causes.grouping import key
from bot.core.causes.work import BACK, ResolvedCause, Snooze, Work
from bot.core.faults import Fix
from bot.core.model import RecordType
from bot.core.results import Cause
from bot.core.runs import CompanyView

HEADLINE_CHARS = 200
WHY_CHARS = 180
HOW_CHARS = 300
NOTE_CHARS = 100
LINE_CHARS = 100
MOST_WHYS = 4
"""A long message tells of what holds up most; the rest is in More detail."""
MOST_MENDED = 4
MOST_RESTING = 4
HERE: Mapping[str, str] = {
    Fix.ADOPT: "Compare and link them here. Or: ",
    Fix.RENAME: "Choose another name for QuickBooks here. Or: ",
    Fix.CHOOSE: "Choose what it is in QuickBooks here. Or: ",
}
"""What its button does, before the steps that do without it."""
CHOSEN = {
    RecordType.ACCOUNT: "Choose account…",
    RecordType.TAX_TYPE: "Choose tax type…",
    RecordType.TRACKING_OPTION: "Choose tracking option…",
}
RESTS = {Snooze.SYNC: "until the next sync", Snooze.PERIOD: "until the period reopens", Snooze.MUTED: "muted"}
DONE = {
    "unlink": "unlinked by {by}",
    "relink": "relinked by {by}",
    "link": "linked by {by}",
    "create": "told apart by {by}",
    "rename": "named apart by {by}",
    "undo": "taken back by {by}",
}


def title(cause: Cause, limit: int = HEADLINE_CHARS) -> str:
    return escape(sentence(without_id(cause.headline, cause.ref)), limit)


def card(
    company: CompanyView,
    cause: Cause,
    place: int,
    syncing: bool,
    work: Work | None = None,
    rests: bool = False,
    tells_why: bool = False,
) -> list[Block]:
    """While a run is under way the buttons that would start one are left out. `tells_why` however far down it stands.

    What it may be on the other side, or whose its number is there, says more than why such things are refused.
    """
    told = tells_why or place <= MOST_WHYS
    here = HERE.get(cause.fix, "")
    move = f"_Next move: {escape(cause.move)}._ " if cause.move else ""
    lines = [
        f"*{place}  {title(cause)}*",
        held_up(cause),
        escape(cause.partner or sentence(without_id(cause.why, cause.ref)), WHY_CHARS) if told else "",
        f"{move}{here}{escape(without_id(cause.how, cause.ref), HOW_CHARS - len(here))}",
        " · ".join(filter(None, (_rest(work) if work and rests else "", whose(work)))),
    ]
    buttons = _buttons(company, cause, place, syncing)
    return [section("\n".join(filter(None, lines))), actions(*buttons, block_id=f"cause.{place}.{company.id}")]


def at_rest(company: CompanyView, causes: Sequence[Cause], work: Mapping[str, Work]) -> list[Block]:
    """Snoozed and muted ones: counted, one line each, and out of the way."""
    if not causes:
        return []
    blocks = [context(resting(work[key(cause)] for cause in causes))] if len(causes) > 1 else []
    for place, cause in enumerate(causes[:MOST_RESTING], start=1):
        mine = work[key(cause)]
        said = " · ".join(filter(None, (counted(cause.count, "record"), _rest(mine), whose(mine))))
        menu = rare(cause, f"{company.id}|{key(cause)}")
        blocks.append(section(f"{title(cause, LINE_CHARS)}\n{said}", menu, f"rest.{place}.{company.id}"))
    if len(causes) > MOST_RESTING:
        blocks.append(context(f"and {counted(len(causes) - MOST_RESTING, 'more cause')} like these"))
    return blocks


def resting(work: Iterable[Work]) -> str:
    """ "2 snoozed until 1 Dec 2026 · 1 muted"; equal ones together."""
    groups: dict[str, int] = {}
    for one in work:
        groups[_rest(one)] = groups.get(_rest(one), 0) + 1
    return " · ".join(f"{number(count)} {words}" for words, count in groups.items())


def mended(found: Sequence[ResolvedCause]) -> list[Block]:
    """Struck through, with what mended it; the last ones, without buttons."""
    shown = found[-MOST_MENDED:]
    lines = [
        f"~{escape(sentence(one.headline), LINE_CHARS)}~\n{counted(one.records, 'record')} · {how_mended(one)}"
        for one in shown
    ]
    if len(found) > len(shown):
        lines.insert(0, f"{counted(len(found) - len(shown), 'cause')} mended before these")
    return [section("\n".join(lines))] if lines else []


def whose(work: Work | None) -> str:
    """Nobody is notified by this: it stands in messages that are edited."""
    if work is None:
        return ""
    note = f"“{escape(work.note, NOTE_CHARS)}”" if work.note.strip() else ""
    return " · ".join(filter(None, (user(work.assignee) if work.assignee else "", note)))


def rare(cause: Cause, value: str) -> Block | None:
    choices = [option("More detail", f"detail|{value}"), option("Assign, snooze, note…", f"work|{value}")]
    if cause.ref is not None and cause.fix != Fix.RELINK:
        choices.append(option("Unlink…", f"unlink|{value}"))
    fits = all(len(choice["value"]) <= OPTION_VALUE_CHARS for choice in choices)
    return overflow("cause.more", *choices) if fits else None


def how_mended(one: ResolvedCause) -> str:
    if one.how == BACK:
        return "linked again, the next sync shows whether it is put right"
    if one.how in DONE:
        return f"{DONE[one.how].format(by=user(one.by) if one.by else 'somebody')} · {instant(one.at)}"
    by = f"the sync that {user(one.by)} started" if one.by else "a sync"
    return f"put right with {by} · {instant(one.at)}"


def _rest(work: Work) -> str:
    if work.rest is Snooze.DATE:
        return f"snoozed until {_day(work.until)}"
    return RESTS[work.rest] if work.rest is Snooze.MUTED else f"snoozed {RESTS.get(work.rest, '')}".strip()


def _day(day: date | None) -> str:
    return calendar(day) if day else "a date"


def held_up(cause: Cause) -> str:
    """ "holds up 23 invoices and 5 payments, NZD 48,210.00"."""
    held = by_type(cause.held_up)
    amount = money(cause.amount, cause.currency) if cause.amount else ""
    return f"holds up {', '.join(escape(part) for part in (held, amount) if part)}" if held else ""


def _buttons(company: CompanyView, cause: Cause, place: int, syncing: bool) -> list[Block]:
    value = f"{company.id}|{key(cause)}"
    show = "Show it" if cause.count == 1 else f"Show the {number(cause.count)}"
    told = without_id(cause.headline, cause.ref)
    fix = [] if syncing else _fix(cause, value, "primary" if place == 1 else "", told)
    menu = rare(cause, value)
    return [*fix, button(show, "cause.show", value, spoken=f"Show: {told}"), *_open(cause), *([menu] if menu else [])]


def _fix(cause: Cause, value: str, style: str, told: str) -> list[Block]:
    if cause.fix == Fix.RELINK and cause.ref:
        what = f"Relink {cause.name}" if cause.name in cause.headline else "Relink"
        return [button(what, "cause.relink", value, style, spoken=f"Relink and sync again: {told}")]
    if cause.fix == Fix.ADOPT and cause.ref:
        asked = "Link to it…" if cause.partners == 1 else "Which is it?…"
        return [button(asked, "cause.adopt", value, style, spoken=f"Choose which record it is: {told}")]
    if cause.fix == Fix.RENAME and cause.ref:
        return [button("Name it apart…", "cause.rename", value, style, spoken=f"Choose a name for QuickBooks: {told}")]
    if cause.fix == Fix.CHOOSE and cause.ref:
        chosen = CHOSEN.get(cause.ref.type, "Choose…")
        return [button(chosen, "cause.choose", value, style, spoken=f"Choose its partner in QuickBooks: {told}")]
    if cause.fix == Fix.RETRY:
        label = "Retry" if cause.count == 1 else f"Retry {number(cause.count)}"
        return [button(label, "cause.retry", value, style, spoken=f"Retry: {told}")]
    return []


def _open(cause: Cause) -> list[Block]:
    """The record to blame, on both sides; a setting that holds up several has no page of its own."""
    if cause.ref is None and cause.count > 1:
        return []
    found = []
    if cause.external_url:
        found.append(button("Open in QuickBooks ↗", "link.quickbooks", url=cause.external_url))
    if cause.released_url:
        found.append(button("Open in Re-Leased ↗", "link.released", url=cause.released_url))
    return found
