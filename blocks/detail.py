"""One record in depth: what happened, why and what to do; both sides; attempts; the raw words at the end."""

from collections.abc import Sequence

from blocks.kit import (
    Block,
    actions,
    button,
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
)
from blocks.words import OUTCOME_WORDS, TYPE_NOUNS, sentence, without_id
from bot.core.model import NEEDS_ATTENTION, Cause, Result

MOST_FIELDS = 12
MOST_ATTEMPTS = 10
RAW_CHARS = 2_800
VALUE_CHARS = 300
HOW = "How to fix it: "


def choose(view_id: str, problem: str = "") -> Block:
    blocks = [_chooser(), *([section(escape(problem, 300))] if problem else [])]
    return modal("detail", "More detail", blocks, view_id)


def about_cause(cause: Cause, view_id: str) -> Block:
    """For a cause that has no result of its own, such as a record that was unlinked before it ever synced."""
    return modal("detail", "More detail", [section(_explained(cause))], view_id)


def detail(
    result: Result,
    cause: Cause | None,
    sides: Sequence[tuple[str, str, str]],
    attempts: Sequence[Result],
    view_id: str,
    choosing: bool = True,
) -> Block:
    """`sides` are (field, what Re-Leased says, what QuickBooks says); `attempts` newest first."""
    blocks = [*([_chooser()] if choosing else []), *_happened(result, cause), *_links(result)]
    if sides:
        blocks += [divider(), *(_both(sides) if _on_both(sides) else _one(sides))]
    if attempts:
        blocks += [divider(), section(_tried(attempts))]
    blocks += _raw(result, cause)
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
    kind = TYPE_NOUNS[result.ref.type].capitalize()
    amount = f" · {escape(money(result.amount, result.currency))}" if result.amount is not None else ""
    mark = "🟥 " if result.outcome in NEEDS_ATTENTION else ""
    status = "linked" if result.linked else "unlinked"
    facts = f"{instant(result.at)} · {result.direction.value} · {status}{amount}"
    said = escape(without_id(result.details, result.cause), 900) or OUTCOME_WORDS[result.outcome]
    blocks = [section(f"*{kind} {escape(result.name, 120)}*\n{mark}{said}"), context(facts)]
    if cause is None:
        return blocks
    return [*blocks, section(_explained(cause))]


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


def _on_both(sides: Sequence[tuple[str, str, str]]) -> bool:
    return any(ours.strip("–") for _, ours, _ in sides) and any(theirs.strip("–") for _, _, theirs in sides)


def _one(sides: Sequence[tuple[str, str, str]]) -> list[Block]:
    """What only one side has: there is nothing to compare yet."""
    in_released = any(ours.strip("–") for _, ours, _ in sides)
    has, lacks = ("Re-Leased", "QuickBooks") if in_released else ("QuickBooks", "Re-Leased")
    said = [(name, ours if in_released else theirs) for name, ours, theirs in sides[:MOST_FIELDS]]
    lines = [f"{escape(name, 60)}: {_said(text, '')}" for name, text in said]
    return [section("\n".join([f"*{has} says* (it is not in {lacks} yet)", *lines]))]


def _both(sides: Sequence[tuple[str, str, str]]) -> list[Block]:
    """Differences first and marked; equal fields after them, so that the eye finds what matters."""
    ordered = sorted(sides, key=lambda side: side[1] == side[2])[:MOST_FIELDS]
    blocks = [fields(["*Re-Leased says*", "*QuickBooks says*"])]
    for name, ours, theirs in ordered:
        mark = " ≠" if ours != theirs else ""
        title = f"{escape(name, 60)}{mark}"
        blocks.append(fields([f"{title}\n{_said(ours, mark)}", f"{title}\n{_said(theirs, mark)}"]))
    if len(sides) > MOST_FIELDS:
        blocks.append(context(f"and {len(sides) - MOST_FIELDS} more fields"))
    return blocks


def _said(text: str, mark: str) -> str:
    safe = escape(text, VALUE_CHARS) or "–"
    return f"*{safe}*" if mark else safe


def _tried(attempts: Sequence[Result]) -> str:
    lines = [
        f"{instant(one.at)} · {OUTCOME_WORDS[one.outcome]} · {escape(one.details, 150)}"
        for one in attempts[:MOST_ATTEMPTS]
    ]
    return "\n".join(["*Attempts*", *lines])


def _raw(result: Result, cause: Cause | None) -> list[Block]:
    """Literal text: nothing in a rich_text block is read as a mention or a link. What was explained is not repeated."""
    explained = {cause.why, f"{HOW}{cause.how}"} if cause else set()
    lines = [line for line in result.more_detail.splitlines() if line not in explained]
    parts = [f"Code {clean(result.code)}" if result.code else "", clean("\n".join(lines), keep_lines=True)]
    raw = "\n".join(filter(None, parts))
    if not raw:
        return []
    text = {"type": "text", "text": shorten(raw, RAW_CHARS)}
    literal = {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [text]}]}
    return [divider(), section("*For support*"), literal]
