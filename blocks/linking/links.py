"""Choosing rows and unlinking or relinking them, with everything that follows from it said before it is confirmed."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from blocks.kit.kit import (
    OPTION_VALUE_CHARS,
    Block,
    Message,
    actions,
    button,
    clean,
    context,
    escape,
    field,
    modal,
    money,
    option,
    plain,
    radio,
    section,
    shorten,
    user,
)
from blocks.kit.note import NOTE_CHARS, note_field
from blocks.kit.words import OUTCOME_WORDS, by_type, counted, headline, listed, number, without_id
from blocks.results.table import names
from bot.core.model import LinkChange, OpenAmount, RecordRef, RecordType, Result
from bot.core.runs import CompanyView

ALL_MATCHING = "*"
"""The option that stands for every row of the filter."""
MOST_CHOSEN = 100
MOST_NAMES = 10
FEW = 5
SPEAKING_NAMES = frozenset({RecordType.CONTACT, RecordType.ACCOUNT, RecordType.TAX_TYPE, RecordType.TRACKING_OPTION})


class Verb(StrEnum):
    UNLINK = "unlink"
    RELINK = "relink"


class Extent(StrEnum):
    ONLY = "only"
    EVERYTHING = "everything"


def select_rows(total: int, view_id: str, problem: str = "") -> Block:
    """A modal that searches the whole filtered result, not only the page that is shown."""
    chooser = {
        "type": "multi_external_select",
        "action_id": "pick.rows",
        "placeholder": plain("Search by name, number or details"),
        "min_query_length": 0,
        "max_selected_items": MOST_CHOSEN,
    }
    matching = "The one row" if total == 1 else f"All {number(total)} rows"
    text = f"*Which rows?*\n{matching} of your filter can be chosen, also those on other pages."
    blocks = [section(text, chooser, "rows"), *([section(escape(problem, 300))] if problem else [])]
    blocks.append(actions(button("Unlink…", "select.unlink"), button("Relink…", "select.relink"), block_id="verbs"))
    blocks.append(context("You will see what follows from it before anything is changed."))
    return modal("select.rows", "Select rows", blocks, view_id, close="Cancel")


def row_option(row: Result) -> Block | None:
    """One row as an option of a searching select; None when its key does not fit."""
    value = str(row.ref)
    ours, theirs = names(row)
    text = f"{row.ref.type.noun.capitalize()} {ours or theirs}{'' if row.linked else ' (unlinked)'}"
    fits = len(value) <= OPTION_VALUE_CHARS
    return (
        option(text, value, clean(without_id(row.details, row.cause)) or OUTCOME_WORDS[row.outcome]) if fits else None
    )


def everything_option(total: int) -> Block:
    return option(f"All {number(total)} rows of this filter", ALL_MATCHING)


def confirm(
    verb: Verb,
    change: LinkChange,
    chosen: Sequence[RecordRef],
    view_id: str,
    extent: Extent,
    since: str = "",
    note: str = "",
) -> Block:
    """`change` is the preview; its cascade are the records that refer to the chosen ones.

    `since` says what changed while the window was open; `note` is what was written into it before that.
    """
    is_done = change.unlinked if verb is Verb.UNLINK else set(chosen) - change.unlinked
    left = [ref for ref in chosen if ref not in is_done] or chosen
    what = called(left, change.names)
    blocks = [section(f"⚠ *Look again:* {since}")] if since else []
    blocks.append(section(_consequences(verb, change, what, len(left), extent)))
    done = sum(ref in is_done for ref in chosen)
    if done and len(chosen) > 1:
        of_all = f"All {number(done)}" if done == len(chosen) else f"{number(done)} of the {number(len(chosen))} chosen"
        blocks.append(context(f"{of_all} {'is' if done == 1 else 'are'} {verb.value}ed already."))
    affected = len(left) if extent is Extent.ONLY else len(left) + len(change.cascade)
    if change.cascade:
        blocks.append(context(_named(change)))
        blocks.append(_extents(verb, change, what, len(left), extent))
    blocks.append(note_field(note))
    title = verb.value.capitalize()
    return modal(f"links.{verb.value}", title, blocks, view_id, submit=f"{title} {number(affected)}", close="Cancel")


def meanwhile(before: LinkChange, now: LinkChange, are_dropped: bool = False) -> str:
    """What is otherwise than when it was shown: who refers to it, what is linked, matches, is open; "" = nothing.

    `are_dropped`: those that the filter does not have any more are not among the chosen ones now.
    """
    more, fewer = [one for one in now.cascade if one not in before.cascade], set(before.cascade) - set(now.cascade)
    said = []
    if more:
        refer = "refers" if len(more) == 1 else "refer"
        said.append(f"{counted(len(more), 'more record')} {refer} to what you chose by now: {_few(more, now)}")
    if fewer:
        said.append(
            f"{counted(len(fewer), 'record')} of those shown {'does' if len(fewer) == 1 else 'do'} not any more"
        )
    for refs, word in ((now.unlinked - before.unlinked, "unlinked"), (before.unlinked - now.unlinked, "relinked")):
        if refs:
            said.append(f"{_few(sorted(refs), now)} {'was' if len(refs) == 1 else 'were'} {word} by somebody else")
    if gone := sorted(now.unmatched - before.unmatched):
        match, stay = ("does", "stands") if len(gone) == 1 else ("do", "stand")
        follows = "and will stay as it is" if are_dropped else f"but {stay} below all the same"
        if are_dropped and len(gone) > 1:
            follows = "and will stay as they are"
        counts = f"{counted(len(gone), 'record')} {match} not match your filter any more"
        said.append(f"{counts} {follows}: {_few(gone, now)}")
    if set(before.open_amounts) != set(now.open_amounts):
        was, is_ = (", ".join(map(_owed, one.open_amounts)) or "nothing open" for one in (before, now))
        said.append(f"{is_} by now, where it was {was}")
    return f"{'; '.join(said)}. Nothing was done yet." if said else ""


def _few(refs: Sequence[RecordRef], change: LinkChange) -> str:
    names = [escape(clean(change.names.get(ref, "")) or ref.key, 60) for ref in refs[:FEW]]
    rest = len(refs) - len(names)
    return listed([*names, f"{number(rest)} more"] if rest > 0 else names)


def outcome(verb: Verb, change: LinkChange, note: str = "") -> str:
    """ "29 records unlinked: “moved to head office”": what was done, in raw words; the caller adds by whom."""
    done = f"{counted(len(change.changed), 'record')} {verb.value}ed"
    them = "it" if len(change.changed) == 1 else "them"
    wait = "waits" if len(change.blocked) == 1 else "wait"
    waiting = f", {counted(len(change.blocked), 'record')} now {wait} for {them}" if change.blocked else ""
    why = f" (“{shorten(clean(note), NOTE_CHARS)}”)" if clean(note) else ""
    return f"{done}{waiting}{why}"


def undone(verb: Verb, change: LinkChange) -> str:
    back = "linked" if verb is Verb.UNLINK else "unlinked"
    return f"Undone: {counted(len(change.changed), 'record')} {back} again"


def said(company: CompanyView, words: str, by: str, undo_view: str = "") -> Message:
    """Who did what, for the thread of a red message; `words` and `by` are raw. The plain text names the company too."""
    text = f"{escape(words, 600)} by {escape(by, 60)}"
    undo = button("Undo", "links.undo", undo_view, spoken=f"Undo: {words}") if undo_view else None
    return Message(headline(company.flag, company.name, text), [section(text, undo)])


def overtaken(name: str, done: str, by: str) -> Message:
    """An undo that is no longer good, and why. `by` is a user id or a word."""
    words = (
        f"This cannot be undone any more: {escape(name, 120)} was {done} by {user(by)} since. "
        "Nothing was changed. Relink or unlink what you need by itself."
    )
    return Message(words, [section(words)])


def nothing_changed(verb: Verb) -> str:
    return f"Nothing to {verb.value}: these rows are {verb.value}ed already"


def called(chosen: Sequence[RecordRef], names_of: Mapping[RecordRef, str]) -> str:
    """ "Kiosk Ltd", "invoice INV-2041", "3 records": a document's number says little by itself."""
    if len(chosen) == 1:
        name = clean(names_of.get(chosen[0], ""))
        speaks = name and chosen[0].type in SPEAKING_NAMES
        return name if speaks else f"{chosen[0].type.noun} {name or clean(chosen[0].key)}"
    return counted(len(chosen), "record")


