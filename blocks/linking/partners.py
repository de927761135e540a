"""Which record of the other side is it? The likely ones with what speaks for and against, and none of them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from blocks.kit.kit import (
    OPTION_CHARS,
    Block,
    calendar,
    clean,
    context,
    escape,
    field,
    fields,
    modal,
    money,
    option,
    radio,
    section,
)
from blocks.kit.note import note_field
from blocks.linking.retrying import Retry, box
from bot.core.model import RecordRef, Side
from bot.core.planning.pairing import Suggestion
from bot.core.results import FieldValue

NONE = "none"
MOST_PARTNERS = 5
MOST_FIELDS = 12
TOTALS = frozenset({"Total", "Amount"})
CONTACT = "Contact"
OTHER_CONTACT = (
    "They belong to different contacts: if you link them, the next sync makes the one in QuickBooks say what Re-Leased "
    "says."
)
TAKEN = "QuickBooks takes each number once: give one of them another number, and the next sync creates this one."
SIDES = {Side.RELEASED: "Re-Leased", Side.QUICKBOOKS: "QuickBooks"}
Compared = tuple[str, FieldValue, FieldValue]


def question(
    ref: RecordRef,
    name: str,
    partners: Sequence[Suggestion],
    chosen: str,
    compared: Sequence[Compared],
    view_id: str,
    currency: str = "",
    note: str = "",
    problem: str = "",
    is_number_taken: bool = False,
    retry: Retry | None = None,
) -> Block:
    """`partners` the likeliest first; `chosen` is the place of one, or NONE; `compared` its fields on both sides.

    `is_number_taken`: QuickBooks refused its number, so that it cannot be created there as it is.
    """
    what = f"{ref.type.noun} {escape(name, 120)}"
    there = SIDES[partners[0].side]
    blocks = [section(f"⚠ {escape(problem, 600)}")] if problem else []
    blocks.append(
        section(
            f"*Which record in {there} is {what}?*\nLinking writes nothing on either side. "
            "From then on a change of the one goes to the other."
        )
    )
    blocks.append(_choices(partners[:MOST_PARTNERS], there, chosen, is_number_taken))
    if not (chosen == NONE and is_number_taken):  # until it has another number, a retry ends where it was
        blocks += box(retry)
    if chosen == NONE:
        blocks.append(section(_none_of_them(what, partners, is_number_taken)))
    else:
        blocks += _compared(partners[int(chosen)], compared, currency)
    blocks.append(note_field(note))
    apart = "Keep apart" if is_number_taken else "Create it"
    submit = apart if chosen == NONE else "Link to it"
    return modal("partners.choose", "Which is it?", blocks, view_id, submit=submit, close="Cancel")


def _none_of_them(what: str, partners: Sequence[Suggestion], is_number_taken: bool) -> str:
    if is_number_taken:
        return f"Then they are different records. {TAKEN} Nobody is asked about these again."
    there, here = (
        SIDES[partners[0].side],
        SIDES[Side.QUICKBOOKS if partners[0].side is Side.RELEASED else Side.RELEASED],
    )
    several = "it looks like comes" if len(partners) == 1 else "they look like come"
    return (
        f"Then they are different records. With the next sync {what} is created in {there}, "
        f"and what {several} over to {here}. Nobody is asked about these again."
    )


def _compared(partner: Suggestion, compared: Sequence[Compared], currency: str) -> list[Block]:
    why = "; ".join(partner.reasons)
    blocks = [context(escape(why, 600))] if len(why) > OPTION_CHARS else []  # the choice shows only its beginning
    blocks += _sides(compared, currency)
    if any(label == CONTACT and _differ(ours, theirs) for label, ours, theirs in compared):
        blocks.append(context(OTHER_CONTACT))
    if any(label in TOTALS and _differ(ours, theirs) for label, ours, theirs in compared):
        blocks.append(context("The totals differ: that stays red until one side is put right."))
    return blocks


def linked(name: str, partner: str, note: str = "") -> str:
    """What was done, in raw words; the caller adds by whom."""
    return f"{name} linked to {partner}{_why(note)}"


def kept_apart(name: str, note: str = "", is_number_taken: bool = False) -> str:
    follows = "which has its number" if is_number_taken else "to be created with the next sync"
    return f"{name} kept apart from what it looks like, {follows}{_why(note)}"


def undone(name: str) -> str:
    return f"Undone: {name} is to be decided on again"


def _why(note: str) -> str:
    return f" (“{clean(note)}”)" if clean(note) else ""


def _choices(partners: Sequence[Suggestion], there: str, chosen: str, is_number_taken: bool) -> Block:
    options = [option(one.name, str(place), "; ".join(one.reasons)) for place, one in enumerate(partners)]
    none = "Not this one" if len(partners) == 1 else "None of these"
    if is_number_taken:
        options.append(option(f"{none}: keep them apart", NONE, "Its number has to be changed first"))
    else:
        options.append(option(f"{none}: create it", NONE, f"As a new record in {there}"))
    element = radio("partner", options, chosen)
    return {**field("partner", f"In {there}", element, optional=False), "dispatch_action": True}


def _sides(compared: Sequence[Compared], currency: str) -> list[Block]:
    """Differences first and marked; last what only one of them says."""
    ordered = sorted(compared, key=lambda side: (not _differ(*side[1:]), "" in side[1:]))[:MOST_FIELDS]
    if not ordered:
        return []
    rows = [
        fields([f"{_title(label, _differ(ours, theirs))}\n{_said(one, currency)}" for one in (ours, theirs)])
        for label, ours, theirs in ordered
    ]
    return [fields(["*Re-Leased says*", "*QuickBooks says*"]), *rows]


def _differ(ours: FieldValue, theirs: FieldValue) -> bool:
    return ours != theirs and "" not in (ours, theirs)


def _title(label: str, differs: bool) -> str:
    return f"{escape(label, 60)}{' ≠' if differs else ''}"


def _said(value: FieldValue, currency: str) -> str:
    match value:
        case Decimal():
            return escape(money(value, currency), 60)
        case date():
            return calendar(value)
        case _:
            return escape(value, 300) or "–"
