"""One record in depth: what happened, why and what to do; both sides; attempts; the raw words folded at the end."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from blocks.kit.kit import (
    Block,
    actions,
    button,
    calendar,
    clean,
    context,
    divider,
    escape,
    fields,
    instant,
    modal,
    money,
    plain,
    section,
    shorten,
    user,
)
from blocks.kit.words import OUTCOME_WORDS, by_type, sentence, without_id
from bot.core.model import NEEDS_ATTENTION, Result
from bot.core.results import Attempt, Cause, FieldValue
from bot.core.runs import Trigger

MOST_FIELDS = 12
MOST_ATTEMPTS = 10
RAW_CHARS = 2_800
VALUE_CHARS = 300
HOW = "How to fix it: "
TRACE = re.compile(r"(?:Trace id |intuit_tid:? )([\w-]{1,80})")
"""How the engine writes QuickBooks' intuit_tid into what it keeps for support."""
Side = tuple[str, FieldValue, FieldValue]


def choose(view_id: str, problem: str = "") -> Block:
    blocks = [_chooser(), *([section(escape(problem, 300))] if problem else [])]
    return modal("detail", "More detail", blocks, view_id)


def about_cause(cause: Cause, view_id: str) -> Block:
    """For a cause that has no result of its own, such as a record that was unlinked before it ever synced."""
    return modal("detail", "More detail", [section(_explained(cause))], view_id)


def detail(
    result: Result,
    cause: Cause | None,
    sides: Sequence[Side],
    attempts: Sequence[Attempt],
    view_id: str,
    choosing: bool = True,
    unfolded: bool = False,
) -> Block:
    """`sides` are (field, what Re-Leased says, what QuickBooks says); `attempts` newest first.

    `unfolded`: with the raw answer. A modal has no block that folds, so a button does it.
    """
    blocks = [*([_chooser()] if choosing else []), *_happened(result, cause), *_links(result)]
    if sides:
        said = [(name, _written(ours, result), _written(theirs, result)) for name, ours, theirs in sides]
        differ = {name for name, ours, theirs in sides if ours != theirs}
        blocks += [divider(), *(_both(said, differ) if _on_both(said) else _one(said))]
    if attempts:
        blocks += [divider(), section(_tried(attempts))]
    blocks += _for_support(result, cause, unfolded)
    return modal("detail", "More detail", blocks, view_id)


def _chooser() -> Block:
    chooser = {
        "type": "external_select",
        "action_id": "detail.choose",
        "placeholder": plain("Search by name, number or details"),
        "min_query_length": 0,
    }
    return section("*Which record?*", chooser, "record")


def _happened(result: Result, cause: Cause | None) -> list[Block]:
    """A record that is fine itself but holds others up begins with those; its own last sync is a line below."""
    title = f"*{result.ref.type.noun.capitalize()} {escape(result.name, 120)}*"
    amount = f" · {escape(money(result.amount, result.currency))}" if result.amount is not None else ""
    facts = f"{instant(result.at)} · {result.direction.value} · {'linked' if result.linked else 'unlinked'}{amount}"
    details = without_id(result.details, result.cause)
    if cause is not None and cause.ref == result.ref and result.outcome not in NEEDS_ATTENTION:
        lead = f"{title}\n🟥 It holds up {escape(by_type(cause.held_up), 200)}{_worth(cause)}."
        own = context(f"Its own last sync was fine: {escape(details, 300) or OUTCOME_WORDS[result.outcome]} · {facts}")
        return [section(lead), section(_explained(cause)), own]
    said = escape(details, 900) or OUTCOME_WORDS[result.outcome]
    mark = "🟥 " if result.outcome in NEEDS_ATTENTION else ""
    told = [section(f"{title}\n{mark}{said}"), context(facts)]
    return told if cause is None else [*told, section(_explained(cause))]


def _worth(cause: Cause) -> str:
    return f", {escape(money(cause.amount, cause.currency))}" if cause.amount else ""


def _explained(cause: Cause) -> str:
    told = [
        f"*What happened*\n{escape(sentence(without_id(cause.headline, cause.ref)), 600)}",
        f"*Why*\n{escape(without_id(cause.why, cause.ref), 900)}" if cause.why else "",
        f"*How to fix it*\n{escape(cause.how, 900)}" if cause.how else "",
    ]
    return "\n".join(filter(None, told))