def _consequences(verb: Verb, change: LinkChange, what: str, count: int, extent: Extent) -> str:
    it, stop, start = ("It", "stops", "syncs") if count == 1 else ("They", "stop", "sync")
    question = f"*{verb.value.capitalize()} {escape(what, 120)}?*"
    and_more = ""
    if change.cascade:
        refer = "refers" if len(change.cascade) == 1 else "refer"
        to = "it" if count == 1 else "them"
        and_more = f" and {counted(len(change.cascade), 'record')} that {refer} to {to}"
        stop, start = "stop", "can sync"
    parts = [by_type(change.cascade_counts), *map(_owed, change.open_amounts)]
    told = f": {', '.join(filter(None, parts))}" if any(parts) else ""
    if verb is Verb.UNLINK and extent is Extent.ONLY and change.cascade:
        stops, to = ("stops", "it") if count == 1 else ("stop", "them")
        others = counted(len(change.cascade), "record")
        refers = "refers to" if len(change.cascade) == 1 else "refer to"
        waits = "waits" if len(change.cascade) == 1 else "wait"
        then = f"{others} that {refers} {to} {waits} until {'it is' if count == 1 else 'they are'} linked again{told}"
        return f"{question}\n{it} {stops} syncing, and {then}. Nothing is deleted on either side."
    if verb is Verb.UNLINK:
        return f"{question}\n{it}{and_more} {stop} syncing{told}. Nothing is deleted on either side."
    return f"{question}\n{it}{and_more} {start} again from the next sync on{told}."


def _owed(one: OpenAmount) -> str:
    """ "NZD 48,210.00 open receivable, 1,200.00 payable"."""
    receivable = f"{escape(money(one.receivable, one.currency), 60)} open receivable" if one.receivable else ""
    amount = money(one.payable, "" if one.receivable else one.currency)
    payable = f"{escape(amount, 60)} {'' if one.receivable else 'open '}payable" if one.payable else ""
    return ", ".join(filter(None, [receivable, payable]))


def _named(change: LinkChange) -> str:
    """The dependents by name, type by type, the first few of each."""
    groups: dict[RecordType, list[str]] = {}
    for ref in change.cascade:
        groups.setdefault(ref.type, []).append(clean(change.names.get(ref, "")) or clean(ref.key))
    lines = []
    for kind, named in groups.items():
        rest = f" and {number(len(named) - MOST_NAMES)} more" if len(named) > MOST_NAMES else ""
        listed = ", ".join(escape(name, 60) for name in named[:MOST_NAMES])
        lines.append(f"{counted(len(named), kind.noun, kind.plural)}: {listed}{rest}")
    return _whole_lines(lines)


def _whole_lines(lines: Sequence[str], limit: int = 2_500) -> str:
    """As many whole lines as fit: they are escaped already, so none is cut."""
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(line) > limit:
            break
        kept.append(line)
    return "\n".join(kept) or "…"


def _extents(verb: Verb, change: LinkChange, what: str, count: int, extent: Extent) -> Block:
    others = len(change.cascade)
    rest = "the other one waits, shown red" if others == 1 else f"the {number(others)} wait, shown red"
    if verb is Verb.RELINK:
        rest = "the other one stays as it is" if others == 1 else f"the other {number(others)} stay as they are"
    subject = shorten(what, 30) if count == 1 else f"these {number(count)}"
    only = option(f"only {subject}: {rest}", Extent.ONLY.value)
    both = "both" if count + others == 2 else f"all {number(count + others)}"
    everything = option(both, Extent.EVERYTHING.value)
    element = radio("extent", [only, everything], extent.value)
    return {**field("extent", "How far", element, optional=False), "dispatch_action": True}