def _links(result: Result) -> list[Block]:
    found = []
    if result.released_url:
        found.append(button("Open in Re-Leased ↗", "link.released", url=result.released_url))
    if result.external_url:
        found.append(button("Open in QuickBooks ↗", "link.quickbooks", url=result.external_url))
    return [actions(*found, block_id="links")] if found else []


def _written(said: FieldValue, result: Result) -> str:
    """As the reader is used to: "NZD 1,150.00", "3 Nov 2026"."""
    match said:
        case Decimal():
            return money(said, result.currency)
        case date():
            return calendar(said)
        case _:
            return said


def _on_both(sides: Sequence[tuple[str, str, str]]) -> bool:
    return any(ours.strip("–") for _, ours, _ in sides) and any(theirs.strip("–") for _, _, theirs in sides)


def _one(sides: Sequence[tuple[str, str, str]]) -> list[Block]:
    """What only one side has: there is nothing to compare yet."""
    in_released = any(ours.strip("–") for _, ours, _ in sides)
    has, lacks = ("Re-Leased", "QuickBooks") if in_released else ("QuickBooks", "Re-Leased")
    said = [(name, ours if in_released else theirs) for name, ours, theirs in sides[:MOST_FIELDS]]
    lines = [f"{escape(name, 60)}: {_shown(text, False)}" for name, text in said]
    return [section("\n".join([f"*{has} says* (it is not in {lacks} yet)", *lines]))]


def _both(sides: Sequence[tuple[str, str, str]], differ: set[str]) -> list[Block]:
    """Differences first and marked; equal fields after them, so that the eye finds what matters."""
    ordered = sorted(sides, key=lambda side: side[0] not in differ)[:MOST_FIELDS]
    blocks = [fields(["*Re-Leased says*", "*QuickBooks says*"])]
    for name, ours, theirs in ordered:
        title = f"{escape(name, 60)}{' ≠' if name in differ else ''}"
        blocks.append(fields([f"{title}\n{_shown(text, name in differ)}" for text in (ours, theirs)]))
    if len(sides) > MOST_FIELDS:
        blocks.append(context(f"and {len(sides) - MOST_FIELDS} more fields"))
    return blocks


def _shown(text: str, differs: bool) -> str:
    safe = escape(text, VALUE_CHARS) or "–"
    return f"*{safe}*" if differs else safe


def _tried(attempts: Sequence[Attempt]) -> str:
    lines = [
        " · ".join(filter(None, [instant(one.result.at), _who(one), _how_it_went(one.result)]))
        for one in attempts[:MOST_ATTEMPTS]
    ]
    return "\n".join(["*Attempts*", *lines])


def _who(attempt: Attempt) -> str:
    match attempt.trigger:
        case Trigger.PERSON if attempt.by:
            return user(attempt.by)
        case Trigger.COMMAND:
            return "command line"
        case Trigger.SCHEDULE:
            return "schedule"
        case _:
            return ""


def _how_it_went(result: Result) -> str:
    mark = "🟥 " if result.outcome in NEEDS_ATTENTION else ""
    details = escape(without_id(result.details, result.cause), 150)
    return f"{mark}{OUTCOME_WORDS[result.outcome]}{f' · {details}' if details else ''}"


def _for_support(result: Result, cause: Cause | None, unfolded: bool) -> list[Block]:
    """Code and trace id at hand; the raw answer only when it is asked for, and what was explained is not repeated."""
    explained = {cause.why, f"{HOW}{cause.how}"} if cause else set()
    raw = clean("\n".join(line for line in result.more_detail.splitlines() if line not in explained), keep_lines=True)
    trace = TRACE.search(result.more_detail)
    facts = [
        f"Code {escape(result.code, 60)}" if clean(result.code) else "",
        f"QuickBooks trace id {escape(trace[1], 90)}" if trace else "",
    ]
    said = " · ".join(filter(None, facts))
    if not (said or raw):
        return []
    label, wish = ("Hide raw answer", "fold") if unfolded else ("Show raw answer", "unfold")
    fold = button(label, f"detail.{wish}", str(result.ref)) if raw else None
    blocks = [divider(), section(f"*For support*\n{said}" if said else "*For support*", fold, "support")]
    return [*blocks, _literal(raw)] if unfolded and raw else blocks


def _literal(raw: str) -> Block:
    """Nothing in a rich_text block is read as a mention or a link."""
    text = {"type": "text", "text": shorten(raw, RAW_CHARS)}
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [text]}]}
